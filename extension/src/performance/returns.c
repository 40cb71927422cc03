/*-------------------------------------------------------------------------
 *
 * returns.c
 *	  The running account of returns, and what several measures share.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>

#include "performance/performance.h"

void
ReturnsStart(Returns *returns)
{
	returns->growth = 1;
	returns->peak = 1;
}

/*
 * Drawdown is counted from the initial 1 on, before the first return.
 */
static void
DrawdownStep(Returns *returns, double x)
{
	double		drawdown;

	returns->growth *= 1 + x;
	returns->peak = fmax(returns->peak, returns->growth);
	drawdown = returns->growth / returns->peak - 1;
	returns->worst = fmin(returns->worst, drawdown);
	returns->drawdown_squares += drawdown * drawdown;
}

void
ReturnsStep(Returns *returns, double x)
{
	double		excess = x - returns->parameter[0];

	MomentsStep(&returns->moments, x);
	DrawdownStep(returns, x);
	if (x > 0)
	{
		returns->gain += x;
		returns->wins++;
	}
	else if (x < 0)
	{
		returns->loss -= x;
		returns->losses++;
		returns->downside_squares += x * x;
	}
	if (excess > 0)
		returns->above += excess;
	else
		returns->below -= excess;
}

/*
 * Growth of a year: none if all was lost and more.
 */
bool
ReturnsCagr(const Returns *returns, double periods, double *cagr)
{
	if (!(returns->moments.n > 0) || returns->growth < 0)
		return false;
	*cagr = pow(returns->growth, periods / returns->moments.n) - 1;
	return true;
}

/*
 * Sample standard deviation of a year.
 */
bool
ReturnsVolatility(const Returns *returns, double periods, double *volatility)
{
	if (returns->moments.n < 2)
		return false;
	*volatility =
		sqrt(returns->moments.second / (returns->moments.n - 1) * periods);
	return true;
}

/*
 * Sharpe, The Sharpe Ratio, Journal of Portfolio Management 21 (1994).
 */
bool
ReturnsSharpe(const Returns *returns, double periods, double *sharpe)
{
	double		volatility;

	if (!ReturnsVolatility(returns, periods, &volatility) || volatility == 0)
		return false;
	*sharpe = returns->moments.mean * periods / volatility;
	return true;
}

/*
 * Sortino and van der Meer, Downside Risk, Journal of Portfolio Management 17
 * (1991): the spread of negative returns alone, over all returns.
 */
bool
ReturnsSortino(const Returns *returns, double periods, double *sortino)
{
	if (returns->downside_squares == 0)
		return false;
	*sortino = returns->moments.mean /
		sqrt(returns->downside_squares / returns->moments.n) * sqrt(periods);
	return true;
}

/*
 * Young, Calmar Ratio: A Smoother Tool, Futures 20 (1991).
 */
bool
ReturnsCalmar(const Returns *returns, double periods, double *calmar)
{
	double		cagr;

	if (returns->worst == 0 || !ReturnsCagr(returns, periods, &cagr))
		return false;
	*calmar = cagr / -returns->worst;
	return true;
}

size_t
ReturnsKindSize(const SeriesKind *kind, const double *parameter)
{
	return sizeof(Returns);
}

void
ReturnsKindStart(const SeriesKind *kind, void *state, const double *parameter)
{
	Returns    *returns = state;

	memcpy(returns->parameter, parameter, sizeof(double) * kind->parameters);
	ReturnsStart(returns);
}

void
ReturnsKindStep(const SeriesKind *kind, void *state, const double *input)
{
	ReturnsStep(state, input[0]);
}
