/*-------------------------------------------------------------------------
 *
 * function.c
 *	  pattern_differences(): in which elements two vectors differ most;
 *	  pattern_round(): a vector of about the same direction on the grid.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/json.h"

#include "pattern/pattern.h"
#include "vector/vector.h"

PG_FUNCTION_INFO_V1(pattern_differences);
PG_FUNCTION_INFO_V1(pattern_round);

/*
 * The place of the largest difference that is not used yet, the first of
 * equal ones.
 */
static int
Largest(const float *difference, const bool *used, int dim)
{
	int			largest = -1;

	for (int i = 0; i < dim; i++)
		if (!used[i] && (largest < 0 ||
						 fabsf(difference[i]) > fabsf(difference[largest])))
			largest = i;
	return largest;
}

/*
 * now_is, then_was, names, most: {"name": then minus now, ...} with two
 * digits.
 */
Datum
pattern_differences(PG_FUNCTION_ARGS)
{
	Vector	   *now_is = PG_GETARG_VECTOR_P(0);
	Vector	   *then_was = PG_GETARG_VECTOR_P(1);
	ArrayType  *names = PG_GETARG_ARRAYTYPE_P(2);
	int			most = PG_GETARG_INT32(3);
	int			dim = now_is->dim;
	float	   *difference;
	bool	   *used;
	Datum	   *name;
	bool	   *null;
	int			count;
	StringInfoData document;

	VectorCheckSameDim(now_is, then_was);
	deconstruct_array(names, TEXTOID, -1, false, TYPALIGN_INT, &name, &null,
					  &count);
	if (count != dim || array_contains_nulls(names))
		ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
						errmsg("there must be %d names, none null", dim)));
	difference = palloc(sizeof(float) * dim);
	used = palloc0(sizeof(bool) * dim);
	for (int i = 0; i < dim; i++)
		difference[i] = then_was->x[i] - now_is->x[i];
	initStringInfo(&document);
	appendStringInfoChar(&document, '{');
	for (int k = 0; k < Min(most, dim); k++)
	{
		int			place = Largest(difference, used, dim);
		double		hundredths = floor(fabs((double) difference[place]) * 100 + 0.5);

		used[place] = true;
		if (k > 0)
			appendStringInfoChar(&document, ',');
		escape_json(&document, TextDatumGetCString(name[place]));
		appendStringInfo(&document, ":%s%.2f",
						 difference[place] < 0 && hundredths > 0 ? "-" : "",
						 hundredths / 100);
	}
	appendStringInfoChar(&document, '}');
	PG_RETURN_DATUM(DirectFunctionCall1(jsonb_in, CStringGetDatum(document.data)));
}

/*
 * The largest element becomes the largest code: cosines do not care.
 */
Datum
pattern_round(PG_FUNCTION_ARGS)
{
	Vector	   *given = PG_GETARG_VECTOR_P(0);
	Vector	   *rounded = VectorAllocate(given->dim);
	float		largest = 0;

	for (int i = 0; i < given->dim; i++)
		largest = Max(largest, fabsf(given->x[i]));
	for (int i = 0; i < given->dim && largest > 0; i++)
	{
		double		code = (double) given->x[i] / largest * PATTERN_MAX_CODE;

		rounded->x[i] = (float) (rint(code) / PATTERN_STEPS);
	}
	PG_RETURN_POINTER(rounded);
}
