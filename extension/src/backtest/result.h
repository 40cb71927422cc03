/*-------------------------------------------------------------------------
 *
 * result.h
 *	  A backtest in progress as PostgreSQL keeps it, and as a composite value.
 *
 *-------------------------------------------------------------------------
 */
#ifndef BACKTEST_RESULT_H
#define BACKTEST_RESULT_H

#include "fmgr.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"

#include "backtest/portfolio.h"

/* Room at first for trades, and for the equity of bars */
#define BACKTEST_FIRST_ROOM		64

/* Most trades and bars: what PostgreSQL can put into one value */
#define BACKTEST_MAX_TRADES		((int) (MaxAllocSize / sizeof(BacktestTrade)))
#define BACKTEST_MAX_CURVE		((int) (MaxAllocSize / sizeof(double)) - 8)

/* The transition value: lives in the aggregate's context, freed with it */
typedef struct BacktestState
{
	Backtest	backtest;
	Jsonb	   *document;		/* options of the first row; may be NULL */
	int			skipped;		/* bars with a missing or impossible price */
	int			count;			/* trades that have ended */
	int			room;
	BacktestTrade *trade;
	BacktestTrade *closed;		/* those of one bar, while it is played */
	int			curve_room;
	double	   *curve;			/* equity of each bar, if wanted */
} BacktestState;

/* Longest symbol and sector, with its end */
#define PORTFOLIO_NAME_SIZE		64

/* Most instruments */
#define PORTFOLIO_MAX \
	((int) (MaxAllocSize / sizeof(PortfolioInstrument)))

typedef struct PortfolioTrade
{
	int			instrument;
	BacktestTrade trade;
} PortfolioTrade;

#define PORTFOLIO_MAX_TRADES	((int) (MaxAllocSize / sizeof(PortfolioTrade)))

/* The same for many instruments */
typedef struct PortfolioState
{
	Portfolio	portfolio;
	Jsonb	   *document;
	int			skipped;
	struct HTAB *symbols;		/* name -> number of the instrument */
	struct HTAB *sectors;		/* name -> number of the sector */
	int			room;			/* of instruments */
	char	  **symbol;			/* names by number */
	int			count;			/* trades that have ended */
	int			trade_room;
	PortfolioTrade *trade;
	int			curve_room;
	double	   *curve;
} PortfolioState;

extern Datum PortfolioResult(FunctionCallInfo fcinfo,
							 const PortfolioState *state);
extern Datum BacktestResult(FunctionCallInfo fcinfo,
							const BacktestState *state);

#endif							/* BACKTEST_RESULT_H */
