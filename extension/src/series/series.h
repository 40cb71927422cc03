/*-------------------------------------------------------------------------
 *
 * series.h
 *	  Window-capable aggregates over the rows of a series: one mechanism, and
 *	  one SeriesKind for each indicator.
 *
 * A kind is plain C and calls nothing of PostgreSQL: a state of fixed size
 * that a row is stepped into and that a value is read from without changing
 * it. So "over (order by ts rows unbounded preceding)" costs one step and one
 * value a row, however long the frame. A value depends on exactly the frame's
 * rows.
 *
 * A row with a missing input (NULL, NaN, infinite) is skipped as if it were
 * not there; before there are enough rows the value is unknown (NULL). Where
 * an indicator of TA-Lib divides by zero its value is what TA-Lib gives.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SERIES_H
#define SERIES_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* Most inputs (high, low, close, volume), parameters and results */
#define SERIES_MAX_INPUTS		4
#define SERIES_MAX_PARAMETERS	3
#define SERIES_MAX_RESULTS		4

/* Longest period, in rows; TA-Lib's limit too */
#define SERIES_MAX_PERIOD		100000

/* A parameter: a constant for all rows of a frame */
typedef struct SeriesParameter
{
	const char *name;			/* as errors call it */
	bool		whole;			/* integer in SQL, else double precision */
	double		minimum;
	double		maximum;
	double		preset;			/* where a call leaves it out */
} SeriesParameter;

/* A number of rows, at least so many */
#define SERIES_PERIOD(name, least) \
	{(name), true, (least), SERIES_MAX_PERIOD, 0}

/* A positive factor */
#define SERIES_FACTOR(name) \
	{(name), false, 1e-9, 1e9, 0}

typedef struct SeriesKind SeriesKind;
struct SeriesKind
{
	int			inputs;			/* double precision arguments, first */
	int			parameters;		/* arguments after the inputs */
	int			results;		/* 1: a number; more: a composite of them */
	SeriesParameter parameter[SERIES_MAX_PARAMETERS];

	/* Bytes of the state */
	size_t		(*size) (const SeriesKind *kind, const double *parameter);

	/* Makes a zeroed state, aligned for double, ready for its first row */
	void		(*start) (const SeriesKind *kind, void *state,
						  const double *parameter);

	/* Takes one row; all inputs are finite */
	void		(*step) (const SeriesKind *kind, void *state,
						 const double *input);

	/* Which results are known (a bit each, the first is 1), and the values */
	unsigned	(*value) (const SeriesKind *kind, const void *state,
						  double *result);

	/* The rest is for kinds that depend on their last rows alone: tail.c */

	/* Rows needed beside the period, which is the first parameter */
	int			rows_before;

	/*
	 * What to keep of a row, as many columns; false if the row has to count
	 * as missing. Without it all inputs are kept.
	 */
	int			columns;
	bool		(*keep) (const double *input, double *column);

	/* The value of the last period + rows_before rows, oldest first */
	unsigned	(*of_tail) (const double *const *column, int rows,
							const double *parameter, double *result);
};

/* Nothing is known yet; the first, or all of several, are known */
#define SERIES_UNKNOWN		0u
#define SERIES_KNOWN(count)	((1u << (count)) - 1)

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
	SeriesAverage average = {0};

	average.n = n;
	average.weight = 2.0 / (n + 1);
	return average;
}

/* Weight 1/n: Wilder, New Concepts in Technical Trading Systems (1978) */
static inline SeriesAverage
SeriesWilder(int n)
{
	SeriesAverage average = {0};

	average.n = n;
	average.weight = 1.0 / n;
	return average;
}

/*
 * The last n values, always side by side in memory: room for twice as many,
 * so that they move to the front only once in n steps.
 */
typedef struct SeriesTail
{
	int			n;				/* values wanted */
	int			count;			/* values in memory, up to 2 n */
	double	   *value;			/* room for 2 n, inside the kind's state */
} SeriesTail;

/* Doubles that a tail of n needs in the kind's state */
#define SERIES_TAIL_ROOM(n)		(2 * (size_t) (n))

