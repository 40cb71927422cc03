/*-------------------------------------------------------------------------
 *
 * scan.c
 *	  Rows in the order of their distance.
 *
 * A scan goes through these stages; it moves on as long as rows are asked for,
 * so a filter above it never ends with fewer rows than there are:
 *
 *	walk	rounds over the graph, each asking for more nodes, of which the nearest
 *			ones are returned
 *	sweep	all nodes not yet returned, by their codes: begun when the walk has
 *			seen hnsw.max_scan_tuples nodes or a part of all, needs too much memory,
 *			or is at an end
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
#include "hnsw/range.h"
#include "hnsw/root.h"
#include "hnsw/scan.h"

/* Fewest nodes that one pass of a sweep puts in order */
#define SWEEP_LEAST	1024

/* Nodes of a key whose codes are asked for together */
#define CHAIN_PART	32

/* Nodes that a sweep puts in order at a time */
#define SWEEP_PART	256

/* Nodes of a key up to which all are compared: exact, and no slower */
#define SMALL_KEY	2000

/* A walk of the whole graph looks for so many times hnsw.ef_search: it goes by
 * codes, and a setting shall find what it finds in pgvector, which walks by
 * whole vectors and keeps more links (bench/hnsw.py) */
#define PLAIN_EFFORT	1.5

/* A key's graph is walked with so many times hnsw.ef_search: its nodes share
 * what others have in common with the query, and so are harder to tell apart */
#define KEY_EFFORT	3

/* One of so many nodes that a round finds is near enough to be returned: what is
 * missed then is lost in strict order. A scan that goes on has a filter, which
 * makes up for few rows a round */
#define FIRST_PART	2			/* of a scan that may have no filter */
#define LATER_PART	8
#define LAST_PART	16			/* from the third round on */
#define RANGE_PART	4			/* of a scan that ends at a distance */

/* So many nodes of the first round never wait, unless there is a filter: whoever
 * sets hnsw.ef_search so low wants few rows soon */
#define FIRST_LEAST	20

/* A scan that is known to have a filter begins with so many times hnsw.ef_search.
 * This and the numbers below were chosen by one half of the questions of
 * bench/hnsw_filter.py, and reported for the other half */
#define FILTER_EFFORT	6

/* The second round looks for so many times as many nodes as the first one, later
 * ones for twice as many as the round before */
#define SECOND_EFFORT	8
#define SECOND_EFFORT_FILTERED	4

/* Once a walk has seen one of so many nodes, comparing them all in the order of
 * the file costs about as much as the next rounds, and misses nothing */
#define SWEEP_SHARE	6

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
	HnswCodec  *codec = &state->index->codec;
	const HnswType *type = state->class->type;
	Datum		value;
	bool		isnull;
	int			dim;
	void	   *copy;

	if (scan->numberOfOrderBys > 0)
	{
		value = scan->orderByData[0].sk_argument;
		isnull = (scan->orderByData[0].sk_flags & SK_ISNULL) != 0;
	}
	else if (!HnswRangeCenter(scan, &value, &isnull))
		elog(ERROR, "cannot scan hnsw index without order");
	if (isnull)
		state->given = type->zeros(codec->dim);
	else
	{
		/* A copy, which lives as long as the scan */
		value = PointerGetDatum(PG_DETOAST_DATUM_COPY(value));
		state->given = type->read(value, &dim, &copy);
		if (dim != codec->dim)
			ereport(ERROR,
					(errcode(ERRCODE_DATA_EXCEPTION),
					 errmsg(type->different, dim, codec->dim)));
	}
	state->query = HnswMakeQuery(codec);
	/* A vector of zeros has no cosine with any: every order is right */
	if (!type->query(codec, state->given, &state->query))
	{
		state->query.scale = 0;
		state->query.offset = 0;
		state->query.norm = 0;
	}
}

/*
 * Candidates that one pass of a sweep may keep.
 */
static int
SweepRoom(HnswScan *state)
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
static void
SweepChain(HnswScan *state, const HnswRoot *root, HnswHeap *best, int most)
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

