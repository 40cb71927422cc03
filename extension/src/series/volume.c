/*-------------------------------------------------------------------------
 *
 * volume.c
 *	  Which way the volume goes: on-balance volume and money flow index.
 *
 *-------------------------------------------------------------------------
 */
#include <float.h>
#include <math.h>

#include "series/series.h"

/* The first row's volume counts as rising, as in TA-Lib */
typedef struct Obv
{
	bool		started;		/* has close been set? */
	double		close;			/* of the row before */
	double		balance;
} Obv;

static size_t
ObvSize(const SeriesKind *kind, const double *parameter)
{
	return sizeof(Obv);
}

static void
ObvStart(const SeriesKind *kind, void *state, const double *parameter)
{
}

static void
ObvStep(const SeriesKind *kind, void *state, const double *input)
{
	Obv		   *obv = state;
	double		close = input[0];
	double		volume = input[1];

	if (!obv->started || close > obv->close)
		obv->balance += volume;
	else if (close < obv->close)
		obv->balance -= volume;
	obv->started = true;
	obv->close = close;
}

static unsigned
ObvValue(const SeriesKind *kind, const void *state, double *result)
{
	const Obv  *obv = state;

	if (!obv->started)
		return SERIES_UNKNOWN;
	result[0] = obv->balance;
	return SERIES_KNOWN(1);
}

const SeriesKind series_obv = {
	.inputs = 2,
	.results = 1,
	.size = ObvSize,
	.start = ObvStart,
	.step = ObvStep,
	.value = ObvValue,
};

static bool
KeepTypicalPriceAndVolume(const double *input, double *column)
{
	column[0] = (input[0] + input[1] + input[2]) / 3;
	column[1] = input[3];
	return true;
}

/*
 * Sums of three prices that are equal in decimals may differ in the last bits:
 * that is no change.
 */
static double
Change(double before, double after)
{
	double		change = after - before;

	return fabs(change) > 4 * DBL_EPSILON * fabs(after) ? change : 0;
}

/*
 * Share of the money (typical price times volume) that came on rising prices,
 * in percent; 0 when no money moved.
 */
static unsigned
Mfi(const double *const *column, int rows, const double *parameter,
	double *result)
{
	const double *price = column[0];
	const double *volume = column[1];
	double		rising = 0;
	double		falling = 0;

	for (int i = 1; i < rows; i++)
	{
		double		change = Change(price[i - 1], price[i]);

		if (change > 0)
			rising += price[i] * volume[i];
		else if (change < 0)
			falling += price[i] * volume[i];
	}
	result[0] = rising + falling > 0 ? 100 * rising / (rising + falling) : 0;
	return SERIES_KNOWN(1);
}

const SeriesKind series_mfi = {
	.inputs = 4,
	.parameters = 1,
	.results = 1,
	.parameter = {SERIES_PERIOD("period", 1)},
	SERIES_TAIL_KIND,
	.rows_before = 1,
	.columns = 2,
	.keep = KeepTypicalPriceAndVolume,
	.of_tail = Mfi,
};
