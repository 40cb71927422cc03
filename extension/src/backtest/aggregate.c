/*-------------------------------------------------------------------------
 *
 * aggregate.c
 *	  backtest(ts, open, high, low, close, enter, leave, options order by ts).
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/timestamp.h"

#include "backtest/argument.h"
#include "backtest/options.h"
#include "backtest/result.h"

PG_FUNCTION_INFO_V1(backtest_step);
PG_FUNCTION_INFO_V1(backtest_value);

/* The arguments, behind the state */
enum
{
	ARG_TS = 1,
	ARG_OPEN,					/* and high, low, close, enter, leave */
	ARG_OPTIONS = ARG_OPEN + 6
};

static BacktestState *
StartState(FunctionCallInfo fcinfo, MemoryContext context)
{
	Jsonb	   *document = BacktestGetOptions(fcinfo, ARG_OPTIONS);
	BacktestState *state;
	BacktestOptions options =
	BacktestReadOptions(document, BACKTEST_SINGLE);

	state = MemoryContextAllocZero(context, sizeof(BacktestState));
	BacktestStart(&state->backtest, &options,
				  MemoryContextAlloc(context, sizeof(BacktestPosition) *
									 options.positions));
	state->closed = MemoryContextAlloc(context, sizeof(BacktestTrade) *
									   BacktestMostClosed(&options));
	state->room = BACKTEST_FIRST_ROOM;
	state->trade = MemoryContextAlloc(context,
									  sizeof(BacktestTrade) * state->room);
	if (options.equity_curve)
	{
		state->curve_room = BACKTEST_FIRST_ROOM;
		state->curve = MemoryContextAlloc(context,
										  sizeof(double) * state->curve_room);
	}
	state->document = BacktestKeepOptions(context, document);
	return state;
}

static BacktestState *
CurrentState(FunctionCallInfo fcinfo)
{
	MemoryContext context;
	BacktestState *state;

	if (!AggCheckCallContext(fcinfo, &context))
		elog(ERROR, "backtest_step called outside of an aggregate");
	if (PG_ARGISNULL(0))
		return StartState(fcinfo, context);
	state = (BacktestState *) PG_GETARG_POINTER(0);
	BacktestCheckOptions(fcinfo, ARG_OPTIONS, state->document);
	return state;
}

static void
CheckOrder(const Backtest *backtest, const BacktestBar *bar)
{
	if (backtest->account.bars > 0 && bar->ts <= backtest->last.ts)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("bars of a backtest must have ascending times"),
				 errdetail("%s follows %s.",
						   pstrdup(timestamptz_to_str(bar->ts)),
						   pstrdup(timestamptz_to_str(backtest->last.ts))),
				 errhint("Write order by inside of the call, and backtest one "
						 "instrument at a time.")));
}

static void
KeepTrade(BacktestState *state, const BacktestTrade *trade)
{
	state->trade = BacktestGrow(state->trade, sizeof(BacktestTrade), state->count,
								&state->room, BACKTEST_MAX_TRADES, "trades");
	state->trade[state->count++] = *trade;
}

static void
KeepEquity(BacktestState *state)
{
	int			count = state->backtest.account.bars - 1;

	state->curve = BacktestGrow(state->curve, sizeof(double), count,
								&state->curve_room, BACKTEST_MAX_CURVE,
								"bars with an equity curve");
	state->curve[count] = state->backtest.account.equity;
}

Datum
backtest_step(PG_FUNCTION_ARGS)
{
	BacktestState *state = CurrentState(fcinfo);
	BacktestBar bar;
	int			count;

	if (!BacktestReadBar(fcinfo, ARG_TS, ARG_OPEN, &bar))
	{
		state->skipped++;
		PG_RETURN_POINTER(state);
	}
	CheckOrder(&state->backtest, &bar);
	count = BacktestStep(&state->backtest, &bar, state->closed);
	for (int i = 0; i < count; i++)
		KeepTrade(state, &state->closed[i]);
	if (state->curve)
		KeepEquity(state);
	PG_RETURN_POINTER(state);
}

/*
 * Leaves the state as it is, so that the next row of a window can go on.
 */
Datum
backtest_value(PG_FUNCTION_ARGS)
{
	const BacktestState *state;

	if (!AggCheckCallContext(fcinfo, NULL))
		elog(ERROR, "backtest_value called outside of an aggregate");
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	state = (const BacktestState *) PG_GETARG_POINTER(0);
	if (state->backtest.account.bars == 0)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(BacktestResult(fcinfo, state));
}
