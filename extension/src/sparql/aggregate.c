/*-------------------------------------------------------------------------
 *
 * aggregate.c
 *	  sum, avg, min, max, sample and group_concat of SPARQL over the values
 *	  of a group. Unbound variables and errors are left out; a value of the
 *	  wrong type makes the whole an error.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/int.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "sparql/sparql.h"

PG_FUNCTION_INFO_V1(sparql_aggregate);

static CypherValue
Sum(const CypherValue *values, int n, bool mean)
{
	CypherValue sum = IntegerValue(0);

	for (int i = 0; i < n; i++)
	{
		if (!IsNumber(&values[i]))
			return NullValue();
		if (sum.type == VALUE_FLOAT || values[i].type == VALUE_FLOAT)
			sum = FloatValue(NumberOf(&sum) + NumberOf(&values[i]));
		else if (pg_add_s64_overflow(sum.integer, values[i].integer, &sum.integer))
			return NullValue();
	}
	if (mean && n > 0)
		return FloatValue(NumberOf(&sum) / n);
	return sum;
}

/* The first or last in the order of ORDER BY */
static CypherValue
Extreme(const CypherValue *values, int n, int sign)
{
	CypherValue found = values[0];

	for (int i = 1; i < n; i++)
		if (OrderValues(&values[i], &found) * sign > 0)
			found = values[i];
	return found;
}

static CypherValue
GroupConcat(const CypherValue *values, int n, const char *separator)
{
	StringInfoData out;

	initStringInfo(&out);
	for (int i = 0; i < n; i++)
	{
		CypherValue text;

		CHECK_FOR_INTERRUPTS();
		if (i > 0)
			appendStringInfoString(&out, separator);
		if (!IriText(&values[i], &text))
			text = values[i].type == VALUE_STRING ? values[i] :
				TextValue(ValueText(&values[i]));
		/* the text grows by doubling, the parts stay */
		CypherReserve(3 * ((Size) text.length + strlen(separator)));
		appendBinaryStringInfo(&out, text.data, text.length);
	}
	return StringValue(out.data, out.len);
}

static int
CompareTerms(const void *a, const void *b)
{
	struct varlena *x = (struct varlena *) DatumGetPointer(*(const Datum *) a);
	struct varlena *y = (struct varlena *) DatumGetPointer(*(const Datum *) b);
	Size		xlength = VARSIZE_ANY_EXHDR(x);
	Size		ylength = VARSIZE_ANY_EXHDR(y);
	int			order = memcmp(VARDATA_ANY(x), VARDATA_ANY(y), Min(xlength, ylength));

	return order != 0 ? order : xlength < ylength ? -1 : xlength > ylength ? 1 : 0;
}

/* Each term once; 1 and 1.0 are two */
static int
KeepUnique(Datum *datums, int n)
{
	int			kept = 0;

	qsort(datums, n, sizeof(Datum), CompareTerms);
	for (int i = 0; i < n; i++)
		if (kept == 0 || CompareTerms(&datums[kept - 1], &datums[i]) != 0)
			datums[kept++] = datums[i];
	return kept;
}

/*
 * sparql_aggregate(name, values, distinct, separator): values null is the
 * empty group.
 */
Datum
sparql_aggregate(PG_FUNCTION_ARGS)
{
	char	   *name;
	CypherValue *values = NULL;
	CypherValue result = NullValue();
	int			n = 0;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(2))
		PG_RETURN_NULL();
	name = text_to_cstring(PG_GETARG_TEXT_PP(0));
	if (!PG_ARGISNULL(1))
	{
		ArrayType  *array = PG_GETARG_ARRAYTYPE_P(1);
		Datum	   *datums;
		bool	   *nulls;
		int			all;

		/* datum, null and value of each */
		CypherReserve((Size) ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array)) *
					  (sizeof(Datum) + sizeof(bool) + sizeof(CypherValue)));
		deconstruct_array(array, ARR_ELEMTYPE(array), -1, false, TYPALIGN_INT,
						  &datums, &nulls, &all);
		for (int i = 0; i < all; i++)
			if (!nulls[i])
				datums[n++] = PointerGetDatum(PG_DETOAST_DATUM_PACKED(datums[i]));
		if (PG_GETARG_BOOL(2))
			n = KeepUnique(datums, n);
		values = palloc_extended(sizeof(CypherValue) * ((Size) n + 1),
								 MCXT_ALLOC_HUGE);
		for (int i = 0; i < n; i++)
			values[i] = DatumToValue(datums[i]);
	}
	if (strcmp(name, "sum") == 0 || strcmp(name, "avg") == 0)
		result = Sum(values, n, name[0] == 'a');
	else if (strcmp(name, "group_concat") == 0)
	{
		if (PG_ARGISNULL(3))
			PG_RETURN_NULL();
		result = GroupConcat(values, n, text_to_cstring(PG_GETARG_TEXT_PP(3)));
	}
	else if (n == 0)
		PG_RETURN_NULL();
	else if (strcmp(name, "sample") == 0)
		result = values[0];
	else
		result = Extreme(values, n, strcmp(name, "max") == 0 ? 1 : -1);
	RETURN_VALUE(result);
}
