/*-------------------------------------------------------------------------
 *
 * build.h
 *	  One process of CREATE INDEX.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HNSW_BUILD_H
#define HNSW_BUILD_H

#include "hnsw/shared.h"

typedef struct HnswBatchRow HnswBatchRow;

/* Rows that wait to be inserted into pages */
typedef struct HnswBatch
{
	MemoryContext context;		/* holds them */
	Size		memory;			/* bytes that they may take */
	HnswBatchRow *rows;
	int64		count;
	int64		room;
} HnswBatch;

typedef struct HnswBuildState
{
	Relation	rel;
	const HnswClass *class;
	HnswMeta   *meta;			/* what the meta page will say */
	HnswIndex  *index;
	HnswInserter inserter;
	bool		in_memory;
	MemoryContext row;			/* reset for each row */
	MemoryContext graph;		/* the pages in memory */
	HnswBatch	batch;
	double		tuples;
	double		error_squares;	/* of codes, to learn their mean */
	bool		progress;		/* tells how far the build is */
	HnswShared *shared;			/* of a parallel build, else NULL */
} HnswBuildState;

/* build.c */
extern void HnswBuildBegin(HnswBuildState *build, Relation rel, HnswMeta *meta);
extern void HnswBuildRow(Relation rel, ItemPointer tid, Datum *values, bool *isnull, bool alive,
						 void *state);
extern void HnswBuildInsert(HnswBuildState *build, Datum value, ItemPointer tid, uint32 key,
							HnswMeta *memory_meta);
extern void HnswLeaveMemory(HnswBuildState *build);
extern void HnswForgetMemory(HnswBuildState *build);
extern void HnswBuildConnect(HnswBuildState *build);

/* batch.c */
extern void HnswBatchAdd(HnswBuildState *build, Datum value, ItemPointer tid, uint32 key);
extern void HnswBatchInsert(HnswBuildState *build);

/* parallel.c */
extern bool HnswBuildParallel(HnswBuildState *build, Relation heap, struct IndexInfo *info,
							  double *heap_tuples);
extern PGDLLEXPORT void HnswParallelBuildMain(dsm_segment *segment, shm_toc *toc);

#endif							/* HNSW_BUILD_H */
