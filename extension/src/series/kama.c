/*-------------------------------------------------------------------------
 *
 * kama.c
 *	  Adaptive moving average: fast where a price goes straight, slow where it
 *	  moves back and forth.
 *
 * Kaufman, Smarter Trading (1995), with the weights of exponential averages of
 * 2 and 30 rows as bounds. It starts from the last row before the first one
 * that has n rows before it, as in TA-Lib.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>

#include "series/series.h"

#define FASTEST		(2.0 / (2 + 1))
#define SLOWEST		(2.0 / (30 + 1))

typedef struct Kama
{
	SeriesTail	tail;			/* n + 1 rows */
	double		value;
	double		memory[];
} Kama;

static size_t
KamaSize(const SeriesKind *kind, const double *parameter)
{
	return sizeof(Kama) +
		sizeof(double) * SERIES_TAIL_ROOM((int) parameter[0] + 1);
}

static void
KamaStart(const SeriesKind *kind, void *state, const double *parameter)
{
	Kama	   *kama = state;

	SeriesTailStart(&kama->tail, (int) parameter[0] + 1, kama->memory);
}

/*
 * Distance over way, 1 where nothing moved.
 */
static double
Efficiency(const double *x, int n)
{
	double		way = 0;

	for (int i = 1; i < n; i++)
		way += fabs(x[i] - x[i - 1]);
	return way > 0 ? fmin(fabs(x[n - 1] - x[0]) / way, 1) : 1;
}

static void
KamaStep(const SeriesKind *kind, void *state, const double *input)
{
	Kama	   *kama = state;
	bool		started = SeriesTailKnown(&kama->tail);
	const double *x;
	double		weight;

	SeriesTailStep(&kama->tail, input[0]);
	if (!SeriesTailKnown(&kama->tail))
		return;
	x = SeriesTailValues(&kama->tail);
	if (!started)
		kama->value = x[kama->tail.n - 2];
	weight =
		Efficiency(x, kama->tail.n) * (FASTEST - SLOWEST) + SLOWEST;
	kama->value += weight * weight * (input[0] - kama->value);
}

static unsigned
KamaValue(const SeriesKind *kind, const void *state, double *result)
{
	const Kama *kama = state;

	if (!SeriesTailKnown(&kama->tail))
		return SERIES_UNKNOWN;
	result[0] = kama->value;
	return SERIES_KNOWN(1);
}

const SeriesKind series_kama = {
	.inputs = 1,
	.parameters = 1,
	.results = 1,
	.parameter = {SERIES_PERIOD("period", 1)},
	.size = KamaSize,
	.start = KamaStart,
	.step = KamaStep,
	.value = KamaValue,
};
