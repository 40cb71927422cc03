/*-------------------------------------------------------------------------
 *
 * insert.c
 *	  A row joins the list of its nearest center.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/rel.h"

#include "ivfflat/ivfflat.h"

/*
 * A new page at the end of the file, locked, not yet made ready.
 */
static Buffer
Extend(Relation rel)
{
	Buffer		buffer;

	LockRelationForExtension(rel, ExclusiveLock);
	buffer = ReadBuffer(rel, P_NEW);
	LockBuffer(buffer, BUFFER_LOCK_EXCLUSIVE);
	UnlockRelationForExtension(rel, ExclusiveLock);
	return buffer;
}

/*
 * The page where a search for room in the list begins; an empty list gets its
 * first one.
 */
static BlockNumber
InsertBlock(IvfflatIndex *index, int list)
{
	Buffer		buffer = ReadBuffer(index->rel, IvfflatListBlock(index, list));
	BlockNumber block;

	LockBuffer(buffer, BUFFER_LOCK_SHARE);
	block = IvfflatListOn(index, BufferGetPage(buffer), list)->insert;
	if (block == InvalidBlockNumber)
	{
		LockBuffer(buffer, BUFFER_LOCK_UNLOCK);
		LockBuffer(buffer, BUFFER_LOCK_EXCLUSIVE);
		block = IvfflatListOn(index, BufferGetPage(buffer), list)->insert;
	}
	if (block == InvalidBlockNumber)
	{
		Buffer		new = Extend(index->rel);
		GenericXLogState *state = GenericXLogStart(index->rel);
		IvfflatList *stored;

		block = BufferGetBlockNumber(new);
		IvfflatInitPage(GenericXLogRegisterBuffer(state, new, GENERIC_XLOG_FULL_IMAGE));
		stored = IvfflatListOn(index, GenericXLogRegisterBuffer(state, buffer, 0), list);
		stored->first = block;
		stored->insert = block;
		GenericXLogFinish(state);
		UnlockReleaseBuffer(new);
	}
	UnlockReleaseBuffer(buffer);
	return block;
}

/*
 * Adds an entry to the list's chain from this page on; returns the page that
 * had room.
 */
static BlockNumber
AddToChain(IvfflatIndex *index, BlockNumber block, const IvfflatEntry *entry)
{
	for (;;)
	{
		Buffer		buffer = ReadBuffer(index->rel, block);
		IvfflatPageOpaque *opaque;
		GenericXLogState *state;
		Buffer		new;
		Page		page;

		CHECK_FOR_INTERRUPTS();
		LockBuffer(buffer, BUFFER_LOCK_EXCLUSIVE);
		opaque = IvfflatOpaque(BufferGetPage(buffer));
		if (opaque->count < index->entries_per_page)
		{
			state = GenericXLogStart(index->rel);
			IvfflatAddEntry(index, GenericXLogRegisterBuffer(state, buffer, 0), entry);
			GenericXLogFinish(state);
			UnlockReleaseBuffer(buffer);
			return block;
		}
		if (opaque->next != InvalidBlockNumber)
		{
			block = opaque->next;
			UnlockReleaseBuffer(buffer);
			continue;
		}
		new = Extend(index->rel);
		block = BufferGetBlockNumber(new);
		state = GenericXLogStart(index->rel);
		page = GenericXLogRegisterBuffer(state, new, GENERIC_XLOG_FULL_IMAGE);
		IvfflatInitPage(page);
		IvfflatAddEntry(index, page, entry);
		IvfflatOpaque(GenericXLogRegisterBuffer(state, buffer, 0))->next = block;
		GenericXLogFinish(state);
		UnlockReleaseBuffer(new);
		UnlockReleaseBuffer(buffer);
		return block;
	}
}

/*
 * The next search for room in the list begins here.
 */
static void
SetInsertBlock(IvfflatIndex *index, int list, BlockNumber from, BlockNumber to)
{
	Buffer		buffer = ReadBuffer(index->rel, IvfflatListBlock(index, list));

	LockBuffer(buffer, BUFFER_LOCK_EXCLUSIVE);
	if (IvfflatListOn(index, BufferGetPage(buffer), list)->insert == from)
	{
		GenericXLogState *state = GenericXLogStart(index->rel);

		IvfflatListOn(index, GenericXLogRegisterBuffer(state, buffer, 0), list)->insert = to;
		GenericXLogFinish(state);
	}
	UnlockReleaseBuffer(buffer);
}

bool
IvfflatInsert(Relation rel, Datum *values, bool *isnull, ItemPointer tid,
			  Relation heap, IndexUniqueCheck unique, bool unchanged,
			  struct IndexInfo *info)
{
	IvfflatMeta meta;
	IvfflatIndex index;
	IvfflatEntry *entry;

	if (isnull[0])
		return false;
	IvfflatReadMeta(rel, &meta);
	IvfflatOpen(rel, &meta, &index);
	entry = palloc0(index.entry_size);
	entry->tid = *tid;
	if (IvfflatStore(&index, values[0], entry->value))
	{
		IvfflatProbe *probes = palloc(sizeof(IvfflatProbe) * index.lists);
		int			nearest = 0;
		BlockNumber from;
		BlockNumber to;

		IvfflatCompareCenters(&index, entry->value, probes);
		for (int list = 1; list < index.lists; list++)
			if (probes[list].distance < probes[nearest].distance)
				nearest = list;
		from = InsertBlock(&index, nearest);
		to = AddToChain(&index, from, entry);
		if (from != to)
			SetInsertBlock(&index, nearest, from, to);
		pfree(probes);
	}
	pfree(entry);
	return false;
}
