/*-------------------------------------------------------------------------
 *
 * key.c
 *	  Key columns: each key has a graph of its own, found through chains that
 *	  hash to it. Keys are tuples on the key pages of the groups.
 *
 * A key is compared by bytes: integers of all widths as int64, so that 3 finds
 * 3::bigint; text in a deterministic collation and uuid as they are.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/skey.h"
#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/uuid.h"

#include "hnsw/key.h"

/* Longest key, so that some fit a page */
#define LONGEST_KEY	2000

/* A key's number: page of keys, and item on it */
#define KEY_PAGE(key)	((key) >> 8)
#define KEY_ITEM(key)	((OffsetNumber) ((key) & 0xFF))

static bool
IsKeyType(Oid type)
{
	return type == INT2OID || type == INT4OID || type == INT8OID ||
		type == TEXTOID || type == UUIDOID;
}

/*
 * Number of key columns of the definition, which is checked.
 */
int
HnswKeyColumns(Relation rel)
{
	int			columns = IndexRelationGetNumberOfKeyAttributes(rel);

	if (columns > 2)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("hnsw index cannot have more than one column before its vector")));
	if (!OidIsValid(index_getprocid(rel, columns, HNSW_DISTANCE_PROC)))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("the last column of an hnsw index must be a vector")));
	if (columns == 2)
	{
		if (!IsKeyType(rel->rd_opcintype[0]))
			ereport(ERROR,
					(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
					 errmsg("type %s cannot be the key of an hnsw index",
							format_type_be(rel->rd_opcintype[0])),
					 errhint("Keys are of type smallint, integer, bigint, text or uuid.")));
		if (OidIsValid(rel->rd_indcollation[0]) &&
			!get_collation_isdeterministic(rel->rd_indcollation[0]))
			ereport(ERROR,
					(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
					 errmsg("key of an hnsw index needs a deterministic collation")));
	}
	return columns - 1;
}

/*
 * A value as bytes. They point to *integer or into the value.
 */
static void
KeyBytes(Datum value, Oid type, int64 *integer, HnswKeyValue *key)
{
	key->isnull = false;
	key->data = (char *) integer;
	key->length = sizeof(int64);
	switch (type)
	{
		case INT2OID:
			*integer = DatumGetInt16(value);
			break;
		case INT4OID:
			*integer = DatumGetInt32(value);
			break;
		case INT8OID:
			*integer = DatumGetInt64(value);
			break;
		case UUIDOID:
			key->data = (char *) DatumGetUUIDP(value)->data;
			key->length = UUID_LEN;
			break;
		default:
			{
				struct varlena *text = PG_DETOAST_DATUM_PACKED(value);

				key->data = VARDATA_ANY(text);
				key->length = VARSIZE_ANY_EXHDR(text);
			}
	}
}

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

static inline bool
SameKey(const HnswKey *stored, const HnswKeyValue *value)
{
	return stored->isnull == value->isnull && stored->length == value->length &&
		memcmp(stored->data, value->data, value->length) == 0;
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
		state = GenericXLogStart(index->rel);
		meta = HnswPageMeta(GenericXLogRegisterBuffer(state, meta_buffer, 0));
		page = HnswRegister(index, state, buffer, KeyPlace(index, last << 8).page);
		meta->key_pages = last + 1;
		if (AddToPage(page, value, last, &meta->buckets[Bucket(value)]))
			key = meta->buckets[Bucket(value)];
		else
			meta->key_pages++;
		GenericXLogFinish(state);
		UnlockReleaseBuffer(buffer);
	}
	UnlockReleaseBuffer(meta_buffer);
	return key;
}

static uint32
Find(HnswIndex *index, HnswMeta *memory_meta, const HnswKeyValue *value)
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
	HnswKeyValue value = {.isnull = true};
	int64		integer;
	uint32		key;

	if (index->layout.key_pages == 0)
		return HNSW_WHOLE;
	if (!isnull[0])
		KeyBytes(values[0], index->rel->rd_opcintype[0], &integer, &value);
	if (value.length > LONGEST_KEY)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("key of %d bytes is too long for hnsw index \"%s\"", value.length,
						RelationGetRelationName(index->rel)),
				 errdetail("The limit is %d bytes.", LONGEST_KEY)));
	key = Find(index, memory_meta, &value);
	if (key == HNSW_WHOLE)
		key = memory_meta ? AddInMemory(index, memory_meta, &value)
			: AddInPages(index, &value);
	return key;
}

/*
 * The key that a scan asks for. HNSW_KEY_ANY if it does not say which; false if
 * no row can have it.
 */
bool
HnswKeyOfScan(HnswIndex *index, ScanKey keys, int count, uint32 *key)
{
	*key = index->layout.key_pages == 0 ? HNSW_WHOLE : HNSW_KEY_ANY;
	for (int i = 0; i < count; i++)
	{
		HnswKeyValue value = {.isnull = true};
		int64		integer;
		uint32		found;

		if (keys[i].sk_flags & SK_SEARCHNOTNULL)
			continue;			/* checked again for each row */
		if (!(keys[i].sk_flags & SK_SEARCHNULL))
		{
			if (keys[i].sk_flags & SK_ISNULL)
				return false;
			KeyBytes(keys[i].sk_argument, OidIsValid(keys[i].sk_subtype) ?
					 keys[i].sk_subtype : index->rel->rd_opcintype[0], &integer, &value);
		}
		found = Find(index, NULL, &value);
		if (found == HNSW_WHOLE || (*key != HNSW_KEY_ANY && *key != found))
			return false;
		*key = found;
	}
	return true;
}
