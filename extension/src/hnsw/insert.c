/*-------------------------------------------------------------------------
 *
 * insert.c
 *	  Adding one vector to the graph (Malkov and Yashunin, algorithm 1), in
 *	  memory while the index is built and in pages afterwards.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "access/genam.h"
#include "nodes/execnodes.h"
#include "storage/lmgr.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#include "hnsw/hnsw.h"
#include "hnsw/cache.h"
#include "hnsw/key.h"
#include "hnsw/root.h"
#include "hnsw/shared.h"
#include "vector/dense.h"

/* Nearest candidates whose code is compared with the new one */
#define TWIN_CANDIDATES	2

/* Tries to change links that others change at the same time */
#define LINK_TRIES	10

void
HnswInserterInit(HnswInserter *inserter, HnswIndex *index)
{
	HnswCodec  *codec = &index->codec;
	int			most = Max(index->ef_construction, HNSW_MOST_CANDIDATES(index->m)) + 1;

	inserter->index = index;
	HnswWalkInit(&inserter->walk, index, 0, false);
	inserter->query = HnswMakeQuery(codec);
	inserter->other = HnswMakeQuery(codec);
	inserter->code = palloc0(codec->size);
	inserter->code_copy = palloc0(codec->size);
	inserter->work = palloc0(sizeof(float) * HnswCodecWork(codec));
	inserter->candidates = palloc(most * sizeof(HnswCandidate));
	inserter->kept = palloc(most * sizeof(HnswCandidate));
	inserter->old_links = palloc((2 * index->m + 1) * sizeof(uint32));
	inserter->new_links = palloc((2 * index->m + 1) * sizeof(uint32));
	inserter->tree_links = palloc(2 * index->m * sizeof(uint32));
	for (int level = 0; level <= HNSW_MAX_LEVEL; level++)
		inserter->links.links[level] = palloc(2 * index->m * sizeof(uint32));
}

/*
 * Tombstones are not linked to: vacuum may be about to free them.
 */
static int
DropDead(HnswIndex *index, uint32 key, HnswCandidate *candidates, int count)
{
	int			live = 0;

	for (int i = 0; i < count; i++)
	{
		HnswNode	node;

		if (index->groups || (HnswReadNode(index, candidates[i].node, &node, NULL) &&
							  node.state == HNSW_LIVE && node.key == key))
			candidates[live++] = candidates[i];
	}
	return live;
}

/*
 * A node among the nearest that has the very same code, or HNSW_NONE.
 */
static uint32
FindTwin(HnswInserter *inserter, const HnswCandidate *candidates, int count)
{
	for (int i = 0; i < Min(count, TWIN_CANDIDATES); i++)
	{
		HnswReadCode(inserter->index, candidates[i].node, inserter->code_copy);
		if (memcmp(inserter->code_copy, inserter->code, inserter->index->codec.size) == 0)
			return candidates[i].node;
	}
	return HNSW_NONE;
}

/*
 * Measures the candidates again, from what the new code holds: they are compared
 * with each other by their codes, too. A code far from the origin leaves out more
 * than what lies between near vectors, and two of them leave out the same; measured
 * from the vector itself the candidates would be too far, and each stand before all
 * others.
 */
static void
MeasureByCode(HnswInserter *inserter, HnswCandidate *candidates, int count)
{
	HnswHeap	heap = {.items = candidates,.count = count,.room = count};

	HnswQueryFromCode(&inserter->index->codec, inserter->code, &inserter->other);
	HnswDistances(inserter->index, &inserter->other, candidates, count);
	HnswSort(&heap);
}

/*
 * Chooses the new node's links on each of its levels.
 */
