/*-------------------------------------------------------------------------
 *
 * position.c
 *	  An open trade: its stop, its target, how far the price went.
 *
 * A stop fills at its price or at the open if that is worse, a target at its
 * price or at the open if that is better; of both on one bar the stop is taken
 * to come first; both are already in force on the bar of the entry.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>

#include "backtest/backtest.h"

/*
 * 1 long, -1 short.
 */
int
PositionDirection(const BacktestPosition *position)
{
	return position->trade.size > 0 ? 1 : -1;
}

/*
 * What a market order gets: direction 1 buys, -1 sells.
 */
double
BacktestSlipped(const BacktestOptions *options, double price, int direction)
{
	return price * (1 + direction * options->slippage);
}

/*
 * Profit of the trade if it ended at this price, fees so far taken off.
 */
double
BacktestProfit(const BacktestTrade *trade, double price)
{
	return trade->size * (price - trade->entry_price) - trade->fees;
}

/*
 * Stop and target of a new trade; reference is what they are measured from.
 */
void
PositionSetStops(BacktestPosition *position, const BacktestOptions *options,
				 double reference)
{
	int			direction = PositionDirection(position);

	position->trailed = false;
	position->stop = options->stop_loss > 0
		? reference * (1 - direction * options->stop_loss) : 0;
	position->target = options->take_profit > 0
		? reference * (1 + direction * options->take_profit) : 0;
}

/*
 * Widens the excursions by a price range.
 */
void
PositionReach(BacktestPosition *position, double high, double low)
{
	BacktestTrade *trade = &position->trade;
	int			direction = PositionDirection(position);
	double		best = direction > 0 ? high : low;
	double		worst = direction > 0 ? low : high;

	if (direction * (best - trade->best) > 0)
		trade->best = best;
	if (direction * (worst - trade->worst) < 0)
		trade->worst = worst;
}

/*
 * Moves the stop towards the price, never away from it.
 */
void
PositionTrail(BacktestPosition *position, const BacktestOptions *options,
			  double close)
{
	int			direction = PositionDirection(position);
	double		stop = close * (1 - direction * options->trailing_stop);

	if (options->trailing_stop == 0)
		return;
	if (position->stop == 0 || direction * (stop - position->stop) > 0)
	{
		position->stop = stop;
		position->trailed = true;
	}
}

/*
 * Has the bar reached the stop, or else the target? At which price?
 */
BacktestReason
PositionStopped(const BacktestPosition *position,
				const BacktestOptions *options, const BacktestBar *bar,
				double *price)
{
	int			direction = PositionDirection(position);
	double		worst = direction > 0 ? bar->low : bar->high;
	double		best = direction > 0 ? bar->high : bar->low;

	if (position->stop > 0 && direction * (worst - position->stop) <= 0)
	{
		*price = direction > 0 ? fmin(bar->open, position->stop)
			: fmax(bar->open, position->stop);
		*price = BacktestSlipped(options, *price, -direction);
		return position->trailed ? BACKTEST_TRAILING_STOP
			: BACKTEST_STOP_LOSS;
	}
	if (position->target > 0 && direction * (best - position->target) >= 0)
	{
		*price = direction > 0 ? fmax(bar->open, position->target)
			: fmin(bar->open, position->target);
		return BACKTEST_TAKE_PROFIT;
	}
	return BACKTEST_OPEN;
}
