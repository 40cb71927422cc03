/*-------------------------------------------------------------------------
 *
 * engine.c
 *	  What one bar of one instrument does to the account.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>

#include "backtest/backtest.h"

void
BacktestStart(Backtest *backtest, const BacktestOptions *options)
{
	memset(backtest, 0, sizeof(Backtest));
	AccountStart(&backtest->account, options);
	SeriesTailStart(&backtest->logarithms, options->lookback,
					backtest->memory);
}

/*
 * Ends the open trade and writes it to closed; returns how many that makes.
 */
static int
Close(Backtest *backtest, double price, const BacktestBar *at, int bar,
	  BacktestReason reason, BacktestTrade *closed)
{
	AccountLeave(&backtest->account, &backtest->position, price, at, bar,
				 reason);
	*closed = backtest->position.trade;
	return 1;
}

static void
Open(Backtest *backtest, double price, const BacktestBar *at, int bar)
{
	double		fill_price = BacktestSlipped(&backtest->account.options, price,
											 backtest->entering);
	double		size = BacktestSize(backtest, price, fill_price);

	if (size > 0)
		AccountEnter(&backtest->account, &backtest->position,
					 backtest->entering * size, fill_price,
					 backtest->last.close, at, bar);
	else
		backtest->account.refused++;
}

/*
 * Fills what was decided at the last close.
 */
static int
FillOrders(Backtest *backtest, const BacktestBar *bar, BacktestTrade *closed)
{
	const BacktestOptions *options = &backtest->account.options;
	bool		at_close = options->fill == BACKTEST_CLOSE;
	const BacktestBar *at = at_close ? &backtest->last : bar;
	double		price = at_close ? at->close : at->open;
	int			index = backtest->account.bars - (at_close ? 1 : 0);
	int			count = 0;

	if (backtest->leaving != BACKTEST_OPEN)
		count = Close(backtest,
					  BacktestSlipped(options, price,
									  -PositionDirection(&backtest->position)),
					  at, index, backtest->leaving, closed);
	if (backtest->entering != 0)
		Open(backtest, price, at, index);
	backtest->leaving = BACKTEST_OPEN;
	backtest->entering = 0;
	return count;
}

static int
CheckStops(Backtest *backtest, const BacktestBar *bar, BacktestTrade *closed)
{
	double		price;
	BacktestReason reason =
	PositionStopped(&backtest->position, &backtest->account.options, bar,
					&price);

	if (reason == BACKTEST_OPEN)
		return 0;
	return Close(backtest, price, bar, backtest->account.bars, reason, closed);
}

/*
 * The account at the close; ends everything if nothing is left.
 */
static int
ValueAccount(Backtest *backtest, const BacktestBar *bar, BacktestTrade *closed)
{
	BacktestAccount *account = &backtest->account;
	BacktestPosition *position = &backtest->position;
	bool		invested = position->invested;
	double		equity = account->cash;
	int			count = 0;

	if (invested)
	{
		PositionReach(position, bar->high, bar->low);
		equity += position->trade.size *
			(bar->close - position->trade.entry_price);
	}
	if (equity <= 0)
	{
		if (invested)
			count = Close(backtest, bar->close, bar, account->bars,
						  BACKTEST_RUIN, closed);
		backtest->ruined = true;
		account->cash = equity = 0;
	}
	AccountValue(account, equity, invested, bar->ts);
	return count;
}

/*
 * Which way the signals point: 1 long, -1 short, 0 out; false if nowhere.
 * Signals that contradict each other say nothing, but to leave a position.
 */
static bool
Wanted		(BacktestSide side, const BacktestBar *bar, int *wanted)
{
	if (side == BACKTEST_BOTH)
	{
		*wanted = bar->enter ? 1 : -1;
		return bar->enter != bar->leave;
	}
	*wanted = bar->leave ? 0 : side == BACKTEST_LONG ? 1 : -1;
	return bar->enter || bar->leave;
}

/*
 * Decides at the close what the next bar shall fill. The bar is counted
 * already, so that bars is the index of the next one.
 */
static void
Decide(Backtest *backtest, const BacktestBar *bar)
{
	const BacktestOptions *options = &backtest->account.options;
	BacktestPosition *position = &backtest->position;
	int			direction =
	position->invested ? PositionDirection(position) : 0;
	int			fills_at = backtest->account.bars -
	(options->fill == BACKTEST_CLOSE ? 1 : 0);
	int			wanted;

	if (position->invested)
		PositionTrail(position, options, bar->close);
	if (Wanted (options->side, bar, &wanted) && wanted != direction)
	{
		if (position->invested)
			backtest->leaving = BACKTEST_BY_SIGNAL;
		backtest->entering = wanted;
	}
	else if (position->invested && options->time_stop > 0 &&
			 fills_at - position->trade.entry_bar >= options->time_stop)
		backtest->leaving = BACKTEST_TIME_STOP;
}

/*
 * Takes the next bar. Writes the trades that ended on it to closed, at most
 * BACKTEST_MAX_CLOSED, and returns how many.
 */
int
BacktestStep(Backtest *backtest, const BacktestBar *bar, BacktestTrade *closed)
{
	int			count = 0;

	if (backtest->account.bars == 0)
		backtest->first_close = bar->close;
	else
		SeriesTailStep(&backtest->logarithms,
					   log(bar->close / backtest->last.close));
	if (!backtest->ruined)
	{
		count += FillOrders(backtest, bar, closed);
		if (backtest->position.invested)
			count += CheckStops(backtest, bar, closed + count);
	}
	count += ValueAccount(backtest, bar, closed + count);
	if (!backtest->ruined)
		Decide(backtest, bar);
	backtest->last = *bar;
	return count;
}
