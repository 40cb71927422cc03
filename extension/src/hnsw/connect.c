/*-------------------------------------------------------------------------
 *
 * connect.c
 *	  Every node can be found from the entry of its graph.
 *
 * Links are chosen node by node, and the one that is dropped may have been the
 * last way to where it led. So after a build and in each vacuum all that level 0
 * leads to is marked from the entry, each node with the one that it was first
 * reached from: a tree. A node left over is then linked to by the nearest one
 * that was reached. That one may have no room: a link which is not of the tree
 * gives way, and nothing gets lost by that.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "hnsw/hnsw.h"
#include "hnsw/key.h"
#include "hnsw/root.h"

/* Nearest nodes among which one with room for a link is preferred */
#define ROOMY_CANDIDATES	8

/* Tries to change links that others change at the same time */
#define CONNECT_TRIES	10

typedef struct HnswConnection
{
	HnswInserter *inserter;
	HnswIndex  *index;
	HnswMeta   *memory_meta;	/* of an index in memory, else NULL */
	uint32		limit;			/* nodes from this number on are unknown */
	uint32	   *parent;			/* of each node in the tree, or HNSW_NONE */
	HnswHeap	open;			/* in the tree, links not yet followed */
	uint32		key;			/* whose graph */
	uint32		entry;
	uint32	   *links;
	uint32	   *changed;
	uint32		connected;		/* nodes that nothing led to */
} HnswConnection;

static inline bool
Reached(const HnswConnection *connection, uint32 node)
{
	return connection->parent[node] != HNSW_NONE;
}

static inline bool
ReadNode(HnswConnection *connection, uint32 node, HnswNode *copy)
{
	return HnswReadNode(connection->index, node, copy, NULL) &&
		(copy->state == HNSW_LIVE || copy->state == HNSW_DEAD) && copy->linked;
}

/*
 * The node and all that it leads to join the tree.
 */
static void
Follow(HnswConnection *connection, uint32 node, uint32 parent)
{
	HnswCandidate item = {0, node};

	connection->parent[node] = parent;
	HnswPush(&connection->open, item);
	while (connection->open.count > 0)
	{
		uint32		from = connection->open.items[--connection->open.count].node;
		int			count = HnswReadLinks(connection->index, from, 0, &connection->key, 1,
										  connection->links);

		for (int i = 0; i < count; i++)
		{
			item.node = connection->links[i];
			if (item.node >= connection->limit || Reached(connection, item.node))
				continue;
			connection->parent[item.node] = from;
			HnswPush(&connection->open, item);
		}
		CHECK_FOR_INTERRUPTS();
	}
}

/*
 * The nearest nodes of the graph, nearest first, in the walk's found.
 */
static HnswHeap *
Nearest(HnswConnection *connection, uint32 node)
{
	HnswInserter *inserter = connection->inserter;
	HnswIndex  *index = connection->index;
	HnswWalk   *walk = &inserter->walk;
	HnswCandidate at = {0, connection->entry};

	HnswReadCode(index, node, inserter->code_copy);
	HnswQueryFromCode(&index->codec, inserter->code_copy, &inserter->query);
	walk->keys = &connection->key;
	walk->key_count = 1;
	HnswWalkReset(walk);
	HnswDistances(index, &inserter->query, &at, 1);
	HnswWalkDescend(walk, &inserter->query, &at, HnswLevelOf(at.node), 0);
	HnswWalkEnter(walk, &inserter->query, at.node, index->ef_construction);
	/* The way down may end outside of what level 0 leads to */
	HnswWalkEnter(walk, &inserter->query, connection->entry, index->ef_construction);
	HnswWalkLevel(walk, &inserter->query, 0, index->ef_construction);
	HnswSort(&walk->found);
	return &walk->found;
}

/*
 * The place of the link from "from" that may give way: the last one, which is the
 * farthest as a rule, that the tree does not need; -1 if there is none.
 */
static int
Spare(const HnswConnection *connection, uint32 from, int count)
{
	for (int i = count - 1; i >= 0; i--)
	{
		uint32		to = connection->links[i];

		if (to < connection->limit && Reached(connection, to) &&
			connection->parent[to] != from && to != connection->entry)
			return i;
	}
	return -1;
}

/*
 * Makes "from" link to the node, if it can without losing another; by its free
 * room only, or by replacing.
 */
