/*-------------------------------------------------------------------------
 *
 * graph.c
 *	  Finding a graph, whose rows a call sees, arguments and settings.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <limits.h>

#include "access/table.h"
#include "catalog/namespace.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "rewrite/rewriteHandler.h"
#include "storage/lmgr.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "bellwether.h"
#include "graph/answer.h"
#include "graph/cache.h"
#include "graph/graph.h"

int			graph_max_memory = GRAPH_DEFAULT_MAX_MEMORY;
int			graph_index_edges = GRAPH_DEFAULT_INDEX_EDGES;

PG_FUNCTION_INFO_V1(graph_tenant);

/* The graph that was opened last, until something of it changes */
typedef struct KnownGraph
{
	NameData	name;
	Oid			schema;
	Oid			node;
	Oid			edge;
	Node	   *tenant;			/* default of node.tenant_id */
	MemoryContext context;		/* of that; NULL: no graph is known */
	bool		heard;			/* of a change, since it was looked for */
} KnownGraph;

static KnownGraph known;

/*
 * A table may be another now, or all may be (InvalidOid).
 */
static void
HearRelation(Datum arg, Oid relid)
{
	if (known.context == NULL || relid == InvalidOid ||
		relid == known.node || relid == known.edge)
		known.heard = true;
}

static void
HearSchema(Datum arg, int cacheid, uint32 hashvalue)
{
	known.heard = true;
}

void
GraphInit(void)
{
	DefineCustomIntVariable("graph.max_memory",
							"Memory for cached adjacency and for one graph algorithm.",
							"A call that needs more ends with an error.",
							&graph_max_memory, GRAPH_DEFAULT_MAX_MEMORY,
							GRAPH_MIN_MAX_MEMORY, GRAPH_MAX_MAX_MEMORY,
							PGC_USERSET, GUC_UNIT_KB, NULL, NULL, NULL);
	DefineCustomIntVariable("graph.index_edges",
							"Edges that a walk reads through the index before it builds adjacency.",
							NULL,
							&graph_index_edges, GRAPH_DEFAULT_INDEX_EDGES,
							GRAPH_MIN_INDEX_EDGES, GRAPH_MAX_INDEX_EDGES,
							PGC_USERSET, 0, NULL, NULL, NULL);
	MarkGUCPrefixReserved("graph");
	GraphChangeInit();
	GraphCacheInit();
	GraphScanInit();
	CacheRegisterRelcacheCallback(HearRelation, (Datum) 0);
	CacheRegisterSyscacheCallback(NAMESPACEOID, HearSchema, (Datum) 0);
}

/*
 * The default of the table's column tenant_id: a constant, or current_tenant().
 */
static Node *
DefaultTenant(Oid relid, const char *graph_name)
{
	Relation	rel = table_open(relid, AccessShareLock);
	AttrNumber	attnum = get_attnum(relid, "tenant_id");
	Node	   *expr;

	if (attnum == InvalidAttrNumber || get_atttype(relid, attnum) != INT4OID ||
		(expr = build_column_default(rel, attnum)) == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TABLE_DEFINITION),
				 errmsg("graph \"%s\" has lost the default of its column tenant_id",
						graph_name)));
	table_close(rel, AccessShareLock);
	return expr;
}

static void
Forget(void)
{
	MemoryContext context = known.context;

	known.context = NULL;
	known.heard = false;
	if (context != NULL)
		MemoryContextDelete(context);
}

/*
 * Keep what was found, unless something changed meanwhile.
 */
static void
Remember(const Graph *graph, Node *tenant)
{
	MemoryContext context;
	MemoryContext outer;

	if (known.heard)
		return;
	context = AllocSetContextCreate(TopMemoryContext, "graph known",
									ALLOCSET_SMALL_SIZES);
	outer = MemoryContextSwitchTo(context);
	known.tenant = copyObject(tenant);
	MemoryContextSwitchTo(outer);
	namestrcpy(&known.name, graph->name);
	known.schema = graph->schema;
	known.node = graph->node;
	known.edge = graph->edge;
	known.context = context;
}

/*
 * Look for the tables of a graph; returns the default of their tenant.
 */
