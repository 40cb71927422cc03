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

#include "backtest/backtest.h"

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
	int			curve_room;
	double	   *curve;			/* equity of each bar, if wanted */
} BacktestState;

extern Datum BacktestResult(FunctionCallInfo fcinfo,
							const BacktestState *state);

#endif							/* BACKTEST_RESULT_H */
