/*-------------------------------------------------------------------------
 *
 * portfolio_aggregate.c
 *	  backtest_portfolio(ts, symbol, sector, open, high, low, close, enter,
 *	  leave, options order by ts, ...).
 *
 * Rows of one time are collected; they are played when a later time comes.
 * Those of the last time are played by the final function, on a copy.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/timestamp.h"

#include "backtest/argument.h"
#include "backtest/options.h"
#include "backtest/result.h"

PG_FUNCTION_INFO_V1(backtest_portfolio_step);
PG_FUNCTION_INFO_V1(backtest_portfolio_value);

/* The arguments, behind the state */
enum
{
	ARG_TS = 1,
	ARG_SYMBOL,
	ARG_SECTOR,
	ARG_OPEN,					/* and high, low, close, enter, leave */
	ARG_OPTIONS = ARG_OPEN + 6
};

/* A symbol or a sector */
typedef struct NamedNumber
{
	char		name[PORTFOLIO_NAME_SIZE];
	int			number;
} NamedNumber;

static HTAB *
MakeNames(MemoryContext context, const char *what)
{
	HASHCTL		control = {0};

	control.keysize = PORTFOLIO_NAME_SIZE;
	control.entrysize = sizeof(NamedNumber);
	control.hcxt = context;
	return hash_create(what, BACKTEST_FIRST_ROOM, &control,
					   HASH_ELEM | HASH_STRINGS | HASH_CONTEXT);
}

/*
 * The number of the name, the next one if it is new.
 */
static int
NumberOf(HTAB *names, const char *name, bool *found)
{
	int			next = hash_get_num_entries(names);
	NamedNumber *entry = hash_search(names, name, HASH_ENTER, found);

	if (!*found)
		entry->number = next;
	return entry->number;
}

/*
 * NULL if it is not known.
 */
static char *
ReadName(FunctionCallInfo fcinfo, int argument, const char *what)
{
	char	   *name;

	if (PG_ARGISNULL(argument))
		return NULL;
	name = text_to_cstring(PG_GETARG_TEXT_PP(argument));
	if (strlen(name) >= PORTFOLIO_NAME_SIZE)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("%s of a backtest cannot have more than %d bytes",
						what, PORTFOLIO_NAME_SIZE - 1)));
	return name;
}

static PortfolioState *
StartState(FunctionCallInfo fcinfo, MemoryContext context)
{
	Jsonb	   *document = BacktestGetOptions(fcinfo, ARG_OPTIONS);
	BacktestOptions options =
	BacktestReadOptions(document, BACKTEST_PORTFOLIO);
	MemoryContext old = MemoryContextSwitchTo(context);
	PortfolioState *state = palloc0(sizeof(PortfolioState));
	Portfolio  *portfolio = &state->portfolio;

	AccountStart(&portfolio->account, &options);
	state->symbols = MakeNames(context, "symbols of a backtest");
	state->sectors = MakeNames(context, "sectors of a backtest");
	state->room = BACKTEST_FIRST_ROOM;
	state->symbol = palloc(sizeof(char *) * state->room);
	portfolio->instrument = palloc(sizeof(PortfolioInstrument) * state->room);
	portfolio->row = palloc(sizeof(int) * state->room);
	portfolio->queue = palloc(sizeof(int) * state->room);
	state->trade_room = BACKTEST_FIRST_ROOM;
	state->trade = palloc(sizeof(PortfolioTrade) * state->trade_room);
	if (options.equity_curve)
	{
		state->curve_room = BACKTEST_FIRST_ROOM;
		state->curve = palloc(sizeof(double) * state->curve_room);
	}
	state->document = BacktestKeepOptions(context, document);
	MemoryContextSwitchTo(old);
	return state;
}

static PortfolioState *
CurrentState(FunctionCallInfo fcinfo, MemoryContext *context)
{
	PortfolioState *state;

	if (!AggCheckCallContext(fcinfo, context))
		elog(ERROR, "backtest_portfolio_step called outside of an aggregate");
	if (PG_ARGISNULL(0))
		return StartState(fcinfo, *context);
	state = (PortfolioState *) PG_GETARG_POINTER(0);
	BacktestCheckOptions(fcinfo, ARG_OPTIONS, state->document);
	return state;
}

static void
KeepTrade(void *context, int instrument, const BacktestTrade *trade)
{
	PortfolioState *state = context;
	PortfolioTrade *kept;

	state->trade = BacktestGrow(state->trade, sizeof(PortfolioTrade),
								state->count, &state->trade_room,
								PORTFOLIO_MAX_TRADES, "trades");
	kept = &state->trade[state->count++];
	kept->instrument = instrument;
	kept->trade = *trade;
}

/*
 * Plays the rows collected.
 */
