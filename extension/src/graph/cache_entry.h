/*-------------------------------------------------------------------------
 *
 * cache_entry.h
 *	  Adjacency that is kept, as the cache's own files see it.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GRAPH_CACHE_ENTRY_H
#define GRAPH_CACHE_ENTRY_H

#include "graph/cache.h"

/* A snapshot as far as committed transactions go, in 64-bit ids */
typedef struct CacheBase
{
	uint64		xmin;
	uint64		xmax;
	int			nrunning;
	int			capacity;
	uint64	   *running;		/* ids before xmax that it does not see */
} CacheBase;

/* Ids that have to be read again; everything: no list would do */
typedef struct CacheIds
{
	bool		everything;
	int			count;
	int			capacity;
	int64	   *ids;
} CacheIds;

typedef struct CacheEntry
{
	Oid			node;
	Oid			edge;
	int32		tenant;
	GraphAdjacency *adjacency;
	MemoryContext context;		/* owns this entry */
	size_t		bytes;
	bool		heard;			/* an invalidation message came: look again */
	bool		spoilt;			/* a change went wrong: build anew */
	uint64		definition;		/* of the tables and triggers */
	uint64		generation;		/* to notice a change by nested calls */
	CacheBase	base;
	CacheIds	restless_nodes;
	CacheIds	restless_edges;
	struct CacheEntry *next;
} CacheEntry;

/* cache_base.c: snapshots */
extern bool GraphBaseSees(const CacheBase *base, uint64 xid);
extern bool GraphSeesBase(Snapshot snapshot, const CacheBase *base);
extern bool GraphSeesSame(Snapshot snapshot, const CacheBase *base);
extern void GraphSetBase(CacheBase *base, MemoryContext context,
						 Snapshot snapshot);

/* cache_rights.c: may the caller use it? */
extern bool GraphSeesTenant(Relation rel);
extern bool GraphMayRead(const Graph *graph);

/* cache_definition.c: are the tables what they were? */
extern bool GraphHearChanges(Oid relid);
extern uint64 GraphDefinition(Relation node, Relation edge,
							  Snapshot snapshot, bool *visible);

/* cache_changes.c: what has changed since? */
extern bool GraphCollectChanges(const CacheEntry *entry, Snapshot snapshot,
								CacheIds *nodes, CacheIds *edges, bool *own);
extern ArrayType *GraphIdArray(const CacheIds *ids);
extern void GraphKeepIds(CacheEntry *entry, CacheIds *kept,
						 const CacheIds *ids);

#endif							/* GRAPH_CACHE_ENTRY_H */
