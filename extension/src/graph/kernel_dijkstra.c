/*-------------------------------------------------------------------------
 *
 * kernel_dijkstra.c
 *	  Cheapest paths: from both ends, from one end to all, and the k cheapest.
 *
 * Dijkstra, A note on two problems in connexion with graphs, 1959. From both
 * ends: Nicholson 1966; the search may stop when the two least costs in the
 * heaps together are no less than the best path seen. The k cheapest simple
 * paths: Yen, Finding the K shortest loopless paths in a network, 1971, with
 * Lawler's rule (1972) of deviating only behind the last deviation; each
 * deviation is searched with the exact costs to the target as A*'s bound.
 * Weights must not be negative; zero is allowed.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>
#include <string.h>

#include "graph/kernel.h"

/* Costs that have been found for a node */
typedef struct path_queued
{
	double		key;
	uint32_t	node;
} path_queued;

typedef struct path_heap
{
	path_queued *items;
	uint32_t	count;
	uint32_t	capacity;
} path_heap;

static void
heap_init(path_heap *h)
{
	h->count = 0;
	h->capacity = 256;
	h->items = kernel_alloc(sizeof(path_queued) * h->capacity);
}

static bool
before(path_queued a, path_queued b)
{
	return a.key < b.key || (a.key == b.key && a.node < b.node);
}

static void
heap_push(path_heap *h, double key, uint32_t node)
{
	path_queued item = {key, node};
	uint32_t	i;

	if (h->count == h->capacity)
	{
		path_queued *items = kernel_alloc(sizeof(path_queued) * h->capacity * 2);

		memcpy(items, h->items, sizeof(path_queued) * h->count);
		kernel_free(h->items);
		h->items = items;
		h->capacity *= 2;
	}
	for (i = h->count++; i > 0 && before(item, h->items[(i - 1) / 2]);
		 i = (i - 1) / 2)
		h->items[i] = h->items[(i - 1) / 2];
	h->items[i] = item;
}

static path_queued
heap_pop(path_heap *h)
{
	path_queued top = h->items[0];
	path_queued last = h->items[--h->count];
	uint32_t	i = 0;

	for (uint32_t child; (child = 2 * i + 1) < h->count; i = child)
	{
		if (child + 1 < h->count && before(h->items[child + 1], h->items[child]))
			child++;
		if (!before(h->items[child], last))
			break;
		h->items[i] = h->items[child];
	}
	h->items[i] = last;
	return top;
}

/* One search: costs and the edges by which they came about */
typedef struct path_search
{
	const kernel_view *view;
	bool		forward;
	double	   *cost;			/* valid for nodes in met */
	uint32_t   *parent;
	uint64_t   *met;
	uint64_t   *settled;
	path_heap	queue;
	uint32_t	steps;
	const double *bound;		/* lower bound to the target, or NULL */
	const uint64_t *banned_nodes;	/* or NULL */
	const uint8_t *banned_edges;	/* or NULL */
} path_search;

static void
begin_search(path_search *s, const kernel_view *view, bool forward)
{
	uint32_t	nodes = view->csr->nodes;

	memset(s, 0, sizeof(*s));
	s->view = view;
	s->forward = forward;
	s->cost = kernel_alloc(sizeof(double) * nodes);
	s->parent = kernel_alloc(sizeof(uint32_t) * nodes);
	s->met = kernel_alloc(kernel_set_size(nodes));
	s->settled = kernel_alloc(kernel_set_size(nodes));
	heap_init(&s->queue);
}

static void
start_at(path_search *s, uint32_t node, double cost)
{
	uint32_t	nodes = s->view->csr->nodes;

	memset(s->met, 0, kernel_set_size(nodes));
	memset(s->settled, 0, kernel_set_size(nodes));
	s->queue.count = 0;
	kernel_set_add(s->met, node);
	s->cost[node] = cost;
	s->parent[node] = GRAPH_NONE;
	heap_push(&s->queue, s->bound ? cost + s->bound[node] : cost, node);
}

static void
end_search(path_search *s)
{
	kernel_free(s->cost);
	kernel_free(s->parent);
	kernel_free(s->met);
	kernel_free(s->settled);
	kernel_free(s->queue.items);
}

