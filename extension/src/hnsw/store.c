/*-------------------------------------------------------------------------
 *
 * store.c
 *	  Reading the index: the same arithmetic over pages in buffers and, while
 *	  an index is built, over pages in memory.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "storage/buf_internals.h"
#include "storage/bufmgr.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#include "hnsw/hnsw.h"
#include "hnsw/key.h"
#include "hnsw/shared.h"

/* Bytes of a code to ask for ahead; the processor follows by itself */
#define PREFETCH_BYTES	512

/* Reads without a pin for one with it */
#define PEEKS_PER_PIN	32

/*
 * Spreads items of one size over the pages of a group, from a page on; returns
 * how many pages that took.
 */
static int
PlaceItems(HnswPlace *places, int count, int size, int first_page)
{
	int			per_page = HNSW_PAGE_ROOM / size;

	for (int i = 0; i < count; i++)
	{
		places[i].page = first_page + i / per_page;
		places[i].offset = MAXALIGN(SizeOfPageHeaderData) + i % per_page * size;
	}
	return (count + per_page - 1) / per_page;
}

static void
MakeLayout(HnswLayout *layout, int code_size, int m, int keys)
{
	layout->code_size = code_size;
	layout->node_size = offsetof(HnswNode, links) + 2 * m * sizeof(uint32);
	layout->upper_size = offsetof(HnswUpper, links) + m * sizeof(uint32);
	layout->code_pages = PlaceItems(layout->codes, HNSW_GROUP_NODES, layout->code_size, 0);
	layout->pages = layout->code_pages;
	layout->link_pages = PlaceItems(layout->nodes, HNSW_GROUP_NODES, layout->node_size,
									layout->pages);
	layout->pages += layout->link_pages;
	layout->upper_pages = PlaceItems(layout->uppers, HNSW_UPPERS, layout->upper_size,
									 layout->pages);
	layout->pages += layout->upper_pages;
	layout->key_pages = keys > 0 ? HNSW_KEY_PAGES : 0;
	layout->pages += layout->key_pages;
}

HnswMeta *
HnswPageMeta(Page page)
{
	return (HnswMeta *) PageGetContents(page);
}

void
HnswFillMetaPage(Page page, const HnswMeta *meta)
{
	HnswPageOpaque *opaque;

	PageInit(page, BLCKSZ, sizeof(HnswPageOpaque));
	opaque = (HnswPageOpaque *) PageGetSpecialPointer(page);
	opaque->kind = HNSW_PAGE_META;
	opaque->page_id = HNSW_PAGE_ID;
	memcpy(HnswPageMeta(page), meta, sizeof(HnswMeta));
	((PageHeader) page)->pd_lower = (char *) (HnswPageMeta(page) + 1) - (char *) page;
}

/*
 * What the meta page says, without the heads of the chains of keys.
 */
void
HnswReadMeta(Relation rel, HnswMeta *meta)
{
	Buffer		buffer = ReadBuffer(rel, HNSW_META_BLOCK);

	LockBuffer(buffer, BUFFER_LOCK_SHARE);
	memcpy(meta, HnswPageMeta(BufferGetPage(buffer)), offsetof(HnswMeta, buckets));
	UnlockReleaseBuffer(buffer);
	if (meta->magic != HNSW_MAGIC || meta->version != HNSW_VERSION)
		ereport(ERROR,
				(errcode(ERRCODE_INDEX_CORRUPTED),
				 errmsg("index \"%s\" is not an hnsw index of this version",
						RelationGetRelationName(rel)),
				 errhint("Rebuild it with REINDEX.")));
}

/*
 * An index at work, in the current memory context.
 */
HnswIndex *
HnswOpen(Relation rel, const HnswMeta *meta, bool in_memory)
{
	HnswIndex  *index = palloc0(sizeof(HnswIndex));

	index->rel = rel;
	index->metric = meta->metric;
	index->m = meta->m;
	index->ef_construction = meta->ef_construction;
	MakeLayout(&index->layout, HnswMetaCodeSize(meta), meta->m, meta->keys);
	HnswCodecInit(&index->codec, meta);
	if (in_memory)
	{
		index->group_room = 16;
		index->groups = palloc(index->group_room * sizeof(char *));
	}
	return index;
}

/*
 * Scratch for one side of a distance, in the current memory context.
 */
