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

/* Nodes of all keys */
#define HNSW_KEY_ANY	0xFFFFFFFF

/* A key as stored. Its number is page of keys * 256 + item; 0 is none. */
typedef struct HnswKey
{
	HnswRoot	root;			/* its graph and its chain of nodes */
	uint32		next;			/* next key of the same hash chain */
	uint16		length;			/* bytes of data */
	uint8		isnull;			/* the key NULL, without data */
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

extern int	HnswKeyColumns(Relation rel);
extern BlockNumber HnswKeyBlock(const HnswIndex *index, uint32 key);
extern HnswKey *HnswKeyOn(Page page, uint32 key);
extern Page HnswKeyMemory(HnswIndex *index, uint32 key);
extern uint32 HnswKeyOfRow(HnswIndex *index, HnswMeta *memory_meta, Datum *values, bool *isnull);
extern bool HnswKeyOfScan(HnswIndex *index, ScanKey keys, int count, uint32 *key);

#endif							/* HNSW_KEY_H */
