/*-------------------------------------------------------------------------
 *
 * key_scan.c
 *	  Which keys a scan asks for: equality, = any and IS NULL on the key columns.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/skey.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "hnsw/key.h"

/* Values looked up one by one; for more, all keys are read */
#define MOST_LOOKUPS	1000

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
	HnswKeyBytes(value, type, palloc(sizeof(int64)), &wanted->values[wanted->count++]);
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
		value = HnswJoinKeyValues(parts, columns);
		key = HnswFindKey(index, NULL, &value);
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

			HnswSplitKey(HnswKeyOn(page, key_page << 8 | item), columns, parts);
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
