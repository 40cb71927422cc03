/*-------------------------------------------------------------------------
 *
 * build.c
 *	  CREATE INDEX: centers, then every row sorted by its list, then the pages of
 *	  one list after the other.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/tableam.h"
#include "access/xloginsert.h"
#include "catalog/index.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_type.h"
#include "commands/progress.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "utils/backend_progress.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#include "ivfflat/build.h"

/* Columns of what is sorted */
#define COLUMN_LIST	1
#define COLUMN_ENTRY	2
#define COLUMNS	2

/*
 * A new page at the end of the file, locked.
 */
static Buffer
NewPage(Relation rel, ForkNumber fork)
{
	Buffer		buffer = ReadBufferExtended(rel, fork, P_NEW, RBM_NORMAL, NULL);

	LockBuffer(buffer, BUFFER_LOCK_EXCLUSIVE);
	IvfflatInitPage(BufferGetPage(buffer));
	MarkBufferDirty(buffer);
	return buffer;
}

/*
 * Meta page and list pages.
 */
static void
WriteLists(IvfflatBuildState *build, ForkNumber fork)
{
	IvfflatIndex *index = &build->index;
	Buffer		buffer = NewPage(index->rel, fork);

	IvfflatFillMetaPage(BufferGetPage(buffer), &build->meta);
	for (int list = 0; list < index->lists; list++)
	{
		IvfflatList *stored;
		Page		page;

		if (list % index->lists_per_page == 0)
		{
			UnlockReleaseBuffer(buffer);
			CHECK_FOR_INTERRUPTS();
			buffer = NewPage(index->rel, fork);
		}
		page = BufferGetPage(buffer);
		stored = IvfflatListOn(index, page, list);
		stored->first = InvalidBlockNumber;
		stored->insert = InvalidBlockNumber;
		memcpy(stored->center, build->centers + list * index->value_size, index->value_size);
		IvfflatOpaque(page)->count++;
		((PageHeader) page)->pd_lower = (char *) stored + index->list_size - (char *) page;
	}
	UnlockReleaseBuffer(buffer);
}

static int
NearestList(IvfflatBuildState *build, const void *value)
{
	IvfflatIndex *index = &build->index;
	int			nearest = 0;
	float		least = 0;

	for (int list = 0; list < index->lists; list++)
	{
		float		distance = index->class->distance(index->dim, value, build->centers +
													  list * index->value_size);

		if (list == 0 || distance < least)
		{
			least = distance;
			nearest = list;
		}
	}
	return nearest;
}

/*
 * Puts a row into the sort, by its list.
 */
void
IvfflatAssignRow(Relation rel, ItemPointer tid, Datum *values, bool *isnull, bool alive,
				 void *state)
{
	IvfflatBuildState *build = state;
	IvfflatEntry *entry = (IvfflatEntry *) VARDATA(build->entry);
	MemoryContext old = MemoryContextSwitchTo(build->row);

	CHECK_FOR_INTERRUPTS();
	if (!isnull[0] &&
		IvfflatStore(&build->index, values[0], entry->value))
	{
		entry->tid = *tid;
		ExecClearTuple(build->slot);
		build->slot->tts_values[COLUMN_LIST - 1] =
			Int32GetDatum(NearestList(build, entry->value));
		build->slot->tts_values[COLUMN_ENTRY - 1] = PointerGetDatum(build->entry);
		ExecStoreVirtualTuple(build->slot);
		tuplesort_puttupleslot(build->sort, build->slot);
		build->tuples++;
	}
	MemoryContextSwitchTo(old);
	MemoryContextReset(build->row);
}

void
IvfflatBuildBegin(IvfflatBuildState *build)
{
	build->row = AllocSetContextCreate(CurrentMemoryContext, "ivfflat build row",
									   ALLOCSET_DEFAULT_SIZES);
	build->entry = palloc0(VARHDRSZ + build->index.entry_size);
	SET_VARSIZE(build->entry, VARHDRSZ + build->index.entry_size);
}

/*
 * memory: kilobytes; coordinate: NULL if this process sorts alone.
 */
void
IvfflatBeginSort(IvfflatBuildState *build, int memory, SortCoordinate coordinate)
{
	TupleDesc	descriptor = CreateTemplateTupleDesc(COLUMNS);
	AttrNumber	column = COLUMN_LIST;
	Oid			less = Int4LessOperator;
	Oid			collation = InvalidOid;
	bool		nulls_first = false;

	TupleDescInitEntry(descriptor, COLUMN_LIST, "list", INT4OID, -1, 0);
	TupleDescInitEntry(descriptor, COLUMN_ENTRY, "entry", BYTEAOID, -1, 0);
	build->slot = MakeSingleTupleTableSlot(descriptor, &TTSOpsVirtual);
	memset(build->slot->tts_isnull, 0, COLUMNS * sizeof(bool));
	build->sort = tuplesort_begin_heap(descriptor, 1, &column, &less, &collation, &nulls_first,
									   memory, coordinate, TUPLESORT_NONE);
}

/*
 * The first page of a list, or one more.
 */
