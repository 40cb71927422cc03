/*-------------------------------------------------------------------------
 *
 * root.c
 *	  The root of a graph, on the meta page or with its key: the entry, moved
 *	  when a node of a higher level joins, and the chain of the key's nodes.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "hnsw/hnsw.h"
#include "hnsw/key.h"
#include "hnsw/root.h"
#include "hnsw/shared.h"

static HnswRoot *
RootOn(Page page, uint32 key)
{
	return key == HNSW_WHOLE ? &HnswPageMeta(page)->whole : &HnswKeyOn(page, key)->root;
}

static BlockNumber
RootBlock(HnswIndex *index, uint32 key)
{
	return key == HNSW_WHOLE ? HNSW_META_BLOCK : HnswKeyBlock(index, key);
}

static HnswRoot *
RootInMemory(HnswIndex *index, HnswMeta *memory_meta, uint32 key)
{
	return key == HNSW_WHOLE ? &memory_meta->whole
		: &HnswKeyOn(HnswKeyMemory(index, key), key)->root;
}

void
HnswReadRoot(HnswIndex *index, HnswMeta *memory_meta, uint32 key, HnswRoot *root)
{
	Buffer		buffer;

	if (memory_meta)
	{
		HnswLockRoots(index, LW_SHARED);
		*root = *RootInMemory(index, memory_meta, key);
		HnswUnlockRoots(index);
		return;
	}
	buffer = HnswPin(index, RootBlock(index, key));
	LockBuffer(buffer, BUFFER_LOCK_SHARE);
	*root = *RootOn(BufferGetPage(buffer), key);
	UnlockReleaseBuffer(buffer);
}

/* Does the node become the entry? */
static bool
Enters(const HnswRoot *root, uint32 node)
{
	return root->entry == HNSW_NONE || HnswLevelOf(node) > HnswLevelOf(root->entry);
}

/* The node is the latest of its key's chain */
static void
JoinChain(HnswRoot *root, HnswNode *stored, uint32 node)
{
	stored->next = root->head;
	root->head = node;
	root->count++;
}

/*
 * Joins the graph of the whole index: its page changes only for a new entry.
 */
static bool
JoinWhole(HnswIndex *index, uint32 node, bool alone)
{
	Buffer		buffer = HnswPin(index, HNSW_META_BLOCK);
	HnswRoot   *root;
	bool		joined;

	LockBuffer(buffer, BUFFER_LOCK_SHARE);
	root = RootOn(BufferGetPage(buffer), HNSW_WHOLE);
	if (Enters(root, node))
	{
		/* Rare: look again with the right to change it */
		LockBuffer(buffer, BUFFER_LOCK_UNLOCK);
		LockBuffer(buffer, BUFFER_LOCK_EXCLUSIVE);
		joined = !alone || root->entry == HNSW_NONE;
		if (joined && Enters(root, node))
		{
			GenericXLogState *state = HnswStart(index);
			Page		page = HnswTouch(state, buffer);

			RootOn(page, HNSW_WHOLE)->entry = node;
			HnswFinish(state);
		}
	}
	else
		joined = !alone;
	UnlockReleaseBuffer(buffer);
	return joined;
}

/*
 * Joins the graph of a key and its chain, in one record.
 */
