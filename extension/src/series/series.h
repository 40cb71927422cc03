/*-------------------------------------------------------------------------
 *
 * series.h
 *	  Window-capable aggregates over the rows of a series: one mechanism, and
 *	  one SeriesKind for each indicator.
 *
 * A kind is plain C and calls nothing of PostgreSQL: a state of fixed size that
 * a row is stepped into and that a value is read from without changing it. So
 * "over (order by ts rows unbounded preceding)" costs one step and one value a
 * row, however long the frame. A value depends on exactly the frame's rows.
 *
 * A row with a missing input (NULL, NaN, infinite) is skipped as if it were
 * not there; before there are enough rows the value is unknown (NULL).
 *
 *-------------------------------------------------------------------------
 */
#ifndef SERIES_H
#define SERIES_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* Most inputs (open, high, low, close, volume), parameters and results */
#define SERIES_MAX_INPUTS		5
#define SERIES_MAX_PARAMETERS	3
#define SERIES_MAX_RESULTS		3

/* Longest period, in rows; TA-Lib's limit too */
#define SERIES_MAX_PERIOD		100000

/* A parameter: a constant for all rows of a frame */
typedef struct SeriesParameter
{
	const char *name;			/* as errors call it */
	bool		whole;			/* integer in SQL, else double precision */
	double		minimum;
	double		maximum;
} SeriesParameter;

/* A period of at least that many rows */
#define SERIES_PERIOD_FROM(least) \
	{"period", true, (least), SERIES_MAX_PERIOD}

typedef struct SeriesKind
{
	int			inputs;			/* double precision arguments, first */
	int			parameters;		/* arguments after the inputs */
	int			results;		/* 1: a number; more: a composite of them */
	SeriesParameter parameter[SERIES_MAX_PARAMETERS];

	/* Bytes of the state */
	size_t		(*size) (const double *parameter);

	/* Makes a zeroed state ready for its first row */
	void		(*start) (void *state, const double *parameter);

	/* Takes one row; all inputs are finite */
	void		(*step) (void *state, const double *input);

	/* Which results are known (a bit each, the first is 1), and their values */
	unsigned	(*value) (const void *state, double *result);
} SeriesKind;

/* Nothing is known yet; the first, or all of several, are known */
#define SERIES_UNKNOWN		0u
#define SERIES_KNOWN(count)	((1u << (count)) - 1)

/* moving average with memory: ema.c, rsi.c, atr.c, macd.c, adx.c */

/*
 * A recursive average, seeded with the plain mean of its first n values as
 * TA-Lib does: then value += weight * (x - value).
 */
typedef struct SeriesAverage
{
	int			n;				/* values in the seed */
	int			count;			/* values seen, up to n */
	double		weight;			/* of a new value: 2/(n+1), or Wilder's 1/n */
	double		value;			/* sum of the seed until n values were seen */
} SeriesAverage;

static inline bool
SeriesAverageKnown(const SeriesAverage *average)
{
	return average->count == average->n;
}

static inline void
SeriesAverageStep(SeriesAverage *average, double x)
{
	if (SeriesAverageKnown(average))
		average->value += average->weight * (x - average->value);
	else
	{
		average->value += x;
		average->count++;
		if (SeriesAverageKnown(average))
			average->value /= average->n;
	}
}

/* Weight 2/(n+1) */
static inline SeriesAverage
SeriesExponential(int n)
{
	return (SeriesAverage) {.n = n, .weight = 2.0 / (n + 1)};
}

/* Weight 1/n: Wilder, New Concepts in Technical Trading Systems (1978) */
static inline SeriesAverage
SeriesWilder(int n)
{
	return (SeriesAverage) {.n = n, .weight = 1.0 / n};
}

/* The kinds, by the file that defines them */

/* ema.c */
extern const SeriesKind series_ema;

/* rsi.c */
extern const SeriesKind series_rsi;

/* atr.c */
extern const SeriesKind series_atr;

#endif							/* SERIES_H */
