/*-------------------------------------------------------------------------
 *
 * kernel_components.c
 *	  Weak and strong components; each is named by its first node.
 *
 * Weak: union and find with path halving (Tarjan, van Leeuwen, Worst-case
 * analysis of set union algorithms, JACM 1984). Strong: Tarjan, Depth-first
 * search and linear graph algorithms, SIAM J. Comput. 1972, with an explicit
 * stack.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "graph/kernel.h"

static uint32_t
find(uint32_t *parent, uint32_t n)
{
	while (parent[n] != n)
	{
		parent[n] = parent[parent[n]];
		n = parent[n];
	}
	return n;
}

/*
 * The edges that leave each node are enough. graph gets the nodes that count,
 * component has room for all.
 */
void
kernel_weak_components(const kernel_view *view, const uint8_t *node_counts,
					   kernel_graph *graph, uint32_t *component)
{
	const kernel_half *out = &view->csr->out;
	uint32_t   *number = kernel_pack_nodes(view->csr, node_counts, graph);
	bool		all = kernel_all_count(view);

	for (uint32_t n = 0; n < graph->nodes; n++)
		component[n] = n;
	for (uint32_t n = 0; n < graph->nodes; n++)
	{
		uint32_t	start = out->start[graph->original[n]];
		uint32_t	end = start + out->length[graph->original[n]];
		uint32_t	a = find(component, n);

		for (uint32_t i = start; i < end; i++)
		{
			uint32_t	m = number[out->node[i]];
			uint32_t	b;

			if (m == GRAPH_NONE ||
				(!all && !kernel_edge_counts(view, out->edge[i])))
				continue;
			b = find(component, m);
			/* the smaller number stays the root */
			if (a < b)
				component[b] = a;
			else
				component[a] = b;
			a = a < b ? a : b;
		}
		if (n % GRAPH_CHECK_EVERY == 0)
			kernel_check();
	}
	for (uint32_t n = 0; n < graph->nodes; n++)
		component[n] = find(component, n);
	kernel_free(number);
}

/*
 * order (may be NULL) gets the nodes component by component, each after those
 * that it leads to.
 */
void
kernel_strong_components(const kernel_graph *graph, uint32_t *component,
						 uint32_t *order)
{
	uint32_t	nodes = graph->nodes;
	uint32_t   *index = kernel_alloc(sizeof(uint32_t) * nodes);
	uint32_t   *low = kernel_alloc(sizeof(uint32_t) * nodes);
	uint64_t   *next = kernel_alloc(sizeof(uint64_t) * nodes);
	uint32_t   *path = kernel_alloc(sizeof(uint32_t) * nodes);	/* of the search */
	uint32_t   *open = kernel_alloc(sizeof(uint32_t) * nodes);	/* no component yet */
	uint32_t	clock = 0;
	uint32_t	opened = 0;
	uint32_t	ordered = 0;
	uint64_t	steps = 0;

	memset(index, 0xff, sizeof(uint32_t) * nodes);
	memset(component, 0xff, sizeof(uint32_t) * nodes);
	for (uint32_t root = 0; root < nodes; root++)
	{
		uint32_t	depth = 0;

		if (index[root] != GRAPH_NONE)
			continue;
		path[0] = root;
		index[root] = low[root] = clock++;
		next[root] = graph->start[root];
		open[opened++] = root;
		for (;;)
		{
			uint32_t	n = path[depth];

			if (++steps % GRAPH_CHECK_EVERY == 0)
				kernel_check();
			if (next[n] < graph->start[n + 1])
			{
				uint32_t	m = graph->node[next[n]++];

				if (index[m] == GRAPH_NONE)
				{
					index[m] = low[m] = clock++;
					next[m] = graph->start[m];
					open[opened++] = m;
					path[++depth] = m;
				}
				else if (component[m] == GRAPH_NONE && index[m] < low[n])
					low[n] = index[m];
				continue;
			}
			if (low[n] == index[n])
			{
				uint32_t	first = opened;
				uint32_t	least = n;

				do
				{
					first--;
					if (open[first] < least)
						least = open[first];
				} while (open[first] != n);
				for (uint32_t i = first; i < opened; i++)
				{
					component[open[i]] = least;
					if (order != NULL)
						order[ordered++] = open[i];
				}
				opened = first;
			}
			if (depth == 0)
				break;
			depth--;
			if (low[n] < low[path[depth]])
				low[path[depth]] = low[n];
		}
	}
	kernel_free(index);
	kernel_free(low);
	kernel_free(next);
	kernel_free(path);
	kernel_free(open);
}
