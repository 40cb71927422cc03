/*-------------------------------------------------------------------------
 *
 * cast.c
 *	  Between halfvec, vector and arrays of numbers.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/array.h"

#include "halfvec/halfvec.h"
#include "halfvec/kernel.h"

PG_FUNCTION_INFO_V1(array_to_halfvec);
PG_FUNCTION_INFO_V1(halfvec_to_float4);
PG_FUNCTION_INFO_V1(halfvec_to_vector);
PG_FUNCTION_INFO_V1(vector_to_halfvec);

Datum
array_to_halfvec(PG_FUNCTION_ARGS)
{
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(0);
	int32		typmod = PG_GETARG_INT32(1);
	int			dim;
	Datum	   *element = DenseArrayElements(array, &dim);
	HalfVector *result;

	HalfvecCheckDim(dim);
	CheckExpectedDim(typmod, dim);
	result = HalfvecAllocate(dim);
	for (int i = 0; i < dim; i++)
		result->x[i] =
			HalfvecElement(DenseElementAsFloat(element[i],
											   ARR_ELEMTYPE(array)));
	for (int i = 0; i < dim; i++)
		HalfvecCheckElement(result->x[i]);

	pfree(element);
	PG_RETURN_HALFVEC_P(result);
}

Datum
halfvec_to_float4(PG_FUNCTION_ARGS)
{
	HalfVector *vector = PG_GETARG_HALFVEC_P(0);
	Datum	   *element = palloc(sizeof(Datum) * vector->dim);
	ArrayType  *result;

	for (int i = 0; i < vector->dim; i++)
		element[i] = Float4GetDatum(HalfToFloat(vector->x[i]));
	result =
		construct_array(element, vector->dim, FLOAT4OID, sizeof(float4), true,
						TYPALIGN_INT);
	pfree(element);
	PG_RETURN_ARRAYTYPE_P(result);
}

Datum
halfvec_to_vector(PG_FUNCTION_ARGS)
{
	HalfVector *vector = PG_GETARG_HALFVEC_P(0);
	int32		typmod = PG_GETARG_INT32(1);
	Vector	   *result;

	VectorCheckDim(vector->dim);
	CheckExpectedDim(typmod, vector->dim);
	result = VectorAllocate(vector->dim);
	half_kernels.to_floats(vector->dim, vector->x, result->x);
	PG_RETURN_VECTOR_P(result);
}

Datum
vector_to_halfvec(PG_FUNCTION_ARGS)
{
	Vector	   *vector = PG_GETARG_VECTOR_P(0);
	int32		typmod = PG_GETARG_INT32(1);
	HalfVector *result;

	HalfvecCheckDim(vector->dim);
	CheckExpectedDim(typmod, vector->dim);
	result = HalfvecAllocate(vector->dim);
	for (int i = 0; i < vector->dim; i++)
		result->x[i] = HalfvecElement(vector->x[i]);
	PG_RETURN_HALFVEC_P(result);
}
