/*-------------------------------------------------------------------------
 *
 * change.c
 *	  Changes to the pages of the graph. Each record leaves a valid index: a
 *	  node is whole before anything points to it, a list of links is replaced in
 *	  one step.
 *
 * Locks on pages are taken in the order meta page, then by block number.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/rel.h"

#include "hnsw/hnsw.h"
#include "hnsw/shared.h"

/*
 * Begins a record. While an index is built there is none (NULL): nobody else sees
 * its pages, and they are logged when they are done.
 */
GenericXLogState *
HnswStart(HnswIndex *index)
{
	return index->building ? NULL : GenericXLogStart(index->rel);
}

/*
 * Adds a page to a record, to be changed.
 */
Page
HnswTouch(GenericXLogState *state, Buffer buffer)
{
	if (state)
		return GenericXLogRegisterBuffer(state, buffer, 0);
	MarkBufferDirty(buffer);
	return BufferGetPage(buffer);
}

void
HnswFinish(GenericXLogState *state)
{
	if (state)
		GenericXLogFinish(state);
}

/*
 * Adds the page to a record, made ready if it was never written.
 */
Page
HnswRegister(HnswIndex *index, GenericXLogState *state, Buffer buffer, int page_of_group)
{
	bool		fresh = PageIsNew(BufferGetPage(buffer));
	Page		page = fresh && state
	? GenericXLogRegisterBuffer(state, buffer, GENERIC_XLOG_FULL_IMAGE)
	: HnswTouch(state, buffer);

	if (fresh)
		HnswInitPage(index, page, page_of_group);
	return page;
}

static Buffer
LockedPage(HnswIndex *index, uint32 node, HnswPlace place)
{
	Buffer		buffer = HnswPin(index, HnswBlockOf(index, node, place));

	LockBuffer(buffer, BUFFER_LOCK_EXCLUSIVE);
	return buffer;
}

/*
 * The file has all pages of the node's group.
 */
void
HnswEnsureGroup(HnswIndex *index, uint32 node)
{
	HnswPlace	after = {.page = index->layout.pages};
	BlockNumber wanted = HnswBlockOf(index, node, after);

	if (RelationGetNumberOfBlocks(index->rel) >= wanted)
		return;
	LockRelationForExtension(index->rel, ExclusiveLock);
	while (RelationGetNumberOfBlocks(index->rel) < wanted)
		ReleaseBuffer(ReadBuffer(index->rel, P_NEW));
	UnlockRelationForExtension(index->rel, ExclusiveLock);
}

/*
 * A number for a new node, used again if one is free; its pages exist. The
 * meta page also learns of the longest vector.
 */
uint32
HnswNewNumber(HnswIndex *index, float norm)
{
	Buffer		buffer = HnswPin(index, HNSW_META_BLOCK);
	Buffer		node_buffer = InvalidBuffer;
	GenericXLogState *state;
	HnswMeta   *meta;
	uint32		node;

	LockBuffer(buffer, BUFFER_LOCK_EXCLUSIVE);
	state = HnswStart(index);
	meta = HnswPageMeta(HnswTouch(state, buffer));
	node = meta->free_head;
	if (node != HNSW_NONE)
	{
		HnswPlace	place = HnswNodePlace(index, node);
		HnswNode   *stored;
		Page		page;

		node_buffer = LockedPage(index, node, place);
		page = HnswRegister(index, state, node_buffer, place.page);
		stored = (HnswNode *) (page + place.offset);
		meta->free_head = stored->next;
		stored->state = HNSW_FREE;
	}
	else
	{
		node = meta->node_count++;
		if (node >= HNSW_NONE - 1)
			ereport(ERROR,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					 errmsg("index \"%s\" is full", RelationGetRelationName(index->rel))));
	}
	meta->largest_norm = Max(meta->largest_norm, norm);
	HnswFinish(state);
	if (BufferIsValid(node_buffer))
		UnlockReleaseBuffer(node_buffer);
	UnlockReleaseBuffer(buffer);
	HnswEnsureGroup(index, node);
	return node;
}

/*
 * Writes the links of one upper level.
 */
static void
WriteUpper(HnswIndex *index, uint32 node, int level, uint32 key, const HnswLinks *links)
{
	HnswPlace	place = HnswUpperPlace(index, node, level);
	GenericXLogState *state = NULL;
	Buffer		buffer = InvalidBuffer;
	HnswUpper  *stored;

	if (index->groups)
	{
		stored = (HnswUpper *) HnswMemory(index, node, place);
		HnswLockNode(index, node);
	}
	else
	{
		buffer = LockedPage(index, node, place);
		state = HnswStart(index);
		stored = (HnswUpper *) (HnswRegister(index, state, buffer, place.page) + place.offset);
	}
	stored->key = key;
	stored->count = links->count[level];
	memcpy(stored->links, links->links[level], links->count[level] * sizeof(uint32));
	if (BufferIsValid(buffer))
	{
		HnswFinish(state);
		UnlockReleaseBuffer(buffer);
	}
	else
		HnswUnlockNode(index, node);
}

/*
 * Writes a node with its code and links: upper levels first, then the rest in
 * one record, which makes it live.
 */