HnswQuery
HnswMakeQuery(const HnswCodec *codec)
{
	HnswQuery	query = {0};

	if (codec->form == HNSW_BITS)
	{
		query.ones = palloc0(codec->padded / BITS_PER_BYTE);
		return query;
	}
	query.floats = palloc0(sizeof(float) * codec->padded);
	if (codec->form == HNSW_SPARSE)
	{
		query.indices = palloc0(sizeof(int32) * codec->padded);
		return query;
	}
	query.bytes = palloc0(codec->padded);
	query.words = palloc0(sizeof(int16) * codec->padded);
	return query;
}

/*
 * Pages of a new group in memory.
 */
void
HnswAddGroup(HnswIndex *index)
{
	char	   *pages;

	if (index->shared)
	{
		HnswSharedAddGroup(index, index->group_count++);
		return;
	}
	pages = MemoryContextAllocHuge(CurrentMemoryContext, mul_size(index->layout.pages, BLCKSZ));
	if (index->group_count == index->group_room)
	{
		index->group_room *= 2;
		index->groups = repalloc_huge(index->groups,
									  mul_size(index->group_room, sizeof(char *)));
	}
	for (int i = 0; i < index->layout.pages; i++)
		HnswInitPage(index, pages + (Size) i * BLCKSZ, i);
	index->groups[index->group_count++] = pages;
}

/*
 * A page of zeroed items: free nodes.
 */
void
HnswInitPage(const HnswIndex *index, Page page, int page_of_group)
{
	const HnswLayout *layout = &index->layout;
	HnswPageOpaque *opaque;
	int			links = layout->code_pages;
	int			uppers = links + layout->link_pages;
	int			keys = uppers + layout->upper_pages;

	PageInit(page, BLCKSZ, sizeof(HnswPageOpaque));
	opaque = (HnswPageOpaque *) PageGetSpecialPointer(page);
	opaque->page_id = HNSW_PAGE_ID;
	opaque->kind = page_of_group < links ? HNSW_PAGE_CODE :
		page_of_group < uppers ? HNSW_PAGE_LINK :
		page_of_group < keys ? HNSW_PAGE_UPPER : HNSW_PAGE_KEY;
	/* Items fill the page; what lies above pd_lower would not be logged */
	if (opaque->kind != HNSW_PAGE_KEY)
		((PageHeader) page)->pd_lower = ((PageHeader) page)->pd_upper;
}

/*
 * Is number i of a level on the next one?  (Finalizer of MurmurHash3.)
 */
static inline bool
Ascends(uint32 i)
{
	uint32		h = i / HNSW_FANOUT + 1;

	h ^= h >> 16;
	h *= 0x85ebca6b;
	h ^= h >> 13;
	h *= 0xc2b2ae35;
	h ^= h >> 16;
	return i % HNSW_FANOUT == h % HNSW_FANOUT;
}

int
HnswLevelOf(uint32 node)
{
	int			level = 0;

	while (level < HNSW_MAX_LEVEL && Ascends(node))
	{
		level++;
		node /= HNSW_FANOUT;
	}
	return level;
}

HnswPlace
HnswCodePlace(const HnswIndex *index, uint32 node)
{
	return index->layout.codes[node % HNSW_GROUP_NODES];
}

HnswPlace
HnswNodePlace(const HnswIndex *index, uint32 node)
{
	return index->layout.nodes[node % HNSW_GROUP_NODES];
}

/*
 * Of a node that is on the level.
 */
HnswPlace
HnswUpperPlace(const HnswIndex *index, uint32 node, int level)
{
	if (level == 1)
		return index->layout.uppers[node % HNSW_GROUP_NODES / HNSW_FANOUT];
	return index->layout.uppers[HNSW_FANOUT + level - 2];
}

BlockNumber
HnswBlockOf(const HnswIndex *index, uint32 node, HnswPlace place)
{
	return 1 + node / HNSW_GROUP_NODES * (BlockNumber) index->layout.pages + place.page;
}

char *
HnswMemory(HnswIndex *index, uint32 node, HnswPlace place)
{
	uint32		group = node / HNSW_GROUP_NODES;

	/* Another process may have added it */
	if (unlikely(index->groups[group] == NULL))
		HnswSharedAddGroup(index, group);
	return index->groups[group] + (Size) place.page * BLCKSZ + place.offset;
}

