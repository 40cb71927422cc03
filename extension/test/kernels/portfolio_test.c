/*-------------------------------------------------------------------------
 *
 * portfolio_test.c
 *	  Random bars of many instruments: the books balance, no cash is spent
 *	  twice, and every entry keeps within the limits.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "backtest/portfolio.h"

#define ACCOUNTS	300
#define TIMES		200
#define INSTRUMENTS 25
#define SECTORS		4

/* Sums over the trades that have ended */
typedef struct Ended
{
	int			trades;
	double		profit;
	bool		sound;
} Ended;

static int	checks = 0;
static int	failures = 0;

static void
Check(bool passed, const char *what, int account, int time)
{
	checks++;
	if (passed)
		return;
	failures++;
	printf("account %d, time %d: %s\n", account, time, what);
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
	options.size = 0.05 + 0.9 * Random();
	options.unit = rand() % 3 * 0.5;
	options.fee = Sometimes(0.01);
	options.fee_fixed = Sometimes(10);
	options.slippage = Sometimes(0.01);
	options.stop_loss = Sometimes(0.1);
	options.take_profit = Sometimes(0.1);
	options.trailing_stop = Sometimes(0.1);
	options.time_stop = rand() % 2 ? 1 + rand() % 20 : 0;
	options.reference = rand() % 2;
	options.periods = 252;
	options.max_position_fraction = 0.05 + 0.5 * Random();
	options.max_sector_fraction = 0.1 + 0.7 * Random();
	options.max_positions = rand() % 12;
	return options;
}

static void
Keep(void *context, int instrument, const BacktestTrade *trade)
{
	Ended	   *ended = context;

	ended->trades++;
	ended->profit += BacktestProfit(trade, trade->exit_price);
	if (!(trade->size > 0) || trade->exit_bar < trade->entry_bar ||
		trade->reason == BACKTEST_OPEN || instrument >= INSTRUMENTS)
		ended->sound = false;
}

static void
NextBar(BacktestBar *bar, int time)
{
	bar->ts = time;
	bar->open = bar->close * (1 + 0.04 * (Random() - 0.5));
	bar->close = bar->open * (1 + 0.1 * (Random() - 0.5));
	bar->high = fmax(bar->open, bar->close) * (1 + 0.03 * Random());
	bar->low = fmin(bar->open, bar->close) * (1 - 0.03 * Random());
	bar->enter = rand() % 5 == 0;
	bar->leave = rand() % 10 == 0;
}

/*
 * Positions bought at this time and still open, at the prices of the open.
 * Equity there is at most what the fees and stops of the bar have taken since.
 */
static void
CheckLimits(const Portfolio *portfolio, double before, int account, int time)
{
	const BacktestOptions *options = &portfolio->account.options;
	double		spent = 0;
	int			open = 0;

	for (int i = 0; i < portfolio->instruments; i++)
	{
		const BacktestPosition *position = &portfolio->instrument[i].position;
		double		cost = position->trade.size * position->trade.entry_price;

		if (!position->invested)
			continue;
		open++;
		spent += cost;
		if (position->trade.entry_bar == time)
			Check(cost <= options->max_position_fraction * before * 1.05,
				  "limit of a position", account, time);
	}
	Check(open == portfolio->open, "positions counted", account, time);
	Check(open <= options->max_positions, "limit of positions", account, time);
	/* A fixed fee may exceed what the sale of a few units brings */
	Check(portfolio->account.cash - spent >= -1e-6 -
		  options->fee_fixed * INSTRUMENTS, "cash is spent once", account, time);
}

static void
PlayAccount(int account)
{
	static PortfolioInstrument instrument[INSTRUMENTS];
	static int	row[INSTRUMENTS];
	static int	queue[INSTRUMENTS];
	BacktestOptions options = RandomOptions();
	Portfolio	portfolio = {.instrument = instrument,.row = row,.queue = queue};
	Ended		ended = {.sound = true};

	memset(instrument, 0, sizeof(instrument));
	AccountStart(&portfolio.account, &options);
	portfolio.instruments = INSTRUMENTS;
	for (int i = 0; i < INSTRUMENTS; i++)
	{
		instrument[i].sector = i % (SECTORS + 1) - 1;
		instrument[i].bar.close = 1 + 100 * Random();
	}
	for (int time = 0; time < TIMES; time++)
	{
		double		wanted = options.cash;
		double		before = portfolio.account.equity;

		for (int i = 0; i < INSTRUMENTS; i++)
		{
			BacktestBar bar = instrument[i].bar;

			/* Some have no bar at some times, but one has */
			if (i > 0 && rand() % 10 == 0)
				continue;
			NextBar(&bar, time);
			PortfolioAdd(&portfolio, i, &bar);
		}
		PortfolioStep(&portfolio, Keep, &ended);
		wanted += ended.profit;
		for (int i = 0; i < INSTRUMENTS; i++)
			if (instrument[i].position.invested)
				wanted += BacktestProfit(&instrument[i].position.trade,
										 instrument[i].bar.close);
		Check(fabs(portfolio.account.equity - wanted) < 1e-6, "equity",
			  account, time);
		Check(portfolio.account.trades == ended.trades, "trades counted",
			  account, time);
		CheckLimits(&portfolio, before, account, time);
	}
	Check(ended.sound, "trades are sound", account, TIMES);
	Check(portfolio.account.bars == TIMES, "times counted", account, TIMES);
}

int
main(void)
{
	srand(1);
	for (int account = 0; account < ACCOUNTS; account++)
		PlayAccount(account);
	printf("portfolio kernels: %d checks, %d failures\n", checks, failures);
	return failures > 0;
}
