/*-------------------------------------------------------------------------
 *
 * scan.c
 *	  Rows of the nearest lists, nearest first.
 *
 * The rows of the probed lists go into a heap of at most work_mem. Should they
 * not fit, the nearest stay, and when those are returned the lists are read again
 * for what comes after them: nothing is lost, and memory does not grow.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "access/relscan.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#include "ivfflat/ivfflat.h"

/* Rows to make room for at first */
#define FIRST_ROOM	1024

typedef struct IvfflatRow
{
	float		distance;
	ItemPointerData tid;
} IvfflatRow;

typedef struct IvfflatScan
{
	MemoryContext context;		/* reset by each rescan */
	bool		begun;
	IvfflatIndex index;
	char	   *query;
	IvfflatProbe *probes;		/* the lists that may be read, nearest first */
	int			probe_count;
	int			from;			/* the lists being read: from .. to - 1 */
	int			to;
	IvfflatRow *rows;			/* a heap */
	int			count;
	int			room;
	int			most;			/* rows that fit work_mem */
	bool		dropped;		/* some did not fit */
	bool		resumed;		/* only rows after the last one count */
	IvfflatRow	last;			/* the latest row returned */
} IvfflatScan;

IndexScanDesc
IvfflatBeginScan(Relation rel, int keys, int orders)
{
	IndexScanDesc scan = RelationGetIndexScan(rel, keys, orders);
	IvfflatScan *state = palloc0(sizeof(IvfflatScan));

	state->context = AllocSetContextCreate(CurrentMemoryContext, "ivfflat scan",
										   ALLOCSET_DEFAULT_SIZES);
	scan->opaque = state;
	return scan;
}

void
IvfflatRescan(IndexScanDesc scan, ScanKey keys, int nkeys, ScanKey orders, int norders)
{
	IvfflatScan *state = scan->opaque;
	MemoryContext context = state->context;

	if (keys && scan->numberOfKeys > 0)
		memmove(scan->keyData, keys, scan->numberOfKeys * sizeof(ScanKeyData));
	if (orders && scan->numberOfOrderBys > 0)
		memmove(scan->orderByData, orders, scan->numberOfOrderBys * sizeof(ScanKeyData));
	MemoryContextReset(context);
	memset(state, 0, sizeof(IvfflatScan));
	state->context = context;
}

void
IvfflatEndScan(IndexScanDesc scan)
{
	IvfflatScan *state = scan->opaque;

	MemoryContextDelete(state->context);
	pfree(state);
}

static inline bool
Nearer(const IvfflatRow *a, const IvfflatRow *b)
{
	if (a->distance != b->distance)
		return a->distance < b->distance;
	return ItemPointerCompare((ItemPointer) &a->tid, (ItemPointer) &b->tid) < 0;
}

/*
 * Puts a row in its place from "at" downwards; the top is the nearest, or the
 * farthest.
 */
static void
SiftDown(IvfflatScan *state, int at, bool farthest)
{
	IvfflatRow	row = state->rows[at];

	for (;;)
	{
		int			child = 2 * at + 1;
		IvfflatRow *rows = state->rows;

		if (child >= state->count)
			break;
		if (child + 1 < state->count &&
			Nearer(&rows[child + 1], &rows[child]) != farthest)
			child++;
		if (Nearer(&rows[child], &row) == farthest)
			break;
		rows[at] = rows[child];
		at = child;
	}
	state->rows[at] = row;
}

static void
MakeHeap(IvfflatScan *state, bool farthest)
{
	for (int at = state->count / 2 - 1; at >= 0; at--)
		SiftDown(state, at, farthest);
}

static void
AddRow(IvfflatScan *state, const IvfflatRow *row)
{
	if (state->resumed && !Nearer(&state->last, row))
		return;
	if (state->count == state->most)
	{
		if (!state->dropped)
			MakeHeap(state, true);
		state->dropped = true;
		if (Nearer(row, &state->rows[0]))
		{
			state->rows[0] = *row;
			SiftDown(state, 0, true);
		}
		return;
	}
	if (state->count == state->room)
	{
		state->room = Min(state->room * 2, state->most);
		state->rows = repalloc_huge(state->rows, mul_size(state->room, sizeof(IvfflatRow)));
	}
	state->rows[state->count++] = *row;
}

/*
 * Rows of one page; returns the next one of the list.
 */