/*
 * A pinned buffer of the block, at a third of the price where it has not moved
 * since it was last seen.
 */
Buffer
HnswPin(HnswIndex *index, BlockNumber block)
{
	Buffer		buffer;

	index->counters.pages++;
	if (block < index->recent_room)
	{
		buffer = index->recent[block];
		if (BufferIsValid(buffer) &&
			ReadRecentBuffer(index->rel->rd_locator, MAIN_FORKNUM, block, buffer))
			return buffer;
	}
	else
	{
		BlockNumber room = Max(64, block + block / 2 + 1);

		if (index->recent == NULL)
			index->recent = MemoryContextAllocZero(GetMemoryChunkContext(index),
												   room * sizeof(Buffer));
		else
		{
			index->recent = repalloc_huge(index->recent, room * sizeof(Buffer));
			memset(index->recent + index->recent_room, 0,
				   (room - index->recent_room) * sizeof(Buffer));
		}
		index->recent_room = room;
	}
	buffer = ReadBuffer(index->rel, block);
	index->recent[block] = buffer;
	return buffer;
}

/*
 * Copies a node; links, if wanted, has room for 2m. False if its page was never
 * written.
 */
bool
HnswReadNode(HnswIndex *index, uint32 node, HnswNode *copy, uint32 *links)
{
	HnswPlace	place = HnswNodePlace(index, node);
	Buffer		buffer = InvalidBuffer;
	HnswNode   *stored;

	if (index->groups)
	{
		stored = (HnswNode *) HnswMemory(index, node, place);
		HnswLockNode(index, node);
	}
	else
	{
		buffer = HnswPin(index, HnswBlockOf(index, node, place));
		LockBuffer(buffer, BUFFER_LOCK_SHARE);
		if (PageIsNew(BufferGetPage(buffer)))
		{
			UnlockReleaseBuffer(buffer);
			return false;
		}
		stored = (HnswNode *) (BufferGetPage(buffer) + place.offset);
	}
	memcpy(copy, stored, offsetof(HnswNode, links));
	copy->count = Min(copy->count, 2 * index->m);
	if (links)
		memcpy(links, stored->links, copy->count * sizeof(uint32));
	if (BufferIsValid(buffer))
		UnlockReleaseBuffer(buffer);
	else
		HnswUnlockNode(index, node);
	return true;
}

/*
 * The live nodes of an index in pages, from *node to the last one of its page;
 * *node becomes the one after it. Returns how many, a group's at most.
 */
int
HnswLiveOnPage(HnswIndex *index, uint32 *node, HnswCandidate *live)
{
	HnswPlace	place = HnswNodePlace(index, *node);
	Buffer		buffer = HnswPin(index, HnswBlockOf(index, *node, place));
	Page		page = BufferGetPage(buffer);
	int			page_of_group = place.page;
	int			count = 0;

	LockBuffer(buffer, BUFFER_LOCK_SHARE);
	do
	{
		if (!PageIsNew(page) && ((HnswNode *) (page + place.offset))->state == HNSW_LIVE)
			live[count++].node = *node;
		place = HnswNodePlace(index, ++*node);
	} while (place.page == page_of_group && *node % HNSW_GROUP_NODES != 0);
	UnlockReleaseBuffer(buffer);
	return count;
}

/*
 * Copies the links of a node on a level, and returns how many; -1 if the node
 * is not of these keys (its number was used again).
 */
int
HnswReadLinks(HnswIndex *index, uint32 node, int level, const uint32 *keys, int key_count,
			  uint32 *links)
{
	Buffer		buffer = InvalidBuffer;
	HnswPlace	place;
	HnswUpper  *stored;
	int			count;

	if (level == 0)
	{
		HnswNode	copy;

		if (!HnswReadNode(index, node, &copy, links) ||
			!HnswHasKey(keys, key_count, copy.key) ||
			(copy.state != HNSW_LIVE && copy.state != HNSW_DEAD))
			return -1;
		return copy.count;
	}
	place = HnswUpperPlace(index, node, level);
	if (index->groups)
	{
		stored = (HnswUpper *) HnswMemory(index, node, place);
		HnswLockNode(index, node);
	}
	else
	{
		buffer = HnswPin(index, HnswBlockOf(index, node, place));
		LockBuffer(buffer, BUFFER_LOCK_SHARE);
		if (PageIsNew(BufferGetPage(buffer)))
		{
			UnlockReleaseBuffer(buffer);
			return -1;
		}
		stored = (HnswUpper *) (BufferGetPage(buffer) + place.offset);
	}
	count = HnswHasKey(keys, key_count, stored->key) ? Min(stored->count, index->m) : -1;
	if (count > 0)
		memcpy(links, stored->links, count * sizeof(uint32));
	if (BufferIsValid(buffer))
		UnlockReleaseBuffer(buffer);
	else
		HnswUnlockNode(index, node);
	return count;
}

