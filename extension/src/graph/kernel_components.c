/*-------------------------------------------------------------------------
 *
 * kernel_components.c
 *	  Weak and strong components; each is named by its first node.
 *
 * Weak: union and find with path halving (Tarjan, van Leeuwen, Worst-case
 * analysis of set union algorithms, JACM 1984), leaving out the edges of the
 * largest component once a sample has shown it (Sutton, Ben-Nun, Barak,
 * Optimizing parallel graph connectivity computation via subgraph sampling,
 * IPDPS 2018: Afforest). Strong: Tarjan, Depth-first
 * search and linear graph algorithms, SIAM J. Comput. 1972, with an explicit
 * stack.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "graph/kernel.h"

/* Edges of each node that are looked at before the largest component is named */
#define WEAK_FIRST	2

/* Nodes by which it is found */
#define WEAK_SAMPLE 128

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

/* What weak components are found with */
typedef struct weak_search
{
	const kernel_view *view;
	const kernel_graph *graph;
	const uint32_t *number;		/* of each node of adjacency; NULL: its own */
	uint32_t   *component;
} weak_search;

/*
 * Unite a node with those in its list from place first until before place last.
 */
static void
unite_list(const weak_search *s, const kernel_half *half, uint32_t n,
		   uint32_t first, uint32_t last)
{
	uint32_t	node = s->graph->original[n];
	uint32_t	start = half->start[node];
	uint32_t	length = half->length[node];
	uint32_t	a = find(s->component, n);

	for (uint32_t i = first; i < length && i < last; i++)
	{
		uint32_t	m = half->node[start + i];
		uint32_t	b;

		if (s->number != NULL &&
			((m = s->number[m]) == GRAPH_NONE ||
			 !kernel_edge_counts(s->view, half->edge[start + i])))
			continue;
		b = find(s->component, m);
		/* the smaller number stays the root */
		if (a < b)
			s->component[b] = a;
		else
			s->component[a] = b;
		a = a < b ? a : b;
	}
}

static void
flatten(const weak_search *s)
{
	for (uint32_t n = 0; n < s->graph->nodes; n++)
		s->component[n] = find(s->component, n);
	kernel_check();
}

/*
 * The component that most of some nodes are in, drawn as everywhere.
 */
static uint32_t
largest_of_sample(const weak_search *s)
{
	kernel_random random = {0};
	uint32_t	best = 0;
	uint32_t	most = 0;
	uint32_t	sample[WEAK_SAMPLE];

	for (int i = 0; i < WEAK_SAMPLE; i++)
		sample[i] = s->component[kernel_random_below(&random, s->graph->nodes)];
	for (int i = 0; i < WEAK_SAMPLE; i++)
	{
		uint32_t	count = 0;

		for (int j = 0; j < WEAK_SAMPLE; j++)
			count += sample[j] == sample[i];
		if (count > most)
		{
			most = count;
			best = sample[i];
		}
	}
	return best;
}

/*
 * After the first edges of each node most nodes are in one component. Whoever
 * is in it need not be asked for more: who is not asks in both directions.
 * graph gets the nodes that count, component has room for all.
 */
void
kernel_weak_components(const kernel_view *view, const uint8_t *node_counts,
					   kernel_graph *graph, uint32_t *component)
{
	const kernel_csr *csr = view->csr;
	uint32_t   *number = kernel_pack_nodes(csr, node_counts, graph);
	bool		all = kernel_all_count(view) && graph->nodes == csr->nodes;
	weak_search s = {view, graph, all ? NULL : number, component};
	uint32_t	largest;

	for (uint32_t n = 0; n < graph->nodes; n++)
		component[n] = n;
	for (uint32_t n = 0; n < graph->nodes; n++)
		unite_list(&s, &csr->out, n, 0, WEAK_FIRST);
	flatten(&s);
	if (graph->nodes > 0)
	{
		largest = largest_of_sample(&s);
		for (uint32_t n = 0; n < graph->nodes; n++)
		{
			if (n % GRAPH_CHECK_EVERY == 0)
				kernel_check();
			if (component[n] == largest)
				continue;
			unite_list(&s, &csr->out, n, WEAK_FIRST, GRAPH_NONE);
			unite_list(&s, &csr->in, n, 0, GRAPH_NONE);
		}
		flatten(&s);
	}
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
