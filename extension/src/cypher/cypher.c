/*-------------------------------------------------------------------------
 *
 * cypher.c
 *	  The functions people call: cypher, cypher_rows, cypher_sql.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

#include "cypher/error.h"
#include "cypher/execute.h"
#include "sparql/sparql.h"

PG_FUNCTION_INFO_V1(cypher);
PG_FUNCTION_INFO_V1(cypher_rows);
PG_FUNCTION_INFO_V1(cypher_sql);

int			cypher_depth = 0;

/* Where the rows of the result go */
typedef struct Output
{
	ReturnSetInfo *rsinfo;
	Program    *program;
	MemoryContext row_context;
	ShowRowCallback show;		/* NULL: values as they are */
	Oid			value_type;
	FmgrInfo   *inputs;			/* of the columns' types; cypher_rows */
	Oid		   *params;
} Output;

static void
OpenRun(FunctionCallInfo fcinfo, Run *run, Graph *graph)
{
	Oid			schema = get_namespace_oid("public", false);

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("graph and query must not be null")));
	GraphOpen(PG_GETARG_TEXT_PP(0), graph);
	run->graph = graph;
	run->params = PG_NARGS() < 3 || PG_ARGISNULL(2) ? MapValue(NULL, 0) :
		JsonbToValue(PG_GETARG_JSONB_P(2));
	if (run->params.type != VALUE_MAP)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("params must be a JSON object")));
	run->value_type = GetSysCacheOid2(TYPENAMENSP, Anum_pg_type_oid,
									  CStringGetDatum("cypher_value"),
									  ObjectIdGetDatum(schema));
	run->array_type = get_array_type(run->value_type);
	if (!OidIsValid(run->array_type))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("type public.cypher_value does not exist"),
				 errhint("ALTER EXTENSION bellwether UPDATE creates it.")));
}

static void
TakeJson(void *state, Datum *values, bool *nulls)
{
	Output	   *output = state;
	MemoryContext old = MemoryContextSwitchTo(output->row_context);
	int			n = output->program->ncolumns;
	CypherValue *items = palloc(sizeof(CypherValue) * (n + 1));
	Datum		row;
	bool		isnull = false;

	for (int k = 0; k < n; k++)
		items[k] = nulls[k] ? NullValue() : DatumToValue(values[k]);
	if (output->show)
		output->show(items, n);
	row = JsonbPGetDatum(RowToJsonb((const char *const *) output->program->columns,
									items, n));
	tuplestore_putvalues(output->rsinfo->setResult, output->rsinfo->setDesc,
						 &row, &isnull);
	MemoryContextSwitchTo(old);
	MemoryContextReset(output->row_context);
}

/* A value as a column of this type: through its text, JSON as it is */
static Datum
ConvertValue(Output *output, int column, Datum datum)
{
	Form_pg_attribute att = TupleDescAttr(output->rsinfo->setDesc, column);
	CypherValue value = DatumToValue(datum);
	char	   *text;

	if (att->atttypid == output->value_type)
		return datum;
	if (att->atttypid == JSONBOID)
		return JsonbPGetDatum(ValueToJsonb(&value));
	text = ValueText(&value);
	/* the offset says all; PostgreSQL does not read a zone's name after it */
	if (value.type == VALUE_DATETIME && value.length > 0)
		*strchr(text, '[') = '\0';
	return InputFunctionCall(&output->inputs[column], text,
							 output->params[column], att->atttypmod);
}

static void
TakeRecord(void *state, Datum *values, bool *nulls)
{
	Output	   *output = state;
	MemoryContext old = MemoryContextSwitchTo(output->row_context);
	int			n = output->program->ncolumns;
	Datum	   *columns = palloc(sizeof(Datum) * (n + 1));

	for (int k = 0; k < n; k++)
		columns[k] = nulls[k] ? (Datum) 0 : ConvertValue(output, k, values[k]);
	tuplestore_putvalues(output->rsinfo->setResult, output->rsinfo->setDesc,
						 columns, nulls);
	MemoryContextSwitchTo(old);
	MemoryContextReset(output->row_context);
}

static void
PrepareRecord(Output *output)
{
	TupleDesc	desc = output->rsinfo->setDesc;

	if (desc->natts != output->program->ncolumns)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("the query returns %d columns, the column definition list has %d",
						Max(output->program->ncolumns, 0), desc->natts)));
	output->inputs = palloc(sizeof(FmgrInfo) * desc->natts);
	output->params = palloc(sizeof(Oid) * desc->natts);
	for (int k = 0; k < desc->natts; k++)
	{
		Oid			input;

		getTypeInputInfo(TupleDescAttr(desc, k)->atttypid, &input,
						 &output->params[k]);
		fmgr_info(input, &output->inputs[k]);
	}
}

static void
RunQuery(FunctionCallInfo fcinfo, bool record, CompileCallback compile,
		 ShowRowCallback show)
{
	Run			run;
	Graph		graph;
	Output		output = {0};

	OpenRun(fcinfo, &run, &graph);
	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	output.rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	output.value_type = run.value_type;
	output.show = show;
	output.row_context = AllocSetContextCreate(CurrentMemoryContext,
											   "cypher row",
											   ALLOCSET_DEFAULT_SIZES);
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "could not connect to SPI");
	cypher_depth++;
	PG_TRY();
	{
		output.program = CachedProgram(text_to_cstring(PG_GETARG_TEXT_PP(1)),
									   &graph, &run.params, compile);
		run.keep_plans = output.program->kept;
		if (output.program->writes)
			PreventCommandIfReadOnly("a Cypher query that writes");
		if (record)
			PrepareRecord(&output);
		RunProgram(&run, output.program, record ? TakeRecord : TakeJson,
				   &output);
	}
	PG_FINALLY();
	{
		cypher_depth--;
	}
	PG_END_TRY();
	SPI_finish();
}

