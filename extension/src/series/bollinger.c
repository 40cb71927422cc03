/*-------------------------------------------------------------------------
 *
 * bollinger.c
 *	  Bollinger bands: the mean of n rows, and k population standard
 *	  deviations above and below it.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>

#include "series/series.h"

static unsigned
Bollinger(const double *const *column, int rows, const double *parameter,
		  double *result)
{
	double		mean = SeriesMean(column[0], rows);
	double		deviation = sqrt(SeriesSquares(column[0], rows, mean) / rows);

	result[0] = mean + parameter[1] * deviation;
	result[1] = mean;
	result[2] = mean - parameter[1] * deviation;
	return SERIES_KNOWN(3);
}

const SeriesKind series_bollinger = {
	.inputs = 1,
	.parameters = 2,
	.results = 3,
	.parameter =
	{SERIES_PERIOD("period", 1), SERIES_FACTOR("number of deviations")},
	SERIES_TAIL_KIND,
	.of_tail = Bollinger,
};
