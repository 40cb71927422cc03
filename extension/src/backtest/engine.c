/*-------------------------------------------------------------------------
 *
 * engine.c
 *	  What one bar does to the account.
 *
 * The steps and prices are those of backtesting.py 0.6.6 (Broker.next), so
 * that its users find their trades again: a stop fills at its price or at the
 * open if that is worse, a target at its price or at the open if that is
 * better; of both on one bar the stop is taken to come first; both are already
 * in force on the bar of the entry.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>

#include "backtest/backtest.h"

void
BacktestStart(Backtest *backtest, const BacktestOptions *options)
{
	memset(backtest, 0, sizeof(Backtest));
	backtest->options = *options;
	backtest->cash = options->cash;
	backtest->equity = options->cash;
	ReturnsStart(&backtest->returns);
	SeriesTailStart(&backtest->logarithms, options->lookback,
					backtest->memory);
}

/*
 * Profit of the trade if it ended at this price, fees so far taken off.
 */
double
BacktestProfit(const BacktestTrade *trade, double price)
{
	return trade->size * (price - trade->entry_price) - trade->fees;
}

static double
Fee(const BacktestOptions *options, double size, double price)
{
	return options->fee_fixed + fabs(size) * price * options->fee;
}

/*
 * What a market order gets: direction 1 buys, -1 sells.
 */
static double
Slipped(const BacktestOptions *options, double price, int direction)
{
	return price * (1 + direction * options->slippage);
}

static int
Direction	(const BacktestTrade *trade)
{
	return trade->size > 0 ? 1 : -1;
}

/*
 * Widens the excursions of the open trade by a price range.
 */
static void
Reach(BacktestTrade *trade, double high, double low)
{
	int			direction = Direction (trade);
	double		best = direction > 0 ? high : low;
	double		worst = direction > 0 ? low : high;

	if (direction * (best - trade->best) > 0)
		trade->best = best;
	if (direction * (worst - trade->worst) < 0)
		trade->worst = worst;
}

static void
CountTrade(Backtest *backtest, double profit)
{
	backtest->trades++;
	if (profit > 0)
	{
		backtest->winners++;
		backtest->won += profit;
	}
	else
		backtest->lost -= profit;
}

/*
 * Ends the open trade and writes it to closed; returns how many that makes.
 */
static int
Close(Backtest *backtest, double price, int64_t ts, int bar,
	  BacktestReason reason, BacktestTrade *closed)
{
	BacktestTrade *trade = &backtest->trade;
	double		fee = Fee(&backtest->options, trade->size, price);

	Reach(trade, price, price);
	trade->exit_price = price;
	trade->exit_ts = ts;
	trade->exit_bar = bar;
	trade->reason = reason;
	trade->fees += fee;
	backtest->fees += fee;
	backtest->cash += trade->size * (price - trade->entry_price) - fee;
	backtest->invested = false;
	CountTrade(backtest, BacktestProfit(trade, price));
	*closed = *trade;
	return 1;
}

/*
 * Stop and target of a new trade; reference is what they are measured from.
 */
static void
SetStops(Backtest *backtest, double reference)
{
	const BacktestOptions *options = &backtest->options;
	int			direction = Direction (&backtest->trade);

	backtest->trailed = false;
	backtest->stop = options->stop_loss > 0
		? reference * (1 - direction * options->stop_loss) : 0;
	backtest->target = options->take_profit > 0
		? reference * (1 + direction * options->take_profit) : 0;
}

static void
Open(Backtest *backtest, double price, int64_t ts, int bar)
{
	const BacktestOptions *options = &backtest->options;
	BacktestTrade *trade = &backtest->trade;
	double		fill_price = Slipped(options, price, backtest->entering);
	double		size = BacktestSize(backtest, price, fill_price);

	if (!(size > 0))
	{
		backtest->refused++;
		return;
	}
	memset(trade, 0, sizeof(BacktestTrade));
	trade->entry_ts = ts;
	trade->entry_bar = bar;
	trade->size = backtest->entering * size;
	trade->entry_price = fill_price;
	trade->best = trade->worst = fill_price;
	trade->fees = Fee(options, size, fill_price);
	backtest->fees += trade->fees;
	backtest->cash -= trade->fees;
	backtest->invested = true;
	SetStops(backtest, options->reference == BACKTEST_SIGNAL
			 ? backtest->last.close : fill_price);
}

/*
 * Fills what was decided at the last close.
 */
static int
FillOrders(Backtest *backtest, const BacktestBar *bar, BacktestTrade *closed)
{
	const BacktestOptions *options = &backtest->options;
	bool		at_close = options->fill == BACKTEST_CLOSE;
	double		price = at_close ? backtest->last.close : bar->open;
	int64_t		ts = at_close ? backtest->last.ts : bar->ts;
	int			at = at_close ? backtest->bars - 1 : backtest->bars;
	int			count = 0;

	if (backtest->leaving != BACKTEST_OPEN)
		count = Close(backtest, Slipped(options, price,
										-Direction(&backtest->trade)),
					  ts, at, backtest->leaving, closed);
	if (backtest->entering != 0)
		Open(backtest, price, ts, at);
	backtest->leaving = BACKTEST_OPEN;
	backtest->entering = 0;
	return count;
}

