/*-------------------------------------------------------------------------
 *
 * cast.c
 *	  Between sparsevec and vector, halfvec and arrays of numbers.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/array.h"

#include "halfvec/halfvec.h"
#include "halfvec/kernel.h"
#include "sparsevec/sparsevec.h"

PG_FUNCTION_INFO_V1(array_to_sparsevec);
PG_FUNCTION_INFO_V1(vector_to_sparsevec);
PG_FUNCTION_INFO_V1(halfvec_to_sparsevec);
PG_FUNCTION_INFO_V1(sparsevec_to_vector);
PG_FUNCTION_INFO_V1(sparsevec_to_halfvec);

/*
 * The elements that are not zero.
 */
static SparseVector *
FromFloats(int dim, const float *element)
{
	SparseVector *result;
	int			nnz = 0;

	for (int i = 0; i < dim; i++)
		nnz += element[i] != 0;
	SparsevecCheckNnz(nnz, dim);
	result = SparsevecAllocate(dim, nnz);
	nnz = 0;
	for (int i = 0; i < dim; i++)
		if (element[i] != 0)
		{
			result->indices[nnz] = i;
			SPARSEVEC_VALUES(result)[nnz] = element[i];
			nnz++;
		}
	return result;
}

/*
 * An array may have more elements than a vector, so they are not gathered on
 * the stack.
 */
Datum
array_to_sparsevec(PG_FUNCTION_ARGS)
{
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(0);
	int32		typmod = PG_GETARG_INT32(1);
	int			dim;
	Datum	   *element = DenseArrayElements(array, &dim);
	float	   *value;
	SparseVector *result;

	SparsevecCheckDim(dim);
	CheckExpectedDim(typmod, dim);
	value = palloc(sizeof(float) * dim);
	for (int i = 0; i < dim; i++)
		value[i] = DenseElementAsFloat(element[i], ARR_ELEMTYPE(array));
	for (int i = 0; i < dim; i++)
		SparsevecCheckElement(value[i]);
	result = FromFloats(dim, value);

	pfree(value);
	pfree(element);
	PG_RETURN_SPARSEVEC_P(result);
}

Datum
vector_to_sparsevec(PG_FUNCTION_ARGS)
{
	Vector	   *vector = PG_GETARG_VECTOR_P(0);
	int32		typmod = PG_GETARG_INT32(1);

	SparsevecCheckDim(vector->dim);
	CheckExpectedDim(typmod, vector->dim);
	PG_RETURN_SPARSEVEC_P(FromFloats(vector->dim, vector->x));
}

Datum
halfvec_to_sparsevec(PG_FUNCTION_ARGS)
{
	HalfVector *vector = PG_GETARG_HALFVEC_P(0);
	int32		typmod = PG_GETARG_INT32(1);
	float		value[HALFVEC_MAX_DIM];

	SparsevecCheckDim(vector->dim);
	CheckExpectedDim(typmod, vector->dim);
	half_kernels.to_floats(vector->dim, vector->x, value);
	PG_RETURN_SPARSEVEC_P(FromFloats(vector->dim, value));
}

Datum
sparsevec_to_vector(PG_FUNCTION_ARGS)
{
	SparseVector *vector = PG_GETARG_SPARSEVEC_P(0);
	int32		typmod = PG_GETARG_INT32(1);
	Vector	   *result;

	VectorCheckDim(vector->dim);
	CheckExpectedDim(typmod, vector->dim);
	result = VectorAllocate(vector->dim);
	for (int i = 0; i < vector->nnz; i++)
		result->x[vector->indices[i]] = SPARSEVEC_VALUES(vector)[i];
	PG_RETURN_VECTOR_P(result);
}

Datum
sparsevec_to_halfvec(PG_FUNCTION_ARGS)
{
	SparseVector *vector = PG_GETARG_SPARSEVEC_P(0);
	int32		typmod = PG_GETARG_INT32(1);
	HalfVector *result;

	HalfvecCheckDim(vector->dim);
	CheckExpectedDim(typmod, vector->dim);
	result = HalfvecAllocate(vector->dim);
	for (int i = 0; i < vector->nnz; i++)
		result->x[vector->indices[i]] =
			HalfvecElement(SPARSEVEC_VALUES(vector)[i]);
	PG_RETURN_HALFVEC_P(result);
}
