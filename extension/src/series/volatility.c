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

/*
 * A row's part of the variance; one that is negative (a close outside of the
 * range) counts as missing.
 */
static bool
KeepGarmanKlass(const double *input, double *column)
{
	double		range = log(input[1] / input[2]);
	double		body = log(input[3] / input[0]);

	column[0] = range * range / 2 - (2 * log(2) - 1) * body * body;
	return input[0] > 0 && input[1] > 0 && input[2] > 0 && input[3] > 0 &&
		column[0] >= 0;
}

/*
 * Garman and Klass, On the Estimation of Security Price Volatilities from
 * Historical Data, Journal of Business 53 (1980), the practical estimator.
 */
static unsigned
GarmanKlassVol(const double *const *column, int rows, const double *parameter,
			   double *result)
{
	result[0] = sqrt(SeriesMean(column[0], rows) * parameter[1]);
	return SERIES_KNOWN(1);
}

const SeriesKind series_garman_klass_vol = {
	.inputs = 4,
	.parameters = 2,
	.results = 1,
	.parameter =
	{SERIES_PERIOD("period", 1), SERIES_FACTOR("number of periods a year")},
	SERIES_TAIL_KIND,
	.columns = 1,
	.keep = KeepGarmanKlass,
	.of_tail = GarmanKlassVol,
};
