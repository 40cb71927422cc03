/*-------------------------------------------------------------------------
 *
 * shared.h
 *	  The graph of a parallel build: its pages lie in shared memory.
 *
 * Links of a node are read and replaced under a spinlock of its own (one for
 * several nodes); roots and keys under one lightweight lock. A code is written
 * before its node can be found, and needs none.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HNSW_SHARED_H
#define HNSW_SHARED_H

#include "storage/lwlock.h"
#include "utils/dsa.h"

#include "hnsw/hnsw.h"
#include "parallel/parallel.h"

/* Spinlocks of nodes */
#define HNSW_NODE_LOCKS	4096

typedef union HnswNodeLock
{
	slock_t		lock;
	char		padding[16];
} HnswNodeLock;

typedef struct HnswShared
{
	BuildShared build;			/* its mutex also guards the next one */
	double		error_squares;

	/* told by the leader */
	int			tranche;		/* of the lightweight locks */
	Size		memory;			/* bytes of pages, at most */
	uint32		group_room;
	int			processes;		/* that insert, at most */

	LWLock		phase;			/* shared: a row is inserted; exclusive: the
								 * pages leave memory */
	bool		flushed;		/* they have; guarded by phase */
	LWLock		roots;			/* keys and where graphs begin */
	LWLock		allocation;		/* groups */
	HnswMeta	meta;			/* node_count and largest_norm under the
								 * build's mutex */
	uint32		group_count;	/* under allocation */
	HnswNodeLock nodes[HNSW_NODE_LOCKS];
	dsa_pointer groups[FLEXIBLE_ARRAY_MEMBER];
} HnswShared;

static inline void
HnswLockNode(const HnswIndex *index, uint32 node)
{
	if (index->shared)
		SpinLockAcquire(&index->shared->nodes[node % HNSW_NODE_LOCKS].lock);
}

static inline void
HnswUnlockNode(const HnswIndex *index, uint32 node)
{
	if (index->shared)
		SpinLockRelease(&index->shared->nodes[node % HNSW_NODE_LOCKS].lock);
}

static inline void
HnswLockRoots(const HnswIndex *index, LWLockMode mode)
{
	if (index->shared)
		LWLockAcquire(&index->shared->roots, mode);
}

static inline void
HnswUnlockRoots(const HnswIndex *index)
{
	if (index->shared)
		LWLockRelease(&index->shared->roots);
}

/* shared.c */
extern Size HnswSharedSize(uint32 group_room);
extern uint32 HnswSharedRoom(const HnswIndex *index, Size memory, int processes);
extern void HnswSharedInit(HnswShared *shared, const HnswMeta *meta, uint32 group_room);
extern void HnswSharedAttach(HnswIndex *index, HnswShared *shared, dsa_area *area);
extern void HnswSharedAddGroup(HnswIndex *index, uint32 group);
extern uint32 HnswSharedNumber(HnswIndex *index, float norm);
extern bool HnswSharedFull(const HnswIndex *index);

#endif							/* HNSW_SHARED_H */