/*
 * Has the bar reached the stop, or else the target?
 */
static int
CheckStops(Backtest *backtest, const BacktestBar *bar, BacktestTrade *closed)
{
	int			direction = Direction (&backtest->trade);
	double		worst = direction > 0 ? bar->low : bar->high;
	double		best = direction > 0 ? bar->high : bar->low;
	double		price;

	if (backtest->stop > 0 && direction * (worst - backtest->stop) <= 0)
	{
		price = direction > 0 ? fmin(bar->open, backtest->stop)
			: fmax(bar->open, backtest->stop);
		return Close(backtest,
					 Slipped(&backtest->options, price, -direction), bar->ts,
					 backtest->bars, backtest->trailed
					 ? BACKTEST_TRAILING_STOP : BACKTEST_STOP_LOSS, closed);
	}
	if (backtest->target > 0 && direction * (best - backtest->target) >= 0)
	{
		price = direction > 0 ? fmax(bar->open, backtest->target)
			: fmin(bar->open, backtest->target);
		return Close(backtest, price, bar->ts, backtest->bars,
					 BACKTEST_TAKE_PROFIT, closed);
	}
	return 0;
}

/*
 * The account at the close; ends everything if nothing is left.
 */
static int
Value(Backtest *backtest, const BacktestBar *bar, BacktestTrade *closed)
{
	double		before = backtest->equity;
	int			count = 0;

	backtest->equity = backtest->cash;
	if (backtest->invested)
	{
		Reach(&backtest->trade, bar->high, bar->low);
		backtest->bars_invested++;
		backtest->equity += backtest->trade.size *
			(bar->close - backtest->trade.entry_price);
	}
	if (backtest->equity <= 0)
	{
		if (backtest->invested)
			count = Close(backtest, bar->close, bar->ts, backtest->bars,
						  BACKTEST_RUIN, closed);
		backtest->ruined = true;
		backtest->cash = backtest->equity = 0;
	}
	if (backtest->bars > 0)
		ReturnsStep(&backtest->returns,
					before > 0 ? backtest->equity / before - 1 : 0);
	return count;
}

/*
 * Moves the stop towards the price, never away from it.
 */
static void
Trail(Backtest *backtest, double close)
{
	int			direction = Direction (&backtest->trade);
	double		stop =
	close * (1 - direction * backtest->options.trailing_stop);

	if (backtest->options.trailing_stop == 0)
		return;
	if (backtest->stop == 0 || direction * (stop - backtest->stop) > 0)
	{
		backtest->stop = stop;
		backtest->trailed = true;
	}
}

/*
 * Which way the signals point: 1 long, -1 short, 0 out; false if nowhere.
 * Signals that contradict each other say nothing, but to leave a position.
 */
static bool
Wanted(const Backtest *backtest, const BacktestBar *bar, int *wanted)
{
	BacktestSide side = backtest->options.side;

	if (side == BACKTEST_BOTH)
	{
		*wanted = bar->enter ? 1 : -1;
		return bar->enter != bar->leave;
	}
	*wanted = bar->leave ? 0 : side == BACKTEST_LONG ? 1 : -1;
	return bar->enter || bar->leave;
}

/*
 * Decides at the close what the next bar shall fill.
 */
static void
Decide(Backtest *backtest, const BacktestBar *bar)
{
	int			position =
	backtest->invested ? Direction (&backtest->trade) : 0;
	int			fills_at = backtest->bars +
	(backtest->options.fill == BACKTEST_NEXT_OPEN ? 1 : 0);
	int			held = fills_at - backtest->trade.entry_bar;
	int			wanted;

	if (backtest->invested)
		Trail(backtest, bar->close);
	if (Wanted(backtest, bar, &wanted) && wanted != position)
	{
		if (backtest->invested)
			backtest->leaving = BACKTEST_BY_SIGNAL;
		backtest->entering = wanted;
	}
	else if (backtest->invested && backtest->options.time_stop > 0 &&
			 held >= backtest->options.time_stop)
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

	if (backtest->bars == 0)
	{
		backtest->first_ts = bar->ts;
		backtest->first_close = bar->close;
	}
	else
		SeriesTailStep(&backtest->logarithms,
					   log(bar->close / backtest->last.close));
	if (!backtest->ruined)
	{
		count += FillOrders(backtest, bar, closed);
		if (backtest->invested)
			count += CheckStops(backtest, bar, closed + count);
	}
	count += Value(backtest, bar, closed + count);
	if (!backtest->ruined)
		Decide(backtest, bar);
	backtest->last = *bar;
	backtest->bars++;
	return count;
}
