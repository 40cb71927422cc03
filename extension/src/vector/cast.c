/*-------------------------------------------------------------------------
 *
 * cast.c
 *	  From arrays of numbers to vectors, and back to real[].
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/array.h"

#include "vector/vector.h"

PG_FUNCTION_INFO_V1(array_to_vector);
PG_FUNCTION_INFO_V1(vector_to_float4);

Datum
array_to_vector(PG_FUNCTION_ARGS)
{
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(0);
	int32		typmod = PG_GETARG_INT32(1);
	int			dim;
	Datum	   *element = DenseArrayElements(array, &dim);
	Vector	   *result;

	VectorCheckDim(dim);
	VectorCheckExpectedDim(typmod, dim);
	result = VectorAllocate(dim);
	for (int i = 0; i < dim; i++)
		result->x[i] = DenseElementAsFloat(element[i], ARR_ELEMTYPE(array));
	for (int i = 0; i < dim; i++)
		VectorCheckElement(result->x[i]);

	pfree(element);
	PG_RETURN_VECTOR_P(result);
}

Datum
vector_to_float4(PG_FUNCTION_ARGS)
{
	Vector	   *vector = PG_GETARG_VECTOR_P(0);
	Datum	   *element = palloc(sizeof(Datum) * vector->dim);
	ArrayType  *result;

	for (int i = 0; i < vector->dim; i++)
		element[i] = Float4GetDatum(vector->x[i]);
	result =
		construct_array(element, vector->dim, FLOAT4OID, sizeof(float4), true,
						TYPALIGN_INT);
	pfree(element);
	PG_RETURN_ARRAYTYPE_P(result);
}
