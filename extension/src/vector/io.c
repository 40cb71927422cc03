/*-------------------------------------------------------------------------
 *
 * io.c
 *	  The text form [1,2,3], the binary form, and the type modifier.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "libpq/pqformat.h"

#include "vector/vector.h"

PG_FUNCTION_INFO_V1(vector_in);
PG_FUNCTION_INFO_V1(vector_out);
PG_FUNCTION_INFO_V1(vector_typmod_in);
PG_FUNCTION_INFO_V1(vector_recv);
PG_FUNCTION_INFO_V1(vector_send);
PG_FUNCTION_INFO_V1(vector);

Datum
vector_in(PG_FUNCTION_ARGS)
{
	const char *literal = PG_GETARG_CSTRING(0);
	int32		typmod = PG_GETARG_INT32(2);
	float		element[VECTOR_MAX_DIM];
	int			dim = DenseParse(&vector_type, literal, element);
	Vector	   *result;

	VectorCheckExpectedDim(typmod, dim);
	result = VectorAllocate(dim);
	memcpy(result->x, element, sizeof(float) * dim);
	PG_RETURN_VECTOR_P(result);
}

Datum
vector_out(PG_FUNCTION_ARGS)
{
	Vector	   *vector = PG_GETARG_VECTOR_P(0);
	char	   *text = DenseText(vector->dim, vector->x);

	PG_FREE_IF_COPY(vector, 0);
	PG_RETURN_CSTRING(text);
}

Datum
vector_typmod_in(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(DenseTypmod(&vector_type, PG_GETARG_ARRAYTYPE_P(0),
								VECTOR_MAX_DIM));
}

/*
 * Binary: dim and unused as int16, then the elements as float4.
 */
Datum
vector_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buffer = (StringInfo) PG_GETARG_POINTER(0);
	int32		typmod = PG_GETARG_INT32(2);
	int16		dim = pq_getmsgint(buffer, sizeof(int16));
	int16		unused = pq_getmsgint(buffer, sizeof(int16));
	Vector	   *result;

	VectorCheckDim(dim);
	VectorCheckExpectedDim(typmod, dim);
	CheckUnused(unused);

	result = VectorAllocate(dim);
	for (int i = 0; i < dim; i++)
	{
		result->x[i] = pq_getmsgfloat4(buffer);
		VectorCheckElement(result->x[i]);
	}
	PG_RETURN_VECTOR_P(result);
}

Datum
vector_send(PG_FUNCTION_ARGS)
{
	Vector	   *vector = PG_GETARG_VECTOR_P(0);
	StringInfoData buffer;

	pq_begintypsend(&buffer);
	enlargeStringInfo(&buffer,
					  2 * sizeof(int16) + sizeof(float) * vector->dim);
	pq_sendint16(&buffer, vector->dim);
	pq_sendint16(&buffer, vector->unused);
	for (int i = 0; i < vector->dim; i++)
		pq_sendfloat4(&buffer, vector->x[i]);
	PG_RETURN_BYTEA_P(pq_endtypsend(&buffer));
}

/*
 * The length cast: vector to vector(n) checks, it never cuts.
 */
Datum
vector(PG_FUNCTION_ARGS)
{
	Vector	   *vector = PG_GETARG_VECTOR_P(0);
	int32		typmod = PG_GETARG_INT32(1);

	VectorCheckExpectedDim(typmod, vector->dim);
	PG_RETURN_VECTOR_P(vector);
}
