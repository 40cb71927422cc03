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
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "vector/vector.h"

PG_FUNCTION_INFO_V1(array_to_vector);
PG_FUNCTION_INFO_V1(vector_to_float4);

static void
CheckArray(ArrayType *array)
{
	if (ARR_NDIM(array) > 1)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("array must be 1-D")));
	if (ARR_HASNULL(array) && array_contains_nulls(array))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("array must not contain nulls")));
}

/*
 * An element as float4; what does not fit becomes infinite or is refused.
 */
static float
ElementAsFloat(Datum element, Oid type)
{
	switch (type)
	{
		case INT4OID:
			return (float) DatumGetInt32(element);
		case FLOAT4OID:
			return DatumGetFloat4(element);
		case FLOAT8OID:
			return (float) DatumGetFloat8(element);
		case NUMERICOID:
			return DatumGetFloat4(DirectFunctionCall1(numeric_float4,
													  element));
		default:
			ereport(ERROR,
					(errcode(ERRCODE_DATA_EXCEPTION),
					 errmsg("unsupported array type")));
	}
}

Datum
array_to_vector(PG_FUNCTION_ARGS)
{
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(0);
	int32		typmod = PG_GETARG_INT32(1);
	Oid			type = ARR_ELEMTYPE(array);
	int16		length;
	bool		by_value;
	char		align;
	Datum	   *element;
	int			dim;
	Vector	   *result;

	CheckArray(array);
	get_typlenbyvalalign(type, &length, &by_value, &align);
	deconstruct_array(array, type, length, by_value, align, &element, NULL,
					  &dim);
	VectorCheckDim(dim);
	VectorCheckExpectedDim(typmod, dim);

	result = VectorAllocate(dim);
	for (int i = 0; i < dim; i++)
		result->x[i] = ElementAsFloat(element[i], type);
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
