/*-------------------------------------------------------------------------
 *
 * kernel_rank_order.c
 *	  Making a graph ready for the limit of PageRank (kernel_pagerank.c).
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "graph/kernel.h"

/*
 * in lists for each node the nodes that lead to it.
 */
void
kernel_prepare_order(const kernel_graph *in, kernel_rank_order *order)
{
	uint32_t	nodes = in->nodes;
	double	   *per_strength = kernel_invert_strengths(in);
	uint32_t   *component = kernel_alloc(sizeof(uint32_t) * nodes);
	uint32_t   *place = kernel_alloc(sizeof(uint32_t) * nodes);
	uint64_t	end = 0;

	memset(order, 0, sizeof(*order));
	order->node = kernel_alloc(sizeof(uint32_t) * nodes);
	/* lists lead back to where rank comes from: those components come first */
	kernel_strong_components(in, component, order->node);
	order->per_strength = kernel_alloc(sizeof(double) * nodes);
	order->own = kernel_alloc(sizeof(double) * nodes);
	order->end = kernel_alloc(sizeof(uint32_t) * nodes);
	for (uint32_t p = 0; p < nodes; p++)
	{
		uint32_t	n = order->node[p];

		place[n] = p;
		order->per_strength[p] = per_strength[n];
		if (p == 0 || component[n] != component[order->node[p - 1]])
			order->components++;
		order->end[order->components - 1] = p + 1;
	}
	kernel_free(component);
	kernel_free(per_strength);
	kernel_check();
	kernel_begin_lists(&order->lists, nodes, in->slots, false, in->weight != NULL);
	for (uint32_t p = 0; p < nodes; p++)
	{
		uint32_t	n = order->node[p];

		order->own[p] = 0;
		for (uint64_t i = in->start[n]; i < in->start[n + 1]; i++)
		{
			if (in->node[i] == n)
				order->own[p] += in->weight == NULL ? 1 : in->weight[i];
			else
			{
				order->lists.from[end] = place[in->node[i]];
				if (in->weight != NULL)
					order->lists.weight[end] = in->weight[i];
				end++;
			}
		}
		order->lists.start[p + 1] = end;
	}
	kernel_free(place);
	kernel_check();
}

void
kernel_free_order(kernel_rank_order *order)
{
	kernel_free(order->node);
	kernel_free(order->per_strength);
	kernel_free(order->own);
	kernel_free(order->end);
	kernel_free_lists(&order->lists);
}
