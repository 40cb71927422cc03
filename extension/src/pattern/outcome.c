/*-------------------------------------------------------------------------
 *
 * outcome.c
 *	  pattern_spread() measures what followed the neighbours of a pattern,
 *	  binomial_p_value() tests how often they won.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/array.h"

#include "pattern/pattern.h"

PG_FUNCTION_INFO_V1(pattern_spread_step);
PG_FUNCTION_INFO_V1(pattern_spread_value);
PG_FUNCTION_INFO_V1(binomial_p_value);

/* Trials of a binomial test at most */
#define MAX_TRIALS		10000000

typedef struct SpreadState
{
	int			n;
	int			room;
	PatternOutcome *outcome;
} SpreadState;

/*
 * state, forward_return, max_gain, max_loss, stretch: a row with a missing
 * value is left out.
 */
Datum
pattern_spread_step(PG_FUNCTION_ARGS)
{
	SpreadState *state = PG_ARGISNULL(0) ? NULL : (SpreadState *) PG_GETARG_POINTER(0);
	MemoryContext context;
	PatternOutcome *outcome;

	if (!AggCheckCallContext(fcinfo, &context))
		elog(ERROR, "pattern function called outside of an aggregate");
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2) || PG_ARGISNULL(3) || PG_ARGISNULL(4))
	{
		if (state == NULL)
			PG_RETURN_NULL();
		PG_RETURN_POINTER(state);
	}
	if (state == NULL)
	{
		state = MemoryContextAllocZero(context, sizeof(SpreadState));
		state->room = 64;
		state->outcome = MemoryContextAlloc(context, state->room * sizeof(PatternOutcome));
	}
	if (state->n == state->room)
	{
		state->room *= 2;
		state->outcome = repalloc_huge(state->outcome, state->room * sizeof(PatternOutcome));
	}
	outcome = &state->outcome[state->n++];
	outcome->forward_return = PG_GETARG_FLOAT8(1);
	outcome->max_gain = PG_GETARG_FLOAT8(2);
	outcome->max_loss = PG_GETARG_FLOAT8(3);
	outcome->stretch = PG_GETARG_INT64(4);
	PG_RETURN_POINTER(state);
}

Datum
pattern_spread_value(PG_FUNCTION_ARGS)
{
	SpreadState *state;
	PatternSpread spread;
	TupleDesc	desc;
	Datum		percentile[PATTERN_PERCENTILES];
	Datum		value[7];
	bool		null[lengthof(value)] = {0};

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	state = (SpreadState *) PG_GETARG_POINTER(0);
	PatternMeasure(state->outcome, state->n,
				   MemoryContextAllocHuge(CurrentMemoryContext,
										  state->n * sizeof(double)),
				   &spread);
	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "pattern_spread must return a row");
	for (int i = 0; i < PATTERN_PERCENTILES; i++)
		percentile[i] = Float8GetDatum(spread.percentile[i]);
	value[0] = Int32GetDatum(spread.n);
	value[1] = Float8GetDatum(spread.effective_n);
	value[2] = Float8GetDatum(spread.mean);
	value[3] = PointerGetDatum(construct_array(percentile, PATTERN_PERCENTILES,
											   FLOAT8OID, sizeof(float8),
											   FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
	value[4] = Float8GetDatum(spread.win_rate);
	value[5] = Float8GetDatum(spread.mean_gain);
	value[6] = Float8GetDatum(spread.mean_loss);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), value, null)));
}

Datum
binomial_p_value(PG_FUNCTION_ARGS)
{
	int32		wins = PG_GETARG_INT32(0);
	int32		n = PG_GETARG_INT32(1);
	float8		p = PG_GETARG_FLOAT8(2);

	if (n < 0 || n > MAX_TRIALS || wins < 0 || wins > n || isnan(p))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("there must be 0 to %d trials, 0 to as many wins, and a chance",
							   MAX_TRIALS)));
	PG_RETURN_FLOAT8(PatternBinomial(wins, n, p));
}
