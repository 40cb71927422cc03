/*-------------------------------------------------------------------------
 *
 * path.c
 *	  Paths between two nodes, trails from one, costs from one to all.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "graph/cache.h"

#define WANT_POSITIVE \
	"Cheapest paths are defined for weights from 0; filter by types, or walk unweighted."

/* A call that starts at a node, and perhaps ends at another */
typedef struct PathCall
{
	GraphCall	call;
	uint32		source;			/* GRAPH_NONE: no such node */
	uint32		target;
	int64		paths;			/* given out so far */
	int64		most;			/* paths wanted */
} PathCall;

PG_FUNCTION_INFO_V1(graph_shortest_path);
PG_FUNCTION_INFO_V1(graph_k_shortest_paths);
PG_FUNCTION_INFO_V1(graph_all_shortest_paths);
PG_FUNCTION_INFO_V1(graph_trails);
PG_FUNCTION_INFO_V1(graph_costs);

/*
 * Adjacency and node numbers; within SPI_connect. types is the place of that
 * argument, direction comes behind it.
 */
static void
BeginPath(FunctionCallInfo fcinfo, PathCall *call, bool has_target, int types,
		  int as_of)
{
	const kernel_csr *csr;

	GraphNotNull(fcinfo, 0, "graph");
	GraphNotNull(fcinfo, 1, has_target ? "source" : "start");
	if (has_target)
		GraphNotNull(fcinfo, 2, "target");
	GraphBeginCall(fcinfo, -1, types, types + 1, as_of, &call->call);
	csr = &call->call.adjacency->csr;
	call->source = kernel_csr_node(csr, PG_GETARG_INT64(1));
	call->target = has_target
		? kernel_csr_node(csr, PG_GETARG_INT64(2)) : GRAPH_NONE;
	call->paths = 0;
}

/*
 * A path's rows (step, node_id, edge_id, cost), with a first column if number
 * is positive.
 */
static void
PutPath(PathCall *call, int number, const uint32 *edges, uint32 length)
{
	const kernel_csr *csr = &call->call.adjacency->csr;
	uint32		node = call->source;
	double		cost = 0;
	int			column = number > 0 ? 1 : 0;

	for (uint32 step = 0; step <= length; step++)
	{
		Datum		values[5];
		bool		nulls[5] = {false, false, false, false, false};

		if (step > 0)
		{
			uint32		edge = edges[step - 1];

			node = csr->source[edge] == node
				? csr->target[edge] : csr->source[edge];
			cost += kernel_weight(&call->call.view, edge);
			values[column + 2] = Int64GetDatum(csr->edge_id[edge]);
		}
		else
			nulls[column + 2] = true;
		values[0] = Int32GetDatum(number);
		values[column] = Int32GetDatum(step);
		values[column + 1] = Int64GetDatum(csr->node_id[node]);
		values[column + 3] = Float8GetDatum(cost);
		GraphPut(&call->call, values, nulls);
	}
}

/* graph, source, target, types, direction, weighted, as_of */
Datum
graph_shortest_path(PG_FUNCTION_ARGS)
{
	PathCall	call;
	uint32	   *path;
	uint32		length;

	GraphBeginRows(fcinfo);
	GraphNotNull(fcinfo, 5, "weighted");
	GraphConnect();
	BeginPath(fcinfo, &call, true, 3, 6);
	call.call.view.unit = !PG_GETARG_BOOL(5);
	GraphRefuseNegative(&call.call, WANT_POSITIVE);
	if (call.source != GRAPH_NONE && call.target != GRAPH_NONE)
	{
		path = kernel_alloc(sizeof(uint32) * 2 * (size_t) call.call.view.csr->nodes);
		length = call.call.view.unit
			? kernel_fewest_hops(&call.call.view, call.source, call.target, path)
			: kernel_cheapest_path(&call.call.view, call.source, call.target, path);
		if (length != GRAPH_NONE)
			PutPath(&call, 0, path, length);
	}
	SPI_finish();
	return (Datum) 0;
}

/* graph, source, target, k, types, direction, weighted, as_of */
Datum
graph_k_shortest_paths(PG_FUNCTION_ARGS)
{
	PathCall	call;
	kernel_paths found;

	GraphBeginRows(fcinfo);
	GraphNotNull(fcinfo, 3, "k");
	GraphNotNull(fcinfo, 6, "weighted");
	if (PG_GETARG_INT32(3) < 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("k must be at least 1")));
	GraphConnect();
	BeginPath(fcinfo, &call, true, 4, 7);
	call.call.view.unit = !PG_GETARG_BOOL(6);
	GraphRefuseNegative(&call.call, WANT_POSITIVE);
	if (call.source != GRAPH_NONE && call.target != GRAPH_NONE)
	{
		kernel_k_cheapest_paths(&call.call.view, call.source, call.target,
								PG_GETARG_INT32(3), &found);
		for (uint32 i = 0; i < found.count; i++)
			PutPath(&call, i + 1, found.path[i].edges, found.path[i].length);
	}
	SPI_finish();
	return (Datum) 0;
}

