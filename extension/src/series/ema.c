/*-------------------------------------------------------------------------
 *
 * ema.c
 *	  Exponential moving average, seeded with the mean of the first n values.
 *
 *-------------------------------------------------------------------------
 */
#include "series/series.h"

static size_t
EmaSize(const SeriesKind *kind, const double *parameter)
{
	return sizeof(SeriesAverage);
}

static void
EmaStart(const SeriesKind *kind, void *state, const double *parameter)
{
	*(SeriesAverage *) state = SeriesExponential((int) parameter[0]);
}

static void
EmaStep(const SeriesKind *kind, void *state, const double *input)
{
	SeriesAverageStep(state, input[0]);
}

static unsigned
EmaValue(const SeriesKind *kind, const void *state, double *result)
{
	const SeriesAverage *average = state;

	if (!SeriesAverageKnown(average))
		return SERIES_UNKNOWN;
	result[0] = average->value;
	return SERIES_KNOWN(1);
}

const SeriesKind series_ema = {
	.inputs = 1,
	.parameters = 1,
	.results = 1,
	.parameter = {SERIES_PERIOD("period", 1)},
	.size = EmaSize,
	.start = EmaStart,
	.step = EmaStep,
	.value = EmaValue,
};
