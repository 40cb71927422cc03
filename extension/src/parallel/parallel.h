/*-------------------------------------------------------------------------
 *
 * parallel.h
 *	  CREATE INDEX by several processes: what hnsw and ivfflat have in common.
 *
 * The leader enters, lays out a segment that begins with BuildShared, launches
 * workers, takes a part of the table itself, and waits for the others' parts. What
 * a part is made into is a matter of the access method.
 *
 *-------------------------------------------------------------------------
 */
#ifndef PARALLEL_PARALLEL_H
#define PARALLEL_PARALLEL_H

#include "access/parallel.h"
#include "access/tableam.h"
#include "nodes/execnodes.h"
#include "storage/condition_variable.h"
#include "storage/spin.h"

/* What lies in the segment; an access method's own keys begin at the last one */
#define BUILD_KEY_SHARED	UINT64CONST(0xB377000000000001)
#define BUILD_KEY_SCAN		UINT64CONST(0xB377000000000002)
#define BUILD_KEY_QUERY		UINT64CONST(0xB377000000000003)
#define BUILD_KEY_METHOD	UINT64CONST(0xB377000000000010)

/* First member of what the processes share */
typedef struct BuildShared
{
	/* told by the leader */
	Oid			heap;
	Oid			index;
	bool		concurrent;		/* CREATE INDEX CONCURRENTLY */

	slock_t		mutex;			/* guards what follows */
	int			running;		/* processes that have not done their part */
	double		heap_tuples;
	double		tuples;			/* in the index */
	ConditionVariable done;		/* signalled when one has done its part */
} BuildShared;

/* What the leader must end */
typedef struct BuildLeader
{
	ParallelContext *context;	/* NULL: one process builds */
	Snapshot	snapshot;		/* what the processes see */
} BuildLeader;

/* What a worker has open */
typedef struct BuildTables
{
	Relation	heap;
	Relation	index;
	IndexInfo  *info;
	LOCKMODE	heap_lock;
	LOCKMODE	index_lock;
	ParallelTableScanDesc scan;
} BuildTables;

/* The leader */
extern bool BuildEnter(BuildLeader *leader, Relation heap, Relation index, IndexInfo *info,
					   const char *worker_main);
extern BuildShared *BuildLayOut(BuildLeader *leader, Size shared_size, Relation heap,
								Relation index, IndexInfo *info,
								ParallelTableScanDesc *scan);
extern int	BuildLaunch(BuildLeader *leader, BuildShared *shared);
extern void BuildWaitForParts(BuildLeader *leader, BuildShared *shared);
extern void BuildLeave(BuildLeader *leader);

/* A worker */
extern void BuildOpen(shm_toc *toc, BuildTables *tables);
extern void BuildClose(BuildTables *tables);

/* Both */
extern void BuildPartDone(BuildShared *shared, double heap_tuples, bool is_leader);

#endif							/* PARALLEL_PARALLEL_H */
