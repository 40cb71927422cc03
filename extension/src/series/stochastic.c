/*-------------------------------------------------------------------------
 *
 * stochastic.c
 *	  Where the close stands between the highest high and the lowest low of
 *	  the last rows: the stochastic oscillator and Williams' %R.
 *
 *-------------------------------------------------------------------------
 */
#include "series/series.h"

/*
 * The highest high and lowest low of n rows.
 */
static void
Extremes(const double *high, const double *low, int n, double *highest,
		 double *lowest)
{
	*highest = high[0];
	*lowest = low[0];
	for (int i = 1; i < n; i++)
	{
		if (high[i] > *highest)
			*highest = high[i];
		if (low[i] < *lowest)
			*lowest = low[i];
	}
}

/* k of each row, and the mean of the last d of them (TA-Lib's STOCHF) */
typedef struct Stochastic
{
	SeriesTail	high;
	SeriesTail	low;
	SeriesTail	k;				/* as many as d averages */
	double		memory[];
} Stochastic;

static size_t
StochasticSize(const SeriesKind *kind, const double *parameter)
{
	return sizeof(Stochastic) +
		sizeof(double) * (2 * SERIES_TAIL_ROOM(parameter[0]) +
						  SERIES_TAIL_ROOM(parameter[1]));
}

static void
StochasticStart(const SeriesKind *kind, void *state, const double *parameter)
{
	Stochastic *stochastic = state;
	double	   *memory = stochastic->memory;

	memory = SeriesTailStart(&stochastic->high, (int) parameter[0], memory);
	memory = SeriesTailStart(&stochastic->low, (int) parameter[0], memory);
	SeriesTailStart(&stochastic->k, (int) parameter[1], memory);
}

static void
StochasticStep(const SeriesKind *kind, void *state, const double *input)
{
	Stochastic *stochastic = state;
	double		close = input[2];
	double		highest;
	double		lowest;

	SeriesTailStep(&stochastic->high, input[0]);
	SeriesTailStep(&stochastic->low, input[1]);
	if (!SeriesTailKnown(&stochastic->high))
		return;
	Extremes(SeriesTailValues(&stochastic->high),
			 SeriesTailValues(&stochastic->low),
			 stochastic->high.n, &highest, &lowest);
	SeriesTailStep(&stochastic->k,
				   highest != lowest
				   ? 100 * (close - lowest) / (highest - lowest) : 0);
}

static unsigned
StochasticValue(const SeriesKind *kind, const void *state, double *result)
{
	const Stochastic *stochastic = state;
	const SeriesTail *k = &stochastic->k;

	if (k->count == 0)
		return SERIES_UNKNOWN;
	result[0] = k->value[k->count - 1];
	if (!SeriesTailKnown(k))
		return SERIES_KNOWN(1);
	result[1] = SeriesMean(SeriesTailValues(k), k->n);
	return SERIES_KNOWN(2);
}

const SeriesKind series_stochastic = {
	.inputs = 3,
	.parameters = 2,
	.results = 2,
	.parameter =
	{SERIES_PERIOD("period of k", 1), SERIES_PERIOD("period of d", 1)},
	.size = StochasticSize,
	.start = StochasticStart,
	.step = StochasticStep,
	.value = StochasticValue,
};

/*
 * From -100 at the lowest low to 0 at the highest high.
 */
static unsigned
WilliamsR(const double *const *column, int rows, const double *parameter,
		  double *result)
{
	double		close = column[2][rows - 1];
	double		highest;
	double		lowest;

	Extremes(column[0], column[1], rows, &highest, &lowest);
	result[0] =
		highest != lowest ? -100 * (highest - close) / (highest - lowest) : 0;
	return SERIES_KNOWN(1);
}

const SeriesKind series_williams_r = {
	.inputs = 3,
	.parameters = 1,
	.results = 1,
	.parameter = {SERIES_PERIOD("period", 1)},
	SERIES_TAIL_KIND,
	.of_tail = WilliamsR,
};
