/*-------------------------------------------------------------------------
 *
 * aggregate.c
 *	  The aggregates of the language. Nulls do not count.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "miscadmin.h"

#include "cypher/error.h"
#include "cypher/function.h"
#include "cypher/temporal.h"

PG_FUNCTION_INFO_V1(cypher_gather);
PG_FUNCTION_INFO_V1(cypher_gather_percentile);
PG_FUNCTION_INFO_V1(cypher_collect_final);
PG_FUNCTION_INFO_V1(cypher_percentile_cont_final);
PG_FUNCTION_INFO_V1(cypher_percentile_disc_final);
PG_FUNCTION_INFO_V1(cypher_total);
PG_FUNCTION_INFO_V1(cypher_sum_final);
PG_FUNCTION_INFO_V1(cypher_avg_final);
PG_FUNCTION_INFO_V1(cypher_stdev_final);
PG_FUNCTION_INFO_V1(cypher_stdevp_final);
PG_FUNCTION_INFO_V1(cypher_smaller);
PG_FUNCTION_INFO_V1(cypher_larger);

/* All values of a group */
typedef struct Gathered
{
	int			n;
	int			max;
	CypherValue *items;
	bool		has_percentile;
	double		percentile;
} Gathered;

/* Sums of a group's numbers; mean and squares as Welford 1962 */
typedef struct Summed
{
	int64		n;
	bool		floats;
	int64		integers;
	double		sum;
	CypherValue duration;
	double		mean;
	double		squares;
} Summed;

static MemoryContext
AggregateContext(FunctionCallInfo fcinfo)
{
	MemoryContext context;

	if (!AggCheckCallContext(fcinfo, &context))
		elog(ERROR, "called outside an aggregate");
	return context;
}

static Gathered *
Gather(FunctionCallInfo fcinfo)
{
	MemoryContext context = AggregateContext(fcinfo);
	MemoryContext old = MemoryContextSwitchTo(context);
	Gathered   *state;

	if (PG_ARGISNULL(0))
	{
		state = palloc0(sizeof(Gathered));
		state->max = 16;
		state->items = palloc(sizeof(CypherValue) * state->max);
	}
	else
		state = (Gathered *) PG_GETARG_POINTER(0);
	if (!PG_ARGISNULL(1))
	{
		CypherReserve(VARSIZE_ANY(PG_GETARG_POINTER(1)));
		if (state->n == state->max)
		{
			state->max *= 2;
			CypherReserve(sizeof(*state->items) * state->max);
			state->items = repalloc_huge(state->items,
										 sizeof(CypherValue) * state->max);
		}
		state->items[state->n++] =
			DatumToValue(PointerGetDatum(PG_DETOAST_DATUM_COPY(PG_GETARG_DATUM(1))));
	}
	MemoryContextSwitchTo(old);
	return state;
}

Datum
cypher_gather(PG_FUNCTION_ARGS)
{
	PG_RETURN_POINTER(Gather(fcinfo));
}

Datum
cypher_gather_percentile(PG_FUNCTION_ARGS)
{
	Gathered   *state = Gather(fcinfo);

	if (!PG_ARGISNULL(1))
	{
		CypherValue item = state->items[state->n - 1];

		if (!IsNumber(&item))
			TypeError("InvalidArgumentType",
					  "a percentile is taken of numbers, not of a %s",
					  ValueTypeName(item.type));
	}
	if (!PG_ARGISNULL(2))
	{
		CypherValue percentile = ARG_VALUE(2);

		if (!IsNumber(&percentile))
			TypeError("InvalidArgumentType",
					  "a percentile must be a number, not a %s",
					  ValueTypeName(percentile.type));
		state->percentile = NumberOf(&percentile);
		state->has_percentile = true;
		if (!(state->percentile >= 0 && state->percentile <= 1))
			ArgumentError("NumberOutOfRange",
						  "a percentile must be between 0 and 1");
	}
	PG_RETURN_POINTER(state);
}

Datum
cypher_collect_final(PG_FUNCTION_ARGS)
{
	Gathered   *state;

	if (PG_ARGISNULL(0))
		RETURN_VALUE(ListValue(NULL, 0));
	state = (Gathered *) PG_GETARG_POINTER(0);
	RETURN_VALUE(ListValue(state->items, state->n));
}

static int
CompareItems(const void *a, const void *b)
{
	return CompareNumbers(a, b);
}

/* The sorted numbers, or NULL where the answer is null */
static Gathered *
SortedNumbers(FunctionCallInfo fcinfo)
{
	Gathered   *state;

	if (PG_ARGISNULL(0))
		return NULL;
	state = (Gathered *) PG_GETARG_POINTER(0);
	if (state->n == 0 || !state->has_percentile)
		return NULL;
	qsort(state->items, state->n, sizeof(CypherValue), CompareItems);
	return state;
}

