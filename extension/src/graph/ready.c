/*-------------------------------------------------------------------------
 *
 * ready.c
 *	  The whole graph made ready for PageRank, kept as long as adjacency is
 *	  unchanged.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "graph/cache.h"

static void
Forget(GraphRankReady **ready)
{
	if (*ready != NULL)
		MemoryContextDelete((*ready)->context);
	*ready = NULL;
}

/*
 * An edge is about to change.
 */
void
GraphForgetReady(GraphAdjacency *adjacency)
{
	if (adjacency->ready[0] == NULL && adjacency->ready[1] == NULL)
		return;
	Forget(&adjacency->ready[0]);
	Forget(&adjacency->ready[1]);
	GraphCacheMeasure(adjacency);
}

/*
 * Pack what counts and make it ready. Rank flows in: the lists are of the
 * direction opposite to the call's.
 */
static GraphRankReady *
MakeReady(GraphCall *call, GraphDirection direction, bool weighted, bool limit)
{
	kernel_graph *packed = &call->packed;
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext,
												  "graph rank", ALLOCSET_DEFAULT_SIZES);
	GraphRankReady *ready = MemoryContextAllocZero(context, sizeof(GraphRankReady));
	MemoryContext outer;

	ready->context = context;
	ready->direction = direction;
	ready->weighted = weighted;
	GraphPack(call, direction, weighted);
	outer = MemoryContextSwitchTo(context);
	if (limit)
		kernel_prepare_order(packed, &ready->order);
	else
		kernel_prepare_rounds(packed, &ready->rounds);
	ready->nodes = packed->nodes;
	ready->original = kernel_alloc(sizeof(uint32) * packed->nodes);
	memcpy(ready->original, packed->original, sizeof(uint32) * packed->nodes);
	MemoryContextSwitchTo(outer);
	kernel_free(packed->start);
	kernel_free(packed->node);
	if (packed->weight != NULL)
		kernel_free(packed->weight);
	packed->start = NULL;
	packed->node = NULL;
	packed->weight = NULL;
	return ready;
}

/*
 * call->packed gets its nodes, but no lists.
 */
GraphRankReady *
GraphReadyToRank(GraphCall *call, bool weighted, bool limit)
{
	GraphAdjacency *adjacency = call->adjacency;
	GraphRankReady **kept = &adjacency->ready[limit];
	GraphDirection direction = call->filter.direction == GRAPH_OUT ? GRAPH_IN :
	call->filter.direction == GRAPH_IN ? GRAPH_OUT : GRAPH_ANY;
	size_t		used;

	if (call->node_counts != NULL || !kernel_all_count(&call->view))
		return MakeReady(call, direction, weighted, limit);
	if (*kept != NULL && ((*kept)->direction != direction || (*kept)->weighted != weighted))
	{
		Forget(kept);
		GraphCacheMeasure(adjacency);
	}
	if (*kept != NULL)
	{
		memset(&call->packed, 0, sizeof(call->packed));
		call->packed.nodes = (*kept)->nodes;
		call->packed.original = (*kept)->original;
		return *kept;
	}
	used = GraphMemoryUsed();
	*kept = MakeReady(call, direction, weighted, limit);
	MemoryContextSetParent((*kept)->context, adjacency->context);
	GraphCacheMeasure(adjacency);
	GraphMemorySet(used + sizeof(uint32) * adjacency->csr.nodes);
	return *kept;
}
