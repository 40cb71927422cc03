/*-------------------------------------------------------------------------
 *
 * closed.c
 *	  Whether an undirected trail leads from a node back to it.
 *
 * Each such trail has a cycle through the start in it that is no longer (the
 * trail falls into cycles, and one of them has the start). Breadth first from
 * the start each node is marked with the edge by which its branch left the
 * start; an edge between two branches closes a cycle as long as both ways and
 * itself, and the shortest cycle through the start is found so (Itai and
 * Rodeh 1978, Finding a minimum circuit in a graph, for one root). The edges
 * of a level are read before the first of them is taken: those to nodes that
 * the caller does not see do not count.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"

#include "cypher/value.h"
#include "graph/graph.h"

PG_FUNCTION_INFO_V1(cypher_returns);

typedef struct Branch
{
	int64		node;
	int64		edge;			/* the first of its branch; start: -1 */
	int64		parent;			/* the edge it was met by */
	int32		distance;		/* -1: an edge leads to it, no more is known */
	bool		seen;			/* by the caller */
} Branch;

typedef struct ClosedWalk
{
	HTAB	   *met;			/* Branch */
	int64	   *order;			/* nodes met, and behind them those of this
								 * level that edges lead to */
	int			n;
	int			max;
	GraphStep  *steps;			/* edges of this level */
	int			nsteps;
	int			max_steps;
	int32		shortest;		/* cycle so far, INT_MAX: none */
} ClosedWalk;

/*
 * A node for the first time.
 */
static void
MeetNode(ClosedWalk *walk, int64 node)
{
	bool		found;
	Branch	   *branch = hash_search(walk->met, &node, HASH_ENTER, &found);

	if (found)
		return;
	branch->distance = -1;
	branch->seen = false;
	if (walk->n == walk->max)
	{
		walk->max *= 2;
		CypherReserve(sizeof(int64) * walk->max);
		walk->order = repalloc_huge(walk->order, sizeof(int64) * walk->max);
	}
	CypherReserve(sizeof(Branch) * 2);
	walk->order[walk->n++] = node;
}

static bool
ReadStep(const GraphStep *step, void *state)
{
	ClosedWalk *walk = state;

	CHECK_FOR_INTERRUPTS();
	if (walk->nsteps == walk->max_steps)
	{
		walk->max_steps *= 2;
		CypherReserve(sizeof(GraphStep) * walk->max_steps);
		walk->steps = repalloc_huge(walk->steps, sizeof(GraphStep) * walk->max_steps);
	}
	walk->steps[walk->nsteps++] = *step;
	MeetNode(walk, step->to);
	return true;
}

static void
SeeNode(int64 node, void *state)
{
	Branch	   *branch = hash_search(((ClosedWalk *) state)->met, &node, HASH_FIND, NULL);

	branch->seen = true;
}

static void
TakeStep(const GraphStep *step, ClosedWalk *walk)
{
	Branch	   *from = hash_search(walk->met, &step->from, HASH_FIND, NULL);
	Branch	   *to = hash_search(walk->met, &step->to, HASH_FIND, NULL);

	if (!to->seen)
		return;
	if (step->from == step->to)
	{
		/* a loop counts at the start only */
		if (from->distance == 0)
			walk->shortest = 1;
	}
	else if (to->distance < 0)
	{
		to->edge = from->distance == 0 ? step->edge_id : from->edge;
		to->parent = step->edge_id;
		to->distance = from->distance + 1;
	}
	else if (step->edge_id != from->parent && step->edge_id != to->parent &&
			 from->edge != to->edge)
		walk->shortest = Min(walk->shortest,
							 from->distance + to->distance + 1);
}

/*
 * The edges of the nodes from begin on; what they lead to is the next level.
 */
static void
TakeLevel(const Graph *graph, const GraphFilter *filter, ClosedWalk *walk, int begin)
{
	int			end = walk->n;
	int			kept = end;

	walk->nsteps = 0;
	GraphExpand(graph, filter, GRAPH_OUT, walk->order + begin, end - begin, ReadStep, walk);
	GraphExpand(graph, filter, GRAPH_IN, walk->order + begin, end - begin, ReadStep, walk);
	if (walk->n > end)
		GraphSeenNodes(graph, walk->order + end, walk->n - end, SeeNode, walk);
	for (int i = 0; i < walk->nsteps; i++)
		TakeStep(&walk->steps[i], walk);
	for (int i = end; i < walk->n; i++)
	{
		Branch	   *branch = hash_search(walk->met, &walk->order[i], HASH_FIND, NULL);

		if (branch->seen)
			walk->order[kept++] = walk->order[i];
	}
	walk->n = kept;
}

/*
 * cypher_returns(graph, start, max_hops, types): within so many hops, null
 * for any number; edges are taken either way, whatever their validity.
 */
Datum
cypher_returns(PG_FUNCTION_ARGS)
{
	Graph		graph;
	GraphFilter filter = {.direction = GRAPH_ANY};
	ClosedWalk	walk = {.max = 64,.max_steps = 64,.shortest = PG_INT32_MAX};
	Branch	   *root;
	HASHCTL		ctl = {0};
	int64		start = PG_GETARG_INT64(1);
	int32		most = PG_ARGISNULL(2) ? PG_INT32_MAX : PG_GETARG_INT32(2);
	int			begin = 0;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	GraphOpen(PG_GETARG_TEXT_PP(0), &graph);
	filter.types = PG_ARGISNULL(3) ? NULL : PG_GETARG_ARRAYTYPE_P(3);
	GraphConnect();
	ctl.keysize = sizeof(int64);
	ctl.entrysize = sizeof(Branch);
	ctl.hcxt = CurrentMemoryContext;
	walk.met = hash_create("nodes of a closed walk", 64, &ctl,
						   HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	walk.order = palloc(sizeof(int64) * walk.max);
	walk.steps = palloc(sizeof(GraphStep) * walk.max_steps);
	MeetNode(&walk, start);
	root = hash_search(walk.met, &start, HASH_FIND, NULL);
	root->edge = -1;
	root->parent = -1;
	root->distance = 0;
	root->seen = true;
	while (begin < walk.n && walk.shortest == PG_INT32_MAX)
	{
		Branch	   *first = hash_search(walk.met, &walk.order[begin], HASH_FIND, NULL);
		int			end = walk.n;

		/* a cycle found from this level on has more than twice its distance */
		if (most <= 2 * (int64) first->distance)
			break;
		TakeLevel(&graph, &filter, &walk, begin);
		begin = end;
	}
	SPI_finish();
	PG_RETURN_BOOL(walk.shortest < PG_INT32_MAX && walk.shortest <= most);
}