/* Where memory goes on behind the tail */
static inline double *
SeriesTailStart(SeriesTail *tail, int n, double *memory)
{
	tail->n = n;
	tail->value = memory;
	return memory + SERIES_TAIL_ROOM(n);
}

static inline void
SeriesTailStep(SeriesTail *tail, double x)
{
	if (tail->count == 2 * tail->n)
	{
		memcpy(tail->value, tail->value + tail->n, sizeof(double) * tail->n);
		tail->count = tail->n;
	}
	tail->value[tail->count++] = x;
}

static inline bool
SeriesTailKnown(const SeriesTail *tail)
{
	return tail->count >= tail->n;
}

/* The last n values, oldest first; only if known */
static inline const double *
SeriesTailValues(const SeriesTail *tail)
{
	return tail->value + tail->count - tail->n;
}

/*
 * The range of a row together with the close of the row before it.
 */
typedef struct SeriesTrueRange
{
	bool		started;		/* has close been set? */
	double		close;			/* of the row before */
} SeriesTrueRange;

/* False for the first row, which has none */
static inline bool
SeriesTrueRangeStep(SeriesTrueRange *true_range, double high, double low,
					double close,
					double *range)
{
	bool		known = true_range->started;
	double		top = high > true_range->close ? high : true_range->close;
	double		bottom = low < true_range->close ? low : true_range->close;

	true_range->started = true;
	true_range->close = close;
	*range = top - bottom;
	return known;
}

/* tail.c: for kinds that depend on their last rows alone */
extern size_t SeriesTailKindSize(const SeriesKind *kind,
								 const double *parameter);
extern void SeriesTailKindStart(const SeriesKind *kind, void *state,
								const double *parameter);
extern void SeriesTailKindStep(const SeriesKind *kind, void *state,
							   const double *input);
extern unsigned SeriesTailKindValue(const SeriesKind *kind, const void *state,
									double *result);

#define SERIES_TAIL_KIND \
	.size = SeriesTailKindSize, \
	.start = SeriesTailKindStart, \
	.step = SeriesTailKindStep, \
	.value = SeriesTailKindValue

/* statistic.c: sums of a tail's deviations from its mean */
extern double SeriesMean(const double *x, int n);
extern double SeriesSquares(const double *x, int n, double mean);

/* The kinds, by the file that defines them */

/* average.c */
extern const SeriesKind series_sma;
extern const SeriesKind series_wma;

/* ema.c, macd.c */
extern const SeriesKind series_ema;
extern const SeriesKind series_macd;

/* double_ema.c, kama.c */
extern const SeriesKind series_dema;
extern const SeriesKind series_tema;
extern const SeriesKind series_kama;

/* channel.c, keltner.c, psar.c */
extern const SeriesKind series_donchian;
extern const SeriesKind series_ichimoku;
extern const SeriesKind series_keltner;
extern const SeriesKind series_supertrend;
extern const SeriesKind series_psar;

/* momentum.c, rsi.c */
extern const SeriesKind series_momentum;
extern const SeriesKind series_roc;
extern const SeriesKind series_rsi;

/* stochastic.c, cci.c */
extern const SeriesKind series_stochastic;
extern const SeriesKind series_williams_r;
extern const SeriesKind series_cci;

/* adx.c */
extern const SeriesKind series_adx;
extern const SeriesKind series_plus_di;
extern const SeriesKind series_minus_di;

/* atr.c, bollinger.c, volatility.c */
extern const SeriesKind series_true_range;
extern const SeriesKind series_atr;
extern const SeriesKind series_bollinger;
extern const SeriesKind series_realised_vol;
extern const SeriesKind series_parkinson_vol;
extern const SeriesKind series_garman_klass_vol;

/* volume.c, vwap.c */
extern const SeriesKind series_obv;
extern const SeriesKind series_mfi;
extern const SeriesKind series_vwap;

/* statistic.c */
extern const SeriesKind series_zscore;
extern const SeriesKind series_slope;
extern const SeriesKind series_skewness;
extern const SeriesKind series_correlation;
extern const SeriesKind series_beta;

/* memory.c */
extern const SeriesKind series_hurst;
extern const SeriesKind series_entropy;

#endif							/* SERIES_H */