static BlockNumber
ReadPage(IvfflatScan *state, BlockNumber block)
{
	IvfflatIndex *index = &state->index;
	Buffer		buffer = ReadBuffer(index->rel, block);
	Page		page = BufferGetPage(buffer);
	BlockNumber next;

	LockBuffer(buffer, BUFFER_LOCK_SHARE);
	for (int i = 0; i < IvfflatOpaque(page)->count; i++)
	{
		IvfflatEntry *entry = IvfflatEntryOn(index, page, i);
		IvfflatRow	row = {.tid = entry->tid};

		row.distance = index->class->distance(index->dim, state->query, entry->value);
		/* Overflow of float arithmetic, and no direction: last of all */
		if (isnan(row.distance))
			row.distance = INFINITY;
		AddRow(state, &row);
	}
	next = IvfflatOpaque(page)->next;
	UnlockReleaseBuffer(buffer);
	return next;
}

/*
 * Reads the lists from .. to - 1 into the heap.
 */
static void
ReadLists(IvfflatScan *state)
{
	state->count = 0;
	state->dropped = false;
	for (int i = state->from; i < state->to; i++)
	{
		BlockNumber block = state->probes[i].first;

		while (block != InvalidBlockNumber)
		{
			CHECK_FOR_INTERRUPTS();
			block = ReadPage(state, block);
		}
	}
	MakeHeap(state, false);
}

static int
CompareProbes(const void *a, const void *b)
{
	const IvfflatProbe *x = a;
	const IvfflatProbe *y = b;

	if (x->distance != y->distance)
		return x->distance < y->distance ? -1 : 1;
	return x->list - y->list;
}

/*
 * The query; one that is NULL is as far from every row.
 */
static void
ReadQuery(IndexScanDesc scan, IvfflatScan *state)
{
	ScanKey		key = &scan->orderByData[0];
	IvfflatIndex *index = &state->index;
	const IvfflatElement *element = index->class->element;
	int			dim;
	void	   *copy;

	state->query = palloc0(index->value_size);
	if (key->sk_flags & SK_ISNULL)
		return;
	element->read(key->sk_argument, &dim, &copy);
	if (dim != index->dim)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("different %s %d and %d", element->measure, index->dim, dim)));
	/* Without length it stays zero: as far from every row */
	if (!IvfflatStore(index, key->sk_argument, state->query))
		memset(state->query, 0, index->value_size);
	if (copy)
		pfree(copy);
}

static void
Begin(IndexScanDesc scan, IvfflatScan *state)
{
	IvfflatMeta meta;
	IvfflatIndex *index = &state->index;

	if (scan->numberOfOrderBys == 0)
		elog(ERROR, "cannot scan ivfflat index without order");
	pgstat_count_index_scan(scan->indexRelation);
	IvfflatReadMeta(scan->indexRelation, &meta);
	IvfflatOpen(scan->indexRelation, &meta, index);
	ReadQuery(scan, state);
	state->probes = palloc(sizeof(IvfflatProbe) * index->lists);
	IvfflatCompareCenters(index, state->query, state->probes);
	qsort(state->probes, index->lists, sizeof(IvfflatProbe), CompareProbes);
	state->probe_count = ivfflat_probes;
	if (ivfflat_iterative_scan != IVFFLAT_ITERATIVE_OFF)
		state->probe_count = Max(ivfflat_probes, ivfflat_max_probes);
	state->probe_count = Min(state->probe_count, index->lists);
	state->most = Min((Size) work_mem * 1024 / sizeof(IvfflatRow), INT_MAX / 2);
	state->room = Min(FIRST_ROOM, state->most);
	state->rows = palloc(sizeof(IvfflatRow) * state->room);
	state->to = Min(ivfflat_probes, state->probe_count);
	ReadLists(state);
	state->begun = true;
}

/*
 * More rows: those that did not fit, then those of the next lists. False if there
 * are none.
 */
static bool
NextRows(IvfflatScan *state)
{
	while (state->count == 0)
	{
		state->resumed = state->dropped;
		if (!state->dropped)
		{
			if (state->to >= state->probe_count)
				return false;
			state->from = state->to;
			state->to = Min(state->to + ivfflat_probes, state->probe_count);
		}
		ReadLists(state);
	}
	return true;
}

bool
IvfflatGetTuple(IndexScanDesc scan, ScanDirection direction)
{
	IvfflatScan *state = scan->opaque;
	MemoryContext old = MemoryContextSwitchTo(state->context);
	bool		found;

	if (!state->begun)
		Begin(scan, state);
	found = NextRows(state);
	if (found)
	{
		state->last = state->rows[0];
		state->rows[0] = state->rows[--state->count];
		if (state->count > 0)
			SiftDown(state, 0, false);
		scan->xs_heaptid = state->last.tid;
		scan->xs_recheck = false;
		scan->xs_recheckorderby = false;
	}
	MemoryContextSwitchTo(old);
	return found;
}
