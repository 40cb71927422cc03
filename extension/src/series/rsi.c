/*-------------------------------------------------------------------------
 *
 * rsi.c
 *	  Relative strength index: Wilder's averages of gains and losses.
 *
 * 100 * gain / (gain + loss), seeded with the plain mean of the first n
 * changes. When nothing ever moved it is 0, as in TA-Lib.
 *
 *-------------------------------------------------------------------------
 */
#include "series/series.h"

typedef struct Rsi
{
	bool		started;		/* has previous been set? */
	double		previous;
	SeriesAverage gain;
	SeriesAverage loss;
} Rsi;

static size_t
RsiSize(const SeriesKind *kind, const double *parameter)
{
	return sizeof(Rsi);
}

static void
RsiStart(const SeriesKind *kind, void *state, const double *parameter)
{
	Rsi		   *rsi = state;

	rsi->gain = SeriesWilder((int) parameter[0]);
	rsi->loss = SeriesWilder((int) parameter[0]);
}

static void
RsiStep(const SeriesKind *kind, void *state, const double *input)
{
	Rsi		   *rsi = state;

	if (rsi->started)
	{
		double		change = input[0] - rsi->previous;

		SeriesAverageStep(&rsi->gain, change > 0 ? change : 0);
		SeriesAverageStep(&rsi->loss, change < 0 ? -change : 0);
	}
	rsi->started = true;
	rsi->previous = input[0];
}

static unsigned
RsiValue(const SeriesKind *kind, const void *state, double *result)
{
	const Rsi  *rsi = state;
	double		movement = rsi->gain.value + rsi->loss.value;

	if (!SeriesAverageKnown(&rsi->gain))
		return SERIES_UNKNOWN;
	result[0] = movement > 0 ? 100 * rsi->gain.value / movement : 0;
	return SERIES_KNOWN(1);
}

const SeriesKind series_rsi = {
	.inputs = 1,
	.parameters = 1,
	.results = 1,
	.parameter = {SERIES_PERIOD("period", 1)},
	.size = RsiSize,
	.start = RsiStart,
	.step = RsiStep,
	.value = RsiValue,
};
