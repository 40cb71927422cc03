/*-------------------------------------------------------------------------
 *
 * cache.h
 *	  Indexes that this session used lately.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HNSW_CACHE_H
#define HNSW_CACHE_H

#include "hnsw/hnsw.h"

extern void HnswCacheInit(void);
extern HnswIndex *HnswAcquire(Relation rel, const HnswMeta *meta);
extern void HnswRelease(HnswIndex *index);

#endif							/* HNSW_CACHE_H */
