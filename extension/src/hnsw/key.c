/*-------------------------------------------------------------------------
 *
 * key.c
 *	  Keys as they are stored: each has a graph of its own, found through chains
 *	  that hash to it. Keys are tuples on the key pages of the groups.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "utils/rel.h"

#include "hnsw/key.h"
#include "hnsw/shared.h"

/* A key's number: page of keys, and item on it */
#define KEY_PAGE(key)	((key) >> 8)
#define KEY_ITEM(key)	((OffsetNumber) ((key) & 0xFF))

static HnswPlace
KeyPlace(const HnswIndex *index, uint32 key)
{
	HnswPlace	place = {
		.page = index->layout.pages - index->layout.key_pages +
		KEY_PAGE(key) % HNSW_KEY_PAGES
	};

	return place;
}

/* A node of the group that the key page is in */
static uint32
KeyGroupNode(uint32 key)
{
	return KEY_PAGE(key) / HNSW_KEY_PAGES * HNSW_GROUP_NODES;
}

BlockNumber
HnswKeyBlock(const HnswIndex *index, uint32 key)
{
	return HnswBlockOf(index, KeyGroupNode(key), KeyPlace(index, key));
}

/*
 * The key on its page.
 */
HnswKey *
HnswKeyOn(Page page, uint32 key)
{
	return (HnswKey *) PageGetItem(page, PageGetItemId(page, KEY_ITEM(key)));
}

/*
 * The key's page in memory, while the index is built there.
 */
Page
HnswKeyMemory(HnswIndex *index, uint32 key)
{
	return (Page) HnswMemory(index, KeyGroupNode(key), KeyPlace(index, key));
}

/*
 * The number of the last key on a page of keys, 0 if it has none.
 */
int
HnswLastKey(HnswIndex *index, uint32 key_page)
{
	BlockNumber block = HnswKeyBlock(index, key_page << 8);
	Buffer		buffer;
	Page		page;
	int			last;

	if (index->groups)
		return PageGetMaxOffsetNumber(HnswKeyMemory(index, key_page << 8));
	if (block >= RelationGetNumberOfBlocks(index->rel))
		return 0;
	buffer = HnswPin(index, block);
	LockBuffer(buffer, BUFFER_LOCK_SHARE);
	page = BufferGetPage(buffer);
	last = PageIsNew(page) ? 0 : PageGetMaxOffsetNumber(page);
	UnlockReleaseBuffer(buffer);
	return last;
}

static inline bool
SameKey(const HnswKey *stored, const HnswKeyValue *value)
{
	return stored->isnull == value->isnull && stored->length == value->length &&
		(value->length == 0 || memcmp(stored->data, value->data, value->length) == 0);
}

static inline uint32
Bucket(const HnswKeyValue *value)
{
	if (value->isnull)
		return 0;
	return hash_bytes((const unsigned char *) value->data, value->length) % HNSW_BUCKETS;
}

/*
 * Follows a chain from its first key; HNSW_WHOLE if the value is not in it.
 */
static uint32
FindInChain(HnswIndex *index, uint32 key, const HnswKeyValue *value)
{
	while (key != HNSW_WHOLE)
	{
		uint32		next;
		bool		same;

		if (index->groups)
		{
			HnswKey    *stored = HnswKeyOn(HnswKeyMemory(index, key), key);

			same = SameKey(stored, value);
			next = stored->next;
		}
		else
		{
			Buffer		buffer = HnswPin(index, HnswKeyBlock(index, key));
			HnswKey    *stored;

			LockBuffer(buffer, BUFFER_LOCK_SHARE);
			stored = HnswKeyOn(BufferGetPage(buffer), key);
			same = SameKey(stored, value);
			next = stored->next;
			UnlockReleaseBuffer(buffer);
		}
		if (same)
			return key;
		key = next;
	}
	return HNSW_WHOLE;
}

/*
 * Adds a key to a page, as the first of its chain; false if the page is full.
 */
static bool
AddToPage(Page page, const HnswKeyValue *value, uint32 key_page, uint32 *bucket)
{
	Size		size = offsetof(HnswKey, data) + value->length;
	HnswKey    *key = palloc0(size);
	OffsetNumber item = InvalidOffsetNumber;

	key->root.entry = HNSW_NONE;
	key->root.head = HNSW_NONE;
	key->next = *bucket;
	key->isnull = value->isnull;
	key->length = value->length;
	if (value->length > 0)
		memcpy(key->data, value->data, value->length);
	if (PageGetMaxOffsetNumber(page) < 0xFF)
		item = PageAddItem(page, (Item) key, size, InvalidOffsetNumber, false, false);
	pfree(key);
	if (item == InvalidOffsetNumber)
		return false;
	*bucket = key_page << 8 | item;
	return true;
}

