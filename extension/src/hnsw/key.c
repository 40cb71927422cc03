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
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/uuid.h"

#include "hnsw/key.h"
#include "hnsw/shared.h"

/* Longest value of a key column, so that some keys fit a page */
#define LONGEST_KEY	2000

/* Length of NULL among the values of several columns */
#define KEY_NULL	0xFFFF

/* Values looked up one by one; for more, all keys are read */
#define MOST_LOOKUPS	1000

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

	if (columns > HNSW_MAX_KEYS + 1)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("hnsw index cannot have more than two columns before its vector")));
	if (!OidIsValid(index_getprocid(rel, columns, HNSW_DISTANCE_PROC)))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("the last column of an hnsw index must be a vector")));
	for (int i = 0; i < columns - 1; i++)
	{
		if (!IsKeyType(rel->rd_opcintype[i]))
			ereport(ERROR,
					(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
					 errmsg("type %s cannot be the key of an hnsw index",
							format_type_be(rel->rd_opcintype[i])),
					 errhint("Keys are of type smallint, integer, bigint, text or uuid.")));
		if (OidIsValid(rel->rd_indcollation[i]) &&
			!get_collation_isdeterministic(rel->rd_indcollation[i]))
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

/*
 * The values of the key columns as one; that of several columns is palloc'ed.
 */
static HnswKeyValue
JoinValues(const HnswKeyValue *parts, int columns)
{
	HnswKeyValue whole = parts[0];
	char	   *at;

	if (columns == 1)
		return whole;
	whole.isnull = false;
	whole.length = 0;
	for (int i = 0; i < columns; i++)
		whole.length += sizeof(uint16) + parts[i].length;
	whole.data = at = palloc(whole.length);
	for (int i = 0; i < columns; i++)
	{
		uint16		length = parts[i].isnull ? KEY_NULL : parts[i].length;

		memcpy(at, &length, sizeof(uint16));
		at += sizeof(uint16);
		memcpy(at, parts[i].data, parts[i].length);
		at += parts[i].length;
	}
	return whole;
}

/*
 * The values of the columns of a stored key; they point into it.
 */
static void
SplitKey(const HnswKey *stored, int columns, HnswKeyValue *parts)
{
	const char *at = stored->data;

	if (columns == 1)
	{
		parts[0].isnull = stored->isnull;
		parts[0].length = stored->length;
		parts[0].data = stored->data;
		return;
	}
	for (int i = 0; i < columns; i++)
	{
		uint16		length;

		memcpy(&length, at, sizeof(uint16));
		at += sizeof(uint16);
		parts[i].isnull = length == KEY_NULL;
		parts[i].length = parts[i].isnull ? 0 : length;
		parts[i].data = at;
		at += parts[i].length;
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
 * The values of a row's key columns as one; parts and integers are scratch that
 * it points to.
 */
static HnswKeyValue
ValueOfRow(HnswIndex *index, Datum *values, bool *isnull, HnswKeyValue *parts, int64 *integers)
{
	int			columns = HnswVectorColumn(index->rel) - 1;

	for (int i = 0; i < columns; i++)
	{
		memset(&parts[i], 0, sizeof(HnswKeyValue));
		parts[i].isnull = isnull[i];
		if (!isnull[i])
			KeyBytes(values[i], index->rel->rd_opcintype[i], &integers[i], &parts[i]);
		if (parts[i].length > LONGEST_KEY)
			ereport(ERROR,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					 errmsg("key of %d bytes is too long for hnsw index \"%s\"",
							parts[i].length, RelationGetRelationName(index->rel)),
					 errdetail("The limit is %d bytes.", LONGEST_KEY)));
	}
	return JoinValues(parts, columns);
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
	value = ValueOfRow(index, values, isnull, parts, integers);
	if (memory_meta == NULL)
	{
		key = Find(index, NULL, &value);
		return key == HNSW_WHOLE ? AddInPages(index, &value) : key;
	}
	HnswLockRoots(index, LW_SHARED);
	key = Find(index, memory_meta, &value);
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
	value = ValueOfRow(index, values, isnull, parts, integers);
	return Find(index, NULL, &value) == key;
}

/* What a scan wants of a key column */
typedef struct Wanted
{
	bool		given;			/* else any value */
	int			count;
	HnswKeyValue *values;
} Wanted;

static bool
SameValue(const HnswKeyValue *a, const HnswKeyValue *b)
{
	return a->isnull == b->isnull && a->length == b->length &&
		memcmp(a->data, b->data, b->length) == 0;
}

static bool
IsWanted(const Wanted *wanted, const HnswKeyValue *value)
{
	if (!wanted->given)
		return true;
	for (int i = 0; i < wanted->count; i++)
		if (SameValue(&wanted->values[i], value))
			return true;
	return false;
}

static void
AddWanted(Wanted *wanted, Datum value, Oid type)
{
	KeyBytes(value, type, palloc(sizeof(int64)), &wanted->values[wanted->count++]);
}

/*
 * The values of one condition.
 */
static Wanted
WantedBy(ScanKey key, Oid column_type)
{
	Wanted		wanted = {.given = true};
	Oid			type = OidIsValid(key->sk_subtype) ? key->sk_subtype : column_type;

	if (key->sk_flags & SK_SEARCHNULL)
	{
		wanted.values = palloc0(sizeof(HnswKeyValue));
		wanted.values[wanted.count++].isnull = true;
	}
	else if (key->sk_flags & SK_ISNULL)
		return wanted;			/* equals nothing */
	else if (key->sk_flags & SK_SEARCHARRAY)
	{
		ArrayType  *array = DatumGetArrayTypeP(key->sk_argument);
		Datum	   *elements;
		bool	   *nulls;
		int			count;
		int16		length;
		bool		by_value;
		char		align;

		get_typlenbyvalalign(ARR_ELEMTYPE(array), &length, &by_value, &align);
		deconstruct_array(array, ARR_ELEMTYPE(array), length, by_value, align,
						  &elements, &nulls, &count);
		wanted.values = palloc0(sizeof(HnswKeyValue) * Max(count, 1));
		for (int i = 0; i < count; i++)
			if (!nulls[i])
				AddWanted(&wanted, elements[i], ARR_ELEMTYPE(array));
	}
	else
	{
		wanted.values = palloc0(sizeof(HnswKeyValue));
		AddWanted(&wanted, key->sk_argument, type);
	}
	return wanted;
}

/*
 * Keeps the values that another condition on the same column allows, too.
 */
static void
Intersect(Wanted *wanted, const Wanted *other)
{
	int			kept = 0;

	if (!wanted->given)
	{
		*wanted = *other;
		return;
	}
	for (int i = 0; i < wanted->count; i++)
		if (IsWanted(other, &wanted->values[i]))
			wanted->values[kept++] = wanted->values[i];
	wanted->count = kept;
}

static void
AddToSet(HnswKeySet *set, uint32 key, int *room)
{
	if (set->count == *room)
	{
		*room = Max(16, *room * 2);
		set->keys = set->keys == NULL ? palloc(*room * sizeof(uint32))
			: repalloc_huge(set->keys, mul_size(*room, sizeof(uint32)));
	}
	set->keys[set->count++] = key;
}

/*
 * Looks up each combination of wanted values.
 */
static void
LookUp(HnswIndex *index, const Wanted *wanted, int columns, HnswKeySet *set)
{
	int			combinations = wanted[0].count * (columns == 2 ? wanted[1].count : 1);
	int			room = 0;

	for (int i = 0; i < combinations; i++)
	{
		HnswKeyValue parts[HNSW_MAX_KEYS];
		HnswKeyValue value;
		uint32		key;

		CHECK_FOR_INTERRUPTS();
		parts[0] = wanted[0].values[i % wanted[0].count];
		if (columns == 2)
			parts[1] = wanted[1].values[i / wanted[0].count];
		value = JoinValues(parts, columns);
		key = Find(index, NULL, &value);
		if (key != HNSW_WHOLE)
			AddToSet(set, key, &room);
	}
}

/*
 * Picks from all keys those that are wanted.
 */
static void
PickKeys(HnswIndex *index, const Wanted *wanted, int columns, HnswKeySet *set)
{
	BlockNumber blocks = RelationGetNumberOfBlocks(index->rel);
	HnswMeta	meta;
	int			room = 0;

	HnswReadMeta(index->rel, &meta);
	for (uint32 key_page = 0; key_page < meta.key_pages; key_page++)
	{
		BlockNumber block = HnswKeyBlock(index, key_page << 8);
		Buffer		buffer;
		Page		page;
		int			last;

		CHECK_FOR_INTERRUPTS();
		if (block >= blocks)
			break;
		buffer = HnswPin(index, block);
		LockBuffer(buffer, BUFFER_LOCK_SHARE);
		page = BufferGetPage(buffer);
		last = PageIsNew(page) ? 0 : PageGetMaxOffsetNumber(page);
		for (int item = 1; item <= last; item++)
		{
			HnswKeyValue parts[HNSW_MAX_KEYS];
			bool		picked = true;

			SplitKey(HnswKeyOn(page, key_page << 8 | item), columns, parts);
			for (int i = 0; i < columns; i++)
				picked = picked && IsWanted(&wanted[i], &parts[i]);
			if (picked)
				AddToSet(set, key_page << 8 | item, &room);
		}
		UnlockReleaseBuffer(buffer);
	}
}

static int
CompareKeys(const void *a, const void *b)
{
	uint32		x = *(const uint32 *) a;
	uint32		y = *(const uint32 *) b;

	return x < y ? -1 : x > y;
}

/*
 * The keys that a scan asks for; none of them if no row can have what it wants.
 */
void
HnswKeysOfScan(HnswIndex *index, ScanKey keys, int count, HnswKeySet *set)
{
	Wanted		wanted[HNSW_MAX_KEYS] = {0};
	int			columns = HnswVectorColumn(index->rel) - 1;
	double		combinations = 1;
	int			distinct = 0;

	memset(set, 0, sizeof(HnswKeySet));
	for (int i = 0; i < count; i++)
	{
		int			column = keys[i].sk_attno - 1;
		Wanted		values;

		/* IS NOT NULL is checked again for each row */
		if (column >= columns || (keys[i].sk_flags & SK_SEARCHNOTNULL))
			continue;
		values = WantedBy(&keys[i], index->rel->rd_opcintype[column]);
		Intersect(&wanted[column], &values);
	}
	if (columns == 0)
	{
		set->keys = palloc0(sizeof(uint32));
		set->keys[0] = HNSW_WHOLE;
		set->count = 1;
		return;
	}
	set->every = true;
	for (int i = 0; i < columns; i++)
	{
		set->every = set->every && !wanted[i].given;
		combinations *= wanted[i].given ? wanted[i].count : INT_MAX;
	}
	if (set->every)
		return;
	if (combinations <= MOST_LOOKUPS)
		LookUp(index, wanted, columns, set);
	else
		PickKeys(index, wanted, columns, set);
	if (set->count > 1)
		qsort(set->keys, set->count, sizeof(uint32), CompareKeys);
	for (int i = 0; i < set->count; i++)
		if (distinct == 0 || set->keys[distinct - 1] != set->keys[i])
			set->keys[distinct++] = set->keys[i];
	set->count = distinct;
}
