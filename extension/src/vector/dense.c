/*-------------------------------------------------------------------------
 *
 * dense.c
 *	  What vector and halfvec share: limits, the text form, arrays.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <errno.h>
#include <stdlib.h>

#include "catalog/pg_type.h"
#include "common/shortest_dec.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "vector/dense.h"

void
DenseCheckDim(const DenseType *type, int dim)
{
	if (dim < 1)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("%s must have at least 1 dimension", type->name)));
	if (dim > DENSE_MAX_DIM)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("%s cannot have more than %d dimensions", type->name,
						DENSE_MAX_DIM)));
}

void
DenseRefuseElement(const DenseType *type, float value)
{
	if (isnan(value))
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("NaN not allowed in %s", type->name)));
	ereport(ERROR,
			(errcode(ERRCODE_DATA_EXCEPTION),
			 errmsg("infinite value not allowed in %s", type->name)));
}

static void
RefuseSyntax(const DenseType *type, const char *literal, const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
			 errmsg("invalid input syntax for type %s: \"%s\"", type->name,
					literal),
			 detail ? errdetail("%s", detail) : 0));
}

/*
 * One element at p; returns where it ends.
 */
static const char *
ParseElement(const DenseType *type, const char *literal, const char *p,
			 float *value)
{
	char	   *end;
	bool		beyond;

	errno = 0;
	*value = strtof(p, &end);
	if (end == p)
		RefuseSyntax(type, literal, NULL);
	/* An infinity that was written as a number, or what rounds to one */
	beyond = isinf(*value) ? errno == ERANGE : fabsf(*value) >= type->beyond;
	if (beyond)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("\"%s\" is out of range for type %s",
						pnstrdup(p, end - p), type->name)));
	DenseCheckElement(type, *value);
	return end;
}

/*
 * Reads the elements between the brackets; p stands after the first one.
 * Returns their number and leaves *rest after the closing bracket.
 */
static int
ParseElements(const DenseType *type, const char *literal, const char *p,
			  float *element, const char **rest)
{
	int			dim = 0;

	p = SkipSpace(p);
	if (*p == ']')
		DenseCheckDim(type, 0);
	for (;;)
	{
		if (dim == DENSE_MAX_DIM)
			DenseCheckDim(type, dim + 1);
		p = SkipSpace(ParseElement(type, literal, SkipSpace(p), &element[dim]));
		dim++;
		if (*p == ']')
			break;
		if (*p != ',')
			RefuseSyntax(type, literal, NULL);
		p++;
	}
	*rest = p + 1;
	return dim;
}

/*
 * Reads [1,2,3] into element, which has room for DENSE_MAX_DIM; returns the
 * number of dimensions.
 */
int
DenseParse(const DenseType *type, const char *literal, float *element)
{
	const char *p = SkipSpace(literal);
	int			dim;

	if (*p != '[')
		RefuseSyntax(type, literal, "Vector contents must start with \"[\".");
	dim = ParseElements(type, literal, p + 1, element, &p);
	if (*SkipSpace(p) != '\0')
		RefuseSyntax(type, literal, "Junk after closing right brace.");
	return dim;
}

/*
 * The shortest text that reads back as the same floats, palloc'ed.
 */
char *
DenseText(int dim, const float *element)
{
	char	   *text = palloc((FLOAT_SHORTEST_DECIMAL_LEN + 1) * dim + 3);
	char	   *p = text;

	*p++ = '[';
	for (int i = 0; i < dim; i++)
	{
		if (i > 0)
			*p++ = ',';
		p += float_to_shortest_decimal_bufn(element[i], p);
	}
	*p++ = ']';
	*p = '\0';
	return text;
}

/*
 * The type modifier: one number of dimensions.
 */
int32
DenseTypmod(const DenseType *type, ArrayType *modifiers, int most)
{
	int			count;
	int32	   *modifier = ArrayGetIntegerTypmods(modifiers, &count);

	if (count != 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid type modifier")));
	if (*modifier < 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("dimensions for type %s must be at least 1",
						type->name)));
	if (*modifier > most)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("dimensions for type %s cannot exceed %d", type->name,
						most)));
	return *modifier;
}

/*
 * The elements of a one-dimensional array without nulls, palloc'ed.
 */
Datum *
DenseArrayElements(ArrayType *array, int *dim)
{
	Oid			type = ARR_ELEMTYPE(array);
	int16		length;
	bool		by_value;
	char		align;
	Datum	   *element;

	if (ARR_NDIM(array) > 1)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("array must be 1-D")));
	if (ARR_HASNULL(array) && array_contains_nulls(array))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("array must not contain nulls")));
	get_typlenbyvalalign(type, &length, &by_value, &align);
	deconstruct_array(array, type, length, by_value, align, &element, NULL,
					  dim);
	return element;
}

/*
 * An element as float4; what does not fit becomes infinite or is refused.
 */
float
DenseElementAsFloat(Datum element, Oid type)
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
