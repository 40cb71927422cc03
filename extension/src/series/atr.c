/*-------------------------------------------------------------------------
 *
 * atr.c
 *	  Average true range: Wilder's average of the true range, which needs the
 *	  close of the row before and so begins with the second row.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>

#include "series/series.h"

typedef struct Atr
{
	bool		started;		/* has close been set? */
	double		close;			/* of the row before */
	SeriesAverage range;
} Atr;

static size_t
AtrSize(const double *parameter)
{
	return sizeof(Atr);
}

static void
AtrStart(void *state, const double *parameter)
{
	Atr		   *atr = state;

	atr->range = SeriesWilder((int) parameter[0]);
}

static void
AtrStep(void *state, const double *input)
{
	Atr		   *atr = state;
	double		high = input[0];
	double		low = input[1];

	if (atr->started)
		SeriesAverageStep(&atr->range, fmax(high, atr->close) - fmin(low, atr->close));
	atr->started = true;
	atr->close = input[2];
}

static unsigned
AtrValue(const void *state, double *result)
{
	const Atr  *atr = state;

	if (!SeriesAverageKnown(&atr->range))
		return SERIES_UNKNOWN;
	result[0] = atr->range.value;
	return SERIES_KNOWN(1);
}

const SeriesKind series_atr = {
	.inputs = 3,
	.parameters = 1,
	.results = 1,
	.parameter = {SERIES_PERIOD_FROM(1)},
	.size = AtrSize,
	.start = AtrStart,
	.step = AtrStep,
	.value = AtrValue,
};
