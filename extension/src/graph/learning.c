/*-------------------------------------------------------------------------
 *
 * learning.c
 *	  graph_propagate and graph_ease: what can be learnt from a graph without
 *	  training by steps.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/lsyscache.h"

#include "graph/cache.h"
#include "vector/vector.h"

PG_FUNCTION_INFO_V1(graph_propagate);
PG_FUNCTION_INFO_V1(graph_ease);

#define GRAPH_MAX_HOPS	1000

/* An item with its score, on its way to the best ones */
typedef struct EaseItem
{
	uint32		node;
	double		score;
} EaseItem;

/*
 * Features by packed node, 0 where none are given; *dimensions is theirs.
 */
static float *
ReadFeatures(const GraphCall *call, ArrayType *ids, ArrayType *features,
			 int32 *dimensions)
{
	int			count = ArrayGetNItems(ARR_NDIM(ids), ARR_DIMS(ids));
	Datum	   *rows;
	int			nrows;
	int16		length;
	bool		by_value;
	char		align;
	float	   *table;

	if (array_contains_nulls(ids) || array_contains_nulls(features))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("nodes and features must not contain nulls")));
	get_typlenbyvalalign(ARR_ELEMTYPE(features), &length, &by_value, &align);
	deconstruct_array(features, ARR_ELEMTYPE(features), length, by_value, align,
					  &rows, NULL, &nrows);
	if (nrows != count)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("there must be one vector of features for each node")));
	if (count == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("there must be features of at least one node")));
	*dimensions = DatumGetVector(rows[0])->dim;
	table = kernel_alloc(sizeof(float) * call->packed.nodes * *dimensions);
	memset(table, 0, sizeof(float) * call->packed.nodes * *dimensions);
	for (int i = 0; i < count; i++)
	{
		Vector	   *row = DatumGetVector(rows[i]);
		uint32		node = GraphPackedNode(call, ((int64 *) ARR_DATA_PTR(ids))[i]);

		if (row->dim != *dimensions)
			ereport(ERROR,
					(errcode(ERRCODE_DATA_EXCEPTION),
					 errmsg("different vector dimensions %d and %d",
							*dimensions, row->dim)));
		if (node != GRAPH_NONE)
			memcpy(table + (size_t) node * *dimensions, row->x,
				   sizeof(float) * *dimensions);
	}
	return table;
}

/*
 * graph, nodes, features, hops, restart, labels, types, weighted, as_of
 */
Datum
graph_propagate(PG_FUNCTION_ARGS)
{
	static const char *const names[] = {"nodes", "features", "hops", "restart"};
	GraphCall	call;
	float	   *features;
	int32		dimensions;
	int32		hops;
	double		restart;

	GraphBeginRows(fcinfo);
	for (int i = 0; i < lengthof(names); i++)
		GraphNotNull(fcinfo, i + 1, names[i]);
	GraphNotNull(fcinfo, 7, "weighted");
	hops = PG_GETARG_INT32(3);
	restart = PG_GETARG_FLOAT8(4);
	if (hops < 0 || hops > GRAPH_MAX_HOPS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("hops must be between 0 and %d", GRAPH_MAX_HOPS)));
	if (!(restart >= 0 && restart <= 1))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("restart must be from 0 to 1")));
	GraphConnect();
	GraphBeginCall(fcinfo, 5, 6, -1, 8, &call);
	if (PG_GETARG_BOOL(7))
		GraphRefuseNegative(&call, "Weights are parts of a whole here; filter by types, or leave weights out.");
	GraphPack(&call, GRAPH_ANY, PG_GETARG_BOOL(7));
	features = ReadFeatures(&call, PG_GETARG_ARRAYTYPE_P(1),
							PG_GETARG_ARRAYTYPE_P(2), &dimensions);
	kernel_propagate(&call.packed, dimensions, hops, restart, features);
	for (uint32 n = 0; n < call.packed.nodes; n++)
	{
		Vector	   *vector = VectorAllocate(dimensions);
		Datum		values[] = {Int64GetDatum(GraphNodeId(&call, n)), PointerGetDatum(vector)};
		bool		nulls[] = {false, false};

		for (int32 i = 0; i < dimensions; i++)
		{
			vector->x[i] = features[(size_t) n * dimensions + i];
			VectorCheckElement(vector->x[i]);
		}
		GraphPut(&call, values, nulls);
		pfree(vector);
	}
	SPI_finish();
	return (Datum) 0;
}

