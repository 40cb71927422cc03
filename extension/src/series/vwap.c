/*-------------------------------------------------------------------------
 *
 * vwap.c
 *	  Volume-weighted average of typical prices, over all rows of the frame.
 *
 *-------------------------------------------------------------------------
 */
#include "series/series.h"

typedef struct Vwap
{
	double		volume;
	double		value;			/* sum of typical price times volume */
} Vwap;

static size_t
VwapSize(const SeriesKind *kind, const double *parameter)
{
	return sizeof(Vwap);
}

static void
VwapStart(const SeriesKind *kind, void *state, const double *parameter)
{
}

static void
VwapStep(const SeriesKind *kind, void *state, const double *input)
{
	Vwap	   *vwap = state;

	vwap->volume += input[3];
	vwap->value += (input[0] + input[1] + input[2]) / 3 * input[3];
}

static unsigned
VwapValue(const SeriesKind *kind, const void *state, double *result)
{
	const Vwap *vwap = state;

	if (!(vwap->volume > 0))
		return SERIES_UNKNOWN;
	result[0] = vwap->value / vwap->volume;
	return SERIES_KNOWN(1);
}

const SeriesKind series_vwap = {
	.inputs = 4,
	.results = 1,
	.size = VwapSize,
	.start = VwapStart,
	.step = VwapStep,
	.value = VwapValue,
};
