/*-------------------------------------------------------------------------
 *
 * io.c
 *	  The text form [1,2,3], the binary form, and the type modifier.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <errno.h>
#include <stdlib.h>

#include "catalog/pg_type.h"
#include "common/shortest_dec.h"
#include "libpq/pqformat.h"
#include "utils/array.h"

#include "vector/vector.h"

PG_FUNCTION_INFO_V1(vector_in);
PG_FUNCTION_INFO_V1(vector_out);
PG_FUNCTION_INFO_V1(vector_typmod_in);
PG_FUNCTION_INFO_V1(vector_recv);
PG_FUNCTION_INFO_V1(vector_send);
PG_FUNCTION_INFO_V1(vector);

/*
 * White space as array input understands it, whatever the locale.
 */
static inline const char *
SkipSpace(const char *p)
{
	while (*p == ' ' || (*p >= '\t' && *p <= '\r'))
		p++;
	return p;
}

static void
RefuseSyntax(const char *literal, const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
			 errmsg("invalid input syntax for type vector: \"%s\"", literal),
			 detail ? errdetail("%s", detail) : 0));
}

/*
 * One element at p; returns where it ends.
 */
static const char *
ParseElement(const char *literal, const char *p, float *value)
{
	char	   *end;

	errno = 0;
	*value = strtof(p, &end);
	if (end == p)
		RefuseSyntax(literal, NULL);
	if (errno == ERANGE && isinf(*value))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("\"%s\" is out of range for type vector",
						pnstrdup(p, end - p))));
	VectorCheckElement(*value);
	return end;
}

/*
 * Reads the elements between the brackets; p stands after the first one.
 * Returns their number and leaves *rest after the closing bracket.
 */
static int
ParseElements(const char *literal, const char *p, float *element,
			  const char **rest)
{
	int			dim = 0;

	p = SkipSpace(p);
	if (*p == ']')
		VectorCheckDim(0);
	for (;;)
	{
		if (dim == VECTOR_MAX_DIM)
			VectorCheckDim(dim + 1);
		p = SkipSpace(ParseElement(literal, SkipSpace(p), &element[dim]));
		dim++;
		if (*p == ']')
			break;
		if (*p != ',')
			RefuseSyntax(literal, NULL);
		p++;
	}
	*rest = p + 1;
	return dim;
}

Datum
vector_in(PG_FUNCTION_ARGS)
{
	const char *literal = PG_GETARG_CSTRING(0);
	int32		typmod = PG_GETARG_INT32(2);
	float		element[VECTOR_MAX_DIM];
	const char *p = SkipSpace(literal);
	int			dim;
	Vector	   *result;

	if (*p != '[')
		RefuseSyntax(literal, "Vector contents must start with \"[\".");
	dim = ParseElements(literal, p + 1, element, &p);
	if (*SkipSpace(p) != '\0')
		RefuseSyntax(literal, "Junk after closing right brace.");
	VectorCheckExpectedDim(typmod, dim);

	result = VectorAllocate(dim);
	memcpy(result->x, element, sizeof(float) * dim);
	PG_RETURN_VECTOR_P(result);
}

/*
 * The shortest text that reads back as the same floats.
 */
Datum
vector_out(PG_FUNCTION_ARGS)
{
	Vector	   *vector = PG_GETARG_VECTOR_P(0);
	char	   *text =
	palloc((FLOAT_SHORTEST_DECIMAL_LEN + 1) * vector->dim + 3);
	char	   *p = text;

	*p++ = '[';
	for (int i = 0; i < vector->dim; i++)
	{
		if (i > 0)
			*p++ = ',';
		p += float_to_shortest_decimal_bufn(vector->x[i], p);
	}
	*p++ = ']';
	*p = '\0';
	PG_FREE_IF_COPY(vector, 0);
	PG_RETURN_CSTRING(text);
}

Datum
vector_typmod_in(PG_FUNCTION_ARGS)
{
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(0);
	int			count;
	int32	   *modifier = ArrayGetIntegerTypmods(array, &count);

	if (count != 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid type modifier")));
	if (*modifier < 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("dimensions for type vector must be at least 1")));
	if (*modifier > VECTOR_MAX_DIM)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("dimensions for type vector cannot exceed %d",
						VECTOR_MAX_DIM)));
	PG_RETURN_INT32(*modifier);
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
	if (unused != 0)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("expected unused to be 0, not %d", unused)));

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