void
HnswReadCode(HnswIndex *index, uint32 node, HnswCode *copy)
{
	HnswPlace	place = HnswCodePlace(index, node);
	Buffer		buffer;

	if (index->groups)
	{
		memcpy(copy, HnswMemory(index, node, place), index->codec.size);
		return;
	}
	buffer = HnswPin(index, HnswBlockOf(index, node, place));
	memcpy(copy, BufferGetPage(buffer) + place.offset, index->codec.size);
	ReleaseBuffer(buffer);
}

static inline void
Prefetch(const HnswIndex *index, const char *code)
{
	int			size = Min(index->codec.size, PREFETCH_BYTES);

	for (int i = 0; i < size; i += 64)
		__builtin_prefetch(code + i);
}

/* Is the block in this buffer now? */
static inline bool
Holds(const BufferDesc *descriptor, const BufferTag *tag)
{
	return (pg_atomic_read_u32((pg_atomic_uint32 *) & descriptor->state) & BM_VALID) != 0 &&
		BufferTagsEqual(&descriptor->tag, tag);
}

/*
 * The distance to a code where it was last seen, without a pin: shared buffers
 * never move, and the block was there before and after it was read. Should the
 * buffer have served another block in between, the distance is wrong, which
 * costs a detour and no more: rows are ranked by what the heap says. Now and
 * then it is false nevertheless, so that a pin tells that the page is in use.
 */
static inline bool
PeekDistance(HnswIndex *index, const HnswQuery *query, BlockNumber block, int offset,
			 float *distance)
{
	Buffer		buffer = block < index->recent_room ? index->recent[block] : InvalidBuffer;
	const BufferDesc *descriptor;
	BufferTag	tag;

	if (buffer <= 0 || ++index->peeks % PEEKS_PER_PIN == 0)
		return false;
	InitBufferTag(&tag, &index->rel->rd_locator, MAIN_FORKNUM, block);
	descriptor = GetBufferDescriptor(buffer - 1);
	if (!Holds(descriptor, &tag))
		return false;
	pg_read_barrier();
	*distance = HnswCodeDistance(&index->codec, query,
								 (HnswCode *) (BufferGetPage(buffer) + offset));
	pg_read_barrier();
	return Holds(descriptor, &tag);
}

/*
 * Fills in the distances from the query to the items' nodes.
 */
void
HnswDistances(HnswIndex *index, const HnswQuery *query, HnswCandidate *items, int count)
{
	index->counters.codes += count;
	if (index->groups)
	{
		for (int i = 0; i < count; i++)
			Prefetch(index, HnswMemory(index, items[i].node, HnswCodePlace(index, items[i].node)));
		for (int i = 0; i < count; i++)
			items[i].distance =
				HnswCodeDistance(&index->codec, query, (HnswCode *)
								 HnswMemory(index, items[i].node,
											HnswCodePlace(index, items[i].node)));
		return;
	}
	for (int i = 0; i < count; i++)
	{
		HnswPlace	place = HnswCodePlace(index, items[i].node);
		BlockNumber block = HnswBlockOf(index, items[i].node, place);

		if (block < index->recent_room && BufferIsValid(index->recent[block]) &&
			!BufferIsLocal(index->recent[block]))
			Prefetch(index, BufferGetPage(index->recent[block]) + place.offset);
	}
	for (int i = 0; i < count; i++)
	{
		HnswPlace	place = HnswCodePlace(index, items[i].node);
		BlockNumber block = HnswBlockOf(index, items[i].node, place);
		Buffer		buffer;

		if (PeekDistance(index, query, block, place.offset, &items[i].distance))
			continue;
		buffer = HnswPin(index, block);
		items[i].distance =
			HnswCodeDistance(&index->codec, query,
							 (HnswCode *) (BufferGetPage(buffer) + place.offset));
		ReleaseBuffer(buffer);
	}
}
