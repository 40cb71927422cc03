/*-------------------------------------------------------------------------
 *
 * measure.c
 *	  The measures of one series of returns.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>

#include "performance/performance.h"

/* What is known of a measure that may not be */
#define KNOWN_IF(known)		((known) ? SERIES_KNOWN(1) : SERIES_UNKNOWN)

static unsigned
TotalReturn(const SeriesKind *kind, const void *state, double *result)
{
	const Returns *returns = state;

	result[0] = returns->growth - 1;
	return SERIES_KNOWN(1);
}

const SeriesKind series_total_return = {
	RETURNS_KIND,
	.value = TotalReturn,
};

static unsigned
Cagr(const SeriesKind *kind, const void *state, double *result)
{
	const Returns *returns = state;

	return KNOWN_IF(ReturnsCagr(returns, returns->parameter[0], result));
}

const SeriesKind series_cagr = {
	RETURNS_KIND,
	.parameters = 1,
	.parameter = {PERIODS_A_YEAR},
	.value = Cagr,
};

static unsigned
Volatility(const SeriesKind *kind, const void *state, double *result)
{
	const Returns *returns = state;

	return KNOWN_IF(ReturnsVolatility(returns, returns->parameter[0], result));
}

const SeriesKind series_volatility = {
	RETURNS_KIND,
	.parameters = 1,
	.parameter = {PERIODS_A_YEAR},
	.value = Volatility,
};

static unsigned
Sharpe(const SeriesKind *kind, const void *state, double *result)
{
	const Returns *returns = state;

	return KNOWN_IF(ReturnsSharpe(returns, returns->parameter[0], result));
}

const SeriesKind series_sharpe = {
	RETURNS_KIND,
	.parameters = 1,
	.parameter = {PERIODS_A_YEAR},
	.value = Sharpe,
};

static unsigned
Sortino(const SeriesKind *kind, const void *state, double *result)
{
	const Returns *returns = state;

	return KNOWN_IF(ReturnsSortino(returns, returns->parameter[0], result));
}

const SeriesKind series_sortino = {
	RETURNS_KIND,
	.parameters = 1,
	.parameter = {PERIODS_A_YEAR},
	.value = Sortino,
};

static unsigned
Calmar(const SeriesKind *kind, const void *state, double *result)
{
	const Returns *returns = state;

	return KNOWN_IF(ReturnsCalmar(returns, returns->parameter[0], result));
}

const SeriesKind series_calmar = {
	RETURNS_KIND,
	.parameters = 1,
	.parameter = {PERIODS_A_YEAR},
	.value = Calmar,
};

static unsigned
MaxDrawdown(const SeriesKind *kind, const void *state, double *result)
{
	const Returns *returns = state;

	result[0] = returns->worst;
	return SERIES_KNOWN(1);
}

const SeriesKind series_max_drawdown = {
	RETURNS_KIND,
	.value = MaxDrawdown,
};

/*
 * Martin and McCann, The Investor's Guide to Fidelity Funds (1989): root mean
 * square drawdown, over n - 1 as quantstats has it.
 */
static unsigned
UlcerIndex(const SeriesKind *kind, const void *state, double *result)
{
	const Returns *returns = state;

	if (returns->moments.n < 2)
		return SERIES_UNKNOWN;
	result[0] =
		sqrt(returns->drawdown_squares / (returns->moments.n - 1));
	return SERIES_KNOWN(1);
}

const SeriesKind series_ulcer_index = {
	RETURNS_KIND,
	.value = UlcerIndex,
};

static unsigned
ProfitFactor(const SeriesKind *kind, const void *state, double *result)
{
	const Returns *returns = state;

	if (returns->loss == 0)
		return SERIES_UNKNOWN;
	result[0] = returns->gain / returns->loss;
	return SERIES_KNOWN(1);
}

const SeriesKind series_profit_factor = {
	RETURNS_KIND,
	.value = ProfitFactor,
};

static unsigned
WinRate(const SeriesKind *kind, const void *state, double *result)
{
	const Returns *returns = state;
	double		decided = returns->wins + returns->losses;

	if (decided == 0)
		return SERIES_UNKNOWN;
	result[0] = returns->wins / decided;
	return SERIES_KNOWN(1);
}

const SeriesKind series_win_rate = {
	RETURNS_KIND,
	.value = WinRate,
};

/*
 * Keating and Shadwick, A Universal Performance Measure, Journal of
 * Performance Measurement 6 (2002).
 */
static unsigned
Omega(const SeriesKind *kind, const void *state, double *result)
{
	const Returns *returns = state;

	if (returns->below == 0)
		return SERIES_UNKNOWN;
	result[0] = returns->above / returns->below;
	return SERIES_KNOWN(1);
}

const SeriesKind series_omega = {
	RETURNS_KIND,
	.parameters = 1,
	.parameter = {{"threshold", false, -1e9, 1e9, 0}},
	.value = Omega,
};

static unsigned
ReturnSkewness(const SeriesKind *kind, const void *state, double *result)
{
	const Returns *returns = state;

	return KNOWN_IF(MomentsSkewness(&returns->moments, result));
}

const SeriesKind series_return_skewness = {
	RETURNS_KIND,
	.value = ReturnSkewness,
};

/*
 * Excess kurtosis: that of the normal distribution taken off.
 */
static unsigned
ReturnKurtosis(const SeriesKind *kind, const void *state, double *result)
{
	const Returns *returns = state;

	if (!MomentsKurtosis(&returns->moments, result))
		return SERIES_UNKNOWN;
	result[0] -= 3;
	return SERIES_KNOWN(1);
}

const SeriesKind series_return_kurtosis = {
	RETURNS_KIND,
	.value = ReturnKurtosis,
};