static void
MarkVisited(HnswWalk *walk, const HnswHeap *nodes)
{
	for (int i = 0; i < nodes->count; i++)
		walk->visited[nodes->items[i].node / 64] |=
			UINT64CONST(1) << (nodes->items[i].node % 64);
}

/*
 * Of what a round has found, the nearer part can be returned, a few at least; a
 * wider round may find rows between those of the farther part, which waits for it.
 * Where "least" lets all of a first round pass, none of its rows waits.
 */
static void
HoldBack(HnswScan *state, int part, int least)
{
	HnswWalk   *walk = &state->walk;
	HnswHeap   *batch = &state->batch;
	int			kept;

	state->edge = INFINITY;
	if (hnsw_iterative_scan == HNSW_ITERATIVE_OFF || batch->count == 0)
		return;
	kept = batch->count;
	if (walk->open.count > 0 || walk->rest.count > 0)
		kept = Min(kept, Max(kept / part, least));
	for (int i = kept; i < batch->count; i++)
		HnswPush(&walk->evicted, batch->items[i]);
	if (kept < batch->count || least == 1)
		state->edge = batch->items[Min(kept, batch->count - 1)].distance;
	batch->count = kept;
}

/*
 * Reads where the keys' graphs begin; returns how many nodes they have.
 */
static double
ReadRoots(HnswScan *state)
{
	double		nodes = 0;

	state->roots = MemoryContextAllocHuge(CurrentMemoryContext,
										  mul_size(state->keys.count, sizeof(HnswRoot)));
	for (int i = 0; i < state->keys.count; i++)
	{
		HnswReadRoot(state->index, NULL, state->keys.keys[i], &state->roots[i]);
		/* Without key columns nodes are not counted */
		nodes += state->keys.keys[i] == HNSW_WHOLE ? INFINITY : state->roots[i].count;
	}
	return nodes;
}

/*
 * Walks the graph of one key.
 */
static void
WalkRoot(HnswScan *state, const HnswRoot *root)
{
	HnswWalk   *walk = &state->walk;
	HnswCandidate at = {0, root->entry};

	if (at.node >= walk->limit)
		return;
	HnswDistances(state->index, &state->query, &at, 1);
	HnswWalkDescend(walk, &state->query, &at, HnswLevelOf(at.node), 0);
	HnswWalkEnter(walk, &state->query, at.node, state->ef);
	HnswWalkLevel(walk, &state->query, 0, state->ef);
}

/*
 * Moves what was found to the batch.
 */
static void
TakeFound(HnswScan *state, HnswHeap *found)
{
	for (int i = 0; i < found->count; i++)
		HnswPush(&state->batch, found->items[i]);
	found->count = 0;
}

/*
 * The nearest nodes of several keys: each large graph is walked by itself, small
 * ones are compared whole. Nodes beyond the edge of a walk wait, because that walk
 * may find nearer ones in the next round.
 */
static void
WalkRoots(HnswScan *state)
{
	HnswWalk   *walk = &state->walk;
	HnswHeap	small = {0};
	HnswHeap	aside = {0};
	int			most = SweepRoom(state);
	int			kept = 0;

	state->edge = INFINITY;
	for (int i = 0; i < state->keys.count; i++)
	{
		if (state->roots[i].count <= SMALL_KEY)
		{
			SweepChain(state, &state->roots[i], &small, most);
			continue;
		}
		WalkRoot(state, &state->roots[i]);
		if (walk->found.count == state->ef)
			state->edge = Min(state->edge, walk->found.items[0].distance);
		TakeFound(state, &walk->found);
		HnswWalkPause(walk, &aside);
	}
	HnswWalkResume(walk, &aside);
	if (small.count == most)
		state->edge = Min(state->edge, small.items[0].distance);
	MarkVisited(walk, &small);
	TakeFound(state, &small);
	if (!walk->keep)
		state->edge = INFINITY;
	for (int i = 0; i < state->batch.count; i++)
		if (state->batch.items[i].distance <= state->edge)
			state->batch.items[kept++] = state->batch.items[i];
		else
			HnswPush(&walk->evicted, state->batch.items[i]);
	state->batch.count = kept;
	HnswSort(&state->batch);
}

