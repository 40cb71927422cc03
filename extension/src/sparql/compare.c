/*-------------------------------------------------------------------------
 *
 * compare.c
 *	  Comparison and truth. What the specification calls an error is null, as an unbound
 *	  variable is.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "utils/builtins.h"

#include "sparql/function.h"

PG_FUNCTION_INFO_V1(sparql_compare);
PG_FUNCTION_INFO_V1(sparql_in);
PG_FUNCTION_INFO_V1(sparql_truth);

/* = and its like; UNKNOWN is an error of SPARQL */
static Truth
Compare(const char *operator, const CypherValue *a, const CypherValue *b)
{
	int			order;
	Truth		equal;

	if (operator[0] == '=' || operator[0] == '!')
	{
		equal = EqualValues(a, b);
		if (equal == UNKNOWN)
			return UNKNOWN;
		return (equal == YES) == (operator[0] == '=') ? YES : NO;
	}
	if (IsContainer(a) || IsContainer(b) || !ComparableValues(a, b, &order))
		return UNKNOWN;
	if (order == 2)
		return NO;
	switch (operator[0])
	{
		case '<':
			return order < 0 || (order == 0 && operator[1] == '=') ? YES : NO;
		default:
			return order > 0 || (order == 0 && operator[1] == '=') ? YES : NO;
	}
}

Datum
sparql_compare(PG_FUNCTION_ARGS)
{
	char	   *operator = text_to_cstring(PG_GETARG_TEXT_PP(0));
	CypherValue a = ARG_VALUE(1);
	CypherValue b = ARG_VALUE(2);
	Truth		truth = Compare(operator, &a, &b);

	if (truth == UNKNOWN)
		PG_RETURN_NULL();
	PG_RETURN_BOOL(truth == YES);
}

/*
 * Whether a value is one of many; null if an error stands between.
 */
Datum
sparql_in(PG_FUNCTION_ARGS)
{
	CypherValue value;
	CypherValue *items;
	int			n;
	Truth		answer = NO;

	if (PG_ARGISNULL(1))
		PG_RETURN_NULL();
	items = SparqlReadArray(PG_GETARG_ARRAYTYPE_P(1), &n);
	if (n == 0)
		PG_RETURN_BOOL(false);
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	value = ARG_VALUE(0);
	for (int i = 0; i < n; i++)
	{
		Truth		equal = IsNull(&items[i]) ? UNKNOWN : Compare("=", &value, &items[i]);

		if (equal == YES)
			PG_RETURN_BOOL(true);
		if (equal == UNKNOWN)
			answer = UNKNOWN;
	}
	if (answer == UNKNOWN)
		PG_RETURN_NULL();
	PG_RETURN_BOOL(false);
}

/*
 * The effective boolean value: null for what has none.
 */
Datum
sparql_truth(PG_FUNCTION_ARGS)
{
	CypherValue value = ARG_VALUE(0);

	switch (value.type)
	{
		case VALUE_BOOLEAN:
		case VALUE_INTEGER:
			PG_RETURN_BOOL(value.integer != 0);
		case VALUE_FLOAT:
			PG_RETURN_BOOL(value.number != 0 && !isnan(value.number));
		case VALUE_STRING:
			PG_RETURN_BOOL(value.length > 0);
		default:
			PG_RETURN_NULL();
	}
}
