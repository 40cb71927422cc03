/*-------------------------------------------------------------------------
 *
 * cci.c
 *	  Commodity channel index: how many mean deviations the typical price is
 *	  away from its mean, over 0.015 (Lambert, Commodities, October 1980).
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>

#include "series/series.h"

static bool
KeepTypicalPrice(const double *input, double *column)
{
	column[0] = (input[0] + input[1] + input[2]) / 3;
	return true;
}

static unsigned
Cci(const double *const *column, int rows, const double *parameter,
	double *result)
{
	const double *price = column[0];
	double		mean = SeriesMean(price, rows);
	double		deviation = 0;

	for (int i = 0; i < rows; i++)
		deviation += fabs(price[i] - mean);
	deviation /= rows;
	result[0] =
		deviation > 0 ? (price[rows - 1] - mean) / (0.015 * deviation) : 0;
	return SERIES_KNOWN(1);
}

const SeriesKind series_cci = {
	.inputs = 3,
	.parameters = 1,
	.results = 1,
	.parameter = {SERIES_PERIOD("period", 2)},
	SERIES_TAIL_KIND,
	.columns = 1,
	.keep = KeepTypicalPrice,
	.of_tail = Cci,
};
