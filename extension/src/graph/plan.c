/*-------------------------------------------------------------------------
 *
 * plan.c
 *	  Statements over the tables of a graph, prepared once per session.
 *
 * A statement is written with %n for the node table and %e for the edge table;
 * it is prepared for a graph when first used and kept. PostgreSQL's plan cache
 * plans it again when tables, rights, policies or the role change.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "nodes/params.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"

#include "graph/graph.h"

/* Statements are told apart by the address of their text, which is constant */
typedef struct PlanKey
{
	Oid			edge;			/* of which graph */
	Oid			node;
	const char *query;
} PlanKey;

typedef struct PlanEntry
{
	PlanKey		key;
	NameData	graph;			/* name when prepared: a schema may be renamed */
	SPIPlanPtr	plan;
} PlanEntry;

static HTAB *plans = NULL;

/*
 * Every call that runs statements is between this and SPI_finish.
 */
void
GraphConnect(void)
{
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "could not connect to SPI");
}

/*
 * The statement's text with the names of this graph's tables in it.
 */
static char *
ExpandQuery(const Graph *graph, const char *query)
{
	StringInfoData text;
	const char *schema = quote_identifier(graph->name);

	initStringInfo(&text);
	for (const char *c = query; *c != '\0'; c++)
	{
		if (c[0] == '%' && (c[1] == 'n' || c[1] == 'e'))
		{
			appendStringInfo(&text, "%s.%s", schema,
							 c[1] == 'n' ? "node" : "edge");
			c++;
		}
		else
			appendStringInfoChar(&text, *c);
	}
	return text.data;
}

/*
 * The kept plan of a statement; within SPI_connect. query must be a constant.
 */
SPIPlanPtr
GraphPlan(const Graph *graph, const char *query, int nargs, const Oid *types)
{
	PlanKey		key;
	PlanEntry  *entry;
	bool		found;

	if (plans == NULL)
	{
		HASHCTL		ctl = {0};

		ctl.keysize = sizeof(PlanKey);
		ctl.entrysize = sizeof(PlanEntry);
		ctl.hcxt = TopMemoryContext;
		plans = hash_create("graph plans", 64, &ctl,
							HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	}

	memset(&key, 0, sizeof(key));
	key.edge = graph->edge;
	key.node = graph->node;
	key.query = query;
	entry = hash_search(plans, &key, HASH_ENTER, &found);
	if (!found)
		entry->plan = NULL;
	if (entry->plan != NULL &&
		strcmp(NameStr(entry->graph), graph->name) != 0)
	{
		SPI_freeplan(entry->plan);
		entry->plan = NULL;
	}
	if (entry->plan == NULL)
	{
		SPIPlanPtr	plan = SPI_prepare(ExpandQuery(graph, query), nargs,
									   unconstify(Oid *, types));

		if (plan == NULL)
			elog(ERROR, "could not prepare \"%s\": %s", query,
				 SPI_result_code_string(SPI_result));
		if (SPI_keepplan(plan) != 0)
			elog(ERROR, "could not keep the plan of \"%s\"", query);
		namestrcpy(&entry->graph, graph->name);
		entry->plan = plan;
	}
	return entry->plan;
}

/*
 * Run a statement, within SPI_connect: rows go to dest, or to SPI_tuptable if
 * dest is NULL. Returns the number of rows processed.
 */
uint64
GraphExecute(const Graph *graph, const char *query, int nargs,
			 const Oid *types, const Datum *values, const bool *nulls,
			 bool read_only, int64 limit, DestReceiver *dest)
{
	SPIExecuteOptions options = {0};
	ParamListInfo params = makeParamList(nargs);
	int			result;

	for (int i = 0; i < nargs; i++)
	{
		params->params[i].value = values[i];
		params->params[i].isnull = nulls != NULL && nulls[i];
		params->params[i].pflags = PARAM_FLAG_CONST;
		params->params[i].ptype = types[i];
	}
	options.params = params;
	options.read_only = read_only;
	options.tcount = limit;
	options.dest = dest;
	result = SPI_execute_plan_extended(GraphPlan(graph, query, nargs, types),
									   &options);
	if (result < 0)
		elog(ERROR, "could not execute \"%s\": %s", query,
			 SPI_result_code_string(result));
	return SPI_processed;
}
