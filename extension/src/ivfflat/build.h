/*-------------------------------------------------------------------------
 *
 * build.h
 *	  CREATE INDEX: shared by build.c (centers and pages) and parallel.c (which
 *	  process sorts which rows).
 *
 *-------------------------------------------------------------------------
 */
#ifndef IVFFLAT_BUILD_H
#define IVFFLAT_BUILD_H

#include "utils/tuplesort.h"

#include "ivfflat/ivfflat.h"
#include "parallel/parallel.h"

typedef struct IvfflatBuildState
{
	IvfflatIndex index;
	IvfflatMeta meta;
	char	   *centers;
	Tuplesortstate *sort;
	TupleTableSlot *slot;
	bytea	   *entry;			/* IvfflatEntry, as a value to sort along */
	MemoryContext row;			/* reset for each row */
	double		tuples;
	Buffer		list_buffer;	/* page of the list being written */
	Buffer		buffer;			/* its latest entry page */
	BuildLeader leader;			/* if several processes sort */
} IvfflatBuildState;

/* build.c */
extern void IvfflatBuildBegin(IvfflatBuildState *build);
extern void IvfflatBeginSort(IvfflatBuildState *build, int memory, SortCoordinate coordinate);
extern void IvfflatAssignRow(Relation rel, ItemPointer tid, Datum *values, bool *isnull,
							 bool alive, void *state);

/* parallel.c: rows assigned and sorted by several processes */
extern bool IvfflatSortParallel(IvfflatBuildState *build, Relation heap,
								struct IndexInfo *info, double *heap_tuples);
extern PGDLLEXPORT void IvfflatParallelBuildMain(dsm_segment *segment, shm_toc *toc);

#endif							/* IVFFLAT_BUILD_H */
