/*-------------------------------------------------------------------------
 *
 * analysis.c
 *	  Functions over the whole graph: rank, degree, components, communities.
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
	"Weights are parts of a whole here; filter by types, or leave weights out."

PG_FUNCTION_INFO_V1(graph_pagerank);
PG_FUNCTION_INFO_V1(graph_degree);
PG_FUNCTION_INFO_V1(graph_components);
PG_FUNCTION_INFO_V1(graph_communities);
PG_FUNCTION_INFO_V1(graph_label_propagation);

static int32
PositiveArgument(FunctionCallInfo fcinfo, int argument, const char *name)
{
	int32		value;

	GraphNotNull(fcinfo, argument, name);
	value = PG_GETARG_INT32(argument);
	if (value < 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must be at least 1", name)));
	return value;
}

/*
 * A distribution over the packed nodes from ids and weights (NULL: equal), or
 * NULL if no ids are given.
 */
static double *
ReadRestart(const GraphCall *call, ArrayType *ids, ArrayType *weights)
{
	const kernel_graph *packed = &call->packed;
	uint32	   *number;
	double	   *restart;
	double		sum = 0;
	int			count;
	double	   *weight = NULL;

	if (ids == NULL)
		return NULL;
	count = ArrayGetNItems(ARR_NDIM(ids), ARR_DIMS(ids));
	if (array_contains_nulls(ids) || (weights && array_contains_nulls(weights)))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("restart nodes and weights must not contain nulls")));
	if (weights != NULL)
	{
		if (ArrayGetNItems(ARR_NDIM(weights), ARR_DIMS(weights)) != count)
			ereport(ERROR,
					(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
					 errmsg("there must be one restart weight for each restart node")));
		weight = (double *) ARR_DATA_PTR(weights);
	}

	number = kernel_alloc(sizeof(uint32) * call->adjacency->csr.nodes);
	memset(number, 0xff, sizeof(uint32) * call->adjacency->csr.nodes);
	for (uint32 n = 0; n < packed->nodes; n++)
		number[packed->original[n]] = n;
	restart = kernel_alloc(sizeof(double) * packed->nodes);
	memset(restart, 0, sizeof(double) * packed->nodes);
	for (int i = 0; i < count; i++)
	{
		int64		id = ((int64 *) ARR_DATA_PTR(ids))[i];
		uint32		node = kernel_csr_node(&call->adjacency->csr, id);
		double		w = weight == NULL ? 1 : weight[i];

		if (!(w >= 0) || isinf(w))
			ereport(ERROR,
					(errcode(ERRCODE_DATA_EXCEPTION),
					 errmsg("restart weight %g is not a finite number from 0", w)));
		if (node == GRAPH_NONE || number[node] == GRAPH_NONE)
			continue;
		restart[number[node]] += w;
		sum += w;
	}
	if (!(sum > 0) || isinf(sum))
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("restart weights of nodes of this graph must have a positive sum")));
	for (uint32 n = 0; n < packed->nodes; n++)
		restart[n] /= sum;
	kernel_free(number);
	return restart;
}

/*
 * graph, damping, iterations, tolerance, restart, restart_weights, labels,
 * types, direction, weighted, as_of
 */
Datum
graph_pagerank(PG_FUNCTION_ARGS)
{
	GraphCall	call;
	double		damping;
	double		tolerance;
	int32		iterations;
	bool		weighted;
	double	   *rank;
	double	   *restart;
	GraphRankReady *ready;
	const int64 *columns[2];

	GraphBeginRows(fcinfo);
	GraphNotNull(fcinfo, 1, "damping");
	GraphNotNull(fcinfo, 3, "tolerance");
	GraphNotNull(fcinfo, 9, "weighted");
	damping = PG_GETARG_FLOAT8(1);
	tolerance = PG_GETARG_FLOAT8(3);
	iterations = PositiveArgument(fcinfo, 2, "iterations");
	weighted = PG_GETARG_BOOL(9);
	if (!(damping >= 0 && damping < 1))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("damping must be from 0 to below 1")));
	if (!(tolerance >= 0))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("tolerance must not be negative")));
	GraphConnect();
	GraphBeginCall(fcinfo, 6, 7, 8, 10, &call);
	if (weighted)
		GraphRefuseNegative(&call, WANT_POSITIVE);

	ready = GraphReadyToRank(&call, weighted, tolerance > 0);
	restart = ReadRestart(&call, PG_ARGISNULL(4) ? NULL : PG_GETARG_ARRAYTYPE_P(4),
						  PG_ARGISNULL(5) ? NULL : PG_GETARG_ARRAYTYPE_P(5));
	rank = kernel_alloc(sizeof(double) * call.packed.nodes);
	if (tolerance > 0)
		kernel_pagerank_limit(&ready->order, restart, damping, iterations,
							  tolerance, rank);
	else
		kernel_pagerank(&ready->rounds, restart, damping, iterations, rank);
	columns[0] = GraphNodeIds(&call);
	columns[1] = (const int64 *) rank;
	GraphPutRows(&call.rows, call.result, call.packed.nodes, columns);
	SPI_finish();
	return (Datum) 0;
}