Datum
cypher_percentile_cont_final(PG_FUNCTION_ARGS)
{
	Gathered   *state = SortedNumbers(fcinfo);
	double		place;
	int			below;
	double		low;
	double		high;

	if (state == NULL)
		PG_RETURN_NULL();
	place = state->percentile * (state->n - 1);
	below = (int) floor(place);
	low = NumberOf(&state->items[below]);
	high = NumberOf(&state->items[Min(below + 1, state->n - 1)]);
	RETURN_VALUE(FloatValue(low + (high - low) * (place - below)));
}

Datum
cypher_percentile_disc_final(PG_FUNCTION_ARGS)
{
	Gathered   *state = SortedNumbers(fcinfo);
	int			place;

	if (state == NULL)
		PG_RETURN_NULL();
	place = (int) ceil(state->percentile * state->n);
	RETURN_VALUE(state->items[Max(place - 1, 0)]);
}

/* Transition of sum, avg, stDev, stDevP */
Datum
cypher_total(PG_FUNCTION_ARGS)
{
	MemoryContext context = AggregateContext(fcinfo);
	Summed	   *state;
	CypherValue value;
	double		number;
	double		delta;

	if (PG_ARGISNULL(0))
		state = MemoryContextAllocZero(context, sizeof(Summed));
	else
		state = (Summed *) PG_GETARG_POINTER(0);
	if (PG_ARGISNULL(1))
		PG_RETURN_POINTER(state);
	value = ARG_VALUE(1);
	state->n++;
	if (value.type == VALUE_DURATION)
	{
		state->duration = state->duration.type == VALUE_DURATION ?
			AddDurations(&state->duration, &value, 1) : value;
		PG_RETURN_POINTER(state);
	}
	if (!IsNumber(&value) || state->duration.type == VALUE_DURATION)
		TypeError("InvalidArgumentType", "a %s cannot be summed",
				  ValueTypeName(value.type));
	if (value.type == VALUE_FLOAT)
		state->floats = true;
	else if (!state->floats &&
			 __builtin_add_overflow(state->integers, value.integer,
									&state->integers))
		ArithmeticError("IntegerOverflow", "integer out of range");
	number = NumberOf(&value);
	state->sum += number;
	delta = number - state->mean;
	state->mean += delta / state->n;
	state->squares += delta * (number - state->mean);
	PG_RETURN_POINTER(state);
}

Datum
cypher_sum_final(PG_FUNCTION_ARGS)
{
	Summed	   *state;

	if (PG_ARGISNULL(0))
		RETURN_VALUE(IntegerValue(0));
	state = (Summed *) PG_GETARG_POINTER(0);
	if (state->duration.type == VALUE_DURATION)
		RETURN_VALUE(state->duration);
	RETURN_VALUE(state->floats ? FloatValue(state->sum) :
				 IntegerValue(state->integers));
}

Datum
cypher_avg_final(PG_FUNCTION_ARGS)
{
	Summed	   *state = PG_ARGISNULL(0) ? NULL : (Summed *) PG_GETARG_POINTER(0);

	if (state == NULL || state->n == 0)
		PG_RETURN_NULL();
	if (state->duration.type == VALUE_DURATION)
		RETURN_VALUE(ScaleDuration(&state->duration, 1.0 / state->n));
	RETURN_VALUE(FloatValue(state->sum / state->n));
}

static CypherValue
Deviation(FunctionCallInfo fcinfo, int less)
{
	Summed	   *state = PG_ARGISNULL(0) ? NULL : (Summed *) PG_GETARG_POINTER(0);

	if (state == NULL || state->n <= less)
		return FloatValue(0);
	return FloatValue(sqrt(state->squares / (state->n - less)));
}

Datum
cypher_stdev_final(PG_FUNCTION_ARGS)
{
	RETURN_VALUE(Deviation(fcinfo, 1));
}

Datum
cypher_stdevp_final(PG_FUNCTION_ARGS)
{
	RETURN_VALUE(Deviation(fcinfo, 0));
}

/* min and max by orderability; strict, so the first value is the state */
Datum
cypher_smaller(PG_FUNCTION_ARGS)
{
	CypherValue a = ARG_VALUE(0);
	CypherValue b = ARG_VALUE(1);

	return OrderValues(&a, &b) <= 0 ? PG_GETARG_DATUM(0) : PG_GETARG_DATUM(1);
}

Datum
cypher_larger(PG_FUNCTION_ARGS)
{
	CypherValue a = ARG_VALUE(0);
	CypherValue b = ARG_VALUE(1);

	return OrderValues(&a, &b) >= 0 ? PG_GETARG_DATUM(0) : PG_GETARG_DATUM(1);
}
