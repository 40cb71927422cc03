/*-------------------------------------------------------------------------
 *
 * macd.c
 *	  Moving average convergence and divergence: a fast exponential average
 *	  minus a slow one, and the exponential average of that as signal.
 *
 * As in TA-Lib both averages start on the row where the slow one has its seed,
 * so that the fast one is seeded with the last rows before it and not the
 * first of all. Results: macd, signal, histogram.
 *
 *-------------------------------------------------------------------------
 */
#include "series/series.h"

typedef struct Macd
{
	int			skip;			/* rows that the fast average must not see */
	SeriesAverage fast;
	SeriesAverage slow;
	SeriesAverage signal;
} Macd;

static size_t
MacdSize(const SeriesKind *kind, const double *parameter)
{
	return sizeof(Macd);
}

static void
MacdStart(const SeriesKind *kind, void *state, const double *parameter)
{
	Macd	   *macd = state;
	int			fast = (int) parameter[0];
	int			slow = (int) parameter[1];

	/* TA-Lib swaps them when they are given the wrong way round */
	if (fast > slow)
	{
		slow = fast;
		fast = (int) parameter[1];
	}
	macd->skip = slow - fast;
	macd->fast = SeriesExponential(fast);
	macd->slow = SeriesExponential(slow);
	macd->signal = SeriesExponential((int) parameter[2]);
}

static void
MacdStep(const SeriesKind *kind, void *state, const double *input)
{
	Macd	   *macd = state;

	SeriesAverageStep(&macd->slow, input[0]);
	if (macd->skip > 0)
		macd->skip--;
	else
		SeriesAverageStep(&macd->fast, input[0]);
	if (SeriesAverageKnown(&macd->slow))
		SeriesAverageStep(&macd->signal, macd->fast.value - macd->slow.value);
}

static unsigned
MacdValue(const SeriesKind *kind, const void *state, double *result)
{
	const Macd *macd = state;

	if (!SeriesAverageKnown(&macd->slow))
		return SERIES_UNKNOWN;
	result[0] = macd->fast.value - macd->slow.value;
	if (!SeriesAverageKnown(&macd->signal))
		return SERIES_KNOWN(1);
	result[1] = macd->signal.value;
	result[2] = result[0] - result[1];
	return SERIES_KNOWN(3);
}

const SeriesKind series_macd = {
	.inputs = 1,
	.parameters = 3,
	.results = 3,
	.parameter = {
		SERIES_PERIOD("fast period", 1),
		SERIES_PERIOD("slow period", 1),
		SERIES_PERIOD("signal period", 1),
	},
	.size = MacdSize,
	.start = MacdStart,
	.step = MacdStep,
	.value = MacdValue,
};
