/*-------------------------------------------------------------------------
 *
 * root.c
 *	  The entry of a graph: read before each walk, moved when a node of a higher
 *	  level joins.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "hnsw/hnsw.h"
#include "hnsw/root.h"

void
HnswReadRoot(HnswIndex *index, HnswMeta *memory_meta, uint32 key, HnswRoot *root)
{
	Buffer		buffer;

	if (memory_meta)
	{
		*root = memory_meta->whole;
		return;
	}
	buffer = HnswPin(index, HNSW_META_BLOCK);
	LockBuffer(buffer, BUFFER_LOCK_SHARE);
	*root = HnswPageMeta(BufferGetPage(buffer))->whole;
	UnlockReleaseBuffer(buffer);
}

/* Does the node become the entry? */
static bool
Enters(const HnswRoot *root, uint32 node)
{
	return root->entry == HNSW_NONE || HnswLevelOf(node) > HnswLevelOf(root->entry);
}

/*
 * A written node joins its graph. False if it was linked to nothing because the
 * graph seemed empty, and is not.
 */
bool
HnswJoinRoot(HnswIndex *index, HnswMeta *memory_meta, uint32 key, uint32 node,
			 bool linked, bool alone)
{
	Buffer		buffer;
	HnswRoot   *root;
	bool		joined = true;

	if (!linked)
		return true;
	if (memory_meta)
	{
		if (Enters(&memory_meta->whole, node))
			memory_meta->whole.entry = node;
		return true;
	}
	buffer = HnswPin(index, HNSW_META_BLOCK);
	LockBuffer(buffer, BUFFER_LOCK_SHARE);
	root = &HnswPageMeta(BufferGetPage(buffer))->whole;
	if (Enters(root, node))
	{
		/* Rare: look again with the right to change it */
		LockBuffer(buffer, BUFFER_LOCK_UNLOCK);
		LockBuffer(buffer, BUFFER_LOCK_EXCLUSIVE);
		root = &HnswPageMeta(BufferGetPage(buffer))->whole;
		joined = !alone || root->entry == HNSW_NONE || root->entry == node;
		if (joined && Enters(root, node))
		{
			GenericXLogState *state = GenericXLogStart(index->rel);
			Page		page = GenericXLogRegisterBuffer(state, buffer, 0);

			HnswPageMeta(page)->whole.entry = node;
			GenericXLogFinish(state);
		}
	}
	else
		joined = !alone || root->entry == node;
	UnlockReleaseBuffer(buffer);
	return joined;
}

/*
 * The entry is about to go: another node takes its place.
 */
void
HnswMoveEntry(HnswIndex *index, uint32 key, uint32 from, uint32 to)
{
	Buffer		buffer = HnswPin(index, HNSW_META_BLOCK);

	LockBuffer(buffer, BUFFER_LOCK_EXCLUSIVE);
	if (HnswPageMeta(BufferGetPage(buffer))->whole.entry == from)
	{
		GenericXLogState *state = GenericXLogStart(index->rel);
		Page		page = GenericXLogRegisterBuffer(state, buffer, 0);

		HnswPageMeta(page)->whole.entry = to;
		GenericXLogFinish(state);
	}
	UnlockReleaseBuffer(buffer);
}

/*
 * The key of a row.
 */
uint32
HnswKeyFor(HnswIndex *index, Datum *values, bool *isnull, bool make)
{
	return HNSW_WHOLE;
}
