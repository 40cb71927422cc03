/*-------------------------------------------------------------------------
 *
 * score.c
 *	  Functions that score nodes: triangles, similarity, betweenness, contagion,
 *	  recommendation.
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

PG_FUNCTION_INFO_V1(graph_triangles);
PG_FUNCTION_INFO_V1(graph_similar);
PG_FUNCTION_INFO_V1(graph_betweenness);
PG_FUNCTION_INFO_V1(graph_debtrank);
PG_FUNCTION_INFO_V1(graph_recommend);

/* graph, labels, types, as_of */
Datum
graph_triangles(PG_FUNCTION_ARGS)
{
	GraphCall	call;
	uint64	   *triangles;

	GraphBeginRows(fcinfo);
	GraphConnect();
	GraphBeginCall(fcinfo, 1, 2, -1, 3, &call);
	GraphPack(&call, GRAPH_ANY, false);
	kernel_simplify(&call.packed);
	triangles = kernel_alloc(sizeof(uint64) * call.packed.nodes);
	kernel_triangles(&call.packed, triangles);
	for (uint32 n = 0; n < call.packed.nodes; n++)
	{
		uint64		degree = call.packed.start[n + 1] - call.packed.start[n];
		double		pairs = (double) degree * (double) (degree - 1) / 2;
		Datum		values[3] = {Int64GetDatum(GraphNodeId(&call, n)), Int64GetDatum(triangles[n])};
		bool		nulls[3] = {false, false, degree < 2};

		if (degree >= 2)
			values[2] = Float8GetDatum(triangles[n] / pairs);
		GraphPut(&call, values, nulls);
	}
	SPI_finish();
	return (Datum) 0;
}

/* graph, node, labels, types, as_of */
Datum
graph_similar(PG_FUNCTION_ARGS)
{
	GraphCall	call;
	uint32		start;

	GraphBeginRows(fcinfo);
	GraphNotNull(fcinfo, 1, "node");
	GraphConnect();
	GraphBeginCall(fcinfo, 2, 3, -1, 4, &call);
	GraphPack(&call, GRAPH_ANY, false);
	kernel_simplify(&call.packed);
	start = GraphPackedNode(&call, PG_GETARG_INT64(1));
	if (start != GRAPH_NONE)
	{
		const kernel_graph *packed = &call.packed;
		uint32	   *common = kernel_alloc(sizeof(uint32) * packed->nodes);
		double	   *adamic_adar = kernel_alloc(sizeof(double) * packed->nodes);
		uint64		degree = packed->start[start + 1] - packed->start[start];

		kernel_common_neighbours(packed, start, common, adamic_adar);
		for (uint32 n = 0; n < packed->nodes; n++)
		{
			uint64		all = degree + packed->start[n + 1] - packed->start[n] - common[n];
			Datum		values[4];
			bool		nulls[4] = {false, false, false, false};

			if (common[n] == 0)
				continue;
			values[0] = Int64GetDatum(GraphNodeId(&call, n));
			values[1] = Int64GetDatum(common[n]);
			values[2] = Float8GetDatum((double) common[n] / all);
			values[3] = Float8GetDatum(adamic_adar[n]);
			GraphPut(&call, values, nulls);
		}
	}
	SPI_finish();
	return (Datum) 0;
}

/*
 * Rows (node_id, score) of the nodes, of all or of those above zero.
 */
static void
PutScores(GraphCall *call, const double *score, bool all)
{
	for (uint32 n = 0; n < call->packed.nodes; n++)
	{
		Datum		values[] = {Int64GetDatum(GraphNodeId(call, n)), Float8GetDatum(score[n])};
		bool		nulls[] = {false, false};

		if (all || score[n] > 0)
			GraphPut(call, values, nulls);
	}
}

/* graph, samples, seed, labels, types, direction, as_of */
Datum
graph_betweenness(PG_FUNCTION_ARGS)
{
	GraphCall	call;
	double	   *score;
	uint32		samples = PG_UINT32_MAX;

	GraphBeginRows(fcinfo);
	GraphNotNull(fcinfo, 2, "seed");
	if (!PG_ARGISNULL(1))
	{
		if (PG_GETARG_INT32(1) < 1)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("samples must be at least 1")));
		samples = PG_GETARG_INT32(1);
	}
	GraphConnect();
	GraphBeginCall(fcinfo, 3, 4, 5, 6, &call);
	GraphPack(&call, call.filter.direction, false);
	score = kernel_alloc(sizeof(double) * call.packed.nodes);
	kernel_betweenness(&call.packed, samples, PG_GETARG_INT64(2),
					   call.filter.direction == GRAPH_ANY, score);
	PutScores(&call, score, true);
	SPI_finish();
	return (Datum) 0;
}