static bool
JoinKey(HnswIndex *index, uint32 key, uint32 node, bool linked, bool alone)
{
	HnswPlace	place = HnswNodePlace(index, node);
	BlockNumber key_block = RootBlock(index, key);
	BlockNumber node_block = HnswBlockOf(index, node, place);
	Buffer		key_buffer = HnswPin(index, key_block);
	Buffer		node_buffer = HnswPin(index, node_block);
	HnswRoot   *root;
	bool		joined;

	LockBuffer(key_block < node_block ? key_buffer : node_buffer, BUFFER_LOCK_EXCLUSIVE);
	LockBuffer(key_block < node_block ? node_buffer : key_buffer, BUFFER_LOCK_EXCLUSIVE);
	root = RootOn(BufferGetPage(key_buffer), key);
	joined = !alone || root->entry == HNSW_NONE;
	if (joined)
	{
		GenericXLogState *state = HnswStart(index);
		Page		key_page = HnswTouch(state, key_buffer);
		Page		node_page = HnswTouch(state, node_buffer);

		root = RootOn(key_page, key);
		JoinChain(root, (HnswNode *) (node_page + place.offset), node);
		if (linked && Enters(root, node))
			root->entry = node;
		HnswFinish(state);
	}
	UnlockReleaseBuffer(node_buffer);
	UnlockReleaseBuffer(key_buffer);
	return joined;
}

static bool
JoinInMemory(HnswIndex *index, HnswMeta *memory_meta, uint32 key, uint32 node, bool linked,
			 bool alone)
{
	HnswRoot   *root;
	bool		joined;

	HnswLockRoots(index, LW_EXCLUSIVE);
	root = RootInMemory(index, memory_meta, key);
	joined = !alone || root->entry == HNSW_NONE;
	if (joined)
	{
		if (linked && Enters(root, node))
			root->entry = node;
		if (key != HNSW_WHOLE)
			JoinChain(root, (HnswNode *) HnswMemory(index, node, HnswNodePlace(index, node)),
					  node);
	}
	HnswUnlockRoots(index);
	return joined;
}

/*
 * A written node joins its graph. False if it was linked to nothing because the
 * graph seemed empty, and is not.
 */
bool
HnswJoinRoot(HnswIndex *index, HnswMeta *memory_meta, uint32 key, uint32 node,
			 bool linked, bool alone)
{
	if (memory_meta)
		return JoinInMemory(index, memory_meta, key, node, linked, alone);
	if (key != HNSW_WHOLE)
		return JoinKey(index, key, node, linked, alone);
	return !linked || JoinWhole(index, node, alone);
}

/*
 * Nodes have gone; if the entry is among them, another takes its place.
 */
void
HnswMoveEntry(HnswIndex *index, uint32 key, uint32 from, uint32 to, uint32 gone)
{
	Buffer		buffer = HnswPin(index, RootBlock(index, key));

	LockBuffer(buffer, BUFFER_LOCK_EXCLUSIVE);
	if (from != to || gone > 0)
	{
		GenericXLogState *state = HnswStart(index);
		HnswRoot   *root = RootOn(HnswTouch(state, buffer), key);

		if (root->entry == from)
			root->entry = to;
		root->count -= Min(gone, root->count);
		HnswFinish(state);
	}
	UnlockReleaseBuffer(buffer);
}

/*
 * Takes a node out of its key's chain; before is the node that leads to it, or
 * HNSW_NONE for the head. False if another one leads to it by now.
 */
bool
HnswLeaveChain(HnswIndex *index, uint32 key, uint32 before, uint32 node, uint32 next)
{
	HnswPlace	place = {0};
	BlockNumber block = RootBlock(index, key);
	Buffer		buffer;
	uint32	   *leads;
	bool		same;

	if (before != HNSW_NONE)
	{
		place = HnswNodePlace(index, before);
		block = HnswBlockOf(index, before, place);
	}
	buffer = HnswPin(index, block);
	LockBuffer(buffer, BUFFER_LOCK_EXCLUSIVE);
	leads = before == HNSW_NONE ? &RootOn(BufferGetPage(buffer), key)->head
		: &((HnswNode *) (BufferGetPage(buffer) + place.offset))->next;
	same = *leads == node;
	if (same)
	{
		GenericXLogState *state = HnswStart(index);
		Page		page = HnswTouch(state, buffer);

		leads = before == HNSW_NONE ? &RootOn(page, key)->head
			: &((HnswNode *) (page + place.offset))->next;
		*leads = next;
		HnswFinish(state);
	}
	UnlockReleaseBuffer(buffer);
	return same;
}
