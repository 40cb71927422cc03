/*-------------------------------------------------------------------------
 *
 * parallel.c
 *	  CREATE INDEX by several processes: each finds the lists of a part of the
 *	  rows and sorts them; the leader merges and writes the pages.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/index.h"
#include "miscadmin.h"
#include "optimizer/optimizer.h"
#include "pgstat.h"
#include "tcop/tcopprot.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "ivfflat/build.h"

/* What lies in the segment */
#define KEY_SHARED	UINT64CONST(0xB377000000000011)
#define KEY_SCAN	UINT64CONST(0xB377000000000012)
#define KEY_SORT	UINT64CONST(0xB377000000000013)
#define KEY_CENTERS	UINT64CONST(0xB377000000000014)
#define KEY_QUERY	UINT64CONST(0xB377000000000015)

typedef struct IvfflatShared
{
	Oid			heap;
	Oid			index;
	bool		concurrent;
	int			memory;			/* kilobytes for the sort of each process */
	IvfflatMeta meta;
	slock_t		mutex;			/* for what follows */
	ConditionVariable done;		/* a process has sorted its part */
	int			running;		/* processes that have not */
	double		heap_tuples;
	double		tuples;
} IvfflatShared;

/*
 * Assigns and sorts the part of the table that falls to this process.
 */
static void
SortPart(IvfflatBuildState *build, IvfflatShared *shared, Sharedsort *sort, Relation heap,
		 IndexInfo *info, ParallelTableScanDesc parallel_scan, bool leader)
{
	SortCoordinate coordinate = palloc0(sizeof(SortCoordinateData));
	TableScanDesc scan = table_beginscan_parallel(heap, parallel_scan);
	double		heap_tuples;

	coordinate->isWorker = true;
	coordinate->nParticipants = -1;
	coordinate->sharedsort = sort;
	IvfflatBeginSort(build, shared->memory, coordinate);
	heap_tuples = table_index_build_scan(heap, build->index.rel, info, true, leader,
										 IvfflatAssignRow, build, scan);
	tuplesort_performsort(build->sort);
	if (leader)
		ereport(DEBUG1,
				(errmsg("leader processed " INT64_FORMAT " tuples", (int64) heap_tuples)));
	else
		ereport(DEBUG1,
				(errmsg("worker processed " INT64_FORMAT " tuples", (int64) heap_tuples)));
	SpinLockAcquire(&shared->mutex);
	shared->running--;
	shared->heap_tuples += heap_tuples;
	shared->tuples += build->tuples;
	SpinLockRelease(&shared->mutex);
	ConditionVariableSignal(&shared->done);
	tuplesort_end(build->sort);
	ExecDropSingleTupleTableSlot(build->slot);
}

/*
 * What a worker does.
 */
void
IvfflatParallelBuildMain(dsm_segment *segment, shm_toc *toc)
{
	IvfflatShared *shared = shm_toc_lookup(toc, KEY_SHARED, false);
	ParallelTableScanDesc scan = shm_toc_lookup(toc, KEY_SCAN, false);
	Sharedsort *sort = shm_toc_lookup(toc, KEY_SORT, false);
	LOCKMODE	heap_lock = shared->concurrent ? ShareUpdateExclusiveLock : ShareLock;
	LOCKMODE	index_lock = shared->concurrent ? RowExclusiveLock : AccessExclusiveLock;
	IvfflatBuildState build = {0};
	Relation	heap;
	Relation	rel;
	IndexInfo  *info;

	debug_query_string = shm_toc_lookup(toc, KEY_QUERY, true);
	pgstat_report_activity(STATE_RUNNING, debug_query_string);
	heap = table_open(shared->heap, heap_lock);
	rel = index_open(shared->index, index_lock);
	info = BuildIndexInfo(rel);
	info->ii_Concurrent = shared->concurrent;
	build.meta = shared->meta;
	IvfflatOpen(rel, &build.meta, &build.index);
	IvfflatBuildBegin(&build);
	build.centers = shm_toc_lookup(toc, KEY_CENTERS, false);
	tuplesort_attach_shared(sort, segment);
	SortPart(&build, shared, sort, heap, info, scan, false);
	index_close(rel, index_lock);
	table_close(heap, heap_lock);
}

/*
 * Lays out the segment; false if there is none.
 */
