/*-------------------------------------------------------------------------
 *
 * build.c
 *	  CREATE INDEX: the graph grows in memory, as the very pages it will have,
 *	  until the rows or maintenance_work_mem end; what follows is inserted into
 *	  the pages.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "access/tableam.h"
#include "access/xloginsert.h"
#include "catalog/index.h"
#include "commands/progress.h"
#include "miscadmin.h"
#include "nodes/execnodes.h"
#include "pgstat.h"
#include "storage/bufmgr.h"
#include "utils/backend_progress.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#include "hnsw/hnsw.h"
#include "hnsw/key.h"
#include "hnsw/root.h"

typedef struct HnswBuildState
{
	Relation	rel;
	const HnswClass *class;
	HnswMeta	meta;
	HnswIndex  *index;
	HnswInserter inserter;
	bool		in_memory;
	MemoryContext row;			/* reset for each row */
	MemoryContext graph;		/* the pages in memory */
	double		tuples;
	double		error_squares;	/* of codes, to learn their mean */
} HnswBuildState;

/*
 * The meta page of an empty index, from the definition and options.
 */
void
HnswMakeMeta(Relation rel, HnswMeta *meta)
{
	HnswOptions *options = (HnswOptions *) rel->rd_options;
	int			keys = HnswKeyColumns(rel);
	const HnswClass *class = HnswClassOf(rel);

	memset(meta, 0, sizeof(HnswMeta));
	meta->keys = keys;
	meta->magic = HNSW_MAGIC;
	meta->version = HNSW_VERSION;
	meta->metric = class->metric;
	meta->dimensions = HnswDimensionsOf(rel);
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
	HnswFillMetaPage(BufferGetPage(buffer), &build->meta);
	MarkBufferDirty(buffer);
	UnlockReleaseBuffer(buffer);
}

static void
LearnError(HnswBuildState *build)
{
	if (build->tuples > 0)
		build->meta.code_error = sqrt(build->error_squares / build->tuples);
}

/*
 * From memory to pages: all written so far, and logged.
 */
static void
LeaveMemory(HnswBuildState *build)
{
	LearnError(build);
	WritePages(build);
	WriteMetaPage(build, false);
	if (RelationNeedsWAL(build->rel))
		log_newpage_range(build->rel, MAIN_FORKNUM, 0,
						  RelationGetNumberOfBlocks(build->rel), true);
	build->in_memory = false;
	build->index->groups = NULL;
	MemoryContextReset(build->graph);
}

static Size
MemoryUsed(HnswBuildState *build)
{
	return MemoryContextMemAllocated(build->graph, true);
}

static void
BuildRow(Relation rel, ItemPointer tid, Datum *values, bool *isnull, bool alive, void *state)
{
	HnswBuildState *build = state;
	int			column = HnswVectorColumn(rel) - 1;
	MemoryContext old;
	float		error;

	if (isnull[column])
		return;
	if (build->in_memory && MemoryUsed(build) > (Size) maintenance_work_mem * 1024)
	{
		ereport(NOTICE,
				(errmsg("hnsw graph no longer fits into maintenance_work_mem after " INT64_FORMAT " tuples",
						(int64) build->tuples),
				 errdetail("Building will take more time."),
				 errhint("Increase maintenance_work_mem to speed up builds.")));
		LeaveMemory(build);
	}
	old = MemoryContextSwitchTo(build->in_memory ? build->graph : build->row);
	if (HnswInsertValue(&build->inserter, build->class, values[column], tid,
						HnswKeyOfRow(build->index, build->in_memory ? &build->meta : NULL,
									 values, isnull),
						build->in_memory ? &build->meta : NULL, &error))
	{
		build->tuples++;
		build->error_squares += (double) error * error;
		pgstat_progress_update_param(PROGRESS_CREATEIDX_TUPLES_DONE, (int64) build->tuples);
	}
	MemoryContextSwitchTo(old);
	MemoryContextReset(build->row);
}

IndexBuildResult *
HnswBuild(Relation heap, Relation rel, IndexInfo *info)
{
	HnswBuildState *build = palloc0(sizeof(HnswBuildState));
	IndexBuildResult *result = palloc(sizeof(IndexBuildResult));

	HnswMakeMeta(rel, &build->meta);
	build->rel = rel;
	build->class = HnswClassOf(rel);
	build->in_memory = true;
	build->row = AllocSetContextCreate(CurrentMemoryContext, "hnsw build row",
									   ALLOCSET_DEFAULT_SIZES);
	build->graph = AllocSetContextCreate(CurrentMemoryContext, "hnsw build graph",
										 ALLOCSET_DEFAULT_SIZES);
	build->index = HnswOpen(rel, &build->meta, true);
	HnswInserterInit(&build->inserter, build->index);
	WriteMetaPage(build, true);

	pgstat_progress_update_param(PROGRESS_CREATEIDX_SUBPHASE, HNSW_PHASE_LOAD);
	result->heap_tuples = table_index_build_scan(heap, rel, info, true, true, BuildRow,
												 build, NULL);
	if (build->in_memory)
		LeaveMemory(build);
	result->index_tuples = build->tuples;
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