void
HnswWriteNode(HnswIndex *index, uint32 node, const HnswNode *head,
			  const HnswCode *code, const HnswLinks *links)
{
	HnswPlace	code_place = HnswCodePlace(index, node);
	HnswPlace	place = HnswNodePlace(index, node);
	GenericXLogState *state = NULL;
	Buffer		code_buffer = InvalidBuffer;
	Buffer		buffer = InvalidBuffer;
	HnswNode   *stored;
	char	   *stored_code;

	for (int level = 1; level <= links->level; level++)
		WriteUpper(index, node, level, head->key, links);
	if (index->groups)
	{
		stored_code = HnswMemory(index, node, code_place);
		stored = (HnswNode *) HnswMemory(index, node, place);
	}
	else
	{
		code_buffer = LockedPage(index, node, code_place);
		buffer = LockedPage(index, node, place);
		state = HnswStart(index);
		stored_code = HnswRegister(index, state, code_buffer, code_place.page) + code_place.offset;
		stored = (HnswNode *) (HnswRegister(index, state, buffer, place.page) + place.offset);
	}
	memcpy(stored_code, code, index->codec.size);
	if (index->groups)
		HnswLockNode(index, node);
	memcpy(stored, head, offsetof(HnswNode, links));
	stored->count = links->count[0];
	memcpy(stored->links, links->links[0], links->count[0] * sizeof(uint32));
	if (BufferIsValid(buffer))
	{
		HnswFinish(state);
		UnlockReleaseBuffer(buffer);
		UnlockReleaseBuffer(code_buffer);
	}
	else
		HnswUnlockNode(index, node);
}

/*
 * Replaces the links of a node on a level, unless they or the node changed
 * meanwhile: then false.
 */
bool
HnswChangeLinks(HnswIndex *index, uint32 node, int level, uint32 key,
				const uint32 *old, int old_count, const uint32 *new, int new_count)
{
	HnswPlace	place = level == 0 ? HnswNodePlace(index, node)
	: HnswUpperPlace(index, node, level);
	Buffer		buffer = InvalidBuffer;
	char	   *stored;
	bool		same;

	if (index->groups)
	{
		stored = HnswMemory(index, node, place);
		HnswLockNode(index, node);
	}
	else
	{
		buffer = LockedPage(index, node, place);
		stored = BufferGetPage(buffer) + place.offset;
	}
	if (level == 0)
	{
		HnswNode   *is = (HnswNode *) stored;

		same = is->key == key && is->count == old_count &&
			(is->state == HNSW_LIVE || is->state == HNSW_DEAD) &&
			memcmp(is->links, old, old_count * sizeof(uint32)) == 0;
	}
	else
	{
		HnswUpper  *is = (HnswUpper *) stored;

		same = is->key == key && is->count == old_count &&
			memcmp(is->links, old, old_count * sizeof(uint32)) == 0;
	}
	if (same)
	{
		GenericXLogState *state = NULL;

		if (BufferIsValid(buffer))
		{
			state = HnswStart(index);
			stored = HnswTouch(state, buffer) + place.offset;
		}
		if (level == 0)
		{
			((HnswNode *) stored)->count = new_count;
			memcpy(((HnswNode *) stored)->links, new, new_count * sizeof(uint32));
		}
		else
		{
			((HnswUpper *) stored)->count = new_count;
			memcpy(((HnswUpper *) stored)->links, new, new_count * sizeof(uint32));
		}
		HnswFinish(state);
	}
	if (BufferIsValid(buffer))
		UnlockReleaseBuffer(buffer);
	else
		HnswUnlockNode(index, node);
	return same;
}

static bool
LinkTwin(HnswNode *first, HnswNode *second, uint32 key, uint32 twin)
{
	/* Vacuum may be about to free a tombstone */
	if (first->key != key || !first->linked || first->state != HNSW_LIVE)
		return false;
	second->twin = first->twin;
	first->twin = twin;
	return true;
}

/*
 * Puts a written node behind the first one with the same code; false if that
 * one is no longer there.
 */
bool
HnswAddTwin(HnswIndex *index, uint32 first, uint32 key, uint32 twin)
{
	HnswPlace	first_place = HnswNodePlace(index, first);
	HnswPlace	twin_place = HnswNodePlace(index, twin);
	BlockNumber first_block = HnswBlockOf(index, first, first_place);
	BlockNumber twin_block = HnswBlockOf(index, twin, twin_place);
	Buffer		first_buffer;
	Buffer		twin_buffer;
	GenericXLogState *state;
	Page		first_page;
	Page		twin_page;
	bool		linked;

	if (index->groups)
	{
		HnswNode   *first_node = (HnswNode *) HnswMemory(index, first, first_place);
		HnswNode   *twin_node = (HnswNode *) HnswMemory(index, twin, twin_place);

		/* Nobody but its first one will lead to the twin */
		HnswLockNode(index, first);
		linked = LinkTwin(first_node, twin_node, key, twin);
		HnswUnlockNode(index, first);
		return linked;
	}

	if (first_block <= twin_block)
		first_buffer = LockedPage(index, first, first_place);
	twin_buffer = first_block == twin_block ? first_buffer
		: LockedPage(index, twin, twin_place);
	if (first_block > twin_block)
		first_buffer = LockedPage(index, first, first_place);

	state = HnswStart(index);
	first_page = HnswTouch(state, first_buffer);
	twin_page = first_block == twin_block ? first_page
		: HnswTouch(state, twin_buffer);
	linked = LinkTwin((HnswNode *) (first_page + first_place.offset),
					  (HnswNode *) (twin_page + twin_place.offset), key, twin);
	if (linked)
		HnswFinish(state);
	else if (state)
		GenericXLogAbort(state);
	if (first_block != twin_block)
		UnlockReleaseBuffer(twin_buffer);
	UnlockReleaseBuffer(first_buffer);
	return linked;
}
