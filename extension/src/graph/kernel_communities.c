/*-------------------------------------------------------------------------
 *
 * kernel_communities.c
 *	  What communities are worth, their names, and label propagation.
 *
 * Modularity (Newman, Girvan 2004; resolution g: Reichardt, Bornholdt 2006):
 *
 *	  Q = sum over c of (in_c / 2m - g (tot_c / 2m)^2)
 *
 * where in_c is the weight of the slots within c, tot_c that of all slots of
 * its nodes, 2m that of all slots.
 *
 *-------------------------------------------------------------------------
 */
#include "graph/leiden.h"

/* Nodes that stay together in an order of blocks, and how many blocks at least */
#define LONGEST_BLOCK	64
#define BLOCKS_AT_LEAST 256

uint32_t *
leiden_random_order(uint32_t nodes, kernel_random *random)
{
	uint32_t   *order = kernel_alloc(sizeof(uint32_t) * nodes);

	for (uint32_t n = 0; n < nodes; n++)
		order[n] = n;
	kernel_shuffle(order, nodes, random);
	return order;
}

/*
 * Nodes in random order, but blocks of them in their own: whose numbers are near
 * are often near in the graph, and then what one node brought into the processor's
 * cache serves the next.
 */
uint32_t *
leiden_block_order(uint32_t nodes, kernel_random *random)
{
	uint32_t	size = nodes / BLOCKS_AT_LEAST;
	uint32_t	blocks;
	uint32_t   *block;
	uint32_t   *order = kernel_alloc(sizeof(uint32_t) * nodes);
	uint32_t	count = 0;

	size = size < 1 ? 1 : size > LONGEST_BLOCK ? LONGEST_BLOCK : size;
	blocks = nodes / size + (nodes % size > 0);
	block = leiden_random_order(blocks, random);
	for (uint32_t b = 0; b < blocks; b++)
	{
		uint32_t	first = block[b] * size;

		for (uint32_t i = 0; i < size && i < nodes - first; i++)
			order[count++] = first + i;
	}
	kernel_free(block);
	return order;
}

double
kernel_modularity(const kernel_graph *graph, double resolution,
				  const uint32_t *community)
{
	double	   *inside = leiden_alloc_zero(sizeof(double) * graph->nodes);
	double	   *total = leiden_alloc_zero(sizeof(double) * graph->nodes);
	double		all = 0;
	double		modularity = 0;

	for (uint32_t n = 0; n < graph->nodes; n++)
		for (uint64_t i = graph->start[n]; i < graph->start[n + 1]; i++)
		{
			double		weight = leiden_slot_weight(graph, i);

			total[community[n]] += weight;
			all += weight;
			if (community[graph->node[i]] == community[n])
				inside[community[n]] += weight;
		}
	if (all > 0)
		for (uint32_t c = 0; c < graph->nodes; c++)
			modularity += inside[c] / all -
				resolution * (total[c] / all) * (total[c] / all);
	kernel_free(inside);
	kernel_free(total);
	return modularity;
}

/*
 * Name each community by its first node.
 */
void
leiden_name_communities(uint32_t *community, uint32_t nodes)
{
	uint32_t   *name = kernel_alloc(sizeof(uint32_t) * nodes);

	memset(name, 0xff, sizeof(uint32_t) * nodes);
	for (uint32_t n = 0; n < nodes; n++)
	{
		if (name[community[n]] == GRAPH_NONE)
			name[community[n]] = n;
		community[n] = name[community[n]];
	}
	kernel_free(name);
}

/*
 * Raghavan, Albert, Kumara, Near linear time algorithm to detect community
 * structures in large-scale networks, Phys. Rev. E 76, 2007: nodes in random
 * order take the label of most weight around them, of equal ones a random one,
 * the own if it is among them. Returns the rounds.
 */
uint32_t
kernel_label_propagation(const kernel_graph *graph, uint32_t iterations,
						 uint64_t seed, uint32_t *community)
{
	kernel_random random = {seed};
	uint32_t   *order = leiden_random_order(graph->nodes, &random);
	leiden_around a;
	uint32_t	round = 0;
	bool		changed = true;

	leiden_begin_around(&a, graph->nodes);
	for (uint32_t n = 0; n < graph->nodes; n++)
		community[n] = n;
	while (changed && round < iterations)
	{
		changed = false;
		kernel_shuffle(order, graph->nodes, &random);
		for (uint32_t o = 0; o < graph->nodes; o++)
		{
			uint32_t	n = order[o];
			double		most = 0;
			uint32_t	equal = 0;
			uint32_t	chosen = community[n];

			if (o % 1024 == 0)
				kernel_check();
			for (uint64_t i = graph->start[n]; i < graph->start[n + 1]; i++)
				if (graph->node[i] != n)
					leiden_add_around(&a, community[graph->node[i]], leiden_slot_weight(graph, i));
			for (uint32_t i = 0; i < a.count; i++)
				if (a.weight[a.found[i]] > most)
					most = a.weight[a.found[i]];
			if (a.count > 0 && a.weight[community[n]] < most)
				for (uint32_t i = 0; i < a.count; i++)
					if (a.weight[a.found[i]] == most &&
						kernel_random_below(&random, ++equal) == 0)
						chosen = a.found[i];
			leiden_clear_around(&a);
			if (chosen != community[n])
			{
				community[n] = chosen;
				changed = true;
			}
		}
		round++;
	}
	leiden_name_communities(community, graph->nodes);
	leiden_end_around(&a);
	kernel_free(order);
	return round;
}
