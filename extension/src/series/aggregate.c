/*-------------------------------------------------------------------------
 *
 * aggregate.c
 *	  Makes a transition and a final function of PostgreSQL from each kind.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "access/htup_details.h"
#include "fmgr.h"
#include "funcapi.h"

#include "performance/performance.h"
#include "series/series.h"

/* The transition value: lives in the aggregate's context, freed with it */
typedef struct SeriesState
{
	double		parameter[SERIES_MAX_PARAMETERS];
	char		kind[FLEXIBLE_ARRAY_MEMBER] pg_attribute_aligned(MAXIMUM_ALIGNOF);
} SeriesState;

static double
ReadParameter(FunctionCallInfo fcinfo, int argument,
			  const SeriesParameter *parameter)
{
	double		value;

	if (PG_ARGISNULL(argument))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s must not be null", parameter->name)));
	value = parameter->whole ? (double) PG_GETARG_INT32(argument)
		: PG_GETARG_FLOAT8(argument);
	if (!(value >= parameter->minimum && value <= parameter->maximum))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must be between %g and %g", parameter->name,
						parameter->minimum, parameter->maximum)));
	return value;
}

static SeriesState *
StartState(MemoryContext context, const SeriesKind *kind,
		   const double *parameter)
{
	Size		size =
	offsetof(SeriesState, kind) + kind->size(kind, parameter);
	SeriesState *state = MemoryContextAllocZero(context, size);

	memcpy(state->parameter, parameter, sizeof(double) * kind->parameters);
	kind->start(kind, state->kind, parameter);
	return state;
}

/*
 * A parameter as the row gives it, or as preset where the call has no such
 * argument.
 */
static double
GetParameter(FunctionCallInfo fcinfo, int argument,
			 const SeriesParameter *parameter)
{
	if (argument >= PG_NARGS())
		return parameter->preset;
	return ReadParameter(fcinfo, argument, parameter);
}

/*
 * The state of the aggregate in progress, made at the first row. A parameter
 * that differs from the first row's has no meaning, so it is refused.
 */
static SeriesState *
CurrentState(FunctionCallInfo fcinfo, const SeriesKind *kind)
{
	MemoryContext context;
	SeriesState *state;
	double		parameter[SERIES_MAX_PARAMETERS];

	if (!AggCheckCallContext(fcinfo, &context))
		elog(ERROR, "series transition called outside of an aggregate");
	for (int i = 0; i < kind->parameters; i++)
		parameter[i] =
			GetParameter(fcinfo, 1 + kind->inputs + i, &kind->parameter[i]);
	if (PG_ARGISNULL(0))
		return StartState(context, kind, parameter);

	state = (SeriesState *) PG_GETARG_POINTER(0);
	for (int i = 0; i < kind->parameters; i++)
		if (parameter[i] != state->parameter[i])
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("%s must be the same for all rows",
							kind->parameter[i].name),
					 errdetail("It was %g and is now %g.", state->parameter[i],
							   parameter[i])));
	return state;
}

/*
 * Reads the inputs of a row; false if one is missing.
 */
static bool
ReadRow(FunctionCallInfo fcinfo, const SeriesKind *kind, double *input)
{
	for (int i = 0; i < kind->inputs; i++)
	{
		if (PG_ARGISNULL(1 + i))
			return false;
		input[i] = PG_GETARG_FLOAT8(1 + i);
		if (!isfinite(input[i]))
			return false;
	}
	return true;
}

static Datum
SeriesStep(FunctionCallInfo fcinfo, const SeriesKind *kind)
{
	SeriesState *state = CurrentState(fcinfo, kind);
	double		input[SERIES_MAX_INPUTS];

	if (ReadRow(fcinfo, kind, input))
		kind->step(kind, state->kind, input);
	PG_RETURN_POINTER(state);
}

/*
 * The composite type to return, looked up once for a query.
 */
static TupleDesc
ResultDescriptor(FunctionCallInfo fcinfo)
{
	if (fcinfo->flinfo->fn_extra == NULL)
	{
		MemoryContext old = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
		TupleDesc	descriptor;

		if (get_call_result_type(fcinfo, NULL,
								 &descriptor) != TYPEFUNC_COMPOSITE)
			elog(ERROR, "series result is not a composite type");
		fcinfo->flinfo->fn_extra = BlessTupleDesc(descriptor);
		MemoryContextSwitchTo(old);
	}
	return fcinfo->flinfo->fn_extra;
}

