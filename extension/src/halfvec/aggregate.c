/*-------------------------------------------------------------------------
 *
 * aggregate.c
 *	  avg of halfvecs, with the state of avg over vectors (vector/state.h).
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/float.h"

#include "halfvec/halfvec.h"
#include "vector/state.h"

PG_FUNCTION_INFO_V1(halfvec_accum);
PG_FUNCTION_INFO_V1(halfvec_avg);

Datum
halfvec_accum(PG_FUNCTION_ARGS)
{
	ArrayType  *old = PG_GETARG_ARRAYTYPE_P(0);
	HalfVector *vector = PG_GETARG_HALFVEC_P(1);
	ArrayType  *state;
	float8	   *sum;

	VectorCheckState(old, "halfvec_accum");
	if (STATE_DIM(old) > 0)
		CheckExpectedDim(STATE_DIM(old), vector->dim);
	state = VectorWritableState(fcinfo, old, vector->dim);

	STATE_VALUES(state)[0] += 1;
	sum = STATE_VALUES(state) + 1;
	for (int i = 0; i < vector->dim; i++)
	{
		sum[i] += HalfToFloat(vector->x[i]);
		if (unlikely(isinf(sum[i])))
			float_overflow_error();
	}
	PG_RETURN_ARRAYTYPE_P(state);
}

Datum
halfvec_avg(PG_FUNCTION_ARGS)
{
	ArrayType  *state = PG_GETARG_ARRAYTYPE_P(0);
	double		count;
	HalfVector *result;

	VectorCheckState(state, "halfvec_avg");
	count = STATE_VALUES(state)[0];
	if (count == 0)
		PG_RETURN_NULL();
	HalfvecCheckDim(STATE_DIM(state));
	result = HalfvecAllocate(STATE_DIM(state));
	for (int i = 0; i < result->dim; i++)
	{
		result->x[i] = HalfvecElement(STATE_VALUES(state)[i + 1] / count);
		HalfvecCheckElement(result->x[i]);
	}
	PG_RETURN_HALFVEC_P(result);
}
