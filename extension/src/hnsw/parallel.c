/*-------------------------------------------------------------------------
 *
 * parallel.c
 *	  CREATE INDEX by several processes: each reads a part of the table, and all
 *	  insert into one graph in shared memory.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/parallel.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/index.h"
#include "miscadmin.h"
#include "optimizer/optimizer.h"
#include "pgstat.h"
#include "tcop/tcopprot.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "hnsw/build.h"

/* What lies in the segment */
#define KEY_SHARED	UINT64CONST(0xB377000000000001)
#define KEY_SCAN	UINT64CONST(0xB377000000000002)
#define KEY_AREA	UINT64CONST(0xB377000000000003)
#define KEY_QUERY	UINT64CONST(0xB377000000000004)

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
	if (build->progress)
		ereport(DEBUG1,
				(errmsg("leader processed " INT64_FORMAT " tuples", (int64) heap_tuples)));
	else
		ereport(DEBUG1,
				(errmsg("worker processed " INT64_FORMAT " tuples", (int64) heap_tuples)));
	SpinLockAcquire(&shared->mutex);
	shared->running--;
	shared->heap_tuples += heap_tuples;
	shared->error_squares += build->error_squares;
	SpinLockRelease(&shared->mutex);
	ConditionVariableSignal(&shared->done);
}

/*
 * What a worker does.
 */
void
HnswParallelBuildMain(dsm_segment *segment, shm_toc *toc)
{
	HnswShared *shared = shm_toc_lookup(toc, KEY_SHARED, false);
	ParallelTableScanDesc scan = shm_toc_lookup(toc, KEY_SCAN, false);
	dsa_area   *area = dsa_attach_in_place(shm_toc_lookup(toc, KEY_AREA, false), segment);
	HnswBuildState build = {0};
	LOCKMODE	heap_lock = shared->concurrent ? ShareUpdateExclusiveLock : ShareLock;
	LOCKMODE	index_lock = shared->concurrent ? RowExclusiveLock : AccessExclusiveLock;
	Relation	heap;
	Relation	rel;
	IndexInfo  *info;

	debug_query_string = shm_toc_lookup(toc, KEY_QUERY, true);
	pgstat_report_activity(STATE_RUNNING, debug_query_string);
	heap = table_open(shared->heap, heap_lock);
	rel = index_open(shared->index, index_lock);
	info = BuildIndexInfo(rel);
	info->ii_Concurrent = shared->concurrent;
	HnswBuildBegin(&build, rel, &shared->meta);
	build.shared = shared;
	build.batch.memory /= shared->processes;
	HnswSharedAttach(build.index, shared, area);
	InsertPart(&build, shared, heap, info, scan);
	index_close(rel, index_lock);
	table_close(heap, heap_lock);
	dsa_detach(area);
}

/*
 * Lays out the segment; false if there is none.
 */
static bool
Prepare(ParallelContext *context, HnswBuildState *build, Relation heap, IndexInfo *info,
		Snapshot snapshot, HnswShared **shared, ParallelTableScanDesc *scan, dsa_area **area)
{
	int			processes = context->nworkers + 1;
	Size		memory = (Size) maintenance_work_mem * 1024;
	uint32		room = HnswSharedRoom(build->index, memory, processes);
	Size		scan_size = table_parallelscan_estimate(heap, snapshot);
	void	   *place;

	shm_toc_estimate_chunk(&context->estimator, HnswSharedSize(room));
	shm_toc_estimate_chunk(&context->estimator, scan_size);
	shm_toc_estimate_chunk(&context->estimator, AREA_SIZE);
	shm_toc_estimate_keys(&context->estimator, 3);
	if (debug_query_string)
	{
		shm_toc_estimate_chunk(&context->estimator, strlen(debug_query_string) + 1);
		shm_toc_estimate_keys(&context->estimator, 1);
	}
	InitializeParallelDSM(context);
	if (context->seg == NULL)
		return false;

	*shared = shm_toc_allocate(context->toc, HnswSharedSize(room));
	memset(*shared, 0, HnswSharedSize(room));
	HnswSharedInit(*shared, build->meta, room);
	(*shared)->heap = RelationGetRelid(heap);
	(*shared)->index = RelationGetRelid(build->rel);
	(*shared)->concurrent = info->ii_Concurrent;
	(*shared)->memory = memory;
	(*shared)->processes = processes;
	shm_toc_insert(context->toc, KEY_SHARED, *shared);

	*scan = shm_toc_allocate(context->toc, scan_size);
	table_parallelscan_initialize(heap, *scan, snapshot);
	shm_toc_insert(context->toc, KEY_SCAN, *scan);

	place = shm_toc_allocate(context->toc, AREA_SIZE);
	*area = dsa_create_in_place(place, AREA_SIZE, LWTRANCHE_PARALLEL_QUERY_DSA, context->seg);
	shm_toc_insert(context->toc, KEY_AREA, place);

	if (debug_query_string)
	{
		char	   *query = shm_toc_allocate(context->toc, strlen(debug_query_string) + 1);

		strcpy(query, debug_query_string);
		shm_toc_insert(context->toc, KEY_QUERY, query);
	}
	return true;
}

/*
 * Waits until every process has inserted its part.
 */
static void
WaitForParts(HnswShared *shared)
{
	int			running;

	for (;;)
	{
		SpinLockAcquire(&shared->mutex);
		running = shared->running;
		SpinLockRelease(&shared->mutex);
		if (running == 0)
			break;
		ConditionVariableSleep(&shared->done, WAIT_EVENT_PARALLEL_CREATE_INDEX_SCAN);
	}
	ConditionVariableCancelSleep();
}

/*
 * Takes over what all have done: the pages are written.
 */
static void
Finish(HnswBuildState *build, HnswShared *shared)
{
	build->tuples = shared->tuples;
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
	int			workers = plan_create_index_workers(RelationGetRelid(heap),
													RelationGetRelid(build->rel));
	HnswMeta   *meta = build->meta;
	ParallelContext *context;
	Snapshot	snapshot = SnapshotAny;
	HnswShared *shared = NULL;
	ParallelTableScanDesc scan = NULL;
	dsa_area   *area = NULL;
	bool		built = false;

	if (workers == 0)
		return false;
	EnterParallelMode();
	context = CreateParallelContext("$libdir/bellwether", "HnswParallelBuildMain", workers);
	if (info->ii_Concurrent)
		snapshot = RegisterSnapshot(GetTransactionSnapshot());
	if (Prepare(context, build, heap, info, snapshot, &shared, &scan, &area))
	{
		LaunchParallelWorkers(context);
		if (context->nworkers_launched > 0)
		{
			ereport(DEBUG1,
					(errmsg("using %d parallel workers", context->nworkers_launched)));
			SpinLockAcquire(&shared->mutex);
			shared->running += context->nworkers_launched + 1;
			SpinLockRelease(&shared->mutex);
			build->meta = &shared->meta;
			build->shared = shared;
			build->batch.memory /= shared->processes;
			HnswSharedAttach(build->index, shared, area);
			InsertPart(build, shared, heap, info, scan);
			WaitForParallelWorkersToAttach(context);
			WaitForParts(shared);
			build->meta = meta;
			*heap_tuples = shared->heap_tuples;
			Finish(build, shared);
			built = true;
		}
		WaitForParallelWorkersToFinish(context);
		dsa_detach(area);
	}
	if (info->ii_Concurrent)
		UnregisterSnapshot(snapshot);
	DestroyParallelContext(context);
	ExitParallelMode();
	return built;
}
