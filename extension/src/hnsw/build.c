/*-------------------------------------------------------------------------
 *
 * build.c
 *	  CREATE INDEX: the graph grows in memory, as the very pages it will have,
 *	  until the rows or maintenance_work_mem end; what follows is inserted into
 *	  the pages, batch by batch (batch.c).
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "access/tableam.h"
#include "access/xloginsert.h"
#include "catalog/index.h"
#include "catalog/pg_type.h"
#include "commands/progress.h"
#include "miscadmin.h"
#include "nodes/execnodes.h"
#include "pgstat.h"
#include "storage/bufmgr.h"
#include "utils/backend_progress.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#include "hnsw/build.h"
#include "hnsw/key.h"
#include "hnsw/root.h"

/*
 * The meta page of an empty index; dim is what the column's type says.
 */
void
HnswFillMeta(HnswMeta *meta, const HnswClass *class, int dim, int keys,
			 const HnswOptions *options)
{
	if (dim < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("column does not have dimensions")));
	memset(meta, 0, sizeof(HnswMeta));
	meta->keys = keys;
	meta->magic = HNSW_MAGIC;
	meta->version = HNSW_VERSION;
	meta->metric = class->metric;
	meta->dimensions = dim;
	meta->m = options ? options->m : HNSW_DEFAULT_M;
	meta->ef_construction = options ? options->ef_construction : HNSW_DEFAULT_EF_CONSTRUCTION;
	meta->free_head = HNSW_NONE;
	meta->whole.entry = HNSW_NONE;
	meta->whole.head = HNSW_NONE;
	if (meta->ef_construction < 2 * meta->m)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("ef_construction must be greater than or equal to 2 * m")));
	HnswChooseCode(class, options, meta);
}

/*
 * The same, from the definition and options of an index.
 */
void
HnswMakeMeta(Relation rel, HnswMeta *meta)
{
	int			keys = HnswKeyColumns(rel);
	Form_pg_attribute column = TupleDescAttr(RelationGetDescr(rel), HnswVectorColumn(rel) - 1);

	/* The modifier of bit varying is no number of dimensions */
	if (column->atttypid == VARBITOID)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("type not supported for hnsw index")));
	HnswFillMeta(meta, HnswClassOf(rel), column->atttypmod, keys,
				 (HnswOptions *) rel->rd_options);
}

/*
 * Writes the pages in memory, and what comes later goes through buffers.
 */
static void
WritePages(HnswBuildState *build)
{
	HnswIndex  *index = build->index;
	Relation	rel = build->rel;

	for (uint32 group = 0; group < index->group_count; group++)
		for (int i = 0; i < index->layout.pages; i++)
		{
			Buffer		buffer = ReadBuffer(rel, P_NEW);

			LockBuffer(buffer, BUFFER_LOCK_EXCLUSIVE);
			memcpy(BufferGetPage(buffer), index->groups[group] + (Size) i * BLCKSZ, BLCKSZ);
			MarkBufferDirty(buffer);
			UnlockReleaseBuffer(buffer);
			CHECK_FOR_INTERRUPTS();
		}
}

static void
WriteMetaPage(HnswBuildState *build, bool extend)
{
	Buffer		buffer = ReadBuffer(build->rel, extend ? P_NEW : HNSW_META_BLOCK);

	LockBuffer(buffer, BUFFER_LOCK_EXCLUSIVE);
	HnswFillMetaPage(BufferGetPage(buffer), build->meta);
	MarkBufferDirty(buffer);
	UnlockReleaseBuffer(buffer);
}

static void
LearnError(HnswBuildState *build)
{
	if (build->tuples > 0)
		build->meta->code_error = sqrt(build->error_squares / build->tuples);
}

/*
 * From memory to pages.
 */
void
HnswLeaveMemory(HnswBuildState *build)
{
	HnswShared *shared = build->index->shared;

	LearnError(build);
	if (shared)
	{
		build->index->group_count = shared->group_count;
		for (uint32 group = 0; group < shared->group_count; group++)
			if (build->index->groups[group] == NULL)
				HnswSharedAddGroup(build->index, group);
	}
	WritePages(build);
	WriteMetaPage(build, false);
}

/*
 * What comes goes into the pages.
 */
void
HnswForgetMemory(HnswBuildState *build)
{
	build->in_memory = false;
	build->index->groups = NULL;
	build->index->shared = NULL;
	build->index->building = true;
	MemoryContextReset(build->graph);
}

static void
ReportFull(double tuples)
{
	ereport(NOTICE,
			(errmsg("hnsw graph no longer fits into maintenance_work_mem after " INT64_FORMAT " tuples",
					(int64) tuples),
			 errdetail("Building will take significantly more time."),
			 errhint("Increase maintenance_work_mem to speed up builds.")));
}

/*
 * Does the next row go into memory?  Then, in a parallel build, the memory stays
 * as long as this process holds the lock "phase".
 */
static bool
EnterMemory(HnswBuildState *build)
{
	HnswShared *shared = build->index->shared;

	if (!build->in_memory)
		return false;
	if (shared == NULL)
	{
		if (MemoryContextMemAllocated(build->graph, true) <= (Size) maintenance_work_mem * 1024)
			return true;
		ReportFull(build->tuples);
		HnswLeaveMemory(build);
		HnswForgetMemory(build);
		return false;
	}
	for (;;)
	{
		LWLockAcquire(&shared->phase, LW_SHARED);
		if (!shared->flushed && !HnswSharedFull(build->index))
			return true;
		LWLockRelease(&shared->phase);
		LWLockAcquire(&shared->phase, LW_EXCLUSIVE);
		if (!shared->flushed)
		{
			ReportFull(shared->build.tuples);
			HnswLeaveMemory(build);
			shared->flushed = true;
		}
		LWLockRelease(&shared->phase);
		HnswForgetMemory(build);
		return false;
	}
}

