/*-------------------------------------------------------------------------
 *
 * memory.c
 *	  Does a series remember? Hurst exponent and permutation entropy of the
 *	  last n rows.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>

#include "series/series.h"

/* Lags of the Hurst exponent: up to a quarter of the rows and this many */
#define HURST_MAX_LAG		19

/*
 * Generalised Hurst exponent of order 2: Di Matteo, Aste and Dacorogna,
 * Scaling Behaviors in Differently Developed Markets, Physica A 324 (2003).
 * Slope of the logarithm of the root mean square change over a lag against
 * the logarithm of the lag, by least squares: 0.5 for a random walk, more for
 * a trend, less for a series that returns to its mean.
 */
static unsigned
Hurst(const double *const *column, int rows, const double *parameter,
	  double *result)
{
	const double *x = column[0];
	int			lags = rows / 4 < HURST_MAX_LAG ? rows / 4 : HURST_MAX_LAG;
	double		horizontal[HURST_MAX_LAG] = {0};
	double		vertical[HURST_MAX_LAG] = {0};
	double		squares[HURST_MAX_LAG + 1] = {0};
	double		mean;
	double		product = 0;

	/* All lags side by side: one sum need not wait for another's addition */
	for (int i = 1; i < rows; i++)
		for (int lag = 1; lag <= (i < lags ? i : lags); lag++)
			squares[lag] += (x[i] - x[i - lag]) * (x[i] - x[i - lag]);
	for (int lag = 1; lag <= lags; lag++)
	{
		if (squares[lag] == 0)
			return SERIES_UNKNOWN;
		horizontal[lag - 1] = log(lag);
		vertical[lag - 1] = log(squares[lag] / (rows - lag)) / 2;
	}
	mean = SeriesMean(horizontal, lags);
	for (int i = 0; i < lags; i++)
		product += (horizontal[i] - mean) * (vertical[i] - vertical[0]);
	result[0] = product / SeriesSquares(horizontal, lags, mean);
	return SERIES_KNOWN(1);
}

const SeriesKind series_hurst = {
	.inputs = 1,
	.parameters = 1,
	.results = 1,
	.parameter = {SERIES_PERIOD("period", 20)},
	SERIES_TAIL_KIND,
	.of_tail = Hurst,
};

/*
 * Bandt and Pompe, Permutation Entropy: A Natural Complexity Measure for Time
 * Series, Physical Review Letters 88 (2002): entropy of the orders of three
 * values in a row, over that of six equally frequent ones. 0: always the same
 * order; 1: any order as often as another. Of equal values the earlier counts
 * as lower.
 */
static unsigned
Entropy(const double *const *column, int rows, const double *parameter,
		double *result)
{
	const double *x = column[0];
	int			count[8] = {0};
	int			orders = rows - 2;
	double		entropy = 0;

	for (int i = 0; i < orders; i++)
		count[(x[i] > x[i + 1]) | (x[i] > x[i + 2]) << 1 |
			  (x[i + 1] > x[i + 2]) << 2]++;
	for (int i = 0; i < 8; i++)
		if (count[i] > 0)
		{
			double		share = (double) count[i] / orders;

			entropy -= share * log(share);
		}
	result[0] = entropy / log(6);
	return SERIES_KNOWN(1);
}

const SeriesKind series_entropy = {
	.inputs = 1,
	.parameters = 1,
	.results = 1,
	.parameter = {SERIES_PERIOD("period", 3)},
	SERIES_TAIL_KIND,
	.of_tail = Entropy,
};