static void
relax_half(path_search *s, const kernel_half *half, uint32_t node)
{
	uint32_t	start = half->start[node];
	uint32_t	end = start + half->length[node];
	double		here = s->cost[node];

	for (uint32_t i = start; i < end; i++)
	{
		uint32_t	next = half->node[i];
		uint32_t	edge = half->edge[i];
		double		cost = here + kernel_weight(s->view, edge);

		if (kernel_set_has(s->settled, next) ||
			(kernel_set_has(s->met, next) && s->cost[next] <= cost) ||
			!kernel_edge_counts(s->view, edge) ||
			(s->banned_nodes && kernel_set_has(s->banned_nodes, next)) ||
			(s->banned_edges && s->banned_edges[edge]))
			continue;
		if (s->bound && s->bound[next] == INFINITY)
			continue;
		kernel_set_add(s->met, next);
		s->cost[next] = cost;
		s->parent[next] = edge;
		heap_push(&s->queue, s->bound ? cost + s->bound[next] : cost, next);
	}
	s->steps += end - start + 1;
	if (s->steps >= GRAPH_CHECK_EVERY)
	{
		s->steps = 0;
		kernel_check();
	}
}

/*
 * Settle the next node; GRAPH_NONE if there is none.
 */
static uint32_t
settle(path_search *s)
{
	const kernel_csr *csr = s->view->csr;

	while (s->queue.count > 0)
	{
		uint32_t	node = heap_pop(&s->queue).node;

		if (kernel_set_has(s->settled, node))
			continue;
		kernel_set_add(s->settled, node);
		if (s->forward ? s->view->out : s->view->in)
			relax_half(s, &csr->out, node);
		if (s->forward ? s->view->in : s->view->out)
			relax_half(s, &csr->in, node);
		return node;
	}
	return GRAPH_NONE;
}

static uint32_t
other_end(const kernel_csr *csr, uint32_t edge, uint32_t node)
{
	return csr->source[edge] == node ? csr->target[edge] : csr->source[edge];
}

static void
reverse(uint32_t *path, uint32_t length)
{
	for (uint32_t i = 0; i < length / 2; i++)
	{
		uint32_t	edge = path[i];

		path[i] = path[length - 1 - i];
		path[length - 1 - i] = edge;
	}
}

/*
 * Edges from a node back to where its search began, appended to path.
 */
static uint32_t
trace(const path_search *s, uint32_t node, uint32_t *path)
{
	uint32_t	length = 0;

	while (s->parent[node] != GRAPH_NONE)
	{
		path[length] = s->parent[node];
		node = other_end(s->view->csr, path[length++], node);
	}
	return length;
}

/*
 * An edge with a negative weight that counts, GRAPH_NONE if there is none.
 */
uint32_t
kernel_negative_edge(const kernel_view *view)
{
	const kernel_csr *csr = view->csr;

	if (csr->negative == 0 || view->unit)
		return GRAPH_NONE;
	for (uint32_t e = 0; e < csr->edges; e++)
		if (csr->source[e] != GRAPH_NONE && csr->weight[e] < 0 &&
			kernel_edge_counts(view, e))
			return e;
	return GRAPH_NONE;
}

/*
 * A node that both sides have met makes a path, perhaps the best so far.
 */
static void
consider(const path_search *s, const path_search *other, uint32_t node, double *best,
		 uint32_t *meeting)
{
	if (kernel_set_has(s->met, node) && kernel_set_has(other->met, node) &&
		s->cost[node] + other->cost[node] < *best)
	{
		*best = s->cost[node] + other->cost[node];
		*meeting = node;
	}
}

static void
consider_half(const path_search *s, const path_search *other, const kernel_half *half,
			  uint32_t node, double *best, uint32_t *meeting)
{
	uint32_t	end = half->start[node] + half->length[node];

	for (uint32_t i = half->start[node]; i < end; i++)
		consider(s, other, half->node[i], best, meeting);
}

/*
 * Where edges of weight zero form a cycle the two halves of a path may share a
 * node; what lies between its two visits costs nothing and goes. Spends the
 * search's costs and set of nodes met.
 */
static uint32_t
erase_loops(path_search *s, uint32_t source, uint32_t *path, uint32_t length)
{
	const kernel_csr *csr = s->view->csr;
	double	   *place = s->cost;
	uint32_t	node = source;
	uint32_t	kept = 0;

	memset(s->met, 0, kernel_set_size(csr->nodes));
	kernel_set_add(s->met, source);
	place[source] = 0;

	for (uint32_t i = 0; i < length; i++)
	{
		uint32_t	next = other_end(csr, path[i], node);

		/* a later visit overwrites places of nodes that were cut away */
		if (kernel_set_has(s->met, next) && place[next] <= kept &&
			(place[next] == 0 ? next == source :
			 s->parent[next] == path[(uint32_t) place[next] - 1]))
			kept = (uint32_t) place[next];

		else
		{
			path[kept] = path[i];
			kernel_set_add(s->met, next);
			place[next] = ++kept;

			s->parent[next] = path[i];
		}
		node = next;
	}
	return kept;
}

