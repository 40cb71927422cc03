/*-------------------------------------------------------------------------
 *
 * double_ema.c
 *	  Double and triple exponential moving averages.
 *
 * Mulloy, Smoothing Data with Faster Moving Averages, Stocks and Commodities
 * 12 (1994): averages of averages, combined so that their lags cancel. Each
 * average is seeded with the mean of the first n values of the one before.
 *
 *-------------------------------------------------------------------------
 */
#include "series/series.h"

/* The average, its average, and that one's */
typedef struct Chain
{
	SeriesAverage link[3];
} Chain;

static size_t
ChainSize(const SeriesKind *kind, const double *parameter)
{
	return sizeof(Chain);
}

static void
ChainStart(const SeriesKind *kind, void *state, const double *parameter)
{
	Chain	   *chain = state;

	for (int i = 0; i < 3; i++)
		chain->link[i] = SeriesExponential((int) parameter[0]);
}

static void
ChainStep(const SeriesKind *kind, void *state, const double *input)
{
	Chain	   *chain = state;
	double		x = input[0];

	for (int i = 0; i < 3; i++)
	{
		SeriesAverageStep(&chain->link[i], x);
		if (!SeriesAverageKnown(&chain->link[i]))
			return;
		x = chain->link[i].value;
	}
}

static unsigned
Dema(const SeriesKind *kind, const void *state, double *result)
{
	const SeriesAverage *link = ((const Chain *) state)->link;

	if (!SeriesAverageKnown(&link[1]))
		return SERIES_UNKNOWN;
	result[0] = 2 * link[0].value - link[1].value;
	return SERIES_KNOWN(1);
}

static unsigned
Tema(const SeriesKind *kind, const void *state, double *result)
{
	const SeriesAverage *link = ((const Chain *) state)->link;

	if (!SeriesAverageKnown(&link[2]))
		return SERIES_UNKNOWN;
	result[0] = 3 * link[0].value - 3 * link[1].value + link[2].value;
	return SERIES_KNOWN(1);
}

#define CHAIN_KIND \
	.inputs = 1, \
	.parameters = 1, \
	.results = 1, \
	.parameter = {SERIES_PERIOD("period", 1)}, \
	.size = ChainSize, \
	.start = ChainStart, \
	.step = ChainStep

const SeriesKind series_dema = {
	CHAIN_KIND,
	.value = Dema,
};

const SeriesKind series_tema = {
	CHAIN_KIND,
	.value = Tema,
};
