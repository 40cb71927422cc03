/*-------------------------------------------------------------------------
 *
 * adx.c
 *	  Directional movement (Wilder, New Concepts in Technical Trading Systems,
 *	  1978): plus_di, minus_di and their smoothed difference, adx.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>

#include "series/series.h"

/* Wilder's running sum: plain for n - 1 values, then it forgets 1/n a step */
typedef struct WilderSum
{
	int			n;
	int			count;			/* values seen, up to n */
	double		value;
} WilderSum;

static void
WilderSumStep(WilderSum *sum, double x)
{
	if (sum->count < sum->n)
		sum->count++;
	if (sum->count == sum->n)
		sum->value -= sum->value / sum->n;
	sum->value += x;
}

typedef struct Direction
{
	SeriesTrueRange true_range;
	double		high;			/* of the row before */
	double		low;
	WilderSum	plus;
	WilderSum	minus;
	WilderSum	range;
	SeriesAverage adx;
} Direction;

static size_t
DirectionSize(const SeriesKind *kind, const double *parameter)
{
	return sizeof(Direction);
}

static void
DirectionStart(const SeriesKind *kind, void *state, const double *parameter)
{
	Direction  *direction = state;
	int			n = (int) parameter[0];

	direction->plus.n = n;
	direction->minus.n = n;
	direction->range.n = n;
	direction->adx = SeriesWilder(n);
}

static bool
DirectionKnown(const Direction *direction)
{
	return direction->range.count == direction->range.n;
}

/*
 * Movement as a share of the range, in percent.
 */
static double
Indicator(const WilderSum *movement, const WilderSum *range)
{
	return range->value > 0 ? 100 * movement->value / range->value : 0;
}

/*
 * Only the larger of the two moves counts, and only if it goes outwards.
 */
static void
StepMovement(Direction *direction, double high, double low)
{
	double		up = high - direction->high;
	double		down = direction->low - low;

	WilderSumStep(&direction->plus, up > 0 && up > down ? up : 0);
	WilderSumStep(&direction->minus, down > 0 && down > up ? down : 0);
}

/*
 * Without any movement the index counts as 0 in the seed and is kept later.
 */
static void
StepIndex(Direction *direction)
{
	double		plus = Indicator(&direction->plus, &direction->range);
	double		minus = Indicator(&direction->minus, &direction->range);

	if (plus + minus > 0)
		SeriesAverageStep(&direction->adx,
						  100 * fabs(plus - minus) / (plus + minus));
	else if (!SeriesAverageKnown(&direction->adx))
		SeriesAverageStep(&direction->adx, 0);
}

static void
DirectionStep(const SeriesKind *kind, void *state, const double *input)
{
	Direction  *direction = state;
	double		range;

	if (SeriesTrueRangeStep(&direction->true_range, input[0], input[1],
							input[2], &range))
	{
		StepMovement(direction, input[0], input[1]);
		WilderSumStep(&direction->range, range);
		if (DirectionKnown(direction))
			StepIndex(direction);
	}
	direction->high = input[0];
	direction->low = input[1];
}

static unsigned
AdxValue(const SeriesKind *kind, const void *state, double *result)
{
	const Direction *direction = state;

	if (!SeriesAverageKnown(&direction->adx))
		return SERIES_UNKNOWN;
	result[0] = direction->adx.value;
	return SERIES_KNOWN(1);
}

static unsigned
PlusValue(const SeriesKind *kind, const void *state, double *result)
{
	const Direction *direction = state;

	if (!DirectionKnown(direction))
		return SERIES_UNKNOWN;
	result[0] = Indicator(&direction->plus, &direction->range);
	return SERIES_KNOWN(1);
}

static unsigned
MinusValue(const SeriesKind *kind, const void *state, double *result)
{
	const Direction *direction = state;

	if (!DirectionKnown(direction))
		return SERIES_UNKNOWN;
	result[0] = Indicator(&direction->minus, &direction->range);
	return SERIES_KNOWN(1);
}

#define DIRECTION_KIND \
	.inputs = 3, \
	.parameters = 1, \
	.results = 1, \
	.parameter = {SERIES_PERIOD("period", 1)}, \
	.size = DirectionSize, \
	.start = DirectionStart, \
	.step = DirectionStep

const SeriesKind series_adx = {
	DIRECTION_KIND,
	.value = AdxValue,
};

const SeriesKind series_plus_di = {
	DIRECTION_KIND,
	.value = PlusValue,
};

const SeriesKind series_minus_di = {
	DIRECTION_KIND,
	.value = MinusValue,
};
