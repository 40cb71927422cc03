/*-------------------------------------------------------------------------
 *
 * parallel.c
 *	  CREATE INDEX by several processes: each reads a part of the table, and all
 *	  insert into one graph in shared memory.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/index.h"
#include "miscadmin.h"
#include "utils/rel.h"

#include "hnsw/build.h"

/* What lies in the segment beside what every build has there */
#define KEY_AREA	(BUILD_KEY_METHOD + 0)

/* Bytes of the segment for the first groups; more comes in segments of its own */
#define AREA_SIZE	(1024 * 1024)

/*
 * Inserts the part of the table that falls to this process.
 */
static void
InsertPart(HnswBuildState *build, HnswShared *shared, Relation heap, IndexInfo *info,
		   ParallelTableScanDesc parallel_scan)
{
	TableScanDesc scan = table_beginscan_parallel(heap, parallel_scan);
	double		heap_tuples;

	heap_tuples = table_index_build_scan(heap, build->rel, info, true, build->progress,
										 HnswBuildRow, build, scan);
	HnswBatchInsert(build);
	SpinLockAcquire(&shared->build.mutex);
	shared->error_squares += build->error_squares;
	SpinLockRelease(&shared->build.mutex);
	BuildPartDone(&shared->build, heap_tuples, build->progress);
}

/*
 * What a worker does.
 */
void
HnswParallelBuildMain(dsm_segment *segment, shm_toc *toc)
{
	HnswShared *shared = shm_toc_lookup(toc, BUILD_KEY_SHARED, false);
	dsa_area   *area = dsa_attach_in_place(shm_toc_lookup(toc, KEY_AREA, false), segment);
	HnswBuildState build = {0};
	BuildTables tables;

	BuildOpen(toc, &tables);
	HnswBuildBegin(&build, tables.index, &shared->meta);
	build.shared = shared;
	build.batch.memory /= shared->processes;
	HnswSharedAttach(build.index, shared, area);
	InsertPart(&build, shared, tables.heap, tables.info, tables.scan);
	BuildClose(&tables);
	dsa_detach(area);
}

/*
 * Lays out the segment; NULL if there is none.
 */
static HnswShared *
Prepare(BuildLeader *leader, HnswBuildState *build, Relation heap, IndexInfo *info,
		ParallelTableScanDesc *scan, dsa_area **area)
{
	ParallelContext *context = leader->context;
	int			processes = context->nworkers + 1;
	Size		memory = (Size) maintenance_work_mem * 1024;
	uint32		room = HnswSharedRoom(build->index, memory, processes);
	HnswShared *shared;
	void	   *place;

	shm_toc_estimate_chunk(&context->estimator, AREA_SIZE);
	shm_toc_estimate_keys(&context->estimator, 1);
	shared = (HnswShared *) BuildLayOut(leader, HnswSharedSize(room), heap, build->rel, info,
										scan);
	if (shared == NULL)
		return NULL;
	HnswSharedInit(shared, build->meta, room);
	shared->memory = memory;
	shared->processes = processes;

	place = shm_toc_allocate(context->toc, AREA_SIZE);
	*area = dsa_create_in_place(place, AREA_SIZE, LWTRANCHE_PARALLEL_QUERY_DSA, context->seg);
	shm_toc_insert(context->toc, KEY_AREA, place);
	return shared;
}

/*
 * Takes over what all have done: the pages are written.
 */
static void
Finish(HnswBuildState *build, HnswShared *shared)
{
	build->tuples = shared->build.tuples;
	build->error_squares = shared->error_squares;
	*build->meta = shared->meta;
	if (shared->flushed && build->in_memory)
		HnswForgetMemory(build);
	HnswBuildConnect(build);
	if (!shared->flushed)
		HnswLeaveMemory(build);
	build->in_memory = false;
	build->index->groups = NULL;
	build->index->shared = NULL;
}

/*
 * Builds with workers. False, and nothing done, if there are none to have.
 */
bool
HnswBuildParallel(HnswBuildState *build, Relation heap, IndexInfo *info, double *heap_tuples)
{
	HnswMeta   *meta = build->meta;
	BuildLeader leader;
	HnswShared *shared;
	ParallelTableScanDesc scan = NULL;
	dsa_area   *area = NULL;
	bool		built = false;

	if (!BuildEnter(&leader, heap, build->rel, info, "HnswParallelBuildMain"))
		return false;
	shared = Prepare(&leader, build, heap, info, &scan, &area);
	if (shared)
	{
		if (BuildLaunch(&leader, &shared->build) > 0)
		{
			build->meta = &shared->meta;
			build->shared = shared;
			build->batch.memory /= shared->processes;
			HnswSharedAttach(build->index, shared, area);
			InsertPart(build, shared, heap, info, scan);
			BuildWaitForParts(&leader, &shared->build);
			build->meta = meta;
			*heap_tuples = shared->build.heap_tuples;
			Finish(build, shared);
			built = true;
		}
		dsa_detach(area);
	}
	BuildLeave(&leader);
	return built;
}