static void
Play(PortfolioState *state)
{
	Portfolio  *portfolio = &state->portfolio;
	int			bar = portfolio->account.bars;

	if (portfolio->rows == 0)
		return;
	PortfolioStep(portfolio, KeepTrade, state);
	if (state->curve == NULL)
		return;
	state->curve = BacktestGrow(state->curve, sizeof(double), bar,
								&state->curve_room, BACKTEST_MAX_CURVE,
								"bars with an equity curve");
	state->curve[bar] = portfolio->account.equity;
}

/*
 * Plays the rows before if this one has a later time.
 */
static void
Advance(PortfolioState *state, const BacktestBar *bar)
{
	const Portfolio *portfolio = &state->portfolio;
	int64_t		ts;

	if (portfolio->rows == 0)
		return;
	ts = portfolio->instrument[portfolio->row[0]].bar.ts;
	if (bar->ts < ts)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("bars of a backtest must have ascending times"),
				 errdetail("%s follows %s.",
						   pstrdup(timestamptz_to_str(bar->ts)),
						   pstrdup(timestamptz_to_str(ts))),
				 errhint("Write order by inside of the call.")));
	if (bar->ts > ts)
		Play(state);
}

/*
 * Room for one more instrument in every array of them.
 */
static void
MakeRoom(PortfolioState *state)
{
	Portfolio  *portfolio = &state->portfolio;
	int			count = portfolio->instruments;
	int			room = state->room;

	portfolio->instrument =
		BacktestGrow(portfolio->instrument, sizeof(PortfolioInstrument), count,
					 &room, PORTFOLIO_MAX, "instruments");
	if (room == state->room)
		return;
	portfolio->row = repalloc(portfolio->row, sizeof(int) * room);
	portfolio->queue = repalloc(portfolio->queue, sizeof(int) * room);
	state->symbol = repalloc(state->symbol, sizeof(char *) * room);
	state->room = room;
}

static int
FindInstrument(PortfolioState *state, MemoryContext context,
			   const char *symbol)
{
	bool		found;
	int			number;

	MakeRoom(state);
	number = NumberOf(state->symbols, symbol, &found);
	if (!found)
	{
		state->symbol[number] = MemoryContextStrdup(context, symbol);
		memset(&state->portfolio.instrument[number], 0,
			   sizeof(PortfolioInstrument));
		state->portfolio.instruments++;
	}
	return number;
}

static void
AddRow(PortfolioState *state, MemoryContext context, const char *symbol,
	   const char *sector, const BacktestBar *bar)
{
	int			number = FindInstrument(state, context, symbol);
	PortfolioInstrument *of = &state->portfolio.instrument[number];
	bool		found;

	if (of->present)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("two bars of %s at %s", symbol,
						timestamptz_to_str(bar->ts))));
	of->sector = sector ? NumberOf(state->sectors, sector, &found)
		: PORTFOLIO_NO_SECTOR;
	PortfolioAdd(&state->portfolio, number, bar);
}

Datum
backtest_portfolio_step(PG_FUNCTION_ARGS)
{
	MemoryContext context;
	PortfolioState *state = CurrentState(fcinfo, &context);
	char	   *symbol = ReadName(fcinfo, ARG_SYMBOL, "a symbol");
	char	   *sector = ReadName(fcinfo, ARG_SECTOR, "a sector");
	BacktestBar bar;

	if (symbol == NULL || !BacktestReadBar(fcinfo, ARG_TS, ARG_OPEN, &bar))
	{
		state->skipped++;
		PG_RETURN_POINTER(state);
	}
	Advance(state, &bar);
	AddRow(state, context, symbol, sector, &bar);
	PG_RETURN_POINTER(state);
}

static void *
Copy(const void *array, Size size)
{
	return size == 0 ? NULL : memcpy(palloc(size), array, size);
}

/*
 * A copy that may be played on while the state waits for more rows.
 */
static PortfolioState
CopyState(const PortfolioState *state)
{
	PortfolioState copy = *state;
	Portfolio  *portfolio = &copy.portfolio;

	portfolio->instrument =
		Copy(portfolio->instrument, sizeof(PortfolioInstrument) * copy.room);
	portfolio->row = Copy(portfolio->row, sizeof(int) * copy.room);
	portfolio->queue = Copy(portfolio->queue, sizeof(int) * copy.room);
	copy.trade = Copy(copy.trade, sizeof(PortfolioTrade) * copy.trade_room);
	copy.curve = Copy(copy.curve, sizeof(double) * copy.curve_room);
	return copy;
}

Datum
backtest_portfolio_value(PG_FUNCTION_ARGS)
{
	PortfolioState copy;

	if (!AggCheckCallContext(fcinfo, NULL))
		elog(ERROR, "backtest_portfolio_value called outside of an aggregate");
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	copy = CopyState((const PortfolioState *) PG_GETARG_POINTER(0));
	Play(&copy);
	if (copy.portfolio.account.bars == 0)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(PortfolioResult(fcinfo, &copy));
}
