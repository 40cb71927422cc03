/*-------------------------------------------------------------------------
 *
 * walk.c
 *	  Best-first search over one level of the graph (Malkov and Yashunin,
 *	  algorithm 2), which can be taken up again for more.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "hnsw/hnsw.h"

/* Items of a heap to begin with */
#define HEAP_ROOM	256

static inline bool
Before(HnswCandidate a, HnswCandidate b)
{
	return a.distance < b.distance;
}

/*
 * Appends an item; the heap, if it is one, is put in order by the caller.
 */
void
HnswPush(HnswHeap *heap, HnswCandidate item)
{
	if (heap->count == heap->room)
	{
		heap->room = Max(HEAP_ROOM, heap->room * 2);
		heap->items = heap->items == NULL
			? palloc(heap->room * sizeof(HnswCandidate))
			: repalloc_huge(heap->items, mul_size(heap->room, sizeof(HnswCandidate)));
	}
	heap->items[heap->count++] = item;
}

/* far: the farthest item is the first one, else the nearest */
static inline void
SiftUp(HnswHeap *heap, bool far)
{
	int			at = heap->count - 1;
	HnswCandidate item = heap->items[at];

	while (at > 0)
	{
		int			parent = (at - 1) / 2;

		if (far ? !Before(heap->items[parent], item) : !Before(item, heap->items[parent]))
			break;
		heap->items[at] = heap->items[parent];
		at = parent;
	}
	heap->items[at] = item;
}

/* Puts the item in at "at" or below, where another one was */
static inline void
SiftDownFrom(HnswHeap *heap, int at, HnswCandidate item, bool far)
{
	for (;;)
	{
		int			child = 2 * at + 1;

		if (child >= heap->count)
			break;
		if (child + 1 < heap->count &&
			(far ? Before(heap->items[child], heap->items[child + 1])
			 : Before(heap->items[child + 1], heap->items[child])))
			child++;
		if (far ? !Before(item, heap->items[child]) : !Before(heap->items[child], item))
			break;
		heap->items[at] = heap->items[child];
		at = child;
	}
	heap->items[at] = item;
}

static inline void
SiftDown(HnswHeap *heap, HnswCandidate item, bool far)
{
	SiftDownFrom(heap, 0, item, far);
}

/*
 * Takes the nearest item from a heap that has it first.
 */
HnswCandidate
HnswPopNearest(HnswHeap *heap)
{
	HnswCandidate top = heap->items[0];

	if (--heap->count > 0)
		SiftDown(heap, heap->items[heap->count], false);
	return top;
}

/*
 * Makes a heap that has the nearest item first of any array.
 */
void
HnswTurn(HnswHeap *heap)
{
	for (int at = heap->count / 2 - 1; at >= 0; at--)
		SiftDownFrom(heap, at, heap->items[at], false);
}

static int
CompareCandidates(const void *a, const void *b)
{
	const HnswCandidate *x = a;
	const HnswCandidate *y = b;

	if (x->distance != y->distance)
		return x->distance < y->distance ? -1 : 1;
	return x->node < y->node ? -1 : x->node > y->node;
}

/*
 * Nearest first.
 */
void
HnswSort(HnswHeap *heap)
{
	if (heap->count > 1)
		qsort(heap->items, heap->count, sizeof(HnswCandidate), CompareCandidates);
}

static inline Size
VisitedSize(uint32 limit)
{
	return ((Size) limit / 64 + 1) * sizeof(uint64);
}

/* In the current context, which may live longer than that of a later push */
static void
MakeRoom(HnswHeap *heap)
{
	heap->room = HEAP_ROOM;
	heap->items = palloc(heap->room * sizeof(HnswCandidate));
}

/*
 * Memory comes from the current context; nodes from limit on are not seen.
 */