static Datum
CompositeResult(FunctionCallInfo fcinfo, int results, unsigned known,
				const double *result)
{
	Datum		value[SERIES_MAX_RESULTS];
	bool		null[SERIES_MAX_RESULTS];

	for (int i = 0; i < results; i++)
	{
		null[i] = (known & (1u << i)) == 0;
		value[i] = null[i] ? (Datum) 0 : Float8GetDatum(result[i]);
	}
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(ResultDescriptor(fcinfo),
													  value,
													  null)));
}

/*
 * Leaves the state as it is, so that the next row of a window can go on.
 */
static Datum
SeriesValue(FunctionCallInfo fcinfo, const SeriesKind *kind)
{
	double		result[SERIES_MAX_RESULTS];
	unsigned	known = SERIES_UNKNOWN;

	if (!PG_ARGISNULL(0))
	{
		const SeriesState *state = (const SeriesState *) PG_GETARG_POINTER(0);

		known = kind->value(kind, state->kind, result);
	}
	if (known == SERIES_UNKNOWN)
		PG_RETURN_NULL();
	if (kind->results > 1)
		return CompositeResult(fcinfo, kind->results, known, result);
	PG_RETURN_FLOAT8(result[0]);
}

/* name_step and name_value, from series_name */
#define SERIES_AGGREGATE(name) \
PG_FUNCTION_INFO_V1(name##_step); \
PG_FUNCTION_INFO_V1(name##_value); \
Datum \
name##_step(PG_FUNCTION_ARGS) \
{ \
	return SeriesStep(fcinfo, &series_##name); \
} \
Datum \
name##_value(PG_FUNCTION_ARGS) \
{ \
	return SeriesValue(fcinfo, &series_##name); \
} \
extern const SeriesKind series_##name

SERIES_AGGREGATE(sma);
SERIES_AGGREGATE(wma);
SERIES_AGGREGATE(ema);
SERIES_AGGREGATE(macd);
SERIES_AGGREGATE(rsi);
SERIES_AGGREGATE(roc);
SERIES_AGGREGATE(momentum);
SERIES_AGGREGATE(stochastic);
SERIES_AGGREGATE(williams_r);
SERIES_AGGREGATE(cci);
SERIES_AGGREGATE(adx);
SERIES_AGGREGATE(plus_di);
SERIES_AGGREGATE(minus_di);
SERIES_AGGREGATE(true_range);
SERIES_AGGREGATE(atr);
SERIES_AGGREGATE(bollinger);
SERIES_AGGREGATE(realised_vol);
SERIES_AGGREGATE(parkinson_vol);
SERIES_AGGREGATE(obv);
SERIES_AGGREGATE(mfi);
SERIES_AGGREGATE(zscore);
SERIES_AGGREGATE(slope);
SERIES_AGGREGATE(skewness);
SERIES_AGGREGATE(correlation);
SERIES_AGGREGATE(beta);
SERIES_AGGREGATE(dema);
SERIES_AGGREGATE(tema);
SERIES_AGGREGATE(kama);
SERIES_AGGREGATE(vwap);
SERIES_AGGREGATE(donchian);
SERIES_AGGREGATE(ichimoku);
SERIES_AGGREGATE(keltner);
SERIES_AGGREGATE(supertrend);
SERIES_AGGREGATE(psar);
SERIES_AGGREGATE(garman_klass_vol);
SERIES_AGGREGATE(hurst);
SERIES_AGGREGATE(entropy);

/* performance */
SERIES_AGGREGATE(total_return);
SERIES_AGGREGATE(cagr);
SERIES_AGGREGATE(volatility);
SERIES_AGGREGATE(sharpe);
SERIES_AGGREGATE(sortino);
SERIES_AGGREGATE(max_drawdown);
SERIES_AGGREGATE(calmar);
SERIES_AGGREGATE(ulcer_index);
SERIES_AGGREGATE(profit_factor);
SERIES_AGGREGATE(win_rate);
SERIES_AGGREGATE(omega);
SERIES_AGGREGATE(return_skewness);
SERIES_AGGREGATE(return_kurtosis);
SERIES_AGGREGATE(probabilistic_sharpe);
SERIES_AGGREGATE(deflated_sharpe);
SERIES_AGGREGATE(benchmark_beta);
SERIES_AGGREGATE(benchmark_alpha);
SERIES_AGGREGATE(information_ratio);
