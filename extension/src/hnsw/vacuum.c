/*-------------------------------------------------------------------------
 *
 * vacuum.c
 *	  Taking dead rows out of the graph, in three passes over its nodes:
 *
 *	mark	nodes of dead rows become tombstones: walked through, not returned
 *	repair	who is linked to a tombstone takes over its links (as in Singh et
 *			al., FreshDiskANN, arXiv 2105.09613, algorithm 4)
 *	free	nothing leads to the tombstones any more: their numbers are listed
 *
 * At the end of VACUUM, nodes that nothing leads to are connected (connect.c).
 *
 * Between mark and repair it waits for inserts in progress, which may have
 * chosen a tombstone; later ones do not. A crash in between leaves tombstones to
 * the next vacuum.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "commands/vacuum.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#include "hnsw/hnsw.h"
#include "hnsw/key.h"
#include "hnsw/root.h"

#if PG_VERSION_NUM >= 180000
#define vacuum_delay_point()	vacuum_delay_point(false)
#endif

/* Candidates that a node under repair may take over, times its most links */
#define REPAIR_CANDIDATES	1.5

typedef struct HnswVacuum
{
	IndexVacuumInfo *info;
	HnswIndex  *index;
	HnswInserter inserter;
	HnswMeta	meta;
	BlockNumber blocks;			/* of the file when it began */
	uint64	   *going;			/* a bit a node: tombstones to be freed */
	uint64	   *lost;			/* a bit a node: free at the first pass */
	IndexBulkDeleteCallback dead;
	void	   *dead_state;
	IndexBulkDeleteResult *stats;
	uint32		entry;			/* a live node of the highest level seen */
	HnswHeap	around;			/* candidates of a repair */
	uint32	   *links;
	uint32	   *theirs;
	uint32	   *result;
} HnswVacuum;

static inline bool
Going(HnswVacuum *vacuum, uint32 node)
{
	return node < vacuum->meta.node_count &&
		(vacuum->going[node / 64] & (UINT64CONST(1) << (node % 64))) != 0;
}

static inline void
SetBit(uint64 *bits, uint32 node, bool value)
{
	if (value)
		bits[node / 64] |= UINT64CONST(1) << (node % 64);
	else
		bits[node / 64] &= ~(UINT64CONST(1) << (node % 64));
}

/*
 * Was its number taken for an insert that never finished?  It was free at the
 * first pass, and inserts in progress were waited for since.
 */
static inline bool
Lost(HnswVacuum *vacuum, uint32 node)
{
	return (vacuum->lost[node / 64] & (UINT64CONST(1) << (node % 64))) != 0;
}

static void
WaitForInserts(HnswVacuum *vacuum)
{
	LockPage(vacuum->index->rel, HNSW_INSERT_LOCK, ExclusiveLock);
	UnlockPage(vacuum->index->rel, HNSW_INSERT_LOCK, ExclusiveLock);
}

/*
 * The link page that the node is on, locked; *last becomes the last node on it.
 * Invalid if the page does not exist.
 */
static Buffer
LinkPage(HnswVacuum *vacuum, uint32 node, uint32 *last)
{
	HnswIndex  *index = vacuum->index;
	HnswPlace	place = HnswNodePlace(index, node);
	BlockNumber block = HnswBlockOf(index, node, place);
	Buffer		buffer;

	*last = node;
	while (*last + 1 < vacuum->meta.node_count &&
		   HnswBlockOf(index, *last + 1, HnswNodePlace(index, *last + 1)) == block)
		(*last)++;
	if (block >= vacuum->blocks)
		return InvalidBuffer;
	buffer = ReadBufferExtended(index->rel, MAIN_FORKNUM, block, RBM_NORMAL,
								vacuum->info->strategy);
	LockBuffer(buffer, BUFFER_LOCK_EXCLUSIVE);
	if (PageIsNew(BufferGetPage(buffer)))
	{
		UnlockReleaseBuffer(buffer);
		return InvalidBuffer;
	}
	return buffer;
}

/*
 * First pass.
 */
static void
MarkPage(HnswVacuum *vacuum, uint32 first, uint32 last, Buffer buffer)
{
	HnswIndex  *index = vacuum->index;
	GenericXLogState *state = GenericXLogStart(index->rel);
	Page		page = GenericXLogRegisterBuffer(state, buffer, 0);
	bool		changed = false;

	for (uint32 node = first; node <= last; node++)
	{
		HnswNode   *stored = (HnswNode *) (page + HnswNodePlace(index, node).offset);

		if (stored->state == HNSW_LIVE)
		{
			if (!vacuum->dead(&stored->tid, vacuum->dead_state))
			{
				vacuum->stats->num_index_tuples++;
				continue;
			}
			vacuum->stats->tuples_removed++;
			stored->state = HNSW_DEAD;
			changed = true;
		}
		if (stored->state == HNSW_DEAD)
			SetBit(vacuum->going, node, true);
		else if (stored->state == HNSW_FREE)
			SetBit(vacuum->lost, node, true);
	}
	if (changed)
		GenericXLogFinish(state);
	else
		GenericXLogAbort(state);
}

