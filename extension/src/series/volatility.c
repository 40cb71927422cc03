/*-------------------------------------------------------------------------
 *
 * volatility.c
 *	  Volatility of a year, from closes and from ranges. periods is the number
 *	  of rows in a year: 252 sessions, 365 days.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>

#include "series/series.h"

/*
 * A price that is not positive has no logarithm: such a row is missing.
 */
static bool
KeepLogarithm(const double *input, double *column)
{
	column[0] = log(input[0]);
	return input[0] > 0;
}

/*
 * Sample standard deviation of the last n log returns.
 */
static unsigned
RealisedVol(const double *const *column, int rows, const double *parameter,
			double *result)
{
	const double *logarithm = column[0];
	int			n = rows - 1;
	double		mean = (logarithm[n] - logarithm[0]) / n;
	double		squares = 0;

	for (int i = 0; i < n; i++)
	{
		double		deviation = logarithm[i + 1] - logarithm[i] - mean;

		squares += deviation * deviation;
	}
	result[0] = sqrt(squares / (n - 1) * parameter[1]);
	return SERIES_KNOWN(1);
}

const SeriesKind series_realised_vol = {
	.inputs = 1,
	.parameters = 2,
	.results = 1,
	.parameter =
	{SERIES_PERIOD("period", 2), SERIES_FACTOR("number of periods a year")},
	SERIES_TAIL_KIND,
	.rows_before = 1,
	.columns = 1,
	.keep = KeepLogarithm,
	.of_tail = RealisedVol,
};

static bool
KeepSquaredLogRange(const double *input, double *column)
{
	double		range = log(input[0] / input[1]);

	column[0] = range * range;
	return input[0] > 0 && input[1] > 0;
}

/*
 * Parkinson, The Extreme Value Method for Estimating the Variance of the Rate
 * of Return, Journal of Business 53 (1980): mean of ln(high/low)^2, over
 * 4 ln 2.
 */
static unsigned
ParkinsonVol(const double *const *column, int rows, const double *parameter,
			 double *result)
{
	result[0] =
		sqrt(SeriesMean(column[0], rows) / (4 * log(2)) * parameter[1]);
	return SERIES_KNOWN(1);
}

const SeriesKind series_parkinson_vol = {
	.inputs = 2,
	.parameters = 2,
	.results = 1,
	.parameter =
	{SERIES_PERIOD("period", 1), SERIES_FACTOR("number of periods a year")},
	SERIES_TAIL_KIND,
	.columns = 1,
	.keep = KeepSquaredLogRange,
	.of_tail = ParkinsonVol,
};
