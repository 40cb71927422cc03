/*-------------------------------------------------------------------------
 *
 * channel.c
 *	  Highest and lowest prices of the last rows: Donchian channel, Ichimoku.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>

#include "series/series.h"

static double
Highest(const double *x, int n)
{
	double		highest = x[0];

	for (int i = 1; i < n; i++)
		highest = fmax(highest, x[i]);
	return highest;
}

static double
Lowest(const double *x, int n)
{
	double		lowest = x[0];

	for (int i = 1; i < n; i++)
		lowest = fmin(lowest, x[i]);
	return lowest;
}

static unsigned
Donchian(const double *const *column, int rows, const double *parameter,
		 double *result)
{
	result[0] = Highest(column[0], rows);
	result[2] = Lowest(column[1], rows);
	result[1] = (result[0] + result[2]) / 2;
	return SERIES_KNOWN(3);
}

const SeriesKind series_donchian = {
	.inputs = 2,
	.parameters = 1,
	.results = 3,
	.parameter = {SERIES_PERIOD("period", 1)},
	SERIES_TAIL_KIND,
	.of_tail = Donchian,
};

/* The tails are as long as the longest of the periods */
typedef struct Ichimoku
{
	int			period[3];		/* conversion, base, span */
	SeriesTail	high;
	SeriesTail	low;
	double		memory[];
} Ichimoku;

static int
Longest(const double *parameter)
{
	return (int) fmax(parameter[0], fmax(parameter[1], parameter[2]));
}

static size_t
IchimokuSize(const SeriesKind *kind, const double *parameter)
{
	return sizeof(Ichimoku) +
		sizeof(double) * 2 * SERIES_TAIL_ROOM(Longest(parameter));
}

static void
IchimokuStart(const SeriesKind *kind, void *state, const double *parameter)
{
	Ichimoku   *ichimoku = state;
	double	   *memory = ichimoku->memory;

	for (int i = 0; i < 3; i++)
		ichimoku->period[i] = (int) parameter[i];
	memory = SeriesTailStart(&ichimoku->high, Longest(parameter), memory);
	SeriesTailStart(&ichimoku->low, Longest(parameter), memory);
}

static void
IchimokuStep(const SeriesKind *kind, void *state, const double *input)
{
	Ichimoku   *ichimoku = state;

	SeriesTailStep(&ichimoku->high, input[0]);
	SeriesTailStep(&ichimoku->low, input[1]);
}

/*
 * Middle of the range of the last n rows, if there are so many.
 */
static bool
Middle(const Ichimoku *ichimoku, int n, double *middle)
{
	int			count = ichimoku->high.count;

	if (count < n)
		return false;
	*middle = (Highest(ichimoku->high.value + count - n, n) +
			   Lowest(ichimoku->low.value + count - n, n)) / 2;
	return true;
}

/*
 * Conversion line, base line, and the two spans as this row makes them: charts
 * draw those ahead by the base period.
 */
static unsigned
IchimokuValue(const SeriesKind *kind, const void *state, double *result)
{
	const Ichimoku *ichimoku = state;
	unsigned	known = SERIES_UNKNOWN;

	if (Middle(ichimoku, ichimoku->period[0], &result[0]))
		known |= 1u << 0;
	if (Middle(ichimoku, ichimoku->period[1], &result[1]))
		known |= 1u << 1;
	if (known == SERIES_KNOWN(2))
	{
		result[2] = (result[0] + result[1]) / 2;
		known |= 1u << 2;
	}
	if (Middle(ichimoku, ichimoku->period[2], &result[3]))
		known |= 1u << 3;
	return known;
}

const SeriesKind series_ichimoku = {
	.inputs = 2,
	.parameters = 3,
	.results = 4,
	.parameter = {
		SERIES_PERIOD("conversion period", 1),
		SERIES_PERIOD("base period", 1),
		SERIES_PERIOD("span period", 1),
	},
	.size = IchimokuSize,
	.start = IchimokuStart,
	.step = IchimokuStep,
	.value = IchimokuValue,
};
