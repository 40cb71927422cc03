/*-------------------------------------------------------------------------
 *
 * procedure_function.c
 *	  Procedures that people write: a function in the graph's schema, in any
 *	  language of PostgreSQL, is a procedure of the same name. CALL a.b.c()
 *	  calls the function named "a.b.c".
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/catcache.h"
#include "utils/syscache.h"

#include "cypher/error.h"
#include "cypher/procedure.h"

/* How a value becomes an argument: before it and after it */
typedef struct ArgumentType
{
	Oid			type;
	uint32		types;
	const char *name;
	const char *before;
	const char *after;
} ArgumentType;

#define SCALAR(type) \
	"(public.cypher_to_jsonb(", ") operator(pg_catalog.#>>) '{}')::pg_catalog." type

static const ArgumentType argument_types[] = {
	{TEXTOID, STRING_TYPE, "STRING?", SCALAR("text")},
	{INT8OID, INTEGER_TYPE, "INTEGER?", SCALAR("int8")},
	{INT4OID, INTEGER_TYPE, "INTEGER?", SCALAR("int4")},
	{FLOAT8OID, NUMBER_TYPES, "FLOAT?", SCALAR("float8")},
	{NUMERICOID, NUMBER_TYPES, "NUMBER?", SCALAR("numeric")},
	{BOOLOID, TYPE_BIT(VALUE_BOOLEAN), "BOOLEAN?", SCALAR("bool")},
	{DATEOID, TYPE_BIT(VALUE_DATE), "DATE?", SCALAR("date")},
	{JSONBOID, 0, "ANY?", "public.cypher_to_jsonb(", ")"}
};

/* Of results; others go through JSON */
typedef struct ResultType
{
	Oid			type;
	ValueType	value;
	const char *before;
	const char *after;
} ResultType;

#define TEMPORAL(key) \
	"public.cypher_from_jsonb(pg_catalog.jsonb_build_object('" key "', ", "))"

static const ResultType result_types[] = {
	{TEXTOID, VALUE_STRING, "public.cypher_from_text(", ")"},
	{INT8OID, VALUE_INTEGER, "public.cypher_from_integer(", ")"},
	{INT4OID, VALUE_INTEGER, "public.cypher_from_integer(", ")"},
	{INT2OID, VALUE_INTEGER, "public.cypher_from_integer(", ")"},
	{FLOAT8OID, VALUE_FLOAT, "public.cypher_from_float(", ")"},
	{FLOAT4OID, VALUE_FLOAT, "public.cypher_from_float(", ")"},
	{BOOLOID, VALUE_BOOLEAN, "public.cypher_from_boolean(", ")"},
	{DATEOID, VALUE_DATE, TEMPORAL("@date")},
	{TIMESTAMPOID, VALUE_LOCALDATETIME, TEMPORAL("@localdatetime")},
	{TIMESTAMPTZOID, VALUE_DATETIME, TEMPORAL("@datetime")},
	{InvalidOid, VALUE_NULL, "public.cypher_from_jsonb(pg_catalog.to_jsonb(", "))"}
};

/* A quoted name inside a template */
static char *
TemplateName(const char *name)
{
	StringInfoData out;

	initStringInfo(&out);
	for (const char *c = quote_identifier(name); *c; c++)
	{
		if (*c == '%')
			appendStringInfoChar(&out, '%');
		appendStringInfoChar(&out, *c);
	}
	return out.data;
}

static void
TakeArguments(Compiler *c, HeapTuple tuple, Procedure *p, StringInfo from,
			  StringInfo signature, int at)
{
	Form_pg_proc form = (Form_pg_proc) GETSTRUCT(tuple);
	bool		no_names;
	bool		no_modes;
	Datum		names = SysCacheGetAttr(PROCOID, tuple, Anum_pg_proc_proargnames,
										&no_names);
	Datum		modes = SysCacheGetAttr(PROCOID, tuple, Anum_pg_proc_proargmodes,
										&no_modes);
	char	  **inputs = NULL;

	if (form->pronargs > MAX_PROCEDURE_ARGUMENTS)
		QueryError(c->query, at, CYPHER_PROCEDURE_ERROR, "ProcedureNotFound",
				   "function \"%s\" has more than %d arguments", p->name,
				   MAX_PROCEDURE_ARGUMENTS);
	if (!no_names)
		get_func_input_arg_names(names, no_modes ? (Datum) 0 : modes, &inputs);
	for (int i = 0; i < form->pronargs; i++)
	{
		const char *name = inputs && inputs[i] && inputs[i][0] ? inputs[i] :
		psprintf("argument%d", i + 1);
		int			k = 0;

		while (argument_types[k].type != form->proargtypes.values[i])
			if (++k == lengthof(argument_types))
				QueryError(c->query, at, CYPHER_PROCEDURE_ERROR,
						   "ProcedureNotFound",
						   "function \"%s\" has an argument of type %s, which no value of Cypher is",
						   p->name,
						   format_type_be(form->proargtypes.values[i]));
		p->types[i] = argument_types[k].types;
		appendStringInfo(from, "%s%s%%%d%s", i > 0 ? ", " : "",
						 argument_types[k].before, i + 1,
						 argument_types[k].after);
		appendStringInfo(signature, "%s%s :: %s", i > 0 ? ", " : "", name,
						 argument_types[k].name);
	}
	p->min_args = p->max_args = form->pronargs;
}