static Datum
MakeInt8Array(const int64 *ids, int count)
{
	ArrayType  *array;
	Size		size = ARR_OVERHEAD_NONULLS(1) + sizeof(int64) * count;

	if (count == 0)
		return PointerGetDatum(construct_empty_array(INT8OID));
	array = palloc0(size);
	SET_VARSIZE(array, size);
	array->ndim = 1;
	array->elemtype = INT8OID;
	ARR_DIMS(array)[0] = count;
	ARR_LBOUND(array)[0] = 1;
	memcpy(ARR_DATA_PTR(array), ids, sizeof(int64) * count);
	return PointerGetDatum(array);
}

/*
 * One row (end_id, node_ids, edge_ids) for a path from the call's source.
 */
static bool
EmitPath(const uint32 *edges, uint32 length, uint32 end, void *state)
{
	PathCall   *call = state;
	const kernel_csr *csr = &call->call.adjacency->csr;
	int64	   *nodes = palloc(sizeof(int64) * (length + 1));
	int64	   *ids = palloc(sizeof(int64) * (length + 1));
	uint32		node = call->source;
	Datum		values[3];
	bool		nulls[3] = {false, false, false};

	nodes[0] = csr->node_id[node];
	for (uint32 i = 0; i < length; i++)
	{
		node = csr->source[edges[i]] == node
			? csr->target[edges[i]] : csr->source[edges[i]];
		nodes[i + 1] = csr->node_id[node];
		ids[i] = csr->edge_id[edges[i]];
	}
	values[0] = Int64GetDatum(csr->node_id[end]);
	values[1] = MakeInt8Array(nodes, length + 1);
	values[2] = MakeInt8Array(ids, length);
	GraphPut(&call->call, values, nulls);
	pfree(DatumGetPointer(values[1]));
	pfree(DatumGetPointer(values[2]));
	pfree(nodes);
	pfree(ids);
	if (++call->paths % 1024 == 0)
		CHECK_FOR_INTERRUPTS();
	return call->paths < call->most;
}

/*
 * The optional argument max_rows.
 */
static void
ReadMost(FunctionCallInfo fcinfo, int argument, PathCall *call)
{
	call->most = PG_ARGISNULL(argument) ? PG_INT64_MAX : PG_GETARG_INT64(argument);
	if (call->most < 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("max_rows must be at least 1")));
}

/* graph, source, target, types, direction, as_of, max_rows */
Datum
graph_all_shortest_paths(PG_FUNCTION_ARGS)
{
	PathCall	call;

	GraphBeginRows(fcinfo);
	ReadMost(fcinfo, 6, &call);
	GraphConnect();
	BeginPath(fcinfo, &call, true, 3, 5);
	if (call.source != GRAPH_NONE && call.target != GRAPH_NONE)
		kernel_all_fewest_hops(&call.call.view, call.source, call.target, EmitPath,
							   &call);
	SPI_finish();
	return (Datum) 0;
}

/* graph, start, min_hops, max_hops, types, direction, as_of, max_rows */
Datum
graph_trails(PG_FUNCTION_ARGS)
{
	PathCall	call;
	int32		least;
	int32		most;

	GraphBeginRows(fcinfo);
	GraphNotNull(fcinfo, 2, "min_hops");
	least = PG_GETARG_INT32(2);
	most = PG_ARGISNULL(3) ? PG_INT32_MAX : PG_GETARG_INT32(3);
	if (least < 0 || most < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("hops must not be negative")));
	ReadMost(fcinfo, 7, &call);
	GraphConnect();
	BeginPath(fcinfo, &call, false, 4, 6);
	if (call.source != GRAPH_NONE && least <= most)
		kernel_trails(&call.call.view, call.source, least, most, EmitPath, &call);
	SPI_finish();
	return (Datum) 0;
}

/* graph, start, types, direction, as_of */
Datum
graph_costs(PG_FUNCTION_ARGS)
{
	PathCall	call;

	GraphBeginRows(fcinfo);
	GraphConnect();
	BeginPath(fcinfo, &call, false, 2, 4);
	GraphRefuseNegative(&call.call, WANT_POSITIVE);
	if (call.source != GRAPH_NONE)
	{
		const kernel_csr *csr = &call.call.adjacency->csr;
		double	   *cost = kernel_alloc(sizeof(double) * csr->nodes);
		uint32	   *parent = kernel_alloc(sizeof(uint32) * csr->nodes);

		kernel_cheapest_costs(&call.call.view, call.source, true, cost, parent);
		for (uint32 node = 0; node < csr->nodes; node++)
		{
			uint32		edge = parent[node];
			Datum		values[4] = {Int64GetDatum(csr->node_id[node]), Float8GetDatum(cost[node])};
			bool		nulls[4] = {false, false, edge == GRAPH_NONE, edge == GRAPH_NONE};

			if (isinf(cost[node]))
				continue;
			if (edge != GRAPH_NONE)
			{
				uint32		before = csr->source[edge] == node
				? csr->target[edge] : csr->source[edge];

				values[2] = Int64GetDatum(csr->node_id[before]);
				values[3] = Int64GetDatum(csr->edge_id[edge]);
			}
			GraphPut(&call.call, values, nulls);
		}
	}
	SPI_finish();
	return (Datum) 0;
}
