/*-------------------------------------------------------------------------
 *
 * parallel.c
 *	  The segment, the workers and the waiting of a parallel CREATE INDEX.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/index.h"
#include "miscadmin.h"
#include "optimizer/optimizer.h"
#include "pgstat.h"
#include "tcop/tcopprot.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "parallel/parallel.h"

/*
 * Begins a parallel build and estimates what is common to all; the access method
 * adds what it needs, then calls BuildLayOut. False if no worker is worth while.
 */
bool
BuildEnter(BuildLeader *leader, Relation heap, Relation index, IndexInfo *info,
		   const char *worker_main)
{
	int			workers = plan_create_index_workers(RelationGetRelid(heap),
													RelationGetRelid(index));
	shm_toc_estimator *estimator;

	leader->context = NULL;
	if (workers == 0)
		return false;
	EnterParallelMode();
	leader->context = CreateParallelContext("$libdir/bellwether", worker_main, workers);
	leader->snapshot = SnapshotAny;
	if (info->ii_Concurrent)
		leader->snapshot = RegisterSnapshot(GetTransactionSnapshot());
	estimator = &leader->context->estimator;
	shm_toc_estimate_chunk(estimator, table_parallelscan_estimate(heap, leader->snapshot));
	shm_toc_estimate_keys(estimator, 2);
	if (debug_query_string)
	{
		shm_toc_estimate_chunk(estimator, strlen(debug_query_string) + 1);
		shm_toc_estimate_keys(estimator, 1);
	}
	return true;
}

/*
 * Makes the segment, with zeros in what is shared behind BuildShared; NULL if there
 * is no memory for one.
 */
BuildShared *
BuildLayOut(BuildLeader *leader, Size shared_size, Relation heap, Relation index,
			IndexInfo *info, ParallelTableScanDesc *scan)
{
	ParallelContext *context = leader->context;
	BuildShared *shared;

	shm_toc_estimate_chunk(&context->estimator, shared_size);
	InitializeParallelDSM(context);
	if (context->seg == NULL)
		return NULL;

	shared = shm_toc_allocate(context->toc, shared_size);
	memset(shared, 0, shared_size);
	shared->heap = RelationGetRelid(heap);
	shared->index = RelationGetRelid(index);
	shared->concurrent = info->ii_Concurrent;
	SpinLockInit(&shared->mutex);
	ConditionVariableInit(&shared->done);
	shm_toc_insert(context->toc, BUILD_KEY_SHARED, shared);

	*scan = shm_toc_allocate(context->toc,
							 table_parallelscan_estimate(heap, leader->snapshot));
	table_parallelscan_initialize(heap, *scan, leader->snapshot);
	shm_toc_insert(context->toc, BUILD_KEY_SCAN, *scan);

	if (debug_query_string)
	{
		char	   *query = shm_toc_allocate(context->toc, strlen(debug_query_string) + 1);

		strcpy(query, debug_query_string);
		shm_toc_insert(context->toc, BUILD_KEY_QUERY, query);
	}
	return shared;
}

/*
 * Starts the workers; how many there are, with the leader one more.
 */
int
BuildLaunch(BuildLeader *leader, BuildShared *shared)
{
	int			workers;

	LaunchParallelWorkers(leader->context);
	workers = leader->context->nworkers_launched;
	if (workers == 0)
		return 0;
	ereport(DEBUG1,
			(errmsg("using %d parallel workers", workers)));
	SpinLockAcquire(&shared->mutex);
	shared->running += workers + 1;
	SpinLockRelease(&shared->mutex);
	return workers;
}

/*
 * Waits until every process has done its part.
 */
void
BuildWaitForParts(BuildLeader *leader, BuildShared *shared)
{
	int			running;

	WaitForParallelWorkersToAttach(leader->context);
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
 * Ends what BuildEnter began, if it did.
 */
void
BuildLeave(BuildLeader *leader)
{
	if (leader->context == NULL)
		return;
	if (leader->context->nworkers_launched > 0)
		WaitForParallelWorkersToFinish(leader->context);
	if (IsMVCCSnapshot(leader->snapshot))
		UnregisterSnapshot(leader->snapshot);
	DestroyParallelContext(leader->context);
	ExitParallelMode();
	leader->context = NULL;
}

/*
 * Opens in a worker what the leader has open.
 */
void
BuildOpen(shm_toc *toc, BuildTables *tables)
{
	BuildShared *shared = shm_toc_lookup(toc, BUILD_KEY_SHARED, false);

	debug_query_string = shm_toc_lookup(toc, BUILD_KEY_QUERY, true);
	pgstat_report_activity(STATE_RUNNING, debug_query_string);
	tables->heap_lock = shared->concurrent ? ShareUpdateExclusiveLock : ShareLock;
	tables->index_lock = shared->concurrent ? RowExclusiveLock : AccessExclusiveLock;
	tables->heap = table_open(shared->heap, tables->heap_lock);
	tables->index = index_open(shared->index, tables->index_lock);
	tables->info = BuildIndexInfo(tables->index);
	tables->info->ii_Concurrent = shared->concurrent;
	tables->scan = shm_toc_lookup(toc, BUILD_KEY_SCAN, false);
}

void
BuildClose(BuildTables *tables)
{
	index_close(tables->index, tables->index_lock);
	table_close(tables->heap, tables->heap_lock);
}

/*
 * Says that this process has done its part.
 */
void
BuildPartDone(BuildShared *shared, double heap_tuples, bool is_leader)
{
	if (is_leader)
		ereport(DEBUG1,
				(errmsg("leader processed " INT64_FORMAT " tuples", (int64) heap_tuples)));
	else
		ereport(DEBUG1,
				(errmsg("worker processed " INT64_FORMAT " tuples", (int64) heap_tuples)));
	SpinLockAcquire(&shared->mutex);
	shared->running--;
	shared->heap_tuples += heap_tuples;
	SpinLockRelease(&shared->mutex);
	ConditionVariableSignal(&shared->done);
}