/*
 * A query of another language that only reads: a row of JSON for each row.
 */
void
RunReadQuery(FunctionCallInfo fcinfo, CompileCallback compile,
			 ShowRowCallback show)
{
	RunQuery(fcinfo, false, compile, show);
}

Datum
cypher(PG_FUNCTION_ARGS)
{
	RunQuery(fcinfo, false, NULL, NULL);
	PG_RETURN_NULL();
}

Datum
cypher_rows(PG_FUNCTION_ARGS)
{
	RunQuery(fcinfo, true, NULL, NULL);
	PG_RETURN_NULL();
}

/* A parameter as a literal, so that the statement can be explained */
static void
InlineParameter(StringInfo out, Run *run, Parameter *parameter)
{
	CypherValue value = NullValue();
	CypherValue iri;

	switch (parameter->kind)
	{
		case PARAMETER_TENANT:
			appendStringInfo(out, "%d", run->graph->tenant);
			return;
		case PARAMETER_ROWS:
			appendStringInfoString(out, "null::public.cypher_value[]");
			return;
		case PARAMETER_CONSTANT:
			value = DatumToValue(parameter->constant);
			break;
		case PARAMETER_NAMED:
			MapGet(&run->params, parameter->name, strlen(parameter->name),
				   &value);
			break;
	}
	if (IsNull(&value))
		appendStringInfoString(out, "null::public.cypher_value");
	else if (IriText(&value, &iri))
		appendStringInfo(out, "public.sparql_apply('iri', array[public.cypher_from_text(%s)])",
						 quote_literal_cstr(StringOf(&iri)));
	else
		appendStringInfo(out, "%s::public.cypher_value",
						 quote_literal_cstr(JsonbToCString(NULL,
														   &ValueToJsonb(&value)->root, -1)));
}

/* $n outside quotes becomes the literal */
static void
InlineStatement(StringInfo out, Run *run, Statement *statement)
{
	char		quote = '\0';

	for (const char *c = statement->sql.data; *c; c++)
	{
		if (quote == '\0' && *c == '$')
		{
			char	   *end;
			long		n = strtol(c + 1, &end, 10);

			InlineParameter(out, run,
							list_nth(statement->parameters, n - 1));
			c = end - 1;
			continue;
		}
		if (quote == '\0' && (*c == '\'' || *c == '"'))
			quote = *c;
		else if (*c == quote)
			quote = '\0';
		appendStringInfoChar(out, *c);
	}
}

static void
AppendStatement(StringInfo out, Run *run, const char *what,
				Statement *statement)
{
	if (out->len > 0)
		appendStringInfoString(out, ";\n");
	if (what)
		appendStringInfo(out, "-- %s\n", what);
	if (statement)
		InlineStatement(out, run, statement);
}

static void
AppendSetItems(StringInfo out, Run *run, const char *what, List *items)
{
	ListCell   *cell;

	foreach(cell, items)
		AppendStatement(out, run, what,
						((SetStepItem *) lfirst(cell))->evaluate);
}

static void
AppendStep(StringInfo out, Run *run, Step *step)
{
	switch (step->kind)
	{
		case STEP_READ:
			AppendStatement(out, run, NULL, step->read);
			break;
		case STEP_CREATE:
			AppendStatement(out, run, "CREATE: properties of each row",
							step->create->evaluate);
			break;
		case STEP_MERGE:
			AppendStatement(out, run, "MERGE: matches of one row",
							step->merge->match);
			AppendStatement(out, run, "MERGE: properties to create",
							step->merge->create->evaluate);
			AppendSetItems(out, run, "ON CREATE: target and value",
						   step->merge->on_create);
			AppendSetItems(out, run, "ON MATCH: target and value",
						   step->merge->on_match);
			break;
		case STEP_SET:
			AppendSetItems(out, run, "SET: target and value", step->set);
			break;
		case STEP_DELETE:
			AppendStatement(out, run, "DELETE: what", step->read);
			break;
	}
}

/*
 * The SQL of a query: one statement if it only reads.
 */
text *
QuerySql(FunctionCallInfo fcinfo, CompileCallback compile)
{
	Run			run;
	Graph		graph;
	Program    *program;
	StringInfoData out;
	char	   *query;
	ListCell   *part;
	ListCell   *cell;

	OpenRun(fcinfo, &run, &graph);
	query = text_to_cstring(PG_GETARG_TEXT_PP(1));
	program = compile ? compile(query, &graph) :
		CompileQuery(query, &graph, &run.params);
	initStringInfo(&out);
	foreach(part, program->parts)
		foreach(cell, lfirst(part))
		AppendStep(&out, &run, lfirst(cell));
	return cstring_to_text_with_len(out.data, out.len);
}

Datum
cypher_sql(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(QuerySql(fcinfo, NULL));
}
