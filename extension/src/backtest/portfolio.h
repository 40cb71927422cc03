/*-------------------------------------------------------------------------
 *
 * portfolio.h
 *	  Plays signals of many instruments on one cash account, long only, within
 *	  the limits of live trading.
 *
 * The bars of all instruments at one time are one step. Orders of the close
 * before are filled at the open: first all that leave, then those that enter,
 * in the order of the rows that gave the signals; so whoever orders the rows
 * of a time says what is bought first. An entry is cut down to what limits and
 * cash leave; if that is nothing it is refused and counted.
 *
 *-------------------------------------------------------------------------
 */
#ifndef BACKTEST_PORTFOLIO_H
#define BACKTEST_PORTFOLIO_H

#include "backtest/backtest.h"

/* The sector of an instrument without one: no limit counts it */
#define PORTFOLIO_NO_SECTOR		(-1)

typedef struct PortfolioInstrument
{
	int			sector;			/* number, or PORTFOLIO_NO_SECTOR */
	BacktestPosition position;
	BacktestReason leaving;		/* order for its next bar */
	double		signal;			/* close that gave the signal to enter */
	double		mark;			/* last known price */
	BacktestBar bar;			/* of this step, if present */
	bool		present;
} PortfolioInstrument;

/* The arrays belong to the caller and have room for every instrument */
typedef struct Portfolio
{
	BacktestAccount account;
	int			instruments;
	PortfolioInstrument *instrument;
	int		   *row;			/* instruments present, in the order of rows */
	int			rows;
	int		   *queue;			/* instruments to buy, first to last */
	int			queued;
	int			open;			/* positions */
	int			most_open;		/* so many at once */
} Portfolio;

/* Takes a trade that has ended; context is the caller's */
typedef void (*PortfolioKeep) (void *context, int instrument,
							   const BacktestTrade *trade);

extern void PortfolioAdd(Portfolio *portfolio, int instrument,
						 const BacktestBar *bar);
extern void PortfolioStep(Portfolio *portfolio, PortfolioKeep keep,
						  void *context);

#endif							/* BACKTEST_PORTFOLIO_H */
