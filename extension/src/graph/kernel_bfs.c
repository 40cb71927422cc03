/*-------------------------------------------------------------------------
 *
 * kernel_bfs.c
 *	  Breadth-first search, and the path with the fewest hops from both ends.
 *
 * Two searches that meet: Pohl, Bi-directional search, Machine Intelligence 6,
 * 1971. Whole levels are taken, always on the side whose next level has fewer
 * edges. Before a level is taken no path of at most (levels of one side +
 * levels of the other) hops exists, so the first meeting in it is shortest.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "graph/kernel.h"

/* A search in progress */
typedef struct bfs_search
{
	const kernel_view *view;
	bool		forward;		/* along the view's direction, or against it */
	uint64_t   *met;
	uint32_t   *order;			/* nodes in the order in which they were met */
	uint32_t   *parent;			/* edge by which a node was met; may be NULL */
	uint32_t	count;
	uint32_t	begin;			/* first node of the last level */
	uint32_t	steps;			/* edges since kernel_check */
	const uint64_t *other;		/* what the other side has met, or NULL */
	uint32_t	meeting;
} bfs_search;

static void
meet(bfs_search *s, uint32_t node, uint32_t edge)
{
	kernel_set_add(s->met, node);
	s->order[s->count++] = node;
	if (s->parent != NULL)
		s->parent[node] = edge;
}

/*
 * Meet the neighbours of a node in one half. True if the other side had met
 * one of them.
 */
static bool
expand(bfs_search *s, const kernel_half *half, uint32_t node)
{
	uint32_t	start = half->start[node];
	uint32_t	end = start + half->length[node];
	bool		all = kernel_all_count(s->view);

	for (uint32_t i = start; i < end; i++)
	{
		uint32_t	next = half->node[i];

		if (kernel_set_has(s->met, next) ||
			(!all && !kernel_edge_counts(s->view, half->edge[i])))
			continue;
		meet(s, next, half->edge[i]);
		if (s->other != NULL && kernel_set_has(s->other, next))
		{
			s->meeting = next;
			return true;
		}
	}
	s->steps += end - start + 1;
	if (s->steps >= GRAPH_CHECK_EVERY)
	{
		s->steps = 0;
		kernel_check();
	}
	return false;
}

/*
 * One level more. True if the other side was met.
 */
static bool
next_level(bfs_search *s)
{
	const kernel_csr *csr = s->view->csr;
	bool		out = s->forward ? s->view->out : s->view->in;
	bool		in = s->forward ? s->view->in : s->view->out;
	uint32_t	end = s->count;

	for (uint32_t i = s->begin; i < end; i++)
	{
		if (out && expand(s, &csr->out, s->order[i]))
			return true;
		if (in && expand(s, &csr->in, s->order[i]))
			return true;
	}
	s->begin = end;
	return false;
}

/*
 * Nodes within so many hops of start. order has room for all nodes and gets
 * them in the order in which they are met; level_end, with room for hops + 1
 * or nodes entries, gets for each distance the number of nodes up to it; parent
 * (may be NULL) gets for each node met, but not for start, the edge by which.
 * Returns how many were met, start included; *levels is how many distances.
 */
uint32_t
kernel_bfs(const kernel_view *view, uint32_t start, uint32_t hops,
		   uint32_t *order, uint32_t *parent, uint32_t *level_end,
		   uint32_t *levels)
{
	bfs_search	s = {.view = view,.forward = true,.order = order,.parent = parent};
	uint32_t	level = 0;

	s.met = kernel_alloc(kernel_set_size(view->csr->nodes));
	memset(s.met, 0, kernel_set_size(view->csr->nodes));
	meet(&s, start, GRAPH_NONE);
	level_end[level] = s.count;
	while (level < hops && s.begin < s.count)
	{
		next_level(&s);
		if (s.begin == s.count)
			break;
		level_end[++level] = s.count;
	}
	kernel_free(s.met);
	*levels = level + 1;

	return s.count;
}

/*
 * Edges that the next level of a search would look at.
 */
static uint64_t
level_cost(const bfs_search *s)
{
	const kernel_csr *csr = s->view->csr;
	bool		out = s->forward ? s->view->out : s->view->in;
	bool		in = s->forward ? s->view->in : s->view->out;
	uint64_t	cost = 0;

	for (uint32_t i = s->begin; i < s->count; i++)
		cost += 1 + (out ? csr->out.length[s->order[i]] : 0) +
			(in ? csr->in.length[s->order[i]] : 0);
	return cost;
}

static uint32_t
other_end(const kernel_csr *csr, uint32_t edge, uint32_t node)
{
	return csr->source[edge] == node ? csr->target[edge] : csr->source[edge];
}

/*
 * Edges from one end to the other through the meeting.
 */
static uint32_t
join_path(const bfs_search *from, const bfs_search *to, uint32_t source,
		  uint32_t target, uint32_t meeting, uint32_t *path)
{
	const kernel_csr *csr = from->view->csr;
	uint32_t	length = 0;

	for (uint32_t n = meeting; n != source;)
	{
		path[length] = from->parent[n];
		n = other_end(csr, path[length++], n);
	}
	for (uint32_t i = 0; i < length / 2; i++)
	{
		uint32_t	edge = path[i];

		path[i] = path[length - 1 - i];
		path[length - 1 - i] = edge;
	}
	for (uint32_t n = meeting; n != target;)
	{
		path[length] = to->parent[n];
		n = other_end(csr, path[length++], n);
	}
	return length;
}

static void
begin_search(bfs_search *s, const kernel_view *view, bool forward, uint32_t start)
{
	uint32_t	nodes = view->csr->nodes;

	memset(s, 0, sizeof(*s));
	s->view = view;
	s->forward = forward;
	s->met = kernel_alloc(kernel_set_size(nodes));
	memset(s->met, 0, kernel_set_size(nodes));
	s->order = kernel_alloc(sizeof(uint32_t) * nodes);
	s->parent = kernel_alloc(sizeof(uint32_t) * nodes);
	meet(s, start, GRAPH_NONE);
}

static void
end_search(bfs_search *s)
{
	kernel_free(s->met);
	kernel_free(s->order);
	kernel_free(s->parent);
}

/*
 * A path with the fewest hops from source to target; path has room for all
 * nodes and gets its edges in order. Returns their number, 0 if source is
 * target, GRAPH_NONE if there is no path.
 */
uint32_t
kernel_fewest_hops(const kernel_view *view, uint32_t source, uint32_t target,
				   uint32_t *path)
{
	bfs_search	from;
	bfs_search	to;
	uint32_t	hops = GRAPH_NONE;

	if (source == target)
		return 0;
	begin_search(&from, view, true, source);
	begin_search(&to, view, false, target);
	from.other = to.met;
	to.other = from.met;
	while (from.begin < from.count && to.begin < to.count)
	{
		bfs_search *s = level_cost(&from) <= level_cost(&to) ? &from : &to;

		if (next_level(s))
		{
			hops = join_path(&from, &to, source, target, s->meeting, path);
			break;
		}
	}
	end_search(&from);
	end_search(&to);
	return hops;
}
