/*-------------------------------------------------------------------------
 *
 * rank.c
 *	  True distances: the vectors of candidates are read from the heap, and rows
 *	  leave in that order as soon as no candidate can come before them.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "access/tableam.h"
#include "catalog/index.h"
#include "executor/executor.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "hnsw/key.h"
#include "hnsw/scan.h"

/* Standard deviations of the error that an estimate is trusted within */
#define TRUSTED_DEVIATIONS	3.0

/* Error of the query's own numbers at up to 4 bits, as a fraction of its length */
#define QUERY_BYTE_ERROR	0.008

/* Rounding of a sparse vector's elements in its code, as a fraction */
#define HALF_ERROR	(1.0 / 2048)

/* Rounding of an estimate that is otherwise exact */
#define FLOAT_ERROR	1e-6

void
HnswRankBegin(IndexScanDesc scan, HnswScan *state, const HnswMeta *meta)
{
	Relation	heap = scan->heapRelation;
	double		error = meta->code_error;

	state->query_norm = state->class->type->length(meta->dimensions, state->given);
	state->largest_norm = meta->largest_norm;
	if (meta->form == HNSW_FLOATS && meta->code_bits != 8)
		error = sqrt(error * error + QUERY_BYTE_ERROR * QUERY_BYTE_ERROR);
	/* Errors of rotated codes point anywhere: RaBitQ, theorem 3.2 */
	state->margin = TRUSTED_DEVIATIONS * error / sqrt(meta->dimensions);
	if (meta->metric == HNSW_L1)
		/* even errors of half a step, of random sign */
		state->margin = TRUSTED_DEVIATIONS * sqrt(meta->dimensions / 12.0);
	if (meta->form == HNSW_SPARSE)
		/* what is left out may all lie in the direction of the query */
		state->margin = meta->metric == HNSW_L1 ? 1 : error + HALF_ERROR;

	state->fetch = table_index_fetch_begin(heap);
	state->slot = table_slot_create(heap, NULL);
	state->info = BuildIndexInfo(scan->indexRelation);
	state->estate = NULL;
	if (state->info->ii_Expressions != NIL)
	{
		state->estate = CreateExecutorState();
		GetPerTupleExprContext(state->estate)->ecxt_scantuple = state->slot;
	}
	memset(&state->ranked, 0, sizeof(HnswRankedHeap));
	memset(&state->late, 0, sizeof(HnswRankedHeap));
}

void
HnswRankEnd(HnswScan *state)
{
	if (state->fetch)
		table_index_fetch_end(state->fetch);
	if (state->slot)
		ExecDropSingleTupleTableSlot(state->slot);
	if (state->estate)
		FreeExecutorState(state->estate);
	state->fetch = NULL;
	state->slot = NULL;
	state->estate = NULL;
}

/*
 * The least distance that a candidate with this estimate has.
 */
double
HnswLowerBound(HnswScan *state, double estimate)
{
	double		product = state->margin * state->query_norm;

	switch (state->index->metric)
	{
		case HNSW_L2:
			/* |x| <= |q| + |x - q| */
			return estimate - 2 * product * Min(state->largest_norm,
												state->query_norm + sqrt(Max(estimate, 0)));
		case HNSW_INNER_PRODUCT:
			return estimate - product * state->largest_norm;
		case HNSW_COSINE:
			return estimate - state->margin;
		case HNSW_L1:
			return estimate - state->margin * state->largest_norm;
		case HNSW_HAMMING:
		case HNSW_JACCARD:
			return estimate - FLOAT_ERROR;
	}
	pg_unreachable();
}

static inline bool
Nearer(const HnswRanked *a, const HnswRanked *b)
{
	if (a->distance != b->distance)
		return a->distance < b->distance;
	return ItemPointerCompare((ItemPointer) &a->tid, (ItemPointer) &b->tid) < 0;
}

static void
AppendRow(HnswRankedHeap *heap, const HnswRanked *row)
{
	if (heap->count == heap->room)
	{
		heap->room = Max(64, heap->room * 2);
		heap->items = heap->items == NULL
			? palloc(heap->room * sizeof(HnswRanked))
			: repalloc_huge(heap->items, mul_size(heap->room, sizeof(HnswRanked)));
	}
	heap->items[heap->count++] = *row;
}

