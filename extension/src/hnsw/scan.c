/*-------------------------------------------------------------------------
 *
 * scan.c
 *	  Rows in the order of their distance.
 *
 * A scan goes through these stages; it moves on as long as rows are asked for,
 * so a filter above it never ends with fewer rows than there are:
 *
 *	walk	rounds over the graph, each asking for twice as many nodes
 *	sweep	all nodes not yet returned, by their codes: begun when the walk has
 *			seen hnsw.max_scan_tuples nodes, needs too much memory, or is at an end
 *	late	rows found too late for their place (strict order)
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "access/genam.h"
#include "access/relscan.h"
#include "access/tableam.h"
#include "executor/executor.h"
#include "lib/pairingheap.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#include "hnsw/cache.h"
#include "hnsw/hnsw.h"
#include "hnsw/key.h"
#include "hnsw/root.h"
#include "hnsw/scan.h"
#include "vector/vector.h"

/* Fewest nodes that one pass of a sweep puts in order */
#define SWEEP_LEAST	1024

/* Nodes of a key up to which all are compared: exact, and no slower */
#define SMALL_KEY	2000

/* Largest growth of a round, in nodes */
#define LARGEST_ROUND	(1 << 20)

HnswCounters hnsw_last_counters;

IndexScanDesc
HnswBeginScan(Relation rel, int keys, int orders)
{
	IndexScanDesc scan = RelationGetIndexScan(rel, keys, orders);
	HnswScan   *state = palloc0(sizeof(HnswScan));

	state->context = AllocSetContextCreate(CurrentMemoryContext, "hnsw scan",
										   ALLOCSET_DEFAULT_SIZES);
	scan->opaque = state;
	return scan;
}

static void
EndIndex(HnswScan *state)
{
	if (state->index)
		HnswRelease(state->index);
	state->index = NULL;
}

void
HnswRescan(IndexScanDesc scan, ScanKey keys, int nkeys, ScanKey orders, int norders)
{
	HnswScan   *state = scan->opaque;

	if (keys && scan->numberOfKeys > 0)
		memmove(scan->keyData, keys, scan->numberOfKeys * sizeof(ScanKeyData));
	if (orders && scan->numberOfOrderBys > 0)
		memmove(scan->orderByData, orders, scan->numberOfOrderBys * sizeof(ScanKeyData));
	EndIndex(state);
	HnswRankEnd(state);
	MemoryContextReset(state->context);
	state->stage = HNSW_STAGE_BEGIN;
}

void
HnswEndScan(IndexScanDesc scan)
{
	HnswScan   *state = scan->opaque;

	EndIndex(state);
	HnswRankEnd(state);
	MemoryContextDelete(state->context);
	pfree(state);
}

/*
 * The query vector; one that is NULL is as far from every row.
 */
static void
ReadQuery(IndexScanDesc scan, HnswScan *state)
{
	ScanKey		key = &scan->orderByData[0];
	HnswCodec  *codec = &state->index->codec;
	float	   *floats = palloc0(sizeof(float) * codec->dim);

	if (!(key->sk_flags & SK_ISNULL))
	{
		int			dim;
		void	   *copy;
		const float *given = HnswFloats(state->class, key->sk_argument, &dim, &copy);

		if (dim != codec->dim)
			ereport(ERROR,
					(errcode(ERRCODE_DATA_EXCEPTION),
					 errmsg("different vector dimensions %d and %d", codec->dim, dim)));
		memcpy(floats, given, sizeof(float) * dim);
	}
	state->floats = floats;
	state->query = HnswMakeQuery(codec);
	/* A vector of zeros has no cosine with any: every order is right */
	if (!HnswQueryFromVector(codec, floats, &state->query))
	{
		state->query.scale = 0;
		state->query.offset = 0;
		state->query.norm = 0;
	}
}

/*
 * Opens the index and takes the first round.
 */
