/*-------------------------------------------------------------------------
 *
 * result.c
 *	  The composite values backtest_result and backtest_trade.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"
#include "utils/typcache.h"

#include "backtest/result.h"

/* Fields of the two composites, in the order of their SQL types */
#define RESULT_FIELDS	21
#define TRADE_FIELDS	12

static const char *const reason_name[] = {
	[BACKTEST_OPEN] = "open",
	[BACKTEST_BY_SIGNAL] = "signal",
	[BACKTEST_STOP_LOSS] = "stop loss",
	[BACKTEST_TRAILING_STOP] = "trailing stop",
	[BACKTEST_TAKE_PROFIT] = "take profit",
	[BACKTEST_TIME_STOP] = "time stop",
	[BACKTEST_RUIN] = "ruin",
};

/* The composite types, looked up once for a query */
typedef struct Types
{
	TupleDesc	result;
	TupleDesc	trade;
	Oid			trade_type;
} Types;

/* A composite value in the making: fields are added in order */
typedef struct Fields
{
	int			count;
	Datum		value[RESULT_FIELDS];
	bool		null[RESULT_FIELDS];
} Fields;

static Types *
LookUpTypes(FunctionCallInfo fcinfo)
{
	MemoryContext old;
	Types	   *types = fcinfo->flinfo->fn_extra;

	if (types)
		return types;
	old = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
	types = palloc(sizeof(Types));
	if (get_call_result_type(fcinfo, NULL,
							 &types->result) != TYPEFUNC_COMPOSITE ||
		types->result->natts != RESULT_FIELDS)
		elog(ERROR, "backtest result is not the composite type expected");
	types->result = BlessTupleDesc(types->result);
	types->trade_type =
		get_element_type(TupleDescAttr(types->result,
									   RESULT_FIELDS - 2)->atttypid);
	types->trade = lookup_rowtype_tupdesc_copy(types->trade_type, -1);
	if (types->trade->natts != TRADE_FIELDS)
		elog(ERROR, "backtest trade is not the composite type expected");
	types->trade = BlessTupleDesc(types->trade);
	MemoryContextSwitchTo(old);
	fcinfo->flinfo->fn_extra = types;
	return types;
}

static void
Add(Fields *fields, Datum value)
{
	fields->null[fields->count] = false;
	fields->value[fields->count++] = value;
}

/*
 * NULL if it is not known.
 */
static void
AddIf(Fields *fields, bool is_known, Datum value)
{
	Add(fields, value);
	fields->null[fields->count - 1] = !is_known;
}

static void
AddNumber(Fields *fields, double value)
{
	Add(fields, Float8GetDatum(value));
}

/*
 * How far the price went for (positive) or against the trade, as a fraction.
 */
static double
Excursion(const BacktestTrade *trade, double price)
{
	return (trade->size > 0 ? 1 : -1) * (price / trade->entry_price - 1);
}

/*
 * exit_price of an open trade is the last close.
 */
static Datum
TradeValue(const Types *types, const BacktestTrade *trade)
{
	Fields		fields = {0};
	bool		ended = trade->reason != BACKTEST_OPEN;
	double		profit = BacktestProfit(trade, trade->exit_price);

	Add(&fields, TimestampTzGetDatum(trade->entry_ts));
	AddIf(&fields, ended, TimestampTzGetDatum(trade->exit_ts));
	AddNumber(&fields, trade->size);
	AddNumber(&fields, trade->entry_price);
	AddIf(&fields, ended, Float8GetDatum(trade->exit_price));
	AddNumber(&fields, trade->fees);
	AddNumber(&fields, profit);
	AddNumber(&fields, profit / (fabs(trade->size) * trade->entry_price));
	AddNumber(&fields, Excursion(trade, trade->best));
	AddNumber(&fields, Excursion(trade, trade->worst));
	Add(&fields, Int32GetDatum(trade->exit_bar - trade->entry_bar));
	Add(&fields, CStringGetTextDatum(reason_name[trade->reason]));
	return HeapTupleGetDatum(heap_form_tuple(types->trade, fields.value,
											 fields.null));
}

