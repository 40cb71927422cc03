/*-------------------------------------------------------------------------
 *
 * portfolio.c
 *	  What the bars of one time do to an account of many instruments.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>

#include "backtest/portfolio.h"

/*
 * Adds a row to the step in the making.
 */
void
PortfolioAdd(Portfolio *portfolio, int instrument, const BacktestBar *bar)
{
	PortfolioInstrument *of = &portfolio->instrument[instrument];

	of->bar = *bar;
	of->present = true;
	portfolio->row[portfolio->rows++] = instrument;
}

static PortfolioInstrument *
Row(const Portfolio *portfolio, int i)
{
	return &portfolio->instrument[portfolio->row[i]];
}

/*
 * Worth of the positions at their last known prices, in one sector or all.
 */
static double
Exposure(const Portfolio *portfolio, int sector, bool all)
{
	double		sum = 0;

	for (int i = 0; i < portfolio->instruments; i++)
	{
		const PortfolioInstrument *of = &portfolio->instrument[i];

		if (of->position.invested && (all || of->sector == sector))
			sum += of->position.trade.size * of->mark;
	}
	return sum;
}

/*
 * What the positions were bought for: that cash is spent.
 */
static double
Spent(const Portfolio *portfolio)
{
	double		sum = 0;

	for (int i = 0; i < portfolio->instruments; i++)
	{
		const BacktestPosition *position = &portfolio->instrument[i].position;

		if (position->invested)
			sum += position->trade.size * position->trade.entry_price;
	}
	return sum;
}

static void
Close(Portfolio *portfolio, int instrument, double price,
	  BacktestReason reason, PortfolioKeep keep, void *context)
{
	PortfolioInstrument *of = &portfolio->instrument[instrument];

	AccountLeave(&portfolio->account, &of->position, price, &of->bar,
				 portfolio->account.bars, reason);
	portfolio->open--;
	keep(context, instrument, &of->position.trade);
}

/*
 * How many units the limits and the cash allow at such a price.
 */
static double
AllowedSize(const Portfolio *portfolio, const PortfolioInstrument *of,
			double fill_price)
{
	const BacktestOptions *options = &portfolio->account.options;
	double		free = portfolio->account.cash - Spent(portfolio);
	double		equity = free + Exposure(portfolio, 0, true);
	double		value = equity *
	fmin(options->size, options->max_position_fraction);

	if (portfolio->open >= options->max_positions)
		return 0;
	if (of->sector != PORTFOLIO_NO_SECTOR)
		value = fmin(value, equity * options->max_sector_fraction -
					 Exposure(portfolio, of->sector, false));
	return fmin(BacktestAffordable(value, fill_price, options->unit),
				BacktestAffordable(free - options->fee_fixed,
								   fill_price * (1 + options->fee),
								   options->unit));
}

static void
Open(Portfolio *portfolio, PortfolioInstrument *of)
{
	BacktestAccount *account = &portfolio->account;
	double		fill_price =
	BacktestSlipped(&account->options, of->bar.open, 1);
	double		size = AllowedSize(portfolio, of, fill_price);

	if (!(size > 0))
	{
		account->refused++;
		return;
	}
	AccountEnter(account, &of->position, size, fill_price, of->signal,
				 &of->bar, account->bars);
	portfolio->open++;
	if (portfolio->open > portfolio->most_open)
		portfolio->most_open = portfolio->open;
}

static void
FillLeaving(Portfolio *portfolio, PortfolioKeep keep, void *context)
{
	for (int i = 0; i < portfolio->rows; i++)
	{
		PortfolioInstrument *of = Row(portfolio, i);

		if (of->leaving != BACKTEST_OPEN)
			Close(portfolio, portfolio->row[i],
				  BacktestSlipped(&portfolio->account.options, of->bar.open,
								  -1),
				  of->leaving, keep, context);
		of->leaving = BACKTEST_OPEN;
	}
}

/*
 * Instruments without a bar at this time stay in the queue.
 */
static void
FillEntering(Portfolio *portfolio)
{
	int			left = 0;

	for (int i = 0; i < portfolio->queued; i++)
	{
		int			instrument = portfolio->queue[i];
		PortfolioInstrument *of = &portfolio->instrument[instrument];

		if (of->present)
			Open(portfolio, of);
		else
			portfolio->queue[left++] = instrument;
	}
	portfolio->queued = left;
}

static void
CheckStops(Portfolio *portfolio, PortfolioKeep keep, void *context)
{
	for (int i = 0; i < portfolio->rows; i++)
	{
		PortfolioInstrument *of = Row(portfolio, i);
		BacktestReason reason;
		double		price;

		if (!of->position.invested)
			continue;
		reason = PositionStopped(&of->position, &portfolio->account.options,
								 &of->bar, &price);
		if (reason != BACKTEST_OPEN)
			Close(portfolio, portfolio->row[i], price, reason, keep, context);
	}
}

static void
ValuePortfolio(Portfolio *portfolio)
{
	double		equity = portfolio->account.cash - Spent(portfolio);

	for (int i = 0; i < portfolio->rows; i++)
	{
		PortfolioInstrument *of = Row(portfolio, i);

		of->mark = of->bar.close;
		if (of->position.invested)
			PositionReach(&of->position, of->bar.high, of->bar.low);
	}
	equity += Exposure(portfolio, 0, true);
	AccountValue(&portfolio->account, equity, portfolio->open > 0,
				 Row(portfolio, 0)->bar.ts);
}

static void
Decide(Portfolio *portfolio, int instrument)
{
	const BacktestOptions *options = &portfolio->account.options;
	PortfolioInstrument *of = &portfolio->instrument[instrument];
	const BacktestBar *bar = &of->bar;
	BacktestPosition *position = &of->position;

	if (position->invested)
	{
		PositionTrail(position, options, bar->close);
		if (bar->leave)
			of->leaving = BACKTEST_BY_SIGNAL;
		else if (options->time_stop > 0 &&
				 portfolio->account.bars - position->trade.entry_bar >=
				 options->time_stop)
			of->leaving = BACKTEST_TIME_STOP;
	}
	else if (bar->enter && !bar->leave)
	{
		of->signal = bar->close;
		portfolio->queue[portfolio->queued++] = instrument;
	}
}

/*
 * Plays the rows that were added, which have one time, and forgets them.
 */
void
PortfolioStep(Portfolio *portfolio, PortfolioKeep keep, void *context)
{
	if (portfolio->rows == 0)
		return;
	for (int i = 0; i < portfolio->rows; i++)
		Row(portfolio, i)->mark = Row(portfolio, i)->bar.open;
	FillLeaving(portfolio, keep, context);
	FillEntering(portfolio);
	CheckStops(portfolio, keep, context);
	ValuePortfolio(portfolio);
	for (int i = 0; i < portfolio->rows; i++)
	{
		Decide(portfolio, portfolio->row[i]);
		Row(portfolio, i)->present = false;
	}
	portfolio->rows = 0;
}
