/*-------------------------------------------------------------------------
 *
 * sweep.c
 *	  All nodes that a scan has not returned, by their codes, in as many passes as
 *	  the memory needs.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "miscadmin.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#include "hnsw/cache.h"
#include "hnsw/hnsw.h"
#include "hnsw/key.h"
#include "hnsw/root.h"
#include "hnsw/scan.h"

/* Fewest nodes that one pass of a sweep puts in order */
#define SWEEP_LEAST	1024

/* Nodes of a key whose codes are asked for together */
#define CHAIN_PART	32

/* Nodes that a sweep puts in order at a time */
#define SWEEP_PART	256

/*
 * Candidates that one pass of a sweep may keep.
 */
int
HnswSweepRoom(HnswScan *state)
{
	return Max(SWEEP_LEAST, Min(state->memory / 2, MaxAllocSize) / sizeof(HnswCandidate));
}

/*
 * Offers nodes to a pass of the sweep.
 */
static void
SweepNodes(HnswScan *state, HnswCandidate *nodes, int count, HnswHeap *best, int most)
{
	HnswDistances(state->index, &state->query, nodes, count);
	state->index->counters.swept += count;
	for (int i = 0; i < count; i++)
		if (state->limit == INFINITY ||
			HnswLowerBound(state, nodes[i].distance) <= state->limit)
			HnswOffer(best, nodes[i], most);
}

/*
 * Offers the nodes of a key: their codes are asked for together, because each lies
 * on another page.
 */
void
HnswSweepChain(HnswScan *state, const HnswRoot *root, HnswHeap *best, int most)
{
	HnswCandidate nodes[CHAIN_PART];
	uint32		node = root->head;
	int			count = 0;
	HnswNode	copy;

	while (node != HNSW_NONE)
	{
		CHECK_FOR_INTERRUPTS();
		if (!HnswReadNode(state->index, node, &copy, NULL))
			break;
		if (node < state->walk.limit && !HnswVisited(&state->walk, node) &&
			copy.state == HNSW_LIVE)
			nodes[count++].node = node;
		if (count == CHAIN_PART)
		{
			SweepNodes(state, nodes, count, best, most);
			count = 0;
		}
		/* A number used again leads into another chain, or none */
		if (!HnswHasKey(state->keys.keys, state->keys.count, copy.key))
			break;
		node = copy.next;
	}
	SweepNodes(state, nodes, count, best, most);
}

/*
 * Offers all nodes, a page after the other.
 */
static void
SweepPages(HnswScan *state, HnswHeap *best, int most)
{
	HnswIndex  *index = state->index;
	HnswWalk   *walk = &state->walk;
	BlockNumber blocks = RelationGetNumberOfBlocks(index->rel);
	HnswCandidate nodes[HNSW_GROUP_NODES];
	uint32		node = 0;

	while (node < walk->limit &&
		   HnswBlockOf(index, node, HnswNodePlace(index, node)) < blocks)
	{
		int			count = HnswLiveOnPage(index, &node, nodes);
		int			fresh = 0;

		CHECK_FOR_INTERRUPTS();
		for (int i = 0; i < count; i++)
			if (nodes[i].node < walk->limit && !HnswVisited(walk, nodes[i].node))
				nodes[fresh++] = nodes[i];
		SweepNodes(state, nodes, fresh, best, most);
	}
}

void
HnswMarkVisited(HnswWalk *walk, const HnswHeap *nodes)
{
	for (int i = 0; i < nodes->count; i++)
		walk->visited[nodes->items[i].node / 64] |=
			UINT64CONST(1) << (nodes->items[i].node % 64);
}

/*
 * What the walk has seen but not returned is left to the sweep.
 */
void
HnswSweepBegin(HnswScan *state)
{
	HnswWalk   *walk = &state->walk;
	HnswHeap   *pending[] = {&walk->rest, &walk->evicted};

	for (int p = 0; p < lengthof(pending); p++)
	{
		for (int i = 0; i < pending[p]->count; i++)
			walk->visited[pending[p]->items[i].node / 64] &=
				~(UINT64CONST(1) << (pending[p]->items[i].node % 64));
		if (pending[p]->items)
			pfree(pending[p]->items);
		memset(pending[p], 0, sizeof(HnswHeap));
	}
	state->stage = HNSW_STAGE_SWEEP;
}

/*
 * The nearest nodes not yet returned, as many as fit the memory; none when there
 * are no more.
 */
static void
Pass(HnswScan *state)
{
	HnswHeap   *best = &state->swept;
	int			most = HnswSweepRoom(state);

	if (state->keys.every || state->keys.keys[0] == HNSW_WHOLE)
		SweepPages(state, best, most);
	else
		for (int i = 0; i < state->keys.count; i++)
			HnswSweepChain(state, &state->roots[i], best, most);
	HnswMarkVisited(&state->walk, best);
	state->swept_all = best->count < most;
	state->swept_edge = state->swept_all ? INFINITY : best->items[0].distance;
	HnswTurn(best);
}

/*
 * Moves the nearest of what a pass has found to the batch, after another pass if
 * nothing is left of the last one.
 */
void
HnswSweepNext(HnswScan *state)
{
	HnswHeap   *swept = &state->swept;

	if (swept->count == 0 && !state->swept_all)
		Pass(state);
	while (state->batch.count < SWEEP_PART && swept->count > 0)
		HnswPush(&state->batch, HnswPopNearest(swept));
	state->edge = swept->count > 0 ? swept->items[0].distance : state->swept_edge;
}
