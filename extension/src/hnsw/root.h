/*-------------------------------------------------------------------------
 *
 * root.h
 *	  Where the graph of a key begins.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HNSW_ROOT_H
#define HNSW_ROOT_H

#include "hnsw/hnsw.h"

/* root.c; memory_meta: the meta page of an index in memory, else NULL */
extern void HnswReadRoot(HnswIndex *index, HnswMeta *memory_meta, uint32 key, HnswRoot *root);
extern bool HnswJoinRoot(HnswIndex *index, HnswMeta *memory_meta, uint32 key, uint32 node,
						 bool linked, bool alone);
extern void HnswMoveEntry(HnswIndex *index, uint32 key, uint32 from, uint32 to, uint32 gone);
extern bool HnswLeaveChain(HnswIndex *index, uint32 key, uint32 before, uint32 node,
						   uint32 next);

#endif							/* HNSW_ROOT_H */