static void
Begin(IndexScanDesc scan, HnswScan *state)
{
	HnswMeta	meta;
	HnswCandidate at = {0};

	if (scan->numberOfOrderBys == 0)
		elog(ERROR, "cannot scan hnsw index without order");
	pgstat_count_index_scan(scan->indexRelation);
	HnswReadMeta(scan->indexRelation, &meta);
	state->index = HnswAcquire(scan->indexRelation, &meta);
	memset(&state->index->counters, 0, sizeof(HnswCounters));
	state->class = HnswClassOf(scan->indexRelation);
	state->ef = hnsw_ef_search;
	state->memory = (double) work_mem * 1024 * hnsw_scan_mem_multiplier;
	state->last = -INFINITY;
	memset(&state->batch, 0, sizeof(HnswHeap));
	state->batch_at = 0;
	memset(&state->late, 0, sizeof(state->late));
	ReadQuery(scan, state);
	HnswRankBegin(scan, state, &meta);
	state->recheck = false;
	for (int i = 0; i < scan->numberOfKeys; i++)
		state->recheck |= (scan->keyData[i].sk_flags & SK_SEARCHNOTNULL) != 0;

	HnswWalkInit(&state->walk, state->index, meta.node_count,
				 hnsw_iterative_scan != HNSW_ITERATIVE_OFF);
	if (!HnswKeyOfScan(state->index, scan->keyData, scan->numberOfKeys, &state->key))
	{
		state->stage = HNSW_STAGE_LATE;
		return;
	}
	state->stage = HNSW_STAGE_SWEEP;
	if (state->key == HNSW_KEY_ANY)
		return;
	HnswReadRoot(state->index, NULL, state->key, &state->root);
	if (state->key != HNSW_WHOLE && state->root.count <= SMALL_KEY)
		return;
	state->stage = HNSW_STAGE_WALK;
	state->walk.keys[0] = state->key;
	at.node = state->root.entry;
	if (at.node == HNSW_NONE || at.node >= meta.node_count)
		return;
	HnswDistances(state->index, &state->query, &at, 1);
	HnswWalkDescend(&state->walk, &state->query, &at, HnswLevelOf(at.node), 0);
	HnswWalkEnter(&state->walk, &state->query, at.node, state->ef);
	HnswWalkLevel(&state->walk, &state->query, 0, state->ef);
	HnswSort(&state->walk.found);
	state->batch = state->walk.found;
	memset(&state->walk.found, 0, sizeof(HnswHeap));
}

/*
 * What the walk has seen but not returned is left to the sweep.
 */
static void
BeginSweep(HnswScan *state)
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
 * Offers a node to a pass of the sweep; returns the next one of its key.
 */
static uint32
SweepNode(HnswScan *state, uint32 node, HnswHeap *best, int most)
{
	HnswCandidate item = {0, node};
	HnswNode	copy;

	CHECK_FOR_INTERRUPTS();
	if (!HnswReadNode(state->index, node, &copy, NULL))
		return HNSW_NONE;
	if (node < state->walk.limit && !HnswVisited(&state->walk, node) &&
		copy.state == HNSW_LIVE)
	{
		HnswDistances(state->index, &state->query, &item, 1);
		state->index->counters.swept++;
		HnswOffer(best, item, most);
	}
	return copy.key == state->key ? copy.next : HNSW_NONE;
}

/*
 * The nearest nodes not yet returned, as many as fit the memory. The batch is
 * empty when there are none.
 */
static void
Sweep(HnswScan *state)
{
	HnswIndex  *index = state->index;
	HnswWalk   *walk = &state->walk;
	int			most = Max(SWEEP_LEAST, Min(state->memory / 2, MaxAllocSize) / sizeof(HnswCandidate));
	HnswHeap	best = {0};

	if (state->key == HNSW_WHOLE || state->key == HNSW_KEY_ANY)
	{
		BlockNumber blocks = RelationGetNumberOfBlocks(index->rel);

		for (uint32 node = 0; node < walk->limit; node++)
			if (!HnswVisited(walk, node) &&
				HnswBlockOf(index, node, HnswNodePlace(index, node)) < blocks)
				SweepNode(state, node, &best, most);
	}
	else
	{
		uint32		node = state->root.head;

		while (node != HNSW_NONE)
			node = SweepNode(state, node, &best, most);
	}
	for (int i = 0; i < best.count; i++)
		walk->visited[best.items[i].node / 64] |= UINT64CONST(1) << (best.items[i].node % 64);
	HnswSort(&best);
	state->batch = best;
}

