/*-------------------------------------------------------------------------
 *
 * scan.c
 *	  Rows in the order of their distance.
 *
 * A scan goes through these stages; it moves on as long as rows are asked for,
 * so a filter above it never ends with fewer rows than there are:
 *
 *	walk	rounds over the graph, each asking for more nodes, of which the nearest
 *			ones are returned (rounds.c)
 *	sweep	all nodes not yet returned, by their codes: begun when the walk has
 *			seen hnsw.max_scan_tuples nodes or a part of all, needs too much memory,
 *			or is at an end (sweep.c)
 *	late	rows found too late for their place (strict order)
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "access/genam.h"
#include "access/relscan.h"
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
	else if (state->keys.every || ReadRoots(state) <= HNSW_SMALL_KEY || scan->numberOfOrderBys == 0)
		state->stage = HNSW_STAGE_SWEEP;
	else
	{
		state->stage = HNSW_STAGE_WALK;
		state->walk.keys = state->keys.keys;
		state->walk.key_count = state->keys.count;
		HnswFirstRound(state);
	}
}

/*
 * Fetches candidates for the next rows; false if there are no more.
 */
static bool
NextBatch(HnswScan *state)
{
	if (state->batch.items)
		pfree(state->batch.items);
	memset(&state->batch, 0, sizeof(HnswHeap));
	state->batch_at = 0;
	if (state->stage == HNSW_STAGE_WALK)
	{
		if (hnsw_iterative_scan == HNSW_ITERATIVE_OFF)
			return false;
		if (HnswNextRound(state))
			return true;
		HnswSweepBegin(state);
	}
	if (state->stage == HNSW_STAGE_SWEEP)
		HnswSweepNext(state);
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
