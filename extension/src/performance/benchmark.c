/*-------------------------------------------------------------------------
 *
 * benchmark.c
 *	  Returns against those of a benchmark in the same periods.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>

#include "performance/performance.h"

static size_t
PairSize(const SeriesKind *kind, const double *parameter)
{
	return sizeof(PairedReturns);
}

static void
PairStart(const SeriesKind *kind, void *state, const double *parameter)
{
	PairedReturns *pair = state;

	memcpy(pair->parameter, parameter, sizeof(double) * kind->parameters);
}

static void
PairStep(const SeriesKind *kind, void *state, const double *input)
{
	PairedReturns *pair = state;
	double		delta = input[0] - pair->mean;

	MomentsStep(&pair->benchmark, input[1]);
	MomentsStep(&pair->active, input[0] - input[1]);
	pair->mean += delta / pair->benchmark.n;
	pair->product += delta * (input[1] - pair->benchmark.mean);
}

static bool
PairBeta(const PairedReturns *pair, double *beta)
{
	if (!(pair->benchmark.second > 0))
		return false;
	*beta = pair->product / pair->benchmark.second;
	return true;
}

/*
 * Sample covariance over the variance of the benchmark.
 */
static unsigned
Beta(const SeriesKind *kind, const void *state, double *result)
{
	return PairBeta(state, result) ? SERIES_KNOWN(1) : SERIES_UNKNOWN;
}

/*
 * What beta leaves unexplained, compounded to a year.
 */
static unsigned
Alpha(const SeriesKind *kind, const void *state, double *result)
{
	const PairedReturns *pair = state;
	double		beta;
	double		unexplained;

	if (!PairBeta(pair, &beta))
		return SERIES_UNKNOWN;
	unexplained = pair->mean - beta * pair->benchmark.mean;
	if (unexplained < -1)
		return SERIES_UNKNOWN;
	result[0] = pow(1 + unexplained, pair->parameter[0]) - 1;
	return SERIES_KNOWN(1);
}

/*
 * Mean of the active returns in their sample standard deviations, of one
 * period: Grinold and Kahn, Active Portfolio Management (1999), chapter 5.
 */
static unsigned
InformationRatio(const SeriesKind *kind, const void *state, double *result)
{
	const Moments *active = &((const PairedReturns *) state)->active;

	if (!(active->second > 0))
		return SERIES_UNKNOWN;
	result[0] = active->mean / sqrt(active->second / (active->n - 1));
	return SERIES_KNOWN(1);
}

#define PAIR_KIND \
	.inputs = 2, \
	.results = 1, \
	.size = PairSize, \
	.start = PairStart, \
	.step = PairStep

const SeriesKind series_benchmark_beta = {
	PAIR_KIND,
	.value = Beta,
};

const SeriesKind series_benchmark_alpha = {
	PAIR_KIND,
	.parameters = 1,
	.parameter = {PERIODS_A_YEAR},
	.value = Alpha,
};

const SeriesKind series_information_ratio = {
	PAIR_KIND,
	.value = InformationRatio,
};