/*
 * The first candidates of a walk.
 */
static void
FirstRound(HnswScan *state)
{
	if (state->keys.count > 1)
	{
		WalkRoots(state);
		return;
	}
	WalkRoot(state, &state->roots[0]);
	HnswSort(&state->walk.found);
	TakeFound(state, &state->walk.found);
	if (state->filtered)
		HoldBack(state, LATER_PART, 1);
	else
		HoldBack(state, FIRST_PART, FIRST_LEAST);
}

/*
 * How many times hnsw.ef_search the first round looks for. Where scans end after
 * it, as pgvector's do, the setting is also the most rows that one returns.
 */
static double
Effort(const HnswScan *state)
{
	bool		has_key = state->keys.keys[0] != HNSW_WHOLE;

	if (has_key || state->filtered)
		return (has_key ? KEY_EFFORT : 1) * (state->filtered ? FILTER_EFFORT : 1);
	return hnsw_iterative_scan == HNSW_ITERATIVE_OFF ? 1 : PLAIN_EFFORT;
}

/*
 * Opens the index and takes the first round.
 */
static void
Begin(IndexScanDesc scan, HnswScan *state)
{
	HnswMeta	meta;

	pgstat_count_index_scan(scan->indexRelation);
	HnswReadMeta(scan->indexRelation, &meta);
	state->index = HnswAcquire(scan->indexRelation, &meta);
	memset(&state->index->counters, 0, sizeof(HnswCounters));
	state->class = HnswClassOf(scan->indexRelation);
	state->ef = hnsw_ef_search;
	state->edge = -INFINITY;
	state->confirmed = false;
	state->widened = false;
	state->swept_all = false;
	state->memory = (double) work_mem * 1024 * hnsw_scan_mem_multiplier;
	state->last = -INFINITY;
	memset(&state->batch, 0, sizeof(HnswHeap));
	state->batch_at = 0;
	memset(&state->swept, 0, sizeof(HnswHeap));
	memset(&state->late, 0, sizeof(state->late));
	ReadQuery(scan, state);
	HnswRankBegin(scan, state, &meta);
	state->recheck = false;
	for (int i = 0; i < scan->numberOfKeys; i++)
		state->recheck |= (scan->keyData[i].sk_flags & SK_SEARCHNOTNULL) != 0;
	state->limit = HnswRangeLimit(scan, state);
	/* A range is a filter, too, which the scan knows */
	state->filtered = state->marked && state->limit == INFINITY &&
		hnsw_iterative_scan != HNSW_ITERATIVE_OFF;

	HnswWalkInit(&state->walk, state->index, meta.node_count,
				 hnsw_iterative_scan != HNSW_ITERATIVE_OFF);
	HnswKeysOfScan(state->index, scan->keyData, scan->numberOfKeys, &state->keys);
	if (!state->keys.every && state->keys.count == 0)
		state->stage = HNSW_STAGE_LATE;
	else if (state->keys.every || ReadRoots(state) <= SMALL_KEY || scan->numberOfOrderBys == 0)
		state->stage = HNSW_STAGE_SWEEP;
	else
	{
		state->stage = HNSW_STAGE_WALK;
		state->walk.keys = state->keys.keys;
		state->walk.key_count = state->keys.count;
		state->ef *= Effort(state);
		FirstRound(state);
	}
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
 * The nearest nodes not yet returned, as many as fit the memory; none when there
 * are no more.
 */
static void
Sweep(HnswScan *state)
{
	HnswHeap   *best = &state->swept;
	int			most = SweepRoom(state);

	if (state->keys.every || state->keys.keys[0] == HNSW_WHOLE)
		SweepPages(state, best, most);
	else
		for (int i = 0; i < state->keys.count; i++)
			SweepChain(state, &state->roots[i], best, most);
	MarkVisited(&state->walk, best);
	state->swept_all = best->count < most;
	state->swept_edge = state->swept_all ? INFINITY : best->items[0].distance;
	HnswTurn(best);
}

/*
 * Moves the nearest of what a pass has found to the batch.
 */
static void
TakeSwept(HnswScan *state)
{
	HnswHeap   *swept = &state->swept;

	while (state->batch.count < SWEEP_PART && swept->count > 0)
		HnswPush(&state->batch, HnswPopNearest(swept));
	state->edge = swept->count > 0 ? swept->items[0].distance : state->swept_edge;
}

/*
 * Is another round of the walk not possible, or not worth while? A scan that ends
 * at a distance ends soon.
 */
static bool
TimeToSweep(HnswScan *state)
{
	HnswWalk   *walk = &state->walk;
	uint32		most = hnsw_max_scan_tuples;

	if (state->limit == INFINITY)
		most = Min(most, walk->limit / SWEEP_SHARE);
	return (walk->open.count == 0 && walk->rest.count == 0 && walk->evicted.count == 0) ||
		walk->touched.count >= most ||
		MemoryContextMemAllocated(state->context, false) > state->memory;
}

/*
 * So many times as many nodes as this round looked for are what the next one does.
 */
static int
Widening(HnswScan *state)
{
	if (state->widened || state->limit != INFINITY)
		return 2;
	return state->filtered ? SECOND_EFFORT_FILTERED : SECOND_EFFORT;
}

/*
 * One of so many nodes that the next round finds is returned: the farther a scan
 * goes, the more rows that pass its filter may lie elsewhere in the graph.
 */
static int
ReturnedPart(HnswScan *state)
{
	if (state->limit != INFINITY)
		return RANGE_PART;
	return state->widened ? LAST_PART : LATER_PART;
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
		if (TimeToSweep(state))
			BeginSweep(state);
		else
		{
			int			part = ReturnedPart(state);

			state->ef = Min(Widening(state) * state->ef, LARGEST_ROUND);
			state->widened = true;
			HnswWalkAgain(walk, &state->query, state->ef);
			HnswSort(&walk->found);
			TakeFound(state, &walk->found);
			HoldBack(state, part, 1);
			if (state->batch.count > 0)
				return true;
			BeginSweep(state);
		}
	}
	if (state->stage == HNSW_STAGE_SWEEP)
	{
		if (state->swept.count == 0 && !state->swept_all)
			Sweep(state);
		TakeSwept(state);
	}
	return state->batch.count > 0;
}

