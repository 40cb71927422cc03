/*-------------------------------------------------------------------------
 *
 * statistic.c
 *	  Statistics of the last n rows: of one input, and of two together.
 *
 * Two passes, mean first. What has no spread has no score, skewness,
 * correlation or beta: unknown, not 0.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>

#include "series/series.h"

/*
 * Summed as differences from the first value, so that the mean of equal
 * values is exactly that value and their spread exactly zero.
 */
double
SeriesMean(const double *x, int n)
{
	double		sum = 0;

	for (int i = 0; i < n; i++)
		sum += x[i] - x[0];
	return x[0] + sum / n;
}

/*
 * Sum of squared deviations.
 */
double
SeriesSquares(const double *x, int n, double mean)
{
	double		sum = 0;

	for (int i = 0; i < n; i++)
		sum += (x[i] - mean) * (x[i] - mean);
	return sum;
}

/*
 * Sample standard deviations between the last value and the mean.
 */
static unsigned
Zscore(const double *const *column, int rows, const double *parameter,
	   double *result)
{
	const double *x = column[0];
	double		mean = SeriesMean(x, rows);
	double		squares = SeriesSquares(x, rows, mean);

	if (squares == 0)
		return SERIES_UNKNOWN;
	result[0] = (x[rows - 1] - mean) / sqrt(squares / (rows - 1));
	return SERIES_KNOWN(1);
}

const SeriesKind series_zscore = {
	.inputs = 1,
	.parameters = 1,
	.results = 1,
	.parameter = {SERIES_PERIOD("period", 2)},
	SERIES_TAIL_KIND,
	.of_tail = Zscore,
};

/*
 * Least squares line through the rows, change a row.
 */
static unsigned
Slope(const double *const *column, int rows, const double *parameter,
	  double *result)
{
	double		middle = (rows - 1) / 2.0;
	double		sum = 0;

	for (int i = 0; i < rows; i++)
		sum += (i - middle) * (column[0][i] - column[0][0]);
	result[0] = sum / (rows * ((double) rows * rows - 1) / 12);
	return SERIES_KNOWN(1);
}

const SeriesKind series_slope = {
	.inputs = 1,
	.parameters = 1,
	.results = 1,
	.parameter = {SERIES_PERIOD("period", 2)},
	SERIES_TAIL_KIND,
	.of_tail = Slope,
};

/*
 * Population skewness: third central moment over the second to the 3/2.
 */
static unsigned
Skewness(const double *const *column, int rows, const double *parameter,
		 double *result)
{
	const double *x = column[0];
	double		mean = SeriesMean(x, rows);
	double		variance = SeriesSquares(x, rows, mean) / rows;
	double		cubes = 0;

	if (variance == 0)
		return SERIES_UNKNOWN;
	for (int i = 0; i < rows; i++)
		cubes += (x[i] - mean) * (x[i] - mean) * (x[i] - mean);
	result[0] = cubes / rows / (variance * sqrt(variance));
	return SERIES_KNOWN(1);
}

const SeriesKind series_skewness = {
	.inputs = 1,
	.parameters = 1,
	.results = 1,
	.parameter = {SERIES_PERIOD("period", 2)},
	SERIES_TAIL_KIND,
	.of_tail = Skewness,
};

/* Sums of deviations of two inputs, and of their products */
typedef struct PairSums
{
	double		xx;
	double		yy;
	double		xy;
} PairSums;

static PairSums
SumPairs(const double *x, const double *y, int n)
{
	double		mean_x = SeriesMean(x, n);
	double		mean_y = SeriesMean(y, n);
	PairSums	sums = {0};

	for (int i = 0; i < n; i++)
	{
		sums.xx += (x[i] - mean_x) * (x[i] - mean_x);
		sums.yy += (y[i] - mean_y) * (y[i] - mean_y);
		sums.xy += (x[i] - mean_x) * (y[i] - mean_y);
	}
	return sums;
}

/*
 * Pearson's correlation.
 */
static unsigned
Correlation(const double *const *column, int rows, const double *parameter,
			double *result)
{
	PairSums	sums = SumPairs(column[0], column[1], rows);

	if (sums.xx == 0 || sums.yy == 0)
		return SERIES_UNKNOWN;
	result[0] = sums.xy / (sqrt(sums.xx) * sqrt(sums.yy));
	return SERIES_KNOWN(1);
}

const SeriesKind series_correlation = {
	.inputs = 2,
	.parameters = 1,
	.results = 1,
	.parameter = {SERIES_PERIOD("period", 2)},
	SERIES_TAIL_KIND,
	.of_tail = Correlation,
};

/*
 * How much x moves when y moves by one: covariance over the variance of y.
 */
static unsigned
Beta(const double *const *column, int rows, const double *parameter,
	 double *result)
{
	PairSums	sums = SumPairs(column[0], column[1], rows);

	if (sums.yy == 0)
		return SERIES_UNKNOWN;
	result[0] = sums.xy / sums.yy;
	return SERIES_KNOWN(1);
}

const SeriesKind series_beta = {
	.inputs = 2,
	.parameters = 1,
	.results = 1,
	.parameter = {SERIES_PERIOD("period", 2)},
	SERIES_TAIL_KIND,
	.of_tail = Beta,
};
