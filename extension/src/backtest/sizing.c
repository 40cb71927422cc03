/*-------------------------------------------------------------------------
 *
 * sizing.c
 *	  How many units an entry buys.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>

#include "backtest/backtest.h"

/*
 * The largest multiple of unit that the money buys at such a price. The
 * remainder of a division is exact where its quotient may be rounded up.
 */
double
BacktestAffordable(double money, double price, double unit)
{
	double		lot = price * unit;

	if (!(money > 0))
		return 0;
	if (unit == 0)
		return money / price;
	return round((money - fmod(money, lot)) / lot) * unit;
}

/*
 * What the account is worth at such a price.
 */
double
BacktestEquity(const Backtest *backtest, double price)
{
	double		equity = backtest->account.cash;

	for (int i = 0; i < backtest->open; i++)
	{
		const BacktestTrade *trade = &backtest->position[i].trade;

		equity += trade->size * (price - trade->entry_price);
	}
	return equity;
}

/*
 * The value of what may still be bought: equity that no open trade ties up,
 * times the leverage.
 */
static double
Power(const Backtest *backtest, double price)
{
	double		tied = 0;

	for (int i = 0; i < backtest->open; i++)
		tied += fabs(backtest->position[i].trade.size) * price;
	return BacktestEquity(backtest, price) *
		backtest->account.options.leverage - tied;
}

/*
 * The share of the account that brings its volatility to the target; 0 until
 * there are enough returns to tell.
 */
static double
VolatilityShare(const Backtest *backtest)
{
	const BacktestOptions *options = &backtest->account.options;
	int			n = options->lookback;
	const double *x;
	double		volatility;

	if (!SeriesTailKnown(&backtest->logarithms))
		return 0;
	x = SeriesTailValues(&backtest->logarithms);
	volatility = sqrt(SeriesSquares(x, n, SeriesMean(x, n)) / (n - 1) *
					  options->periods);
	return volatility > 0 ? options->size / volatility : 0;
}

/*
 * Kelly, A New Interpretation of Information Rate, Bell System Technical
 * Journal 35 (1956): win rate minus loss rate over the ratio of the average
 * win to the average loss. The cap until enough trades have ended; never more
 * than the cap.
 */
static double
KellyShare(const BacktestAccount *account)
{
	const BacktestOptions *options = &account->options;
	int			losers = account->trades - account->winners;
	double		rate;

	if (account->trades < options->lookback || losers == 0 ||
		account->lost == 0)
		return options->size;
	if (account->winners == 0)
		return 0;
	rate = (double) account->winners / account->trades;
	rate -= (1 - rate) * (account->lost / losers) /
		(account->won / account->winners);
	return fmin(fmax(rate, 0), options->size);
}

/*
 * Units without sign; 0 if the account cannot pay for any. fill_price is what
 * a unit costs with slippage, price what the fee is taken of.
 */
double
BacktestSize(const Backtest *backtest, double price, double fill_price)
{
	const BacktestOptions *options = &backtest->account.options;
	double		power = Power(backtest, price);
	double		cost = fill_price + price * options->fee;
	double		share;

	switch (options->sizing)
	{
		case BACKTEST_FIXED:
			return options->size * cost + options->fee_fixed <= power
				? options->size : 0;
		case BACKTEST_VOLATILITY:
			share = fmin(VolatilityShare(backtest), options->leverage) /
				options->leverage;
			break;
		case BACKTEST_KELLY:
			share = KellyShare(&backtest->account);
			break;
		default:
			share = options->size;
	}
	return BacktestAffordable(power * share - options->fee_fixed, cost,
							  options->unit);
}
