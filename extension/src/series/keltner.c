/*-------------------------------------------------------------------------
 *
 * keltner.c
 *	  Bands of so many average true ranges: Keltner channel, supertrend.
 *
 * Keltner, How to Make Money in Commodities (1960), as Raschke draws it today:
 * around the exponential average of closes. Seban's supertrend (2009): bands
 * around the middle of the row that only ever move towards the price, and the
 * line is the one that the close has not crossed.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>

#include "series/series.h"

typedef struct Bands
{
	SeriesTrueRange true_range;
	SeriesAverage range;		/* Wilder's average true range */
	double		factor;			/* in average true ranges */
	SeriesAverage average;		/* of closes: Keltner's middle */
	bool		started;		/* supertrend: have the bands been set? */
	bool		rising;
	double		upper;
	double		lower;
} Bands;

static size_t
BandsSize(const SeriesKind *kind, const double *parameter)
{
	return sizeof(Bands);
}

static void
BandsStart(const SeriesKind *kind, void *state, const double *parameter)
{
	Bands	   *bands = state;

	bands->range = SeriesWilder((int) parameter[0]);
	bands->average = SeriesExponential((int) parameter[0]);
	bands->factor = parameter[1];
}

static void
RangeStep(Bands *bands, const double *input)
{
	double		range;

	if (SeriesTrueRangeStep(&bands->true_range, input[0], input[1], input[2],
							&range))
		SeriesAverageStep(&bands->range, range);
}

static void
KeltnerStep(const SeriesKind *kind, void *state, const double *input)
{
	Bands	   *bands = state;

	RangeStep(bands, input);
	SeriesAverageStep(&bands->average, input[2]);
}

static unsigned
KeltnerValue(const SeriesKind *kind, const void *state, double *result)
{
	const Bands *bands = state;
	double		width = bands->factor * bands->range.value;

	if (!SeriesAverageKnown(&bands->range))
		return SERIES_UNKNOWN;
	result[1] = bands->average.value;
	result[0] = result[1] + width;
	result[2] = result[1] - width;
	return SERIES_KNOWN(3);
}

/*
 * before is the close of the row before.
 */
static void
MoveBands(Bands *bands, const double *input, double before)
{
	double		middle = (input[0] + input[1]) / 2;
	double		width = bands->factor * bands->range.value;
	double		upper = middle + width;
	double		lower = middle - width;

	if (!bands->started || upper < bands->upper || before > bands->upper)
		bands->upper = upper;
	if (!bands->started || lower > bands->lower || before < bands->lower)
		bands->lower = lower;
}

static void
SupertrendStep(const SeriesKind *kind, void *state, const double *input)
{
	Bands	   *bands = state;
	double		before = bands->true_range.close;

	RangeStep(bands, input);
	if (!SeriesAverageKnown(&bands->range))
		return;
	MoveBands(bands, input, before);
	if (bands->started)
		bands->rising = bands->rising ? input[2] >= bands->lower
			: input[2] > bands->upper;
	bands->started = true;
}

static unsigned
SupertrendValue(const SeriesKind *kind, const void *state, double *result)
{
	const Bands *bands = state;

	if (!bands->started)
		return SERIES_UNKNOWN;
	result[0] = bands->rising ? bands->lower : bands->upper;
	result[1] = bands->rising ? 1 : -1;
	return SERIES_KNOWN(2);
}

#define BANDS_KIND \
	.inputs = 3, \
	.parameters = 2, \
	.parameter = {SERIES_PERIOD("period", 1), SERIES_FACTOR("factor")}, \
	.size = BandsSize, \
	.start = BandsStart

const SeriesKind series_keltner = {
	BANDS_KIND,
	.results = 3,
	.step = KeltnerStep,
	.value = KeltnerValue,
};

const SeriesKind series_supertrend = {
	BANDS_KIND,
	.results = 2,
	.step = SupertrendStep,
	.value = SupertrendValue,
};
