/*-------------------------------------------------------------------------
 *
 * account.c
 *	  The books: cash, fees, trades that ended, equity from bar to bar.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>

#include "backtest/backtest.h"

void
AccountStart(BacktestAccount *account, const BacktestOptions *options)
{
	memset(account, 0, sizeof(BacktestAccount));
	account->options = *options;
	account->cash = options->cash;
	account->equity = options->cash;
	ReturnsStart(&account->returns);
}

static double
Fee(const BacktestOptions *options, double size, double price)
{
	return options->fee_fixed + fabs(size) * price * options->fee;
}

static void
Pay(BacktestAccount *account, BacktestTrade *trade, double fee)
{
	trade->fees += fee;
	account->fees += fee;
	account->cash -= fee;
}

/*
 * Opens a trade; stops are measured from fill_price or from reference, the
 * close that gave the signal.
 */
void
AccountEnter(BacktestAccount *account, BacktestPosition *position, double size,
			 double fill_price, double reference, const BacktestBar *at,
			 int bar)
{
	const BacktestOptions *options = &account->options;
	BacktestTrade *trade = &position->trade;

	memset(position, 0, sizeof(BacktestPosition));
	position->invested = true;
	trade->entry_ts = at->ts;
	trade->entry_bar = bar;
	trade->size = size;
	trade->entry_price = fill_price;
	trade->best = trade->worst = fill_price;
	Pay(account, trade, Fee(options, size, fill_price));
	PositionSetStops(position, options, options->reference == BACKTEST_SIGNAL
					 ? reference : fill_price);
}

/*
 * Ends the open trade, which stays in position to be kept.
 */
void
AccountLeave(BacktestAccount *account, BacktestPosition *position,
			 double price, const BacktestBar *at, int bar,
			 BacktestReason reason)
{
	BacktestTrade *trade = &position->trade;
	double		profit;

	PositionReach(position, price, price);
	position->invested = false;
	trade->exit_price = price;
	trade->exit_ts = at->ts;
	trade->exit_bar = bar;
	trade->reason = reason;
	account->cash += trade->size * (price - trade->entry_price);
	Pay(account, trade, Fee(&account->options, trade->size, price));
	profit = BacktestProfit(trade, price);
	account->trades++;
	if (profit > 0)
	{
		account->winners++;
		account->won += profit;
	}
	else
		account->lost -= profit;
}

/*
 * Closes the books of a bar.
 */
void
AccountValue(BacktestAccount *account, double equity, bool invested,
			 int64_t ts)
{
	if (account->bars > 0)
		ReturnsStep(&account->returns,
					account->equity > 0 ? equity / account->equity - 1 : 0);
	else
		account->first_ts = ts;
	account->equity = equity;
	account->last_ts = ts;
	account->bars++;
	if (invested)
		account->bars_invested++;
}