static void
Mark(HnswVacuum *vacuum)
{
	uint32		last;

	for (uint32 node = 0; node < vacuum->meta.node_count; node = last + 1)
	{
		Buffer		buffer = LinkPage(vacuum, node, &last);

		vacuum_delay_point();
		if (!BufferIsValid(buffer))
			continue;
		MarkPage(vacuum, node, last, buffer);
		UnlockReleaseBuffer(buffer);
	}
}

/*
 * Takes dead ones out of a chain of twins. The first of a chain with live ones
 * stays, as a tombstone, because the way to them goes through it.
 */
static void
RepairTwins(HnswVacuum *vacuum, uint32 first, uint32 twin)
{
	HnswIndex  *index = vacuum->index;
	uint32		before = first;
	bool		live = false;

	while (twin < vacuum->meta.node_count)
	{
		HnswNode	copy;

		if (!HnswReadNode(index, twin, &copy, NULL))
			break;
		if (Going(vacuum, twin))
		{
			HnswPlace	place = HnswNodePlace(index, before);
			Buffer		buffer = HnswPin(index, HnswBlockOf(index, before, place));
			GenericXLogState *state;
			HnswNode   *stored;

			LockBuffer(buffer, BUFFER_LOCK_EXCLUSIVE);
			state = GenericXLogStart(index->rel);
			stored = (HnswNode *) (GenericXLogRegisterBuffer(state, buffer, 0) + place.offset);
			if (stored->twin == twin)
				stored->twin = copy.twin;
			GenericXLogFinish(state);
			UnlockReleaseBuffer(buffer);
		}
		else
		{
			before = twin;
			live = true;
		}
		twin = copy.twin;
		CHECK_FOR_INTERRUPTS();
	}
	if (live)
		SetBit(vacuum->going, first, false);
}

static void
AddAround(HnswVacuum *vacuum, uint32 self, uint32 node)
{
	HnswCandidate item = {0, node};

	if (node == self || node >= vacuum->meta.node_count || Going(vacuum, node))
		return;
	for (int i = 0; i < vacuum->around.count; i++)
		if (vacuum->around.items[i].node == node)
			return;
	HnswPush(&vacuum->around, item);
}

static bool
Contains(const uint32 *links, int count, uint32 node)
{
	for (int i = 0; i < count; i++)
		if (links[i] == node)
			return true;
	return false;
}

/*
 * One try to replace the links that lead to tombstones: false if the links
 * changed meanwhile.
 */
static bool
RepairLinks(HnswVacuum *vacuum, uint32 node, int level, uint32 key)
{
	HnswIndex  *index = vacuum->index;
	HnswInserter *inserter = &vacuum->inserter;
	HnswHeap   *around = &vacuum->around;
	int			most = level == 0 ? 2 * index->m : index->m;
	int			count = HnswReadLinks(index, node, level, &key, 1, vacuum->links);
	int			going = 0;
	HnswHeap	theirs_only;
	int			own;
	int			kept;

	for (int i = 0; i < count; i++)
		going += Going(vacuum, vacuum->links[i]);
	if (going == 0)
		return true;
	around->count = 0;
	for (int i = 0; i < count; i++)
		if (!Going(vacuum, vacuum->links[i]))
			AddAround(vacuum, node, vacuum->links[i]);
	own = around->count;
	for (int i = 0; i < count; i++)
	{
		int			theirs;

		if (!Going(vacuum, vacuum->links[i]))
			continue;
		theirs = HnswReadLinks(index, vacuum->links[i], level, &key, 1, vacuum->theirs);
		for (int j = 0; j < theirs; j++)
			AddAround(vacuum, node, vacuum->theirs[j]);
	}
	HnswReadCode(index, node, inserter->code_copy);
	HnswQueryFromCode(&index->codec, inserter->code_copy, &inserter->query);
	HnswDistances(index, &inserter->query, around->items, around->count);
	/* All that it has, and of the nearest others those that lead elsewhere */
	theirs_only.items = around->items + own;
	theirs_only.count = around->count - own;
	HnswSort(&theirs_only);
	around->count = Min(around->count, Min(own + (int) (most * REPAIR_CANDIDATES),
										   HNSW_MOST_CANDIDATES(index->m)));
	around->count = HnswSelect(inserter, around->items, own, around->count, most);
	for (int i = 0; i < around->count; i++)
		vacuum->result[i] = around->items[i].node;
	kept = around->count;
	if (!HnswChangeLinks(index, node, level, key, vacuum->links, count, vacuum->result, kept))
		return false;
	/* Links taken over lead both ways, as new ones do */
	for (int i = 0; i < kept; i++)
		if (!Contains(vacuum->links, count, vacuum->result[i]))
			HnswLinkBack(inserter, vacuum->result[i], level, key, node);
	return true;
}