static void
AddRanked(HnswScan *state, const HnswRanked *row)
{
	HnswRankedHeap *heap = &state->ranked;
	int			at = heap->count;

	AppendRow(heap, row);
	while (at > 0 && Nearer(row, &heap->items[(at - 1) / 2]))
	{
		heap->items[at] = heap->items[(at - 1) / 2];
		at = (at - 1) / 2;
	}
	heap->items[at] = *row;
}

/*
 * The nearest measured row, if it is within the horizon.
 */
bool
HnswRankedBefore(HnswScan *state, double horizon, HnswRanked *row)
{
	HnswRankedHeap *heap = &state->ranked;
	HnswRanked	last;
	int			at = 0;

	if (heap->count == 0 || heap->items[0].distance > horizon)
		return false;
	*row = heap->items[0];
	last = heap->items[--heap->count];
	for (;;)
	{
		int			child = 2 * at + 1;

		if (child >= heap->count)
			break;
		if (child + 1 < heap->count && Nearer(&heap->items[child + 1], &heap->items[child]))
			child++;
		if (!Nearer(&heap->items[child], &last))
			break;
		heap->items[at] = heap->items[child];
		at = child;
	}
	heap->items[at] = last;
	return true;
}

void
HnswAddLate(HnswScan *state, const HnswRanked *row)
{
	AppendRow(&state->late, row);
}

static int
CompareRanked(const void *a, const void *b)
{
	return Nearer(a, b) ? -1 : Nearer(b, a);
}

bool
HnswNextLate(HnswScan *state, HnswRanked *row)
{
	HnswRankedHeap *late = &state->late;

	if (late->at == 0 && late->count > 1)
		qsort(late->items, late->count, sizeof(HnswRanked), CompareRanked);
	if (late->at == late->count)
		return false;
	*row = late->items[late->at++];
	return true;
}

/*
 * The indexed value of the row in the slot.
 */
static Datum
IndexedValue(IndexScanDesc scan, HnswScan *state, bool *isnull)
{
	int			column = HnswVectorColumn(scan->indexRelation) - 1;
	Datum		values[INDEX_MAX_KEYS];
	bool		nulls[INDEX_MAX_KEYS];

	if (state->estate == NULL)
		return slot_getattr(state->slot, state->info->ii_IndexAttrNumbers[column], isnull);
	ResetPerTupleExprContext(state->estate);
	FormIndexDatum(state->info, state->slot, state->estate, values, nulls);
	*isnull = nulls[column];
	return values[column];
}

/*
 * Measures the row of one node, if this scan may see it.
 */
static void
RankRow(IndexScanDesc scan, HnswScan *state, ItemPointer tid)
{
	HnswRanked	row = {.tid = *tid};
	bool		again = false;
	bool		isnull;
	Datum		value;
	int			dim;
	void	   *copy;
	const void *x;

	ItemPointerData at = *tid;

	state->index->counters.ranked++;
	if (!table_index_fetch_tuple(state->fetch, &at, scan->xs_snapshot, state->slot, &again, NULL))
		return;
	value = IndexedValue(scan, state, &isnull);
	if (isnull)
		return;
	x = state->class->type->read(value, &dim, &copy);
	/* A number used again leads to another row, never of other dimensions */
	if (dim == state->index->codec.dim)
	{
		row.distance = state->class->type->distance(state->index->metric, dim, x, state->given);
		if (isnan(row.distance))
			row.distance = INFINITY;
		AddRanked(state, &row);
	}
	if (copy)
		pfree(copy);
	ExecClearTuple(state->slot);
}

/*
 * Measures a node, and on the walk those with the same code.
 */
void
HnswRank(IndexScanDesc scan, HnswScan *state, uint32 node)
{
	HnswNode	copy;
	bool		first = true;

	while (node < state->walk.limit)
	{
		uint64		bit = UINT64CONST(1) << (node % 64);
		uint64	   *word = &state->walk.visited[node / 64];

		if (!first && (*word & bit))
			return;
		*word |= bit;
		if (!HnswReadNode(state->index, node, &copy, NULL) ||
			(!state->keys.every &&
			 !HnswHasKey(state->keys.keys, state->keys.count, copy.key)))
			return;
		if (copy.state == HNSW_LIVE)
			RankRow(scan, state, &copy.tid);
		else if (copy.state != HNSW_DEAD)
			return;
		if (state->stage == HNSW_STAGE_SWEEP)
			return;
		node = copy.twin;
		first = false;
	}
}
