/*-------------------------------------------------------------------------
 *
 * trials.c
 *	  Is a Sharpe ratio more than luck? Probabilistic and deflated Sharpe ratio.
 *
 * Bailey and Lopez de Prado, The Sharpe Ratio Efficient Frontier, Journal of
 * Risk 15 (2012), equation 11: the probability that the true ratio exceeds a
 * benchmark, given the length, skewness and kurtosis of the sample. Bailey and
 * Lopez de Prado, The Deflated Sharpe Ratio, Journal of Portfolio Management
 * 40 (2014): the benchmark is what the best of so many worthless trials would
 * show. All ratios here are of one period, not of a year.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>

#include "performance/performance.h"

#define EULER_MASCHERONI	0.57721566490153286061

/* Trials and the variance of their ratios, in the order of the arguments */
enum
{
	TRIALS,
	VARIANCE
};

bool
ProbabilisticSharpe(double sharpe, double n, double skewness, double kurtosis,
					double benchmark, double *probability)
{
	double		variance =
	1 - skewness * sharpe + (kurtosis - 1) / 4 * sharpe * sharpe;

	if (n < 2 || !(variance > 0))
		return false;
	*probability =
		NormalProbability((sharpe - benchmark) * sqrt(n - 1) / sqrt(variance));
	return true;
}

/*
 * Expected maximum of the ratios of so many independent trials whose true
 * ratio is zero; variance is that of the ratios found.
 */
double
ExpectedMaximumSharpe(double trials, double variance)
{
	if (trials <= 1)
		return 0;
	return sqrt(variance) *
		((1 - EULER_MASCHERONI) * NormalQuantileOfTail(1 / trials) +
		 EULER_MASCHERONI * NormalQuantileOfTail(1 / (trials * exp(1))));
}

static unsigned
MoreThan(const Returns *returns, double benchmark, double *result)
{
	double		sharpe;
	double		skewness;
	double		kurtosis;

	if (!ReturnsSharpe(returns, 1, &sharpe) ||
		!MomentsSkewness(&returns->moments, &skewness) ||
		!MomentsKurtosis(&returns->moments, &kurtosis) ||
		!ProbabilisticSharpe(sharpe, returns->moments.n, skewness, kurtosis,
							 benchmark, result))
		return SERIES_UNKNOWN;
	return SERIES_KNOWN(1);
}

static unsigned
Probabilistic(const SeriesKind *kind, const void *state, double *result)
{
	const Returns *returns = state;

	return MoreThan(returns, returns->parameter[0], result);
}

const SeriesKind series_probabilistic_sharpe = {
	RETURNS_KIND,
	.parameters = 1,
	.parameter = {{"benchmark", false, -1e9, 1e9, 0}},
	.value = Probabilistic,
};

static unsigned
Deflated(const SeriesKind *kind, const void *state, double *result)
{
	const Returns *returns = state;

	return MoreThan(returns,
					ExpectedMaximumSharpe(returns->parameter[TRIALS],
										  returns->parameter[VARIANCE]),
					result);
}

const SeriesKind series_deflated_sharpe = {
	RETURNS_KIND,
	.parameters = 2,
	.parameter = {
		{"number of trials", true, 1, 1e9, 0},
		{"variance of the trials", false, 0, 1e9, 0},
	},
	.value = Deflated,
};