/*
 * The estimated distance from which on candidates are unknown: rows that are
 * nearer by more than an estimate errs can be returned.
 */
static double
Horizon(HnswScan *state)
{
	double		distance = state->edge;

	if (state->batch_at < state->batch.count)
		distance = state->batch.items[state->batch_at].distance;
	return isinf(distance) ? distance : HnswLowerBound(state, distance);
}

/*
 * Is all that may still come beyond the limit?
 */
static bool
PastLimit(HnswScan *state, bool more)
{
	if (state->limit == INFINITY)
		return false;
	return (!more || Horizon(state) > state->limit) &&
		(state->ranked.count == 0 || state->ranked.items[0].distance > state->limit);
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
		if (PastLimit(state, more))
		{
			if (state->stage != HNSW_STAGE_WALK || state->confirmed || !more ||
				state->walk.touched.count >= hnsw_max_scan_tuples)
			{
				state->stage = HNSW_STAGE_LATE;
				break;
			}
			/* A wider round tells whether rows were missed */
			state->confirmed = true;
			more = NextBatch(state);
			continue;
		}
		if (HnswRankedBefore(state, more ? Horizon(state) : INFINITY, &row))
		{
			if (hnsw_iterative_scan == HNSW_ITERATIVE_STRICT && row.distance < state->last)
			{
				if (row.distance <= state->limit)
					HnswAddLate(state, &row);
				continue;
			}
			state->last = Max(state->last, row.distance);
			state->confirmed = false;
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
