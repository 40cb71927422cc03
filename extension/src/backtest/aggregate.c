/*-------------------------------------------------------------------------
 *
 * aggregate.c
 *	  backtest(ts, open, high, low, close, enter, leave, options order by ts).
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "fmgr.h"
#include "utils/timestamp.h"

#include "backtest/options.h"
#include "backtest/result.h"

PG_FUNCTION_INFO_V1(backtest_step);
PG_FUNCTION_INFO_V1(backtest_value);

/* The arguments, behind the state */
enum
{
	ARG_TS = 1,
	ARG_OPEN,
	ARG_HIGH,
	ARG_LOW,
	ARG_CLOSE,
	ARG_ENTER,
	ARG_LEAVE,
	ARG_OPTIONS
};

/*
 * NULL where the call leaves them out.
 */
static Jsonb *
GetOptions(FunctionCallInfo fcinfo)
{
	if (PG_NARGS() <= ARG_OPTIONS || PG_ARGISNULL(ARG_OPTIONS))
		return NULL;
	return PG_GETARG_JSONB_P(ARG_OPTIONS);
}

static BacktestState *
StartState(FunctionCallInfo fcinfo, MemoryContext context)
{
	Jsonb	   *document = GetOptions(fcinfo);
	BacktestState *state;
	BacktestOptions options = document ? BacktestReadOptions(document)
	: BacktestDefaults();

	if (document == NULL)
		options.size = 1;
	state = MemoryContextAllocZero(context, sizeof(BacktestState));
	BacktestStart(&state->backtest, &options);
	state->room = BACKTEST_FIRST_ROOM;
	state->trade = MemoryContextAlloc(context,
									  sizeof(BacktestTrade) * state->room);
	if (options.equity_curve)
	{
		state->curve_room = BACKTEST_FIRST_ROOM;
		state->curve = MemoryContextAlloc(context,
										  sizeof(double) * state->curve_room);
	}
	if (document)
	{
		state->document = MemoryContextAlloc(context, VARSIZE(document));
		memcpy(state->document, document, VARSIZE(document));
	}
	return state;
}

static bool
SameDocument(const Jsonb *a, const Jsonb *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return VARSIZE(a) == VARSIZE(b) && memcmp(a, b, VARSIZE(a)) == 0;
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
	if (!SameDocument(state->document, GetOptions(fcinfo)))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("backtest options must be the same for all rows")));
	return state;
}

/*
 * A signal that is not known is none.
 */
static bool
GetSignal(FunctionCallInfo fcinfo, int argument)
{
	return !PG_ARGISNULL(argument) && PG_GETARG_BOOL(argument);
}

/*
 * False if a price is missing or cannot be.
 */
static bool
ReadBar(FunctionCallInfo fcinfo, BacktestBar *bar)
{
	for (int i = ARG_TS; i <= ARG_CLOSE; i++)
		if (PG_ARGISNULL(i))
			return false;
	bar->ts = PG_GETARG_TIMESTAMPTZ(ARG_TS);
	bar->open = PG_GETARG_FLOAT8(ARG_OPEN);
	bar->high = PG_GETARG_FLOAT8(ARG_HIGH);
	bar->low = PG_GETARG_FLOAT8(ARG_LOW);
	bar->close = PG_GETARG_FLOAT8(ARG_CLOSE);
	bar->enter = GetSignal(fcinfo, ARG_ENTER);
	bar->leave = GetSignal(fcinfo, ARG_LEAVE);
	return isfinite(bar->open) && isfinite(bar->high) && isfinite(bar->close) &&
		bar->open > 0 && bar->low > 0 && bar->close > 0 &&
		bar->high >= bar->low;
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

/*
 * Makes room for one more element, up to so many.
 */
static void *
Grow(void *array, Size element, int count, int *room, int most,
	 const char *what)
{
	if (count < *room)
		return array;
	if (count >= most)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("a backtest cannot have more than %d %s", most, what)));
	*room = *room > most / 2 ? most : *room * 2;
	return repalloc(array, element * *room);
}

static void
KeepTrade(BacktestState *state, const BacktestTrade *trade)
{
	state->trade = Grow(state->trade, sizeof(BacktestTrade), state->count,
						&state->room, BACKTEST_MAX_TRADES, "trades");
	state->trade[state->count++] = *trade;
}

static void
KeepEquity(BacktestState *state)
{
	int			count = state->backtest.account.bars - 1;

	state->curve = Grow(state->curve, sizeof(double), count,
						&state->curve_room, BACKTEST_MAX_CURVE,
						"bars with an equity curve");
	state->curve[count] = state->backtest.account.equity;
}

Datum
backtest_step(PG_FUNCTION_ARGS)
{
	BacktestState *state = CurrentState(fcinfo);
	BacktestTrade closed[BACKTEST_MAX_CLOSED];
	BacktestBar bar;
	int			count;

	if (!ReadBar(fcinfo, &bar))
	{
		state->skipped++;
		PG_RETURN_POINTER(state);
	}
	CheckOrder(&state->backtest, &bar);
	count = BacktestStep(&state->backtest, &bar, closed);
	for (int i = 0; i < count; i++)
		KeepTrade(state, &closed[i]);
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
