/*-------------------------------------------------------------------------
 *
 * call.c
 *	  What functions over the whole graph begin with: filter, adjacency, packing.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "graph/cache.h"

#define NODES_OF_LABELS \
	"select node_id from %n where tenant_id = $1 and labels && $2"

/*
 * Mark the nodes that have one of the labels; ids were read before adjacency
 * was asked for, because adjacency is good until the next query.
 */
static void
MarkNodes(GraphCall *call, SPITupleTable *rows, uint64 nrows)
{
	const kernel_csr *csr = &call->adjacency->csr;

	call->node_counts = kernel_alloc(csr->nodes);
	memset(call->node_counts, 0, csr->nodes);
	for (uint64 i = 0; i < nrows; i++)
	{
		bool		isnull;
		int64		id = DatumGetInt64(SPI_getbinval(rows->vals[i], rows->tupdesc, 1,
													 &isnull));
		uint32		node = kernel_csr_node(csr, id);

		if (node != GRAPH_NONE)
			call->node_counts[node] = 1;
	}
}

/*
 * Arguments at these places (-1 if there is none), and
 * adjacency; within SPI_connect. Before it the caller has called
 * GraphBeginRows.
 */
void
GraphBeginCall(FunctionCallInfo fcinfo, int labels, int types, int direction,
			   int as_of, GraphCall *call)
{
	SPITupleTable *rows = NULL;
	uint64		nrows = 0;

	memset(call, 0, sizeof(*call));
	GraphNotNull(fcinfo, 0, "graph");
	GraphReadFilter(fcinfo, types, direction, as_of, &call->filter);
	call->result = (ReturnSetInfo *) fcinfo->resultinfo;
	GraphOpen(PG_GETARG_TEXT_PP(0), &call->graph);
	GraphBegin();
	if (labels >= 0 && !PG_ARGISNULL(labels))
	{
		static const Oid argtypes[] = {INT4OID, TEXTARRAYOID};
		Datum		values[] = {Int32GetDatum(call->graph.tenant), PG_GETARG_DATUM(labels)};

		nrows = GraphExecute(&call->graph, NODES_OF_LABELS, 2, argtypes, values,
							 NULL, true, 0, NULL);
		rows = SPI_tuptable;
	}
	call->adjacency = GraphGetAdjacency(&call->graph, true);
	GraphMakeView(call->adjacency, &call->filter, &call->view);
	if (rows != NULL)
	{
		MarkNodes(call, rows, nrows);
		SPI_freetuptable(rows);
	}
}

/*
 * Pack what counts, walked in this direction.
 */
void
GraphPack(GraphCall *call, GraphDirection direction, bool weighted)
{
	kernel_view view = call->view;

	view.out = (direction & GRAPH_OUT) != 0;
	view.in = (direction & GRAPH_IN) != 0;
	kernel_project(&view, call->node_counts, weighted, &call->packed);
}

/*
 * Error if an edge that counts has a negative weight.
 */
void
GraphRefuseNegative(const GraphCall *call, const char *why)
{
	uint32		edge = kernel_negative_edge(&call->view);

	if (edge != GRAPH_NONE)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("edge " INT64_FORMAT " has the negative weight %g",
						call->adjacency->csr.edge_id[edge],
						call->adjacency->csr.weight[edge]),
				 errhint("%s", why)));
}

int64
GraphNodeId(const GraphCall *call, uint32 packed)
{
	return call->adjacency->csr.node_id[call->packed.original[packed]];
}

/*
 * The ids of all packed nodes.
 */
const int64 *
GraphNodeIds(const GraphCall *call)
{
	const kernel_csr *csr = &call->adjacency->csr;
	int64	   *ids;

	if (call->packed.nodes == csr->nodes)
		return csr->node_id;
	ids = kernel_alloc(sizeof(int64) * call->packed.nodes);
	for (uint32 n = 0; n < call->packed.nodes; n++)
		ids[n] = csr->node_id[call->packed.original[n]];
	return ids;
}

/*
 * Packed number of the node with this id, GRAPH_NONE if it does not count.
 */
uint32
GraphPackedNode(const GraphCall *call, int64 id)
{
	uint32		node = kernel_csr_node(&call->adjacency->csr, id);

	if (node == GRAPH_NONE)
		return GRAPH_NONE;
	/* packing keeps the order of numbers */
	for (uint32 low = 0, high = call->packed.nodes; low < high;)
	{
		uint32		middle = low + (high - low) / 2;

		if (call->packed.original[middle] == node)
			return middle;
		if (call->packed.original[middle] < node)
			low = middle + 1;
		else
			high = middle;
	}
	return GRAPH_NONE;
}

void
GraphPut(GraphCall *call, Datum *values, bool *nulls)
{
	GraphPutRow(&call->rows, call->result, values, nulls);
}