/*
 * Fetches candidates for the next rows; false if there are no more.
 */
static bool
NextBatch(HnswScan *state)
{
	HnswWalk   *walk = &state->walk;

	if (state->batch.items)
		pfree(state->batch.items);
	memset(&state->batch, 0, sizeof(HnswHeap));
	state->batch_at = 0;
	if (hnsw_iterative_scan == HNSW_ITERATIVE_OFF && state->stage == HNSW_STAGE_WALK)
		return false;
	if (state->stage == HNSW_STAGE_WALK)
	{
		Size		used = MemoryContextMemAllocated(state->context, false);
		bool		exhausted = walk->open.count == 0 && walk->rest.count == 0 &&
		walk->evicted.count == 0;

		if (exhausted || walk->touched.count >= hnsw_max_scan_tuples || used > state->memory)
			BeginSweep(state);
		else
		{
			state->ef = Min(2 * state->ef, LARGEST_ROUND);
			HnswWalkAgain(walk, &state->query, state->ef);
			HnswSort(&walk->found);
			state->batch = walk->found;
			memset(&walk->found, 0, sizeof(HnswHeap));
			if (state->batch.count > 0)
				return true;
			BeginSweep(state);
		}
	}
	if (state->stage == HNSW_STAGE_SWEEP)
	{
		Sweep(state);
		return state->batch.count > 0;
	}
	return false;
}

/*
 * The estimated distance from which on candidates are unknown: rows that are
 * nearer by more than an estimate errs can be returned.
 */
static double
Horizon(HnswScan *state)
{
	if (state->batch_at < state->batch.count)
		return HnswLowerBound(state, state->batch.items[state->batch_at].distance);
	if (hnsw_iterative_scan == HNSW_ITERATIVE_OFF || state->batch.count == 0)
		return INFINITY;
	/* The next round begins about where this one ends */
	return HnswLowerBound(state, state->batch.items[state->batch.count - 1].distance);
}

static bool
Return(IndexScanDesc scan, HnswScan *state, ItemPointer tid)
{
	state->index->counters.returned++;
	hnsw_last_counters = state->index->counters;
	scan->xs_heaptid = *tid;
	scan->xs_recheck = state->recheck;
	scan->xs_recheckorderby = false;
	return true;
}

bool
HnswGetTuple(IndexScanDesc scan, ScanDirection direction)
{
	HnswScan   *state = scan->opaque;
	MemoryContext old = MemoryContextSwitchTo(state->context);
	bool		more = true;
	HnswRanked	row;

	if (state->stage == HNSW_STAGE_BEGIN)
		Begin(scan, state);
	while (state->stage != HNSW_STAGE_LATE)
	{
		CHECK_FOR_INTERRUPTS();
		if (HnswRankedBefore(state, more ? Horizon(state) : INFINITY, &row))
		{
			if (hnsw_iterative_scan == HNSW_ITERATIVE_STRICT && row.distance < state->last)
			{
				HnswAddLate(state, &row);
				continue;
			}
			state->last = Max(state->last, row.distance);
			MemoryContextSwitchTo(old);
			return Return(scan, state, &row.tid);
		}
		if (state->batch_at < state->batch.count)
			HnswRank(scan, state, state->batch.items[state->batch_at++].node);
		else if (!more)
			state->stage = HNSW_STAGE_LATE;
		else
			more = NextBatch(state);
	}
	MemoryContextSwitchTo(old);
	if (HnswNextLate(state, &row))
		return Return(scan, state, &row.tid);
	hnsw_last_counters = state->index->counters;
	return false;
}
