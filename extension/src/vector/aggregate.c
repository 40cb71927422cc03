/*-------------------------------------------------------------------------
 *
 * aggregate.c
 *	  avg of vectors. (sum needs no more than vector_add.)
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/float.h"

#include "vector/state.h"
#include "vector/vector.h"

PG_FUNCTION_INFO_V1(vector_accum);
PG_FUNCTION_INFO_V1(vector_combine);
PG_FUNCTION_INFO_V1(vector_avg);

/*
 * Anybody may call these functions with any array.
 */
void
VectorCheckState(ArrayType *state, const char *caller)
{
	if (ARR_NDIM(state) != 1 || ARR_DIMS(state)[0] < 1 || ARR_HASNULL(state) ||
		ARR_ELEMTYPE(state) != FLOAT8OID)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("%s: expected state array", caller)));
}

/*
 * A state of zeros.
 */
static ArrayType *
AllocateState(int dim)
{
	Size		size = ARR_OVERHEAD_NONULLS(1) + sizeof(float8) * (dim + 1);
	ArrayType  *state = palloc0(size);

	SET_VARSIZE(state, size);
	state->ndim = 1;
	state->elemtype = FLOAT8OID;
	ARR_DIMS(state)[0] = dim + 1;
	ARR_LBOUND(state)[0] = 1;
	return state;
}

/*
 * The state to add to: the old one where it belongs to the aggregate alone
 * and has its sums already, otherwise a copy with as many sums as needed.
 */
ArrayType *
VectorWritableState(FunctionCallInfo fcinfo, ArrayType *old, int dim)
{
	ArrayType  *state;

	if (STATE_DIM(old) == dim && AggCheckCallContext(fcinfo, NULL))
		return old;
	state = AllocateState(dim);
	memcpy(STATE_VALUES(state), STATE_VALUES(old),
		   sizeof(float8) * (STATE_DIM(old) + 1));
	return state;
}

Datum
vector_accum(PG_FUNCTION_ARGS)
{
	ArrayType  *old = PG_GETARG_ARRAYTYPE_P(0);
	Vector	   *vector = PG_GETARG_VECTOR_P(1);
	ArrayType  *state;
	float8	   *sum;

	VectorCheckState(old, "vector_accum");
	if (STATE_DIM(old) > 0)
		VectorCheckExpectedDim(STATE_DIM(old), vector->dim);
	state = VectorWritableState(fcinfo, old, vector->dim);

	STATE_VALUES(state)[0] += 1;
	sum = STATE_VALUES(state) + 1;
	for (int i = 0; i < vector->dim; i++)
	{
		sum[i] += vector->x[i];
		if (unlikely(isinf(sum[i])))
			float_overflow_error();
	}
	PG_RETURN_ARRAYTYPE_P(state);
}

Datum
vector_combine(PG_FUNCTION_ARGS)
{
	ArrayType  *left = PG_GETARG_ARRAYTYPE_P(0);
	ArrayType  *right = PG_GETARG_ARRAYTYPE_P(1);
	ArrayType  *state;

	VectorCheckState(left, "vector_combine");
	VectorCheckState(right, "vector_combine");
	if (STATE_VALUES(left)[0] == 0)
		PG_RETURN_ARRAYTYPE_P(right);
	if (STATE_VALUES(right)[0] == 0)
		PG_RETURN_ARRAYTYPE_P(left);
	VectorCheckExpectedDim(STATE_DIM(left), STATE_DIM(right));

	state = VectorWritableState(fcinfo, left, STATE_DIM(left));
	for (int i = 0; i <= STATE_DIM(state); i++)
	{
		STATE_VALUES(state)[i] += STATE_VALUES(right)[i];
		if (unlikely(isinf(STATE_VALUES(state)[i])))
			float_overflow_error();
	}
	PG_RETURN_ARRAYTYPE_P(state);
}

Datum
vector_avg(PG_FUNCTION_ARGS)
{
	ArrayType  *state = PG_GETARG_ARRAYTYPE_P(0);
	double		count;
	Vector	   *result;

	VectorCheckState(state, "vector_avg");
	count = STATE_VALUES(state)[0];
	if (count == 0)
		PG_RETURN_NULL();
	VectorCheckDim(STATE_DIM(state));
	result = VectorAllocate(STATE_DIM(state));
	for (int i = 0; i < result->dim; i++)
	{
		result->x[i] = STATE_VALUES(state)[i + 1] / count;
		VectorCheckElement(result->x[i]);
	}
	PG_RETURN_VECTOR_P(result);
}