/*
 * The best first; of equal ones that of the lower number.
 */
static int
CompareItems(const void *a, const void *b)
{
	const EaseItem *x = a;
	const EaseItem *y = b;

	if (x->score != y->score)
		return x->score > y->score ? -1 : 1;
	return x->node < y->node ? -1 : x->node > y->node;
}

/*
 * Rows of the best items of one node, at most so many.
 */
static void
PutBest(GraphCall *call, uint32 node, const double *score, int64 most,
		EaseItem *items)
{
	int64		count = 0;

	for (uint32 n = 0; n < call->packed.nodes; n++)
		if (score[n] != -INFINITY)
			items[count++] = (EaseItem)
		{
			n, score[n]
		};
	qsort(items, count, sizeof(EaseItem), CompareItems);
	for (int64 i = 0; i < Min(count, most); i++)
	{
		Datum		values[] = {Int64GetDatum(GraphNodeId(call, node)), Int64GetDatum(GraphNodeId(call, items[i].node)), Float8GetDatum(items[i].score)};
		bool		nulls[] = {false, false, false};

		GraphPut(call, values, nulls);
	}
}

/*
 * The packed nodes that recommendations are wanted for: those of the array, in
 * its order, or without one every node that leads somewhere.
 */
static uint32 *
ReadWanted(const GraphCall *call, ArrayType *ids, uint32 *count)
{
	const kernel_graph *packed = &call->packed;
	uint32	   *wanted;

	*count = 0;
	if (ids == NULL)
	{
		wanted = kernel_alloc(sizeof(uint32) * packed->nodes);
		for (uint32 n = 0; n < packed->nodes; n++)
			if (packed->start[n + 1] > packed->start[n])
				wanted[(*count)++] = n;
		return wanted;
	}
	if (array_contains_nulls(ids))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("nodes must not contain nulls")));
	wanted = kernel_alloc(sizeof(uint32) * ArrayGetNItems(ARR_NDIM(ids), ARR_DIMS(ids)));
	for (int i = 0; i < ArrayGetNItems(ARR_NDIM(ids), ARR_DIMS(ids)); i++)
	{
		uint32		node = GraphPackedNode(call, ((int64 *) ARR_DATA_PTR(ids))[i]);

		if (node != GRAPH_NONE && packed->start[node + 1] > packed->start[node])
			wanted[(*count)++] = node;
	}
	return wanted;
}

/*
 * graph, nodes, most, regularisation, labels, types, weighted, as_of
 */
Datum
graph_ease(PG_FUNCTION_ARGS)
{
	GraphCall	call;
	kernel_ease model;
	uint32	   *wanted;
	uint32		count;
	double		regularisation;
	int32		most;

	GraphBeginRows(fcinfo);
	GraphNotNull(fcinfo, 2, "most");
	GraphNotNull(fcinfo, 3, "regularisation");
	GraphNotNull(fcinfo, 6, "weighted");
	most = PG_GETARG_INT32(2);
	regularisation = PG_GETARG_FLOAT8(3);
	if (most < 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("most must be at least 1")));
	if (!(regularisation > 0) || isinf(regularisation))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("regularisation must be a finite number above 0")));
	GraphConnect();
	GraphBeginCall(fcinfo, 4, 5, -1, 7, &call);
	GraphPack(&call, GRAPH_OUT, PG_GETARG_BOOL(6));
	wanted = ReadWanted(&call, PG_ARGISNULL(1) ? NULL : PG_GETARG_ARRAYTYPE_P(1),
						&count);
	if (count > 0)
	{
		double	   *score = kernel_alloc(sizeof(double) * call.packed.nodes);
		EaseItem   *items = kernel_alloc(sizeof(EaseItem) * call.packed.nodes);

		kernel_ease_model(&call.packed, regularisation, &model);
		for (uint32 i = 0; i < count; i++)
		{
			kernel_ease_scores(&call.packed, &model, wanted[i], score);
			PutBest(&call, wanted[i], score, most, items);
		}
	}
	SPI_finish();
	return (Datum) 0;
}