static void
FindLinks(HnswInserter *inserter, uint32 entry, uint32 key)
{
	HnswIndex  *index = inserter->index;
	HnswWalk   *walk = &inserter->walk;
	HnswLinks  *links = &inserter->links;
	HnswCandidate at = {0, entry};
	int			top = HnswLevelOf(entry);
	int			ef = index->ef_construction;

	walk->keys = &key;
	walk->key_count = 1;
	HnswDistances(index, &inserter->query, &at, 1);
	HnswWalkDescend(walk, &inserter->query, &at, top, links->level);
	for (int level = Min(top, links->level); level >= 0; level--)
	{
		HnswCandidate *candidates = inserter->candidates;
		int			count;

		HnswWalkReset(walk);
		HnswWalkEnter(walk, &inserter->query, at.node, ef);
		HnswWalkLevel(walk, &inserter->query, level, ef);
		HnswSort(&walk->found);
		count = walk->found.count;
		if (count == 0)
			continue;
		at = walk->found.items[0];
		memcpy(candidates, walk->found.items, count * sizeof(HnswCandidate));
		if (level == 0)
			links->twin_of = FindTwin(inserter, candidates, count);
		count = DropDead(index, key, candidates, count);
		if (index->codec.metric == HNSW_L2)
			MeasureByCode(inserter, candidates, count);
		count = HnswSelect(inserter, candidates, 0, count, index->m);
		links->count[level] = count;
		for (int i = 0; i < count; i++)
			links->links[level][i] = candidates[i].node;
	}
	HnswWalkReset(walk);
}

static inline bool
HasLink(const uint32 *links, int count, uint32 node)
{
	for (int i = 0; i < count; i++)
		if (links[i] == node)
			return true;
	return false;
}

/*
 * Makes "to" link back to the new node. False if it cannot: all its links are of
 * the tree (HnswPrune), or it is gone.
 */
bool
HnswLinkBack(HnswInserter *inserter, uint32 to, int level, uint32 key, uint32 node)
{
	HnswIndex  *index = inserter->index;
	int			most = level == 0 ? 2 * index->m : index->m;

	for (int try = 0; try < LINK_TRIES; try++)
	{
		uint32	   *old = inserter->old_links;
		uint32	   *new = inserter->new_links;
		int			count = HnswReadLinks(index, to, level, &key, 1, old);
		int			kept = count + 1;

		if (count < 0)
			return false;
		if (HasLink(old, count, node))
			return true;
		memcpy(new, old, count * sizeof(uint32));
		new[count] = node;
		if (kept > most)
			kept = HnswPrune(inserter, to, level, key, new, kept, most, new);
		if (HnswChangeLinks(index, to, level, key, old, count, new, kept))
			return HasLink(new, kept, node);
	}
	return false;
}

/*
 * Puts a link first in the node's list.
 */
static bool
PutFirst(HnswInserter *inserter, uint32 key, uint32 node, uint32 link)
{
	HnswIndex  *index = inserter->index;
	uint32	   *old = inserter->old_links;
	uint32	   *new = inserter->new_links;

	for (int try = 0; try < LINK_TRIES; try++)
	{
		int			count = HnswReadLinks(index, node, 0, &key, 1, old);
		int			at = 0;

		if (count < 0)
			return false;
		while (at < count && old[at] != link)
			at++;
		if (at == 2 * index->m)
			at--;
		memcpy(new, old, count * sizeof(uint32));
		if (count > 0)
			new[at] = old[0];
		new[0] = link;
		if (HnswChangeLinks(index, node, 0, key, old, count, new, Max(count, at + 1)))
			return true;
	}
	return false;
}

/*
 * Links the node into the tree (HnswPrune), below the first of these that can link
 * back to it.
 */
static bool
JoinTree(HnswInserter *inserter, uint32 key, uint32 node, const uint32 *parents, int count)
{
	for (int i = 0; i < count; i++)
		if (parents[i] != node && HnswTreeRoom(inserter, parents[i], key) &&
			PutFirst(inserter, key, node, parents[i]) &&
			HnswLinkBack(inserter, parents[i], 0, key, node))
			return true;
	return false;
}

/*
 * Inserts a coded vector; its number was taken for it.
 */