static void
Repair(HnswVacuum *vacuum)
{
	HnswIndex  *index = vacuum->index;
	HnswNode	copy;

	for (uint32 node = 0; node < vacuum->meta.node_count; node++)
		if (HnswBlockOf(index, node, HnswNodePlace(index, node)) < vacuum->blocks &&
			HnswReadNode(index, node, &copy, NULL) && copy.linked &&
			copy.twin != HNSW_NONE &&
			(copy.state == HNSW_LIVE || copy.state == HNSW_DEAD))
			RepairTwins(vacuum, node, copy.twin);

	for (uint32 node = 0; node < vacuum->meta.node_count; node++)
	{
		vacuum_delay_point();
		if (HnswBlockOf(index, node, HnswNodePlace(index, node)) >= vacuum->blocks ||
			!HnswReadNode(index, node, &copy, NULL) || !copy.linked ||
			Going(vacuum, node) || (copy.state != HNSW_LIVE && copy.state != HNSW_DEAD))
			continue;
		for (int level = HnswLevelOf(node); level >= 0; level--)
			while (!RepairLinks(vacuum, node, level, copy.key))
				CHECK_FOR_INTERRUPTS();
		if (vacuum->entry == HNSW_NONE || HnswLevelOf(node) > HnswLevelOf(vacuum->entry))
			vacuum->entry = node;
	}
}

/*
 * Last pass: the numbers of a page's tombstones go to the list in one record.
 */
static void
FreePage(HnswVacuum *vacuum, uint32 first, uint32 last)
{
	HnswIndex  *index = vacuum->index;
	Buffer		meta_buffer = ReadBuffer(index->rel, HNSW_META_BLOCK);
	Buffer		buffer;
	GenericXLogState *state;
	HnswMeta   *meta;
	Page		page;

	LockBuffer(meta_buffer, BUFFER_LOCK_EXCLUSIVE);
	buffer = LinkPage(vacuum, first, &last);
	state = GenericXLogStart(index->rel);
	meta = HnswPageMeta(GenericXLogRegisterBuffer(state, meta_buffer, 0));
	page = GenericXLogRegisterBuffer(state, buffer, 0);
	for (uint32 node = first; node <= last; node++)
	{
		HnswNode   *stored = (HnswNode *) (page + HnswNodePlace(index, node).offset);

		if (!(Going(vacuum, node) && stored->state == HNSW_DEAD) &&
			!(Lost(vacuum, node) && stored->state == HNSW_FREE))
			continue;
		stored->state = HNSW_LISTED;
		stored->next = meta->free_head;
		meta->free_head = node;
	}
	GenericXLogFinish(state);
	UnlockReleaseBuffer(buffer);
	UnlockReleaseBuffer(meta_buffer);
}

static void
Free(HnswVacuum *vacuum)
{
	HnswIndex  *index = vacuum->index;
	uint32		first = 0;

	while (first < vacuum->meta.node_count)
	{
		BlockNumber block = HnswBlockOf(index, first, HnswNodePlace(index, first));
		uint32		last = first;
		bool		any = Going(vacuum, first) || Lost(vacuum, first);

		while (last + 1 < vacuum->meta.node_count &&
			   HnswBlockOf(index, last + 1, HnswNodePlace(index, last + 1)) == block)
		{
			last++;
			any |= Going(vacuum, last) || Lost(vacuum, last);
		}
		if (any)
			FreePage(vacuum, first, last);
		first = last + 1;
		vacuum_delay_point();
	}
}

/*
 * Takes tombstones out of a key's chain, and finds its graph an entry.
 */