void
HnswWalkInit(HnswWalk *walk, HnswIndex *index, uint32 limit, bool keep)
{
	memset(walk, 0, sizeof(HnswWalk));
	walk->index = index;
	walk->limit = limit;
	walk->keep = keep;
	walk->visited = MemoryContextAllocExtended(CurrentMemoryContext, VisitedSize(limit),
											   MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	MakeRoom(&walk->open);
	MakeRoom(&walk->found);
	MakeRoom(&walk->touched);
	walk->fresh = palloc(2 * index->m * sizeof(HnswCandidate));
	walk->links = palloc(2 * index->m * sizeof(uint32));
}

void
HnswWalkGrow(HnswWalk *walk, uint32 limit)
{
	if (VisitedSize(limit) > VisitedSize(walk->limit))
	{
		Size		old = VisitedSize(walk->limit);
		Size		new = VisitedSize(limit + limit / 2);

		walk->visited = repalloc_huge(walk->visited, new);
		memset((char *) walk->visited + old, 0, new - old);
		limit += limit / 2;
	}
	walk->limit = Max(walk->limit, limit);
}

/*
 * Forgets what was visited.
 */
void
HnswWalkReset(HnswWalk *walk)
{
	if (walk->touched.count < walk->limit / 64)
	{
		for (int i = 0; i < walk->touched.count; i++)
			walk->visited[walk->touched.items[i].node / 64] = 0;
	}
	else
		memset(walk->visited, 0, VisitedSize(walk->limit));
	walk->touched.count = 0;
	walk->open.count = 0;
	walk->found.count = 0;
	walk->rest.count = 0;
	walk->evicted.count = 0;
}

static inline void
Visit(HnswWalk *walk, uint32 node)
{
	HnswCandidate item = {0, node};

	walk->visited[node / 64] |= UINT64CONST(1) << (node % 64);
	HnswPush(&walk->touched, item);
}

/*
 * Puts an item among the best ef, or aside. True if it got in.
 */
static inline bool
Admit(HnswWalk *walk, HnswCandidate item, int ef)
{
	HnswHeap   *found = &walk->found;

	if (found->count < ef)
	{
		HnswPush(found, item);
		SiftUp(found, true);
		return true;
	}
	if (!Before(item, found->items[0]))
		return false;
	if (walk->keep)
		HnswPush(&walk->evicted, found->items[0]);
	SiftDown(found, item, true);
	return true;
}

/*
 * Keeps the nearest "most" items in a heap of its own.
 */
void
HnswOffer(HnswHeap *best, HnswCandidate item, int most)
{
	if (best->count < most)
	{
		HnswPush(best, item);
		SiftUp(best, true);
	}
	else if (Before(item, best->items[0]))
		SiftDown(best, item, true);
}

/*
 * Adds a node to start from.
 */
void
HnswWalkEnter(HnswWalk *walk, const HnswQuery *query, uint32 node, int ef)
{
	HnswCandidate item = {0, node};

	if (node >= walk->limit || HnswVisited(walk, node))
		return;
	Visit(walk, node);
	HnswDistances(walk->index, query, &item, 1);
	HnswPush(&walk->open, item);
	SiftUp(&walk->open, false);
	if (!Admit(walk, item, ef) && walk->keep)
		HnswPush(&walk->evicted, item);
}

/*
 * Moves to the nearest node of each level above to_level.
 */
void
HnswWalkDescend(HnswWalk *walk, const HnswQuery *query, HnswCandidate *at,
				int from_level, int to_level)
{
	for (int level = from_level; level > to_level; level--)
	{
		bool		moved = true;

		while (moved)
		{
			int			count = HnswReadLinks(walk->index, at->node, level, walk->keys,
											  walk->key_count, walk->links);
			int			fresh = 0;

			moved = false;
			for (int i = 0; i < count; i++)
				if (walk->links[i] < walk->limit)
					walk->fresh[fresh++].node = walk->links[i];
			HnswDistances(walk->index, query, walk->fresh, fresh);
			for (int i = 0; i < fresh; i++)
				if (Before(walk->fresh[i], *at))
				{
					*at = walk->fresh[i];
					moved = true;
				}
			CHECK_FOR_INTERRUPTS();
		}
	}
}

/*
 * Expands what is open until the best ef are found.
 */
void
HnswWalkLevel(HnswWalk *walk, const HnswQuery *query, int level, int ef)
{
	HnswIndex  *index = walk->index;

	while (walk->open.count > 0)
	{
		HnswCandidate nearest = walk->open.items[0];
		int			fresh = 0;
		int			count;

		if (walk->found.count >= ef && Before(walk->found.items[0], nearest))
			break;
		HnswPopNearest(&walk->open);
		count = HnswReadLinks(index, nearest.node, level, walk->keys, walk->key_count,
							  walk->links);
		index->counters.nodes++;
		for (int i = 0; i < count; i++)
		{
			uint32		node = walk->links[i];

			if (node >= walk->limit || HnswVisited(walk, node))
				continue;
			Visit(walk, node);
			walk->fresh[fresh++].node = node;
		}
		HnswDistances(index, query, walk->fresh, fresh);
		for (int i = 0; i < fresh; i++)
		{
			if (Admit(walk, walk->fresh[i], ef))
			{
				HnswPush(&walk->open, walk->fresh[i]);
				SiftUp(&walk->open, false);
			}
			else if (walk->keep)
				HnswPush(&walk->rest, walk->fresh[i]);
		}
		CHECK_FOR_INTERRUPTS();
	}
}

/*
 * Puts aside what is open, so that a walk can begin elsewhere.
 */
void
HnswWalkPause(HnswWalk *walk, HnswHeap *aside)
{
	for (int i = 0; i < walk->open.count; i++)
		HnswPush(aside, walk->open.items[i]);
	walk->open.count = 0;
}

/*
 * Opens again what was put aside.
 */
void
HnswWalkResume(HnswWalk *walk, const HnswHeap *aside)
{
	for (int i = 0; i < aside->count; i++)
	{
		HnswPush(&walk->open, aside->items[i]);
		SiftUp(&walk->open, false);
	}
}

/*
 * Another round on level 0, after the caller took away what was found: what was
 * seen and put aside takes part again.
 */
void
HnswWalkAgain(HnswWalk *walk, const HnswQuery *query, int ef)
{
	HnswHeap	rest = walk->rest;
	HnswHeap	evicted = walk->evicted;

	memset(&walk->rest, 0, sizeof(HnswHeap));
	memset(&walk->evicted, 0, sizeof(HnswHeap));
	walk->found.count = 0;
	for (int i = 0; i < evicted.count; i++)
		if (!Admit(walk, evicted.items[i], ef))
			HnswPush(&walk->evicted, evicted.items[i]);
	for (int i = 0; i < rest.count; i++)
	{
		if (Admit(walk, rest.items[i], ef))
		{
			HnswPush(&walk->open, rest.items[i]);
			SiftUp(&walk->open, false);
		}
		else
			HnswPush(&walk->rest, rest.items[i]);
	}
	if (rest.items)
		pfree(rest.items);
	if (evicted.items)
		pfree(evicted.items);
	HnswWalkLevel(walk, query, 0, ef);
}