/*
 * A cheapest path, as kernel_fewest_hops; path has room for twice the nodes.
 */
uint32_t
kernel_cheapest_path(const kernel_view *view, uint32_t source,
					 uint32_t target, uint32_t *path)
{
	path_search side[2];
	double		best = INFINITY;
	uint32_t	meeting = GRAPH_NONE;
	uint32_t	length = GRAPH_NONE;

	if (source == target)
		return 0;
	begin_search(&side[0], view, true);
	begin_search(&side[1], view, false);
	start_at(&side[0], source, 0);
	start_at(&side[1], target, 0);
	while (side[0].queue.count > 0 && side[1].queue.count > 0)
	{
		double		least[2] = {side[0].queue.items[0].key, side[1].queue.items[0].key};
		int			turn = side[0].queue.count <= side[1].queue.count ? 0 : 1;
		path_search *s = &side[turn];
		path_search *o = &side[1 - turn];
		uint32_t	node;

		if (least[0] + least[1] >= best)
			break;
		if ((node = settle(s)) == GRAPH_NONE)
			break;

		consider(s, o, node, &best, &meeting);
		if (s->forward ? view->out : view->in)
			consider_half(s, o, &view->csr->out, node, &best, &meeting);
		if (s->forward ? view->in : view->out)
			consider_half(s, o, &view->csr->in, node, &best, &meeting);
	}
	if (meeting != GRAPH_NONE)
	{
		length = trace(&side[0], meeting, path);
		reverse(path, length);
		length += trace(&side[1], meeting, path + length);
		length = erase_loops(&side[0], source, path, length);
	}
	end_search(&side[0]);
	end_search(&side[1]);
	return length;
}

/*
 * Costs from a node to all others (to it, if not forward): INFINITY where there
 * is no path. parent may be NULL.
 */
void
kernel_cheapest_costs(const kernel_view *view, uint32_t start, bool forward,
					  double *cost, uint32_t *parent)
{
	path_search s;
	uint32_t	nodes = view->csr->nodes;

	begin_search(&s, view, forward);
	start_at(&s, start, 0);
	while (settle(&s) != GRAPH_NONE)
		;
	for (uint32_t n = 0; n < nodes; n++)
	{
		bool		met = kernel_set_has(s.met, n);

		cost[n] = met ? s.cost[n] : INFINITY;
		if (parent != NULL)
			parent[n] = met ? s.parent[n] : GRAPH_NONE;
	}
	end_search(&s);
}

/* ---- Yen ------------------------------------------------------------------ */

static void
free_paths(kernel_paths *paths)
{
	for (uint32_t i = 0; i < paths->count; i++)
		kernel_free(paths->path[i].edges);
	paths->count = 0;
}

static bool
same_path(const kernel_path *path, const uint32_t *edges, uint32_t length)
{
	return path->length == length &&
		memcmp(path->edges, edges, sizeof(uint32_t) * length) == 0;
}

static void
add_path(kernel_paths *paths, const uint32_t *edges, uint32_t length,
		 double cost, uint32_t deviation)
{
	kernel_path *path;

	for (uint32_t i = 0; i < paths->count; i++)
		if (same_path(&paths->path[i], edges, length))
			return;
	if (paths->count == paths->capacity)
	{
		kernel_path *grown = kernel_alloc(sizeof(kernel_path) *
										  (paths->capacity * 2 + 8));

		if (paths->count > 0)
			memcpy(grown, paths->path, sizeof(kernel_path) * paths->count);
		if (paths->path != NULL)
			kernel_free(paths->path);
		paths->path = grown;
		paths->capacity = paths->capacity * 2 + 8;
	}
	path = &paths->path[paths->count++];
	path->length = length;
	path->cost = cost;
	path->deviation = deviation;
	path->edges = kernel_alloc(sizeof(uint32_t) * (length + 1));
	memcpy(path->edges, edges, sizeof(uint32_t) * length);
}

