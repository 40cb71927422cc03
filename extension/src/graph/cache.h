/*-------------------------------------------------------------------------
 *
 * cache.h
 *	  Adjacency for a call: built from the tables, or kept from an earlier one.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GRAPH_CACHE_H
#define GRAPH_CACHE_H

#include "nodes/execnodes.h"

#include "graph/graph.h"
#include "graph/kernel.h"

/* Ids that are read again one by one; more of them: build anew */
#define GRAPH_MAX_PATCH		2000

/*
 * The whole graph made ready for PageRank (ready.c): for its limit, or for
 * rounds. Kept beside adjacency until an edge changes.
 */
typedef struct GraphRankReady
{
	MemoryContext context;		/* owns all of it */
	GraphDirection direction;
	bool		weighted;
	uint32		nodes;			/* packed */
	uint32	   *original;		/* of each: its number in adjacency */
	union
	{
		kernel_rank_rounds rounds;
		kernel_rank_order order;
	};
} GraphRankReady;

/* Adjacency of one tenant's graph */
typedef struct GraphAdjacency
{
	kernel_csr	csr;
	char	  **types;			/* names by number */
	int			ntypes;
	int			types_capacity;
	MemoryContext context;		/* owns all of it */
	bool		loose;			/* an edge may have been left out because an
								 * end of it is not there */
	GraphRankReady *ready[2];	/* for rounds, for the limit; or NULL */
} GraphAdjacency;

/* Rows of the tables as they are now, read for a list of ids */
typedef struct GraphChangedRows GraphChangedRows;

/* cache.c */
extern void GraphCacheInit(void);
extern void GraphBegin(void);
extern GraphAdjacency *GraphGetAdjacency(const Graph *graph, bool build);
extern size_t GraphCacheBytes(void);
extern void GraphCacheShrink(void);
extern void GraphCacheMeasure(const GraphAdjacency *adjacency);

/* adjacency.c: reading the tables */
extern GraphAdjacency *GraphBuildAdjacency(const Graph *graph,
										   MemoryContext parent);
extern GraphChangedRows *GraphReadChanged(const Graph *graph,
										  ArrayType *nodes, ArrayType *edges);
extern bool GraphPatchAdjacency(GraphAdjacency *adjacency,
								GraphChangedRows *rows, ArrayType *nodes,
								ArrayType *edges);
extern void GraphMakeView(const GraphAdjacency *adjacency,
						  const GraphFilter *filter, kernel_view *view);

/* A call over the whole graph: what it works on, and where its answer goes */
typedef struct GraphCall
{
	Graph		graph;
	GraphFilter filter;
	GraphAdjacency *adjacency;
	kernel_view view;
	uint8	   *node_counts;	/* by number in adjacency; NULL: all */
	kernel_graph packed;
	ReturnSetInfo *result;
	GraphRows	rows;
} GraphCall;

/* call.c */
extern void GraphBeginCall(FunctionCallInfo fcinfo, int labels, int types,
						   int direction, int as_of, GraphCall *call);
extern void GraphPack(GraphCall *call, GraphDirection direction,
					  bool weighted);
extern void GraphRefuseNegative(const GraphCall *call, const char *why);
extern int64 GraphNodeId(const GraphCall *call, uint32 packed);
extern const int64 *GraphNodeIds(const GraphCall *call);
extern uint32 GraphPackedNode(const GraphCall *call, int64 id);
extern void GraphPut(GraphCall *call, Datum *values, bool *nulls);

/* ready.c */
extern GraphRankReady *GraphReadyToRank(GraphCall *call, bool weighted,
										bool limit);
extern void GraphForgetReady(GraphAdjacency *adjacency);

/* port.c */
extern size_t GraphMemoryUsed(void);
extern void GraphMemorySet(size_t size);
extern void GraphMemoryNeed(size_t size);

#endif							/* GRAPH_CACHE_H */
