/*-------------------------------------------------------------------------
 *
 * result.c
 *	  The composite values that backtests return.
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

/* Most fields of a composite; they are added in the order of its SQL type */
#define MAX_FIELDS		24

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
	Datum		value[MAX_FIELDS];
	bool		null[MAX_FIELDS];
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
							 &types->result) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "backtest result is not a composite type");
	types->result = BlessTupleDesc(types->result);
	types->trade_type =
		get_element_type(TupleDescAttr(types->result,
									   types->result->natts - 2)->atttypid);
	types->trade =
		BlessTupleDesc(lookup_rowtype_tupdesc_copy(types->trade_type, -1));
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
 * The composite value of all fields.
 */
static Datum
Finish(const Fields *fields, TupleDesc type)
{
	if (fields->count != type->natts)
		elog(ERROR, "composite type of a backtest has %d fields instead of %d",
			 type->natts, fields->count);
	return HeapTupleGetDatum(heap_form_tuple(type, (Datum *) fields->value,
											 (bool *) fields->null));
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
 * exit_price of an open trade is the last close; symbol is NULL where there is
 * only one.
 */
static Datum
TradeValue(const Types *types, const char *symbol, const BacktestTrade *trade)
{
	Fields		fields = {0};
	bool		ended = trade->reason != BACKTEST_OPEN;
	double		profit = BacktestProfit(trade, trade->exit_price);

	if (symbol)
		Add(&fields, CStringGetTextDatum(symbol));
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
	return Finish(&fields, types->trade);
}

/*
 * The open trade as it stands at the last close, price.
 */
static BacktestTrade
OpenTrade(const BacktestAccount *account, const BacktestPosition *position,
		  double price)
{
	BacktestTrade trade = position->trade;

	trade.exit_price = price;
	trade.exit_bar = account->bars - 1;
	return trade;
}

static Datum
MakeTradeArray(const Types *types, Datum *trade, int count)
{
	return PointerGetDatum(construct_array(trade, count, types->trade_type, -1,
										   false, TYPALIGN_DOUBLE));
}

static Datum
TradeArray(const Types *types, const BacktestState *state)
{
	const Backtest *backtest = &state->backtest;
	int			count = state->count;
	Datum	   *trade = palloc(sizeof(Datum) * (count + backtest->open));

	for (int i = 0; i < state->count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		trade[i] = TradeValue(types, NULL, &state->trade[i]);
	}
	for (int i = 0; i < backtest->open; i++)
	{
		BacktestTrade open = OpenTrade(&backtest->account,
									   &backtest->position[i],
									   backtest->last.close);

		trade[count++] = TradeValue(types, NULL, &open);
	}
	return MakeTradeArray(types, trade, count);
}

/*
 * Those that have ended, in that order, then those that are open.
 */
static Datum
PortfolioTradeArray(const Types *types, const PortfolioState *state)
{
	const Portfolio *portfolio = &state->portfolio;
	int			count = state->count;
	Datum	   *trade = palloc(sizeof(Datum) * (count + portfolio->open));

	for (int i = 0; i < state->count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		trade[i] = TradeValue(types,
							  state->symbol[state->trade[i].instrument],
							  &state->trade[i].trade);
	}
	for (int i = 0; i < portfolio->instruments; i++)
	{
		const PortfolioInstrument *of = &portfolio->instrument[i];

		if (of->position.invested)
		{
			BacktestTrade open =
			OpenTrade(&portfolio->account, &of->position, of->mark);

			trade[count++] = TradeValue(types, state->symbol[i], &open);
		}
	}
	return MakeTradeArray(types, trade, count);
}

/*
 * NULL if it was not asked for.
 */
static void
AddCurve(Fields *fields, const double *curve, int count)
{
	Size		size = ARR_OVERHEAD_NONULLS(1) + sizeof(double) * count;
	ArrayType  *array;

	if (curve == NULL)
	{
		AddIf(fields, false, (Datum) 0);
		return;
	}
	array = palloc0(size);
	SET_VARSIZE(array, size);
	array->ndim = 1;
	array->elemtype = FLOAT8OID;
	ARR_DIMS(array)[0] = count;
	ARR_LBOUND(array)[0] = 1;
	memcpy(ARR_DATA_PTR(array), curve, sizeof(double) * count);
	Add(fields, PointerGetDatum(array));
}

/*
 * Which bars these were.
 */
static void
AddBars(Fields *fields, const BacktestAccount *account, int skipped)
{
	Add(fields, TimestampTzGetDatum(account->first_ts));
	Add(fields, TimestampTzGetDatum(account->last_ts));
	Add(fields, Int32GetDatum(account->bars));
	Add(fields, Int32GetDatum(skipped));
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

	AddBars(&fields, account, state->skipped);
	AddMeasures(&fields, account);
	AddNumber(&fields, backtest->last.close / backtest->first_close - 1);
	AddCounts(&fields, account);
	Add(&fields, TradeArray(types, state));
	AddCurve(&fields, state->curve, account->bars);
	return Finish(&fields, types->result);
}

Datum
PortfolioResult(FunctionCallInfo fcinfo, const PortfolioState *state)
{
	const Types *types = LookUpTypes(fcinfo);
	const Portfolio *portfolio = &state->portfolio;
	Fields		fields = {0};

	AddBars(&fields, &portfolio->account, state->skipped);
	Add(&fields, Int32GetDatum(portfolio->instruments));
	AddMeasures(&fields, &portfolio->account);
	Add(&fields, Int32GetDatum(portfolio->most_open));
	AddCounts(&fields, &portfolio->account);
	Add(&fields, PortfolioTradeArray(types, state));
	AddCurve(&fields, state->curve, portfolio->account.bars);
	return Finish(&fields, types->result);
}
