/*-------------------------------------------------------------------------
 *
 * backtest.h
 *	  Plays signals against bars: one account, one instrument or many.
 *
 * The engine is plain C and calls nothing of PostgreSQL. Each bar goes through
 * the same steps: orders decided at the close before are filled, stops and
 * targets are checked, the account is valued at the close, and the signals of
 * this close decide the orders for the next bar. So nothing is traded on a
 * price that was not yet known. Prices and steps are those of backtesting.py
 * 0.6.6, so that its users find their trades again.
 *
 *-------------------------------------------------------------------------
 */
#ifndef BACKTEST_H
#define BACKTEST_H

#include <stdbool.h>
#include <stdint.h>

#include "performance/performance.h"

/* Which positions the signals open */
typedef enum BacktestSide
{
	BACKTEST_LONG,				/* enter buys, leave sells what there is */
	BACKTEST_SHORT,				/* enter sells short, leave buys it back */
	BACKTEST_BOTH				/* enter turns long, leave turns short */
} BacktestSide;

/* How much an entry buys */
typedef enum BacktestSizing
{
	BACKTEST_FRACTION,			/* size is a share of the equity that is free */
	BACKTEST_FIXED,				/* size is a number of units */
	BACKTEST_VOLATILITY,		/* size is the volatility of a year to aim at */
	BACKTEST_KELLY				/* size is the cap on Kelly's share */
} BacktestSizing;

/* At which price a signal is filled */
typedef enum BacktestFill
{
	BACKTEST_NEXT_OPEN,			/* open of the next bar */
	BACKTEST_CLOSE				/* close of the signal's own bar */
} BacktestFill;

/* What stops and targets are measured from */
typedef enum BacktestReference
{
	BACKTEST_ENTRY,				/* the price of the entry */
	BACKTEST_SIGNAL				/* the close that gave the signal */
} BacktestReference;

/* Why a trade ended */
typedef enum BacktestReason
{
	BACKTEST_OPEN,				/* it has not */
	BACKTEST_BY_SIGNAL,
	BACKTEST_STOP_LOSS,
	BACKTEST_TRAILING_STOP,
	BACKTEST_TAKE_PROFIT,
	BACKTEST_TIME_STOP,
	BACKTEST_RUIN				/* nothing was left in the account */
} BacktestReason;

/* Longest look back of a sizing, in bars or trades */
#define BACKTEST_MAX_LOOKBACK	1000

/* Most trades that may be open at once in one instrument */
#define BACKTEST_MAX_POSITIONS	1000

/* Distances are fractions of a price; 0 is without */
typedef struct BacktestOptions
{
	double		cash;			/* at the start */
	BacktestSizing sizing;
	double		size;			/* as sizing says */
	double		unit;			/* smallest quantity; 0: any */
	double		leverage;		/* most value of a position over equity */
	int			lookback;		/* bars for volatility, trades for Kelly */
	BacktestSide side;
	BacktestFill fill;
	double		fee;			/* fraction of the value of each fill */
	double		fee_fixed;		/* and so much for each fill */
	double		slippage;		/* fraction that market orders lose */
	double		stop_loss;
	double		take_profit;
	double		trailing_stop;	/* off the best close since the entry */
	int			time_stop;		/* bars from entry to exit; 0 is without */
	BacktestReference reference;
	int			positions;		/* trades open at once, one beside another */
	double		periods;		/* bars a year */
	bool		equity_curve;	/* return the account of every bar */

	/* Limits of a portfolio */
	double		max_position_fraction;	/* of equity in one instrument */
	double		max_sector_fraction;	/* of equity in one sector */
	int			max_positions;	/* held at once */
} BacktestOptions;

typedef struct BacktestBar
{
	int64_t		ts;
	double		open;
	double		high;
	double		low;
	double		close;
	bool		enter;
	bool		leave;
} BacktestBar;

typedef struct BacktestTrade
{
	int64_t		entry_ts;
	int64_t		exit_ts;
	int			entry_bar;		/* 0 is the first */
	int			exit_bar;
	double		size;			/* units, negative if short */
	double		entry_price;
	double		exit_price;
	double		fees;			/* of entry and exit */
	double		best;			/* furthest prices while it was open */
	double		worst;
	BacktestReason reason;
} BacktestTrade;

/* A trade that is open, or the last one that was */
typedef struct BacktestPosition
{
	bool		invested;
	BacktestTrade trade;
	double		stop;			/* price, 0 without */
	bool		trailed;		/* was stop last moved by the trailing stop? */
	double		target;			/* price, 0 without */
	BacktestReason leaving;		/* order for the next bar; BACKTEST_OPEN: stay */
} BacktestPosition;

/* Where the money is, and sums for the result */
typedef struct BacktestAccount
{
	BacktestOptions options;
	double		cash;			/* without what open trades are worth */
	double		equity;			/* at the last close */
	int			bars;
	int			bars_invested;	/* a trade was open at the close */
	int64_t		first_ts;
	int64_t		last_ts;
	int			refused;		/* entries that could not be paid */
	int			trades;			/* ended */
	int			winners;
	double		won;			/* net profit of the winners */
	double		lost;			/* net loss of the others, no sign */
	double		fees;
	Returns		returns;
} BacktestAccount;

/* Most trades that can end on one bar: all by signal, their successor by stop */
#define BacktestMostClosed(options)		((options)->positions + 1)

/* One instrument: all that the next bar needs to know */
typedef struct Backtest
{
	BacktestAccount account;
	BacktestPosition *position; /* those open, all one way, oldest first; the
								 * caller's, room for options.positions */
	int			open;
	bool		ruined;			/* nothing is traded any more */
	double		first_close;
	BacktestBar last;

	int			entering;		/* order for the next bar: 1 long, -1 short */

	/* The last log returns, for volatility sizing */
	SeriesTail	logarithms;
	double		memory[SERIES_TAIL_ROOM(BACKTEST_MAX_LOOKBACK)];
} Backtest;

/* account.c */
extern void AccountStart(BacktestAccount *account,
						 const BacktestOptions *options);
extern void AccountValue(BacktestAccount *account, double equity,
						 bool invested, int64_t ts);
extern void AccountEnter(BacktestAccount *account, BacktestPosition *position,
						 double size, double fill_price, double reference,
						 const BacktestBar *at, int bar);
extern void AccountLeave(BacktestAccount *account, BacktestPosition *position,
						 double price, const BacktestBar *at, int bar,
						 BacktestReason reason);

/* position.c */
extern int	PositionDirection(const BacktestPosition *position);
extern double BacktestSlipped(const BacktestOptions *options, double price,
							  int direction);
extern void PositionSetStops(BacktestPosition *position,
							 const BacktestOptions *options, double reference);
extern void PositionReach(BacktestPosition *position, double high, double low);
extern void PositionTrail(BacktestPosition *position,
						  const BacktestOptions *options, double close);
extern BacktestReason PositionStopped(const BacktestPosition *position,
									  const BacktestOptions *options,
									  const BacktestBar *bar, double *price);
extern double BacktestProfit(const BacktestTrade *trade, double price);

/* engine.c */
extern void BacktestStart(Backtest *backtest, const BacktestOptions *options,
						  BacktestPosition *position);
extern int	BacktestStep(Backtest *backtest, const BacktestBar *bar,
						 BacktestTrade *closed);

/* sizing.c */
extern double BacktestEquity(const Backtest *backtest, double price);
extern double BacktestSize(const Backtest *backtest, double price,
						   double fill_price);
extern double BacktestAffordable(double money, double price, double unit);

#endif							/* BACKTEST_H */
