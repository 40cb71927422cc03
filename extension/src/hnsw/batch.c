/*-------------------------------------------------------------------------
 *
 * batch.c
 *	  Rows of a build that no longer fits memory, inserted near ones together.
 *
 * An insert reads some hundred codes around its place. Rows in the order of the
 * table have places all over the file, and each reads pages that are not in a
 * buffer. So rows wait in the memory that the graph has left, until that is full,
 * and are inserted in the order of their places: the nearest node on each upper
 * level, the highest first. The nodes of such a run get numbers in a row, too, so
 * that later inserts and searches find them on few pages. The rows that came into
 * memory first, in the order of the table, keep the parts of the graph together.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "hnsw/build.h"
#include "hnsw/key.h"
#include "hnsw/root.h"

/* Upper levels by which rows are sorted */
#define PLACE_LEVELS	4

/* Rows to begin with */
#define BATCH_ROOM	1024

struct HnswBatchRow
{
	uint32		key;
	uint32		place[PLACE_LEVELS];	/* nearest node, highest level first */
	ItemPointerData tid;
	Datum		value;			/* a copy */
};

/*
 * The way down to level 1, from where the key's graph begins.
 */
static void
FindPlace(HnswInserter *inserter, const HnswClass *class, Datum value, HnswBatchRow *row)
{
	HnswIndex  *index = inserter->index;
	HnswWalk   *walk = &inserter->walk;
	HnswCodeNote note;
	HnswRoot	root;
	HnswCandidate at;
	int			dim;
	void	   *copy;
	const void *x = class->type->read(value, &dim, &copy);

	memset(row->place, 0, sizeof(row->place));
	HnswReadRoot(index, NULL, row->key, &root);
	if (dim == index->codec.dim && root.entry < walk->limit &&
		class->type->encode(&index->codec, x, inserter->code, inserter->work, &note))
	{
		class->type->query(&index->codec, x, &inserter->query);
		walk->keys = &row->key;
		walk->key_count = 1;
		at.node = root.entry;
		HnswDistances(index, &inserter->query, &at, 1);
		for (int level = HnswLevelOf(root.entry); level > 0; level--)
		{
			HnswWalkDescend(walk, &inserter->query, &at, level, level - 1);
			if (level <= PLACE_LEVELS)
				row->place[PLACE_LEVELS - level] = at.node;
		}
	}
	if (copy)
		pfree(copy);
}

/*
 * Adds a row to those that wait; the caller's context is reset for each row.
 */
void
HnswBatchAdd(HnswBuildState *build, Datum value, ItemPointer tid, uint32 key)
{
	HnswBatch  *batch = &build->batch;
	HnswBatchRow *row;
	MemoryContext old;

	if (batch->count == 0)
	{
		HnswMeta	meta;

		HnswReadMeta(build->rel, &meta);
		HnswWalkGrow(&build->inserter.walk, meta.node_count);
		batch->room = BATCH_ROOM;
		batch->rows = MemoryContextAlloc(batch->context, batch->room * sizeof(HnswBatchRow));
	}
	if (batch->count == batch->room)
	{
		batch->room *= 2;
		batch->rows = repalloc_huge(batch->rows, mul_size(batch->room, sizeof(HnswBatchRow)));
	}
	row = &batch->rows[batch->count++];
	row->key = key;
	row->tid = *tid;
	FindPlace(&build->inserter, build->class, value, row);
	old = MemoryContextSwitchTo(batch->context);
	row->value = PointerGetDatum(PG_DETOAST_DATUM_COPY(value));
	MemoryContextSwitchTo(old);
	if (MemoryContextMemAllocated(batch->context, true) > batch->memory)
		HnswBatchInsert(build);
}

static int
CompareRows(const void *a, const void *b)
{
	const HnswBatchRow *x = a;
	const HnswBatchRow *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	for (int i = 0; i < PLACE_LEVELS; i++)
		if (x->place[i] != y->place[i])
			return x->place[i] < y->place[i] ? -1 : 1;
	return ItemPointerCompare((ItemPointer) &x->tid, (ItemPointer) &y->tid);
}

/*
 * Inserts the rows that wait.
 */
void
HnswBatchInsert(HnswBuildState *build)
{
	HnswBatch  *batch = &build->batch;
	MemoryContext old;

	if (batch->count == 0)
		return;
	qsort(batch->rows, batch->count, sizeof(HnswBatchRow), CompareRows);
	old = MemoryContextSwitchTo(build->row);
	for (int64 i = 0; i < batch->count; i++)
	{
		HnswBatchRow *row = &batch->rows[i];

		CHECK_FOR_INTERRUPTS();
		HnswBuildInsert(build, row->value, &row->tid, row->key, NULL);
		MemoryContextReset(build->row);
	}
	MemoryContextSwitchTo(old);
	batch->count = 0;
	MemoryContextReset(batch->context);
}
