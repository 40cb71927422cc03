/*-------------------------------------------------------------------------
 *
 * kernel_project.c
 *	  Packing what counts of adjacency for algorithms over the whole graph.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "graph/kernel.h"

/* The slots of a node's list in one half that count */
static uint64_t
copy_slots(const kernel_view *view, const kernel_half *half, uint32_t node,
		   const uint32_t *number, bool count_only, kernel_graph *graph,
		   uint64_t slot)
{
	uint32_t	end = half->start[node] + half->length[node];
	bool		all = kernel_all_count(view);

	for (uint32_t i = half->start[node]; i < end; i++)
	{
		if (number[half->node[i]] == GRAPH_NONE ||
			(!all && !kernel_edge_counts(view, half->edge[i])))
			continue;
		if (!count_only)
		{
			graph->node[slot] = number[half->node[i]];
			if (graph->weight != NULL)
				graph->weight[slot] = view->csr->weight[half->edge[i]];
		}
		slot++;
	}
	return slot;
}

static uint64_t
copy_node(const kernel_view *view, uint32_t node, const uint32_t *number,
		  bool count_only, kernel_graph *graph, uint64_t slot)
{
	if (view->out)
		slot = copy_slots(view, &view->csr->out, node, number, count_only,
						  graph, slot);
	if (view->in)
		slot = copy_slots(view, &view->csr->in, node, number, count_only,
						  graph, slot);
	return slot;
}

/*
 * Number the nodes of node_counts (NULL: all) in their order; the graph gets
 * its nodes, but no lists. Returns the number of each node, GRAPH_NONE for those
 * that do not count; the caller frees it.
 */
uint32_t *
kernel_pack_nodes(const kernel_csr *csr, const uint8_t *node_counts,
				  kernel_graph *graph)
{
	uint32_t   *number = kernel_alloc(sizeof(uint32_t) * csr->nodes);

	memset(graph, 0, sizeof(*graph));
	graph->original = kernel_alloc(sizeof(uint32_t) * csr->nodes);
	for (uint32_t n = 0; n < csr->nodes; n++)
		if (csr->gone[n] || (node_counts != NULL && !node_counts[n]))
			number[n] = GRAPH_NONE;
		else
		{
			graph->original[graph->nodes] = n;
			number[n] = graph->nodes++;
		}
	return number;
}

/*
 * Where everything counts, lists are copied as they are.
 */
static uint64_t
copy_list(const kernel_csr *csr, const kernel_half *half, uint32_t node,
		  kernel_graph *graph, uint64_t slot)
{
	uint32_t	start = half->start[node];
	uint32_t	length = half->length[node];

	for (uint32_t i = 0; i < length; i++)
		graph->node[slot + i] = half->node[start + i];
	if (graph->weight != NULL)
		for (uint32_t i = 0; i < length; i++)
			graph->weight[slot + i] = csr->weight[half->edge[start + i]];
	return slot + length;
}

static void
project_all(const kernel_view *view, bool weighted, kernel_graph *graph)
{
	const kernel_csr *csr = view->csr;
	uint64_t	slot = 0;

	graph->slots = (uint64_t) csr->live_edges * ((view->out ? 1 : 0) + (view->in ? 1 : 0));
	graph->start = kernel_alloc(sizeof(uint64_t) * ((size_t) graph->nodes + 1));
	graph->node = kernel_alloc(sizeof(uint32_t) * graph->slots);
	graph->weight = weighted ? kernel_alloc(sizeof(double) * graph->slots) : NULL;
	for (uint32_t n = 0; n < graph->nodes; n++)
	{
		graph->start[n] = slot;
		if (view->out)
			slot = copy_list(csr, &csr->out, n, graph, slot);
		if (view->in)
			slot = copy_list(csr, &csr->in, n, graph, slot);
		if (n % GRAPH_CHECK_EVERY == 0)
			kernel_check();
	}
	graph->start[graph->nodes] = slot;
}

/*
 * Pack the nodes of node_counts (NULL: all) and the edges of the view between
 * them. Nodes keep their order.
 */
void
kernel_project(const kernel_view *view, const uint8_t *node_counts,
			   bool weighted, kernel_graph *graph)
{
	uint32_t   *number = kernel_pack_nodes(view->csr, node_counts, graph);
	uint64_t	slots = 0;

	if (graph->nodes == view->csr->nodes && kernel_all_count(view))
	{
		kernel_free(number);
		project_all(view, weighted, graph);
		return;
	}
	graph->start = kernel_alloc(sizeof(uint64_t) * ((size_t) graph->nodes + 1));
	for (uint32_t n = 0; n < graph->nodes; n++)
	{
		graph->start[n] = slots;
		slots = copy_node(view, graph->original[n], number, true, graph, slots);
	}
	graph->start[graph->nodes] = slots;
	graph->slots = slots;
	kernel_check();

	graph->node = kernel_alloc(sizeof(uint32_t) * slots);
	graph->weight = weighted ? kernel_alloc(sizeof(double) * slots) : NULL;
	for (uint32_t n = 0; n < graph->nodes; n++)
		copy_node(view, graph->original[n], number, false, graph,
				  graph->start[n]);
	kernel_free(number);
	kernel_check();
}

void
kernel_free_graph(kernel_graph *graph)
{
	kernel_free(graph->original);
	if (graph->start != NULL)
		kernel_free(graph->start);
	if (graph->node != NULL)
		kernel_free(graph->node);
	if (graph->weight != NULL)
		kernel_free(graph->weight);
}

/*
 * Fisher and Yates, as in Knuth, The Art of Computer Programming 2, 3.4.2 P.
 */
void
kernel_shuffle(uint32_t *items, uint32_t count, kernel_random *random)
{
	for (uint32_t i = count; i > 1; i--)
	{
		uint32_t	j = kernel_random_below(random, i);
		uint32_t	item = items[i - 1];

		items[i - 1] = items[j];
		items[j] = item;
	}
}
