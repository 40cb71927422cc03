/*-------------------------------------------------------------------------
 *
 * graph.h
 *	  Property graphs in ordinary tables: what the files of the family share.
 *
 * A graph is a schema with the tables node and edge (sql/1.1/20_graph.sql).
 * Algorithms that know nothing of PostgreSQL are in kernel_*.c and kernel.h.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GRAPH_H
#define GRAPH_H

#include "access/htup.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "utils/array.h"
#include "utils/relcache.h"
#include "utils/timestamp.h"

/* Memory that adjacency and one algorithm may take, in kB */
#define GRAPH_DEFAULT_MAX_MEMORY	(512 * 1024)
#define GRAPH_MIN_MAX_MEMORY		1024
#define GRAPH_MAX_MAX_MEMORY		(1024 * 1024 * 1024)

/* Edges that a walk reads through the index before it asks for adjacency */
#define GRAPH_DEFAULT_INDEX_EDGES	2000
#define GRAPH_MIN_INDEX_EDGES		0
#define GRAPH_MAX_INDEX_EDGES		1000000000

/* A graph as one call sees it */
typedef struct Graph
{
	char	   *name;			/* of the schema */
	Oid			schema;
	Oid			node;			/* table NAME.node */
	Oid			edge;			/* table NAME.edge */
	int32		tenant;			/* whose rows: the default of node.tenant_id */
} Graph;

typedef enum GraphDirection
{
	GRAPH_OUT = 1,
	GRAPH_IN = 2,
	GRAPH_ANY = 3				/* both bits: edges count either way */
} GraphDirection;

/* Which edges a walk may take */
typedef struct GraphFilter
{
	GraphDirection direction;
	ArrayType  *types;			/* text[], NULL for all */
	bool		timed;			/* only edges valid at as_of */
	TimestampTz as_of;
} GraphFilter;

/* One edge as an index walk meets it */
typedef struct GraphStep
{
	int64		from;
	int64		to;
	int64		edge_id;
	double		weight;
} GraphStep;

/* Called for each edge; false ends the reading of this query's rows */
typedef bool (*GraphStepCallback) (const GraphStep *step, void *state);

/* Called for each node that is seen */
typedef void (*GraphNodeCallback) (int64 node, void *state);

/* Ids of one transaction's changes in one table before they count as all */
#define GRAPH_MAX_CHANGED_IDS		10000

/* graph_changed: rows looked through at once, kept, and how often (in xids) */
#define GRAPH_CHANGED_SCAN			8192
#define GRAPH_CHANGED_KEEP			2048
#define GRAPH_CHANGED_DROP_EVERY	64

/* What the current transaction changed in one table */
typedef struct GraphChanges
{
	bool		running;		/* by a statement that has not ended */
	bool		everything;		/* more than ids can say */
	int			nids;
	const int64 *ids;			/* may repeat; superset after rollback to
								 * savepoint */
} GraphChanges;

/* graph.c: finding a graph, settings */
extern int	graph_max_memory;
extern int	graph_index_edges;
extern void GraphOpen(text * name, Graph *graph);
extern GraphDirection GraphParseDirection(text * direction);
extern void GraphReadFilter(FunctionCallInfo fcinfo, int types, int direction,
							int as_of, GraphFilter *filter);
extern void GraphNotNull(FunctionCallInfo fcinfo, int argument,
						 const char *name);

/* plan.c: statements over a graph's tables, prepared once per session */
extern void GraphConnect(void);
extern SPIPlanPtr GraphPlan(const Graph *graph, const char *query,
							int nargs, const Oid *types);
extern uint64 GraphExecute(const Graph *graph, const char *query, int nargs,
						   const Oid *types, const Datum *values,
						   const bool *nulls, bool read_only, int64 limit,
						   DestReceiver *dest);

/* Columns of a row that is formed once */
#define GRAPH_MAX_COLUMNS	8

/* A row whose values are written over for each next one (rows.c) */
typedef struct GraphRows
{
	MinimalTuple row;			/* NULL: none was formed */
	HeapTupleData tuple;		/* the same */
	uint32		place[GRAPH_MAX_COLUMNS];	/* of each value in its data */
	bool		words;			/* each value is a Datum long, one behind the
								 * other */
} GraphRows;

/* rows.c */
extern int	GraphAnswerMemory(void);
extern void GraphBeginRows(FunctionCallInfo fcinfo);
extern void GraphPutRow(GraphRows *rows, ReturnSetInfo *result, Datum *values,
						bool *nulls);
extern void GraphPutRows(GraphRows *rows, ReturnSetInfo *result, uint32 nrows,
						 const int64 *const *columns);

/* indexwalk.c: edges through the covering indexes */
extern bool GraphSeesNodes(const Graph *graph, const int64 *nodes, int nnodes);
extern void GraphSeenNodes(const Graph *graph, const int64 *nodes, int nnodes,
						   GraphNodeCallback callback, void *state);
extern uint64 GraphExpand(const Graph *graph, const GraphFilter *filter,
						  GraphDirection direction, const int64 *frontier,
						  int nfrontier, GraphStepCallback callback,
						  void *state);

/* change.c: what transactions changed */
extern void GraphChangeInit(void);
extern bool GraphOwnChanges(Oid relid, GraphChanges *own);
extern Oid	GraphChangedRelation(void);
extern Oid	GraphChangedIndex(Relation rel);

#endif							/* GRAPH_H */