static void
InsertNode(HnswInserter *inserter, uint32 node, ItemPointer tid, uint32 key,
		   HnswMeta *memory_meta)
{
	HnswIndex  *index = inserter->index;
	HnswLinks  *links = &inserter->links;
	HnswNode	head = {.key = key,.next = HNSW_NONE,.twin = HNSW_NONE,.tid = *tid,
	.state = HNSW_LIVE,.linked = 1};

	HnswWalkGrow(&inserter->walk, node + 1);
	for (;;)
	{
		HnswRoot	root;
		bool		joined;

		memset(links->count, 0, sizeof(links->count));
		links->level = HnswLevelOf(node);
		links->twin_of = HNSW_NONE;
		HnswReadRoot(index, memory_meta, key, &root);
		if (root.entry != HNSW_NONE)
		{
			HnswWalkGrow(&inserter->walk, root.entry + 1);
			FindLinks(inserter, root.entry, key);
		}
		head.next = root.head;
		if (links->twin_of != HNSW_NONE)
		{
			HnswLinks	none = {0};

			none.links[0] = links->links[0];
			head.linked = 0;
			HnswWriteNode(index, node, &head, inserter->code, &none);
			if (HnswAddTwin(index, links->twin_of, key, node))
			{
				HnswJoinRoot(index, memory_meta, key, node, false, false);
				return;
			}
			head.linked = 1;
		}
		HnswWriteNode(index, node, &head, inserter->code, links);
		joined = !HnswHasTree(index) ||
			JoinTree(inserter, key, node, links->links[0], links->count[0]);
		for (int level = links->level; level >= 0; level--)
			for (int i = 0; i < links->count[level]; i++)
				HnswLinkBack(inserter, links->links[level][i], level, key, node);
		if (!joined && links->count[0] > 0)
		{
			/* They have as many of the tree as they may: one of those must do */
			int			count = HnswReadLinks(index, links->links[0][0], 0, &key, 1,
											  links->links[0]);

			JoinTree(inserter, key, node, links->links[0], count);
		}
		/* Two first nodes at once: the later one looks again for neighbours */
		if (HnswJoinRoot(index, memory_meta, key, node, true, root.entry == HNSW_NONE))
			return;
	}
}

/*
 * Codes a value and inserts it. False if it has no place in the index: a vector
 * of length zero has no cosine. memory_meta is the meta page of an index that is
 * in memory, else NULL.
 */
bool
HnswInsertValue(HnswInserter *inserter, const HnswClass *class, Datum value,
				ItemPointer tid, uint32 key, HnswMeta *memory_meta, float *error)
{
	HnswIndex  *index = inserter->index;
	HnswCodec  *codec = &index->codec;
	int			dim;
	void	   *copy;
	const void *x = class->type->read(value, &dim, &copy);
	HnswCodeNote note;
	uint32		node;

	CheckExpectedDim(codec->dim, dim);
	if (!class->type->encode(codec, x, inserter->code, inserter->work, &note))
	{
		if (copy)
			pfree(copy);
		return false;
	}
	*error = note.error;
	class->type->query(codec, x, &inserter->query);
	if (memory_meta && index->shared)
		node = HnswSharedNumber(index, note.norm);
	else if (memory_meta)
	{
		node = memory_meta->node_count++;
		if (node / HNSW_GROUP_NODES == index->group_count)
			HnswAddGroup(index);
		memory_meta->largest_norm = Max(memory_meta->largest_norm, note.norm);
	}
	else
		node = HnswNewNumber(index, note.norm);
	InsertNode(inserter, node, tid, key, memory_meta);
	if (copy)
		pfree(copy);
	return true;
}

/*
 * aminsert: scratch is kept for the command.
 */
bool
HnswInsert(Relation rel, Datum *values, bool *isnull, ItemPointer tid,
		   Relation heap, IndexUniqueCheck unique, bool unchanged,
		   struct IndexInfo *info)
{
	int			column = HnswVectorColumn(rel) - 1;
	HnswInserter *inserter = info->ii_AmCache;
	const HnswClass *class = HnswClassOf(rel);
	float		error;

	if (isnull[column])
		return false;
	if (inserter == NULL)
	{
		MemoryContext old = MemoryContextSwitchTo(info->ii_Context);
		HnswMeta	meta;

		HnswReadMeta(rel, &meta);
		inserter = palloc0(sizeof(HnswInserter));
		HnswInserterInit(inserter, HnswAcquire(rel, &meta));
		info->ii_AmCache = inserter;
		MemoryContextSwitchTo(old);
	}
	inserter->index->rel = rel;
	LockPage(rel, HNSW_INSERT_LOCK, ShareLock);
	HnswInsertValue(inserter, class, values[column], tid,
					HnswKeyOfRow(inserter->index, NULL, values, isnull), NULL, &error);
	UnlockPage(rel, HNSW_INSERT_LOCK, ShareLock);
	return false;
}