static void
RepairKey(HnswVacuum *vacuum, uint32 key)
{
	HnswIndex  *index = vacuum->index;
	HnswRoot	root;
	uint32		entry = HNSW_NONE;
	uint32		before = HNSW_NONE;
	uint32		gone = 0;
	uint32		node;

	HnswReadRoot(index, NULL, key, &root);
	node = root.head;
	while (node != HNSW_NONE)
	{
		HnswNode	copy;

		vacuum_delay_point();
		if (!HnswReadNode(index, node, &copy, NULL) || copy.key != key)
			break;
		if (!Going(vacuum, node))
		{
			if (copy.linked && (entry == HNSW_NONE || HnswLevelOf(node) > HnswLevelOf(entry)))
				entry = node;
			before = node;
		}
		else if (HnswLeaveChain(index, key, before, node, copy.next))
			gone++;
		else
		{
			/* A new head came before this one: begin again */
			HnswReadRoot(index, NULL, key, &root);
			before = HNSW_NONE;
			node = root.head;
			continue;
		}
		node = copy.next;
	}
	HnswReadRoot(index, NULL, key, &root);
	if (root.entry == HNSW_NONE || !Going(vacuum, root.entry))
		entry = root.entry;
	HnswMoveEntry(index, key, root.entry, entry, gone);
}

/*
 * The roots of all graphs.
 */
static void
RepairRoots(HnswVacuum *vacuum)
{
	HnswRoot	root;
	HnswMeta	meta;

	if (vacuum->meta.keys == 0)
	{
		HnswReadRoot(vacuum->index, NULL, HNSW_WHOLE, &root);
		if (root.entry != HNSW_NONE && Going(vacuum, root.entry))
			HnswMoveEntry(vacuum->index, HNSW_WHOLE, root.entry, vacuum->entry, 0);
		return;
	}
	HnswReadMeta(vacuum->index->rel, &meta);
	for (uint32 page = 0; page < meta.key_pages; page++)
	{
		int			last = HnswLastKey(vacuum->index, page);

		for (int item = 1; item <= last; item++)
			RepairKey(vacuum, page << 8 | item);
	}
}

static void
Begin(HnswVacuum *vacuum)
{
	Relation	rel = vacuum->info->index;
	Size		bits;

	HnswReadMeta(rel, &vacuum->meta);
	bits = ((Size) vacuum->meta.node_count / 64 + 1) * sizeof(uint64);
	vacuum->blocks = RelationGetNumberOfBlocks(rel);
	vacuum->index = HnswOpen(rel, &vacuum->meta, false);
	vacuum->entry = HNSW_NONE;
	HnswInserterInit(&vacuum->inserter, vacuum->index);
	vacuum->going = MemoryContextAllocExtended(CurrentMemoryContext, bits,
											   MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	vacuum->lost = MemoryContextAllocExtended(CurrentMemoryContext, bits,
											  MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	vacuum->links = palloc(2 * vacuum->meta.m * sizeof(uint32));
	vacuum->theirs = palloc(2 * vacuum->meta.m * sizeof(uint32));
	vacuum->result = palloc(2 * vacuum->meta.m * sizeof(uint32));
}

IndexBulkDeleteResult *
HnswBulkDelete(IndexVacuumInfo *info, IndexBulkDeleteResult *stats,
			   IndexBulkDeleteCallback callback, void *state)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "hnsw vacuum",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext old;
	HnswVacuum *vacuum;

	if (stats == NULL)
		stats = palloc0(sizeof(IndexBulkDeleteResult));
	stats->num_index_tuples = 0;
	old = MemoryContextSwitchTo(context);
	vacuum = palloc0(sizeof(HnswVacuum));
	vacuum->info = info;
	vacuum->stats = stats;
	vacuum->dead = callback;
	vacuum->dead_state = state;
	LockPage(info->index, HNSW_INSERT_LOCK, ExclusiveLock);
	Begin(vacuum);
	UnlockPage(info->index, HNSW_INSERT_LOCK, ExclusiveLock);
	Mark(vacuum);
	WaitForInserts(vacuum);
	Repair(vacuum);
	RepairRoots(vacuum);
	Free(vacuum);
	MemoryContextSwitchTo(old);
	MemoryContextDelete(context);
	return stats;
}

/*
 * Whatever inserts and repairs have done, every node can be found again.
 */
IndexBulkDeleteResult *
HnswVacuumCleanup(IndexVacuumInfo *info, IndexBulkDeleteResult *stats)
{
	MemoryContext context;
	MemoryContext old;
	HnswInserter inserter;
	HnswMeta	meta;

	if (info->analyze_only)
		return stats;
	if (stats == NULL)
	{
		stats = palloc0(sizeof(IndexBulkDeleteResult));
		stats->estimated_count = true;
	}
	context = AllocSetContextCreate(CurrentMemoryContext, "hnsw vacuum", ALLOCSET_DEFAULT_SIZES);
	old = MemoryContextSwitchTo(context);
	HnswReadMeta(info->index, &meta);
	HnswInserterInit(&inserter, HnswOpen(info->index, &meta, false));
	HnswConnect(&inserter, NULL, &meta);
	MemoryContextSwitchTo(old);
	MemoryContextDelete(context);
	stats->num_pages = RelationGetNumberOfBlocks(info->index);
	return stats;
}