static void
SetField(ProcedureField *field, const char *name, const char *column, Oid type)
{
	int			k = 0;

	while (OidIsValid(result_types[k].type) && result_types[k].type != type)
		k++;
	field->name = pstrdup(name);
	field->type = result_types[k].value;
	field->sql = psprintf("case when %s is not null then %s%s%s end", column,
						  result_types[k].before, column,
						  result_types[k].after);
}

/* The columns of the result: none of void, one of a scalar, those of a row */
static void
TakeFields(HeapTuple tuple, Procedure *p)
{
	Form_pg_proc form = (Form_pg_proc) GETSTRUCT(tuple);
	Oid			type;
	TupleDesc	desc;
	ProcedureField *fields;
	int			n = 0;

	if (form->prorettype == VOIDOID)
		fields = palloc0(sizeof(ProcedureField));
	else if (get_func_result_type(form->oid, &type, &desc) == TYPEFUNC_COMPOSITE)
	{
		fields = palloc0(sizeof(ProcedureField) * (desc->natts + 1));
		for (int i = 0; i < desc->natts; i++)
		{
			Form_pg_attribute att = TupleDescAttr(desc, i);

			if (!att->attisdropped)
				SetField(&fields[n++], NameStr(att->attname),
						 psprintf("%%p.%s", TemplateName(NameStr(att->attname))),
						 att->atttypid);
		}
	}
	else
	{
		char	   *name = get_func_result_name(form->oid);

		fields = palloc0(sizeof(ProcedureField) * 2);
		/* the alias of the function is also the name of its only column */
		SetField(&fields[0], name ? name : "value",
				 name ? psprintf("%%p.%s", TemplateName(name)) : "%p.%p", type);
	}
	p->fields = fields;
}

/*
 * The function of this name in the graph's schema, or NULL. The query is then
 * compiled again when functions have changed, see cache.c.
 */
const Procedure *
FunctionProcedure(Compiler *c, const char *name, int at)
{
	CatCList   *list = SearchSysCacheList1(PROCNAMEARGSNSP,
										   CStringGetDatum(name));
	HeapTuple	found = NULL;
	Procedure  *p = NULL;

	for (int i = 0; i < list->n_members; i++)
	{
		HeapTuple	tuple = &list->members[i]->tuple;
		Form_pg_proc form = (Form_pg_proc) GETSTRUCT(tuple);

		if (form->pronamespace != c->graph.schema ||
			form->prokind != PROKIND_FUNCTION ||
			form->prorettype == TRIGGEROID)
			continue;
		if (found)
			QueryError(c->query, at, CYPHER_PROCEDURE_ERROR,
					   "ProcedureNotFound",
					   "there are several functions \"%s\" in the schema of the graph",
					   name);
		found = tuple;
	}
	if (found)
	{
		StringInfoData from;
		StringInfoData signature;

		p = palloc0(sizeof(Procedure));
		p->name = name;
		initStringInfo(&from);
		initStringInfo(&signature);
		appendStringInfo(&from, "%s.%s(", TemplateName(c->graph.name),
						 TemplateName(name));
		appendStringInfo(&signature, "%s(", name);
		TakeArguments(c, found, p, &from, &signature, at);
		appendStringInfoChar(&from, ')');
		appendStringInfoChar(&signature, ')');
		p->from = from.data;
		p->signature = signature.data;
		TakeFields(found, p);
		c->calls_functions = true;
	}
	ReleaseSysCacheList(list);
	return p;
}
