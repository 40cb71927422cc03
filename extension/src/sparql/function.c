/*-------------------------------------------------------------------------
 *
 * function.c
 *	  Functions by their names. What the specification calls an error is null, as an
 *	  unbound variable is.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/array.h"
#include "utils/builtins.h"

#include "sparql/function.h"

PG_FUNCTION_INFO_V1(sparql_apply);

static const SparqlFunction *const groups[] = {
	sparql_number_functions, sparql_string_functions, sparql_term_functions
};

/*
 * Whether a function takes so many arguments, and its name as sparql_apply
 * knows it.
 */
bool
KnownFunction(const char *name, int nargs, char **found)
{
	for (int i = 0; i < lengthof(groups); i++)
		for (const SparqlFunction *one = groups[i]; one->name; one++)
			if (pg_strcasecmp(one->name, name) == 0 &&
				nargs >= one->min_args && nargs <= one->max_args)
			{
				*found = unconstify(char *, one->name);
				return true;
			}
	return false;
}

static const SparqlFunction *
FindByName(const char *name, int nargs)
{
	for (int i = 0; i < lengthof(groups); i++)
		for (const SparqlFunction *one = groups[i]; one->name; one++)
			if (strcmp(one->name, name) == 0 &&
				nargs >= one->min_args && nargs <= one->max_args)
				return one;
	ereport(ERROR,
			(errcode(SPARQL_SYNTAX_ERROR),
			 errmsg("SPARQL: no function \"%s\" with %d arguments", name, nargs)));
}

/*
 * The values of an array of cypher_value.
 */
CypherValue *
SparqlReadArray(ArrayType *array, int *n)
{
	Datum	   *datums;
	bool	   *nulls;
	CypherValue *values;

	deconstruct_array(array, ARR_ELEMTYPE(array), -1, false, TYPALIGN_INT,
					  &datums, &nulls, n);
	values = palloc(sizeof(CypherValue) * (*n + 1));
	for (int i = 0; i < *n; i++)
		values[i] = nulls[i] ? NullValue() : DatumToValue(datums[i]);
	return values;
}

/*
 * A function by its name; null in any argument makes null.
 */
Datum
sparql_apply(PG_FUNCTION_ARGS)
{
	const SparqlFunction *function = fcinfo->flinfo->fn_extra;
	CypherValue *args;
	int			nargs;

	args = SparqlReadArray(PG_GETARG_ARRAYTYPE_P(1), &nargs);
	if (function == NULL)
	{
		function = FindByName(text_to_cstring(PG_GETARG_TEXT_PP(0)), nargs);
		fcinfo->flinfo->fn_extra = unconstify(SparqlFunction *, function);
	}
	for (int i = 0; i < nargs; i++)
		if (IsNull(&args[i]))
			PG_RETURN_NULL();
	RETURN_VALUE(function->run(function->tag, args, nargs));
}
