/*-------------------------------------------------------------------------
 *
 * io.c
 *	  The text form [1,2,3], the binary form, and the type modifier.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "libpq/pqformat.h"

#include "halfvec/halfvec.h"
#include "halfvec/kernel.h"

PG_FUNCTION_INFO_V1(halfvec_in);
PG_FUNCTION_INFO_V1(halfvec_out);
PG_FUNCTION_INFO_V1(halfvec_typmod_in);
PG_FUNCTION_INFO_V1(halfvec_recv);
PG_FUNCTION_INFO_V1(halfvec_send);
PG_FUNCTION_INFO_V1(halfvec);

Datum
halfvec_in(PG_FUNCTION_ARGS)
{
	const char *literal = PG_GETARG_CSTRING(0);
	int32		typmod = PG_GETARG_INT32(2);
	float		element[HALFVEC_MAX_DIM];
	int			dim = DenseParse(&halfvec_type, literal, element);
	HalfVector *result;

	CheckExpectedDim(typmod, dim);
	result = HalfvecAllocate(dim);
	for (int i = 0; i < dim; i++)
		result->x[i] = HalfFromFloat(element[i]);
	PG_RETURN_HALFVEC_P(result);
}

/*
 * The shortest texts that read back as the same floats.
 */
Datum
halfvec_out(PG_FUNCTION_ARGS)
{
	HalfVector *vector = PG_GETARG_HALFVEC_P(0);
	float		element[HALFVEC_MAX_DIM];
	char	   *text;

	half_kernels.to_floats(vector->dim, vector->x, element);
	text = DenseText(vector->dim, element);
	PG_FREE_IF_COPY(vector, 0);
	PG_RETURN_CSTRING(text);
}

Datum
halfvec_typmod_in(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(DenseTypmod(&halfvec_type, PG_GETARG_ARRAYTYPE_P(0),
								HALFVEC_MAX_DIM));
}

/*
 * Binary: dim and unused as int16, then the elements, 16 bits each.
 */
Datum
halfvec_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buffer = (StringInfo) PG_GETARG_POINTER(0);
	int32		typmod = PG_GETARG_INT32(2);
	int16		dim = pq_getmsgint(buffer, sizeof(int16));
	int16		unused = pq_getmsgint(buffer, sizeof(int16));
	HalfVector *result;

	HalfvecCheckDim(dim);
	CheckExpectedDim(typmod, dim);
	CheckUnused(unused);

	result = HalfvecAllocate(dim);
	for (int i = 0; i < dim; i++)
	{
		result->x[i] = pq_getmsgint(buffer, sizeof(Half));
		HalfvecCheckElement(result->x[i]);
	}
	PG_RETURN_HALFVEC_P(result);
}

Datum
halfvec_send(PG_FUNCTION_ARGS)
{
	HalfVector *vector = PG_GETARG_HALFVEC_P(0);
	StringInfoData buffer;

	pq_begintypsend(&buffer);
	enlargeStringInfo(&buffer,
					  2 * sizeof(int16) + sizeof(Half) * vector->dim);
	pq_sendint16(&buffer, vector->dim);
	pq_sendint16(&buffer, vector->unused);
	for (int i = 0; i < vector->dim; i++)
		pq_sendint16(&buffer, vector->x[i]);
	PG_RETURN_BYTEA_P(pq_endtypsend(&buffer));
}

/*
 * The length cast: halfvec to halfvec(n) checks, it never cuts.
 */
Datum
halfvec(PG_FUNCTION_ARGS)
{
	HalfVector *vector = PG_GETARG_HALFVEC_P(0);
	int32		typmod = PG_GETARG_INT32(1);

	CheckExpectedDim(typmod, vector->dim);
	PG_RETURN_HALFVEC_P(vector);
}