static void
NextPage(IvfflatBuildState *build, int list, bool first)
{
	IvfflatIndex *index = &build->index;
	Buffer		buffer = NewPage(index->rel, MAIN_FORKNUM);
	BlockNumber block = BufferGetBlockNumber(buffer);
	Page		list_page;
	IvfflatList *stored;

	if (first)
	{
		if (BufferIsValid(build->list_buffer))
			ReleaseBuffer(build->list_buffer);
		build->list_buffer = ReadBuffer(index->rel, IvfflatListBlock(index, list));
	}
	if (BufferIsValid(build->buffer))
	{
		if (!first)
			IvfflatOpaque(BufferGetPage(build->buffer))->next = block;
		UnlockReleaseBuffer(build->buffer);
	}
	LockBuffer(build->list_buffer, BUFFER_LOCK_EXCLUSIVE);
	list_page = BufferGetPage(build->list_buffer);
	stored = IvfflatListOn(index, list_page, list);
	if (first)
		stored->first = block;
	stored->insert = block;
	MarkBufferDirty(build->list_buffer);
	LockBuffer(build->list_buffer, BUFFER_LOCK_UNLOCK);
	build->buffer = buffer;
}

static void
WriteEntries(IvfflatBuildState *build)
{
	IvfflatIndex *index = &build->index;
	TupleTableSlot *sorted = MakeSingleTupleTableSlot(build->slot->tts_tupleDescriptor,
													  &TTSOpsMinimalTuple);
	int			current = -1;
	int64		done = 0;

	while (tuplesort_gettupleslot(build->sort, true, false, sorted, NULL))
	{
		bool		isnull;
		int			list = DatumGetInt32(slot_getattr(sorted, COLUMN_LIST, &isnull));
		bytea	   *entry = DatumGetByteaPP(slot_getattr(sorted, COLUMN_ENTRY, &isnull));

		CHECK_FOR_INTERRUPTS();
		if (list != current ||
			IvfflatOpaque(BufferGetPage(build->buffer))->count == index->entries_per_page)
			NextPage(build, list, list != current);
		current = list;
		IvfflatAddEntry(index, BufferGetPage(build->buffer),
						(IvfflatEntry *) VARDATA_ANY(entry));
		pgstat_progress_update_param(PROGRESS_CREATEIDX_TUPLES_DONE, ++done);
	}
	if (BufferIsValid(build->list_buffer))
		ReleaseBuffer(build->list_buffer);
	if (BufferIsValid(build->buffer))
		UnlockReleaseBuffer(build->buffer);
	ExecDropSingleTupleTableSlot(sorted);
}

static void
LogPages(Relation rel, ForkNumber fork)
{
	if (RelationNeedsWAL(rel) || fork == INIT_FORKNUM)
		log_newpage_range(rel, fork, 0, RelationGetNumberOfBlocksInFork(rel, fork), true);
}

IndexBuildResult *
IvfflatBuild(Relation heap, Relation rel, IndexInfo *info)
{
	IvfflatBuildState *build = palloc0(sizeof(IvfflatBuildState));
	IndexBuildResult *result = palloc(sizeof(IndexBuildResult));

	IvfflatMakeMeta(rel, &build->meta);
	IvfflatOpen(rel, &build->meta, &build->index);
	IvfflatBuildBegin(build);
	build->centers = IvfflatFindCenters(&build->index, heap, info);
	WriteLists(build, MAIN_FORKNUM);

	pgstat_progress_update_param(PROGRESS_CREATEIDX_SUBPHASE, IVFFLAT_PHASE_ASSIGN);
	if (!IvfflatSortParallel(build, heap, info, &result->heap_tuples))
	{
		IvfflatBeginSort(build, maintenance_work_mem, NULL);
		result->heap_tuples = table_index_build_scan(heap, rel, info, true, true,
													 IvfflatAssignRow, build, NULL);
		tuplesort_performsort(build->sort);
	}
	pgstat_progress_update_param(PROGRESS_CREATEIDX_SUBPHASE, IVFFLAT_PHASE_LOAD);
	pgstat_progress_update_param(PROGRESS_CREATEIDX_TUPLES_TOTAL, (int64) build->tuples);
	WriteEntries(build);
	tuplesort_end(build->sort);
	ExecDropSingleTupleTableSlot(build->slot);
	BuildLeave(&build->leader);
	LogPages(rel, MAIN_FORKNUM);
	if (build->tuples < build->index.lists)
		ereport(NOTICE,
				(errmsg("ivfflat index created with little data"),
				 errdetail("This will cause low recall."),
				 errhint("Drop the index until the table has more data.")));
	MemoryContextDelete(build->row);
	result->index_tuples = build->tuples;
	return result;
}

/*
 * The init fork of an unlogged index: lists around centers that mean nothing.
 */
void
IvfflatBuildEmpty(Relation rel)
{
	IvfflatBuildState *build = palloc0(sizeof(IvfflatBuildState));

	IvfflatMakeMeta(rel, &build->meta);
	IvfflatOpen(rel, &build->meta, &build->index);
	build->centers = IvfflatFindCenters(&build->index, NULL, NULL);
	WriteLists(build, INIT_FORKNUM);
	LogPages(rel, INIT_FORKNUM);
	pfree(build->centers);
	pfree(build);
}