static Node *
Find(Graph *graph)
{
	Node	   *tenant;

	Forget();
	graph->node = InvalidOid;
	graph->edge = InvalidOid;
	graph->schema = InvalidOid;
	if (strlen(graph->name) < NAMEDATALEN)
		graph->schema = get_namespace_oid(graph->name, true);
	if (OidIsValid(graph->schema))
	{
		graph->node = get_relname_relid("node", graph->schema);
		graph->edge = get_relname_relid("edge", graph->schema);
	}
	if (!OidIsValid(graph->node) || !OidIsValid(graph->edge))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_SCHEMA_NAME),
				 errmsg("graph \"%s\" does not exist", graph->name),
				 errhint("select * from graph_info() lists the graphs of this database.")));
	/* also where a cached plan would not look the schema up again */
	LookupExplicitNamespace(graph->name, false);
	tenant = DefaultTenant(graph->node, graph->name);
	Remember(graph, tenant);
	return tenant;
}

/*
 * Is it the graph that is known, and still what it was? Whoever changes its
 * tables has a lock on them until its messages are out: with a lock of our own,
 * which stays, all of them have been heard.
 */
static bool
IsKnown(const char *name)
{
	if (known.context == NULL || known.heard || strcmp(NameStr(known.name), name) != 0)
		return false;
	LockRelationOid(known.node, AccessShareLock);
	return !known.heard;
}

static int32
EvaluateTenant(Node *expr, const char *graph_name)
{
	Datum		value;
	bool		isnull;

	if (IsA(expr, Const))
	{
		value = ((Const *) expr)->constvalue;
		isnull = ((Const *) expr)->constisnull;
	}
	else
	{
		EState	   *estate = CreateExecutorState();
		ExprState  *state = ExecPrepareExpr((Expr *) expr, estate);

		value = ExecEvalExpr(state, GetPerTupleExprContext(estate), &isnull);
		FreeExecutorState(estate);
	}
	if (isnull)
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("the default tenant of graph \"%s\" is null",
						graph_name)));
	return DatumGetInt32(value);
}

/*
 * Find the tables of a graph and the tenant of this call. The names live in
 * the caller's memory context.
 */
void
GraphOpen(text * name, Graph *graph)
{
	Node	   *tenant;

	graph->name = text_to_cstring(name);
	if (IsKnown(graph->name))
	{
		graph->schema = known.schema;
		graph->node = known.node;
		graph->edge = known.edge;
		LookupExplicitNamespace(graph->name, false);
		/* its function may open another graph */
		tenant = IsA(known.tenant, Const) ? known.tenant : copyObject(known.tenant);
	}
	else
		tenant = Find(graph);
	graph->tenant = EvaluateTenant(tenant, graph->name);
}

Datum
graph_tenant(PG_FUNCTION_ARGS)
{
	Graph		graph;

	GraphOpen(PG_GETARG_TEXT_PP(0), &graph);
	PG_RETURN_INT32(graph.tenant);
}

/*
 * out, in or any.
 */
GraphDirection
GraphParseDirection(text * direction)
{
	char	   *word = text_to_cstring(direction);

	if (strcmp(word, "out") == 0)
		return GRAPH_OUT;
	if (strcmp(word, "in") == 0)
		return GRAPH_IN;
	if (strcmp(word, "any") == 0)
		return GRAPH_ANY;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unknown direction \"%s\"", word),
			 errhint("A direction is out, in or any.")));
}

void
GraphNotNull(FunctionCallInfo fcinfo, int argument, const char *name)
{
	if (PG_ARGISNULL(argument))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s must not be null", name)));
}

/*
 * Which edges count, from the arguments at these places; as_of -1: no such
 * argument.
 */
void
GraphReadFilter(FunctionCallInfo fcinfo, int types, int direction, int as_of,
				GraphFilter *filter)
{
	filter->types = PG_ARGISNULL(types) ? NULL : PG_GETARG_ARRAYTYPE_P(types);
	if (direction >= 0)
	{
		GraphNotNull(fcinfo, direction, "direction");
		filter->direction = GraphParseDirection(PG_GETARG_TEXT_PP(direction));
	}
	else
		filter->direction = GRAPH_ANY;
	filter->timed = as_of >= 0 && !PG_ARGISNULL(as_of);
	filter->as_of = filter->timed ? PG_GETARG_TIMESTAMPTZ(as_of) : 0;
}
