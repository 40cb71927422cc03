/*-------------------------------------------------------------------------
 *
 * shared.c
 *	  Pages in shared memory, allocated as the graph of a parallel build grows.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"

#include "hnsw/shared.h"

static Size
GroupSize(const HnswIndex *index)
{
	return (Size) index->layout.pages * BLCKSZ;
}

Size
HnswSharedSize(uint32 group_room)
{
	return add_size(offsetof(HnswShared, groups), mul_size(sizeof(dsa_pointer), group_room));
}

/*
 * Groups that may be allocated: each process may add a node and a key before it
 * sees that memory is full.
 */
uint32
HnswSharedRoom(const HnswIndex *index, Size memory, int processes)
{
	return memory / GroupSize(index) + 2 * processes + 2;
}

void
HnswSharedInit(HnswShared *shared, const HnswMeta *meta, uint32 group_room)
{
	shared->tranche = LWLockNewTrancheId();
	LWLockInitialize(&shared->phase, shared->tranche);
	LWLockInitialize(&shared->roots, shared->tranche);
	LWLockInitialize(&shared->allocation, shared->tranche);
	for (int i = 0; i < HNSW_NODE_LOCKS; i++)
		SpinLockInit(&shared->nodes[i].lock);
	shared->meta = *meta;
	shared->group_room = group_room;
}

/*
 * The index's pages are those in shared memory; each group is looked up once.
 */
void
HnswSharedAttach(HnswIndex *index, HnswShared *shared, dsa_area *area)
{
	LWLockRegisterTranche(shared->tranche, "HnswBuild");
	index->shared = shared;
	index->area = area;
	index->groups = palloc0(mul_size(sizeof(char *), shared->group_room));
	index->group_room = shared->group_room;
}

/*
 * The group exists, and this process knows where.
 */
void
HnswSharedAddGroup(HnswIndex *index, uint32 group)
{
	HnswShared *shared = index->shared;

	if (group >= shared->group_room)
		elog(ERROR, "no room for group %u of an hnsw graph", group);
	LWLockAcquire(&shared->allocation, LW_EXCLUSIVE);
	while (shared->group_count <= group)
	{
		dsa_pointer pointer = dsa_allocate_extended(index->area, GroupSize(index),
													DSA_ALLOC_HUGE);
		char	   *pages = dsa_get_address(index->area, pointer);

		for (int i = 0; i < index->layout.pages; i++)
			HnswInitPage(index, pages + (Size) i * BLCKSZ, i);
		shared->groups[shared->group_count] = pointer;
		shared->group_count++;
	}
	LWLockRelease(&shared->allocation);
	index->groups[group] = dsa_get_address(index->area, shared->groups[group]);
}

/*
 * A number for a new node; its pages exist.
 */
uint32
HnswSharedNumber(HnswIndex *index, float norm)
{
	HnswShared *shared = index->shared;
	uint32		node;

	SpinLockAcquire(&shared->build.mutex);
	node = shared->meta.node_count++;
	shared->meta.largest_norm = Max(shared->meta.largest_norm, norm);
	SpinLockRelease(&shared->build.mutex);
	if (index->groups[node / HNSW_GROUP_NODES] == NULL)
		HnswSharedAddGroup(index, node / HNSW_GROUP_NODES);
	return node;
}

/*
 * Has the memory been used up?
 */
bool
HnswSharedFull(const HnswIndex *index)
{
	return index->shared->group_count * GroupSize(index) > index->shared->memory;
}
