/*-------------------------------------------------------------------------
 *
 * key.h
 *	  Key columns: tuples on key pages, one for each value.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HNSW_KEY_H
#define HNSW_KEY_H

#include "access/skey.h"

#include "hnsw/hnsw.h"

/* Key columns at most */
#define HNSW_MAX_KEYS	2

/*
 * A key as stored. Its number is page of keys * 256 + item; 0 is none. Data of one
 * key column are its bytes; of two, for each a length (KEY_NULL for NULL) and
 * bytes.
 */
typedef struct HnswKey
{
	HnswRoot	root;			/* its graph and its chain of nodes */
	uint32		next;			/* next key of the same hash chain */
	uint16		length;			/* bytes of data */
	uint8		isnull;			/* the only column is NULL, without data */
	uint8		unused;
	char		data[FLEXIBLE_ARRAY_MEMBER];
} HnswKey;

/* A key that is looked for */
typedef struct HnswKeyValue
{
	bool		isnull;
	int			length;
	const char *data;
} HnswKeyValue;

/* Whose rows a scan wants */
typedef struct HnswKeySet
{
	bool		every;			/* those of all keys */
	int			count;
	uint32	   *keys;			/* sorted */
} HnswKeySet;

/* Is the key among these, which are sorted? */
static inline bool
HnswHasKey(const uint32 *keys, int count, uint32 key)
{
	int			low = 0;

	while (count > 1)
	{
		int			half = count / 2;

		if (keys[low + half] <= key)
			low += half;
		count -= half;
	}
	return count > 0 && keys[low] == key;
}

/* key.c: keys as stored */
extern BlockNumber HnswKeyBlock(const HnswIndex *index, uint32 key);
extern HnswKey *HnswKeyOn(Page page, uint32 key);
extern Page HnswKeyMemory(HnswIndex *index, uint32 key);
extern int	HnswLastKey(HnswIndex *index, uint32 key_page);
extern uint32 HnswFindKey(HnswIndex *index, HnswMeta *memory_meta, const HnswKeyValue *value);
extern uint32 HnswKeyOfRow(HnswIndex *index, HnswMeta *memory_meta, Datum *values, bool *isnull);
extern bool HnswRowHasKey(HnswIndex *index, Datum *values, bool *isnull, uint32 key);

/* key_value.c: values as bytes */
extern int	HnswKeyColumns(Relation rel);
extern void HnswKeyBytes(Datum value, Oid type, int64 *integer, HnswKeyValue *key);
extern HnswKeyValue HnswJoinKeyValues(const HnswKeyValue *parts, int columns);
extern void HnswSplitKey(const HnswKey *stored, int columns, HnswKeyValue *parts);
extern HnswKeyValue HnswKeyValueOfRow(HnswIndex *index, Datum *values, bool *isnull,
									  HnswKeyValue *parts, int64 *integers);

/* key_scan.c: the keys of a scan */
extern void HnswKeysOfScan(HnswIndex *index, ScanKey keys, int count, HnswKeySet *set);

#endif							/* HNSW_KEY_H */
