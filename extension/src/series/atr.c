/*-------------------------------------------------------------------------
 *
 * atr.c
 *	  True range, and Wilder's average of it.
 *
 * The true range needs the close of the row before, so both begin with the
 * second row.
 *
 *-------------------------------------------------------------------------
 */
#include "series/series.h"

typedef struct Atr
{
	SeriesTrueRange true_range;
	bool		known;			/* is range that of the last row? */
	double		range;
	SeriesAverage average;
} Atr;

static size_t
AtrSize(const SeriesKind *kind, const double *parameter)
{
	return sizeof(Atr);
}

static void
AtrStart(const SeriesKind *kind, void *state, const double *parameter)
{
	Atr		   *atr = state;

	atr->average = SeriesWilder((int) parameter[0]);
}

/*
 * The true range alone has no average.
 */
static void
TrueRangeStart(const SeriesKind *kind, void *state, const double *parameter)
{
}

static void
AtrStep(const SeriesKind *kind, void *state, const double *input)
{
	Atr		   *atr = state;

	atr->known =
		SeriesTrueRangeStep(&atr->true_range, input[0], input[1], input[2],
							&atr->range);
	if (atr->known)
		SeriesAverageStep(&atr->average, atr->range);
}

static unsigned
TrueRangeValue(const SeriesKind *kind, const void *state, double *result)
{
	const Atr  *atr = state;

	if (!atr->known)
		return SERIES_UNKNOWN;
	result[0] = atr->range;
	return SERIES_KNOWN(1);
}

static unsigned
AtrValue(const SeriesKind *kind, const void *state, double *result)
{
	const Atr  *atr = state;

	if (!SeriesAverageKnown(&atr->average))
		return SERIES_UNKNOWN;
	result[0] = atr->average.value;
	return SERIES_KNOWN(1);
}

const SeriesKind series_true_range = {
	.inputs = 3,
	.results = 1,
	.size = AtrSize,
	.start = TrueRangeStart,
	.step = AtrStep,
	.value = TrueRangeValue,
};

const SeriesKind series_atr = {
	.inputs = 3,
	.parameters = 1,
	.results = 1,
	.parameter = {SERIES_PERIOD("period", 1)},
	.size = AtrSize,
	.start = AtrStart,
	.step = AtrStep,
	.value = AtrValue,
};