static double
path_cost(const kernel_view *view, const uint32_t *edges, uint32_t length)
{
	double		cost = 0;

	for (uint32_t i = 0; i < length; i++)
		cost += kernel_weight(view, edges[i]);
	return cost;
}

/* Least cost, then fewest edges, then least edges: the order is total */
static bool
path_before(const kernel_path *a, const kernel_path *b)
{
	if (a->cost != b->cost)
		return a->cost < b->cost;
	if (a->length != b->length)
		return a->length < b->length;
	return memcmp(a->edges, b->edges, sizeof(uint32_t) * a->length) < 0;
}

/*
 * Paths that leave a path at one of its nodes, behind its own deviation.
 */
static void
deviate(path_search *s, const kernel_paths *found, kernel_paths *candidates,
		uint32_t source, uint32_t target, uint8_t *banned_edges,
		uint64_t *banned_nodes, uint32_t *scratch)
{
	const kernel_csr *csr = s->view->csr;
	const kernel_path *last = &found->path[found->count - 1];
	uint32_t	node = source;

	memset(banned_nodes, 0, kernel_set_size(csr->nodes));
	for (uint32_t i = 0; i < last->length; i++)
	{
		if (i >= last->deviation)
		{
			uint32_t	rest;
			uint32_t	settled;

			for (uint32_t p = 0; p < found->count; p++)
				if (found->path[p].length > i &&
					memcmp(found->path[p].edges, last->edges,
						   sizeof(uint32_t) * i) == 0)
					banned_edges[found->path[p].edges[i]] = 1;
			start_at(s, node, 0);
			while ((settled = settle(s)) != GRAPH_NONE && settled != target)
				;
			if (settled == target)
			{
				memcpy(scratch, last->edges, sizeof(uint32_t) * i);
				rest = trace(s, target, scratch + i);
				reverse(scratch + i, rest);
				add_path(candidates, scratch, i + rest,
						 path_cost(s->view, scratch, i + rest), i);
			}
			for (uint32_t p = 0; p < found->count; p++)
				if (found->path[p].length > i)
					banned_edges[found->path[p].edges[i]] = 0;
		}
		kernel_set_add(banned_nodes, node);
		node = other_end(csr, last->edges[i], node);
	}
}

/*
 * The k cheapest paths without repeated nodes, cheapest first. The caller frees
 * nothing: memory goes with its context.
 */
void
kernel_k_cheapest_paths(const kernel_view *view, uint32_t source,
						uint32_t target, uint32_t k, kernel_paths *found)
{
	const kernel_csr *csr = view->csr;
	kernel_paths candidates = {0};
	double	   *bound;
	uint8_t    *banned_edges;
	uint64_t   *banned_nodes;
	uint32_t   *scratch = kernel_alloc(sizeof(uint32_t) * ((size_t) csr->nodes * 2));
	path_search s;
	uint32_t	length;

	memset(found, 0, sizeof(*found));
	length = kernel_cheapest_path(view, source, target, scratch);
	if (length == GRAPH_NONE)
	{
		kernel_free(scratch);
		return;
	}
	add_path(found, scratch, length, path_cost(view, scratch, length), 0);

	bound = kernel_alloc(sizeof(double) * csr->nodes);
	banned_edges = kernel_alloc((size_t) csr->edges + 1);
	banned_nodes = kernel_alloc(kernel_set_size(csr->nodes));
	memset(banned_edges, 0, csr->edges + 1);
	kernel_cheapest_costs(view, target, false, bound, NULL);
	begin_search(&s, view, true);
	s.bound = bound;
	s.banned_edges = banned_edges;
	s.banned_nodes = banned_nodes;
	while (found->count < k && length > 0)
	{
		uint32_t	best = 0;
		kernel_path chosen;

		deviate(&s, found, &candidates, source, target, banned_edges,
				banned_nodes, scratch);
		if (candidates.count == 0)
			break;
		for (uint32_t i = 1; i < candidates.count; i++)
			if (path_before(&candidates.path[i], &candidates.path[best]))
				best = i;
		chosen = candidates.path[best];
		candidates.path[best] = candidates.path[--candidates.count];
		add_path(found, chosen.edges, chosen.length, chosen.cost,
				 chosen.deviation);
		kernel_free(chosen.edges);
	}
	free_paths(&candidates);
	if (candidates.path != NULL)
		kernel_free(candidates.path);
	end_search(&s);
	kernel_free(bound);
	kernel_free(banned_edges);
	kernel_free(banned_nodes);
	kernel_free(scratch);
}