static bool
LinkFrom(HnswConnection *connection, uint32 from, uint32 node, bool replace)
{
	HnswIndex  *index = connection->index;

	for (int try = 0; try < CONNECT_TRIES; try++)
	{
		int			count = HnswReadLinks(index, from, 0, &connection->key, 1,
										  connection->links);
		int			at = count;

		if (count < 0)
			return false;
		if (count == 2 * index->m)
			at = replace ? Spare(connection, from, count) : -1;
		if (at < 0)
			return false;
		memcpy(connection->changed, connection->links, count * sizeof(uint32));
		connection->changed[at] = node;
		if (HnswChangeLinks(index, from, 0, connection->key, connection->links, count,
							connection->changed, Max(count, at + 1)))
			return true;
	}
	return false;
}

/*
 * A node that nothing leads to is linked to by one that is reached.
 */
static void
Attach(HnswConnection *connection, uint32 node)
{
	HnswHeap   *near = Nearest(connection, node);

	for (int replace = 0; replace <= 1; replace++)
	{
		int			most = replace ? near->count : Min(near->count, ROOMY_CANDIDATES);

		for (int i = 0; i < most; i++)
		{
			uint32		from = near->items[i].node;

			if (from == node || from >= connection->limit || !Reached(connection, from) ||
				!LinkFrom(connection, from, node, replace))
				continue;
			connection->connected++;
			Follow(connection, node, from);
			return;
		}
	}
}

static void
AttachIfLost(HnswConnection *connection, uint32 node, const HnswNode *copy)
{
	if (copy->linked && copy->key == connection->key && !Reached(connection, node) &&
		(copy->state == HNSW_LIVE || copy->state == HNSW_DEAD))
		Attach(connection, node);
}

/*
 * The graph of one key.
 */
static void
ConnectGraph(HnswConnection *connection, uint32 key)
{
	HnswRoot	root;
	HnswNode	copy;

	HnswReadRoot(connection->index, connection->memory_meta, key, &root);
	if (root.entry == HNSW_NONE || root.entry >= connection->limit)
		return;
	connection->key = key;
	connection->entry = root.entry;
	Follow(connection, root.entry, root.entry);
	if (key == HNSW_WHOLE)
	{
		for (uint32 node = 0; node < connection->limit; node++)
			if (!Reached(connection, node) && ReadNode(connection, node, &copy))
				AttachIfLost(connection, node, &copy);
		return;
	}
	for (uint32 node = root.head; node != HNSW_NONE; node = copy.next)
	{
		CHECK_FOR_INTERRUPTS();
		if (!HnswReadNode(connection->index, node, &copy, NULL) || copy.key != key)
			return;
		if (node < connection->limit)
			AttachIfLost(connection, node, &copy);
	}
}

/*
 * Makes all nodes below the limit reachable, and returns how many were not. An
 * insert at work may drop a link that the tree counts on: its node is left to the
 * next vacuum. Takes four bytes a node.
 */
uint32
HnswConnect(HnswInserter *inserter, HnswMeta *memory_meta, const HnswMeta *meta)
{
	HnswIndex  *index = inserter->index;
	HnswConnection connection = {
		.inserter = inserter,
		.index = index,
		.memory_meta = memory_meta,
		.limit = meta->node_count,
	};

	if (meta->node_count == 0)
		return 0;
	HnswWalkGrow(&inserter->walk, meta->node_count);
	connection.parent = MemoryContextAllocHuge(CurrentMemoryContext,
											   mul_size(meta->node_count, sizeof(uint32)));
	memset(connection.parent, 0xFF, meta->node_count * sizeof(uint32));
	connection.links = palloc(2 * index->m * sizeof(uint32));
	connection.changed = palloc(2 * index->m * sizeof(uint32));
	if (meta->keys == 0)
		ConnectGraph(&connection, HNSW_WHOLE);
	else
		for (uint32 page = 0; page < meta->key_pages; page++)
		{
			int			last = HnswLastKey(index, page);

			for (int item = 1; item <= last; item++)
				ConnectGraph(&connection, page << 8 | item);
		}
	HnswWalkReset(&inserter->walk);
	pfree(connection.parent);
	pfree(connection.links);
	pfree(connection.changed);
	if (connection.open.items)
		pfree(connection.open.items);
	return connection.connected;
}
