/*-------------------------------------------------------------------------
 *
 * parallel.c
 *	  CREATE INDEX by several processes: each finds the lists of a part of the
 *	  rows and sorts them; the leader merges and writes the pages.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/index.h"
#include "miscadmin.h"
#include "utils/rel.h"

#include "ivfflat/build.h"

/* What lies in the segment beside what every build has there */
#define KEY_SORT	(BUILD_KEY_METHOD + 0)
#define KEY_CENTERS	(BUILD_KEY_METHOD + 1)

typedef struct IvfflatShared
{
	BuildShared build;
	int			memory;			/* kilobytes for the sort of each process */
	IvfflatMeta meta;
} IvfflatShared;

/*
 * Assigns and sorts the part of the table that falls to this process.
 */
static void
SortPart(IvfflatBuildState *build, IvfflatShared *shared, Sharedsort *sort, Relation heap,
		 IndexInfo *info, ParallelTableScanDesc parallel_scan, bool is_leader)
{
	SortCoordinate coordinate = palloc0(sizeof(SortCoordinateData));
	TableScanDesc scan = table_beginscan_parallel(heap, parallel_scan);
	double		heap_tuples;

	coordinate->isWorker = true;
	coordinate->nParticipants = -1;
	coordinate->sharedsort = sort;
	IvfflatBeginSort(build, shared->memory, coordinate);
	heap_tuples = table_index_build_scan(heap, build->index.rel, info, true, is_leader,
										 IvfflatAssignRow, build, scan);
	tuplesort_performsort(build->sort);
	SpinLockAcquire(&shared->build.mutex);
	shared->build.tuples += build->tuples;
	SpinLockRelease(&shared->build.mutex);
	BuildPartDone(&shared->build, heap_tuples, is_leader);
	tuplesort_end(build->sort);
	ExecDropSingleTupleTableSlot(build->slot);
}

/*
 * What a worker does.
 */
void
IvfflatParallelBuildMain(dsm_segment *segment, shm_toc *toc)
{
	IvfflatShared *shared = shm_toc_lookup(toc, BUILD_KEY_SHARED, false);
	Sharedsort *sort = shm_toc_lookup(toc, KEY_SORT, false);
	IvfflatBuildState build = {0};
	BuildTables tables;

	BuildOpen(toc, &tables);
	build.meta = shared->meta;
	IvfflatOpen(tables.index, &build.meta, &build.index);
	IvfflatBuildBegin(&build);
	build.centers = shm_toc_lookup(toc, KEY_CENTERS, false);
	tuplesort_attach_shared(sort, segment);
	SortPart(&build, shared, sort, tables.heap, tables.info, tables.scan, false);
	BuildClose(&tables);
}

/*
 * Lays out the segment; NULL if there is none.
 */
static IvfflatShared *
Prepare(IvfflatBuildState *build, Relation heap, IndexInfo *info, ParallelTableScanDesc *scan,
		Sharedsort **sort)
{
	ParallelContext *context = build->leader.context;
	int			processes = context->nworkers + 1;
	Size		sort_size = tuplesort_estimate_shared(processes);
	Size		centers_size = mul_size(build->index.lists, build->index.value_size);
	IvfflatShared *shared;
	char	   *centers;

	shm_toc_estimate_chunk(&context->estimator, sort_size);
	shm_toc_estimate_chunk(&context->estimator, centers_size);
	shm_toc_estimate_keys(&context->estimator, 2);
	shared = (IvfflatShared *) BuildLayOut(&build->leader, sizeof(IvfflatShared), heap,
										   build->index.rel, info, scan);
	if (shared == NULL)
		return NULL;
	shared->memory = maintenance_work_mem / processes;
	shared->meta = build->meta;

	*sort = shm_toc_allocate(context->toc, sort_size);
	tuplesort_initialize_shared(*sort, processes, context->seg);
	shm_toc_insert(context->toc, KEY_SORT, *sort);

	centers = shm_toc_allocate(context->toc, centers_size);
	memcpy(centers, build->centers, centers_size);
	shm_toc_insert(context->toc, KEY_CENTERS, centers);
	return shared;
}

/*
 * Sorts in this process and the launched ones; the sort that is left merges what
 * they have done.
 */
static void
SortParts(IvfflatBuildState *build, IvfflatShared *shared, Sharedsort *sort, Relation heap,
		  IndexInfo *info, ParallelTableScanDesc scan)
{
	SortCoordinate coordinate = palloc0(sizeof(SortCoordinateData));

	SortPart(build, shared, sort, heap, info, scan, true);
	BuildWaitForParts(&build->leader, &shared->build);
	coordinate->isWorker = false;
	coordinate->nParticipants = build->leader.context->nworkers_launched + 1;
	coordinate->sharedsort = sort;
	IvfflatBeginSort(build, maintenance_work_mem, coordinate);
	tuplesort_performsort(build->sort);
	build->tuples = shared->build.tuples;
}

/*
 * Sorts with workers, which BuildLeave ends after the last sorted row was read.
 * False, and nothing done, if there are none to have.
 */
bool
IvfflatSortParallel(IvfflatBuildState *build, Relation heap, IndexInfo *info,
					double *heap_tuples)
{
	IvfflatShared *shared;
	ParallelTableScanDesc scan = NULL;
	Sharedsort *sort = NULL;

	if (!BuildEnter(&build->leader, heap, build->index.rel, info, "IvfflatParallelBuildMain"))
		return false;
	shared = Prepare(build, heap, info, &scan, &sort);
	if (shared == NULL || BuildLaunch(&build->leader, &shared->build) == 0)
	{
		BuildLeave(&build->leader);
		return false;
	}
	SortParts(build, shared, sort, heap, info, scan);
	*heap_tuples = shared->build.heap_tuples;
	return true;
}
