/*-------------------------------------------------------------------------
 *
 * function.c
 *	  Calling a function of the language from SQL: cypher_call(name, ...).
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "cypher/error.h"
#include "cypher/function.h"

PG_FUNCTION_INFO_V1(cypher_call);
PG_FUNCTION_INFO_V1(cypher_functions);

const Function *const function_groups[] = {
	graph_functions, list_functions, string_functions, math_functions,
	conversion_functions, temporal_functions, NULL
};

const char *const function_group_names[] = {
	"graph", "list", "string", "number", "conversion", "temporal"
};

/*
 * Names of functions do not care about case; NULL if there is none.
 */
const Function *
FindFunction(const char *name, int length)
{
	for (const Function *const *group = function_groups; *group; group++)
		for (const Function *f = *group; f->name; f++)
			if (strlen(f->name) == length &&
				pg_strncasecmp(f->name, name, length) == 0)
				return f;
	return NULL;
}

static void
CheckArguments(const Function *function, const CypherValue *args, int nargs)
{
	for (int i = 0; i < nargs; i++)
		if (!IsNull(&args[i]) &&
			(function->types[i] & TYPE_BIT(args[i].type)) == 0)
			TypeError("InvalidArgumentValue",
					  "%s cannot take a value of type %s", function->name,
					  ValueTypeName(args[i].type));
}

/*
 * The function's row is looked up once for each place in a plan.
 */
Datum
cypher_call(PG_FUNCTION_ARGS)
{
	const Function *function = fcinfo->flinfo->fn_extra;
	CypherValue args[CYPHER_MAX_ARGUMENTS];
	int			nargs = PG_NARGS() - 1;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	if (function == NULL)
	{
		text	   *name = PG_GETARG_TEXT_PP(0);

		function = FindFunction(VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name));
		if (function == NULL || nargs < function->min_args ||
			nargs > function->max_args)
			ereport(ERROR,
					(errcode(CYPHER_SYNTAX_ERROR),
					 errmsg("SyntaxError: UnknownFunction: no function \"%s\" with %d arguments",
							text_to_cstring(name), nargs)));
		fcinfo->flinfo->fn_extra = unconstify(Function *, function);
	}
	for (int i = 0; i < nargs; i++)
	{
		args[i] = PG_ARGISNULL(i + 1) ? NullValue() : ARG_VALUE(i + 1);
		if (function->kind != FUNCTION_NULLS && IsNull(&args[i]))
			PG_RETURN_NULL();
	}
	CheckArguments(function, args, nargs);
	RETURN_VALUE(function->run(function, args, nargs));
}

/*
 * The reference of functions, a row each.
 */
Datum
cypher_functions(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;

	InitMaterializedSRF(fcinfo, 0);
	for (int group = 0; function_groups[group]; group++)
		for (const Function *f = function_groups[group]; f->name; f++)
		{
			Datum		values[4] = {
				CStringGetTextDatum(f->name),
				CStringGetTextDatum(function_group_names[group]),
				CStringGetTextDatum(f->signature),
				CStringGetTextDatum(f->meaning)
			};
			bool		nulls[4] = {false};

			tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values,
								 nulls);
		}
	PG_RETURN_NULL();
}
