/*-------------------------------------------------------------------------
 *
 * upsert.c
 *	  Writing nodes and edges by the keys of the outside world.
 *
 * Each is one prepared statement; what is already so is not written again.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"

#include "graph/graph.h"

#define UPSERT_NODE \
	"with written as (" \
	"insert into %n as old (tenant_id, key, labels, properties)" \
	" values ($1, $2, $3, $4)" \
	" on conflict on constraint node_key do update" \
	" set labels = excluded.labels, properties = excluded.properties" \
	" where (old.labels, old.properties) is distinct from" \
	" (excluded.labels, excluded.properties) returning node_id)" \
	" select node_id from written union all" \
	" select node_id from %n where tenant_id = $1 and key = $2 limit 1"

#define UPSERT_EDGE \
	"with written as (" \
	"insert into %e as old (tenant_id, source, target, type, key, weight," \
	" valid_from, valid_to, properties)" \
	" select $1, s.node_id, t.node_id, $4, $5, $6, $7, $8, $9" \
	" from %n s, %n t where s.tenant_id = $1 and s.key = $2" \
	" and t.tenant_id = $1 and t.key = $3" \
	" on conflict (tenant_id, source, type, target, key)" \
	" where key is not null do update" \
	" set weight = excluded.weight, valid_from = excluded.valid_from," \
	" valid_to = excluded.valid_to, properties = excluded.properties" \
	" where (old.weight, old.valid_from, old.valid_to, old.properties)" \
	" is distinct from (excluded.weight, excluded.valid_from," \
	" excluded.valid_to, excluded.properties) returning edge_id)" \
	" select edge_id from written union all" \
	" select edge_id from %e where tenant_id = $1" \
	" and source = (select node_id from %n where tenant_id = $1 and key = $2)" \
	" and target = (select node_id from %n where tenant_id = $1 and key = $3)" \
	" and type = $4 and key = $5 limit 1"

#define UPSERT_NODES \
	"insert into %n as old (tenant_id, key, labels, properties)" \
	" select $1, key, labels, properties from (" \
	"select distinct on (row ->> 'key') row ->> 'key' as key," \
	" coalesce((select array_agg(label order by place)" \
	" from jsonb_array_elements_text(row -> 'labels')" \
	" with ordinality as l (label, place)), '{}') as labels," \
	" coalesce(row -> 'properties', '{}') as properties" \
	" from jsonb_array_elements($2) with ordinality as r (row, place)" \
	" order by row ->> 'key', place desc) as given" \
	" on conflict on constraint node_key do update" \
	" set labels = excluded.labels, properties = excluded.properties" \
	" where (old.labels, old.properties) is distinct from" \
	" (excluded.labels, excluded.properties)"

#define MISSING_KEY \
	"select 1 from jsonb_array_elements($2) as r (row)" \
	" where row ->> 'key' is null limit 1"

/*
 * The rows of $2 with the node ids of their ends (null: no such node).  Each
 * end is looked up by the index: a join would read every node for a few edges.
 * Under row-level security the index serves only a key that no leaky operator
 * (->>) computes beside it, hence the inner select, which "offset 0" keeps.
 */
#define NODE_ID(end) \
	"(select n.node_id from %n n where n.tenant_id = $1" \
	" and n.key = keyed." end "_key) as " end

#define GIVEN_EDGES \
	"select keyed.*, " NODE_ID("source") ", " NODE_ID("target") \
	" from (" \
	"select row ->> 'source' as source_key, row ->> 'target' as target_key," \
	" row ->> 'type' as type," \
	" coalesce(row ->> 'key', '') as key," \
	" coalesce((row ->> 'weight')::float8, 1) as weight," \
	" (row ->> 'valid_from')::timestamptz as valid_from," \
	" (row ->> 'valid_to')::timestamptz as valid_to," \
	" coalesce(row -> 'properties', '{}') as properties, place" \
	" from jsonb_array_elements($2) with ordinality as r (row, place)" \
	" offset 0) as keyed"