/* graph, labels, types, as_of */
Datum
graph_degree(PG_FUNCTION_ARGS)
{
	GraphCall	call;
	kernel_graph out;
	double	   *strength[2];

	GraphBeginRows(fcinfo);
	GraphConnect();
	GraphBeginCall(fcinfo, 1, 2, -1, 3, &call);
	GraphPack(&call, GRAPH_OUT, true);
	out = call.packed;
	GraphPack(&call, GRAPH_IN, true);
	for (int i = 0; i < 2; i++)
	{
		strength[i] = kernel_alloc(sizeof(double) * out.nodes);
		kernel_strengths(i == 0 ? &out : &call.packed, strength[i]);
	}
	for (uint32 n = 0; n < out.nodes; n++)
	{
		Datum		values[5];
		bool		nulls[5] = {false, false, false, false, false};

		values[0] = Int64GetDatum(GraphNodeId(&call, n));
		values[1] = Int64GetDatum(out.start[n + 1] - out.start[n]);
		values[2] = Int64GetDatum(call.packed.start[n + 1] - call.packed.start[n]);
		values[3] = Float8GetDatum(strength[0][n]);
		values[4] = Float8GetDatum(strength[1][n]);
		GraphPut(&call, values, nulls);
	}
	SPI_finish();
	return (Datum) 0;
}

/*
 * Rows (node_id, least node_id of its group, modularity if wanted). A group is
 * numbered by its first packed node, which has the least id but where nodes came
 * in later.
 */
static void
PutGroups(GraphCall *call, const uint32 *group, double modularity)
{
	uint32		nodes = call->packed.nodes;
	const int64 *ids = GraphNodeIds(call);
	int64	   *name = kernel_alloc(sizeof(int64) * nodes);
	double	   *same = kernel_alloc(sizeof(double) * nodes);
	const int64 *columns[] = {ids, name, (const int64 *) same};

	if (call->adjacency->csr.sorted_nodes < call->adjacency->csr.nodes)
	{
		int64	   *least = kernel_alloc(sizeof(int64) * nodes);

		for (uint32 n = 0; n < nodes; n++)
			least[n] = PG_INT64_MAX;
		for (uint32 n = 0; n < nodes; n++)
			least[group[n]] = Min(least[group[n]], ids[n]);
		for (uint32 n = 0; n < nodes; n++)
			name[n] = least[group[n]];
	}
	else
		for (uint32 n = 0; n < nodes; n++)
			name[n] = ids[group[n]];
	for (uint32 n = 0; n < nodes; n++)
		same[n] = modularity;
	GraphPutRows(&call->rows, call->result, nodes, columns);
}

/* graph, strong, labels, types, as_of */
Datum
graph_components(PG_FUNCTION_ARGS)
{
	GraphCall	call;
	uint32	   *component;

	GraphBeginRows(fcinfo);
	GraphNotNull(fcinfo, 1, "strong");
	GraphConnect();
	GraphBeginCall(fcinfo, 2, 3, -1, 4, &call);
	component = kernel_alloc(sizeof(uint32) * call.adjacency->csr.nodes);
	if (PG_GETARG_BOOL(1))
	{
		GraphPack(&call, GRAPH_OUT, false);
		kernel_strong_components(&call.packed, component, NULL);
	}
	else
		kernel_weak_components(&call.view, call.node_counts, &call.packed,
							   component);
	PutGroups(&call, component, 0);
	SPI_finish();
	return (Datum) 0;
}

/* graph, resolution, seed, iterations, labels, types, weighted, as_of */
Datum
graph_communities(PG_FUNCTION_ARGS)
{
	GraphCall	call;
	uint32	   *community;
	double		resolution;
	double		modularity;
	int32		iterations;
	bool		weighted;

	GraphBeginRows(fcinfo);
	GraphNotNull(fcinfo, 1, "resolution");
	GraphNotNull(fcinfo, 2, "seed");
	GraphNotNull(fcinfo, 6, "weighted");
	resolution = PG_GETARG_FLOAT8(1);
	iterations = PositiveArgument(fcinfo, 3, "iterations");
	weighted = PG_GETARG_BOOL(6);
	if (!(resolution > 0) || isinf(resolution))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("resolution must be a finite number above 0")));
	GraphConnect();
	GraphBeginCall(fcinfo, 4, 5, -1, 7, &call);
	if (weighted)
		GraphRefuseNegative(&call, WANT_POSITIVE);
	GraphPack(&call, GRAPH_ANY, weighted);
	community = kernel_alloc(sizeof(uint32) * call.packed.nodes);
	modularity = kernel_leiden(&call.packed, resolution, iterations,
							   PG_GETARG_INT64(2), community);
	PutGroups(&call, community, modularity);
	SPI_finish();
	return (Datum) 0;
}

/* graph, seed, iterations, labels, types, weighted, as_of */
Datum
graph_label_propagation(PG_FUNCTION_ARGS)
{
	GraphCall	call;
	uint32	   *community;
	int32		iterations;
	bool		weighted;

	GraphBeginRows(fcinfo);
	GraphNotNull(fcinfo, 1, "seed");
	GraphNotNull(fcinfo, 5, "weighted");
	iterations = PositiveArgument(fcinfo, 2, "iterations");
	weighted = PG_GETARG_BOOL(5);
	GraphConnect();
	GraphBeginCall(fcinfo, 3, 4, -1, 6, &call);
	if (weighted)
		GraphRefuseNegative(&call, WANT_POSITIVE);
	GraphPack(&call, GRAPH_ANY, weighted);
	community = kernel_alloc(sizeof(uint32) * call.packed.nodes);
	kernel_label_propagation(&call.packed, iterations, PG_GETARG_INT64(1),
							 community);
	PutGroups(&call, community,
			  kernel_modularity(&call.packed, 1, community));
	SPI_finish();
	return (Datum) 0;
}
