/*-------------------------------------------------------------------------
 *
 * khop.c
 *	  graph_khop, graph_khop_count, graph_bfs: the neighbourhood of a node.
 *
 * A walk through few edges reads them through the index; adjacency that is at
 * hand, or a walk that turns out to be long, goes over adjacency. Both give the
 * same nodes and distances.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/memutils.h"

#include "graph/cache.h"

/* Nodes met so far */
typedef struct MetNode
{
	int64		node;
	char		status;
	bool		seen;			/* by the caller; until it has been asked for:
								 * no */
} MetNode;

static inline uint32
HashNode(int64 node)
{
	return murmurhash32((uint32) node ^ (uint32) ((uint64) node >> 32));
}

#define SH_PREFIX met
#define SH_ELEMENT_TYPE MetNode
#define SH_KEY_TYPE int64
#define SH_KEY node
#define SH_HASH_KEY(table, key) HashNode(key)
#define SH_EQUAL(table, a, b) ((a) == (b))
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

/* Breadth first over the index */
typedef struct IndexWalk
{
	met_hash   *met;
	int64	   *order;			/* nodes in the order in which they were met */
	int			count;
	int			capacity;
	int			edges;			/* that it may still read */
} IndexWalk;

/* What was found: ids by distance */
typedef struct Neighbourhood
{
	const int64 *ids;			/* of an index walk, or */
	const GraphAdjacency *adjacency;
	const uint32 *order;		/* node numbers */
	const uint32 *parent;		/* edges by which they were met, or NULL */
	const uint32 *level_end;
	uint32		levels;
	uint32		count;
} Neighbourhood;

PG_FUNCTION_INFO_V1(graph_khop);
PG_FUNCTION_INFO_V1(graph_khop_count);
PG_FUNCTION_INFO_V1(graph_bfs);

static void
Meet(IndexWalk *walk, int64 node)
{
	bool		found;
	MetNode    *met = met_insert(walk->met, node, &found);

	if (found)
		return;
	met->seen = false;
	if (walk->count == walk->capacity)
	{
		walk->capacity *= 2;
		walk->order = repalloc_huge(walk->order,
									sizeof(int64) * walk->capacity);
	}
	walk->order[walk->count++] = node;
}

static bool
MeetStep(const GraphStep *step, void *state)
{
	IndexWalk  *walk = state;

	if (walk->edges-- <= 0)
		return false;
	Meet(walk, step->to);
	return true;
}

static void
SeeNode(int64 node, void *state)
{
	met_lookup(((IndexWalk *) state)->met, node)->seen = true;
}

/*
 * Leave out of what was met, from this place on, the nodes that the caller does
 * not see: edges to them do not count.
 */
static void
KeepSeen(const Graph *graph, IndexWalk *walk, int begin)
{
	int			kept = begin;

	if (begin == walk->count)
		return;
	GraphSeenNodes(graph, walk->order + begin, walk->count - begin, SeeNode, walk);
	for (int i = begin; i < walk->count; i++)
		if (met_lookup(walk->met, walk->order[i])->seen)
			walk->order[kept++] = walk->order[i];
	walk->count = kept;
}

/*
 * Walk over the index. False if that took too many edges. Not wary, it takes
 * the nodes to be there that edges lead to.
 */
static bool
WalkIndex(const Graph *graph, const GraphFilter *filter, int64 start,
		  uint32 hops, bool wary, Neighbourhood *found)
{
	IndexWalk	walk;
	uint32	   *level_end = palloc(sizeof(uint32) * 64);
	uint32		levels = 0;
	int			begin = 0;

	walk.met = met_create(CurrentMemoryContext, 64, NULL);
	walk.capacity = 64;
	walk.count = 0;
	walk.edges = graph_index_edges;
	walk.order = palloc(sizeof(int64) * walk.capacity);

	Meet(&walk, start);
	if (wary)
		KeepSeen(graph, &walk, 0);
	while (begin < walk.count)
	{
		int			end = walk.count;

		if (levels >= 64 && (levels & (levels - 1)) == 0)
			level_end = repalloc(level_end, sizeof(uint32) * levels * 2);
		level_end[levels++] = end;
		if (levels > hops)
			break;
		if (filter->direction & GRAPH_OUT)
			GraphExpand(graph, filter, GRAPH_OUT, walk.order + begin,
						end - begin, MeetStep, &walk);
		if (filter->direction & GRAPH_IN && walk.edges >= 0)
			GraphExpand(graph, filter, GRAPH_IN, walk.order + begin,
						end - begin, MeetStep, &walk);
		if (walk.edges < 0)
			return false;
		if (wary)
			KeepSeen(graph, &walk, end);
		begin = end;
	}
	found->ids = walk.order;
	found->level_end = level_end;
	found->levels = levels;
	found->count = walk.count;
	return true;
}

/*
 * All nodes that were met are asked for at once, at the end, which costs less
 * than asking at each level. Where one is missing, the walk begins again.
 */
