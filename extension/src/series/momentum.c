/*-------------------------------------------------------------------------
 *
 * momentum.c
 *	  Change against the value n rows before: as difference and in percent.
 *
 *-------------------------------------------------------------------------
 */
#include "series/series.h"

static unsigned
Momentum(const double *const *column, int rows, const double *parameter,
		 double *result)
{
	result[0] = column[0][rows - 1] - column[0][0];
	return SERIES_KNOWN(1);
}

const SeriesKind series_momentum = {
	.inputs = 1,
	.parameters = 1,
	.results = 1,
	.parameter = {SERIES_PERIOD("period", 1)},
	SERIES_TAIL_KIND,
	.rows_before = 1,
	.of_tail = Momentum,
};

/*
 * In percent; 0 after a value of 0.
 */
static unsigned
Roc(const double *const *column, int rows, const double *parameter,
	double *result)
{
	double		before = column[0][0];

	result[0] = before != 0 ? (column[0][rows - 1] / before - 1) * 100 : 0;
	return SERIES_KNOWN(1);
}

const SeriesKind series_roc = {
	.inputs = 1,
	.parameters = 1,
	.results = 1,
	.parameter = {SERIES_PERIOD("period", 1)},
	SERIES_TAIL_KIND,
	.rows_before = 1,
	.of_tail = Roc,
};
