/*-------------------------------------------------------------------------
 *
 * engine.c
 *	  What one bar of one instrument does to the account.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>

#include "backtest/backtest.h"

/*
 * position has room for options->positions, and belongs to the caller.
 */
void
BacktestStart(Backtest *backtest, const BacktestOptions *options,
			  BacktestPosition *position)
{
	memset(backtest, 0, sizeof(Backtest));
	backtest->position = position;
	AccountStart(&backtest->account, options);
	SeriesTailStart(&backtest->logarithms, options->lookback,
					backtest->memory);
}

/*
 * Ends an open trade and writes it to closed; returns how many that makes.
 * The position stays where it is until Forget.
 */
static int
Close(Backtest *backtest, BacktestPosition *position, double price,
	  const BacktestBar *at, int bar, BacktestReason reason,
	  BacktestTrade *closed)
{
	AccountLeave(&backtest->account, position, price, at, bar, reason);
	*closed = position->trade;
	return 1;
}

/*
 * Drops the positions that have ended; the others keep their order.
 */
static void
Forget(Backtest *backtest)
{
	int			left = 0;

	for (int i = 0; i < backtest->open; i++)
	{
		if (!backtest->position[i].invested)
			continue;
		if (left < i)
			backtest->position[left] = backtest->position[i];
		left++;
	}
	backtest->open = left;
}

static void
Open(Backtest *backtest, double price, const BacktestBar *at, int bar)
{
	double		fill_price = BacktestSlipped(&backtest->account.options, price,
											 backtest->entering);
	double		size = BacktestSize(backtest, price, fill_price);

	if (size > 0)
		AccountEnter(&backtest->account,
					 &backtest->position[backtest->open++],
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

	for (int i = 0; i < backtest->open; i++)
	{
		BacktestPosition *position = &backtest->position[i];

		if (position->leaving != BACKTEST_OPEN)
			count += Close(backtest, position,
						   BacktestSlipped(options, price,
										   -PositionDirection(position)),
						   at, index, position->leaving, closed + count);
	}
	Forget(backtest);
	if (backtest->entering != 0)
		Open(backtest, price, at, index);
	backtest->entering = 0;
	return count;
}

static int
CheckStops(Backtest *backtest, const BacktestBar *bar, BacktestTrade *closed)
{
	int			count = 0;

	for (int i = 0; i < backtest->open; i++)
	{
		BacktestPosition *position = &backtest->position[i];
		double		price;
		BacktestReason reason =
		PositionStopped(position, &backtest->account.options, bar, &price);

		if (reason != BACKTEST_OPEN)
			count += Close(backtest, position, price, bar,
						   backtest->account.bars, reason, closed + count);
	}
	Forget(backtest);
	return count;
}

/*
 * The account at the close; ends everything if nothing is left.
 */
static int
ValueAccount(Backtest *backtest, const BacktestBar *bar, BacktestTrade *closed)
{
	BacktestAccount *account = &backtest->account;
	bool		invested = backtest->open > 0;
	double		equity = BacktestEquity(backtest, bar->close);
	int			count = 0;

	for (int i = 0; i < backtest->open; i++)
		PositionReach(&backtest->position[i], bar->high, bar->low);
	if (equity <= 0)
	{
		for (int i = 0; i < backtest->open; i++)
			count += Close(backtest, &backtest->position[i], bar->close, bar,
						   account->bars, BACKTEST_RUIN, closed + count);
		Forget(backtest);
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
 * Decides at the close what the next bar shall fill: a turn ends all that is
 * open, a signal the same way adds to it while there is room. The bar is
 * counted already, so that bars is the index of the next one.
 */
static void
Decide(Backtest *backtest, const BacktestBar *bar)
{
	const BacktestOptions *options = &backtest->account.options;
	int			direction =
	backtest->open > 0 ? PositionDirection(backtest->position) : 0;
	int			fills_at = backtest->account.bars -
	(options->fill == BACKTEST_CLOSE ? 1 : 0);
	int			wanted;
	bool		is_said = Wanted (options->side, bar, &wanted);
	bool		turns = is_said && wanted != direction;
	bool		adds = is_said && wanted == direction && wanted != 0 &&
	backtest->open < options->positions;

	for (int i = 0; i < backtest->open; i++)
	{
		BacktestPosition *position = &backtest->position[i];

		PositionTrail(position, options, bar->close);
		if (turns)
			position->leaving = BACKTEST_BY_SIGNAL;
		else if (options->time_stop > 0 &&
				 fills_at - position->trade.entry_bar >= options->time_stop)
			position->leaving = BACKTEST_TIME_STOP;
	}
	if (turns || adds)
		backtest->entering = wanted;
}

/*
 * Takes the next bar. Writes the trades that ended on it to closed, at most
 * BacktestMostClosed, and returns how many.
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
		count += CheckStops(backtest, bar, closed + count);
	}
	count += ValueAccount(backtest, bar, closed + count);
	if (!backtest->ruined)
		Decide(backtest, bar);
	backtest->last = *bar;
	return count;
}