/*
 * Numbers by node from the arrays of ids and values; nodes that do not count
 * are passed over.
 */
static double *
ReadShock(const GraphCall *call, ArrayType *ids, ArrayType *shocks)
{
	double	   *shock = kernel_alloc(sizeof(double) * call->packed.nodes);
	int			count = ArrayGetNItems(ARR_NDIM(ids), ARR_DIMS(ids));

	memset(shock, 0, sizeof(double) * call->packed.nodes);
	if (array_contains_nulls(ids) || (shocks && array_contains_nulls(shocks)))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("shocked nodes and shocks must not contain nulls")));
	if (shocks != NULL && ArrayGetNItems(ARR_NDIM(shocks), ARR_DIMS(shocks)) != count)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("there must be one shock for each shocked node")));
	for (int i = 0; i < count; i++)
	{
		uint32		node = GraphPackedNode(call, ((int64 *) ARR_DATA_PTR(ids))[i]);
		double		value = shocks ? ((double *) ARR_DATA_PTR(shocks))[i] : 1;

		if (!(value >= 0 && value <= 1))
			ereport(ERROR,
					(errcode(ERRCODE_DATA_EXCEPTION),
					 errmsg("shock %g is not a part from 0 to 1", value)));
		if (node != GRAPH_NONE)
			shock[node] = value;
	}
	return shock;
}

/*
 * graph, shocked, shocks, linear, iterations, tolerance, labels, types,
 * direction, as_of
 */
Datum
graph_debtrank(PG_FUNCTION_ARGS)
{
	GraphCall	call;
	double	   *shock;
	double	   *distress;

	GraphBeginRows(fcinfo);
	GraphNotNull(fcinfo, 1, "shocked");
	GraphNotNull(fcinfo, 3, "linear");
	GraphNotNull(fcinfo, 4, "iterations");
	GraphNotNull(fcinfo, 5, "tolerance");
	if (PG_GETARG_INT32(4) < 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("iterations must be at least 1")));
	GraphConnect();
	GraphBeginCall(fcinfo, 6, 7, 8, 9, &call);
	GraphRefuseNegative(&call, "An edge's weight is the impact of one node's loss on another, from 0.");
	GraphPack(&call, call.filter.direction, true);
	shock = ReadShock(&call, PG_GETARG_ARRAYTYPE_P(1),
					  PG_ARGISNULL(2) ? NULL : PG_GETARG_ARRAYTYPE_P(2));
	distress = kernel_alloc(sizeof(double) * call.packed.nodes);
	memcpy(distress, shock, sizeof(double) * call.packed.nodes);
	kernel_debtrank(&call.packed, PG_GETARG_BOOL(3), PG_GETARG_INT32(4),
					PG_GETARG_FLOAT8(5), distress);
	for (uint32 n = 0; n < call.packed.nodes; n++)
	{
		Datum		values[] = {Int64GetDatum(GraphNodeId(&call, n)), Float8GetDatum(shock[n]), Float8GetDatum(distress[n])};
		bool		nulls[] = {false, false, false};

		if (distress[n] > 0)
			GraphPut(&call, values, nulls);
	}
	SPI_finish();
	return (Datum) 0;
}

/* graph, node, beta, labels, types, weighted, as_of */
Datum
graph_recommend(PG_FUNCTION_ARGS)
{
	GraphCall	call;
	kernel_graph out;
	double	   *score;
	double		beta;
	bool		weighted;
	uint32		start;

	GraphBeginRows(fcinfo);
	GraphNotNull(fcinfo, 1, "node");
	GraphNotNull(fcinfo, 2, "beta");
	GraphNotNull(fcinfo, 5, "weighted");
	beta = PG_GETARG_FLOAT8(2);
	weighted = PG_GETARG_BOOL(5);
	if (!(beta >= 0) || isinf(beta))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("beta must be a finite number from 0")));
	GraphConnect();
	GraphBeginCall(fcinfo, 3, 4, -1, 6, &call);
	if (weighted)
		GraphRefuseNegative(&call, "Weights are chances here; filter by types, or leave weights out.");
	GraphPack(&call, GRAPH_OUT, weighted);
	out = call.packed;
	start = GraphPackedNode(&call, PG_GETARG_INT64(1));
	if (start != GRAPH_NONE)
	{
		GraphPack(&call, GRAPH_IN, weighted);
		score = kernel_alloc(sizeof(double) * out.nodes);
		kernel_rp3beta(&out, &call.packed, start, beta, score);
		PutScores(&call, score, false);
	}
	SPI_finish();
	return (Datum) 0;
}