/*
 * A new key of an index in memory.
 */
static uint32
AddInMemory(HnswIndex *index, HnswMeta *meta, const HnswKeyValue *value)
{
	uint32	   *bucket = &meta->buckets[Bucket(value)];
	uint32		key = FindInChain(index, *bucket, value);

	/* Another process may have been faster */
	if (key != HNSW_WHOLE)
		return key;
	for (;;)
	{
		if (meta->key_pages > 0 &&
			AddToPage(HnswKeyMemory(index, (meta->key_pages - 1) << 8), value,
					  meta->key_pages - 1, bucket))
			return *bucket;
		while (index->group_count <= meta->key_pages / HNSW_KEY_PAGES)
			HnswAddGroup(index);
		meta->key_pages++;
	}
}

/*
 * A new key in the pages, unless another backend was faster.
 */
static uint32
AddInPages(HnswIndex *index, const HnswKeyValue *value)
{
	Buffer		meta_buffer = HnswPin(index, HNSW_META_BLOCK);
	uint32		key;

	LockBuffer(meta_buffer, BUFFER_LOCK_EXCLUSIVE);
	key = FindInChain(index, HnswPageMeta(BufferGetPage(meta_buffer))->buckets[Bucket(value)],
					  value);
	while (key == HNSW_WHOLE)
	{
		HnswMeta   *current = HnswPageMeta(BufferGetPage(meta_buffer));
		uint32		last = Max(current->key_pages, 1) - 1;
		GenericXLogState *state;
		HnswMeta   *meta;
		Buffer		buffer;
		Page		page;

		HnswEnsureGroup(index, KeyGroupNode(last << 8));
		buffer = HnswPin(index, HnswKeyBlock(index, last << 8));
		LockBuffer(buffer, BUFFER_LOCK_EXCLUSIVE);
		state = HnswStart(index);
		meta = HnswPageMeta(HnswTouch(state, meta_buffer));
		page = HnswRegister(index, state, buffer, KeyPlace(index, last << 8).page);
		meta->key_pages = last + 1;
		if (AddToPage(page, value, last, &meta->buckets[Bucket(value)]))
			key = meta->buckets[Bucket(value)];
		else
			meta->key_pages++;
		HnswFinish(state);
		UnlockReleaseBuffer(buffer);
	}
	UnlockReleaseBuffer(meta_buffer);
	return key;
}

/*
 * The key with this value, or HNSW_WHOLE.
 */
uint32
HnswFindKey(HnswIndex *index, HnswMeta *memory_meta, const HnswKeyValue *value)
{
	uint32		first;
	Buffer		buffer;

	if (memory_meta)
		return FindInChain(index, memory_meta->buckets[Bucket(value)], value);
	buffer = HnswPin(index, HNSW_META_BLOCK);
	LockBuffer(buffer, BUFFER_LOCK_SHARE);
	first = HnswPageMeta(BufferGetPage(buffer))->buckets[Bucket(value)];
	UnlockReleaseBuffer(buffer);
	return FindInChain(index, first, value);
}

/*
 * The key of a row, made if it is the first with it.
 */
uint32
HnswKeyOfRow(HnswIndex *index, HnswMeta *memory_meta, Datum *values, bool *isnull)
{
	HnswKeyValue parts[HNSW_MAX_KEYS];
	int64		integers[HNSW_MAX_KEYS];
	HnswKeyValue value;
	uint32		key;

	if (index->layout.key_pages == 0)
		return HNSW_WHOLE;
	value = HnswKeyValueOfRow(index, values, isnull, parts, integers);
	if (memory_meta == NULL)
	{
		key = HnswFindKey(index, NULL, &value);
		return key == HNSW_WHOLE ? AddInPages(index, &value) : key;
	}
	HnswLockRoots(index, LW_SHARED);
	key = HnswFindKey(index, memory_meta, &value);
	HnswUnlockRoots(index);
	if (key == HNSW_WHOLE)
	{
		HnswLockRoots(index, LW_EXCLUSIVE);
		key = AddInMemory(index, memory_meta, &value);
		HnswUnlockRoots(index);
	}
	return key;
}

/*
 * Is that the key of the row?
 */
bool
HnswRowHasKey(HnswIndex *index, Datum *values, bool *isnull, uint32 key)
{
	HnswKeyValue parts[HNSW_MAX_KEYS];
	int64		integers[HNSW_MAX_KEYS];
	HnswKeyValue value;

	if (index->layout.key_pages == 0)
		return key == HNSW_WHOLE;
	value = HnswKeyValueOfRow(index, values, isnull, parts, integers);
	return HnswFindKey(index, NULL, &value) == key;
}
