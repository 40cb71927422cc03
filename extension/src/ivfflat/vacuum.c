/*-------------------------------------------------------------------------
 *
 * vacuum.c
 *	  Dead rows leave their pages; the others move together.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "commands/vacuum.h"
#include "utils/rel.h"

#include "ivfflat/ivfflat.h"

#if PG_VERSION_NUM >= 180000
#define vacuum_delay_point()	vacuum_delay_point(false)
#endif

/*
 * Takes dead entries off a page; returns how many are left.
 */
static int
CleanPage(IvfflatIndex *index, Buffer buffer, IndexBulkDeleteResult *stats,
		  IndexBulkDeleteCallback dead, void *dead_state)
{
	GenericXLogState *state = GenericXLogStart(index->rel);
	Page		page = GenericXLogRegisterBuffer(state, buffer, 0);
	int			count = IvfflatOpaque(page)->count;
	int			kept = 0;

	for (int i = 0; i < count; i++)
	{
		IvfflatEntry *entry = IvfflatEntryOn(index, page, i);

		if (dead(&entry->tid, dead_state))
			continue;
		if (kept < i)
			memcpy(IvfflatEntryOn(index, page, kept), entry, index->entry_size);
		kept++;
	}
	stats->num_index_tuples += kept;
	stats->tuples_removed += count - kept;
	if (kept < count)
	{
		IvfflatSetCount(index, page, kept);
		GenericXLogFinish(state);
	}
	else
		GenericXLogAbort(state);
	return kept;
}

/*
 * Cleans the pages of a list; the search for room begins at the first that has
 * some.
 */
static void
CleanList(IndexVacuumInfo *info, IvfflatIndex *index, int list, IndexBulkDeleteResult *stats,
		  IndexBulkDeleteCallback dead, void *dead_state)
{
	Buffer		buffer = ReadBufferExtended(index->rel, MAIN_FORKNUM,
											IvfflatListBlock(index, list), RBM_NORMAL,
											info->strategy);
	BlockNumber block;
	BlockNumber room = InvalidBlockNumber;
	bool		before = true;	/* the page to insert into is still to come */
	BlockNumber insert;

	LockBuffer(buffer, BUFFER_LOCK_SHARE);
	block = IvfflatListOn(index, BufferGetPage(buffer), list)->first;
	insert = IvfflatListOn(index, BufferGetPage(buffer), list)->insert;
	LockBuffer(buffer, BUFFER_LOCK_UNLOCK);
	while (block != InvalidBlockNumber)
	{
		Buffer		entries;
		BlockNumber this = block;

		vacuum_delay_point();
		entries = ReadBufferExtended(index->rel, MAIN_FORKNUM, block, RBM_NORMAL,
									 info->strategy);
		LockBuffer(entries, BUFFER_LOCK_EXCLUSIVE);
		before = before && this != insert;
		if (CleanPage(index, entries, stats, dead, dead_state) < index->entries_per_page &&
			room == InvalidBlockNumber && before)
			room = this;
		block = IvfflatOpaque(BufferGetPage(entries))->next;
		UnlockReleaseBuffer(entries);
	}
	if (room != InvalidBlockNumber)
	{
		GenericXLogState *state;

		LockBuffer(buffer, BUFFER_LOCK_EXCLUSIVE);
		state = GenericXLogStart(index->rel);
		IvfflatListOn(index, GenericXLogRegisterBuffer(state, buffer, 0), list)->insert = room;
		GenericXLogFinish(state);
		LockBuffer(buffer, BUFFER_LOCK_UNLOCK);
	}
	ReleaseBuffer(buffer);
}

IndexBulkDeleteResult *
IvfflatBulkDelete(IndexVacuumInfo *info, IndexBulkDeleteResult *stats,
				  IndexBulkDeleteCallback callback, void *state)
{
	IvfflatMeta meta;
	IvfflatIndex index;

	if (stats == NULL)
		stats = palloc0(sizeof(IndexBulkDeleteResult));
	stats->num_index_tuples = 0;
	IvfflatReadMeta(info->index, &meta);
	IvfflatOpen(info->index, &meta, &index);
	for (int list = 0; list < index.lists; list++)
		CleanList(info, &index, list, stats, callback, state);
	return stats;
}

IndexBulkDeleteResult *
IvfflatVacuumCleanup(IndexVacuumInfo *info, IndexBulkDeleteResult *stats)
{
	if (info->analyze_only || stats == NULL)
		return stats;
	stats->num_pages = RelationGetNumberOfBlocks(info->index);
	return stats;
}