/* How many were written, and the first end that is missing */
#define UPSERT_EDGES \
	"with given as materialized (" GIVEN_EDGES "), written as (" \
	"insert into %e as old (tenant_id, source, target, type, key, weight," \
	" valid_from, valid_to, properties)" \
	" select distinct on (source, type, target, key) $1, source, target, type," \
	" key, weight, valid_from, valid_to, properties" \
	" from given where source is not null and target is not null" \
	" order by source, type, target, key, place desc" \
	" on conflict (tenant_id, source, type, target, key)" \
	" where key is not null do update" \
	" set weight = excluded.weight, valid_from = excluded.valid_from," \
	" valid_to = excluded.valid_to, properties = excluded.properties" \
	" where (old.weight, old.valid_from, old.valid_to, old.properties)" \
	" is distinct from (excluded.weight, excluded.valid_from," \
	" excluded.valid_to, excluded.properties) returning 1)" \
	" select (select count(*) from written), missing.place, missing.key" \
	" from (select) as always left join (" \
	"select place, case when source is null then source_key else target_key" \
	" end as key from given where source is null or target is null" \
	" order by place limit 1) as missing on true"

#define DELETE_EDGES_AT \
	"delete from %e where tenant_id = $1 and edge_id in (" \
	"select e.edge_id from %n n join %e e on e.tenant_id = $1" \
	" and e.source = n.node_id where n.tenant_id = $1 and n.key = any ($2)" \
	" union all select e.edge_id from %n n join %e e on e.tenant_id = $1" \
	" and e.target = n.node_id where n.tenant_id = $1 and n.key = any ($2))"

#define DELETE_NODES \
	"delete from %n where tenant_id = $1 and key = any ($2)"

#define DELETE_EDGES \
	"delete from %e e using (" GIVEN_EDGES ") as given" \
	" where e.tenant_id = $1 and e.source = given.source" \
	" and e.target = given.target and e.type = given.type" \
	" and e.key = given.key"

PG_FUNCTION_INFO_V1(graph_upsert_node);
PG_FUNCTION_INFO_V1(graph_upsert_edge);
PG_FUNCTION_INFO_V1(graph_upsert_nodes);
PG_FUNCTION_INFO_V1(graph_upsert_edges);
PG_FUNCTION_INFO_V1(graph_delete_nodes);
PG_FUNCTION_INFO_V1(graph_delete_edges);

static void
NoSuchNode(const Graph *graph, const char *key)
{
	ereport(ERROR,
			(errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
			 errmsg("graph \"%s\" has no node with the key \"%s\"",
					graph->name, key)));
}

/*
 * Run a statement whose first row's first column is an id.
 */
static bool
ExecuteForId(const Graph *graph, const char *query, int nargs,
			 const Oid *types, const Datum *values, const bool *nulls,
			 int64 *id)
{
	bool		isnull;

	if (GraphExecute(graph, query, nargs, types, values, nulls, false, 0,
					 NULL) == 0)
		return false;
	*id = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0],
									  SPI_tuptable->tupdesc, 1, &isnull));
	return true;
}

Datum
graph_upsert_node(PG_FUNCTION_ARGS)
{
	static const Oid types[] = {INT4OID, TEXTOID, TEXTARRAYOID, JSONBOID};
	static const char *const names[] = {"graph", "key", "labels", "properties"};
	Graph		graph;
	Datum		values[4];
	int64		id;

	for (int i = 0; i < 4; i++)
	{
		GraphNotNull(fcinfo, i, names[i]);
		values[i] = PG_GETARG_DATUM(i);
	}
	GraphOpen(PG_GETARG_TEXT_PP(0), &graph);
	values[0] = Int32GetDatum(graph.tenant);
	GraphConnect();
	/* between two statements somebody may delete the node: then once more */
	while (!ExecuteForId(&graph, UPSERT_NODE, 4, types, values, NULL, &id))
		CHECK_FOR_INTERRUPTS();
	SPI_finish();
	PG_RETURN_INT64(id);
}