/*
 * The open trade as it stands at the last close.
 */
static BacktestTrade
OpenTrade(const Backtest *backtest)
{
	BacktestTrade trade = backtest->position.trade;

	trade.exit_price = backtest->last.close;
	trade.exit_bar = backtest->account.bars - 1;
	return trade;
}

static Datum
TradeArray(const Types *types, const BacktestState *state)
{
	int			count = state->count;
	Datum	   *trade = palloc(sizeof(Datum) * (count + 1));

	for (int i = 0; i < state->count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		trade[i] = TradeValue(types, &state->trade[i]);
	}
	if (state->backtest.position.invested)
	{
		BacktestTrade open = OpenTrade(&state->backtest);

		trade[count++] = TradeValue(types, &open);
	}
	return PointerGetDatum(construct_array(trade, count, types->trade_type, -1,
										   false, TYPALIGN_DOUBLE));
}

static Datum
CurveArray(const BacktestState *state)
{
	int			count = state->backtest.account.bars;
	Size		size = ARR_OVERHEAD_NONULLS(1) + sizeof(double) * count;
	ArrayType  *array = palloc0(size);

	SET_VARSIZE(array, size);
	array->ndim = 1;
	array->elemtype = FLOAT8OID;
	ARR_DIMS(array)[0] = count;
	ARR_LBOUND(array)[0] = 1;
	memcpy(ARR_DATA_PTR(array), state->curve, sizeof(double) * count);
	return PointerGetDatum(array);
}

/*
 * The measures of the account's returns from bar to bar.
 */
static void
AddMeasures(Fields *fields, const BacktestAccount *account)
{
	const Returns *returns = &account->returns;
	double		periods = account->options.periods;
	double		value;
	bool		is_known;

	AddNumber(fields, account->equity);
	AddNumber(fields, account->equity / account->options.cash - 1);
	is_known = ReturnsCagr(returns, periods, &value);
	AddIf(fields, is_known, Float8GetDatum(value));
	is_known = ReturnsVolatility(returns, periods, &value);
	AddIf(fields, is_known, Float8GetDatum(value));
	is_known = ReturnsSharpe(returns, periods, &value);
	AddIf(fields, is_known, Float8GetDatum(value));
	is_known = ReturnsSortino(returns, periods, &value);
	AddIf(fields, is_known, Float8GetDatum(value));
	AddNumber(fields, returns->worst);
	is_known = ReturnsCalmar(returns, periods, &value);
	AddIf(fields, is_known, Float8GetDatum(value));
	AddNumber(fields, (double) account->bars_invested / account->bars);
}

/*
 * The trades that have ended, and what they cost.
 */
static void
AddCounts(Fields *fields, const BacktestAccount *account)
{
	int			trades = account->trades;

	Add(fields, Int32GetDatum(trades));
	AddIf(fields, trades > 0,
		  Float8GetDatum(trades > 0 ? (double) account->winners / trades : 0));
	AddIf(fields, account->lost > 0,
		  Float8GetDatum(account->lost > 0
						 ? account->won / account->lost : 0));
	AddNumber(fields, account->fees);
	Add(fields, Int32GetDatum(account->refused));
}

Datum
BacktestResult(FunctionCallInfo fcinfo, const BacktestState *state)
{
	const Types *types = LookUpTypes(fcinfo);
	const Backtest *backtest = &state->backtest;
	const BacktestAccount *account = &backtest->account;
	Fields		fields = {0};

	Add(&fields, TimestampTzGetDatum(account->first_ts));
	Add(&fields, TimestampTzGetDatum(account->last_ts));
	Add(&fields, Int32GetDatum(account->bars));
	Add(&fields, Int32GetDatum(state->skipped));
	AddMeasures(&fields, account);
	AddNumber(&fields, backtest->last.close / backtest->first_close - 1);
	AddCounts(&fields, account);
	Add(&fields, TradeArray(types, state));
	AddIf(&fields, state->curve != NULL,
		  state->curve ? CurveArray(state) : (Datum) 0);
	return HeapTupleGetDatum(heap_form_tuple(types->result, fields.value,
											 fields.null));
}