static bool
Prepare(IvfflatBuildState *build, Relation heap, IndexInfo *info, Snapshot snapshot,
		IvfflatShared **shared, ParallelTableScanDesc *scan, Sharedsort **sort)
{
	ParallelContext *context = build->parallel;
	int			processes = context->nworkers + 1;
	Size		scan_size = table_parallelscan_estimate(heap, snapshot);
	Size		sort_size = tuplesort_estimate_shared(processes);
	Size		centers_size = mul_size(build->index.lists, build->index.value_size);
	char	   *centers;

	shm_toc_estimate_chunk(&context->estimator, sizeof(IvfflatShared));
	shm_toc_estimate_chunk(&context->estimator, scan_size);
	shm_toc_estimate_chunk(&context->estimator, sort_size);
	shm_toc_estimate_chunk(&context->estimator, centers_size);
	shm_toc_estimate_keys(&context->estimator, 4);
	if (debug_query_string)
	{
		shm_toc_estimate_chunk(&context->estimator, strlen(debug_query_string) + 1);
		shm_toc_estimate_keys(&context->estimator, 1);
	}
	InitializeParallelDSM(context);
	if (context->seg == NULL)
		return false;

	*shared = shm_toc_allocate(context->toc, sizeof(IvfflatShared));
	memset(*shared, 0, sizeof(IvfflatShared));
	(*shared)->heap = RelationGetRelid(heap);
	(*shared)->index = RelationGetRelid(build->index.rel);
	(*shared)->concurrent = info->ii_Concurrent;
	(*shared)->memory = maintenance_work_mem / processes;
	(*shared)->meta = build->meta;
	SpinLockInit(&(*shared)->mutex);
	ConditionVariableInit(&(*shared)->done);
	shm_toc_insert(context->toc, KEY_SHARED, *shared);

	*scan = shm_toc_allocate(context->toc, scan_size);
	table_parallelscan_initialize(heap, *scan, snapshot);
	shm_toc_insert(context->toc, KEY_SCAN, *scan);

	*sort = shm_toc_allocate(context->toc, sort_size);
	tuplesort_initialize_shared(*sort, processes, context->seg);
	shm_toc_insert(context->toc, KEY_SORT, *sort);

	centers = shm_toc_allocate(context->toc, centers_size);
	memcpy(centers, build->centers, centers_size);
	shm_toc_insert(context->toc, KEY_CENTERS, centers);

	if (debug_query_string)
	{
		char	   *query = shm_toc_allocate(context->toc, strlen(debug_query_string) + 1);

		strcpy(query, debug_query_string);
		shm_toc_insert(context->toc, KEY_QUERY, query);
	}
	return true;
}

/*
 * Waits until every process has sorted its part.
 */
static void
WaitForParts(IvfflatShared *shared)
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
 * Sorts in this process and the launched ones; the sort that is left merges what
 * they have done.
 */
static void
SortParts(IvfflatBuildState *build, IvfflatShared *shared, Sharedsort *sort, Relation heap,
		  IndexInfo *info, ParallelTableScanDesc scan)
{
	int			workers = build->parallel->nworkers_launched;
	SortCoordinate coordinate = palloc0(sizeof(SortCoordinateData));

	ereport(DEBUG1,
			(errmsg("using %d parallel workers", workers)));
	SpinLockAcquire(&shared->mutex);
	shared->running += workers + 1;
	SpinLockRelease(&shared->mutex);
	SortPart(build, shared, sort, heap, info, scan, true);
	WaitForParallelWorkersToAttach(build->parallel);
	WaitForParts(shared);

	coordinate->isWorker = false;
	coordinate->nParticipants = workers + 1;
	coordinate->sharedsort = sort;
	IvfflatBeginSort(build, maintenance_work_mem, coordinate);
	tuplesort_performsort(build->sort);
	build->tuples = shared->tuples;
}

/*
 * Sorts with workers. False, and nothing done, if there are none to have.
 */
bool
IvfflatSortParallel(IvfflatBuildState *build, Relation heap, IndexInfo *info,
					double *heap_tuples)
{
	int			workers = plan_create_index_workers(RelationGetRelid(heap),
													RelationGetRelid(build->index.rel));
	Snapshot	snapshot = SnapshotAny;
	IvfflatShared *shared = NULL;
	ParallelTableScanDesc scan = NULL;
	Sharedsort *sort = NULL;

	if (workers == 0)
		return false;
	EnterParallelMode();
	build->parallel = CreateParallelContext("$libdir/bellwether", "IvfflatParallelBuildMain",
											workers);
	if (info->ii_Concurrent)
		snapshot = build->snapshot = RegisterSnapshot(GetTransactionSnapshot());
	if (Prepare(build, heap, info, snapshot, &shared, &scan, &sort))
		LaunchParallelWorkers(build->parallel);
	if (build->parallel->nworkers_launched == 0)
	{
		IvfflatEndParallel(build);
		return false;
	}
	SortParts(build, shared, sort, heap, info, scan);
	*heap_tuples = shared->heap_tuples;
	return true;
}

/*
 * After the last sorted row was read.
 */
void
IvfflatEndParallel(IvfflatBuildState *build)
{
	if (build->parallel == NULL)
		return;
	if (build->parallel->nworkers_launched > 0)
		WaitForParallelWorkersToFinish(build->parallel);
	if (build->snapshot)
		UnregisterSnapshot(build->snapshot);
	DestroyParallelContext(build->parallel);
	ExitParallelMode();
	build->parallel = NULL;
	build->snapshot = NULL;
}
