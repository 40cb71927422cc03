/*-------------------------------------------------------------------------
 *
 * psar.c
 *	  Parabolic stop and reverse.
 *
 * Wilder, New Concepts in Technical Trading Systems (1978), section II. The
 * first direction is that of the larger move between the first two rows, up
 * if they are equal, as in TA-Lib. All is kept for a rising trend; a falling
 * one is the same upside down, with all prices negated.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>

#include "series/series.h"

/* High and low of a row; of a falling trend -low and -high */
typedef struct Extent
{
	double		high;
	double		low;
} Extent;

typedef struct Psar
{
	double		acceleration;	/* added at each new extreme */
	double		maximum;		/* of factor */
	int			count;			/* rows seen, up to 2 */
	bool		rising;
	double		factor;
	double		extreme;		/* furthest price of this trend */
	double		next;			/* the stop of the next row */
	double		value;			/* the stop of the last row */
	Extent		before;			/* the last row */
} Psar;

static size_t
PsarSize(const SeriesKind *kind, const double *parameter)
{
	return sizeof(Psar);
}

static void
PsarStart(const SeriesKind *kind, void *state, const double *parameter)
{
	Psar	   *psar = state;

	psar->maximum = parameter[1];
	psar->acceleration = fmin(parameter[0], parameter[1]);
}

static Extent
Turn(Extent extent)
{
	return (Extent)
	{
		-extent.low, -extent.high
	};
}

static void
Reverse(Psar *psar)
{
	psar->rising = !psar->rising;
	psar->factor = psar->acceleration;
	psar->extreme = -psar->extreme;
	psar->next = -psar->next;
	psar->before = Turn(psar->before);
}

/*
 * The stop of the row after, never inside this row or the one before.
 */
static void
Follow(Psar *psar, Extent row)
{
	psar->next += psar->factor * (psar->extreme - psar->next);
	psar->next = fmin(psar->next, fmin(psar->before.low, row.low));
}

/*
 * Direction, stop and extreme from the first two rows.
 */
static void
Begin(Psar *psar, Extent row)
{
	double		up = row.high - psar->before.high;
	double		down = psar->before.low - row.low;

	psar->rising = !(down > 0 && down > up);
	psar->factor = psar->acceleration;
	if (!psar->rising)
	{
		psar->before = Turn(psar->before);
		row = Turn(row);
	}
	psar->next = psar->before.low;
	psar->extreme = row.high;
	psar->before = row;
}

/*
 * The price has reached the stop: the trend turns at its furthest price, or
 * beyond the last two rows if they went further.
 */
static void
StopAndReverse(Psar *psar, Extent row)
{
	Reverse(psar);
	row = Turn(row);
	psar->next = fmin(psar->extreme, fmin(psar->before.low, row.low));
	psar->value = psar->next;
	psar->extreme = row.high;
	Follow(psar, row);
	psar->before = row;
}

static void
GoOn(Psar *psar, Extent row)
{
	psar->value = psar->next;
	if (row.high > psar->extreme)
	{
		psar->extreme = row.high;
		psar->factor =
			fmin(psar->factor + psar->acceleration, psar->maximum);
	}
	Follow(psar, row);
	psar->before = row;
}

static void
PsarStep(const SeriesKind *kind, void *state, const double *input)
{
	Psar	   *psar = state;
	Extent		row = {input[0], input[1]};

	if (psar->count == 0)
		psar->before = row;
	else
	{
		if (psar->count == 1)
			Begin(psar, row);
		if (!psar->rising)
			row = Turn(row);
		if (row.low <= psar->next)
			StopAndReverse(psar, row);
		else
			GoOn(psar, row);
	}
	if (psar->count < 2)
		psar->count++;
}

static unsigned
PsarValue(const SeriesKind *kind, const void *state, double *result)
{
	const Psar *psar = state;

	if (psar->count < 2)
		return SERIES_UNKNOWN;
	result[0] = psar->rising ? psar->value : -psar->value;
	return SERIES_KNOWN(1);
}

const SeriesKind series_psar = {
	.inputs = 2,
	.parameters = 2,
	.results = 1,
	.parameter = {SERIES_FACTOR("acceleration"), SERIES_FACTOR("maximum")},
	.size = PsarSize,
	.start = PsarStart,
	.step = PsarStep,
	.value = PsarValue,
};
