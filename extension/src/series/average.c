/*-------------------------------------------------------------------------
 *
 * average.c
 *	  Plain and linearly weighted moving averages.
 *
 *-------------------------------------------------------------------------
 */
#include "series/series.h"

static unsigned
Sma(const double *const *column, int rows, const double *parameter,
	double *result)
{
	double		sum = 0;

	for (int i = 0; i < rows; i++)
		sum += column[0][i];
	result[0] = sum / rows;
	return SERIES_KNOWN(1);
}

const SeriesKind series_sma = {
	.inputs = 1,
	.parameters = 1,
	.results = 1,
	.parameter = {SERIES_PERIOD("period", 1)},
	SERIES_TAIL_KIND,
	.of_tail = Sma,
};

/*
 * The newest row weighs n, the oldest 1.
 */
static unsigned
Wma(const double *const *column, int rows, const double *parameter,
	double *result)
{
	double		sum = 0;

	for (int i = 0; i < rows; i++)
		sum += column[0][i] * (i + 1);
	result[0] = sum / (0.5 * rows * (rows + 1.0));
	return SERIES_KNOWN(1);
}

const SeriesKind series_wma = {
	.inputs = 1,
	.parameters = 1,
	.results = 1,
	.parameter = {SERIES_PERIOD("period", 1)},
	SERIES_TAIL_KIND,
	.of_tail = Wma,
};
