/*-------------------------------------------------------------------------
 *
 * kernel_paths.c
 *	  Enumerating: trails (no edge twice) and all paths with the fewest hops.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "graph/kernel.h"

/* Where the enumeration stands at one node of the trail */
typedef struct trail_place
{
	uint32_t	node;
	uint32_t	next;			/* slot to try next, counted over both halves */
} trail_place;

static uint32_t
degree(const kernel_view *view, uint32_t node, bool out, bool in)
{
	return (out ? view->csr->out.length[node] : 0) +
		(in ? view->csr->in.length[node] : 0);
}

/*
 * The i-th edge at a node: those of out first, then those of in.
 */
static void
step(const kernel_view *view, uint32_t node, bool out, uint32_t i,
	 uint32_t *edge, uint32_t *next)
{
	const kernel_half *half = &view->csr->out;

	if (!out || i >= half->length[node])
	{
		i -= out ? half->length[node] : 0;
		half = &view->csr->in;
	}
	*edge = half->edge[half->start[node] + i];
	*next = half->node[half->start[node] + i];
}

/*
 * Every trail from start with least to most edges, shorter beginnings before
 * what continues them.
 */
void
kernel_trails(const kernel_view *view, uint32_t start, uint32_t least,
			  uint32_t most, kernel_emit_path emit, void *state)
{
	uint32_t	capacity = 64;
	trail_place *places = kernel_alloc(sizeof(trail_place) * capacity);
	uint32_t   *edges = kernel_alloc(sizeof(uint32_t) * capacity);
	uint8_t    *used = kernel_alloc((size_t) view->csr->edges + 1);
	uint32_t	depth = 0;
	uint32_t	steps = 0;

	memset(used, 0, (size_t) view->csr->edges + 1);
	places[0].node = start;
	places[0].next = 0;
	for (bool more = least > 0 || emit(edges, 0, start, state); more;)
	{
		trail_place *here = &places[depth];
		uint32_t	edge;
		uint32_t	next;

		if (++steps % GRAPH_CHECK_EVERY == 0)
			kernel_check();
		if (depth >= most ||
			here->next >= degree(view, here->node, view->out, view->in))
		{
			if (depth == 0)
				break;
			used[edges[--depth]] = 0;
			continue;
		}
		step(view, here->node, view->out, here->next++, &edge, &next);
		/* a loop is in both lists of its node, and one edge all the same */
		if (view->out && view->in && next == here->node &&
			here->next > view->csr->out.length[here->node])
			continue;
		if (used[edge] || !kernel_edge_counts(view, edge))
			continue;
		used[edge] = 1;
		edges[depth++] = edge;
		if (depth == capacity)
		{
			trail_place *more_places = kernel_alloc(sizeof(trail_place) * capacity * 2);
			uint32_t   *more_edges = kernel_alloc(sizeof(uint32_t) * capacity * 2);

			memcpy(more_places, places, sizeof(trail_place) * capacity);
			memcpy(more_edges, edges, sizeof(uint32_t) * capacity);
			kernel_free(places);
			kernel_free(edges);
			places = more_places;
			edges = more_edges;
			capacity *= 2;
		}
		places[depth].node = next;
		places[depth].next = 0;
		if (depth >= least && !emit(edges, depth, next, state))
			break;
	}
	kernel_free(places);
	kernel_free(edges);
	kernel_free(used);
}

/*
 * Every path with the fewest hops from source to target: distances from the
 * source first, then back from the target along nodes one hop nearer.
 */
void
kernel_all_fewest_hops(const kernel_view *view, uint32_t source,
					   uint32_t target, kernel_emit_path emit, void *state)
{
	uint32_t	nodes = view->csr->nodes;
	uint32_t   *path = kernel_alloc(sizeof(uint32_t) * nodes);
	uint32_t   *distance;
	uint32_t   *order;
	uint32_t   *level_end;
	trail_place *places;
	uint32_t	hops = kernel_fewest_hops(view, source, target, path);
	uint32_t	levels;
	uint32_t	count;
	uint32_t	depth = 0;
	uint32_t	steps = 0;
	bool		out = view->in; /* backwards */
	bool		in = view->out;

	if (hops == 0)
		emit(path, 0, target, state);
	if (hops == GRAPH_NONE || hops == 0)
	{
		kernel_free(path);
		return;
	}
	distance = kernel_alloc(sizeof(uint32_t) * nodes);
	order = kernel_alloc(sizeof(uint32_t) * nodes);
	level_end = kernel_alloc(sizeof(uint32_t) * ((size_t) nodes + 1));
	memset(distance, 0xff, sizeof(uint32_t) * nodes);
	count = kernel_bfs(view, source, hops, order, NULL, level_end, &levels);
	for (uint32_t i = 0, level = 0; i < count; i++)
	{
		while (i >= level_end[level])
			level++;
		distance[order[i]] = level;
	}

	places = kernel_alloc(sizeof(trail_place) * ((size_t) hops + 1));
	places[0].node = target;
	places[0].next = 0;
	for (;;)
	{
		trail_place *here = &places[depth];
		uint32_t	edge;
		uint32_t	next;

		if (++steps % GRAPH_CHECK_EVERY == 0)
			kernel_check();
		if (depth == hops || here->next >= degree(view, here->node, out, in))
		{
			if (depth == hops && !emit(path, hops, target, state))
				break;
			if (depth == 0)
				break;
			depth--;
			continue;
		}
		step(view, here->node, out, here->next++, &edge, &next);
		if (distance[next] != hops - depth - 1 ||
			!kernel_edge_counts(view, edge))
			continue;
		path[hops - depth - 1] = edge;
		places[++depth].node = next;
		places[depth].next = 0;
	}
	kernel_free(places);
	kernel_free(path);
	kernel_free(distance);
	kernel_free(order);
	kernel_free(level_end);
}
