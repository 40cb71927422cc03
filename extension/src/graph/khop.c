/*-------------------------------------------------------------------------
 *
 * khop.c
 *	  graph_khop: the neighbourhood of a node.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/memutils.h"

#include "graph/graph.h"

/* Nodes met so far */
typedef struct Met
{
	int64		node;
	char		status;
}			Met;

#define SH_PREFIX met
#define SH_ELEMENT_TYPE Met
#define SH_KEY_TYPE int64
#define SH_KEY node
#define SH_HASH_KEY(table, key) murmurhash32((uint32) (key) ^ (uint32) ((uint64) (key) >> 32))
#define SH_EQUAL(table, a, b) ((a) == (b))
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

/* Breadth first over the index */
typedef struct Khop
{
	met_hash   *met;
	int64	   *order;			/* nodes in the order in which they were met */
	int			count;
	int			capacity;
}			Khop;

PG_FUNCTION_INFO_V1(graph_khop);

static void
Meet(Khop *khop, int64 node)
{
	bool		found;

	met_insert(khop->met, node, &found);
	if (found)
		return;
	if (khop->count == khop->capacity)
	{
		khop->capacity *= 2;
		khop->order = repalloc_huge(khop->order,
									sizeof(int64) * khop->capacity);
	}
	khop->order[khop->count++] = node;
}

static bool
MeetStep(const GraphStep *step, void *state)
{
	Meet(state, step->to);
	return true;
}

Datum
graph_khop(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Graph		graph;
	GraphFilter filter;
	int64		start;
	int32		hops;
	Khop		khop;
	int			begin = 0;

	GraphNotNull(fcinfo, 0, "graph");
	GraphNotNull(fcinfo, 1, "start");
	GraphNotNull(fcinfo, 2, "hops");
	start = PG_GETARG_INT64(1);
	hops = PG_GETARG_INT32(2);
	if (hops < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("hops must not be negative")));
	GraphReadFilter(fcinfo, 3, 4, 5, &filter);
	GraphOpen(PG_GETARG_TEXT_PP(0), &graph);
	InitMaterializedSRF(fcinfo, 0);

	khop.met = met_create(CurrentMemoryContext, 64, NULL);
	khop.capacity = 64;
	khop.count = 0;
	khop.order = palloc(sizeof(int64) * khop.capacity);

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "could not connect to SPI");
	if (GraphNodeExists(&graph, start))
		Meet(&khop, start);
	for (int32 distance = 0; begin < khop.count; distance++)
	{
		int			end = khop.count;

		for (int i = begin; i < end; i++)
		{
			Datum		values[] = {Int64GetDatum(khop.order[i]), Int32GetDatum(distance)};
			bool		nulls[] = {false, false};

			tuplestore_putvalues(result->setResult, result->setDesc, values,
								 nulls);
		}
		if (distance == hops)
			break;
		CHECK_FOR_INTERRUPTS();
		if (filter.direction & GRAPH_OUT)
			GraphExpand(&graph, &filter, GRAPH_OUT, khop.order + begin,
						end - begin, MeetStep, &khop);
		if (filter.direction & GRAPH_IN)
			GraphExpand(&graph, &filter, GRAPH_IN, khop.order + begin,
						end - begin, MeetStep, &khop);
		begin = end;
	}
	SPI_finish();
	return (Datum) 0;
}
