/*-------------------------------------------------------------------------
 *
 * series_test.c
 *	  Every indicator of the series family for many periods: the first row with
 *	  a value, memory, and that reading a value leaves the state alone.
 *
 * Numbers are compared with TA-Lib in test/oracle; this one runs the same code
 * under the address and undefined behaviour sanitizers.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "series/series.h"

/* The first row with a value is factor * period + offset */
typedef struct Expectation
{
	const char *name;
	const SeriesKind *kind;
	int			factor;
	int			offset;
} Expectation;

static const Expectation expectations[] = {
	{"sma", &series_sma, 1, 0},
	{"wma", &series_wma, 1, 0},
	{"ema", &series_ema, 1, 0},
	{"macd", &series_macd, 1, 0},
	{"momentum", &series_momentum, 1, 1},
	{"roc", &series_roc, 1, 1},
	{"rsi", &series_rsi, 1, 1},
	{"stochastic", &series_stochastic, 1, 0},
	{"williams_r", &series_williams_r, 1, 0},
	{"cci", &series_cci, 1, 0},
	{"adx", &series_adx, 2, 0},
	{"plus_di", &series_plus_di, 1, 1},
	{"minus_di", &series_minus_di, 1, 1},
	{"true_range", &series_true_range, 0, 2},
	{"atr", &series_atr, 1, 1},
	{"bollinger", &series_bollinger, 1, 0},
	{"realised_vol", &series_realised_vol, 1, 1},
	{"parkinson_vol", &series_parkinson_vol, 1, 0},
	{"obv", &series_obv, 0, 1},
	{"mfi", &series_mfi, 1, 1},
	{"zscore", &series_zscore, 1, 0},
	{"slope", &series_slope, 1, 0},
	{"skewness", &series_skewness, 1, 0},
	{"correlation", &series_correlation, 1, 0},
	{"beta", &series_beta, 1, 0},
	{"dema", &series_dema, 2, -1},
	{"tema", &series_tema, 3, -2},
	{"kama", &series_kama, 1, 1},
	{"vwap", &series_vwap, 0, 1},
	{"donchian", &series_donchian, 1, 0},
	{"ichimoku", &series_ichimoku, 1, 0},
	{"keltner", &series_keltner, 1, 1},
	{"supertrend", &series_supertrend, 1, 1},
	{"psar", &series_psar, 0, 2},
	{"garman_klass_vol", &series_garman_klass_vol, 1, 0},
	{"hurst", &series_hurst, 1, 0},
	{"entropy", &series_entropy, 1, 0},
};

static int	checks = 0;
static int	failures = 0;

static void
Check(bool passed, const char *name, int period, int row, const char *what)
{
	checks++;
	if (passed)
		return;
	failures++;
	printf("%s, period %d, row %d: %s\n", name, period, row, what);
}

/*
 * High, low, close and volume of a random walk.
 */
static void
NextBar(double *bar)
{
	double		open = bar[2];

	bar[2] = open * exp(0.1 * ((double) rand() / RAND_MAX - 0.5));
	bar[0] = fmax(open, bar[2]) * (1 + 0.01 * rand() / RAND_MAX);
	bar[1] = fmin(open, bar[2]) * (1 - 0.01 * rand() / RAND_MAX);
	bar[3] = rand();
}

static unsigned
ReadValue(const Expectation *expectation, const void *state, size_t size,
		  int period, int row)
{
	const SeriesKind *kind = expectation->kind;
	double		result[SERIES_MAX_RESULTS];
	void	   *before = malloc(size);
	unsigned	known;

	memcpy(before, state, size);
	known = kind->value(kind, state, result);
	Check(memcmp(before, state, size) == 0, expectation->name, period, row,
		  "reading the value changed the state");
	for (int i = 0; i < kind->results; i++)
		if (known & (1u << i))
			Check(isfinite(result[i]), expectation->name, period, row,
				  "value is not finite");
	free(before);
	return known;
}

static void
CheckPeriod(const Expectation *expectation, int period)
{
	const SeriesKind *kind = expectation->kind;
	double		parameter[SERIES_MAX_PARAMETERS] = {period, period, period};
	size_t		size = kind->size(kind, parameter);
	void	   *state = calloc(1, size);
	double		bar[SERIES_MAX_INPUTS] = {101, 99, 100, 1000};
	int			first = expectation->factor * period + expectation->offset;

	kind->start(kind, state, parameter);
	for (int row = 1; row <= 5 * period + 5; row++)
	{
		unsigned	known;

		NextBar(bar);
		if (kind == &series_garman_klass_vol)
		{
			/* Its inputs are open, high, low, close */
			double		whole[] = {bar[1], bar[0], bar[1], bar[2]};

			kind->step(kind, state, whole);
		}
		else
			kind->step(kind, state, bar);
		known = ReadValue(expectation, state, size, period, row);
		Check((known != SERIES_UNKNOWN) == (row >= first), expectation->name,
			  period, row,
			  "known too early or too late");
	}
	free(state);
}

int
main(void)
{
	srand(1);
	for (size_t i = 0; i < sizeof(expectations) / sizeof(*expectations); i++)
	{
		const SeriesKind *kind = expectations[i].kind;
		int			least =
		kind->parameters > 0 ? (int) kind->parameter[0].minimum : 1;

		for (int period = least; period <= 40; period++)
			CheckPeriod(&expectations[i], period);
	}
	printf("series kernels: %d checks, %d failures\n", checks, failures);
	return failures > 0;
}