Datum
graph_upsert_edge(PG_FUNCTION_ARGS)
{
	/* arguments: graph source target type properties weight from to key */
	static const Oid types[] = {INT4OID, TEXTOID, TEXTOID, TEXTOID, TEXTOID,
	FLOAT8OID, TIMESTAMPTZOID, TIMESTAMPTZOID, JSONBOID};
	static const int argument[] = {0, 1, 2, 3, 8, 5, 6, 7, 4};
	static const char *const names[] = {"graph", "source", "target", "type",
	"properties", "weight", NULL, NULL, "key"};
	static const Oid key_types[] = {INT4OID, TEXTOID};
	Graph		graph;
	Datum		values[9];
	bool		nulls[9];
	int64		id;

	for (int i = 0; i < 9; i++)
	{
		if (names[argument[i]] != NULL)
			GraphNotNull(fcinfo, argument[i], names[argument[i]]);
		nulls[i] = PG_ARGISNULL(argument[i]);
		values[i] = nulls[i] ? (Datum) 0 : PG_GETARG_DATUM(argument[i]);
	}
	GraphOpen(PG_GETARG_TEXT_PP(0), &graph);
	values[0] = Int32GetDatum(graph.tenant);
	GraphConnect();
	while (!ExecuteForId(&graph, UPSERT_EDGE, 9, types, values, nulls, &id))
	{
		static const char key_query[] =
		"select node_id from %n where tenant_id = $1 and key = $2";

		CHECK_FOR_INTERRUPTS();
		for (int end = 1; end <= 2; end++)
		{
			Datum		key_values[] = {values[0], values[end]};

			if (!ExecuteForId(&graph, key_query, 2, key_types, key_values,
							  NULL, &id))
				NoSuchNode(&graph, TextDatumGetCString(values[end]));
		}
	}
	SPI_finish();
	PG_RETURN_INT64(id);
}

/*
 * Statements over (graph, set): returns the rows processed.
 */
static uint64
ExecuteSet(FunctionCallInfo fcinfo, const Graph *graph, const char *query,
		   Oid set_type)
{
	Oid			types[] = {INT4OID, set_type};
	Datum		values[] = {Int32GetDatum(graph->tenant), PG_GETARG_DATUM(1)};

	return GraphExecute(graph, query, 2, types, values, NULL, false, 0, NULL);
}

Datum
graph_upsert_nodes(PG_FUNCTION_ARGS)
{
	Graph		graph;
	uint64		written;

	GraphOpen(PG_GETARG_TEXT_PP(0), &graph);
	GraphConnect();
	if (ExecuteSet(fcinfo, &graph, MISSING_KEY, JSONBOID) > 0)
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("a node lacks its key")));
	written = ExecuteSet(fcinfo, &graph, UPSERT_NODES, JSONBOID);
	SPI_finish();
	PG_RETURN_INT64(written);
}

Datum
graph_upsert_edges(PG_FUNCTION_ARGS)
{
	Graph		graph;
	int64		written;
	HeapTuple	row;
	bool		isnull;

	GraphOpen(PG_GETARG_TEXT_PP(0), &graph);
	GraphConnect();
	ExecuteSet(fcinfo, &graph, UPSERT_EDGES, JSONBOID);
	row = SPI_tuptable->vals[0];
	written = DatumGetInt64(SPI_getbinval(row, SPI_tuptable->tupdesc, 1,
										  &isnull));
	SPI_getbinval(row, SPI_tuptable->tupdesc, 2, &isnull);
	if (!isnull)
	{
		char	   *key = SPI_getvalue(row, SPI_tuptable->tupdesc, 3);

		if (key == NULL)
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("an edge lacks its source or target")));
		NoSuchNode(&graph, key);
	}
	SPI_finish();
	PG_RETURN_INT64(written);
}

Datum
graph_delete_nodes(PG_FUNCTION_ARGS)
{
	Graph		graph;
	uint64		deleted;

	GraphOpen(PG_GETARG_TEXT_PP(0), &graph);
	GraphConnect();
	ExecuteSet(fcinfo, &graph, DELETE_EDGES_AT, TEXTARRAYOID);
	deleted = ExecuteSet(fcinfo, &graph, DELETE_NODES, TEXTARRAYOID);
	SPI_finish();
	PG_RETURN_INT64(deleted);
}

Datum
graph_delete_edges(PG_FUNCTION_ARGS)
{
	Graph		graph;
	uint64		deleted;

	GraphOpen(PG_GETARG_TEXT_PP(0), &graph);
	GraphConnect();
	deleted = ExecuteSet(fcinfo, &graph, DELETE_EDGES, JSONBOID);
	SPI_finish();
	PG_RETURN_INT64(deleted);
}
