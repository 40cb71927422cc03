/*-------------------------------------------------------------------------
 *
 * arithmetic.c
 *	  Length of a sparsevec, and the one of length 1.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/float.h"

#include "sparsevec/sparsevec.h"

PG_FUNCTION_INFO_V1(sparsevec_l2_norm);
PG_FUNCTION_INFO_V1(sparsevec_l2_normalize);

/*
 * Length, summed in double so that the squares of large floats fit.
 */
static double
Norm(const SparseVector *vector)
{
	const float *value = SPARSEVEC_VALUES(vector);
	double		sum = 0;

	for (int i = 0; i < vector->nnz; i++)
		sum += (double) value[i] * value[i];
	return sqrt(sum);
}

Datum
sparsevec_l2_norm(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(Norm(PG_GETARG_SPARSEVEC_P(0)));
}

/*
 * Same direction, length 1; what rounds to zero is left out.
 */
Datum
sparsevec_l2_normalize(PG_FUNCTION_ARGS)
{
	SparseVector *vector = PG_GETARG_SPARSEVEC_P(0);
	double		norm = Norm(vector);
	float	   *value = palloc(sizeof(float) * (vector->nnz + 1));
	int			kept = 0;
	SparseVector *result;

	for (int i = 0; i < vector->nnz && norm > 0; i++)
	{
		value[i] = SPARSEVEC_VALUES(vector)[i] / norm;
		if (isinf(value[i]))
			float_overflow_error();
		kept += value[i] != 0;
	}
	result = SparsevecAllocate(vector->dim, kept);
	kept = 0;
	for (int i = 0; kept < result->nnz; i++)
		if (value[i] != 0)
		{
			result->indices[kept] = vector->indices[i];
			SPARSEVEC_VALUES(result)[kept] = value[i];
			kept++;
		}
	pfree(value);
	PG_RETURN_SPARSEVEC_P(result);
}
