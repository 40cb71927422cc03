/*-------------------------------------------------------------------------
 *
 * backtest_test.c
 *	  Random bars, signals and options: the books balance, no price is better
 *	  than the bar had, nothing happens before its time.
 *
 * Trades are compared with backtesting.py in test/oracle; this one runs the
 * same code under the address and undefined behaviour sanitizers.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "backtest/backtest.h"

#define ACCOUNTS	800
#define BARS		300
#define MOST_POSITIONS	6

static int	checks = 0;
static int	failures = 0;
static int	most_open = 0;

static void
Check(bool passed, const char *what, int account, int bar)
{
	checks++;
	if (passed)
		return;
	failures++;
	printf("account %d, bar %d: %s\n", account, bar, what);
}

static double
Random(void)
{
	return (double) rand() / RAND_MAX;
}

static double
Sometimes(double x)
{
	return rand() % 2 ? x * Random() : 0;
}

static BacktestOptions
RandomOptions(void)
{
	BacktestOptions options = {0};

	options.cash = 1000 + 1e6 * Random();
	options.sizing = rand() % 4;
	options.size = options.sizing == BACKTEST_FIXED ? 1 + rand() % 100
		: 0.01 + 0.99 * Random();
	options.unit = rand() % 3 * 0.5;
	options.leverage = 0.5 + 3 * Random();
	options.lookback = 2 + rand() % 30;
	options.side = rand() % 3;
	options.fill = rand() % 2;
	options.fee = Sometimes(0.01);
	options.fee_fixed = Sometimes(10);
	options.slippage = Sometimes(0.01);
	options.stop_loss = Sometimes(0.1);
	options.take_profit = Sometimes(0.1);
	options.trailing_stop = Sometimes(0.1);
	options.time_stop = rand() % 2 ? 1 + rand() % 20 : 0;
	options.reference = rand() % 2;
	options.positions = rand() % 2 ? 1 : 1 + rand() % MOST_POSITIONS;
	options.periods = 252;
	return options;
}

static void
NextBar(BacktestBar *bar)
{
	bar->ts++;
	bar->open = bar->close * (1 + 0.04 * (Random() - 0.5));
	bar->close = bar->open * (1 + 0.1 * (Random() - 0.5));
	bar->high = fmax(bar->open, bar->close) * (1 + 0.03 * Random());
	bar->low = fmin(bar->open, bar->close) * (1 - 0.03 * Random());
	bar->enter = rand() % 10 == 0;
	bar->leave = rand() % 10 == 0;
}

static void
CheckTrade(const BacktestTrade *trade, const BacktestBar *bars, int account,
		   int bar, const BacktestOptions *options)
{
	const BacktestBar *exit = &bars[trade->exit_bar];
	double		slack = 1 / (1 - options->slippage) + 1e-12;

	Check(trade->reason != BACKTEST_OPEN, "trade has a reason", account, bar);
	Check(trade->entry_bar <= trade->exit_bar, "entry before exit", account,
		  bar);
	Check(trade->entry_ts == bars[trade->entry_bar].ts &&
		  trade->exit_ts == exit->ts, "times are those of the bars", account,
		  bar);
	Check(trade->exit_price >= exit->low / slack &&
		  trade->exit_price <= exit->high * slack, "exit within its bar",
		  account, bar);
	Check(trade->size != 0, "size", account, bar);
	if (options->time_stop > 0)
		Check(trade->exit_bar - trade->entry_bar <= options->time_stop ||
			  trade->reason == BACKTEST_RUIN, "time stop", account, bar);
	if (options->stop_loss == 0)
		Check(trade->reason != BACKTEST_STOP_LOSS, "no stop", account, bar);
	Check((trade->size > 0) == (trade->worst <= trade->best) ||
		  trade->worst == trade->best, "excursions", account, bar);
}

static void
PlayAccount(int account)
{
	static BacktestBar bars[BARS];
	static Backtest backtest;
	static BacktestPosition position[MOST_POSITIONS];
	BacktestOptions options = RandomOptions();
	BacktestBar bar = {.close = 1 + 100 * Random()};
	double		profit = 0;
	int			trades = 0;

	BacktestStart(&backtest, &options, position);
	for (int i = 0; i < BARS; i++)
	{
		BacktestTrade closed[MOST_POSITIONS + 1];
		int			count;
		double		wanted;

		NextBar(&bar);
		bars[i] = bar;
		count = BacktestStep(&backtest, &bar, closed);
		Check(count <= BacktestMostClosed(&options), "ended on one bar",
			  account, i);
		for (int j = 0; j < count; j++)
		{
			CheckTrade(&closed[j], bars, account, i, &options);
			profit += BacktestProfit(&closed[j], closed[j].exit_price);
		}
		trades += count;
		wanted = options.cash + profit;
		Check(backtest.open <= options.positions, "open at once", account, i);
		if (backtest.open > most_open)
			most_open = backtest.open;
		for (int j = 0; j < backtest.open; j++)
		{
			wanted += BacktestProfit(&position[j].trade, bar.close);
			Check(position[j].invested && position[j].trade.size *
				  position[0].trade.size > 0, "all one way", account, i);
			Check(j == 0 || position[j].trade.entry_bar >
				  position[j - 1].trade.entry_bar, "oldest first", account, i);
		}
		Check(backtest.ruined ? backtest.account.equity == 0
			  : fabs(backtest.account.equity - wanted) < 1e-6, "equity", account, i);
		Check(backtest.account.trades == trades, "trades counted", account, i);
		Check(!(backtest.ruined && backtest.open > 0), "ruin ends all", account,
			  i);
	}
	Check(backtest.account.bars == BARS, "bars counted", account, BARS);
}

int
main(void)
{
	srand(1);
	for (int account = 0; account < ACCOUNTS; account++)
		PlayAccount(account);
	Check(most_open == MOST_POSITIONS, "as many as may be are open", ACCOUNTS,
		  BARS);
	printf("backtest kernels: %d checks, %d failures\n", checks, failures);
	return failures > 0;
}