static bool
WalkIndexAndLook(const Graph *graph, const GraphFilter *filter, int64 start,
				 uint32 hops, Neighbourhood *found)
{
	if (!WalkIndex(graph, filter, start, hops, false, found))
		return false;
	return GraphSeesNodes(graph, found->ids, found->count) ||
		WalkIndex(graph, filter, start, hops, true, found);
}

static void
WalkAdjacency(const GraphAdjacency *adjacency, const GraphFilter *filter,
			  int64 start, uint32 hops, bool parents, Neighbourhood *found)
{
	uint32		node = kernel_csr_node(&adjacency->csr, start);
	uint32		nodes = adjacency->csr.nodes;
	uint32	   *order;
	uint32	   *parent = NULL;
	uint32	   *level_end;
	kernel_view view;

	if (node == GRAPH_NONE)
		return;
	GraphMakeView(adjacency, filter, &view);
	order = kernel_alloc(sizeof(uint32) * nodes);
	level_end = kernel_alloc(sizeof(uint32) * ((size_t) Min(hops, nodes) + 1));
	if (parents)
		parent = kernel_alloc(sizeof(uint32) * nodes);
	found->count = kernel_bfs(&view, node, hops, order, parent, level_end,
							  &found->levels);
	found->adjacency = adjacency;
	found->order = order;
	found->parent = parent;
	found->level_end = level_end;
}

/*
 * The arguments (graph, start, hops, types, direction, as_of) and the walk.
 */
static void
Walk(FunctionCallInfo fcinfo, bool parents, Neighbourhood *found)
{
	Graph		graph;
	GraphFilter filter;
	int64		start;
	uint32		hops;
	GraphAdjacency *adjacency;

	GraphNotNull(fcinfo, 0, "graph");
	GraphNotNull(fcinfo, 1, "start");
	start = PG_GETARG_INT64(1);
	if (!parents)
		GraphNotNull(fcinfo, 2, "hops");
	if (!PG_ARGISNULL(2) && PG_GETARG_INT32(2) < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("hops must not be negative")));
	hops = PG_ARGISNULL(2) ? PG_INT32_MAX : PG_GETARG_INT32(2);
	GraphReadFilter(fcinfo, 3, 4, 5, &filter);
	GraphOpen(PG_GETARG_TEXT_PP(0), &graph);

	memset(found, 0, sizeof(*found));
	GraphBegin();
	adjacency = GraphGetAdjacency(&graph, false);
	if (adjacency == NULL && !parents &&
		WalkIndexAndLook(&graph, &filter, start, hops, found))
		return;
	if (adjacency == NULL)
		adjacency = GraphGetAdjacency(&graph, true);
	WalkAdjacency(adjacency, &filter, start, hops, parents, found);
}

static int64
FoundId(const Neighbourhood *found, uint32 place)
{
	if (found->ids != NULL)
		return found->ids[place];
	return found->adjacency->csr.node_id[found->order[place]];
}

/*
 * Within SPI_connect memory goes with SPI_finish: connect, walk, give out.
 */
Datum
graph_khop(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Neighbourhood found;
	GraphRows	rows = {0};
	uint32		place = 0;

	GraphBeginRows(fcinfo);
	GraphConnect();
	Walk(fcinfo, false, &found);
	for (uint32 level = 0; level < found.levels; level++)
		for (; place < found.level_end[level]; place++)
		{
			Datum		values[] = {Int64GetDatum(FoundId(&found, place)), Int32GetDatum(level)};
			bool		nulls[] = {false, false};

			GraphPutRow(&rows, result, values, nulls);
		}
	SPI_finish();
	return (Datum) 0;
}

Datum
graph_khop_count(PG_FUNCTION_ARGS)
{
	Neighbourhood found;

	GraphConnect();
	Walk(fcinfo, false, &found);
	SPI_finish();
	PG_RETURN_INT64(found.count);
}

Datum
graph_bfs(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Neighbourhood found;
	GraphRows	rows = {0};
	uint32		place = 0;

	GraphBeginRows(fcinfo);
	GraphConnect();
	Walk(fcinfo, true, &found);
	for (uint32 level = 0; level < found.levels; level++)
		for (; place < found.level_end[level]; place++)
		{
			const kernel_csr *csr = &found.adjacency->csr;
			uint32		node = found.order[place];
			Datum		values[4] = {Int64GetDatum(csr->node_id[node]), Int32GetDatum(level)};
			bool		nulls[4] = {false, false, level == 0,
			level == 0};

			if (level > 0)
			{
				uint32		edge = found.parent[node];
				uint32		parent = csr->target[edge] == node
				? csr->source[edge] : csr->target[edge];

				values[2] = Int64GetDatum(csr->node_id[parent]);
				values[3] = Int64GetDatum(csr->edge_id[edge]);
			}
			GraphPutRow(&rows, result, values, nulls);
		}
	SPI_finish();
	return (Datum) 0;
}