static void
CountRow(HnswBuildState *build, float error)
{
	HnswShared *shared = build->shared;
	double		tuples = ++build->tuples;

	build->error_squares += (double) error * error;
	if (shared)
	{
		SpinLockAcquire(&shared->build.mutex);
		tuples = ++shared->build.tuples;
		SpinLockRelease(&shared->build.mutex);
	}
	if (build->progress)
		pgstat_progress_update_param(PROGRESS_CREATEIDX_TUPLES_DONE, (int64) tuples);
}

/*
 * Inserts a row, into memory or into the pages.
 */
void
HnswBuildInsert(HnswBuildState *build, Datum value, ItemPointer tid, uint32 key,
				HnswMeta *memory_meta)
{
	float		error;

	if (HnswInsertValue(&build->inserter, build->class, value, tid, key, memory_meta, &error))
		CountRow(build, error);
}

void
HnswBuildRow(Relation rel, ItemPointer tid, Datum *values, bool *isnull, bool alive, void *state)
{
	HnswBuildState *build = state;
	int			column = HnswVectorColumn(rel) - 1;
	MemoryContext old;
	HnswMeta   *memory_meta;
	uint32		key;

	CHECK_FOR_INTERRUPTS();
	if (isnull[column])
		return;
	memory_meta = EnterMemory(build) ? build->meta : NULL;
	old = MemoryContextSwitchTo(memory_meta ? build->graph : build->row);
	key = HnswKeyOfRow(build->index, memory_meta, values, isnull);
	if (memory_meta)
		HnswBuildInsert(build, values[column], tid, key, memory_meta);
	else
		HnswBatchAdd(build, values[column], tid, key);
	if (memory_meta && build->shared)
		LWLockRelease(&build->shared->phase);
	MemoryContextSwitchTo(old);
	MemoryContextReset(build->row);
}

/*
 * After the last row: in memory or, if that was too little, in the pages.
 */
void
HnswBuildConnect(HnswBuildState *build)
{
	MemoryContext old = MemoryContextSwitchTo(build->row);
	HnswMeta	meta;

	if (build->in_memory)
		HnswConnect(&build->inserter, build->meta, build->meta);
	else
	{
		HnswReadMeta(build->rel, &meta);
		HnswConnect(&build->inserter, NULL, &meta);
	}
	MemoryContextSwitchTo(old);
	MemoryContextReset(build->row);
}

/*
 * Makes a process ready to build.
 */
void
HnswBuildBegin(HnswBuildState *build, Relation rel, HnswMeta *meta)
{
	build->rel = rel;
	build->class = HnswClassOf(rel);
	build->meta = meta;
	build->in_memory = true;
	build->row = AllocSetContextCreate(CurrentMemoryContext, "hnsw build row",
									   ALLOCSET_DEFAULT_SIZES);
	build->graph = AllocSetContextCreate(CurrentMemoryContext, "hnsw build graph",
										 ALLOCSET_DEFAULT_SIZES);
	build->batch.context = AllocSetContextCreate(CurrentMemoryContext, "hnsw build batch",
												 ALLOCSET_DEFAULT_SIZES);
	build->batch.memory = (Size) maintenance_work_mem * 1024;
	build->index = HnswOpen(rel, meta, true);
	HnswInserterInit(&build->inserter, build->index);
}

IndexBuildResult *
HnswBuild(Relation heap, Relation rel, IndexInfo *info)
{
	HnswBuildState *build = palloc0(sizeof(HnswBuildState));
	IndexBuildResult *result = palloc(sizeof(IndexBuildResult));
	HnswMeta   *meta = palloc(sizeof(HnswMeta));

	HnswMakeMeta(rel, meta);
	HnswBuildBegin(build, rel, meta);
	build->progress = true;
	WriteMetaPage(build, true);

	pgstat_progress_update_param(PROGRESS_CREATEIDX_SUBPHASE, HNSW_PHASE_LOAD);
	if (!HnswBuildParallel(build, heap, info, &result->heap_tuples))
	{
		result->heap_tuples = table_index_build_scan(heap, rel, info, true, true,
													 HnswBuildRow, build, NULL);
		HnswBatchInsert(build);
		HnswBuildConnect(build);
		if (build->in_memory)
			HnswLeaveMemory(build);
	}
	if (RelationNeedsWAL(rel))
		log_newpage_range(rel, MAIN_FORKNUM, 0, RelationGetNumberOfBlocks(rel), true);
	result->index_tuples = build->tuples;
	MemoryContextDelete(build->batch.context);
	MemoryContextDelete(build->graph);
	MemoryContextDelete(build->row);
	return result;
}

/*
 * The init fork of an unlogged index: logged, as it must outlive a crash.
 */
void
HnswBuildEmpty(Relation rel)
{
	HnswMeta	meta;
	Buffer		buffer;

	HnswMakeMeta(rel, &meta);
	buffer = ReadBufferExtended(rel, INIT_FORKNUM, P_NEW, RBM_NORMAL, NULL);
	LockBuffer(buffer, BUFFER_LOCK_EXCLUSIVE);
	START_CRIT_SECTION();
	HnswFillMetaPage(BufferGetPage(buffer), &meta);
	MarkBufferDirty(buffer);
	log_newpage_buffer(buffer, true);
	END_CRIT_SECTION();
	UnlockReleaseBuffer(buffer);
}
