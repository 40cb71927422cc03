/*-------------------------------------------------------------------------
 *
 * kernel_leiden_move.c
 *	  How nodes move in the Leiden algorithm (kernel_leiden.c): to the best
 *	  neighbouring community, and within it to the best part.
 *
 *-------------------------------------------------------------------------
 */
#include "graph/leiden.h"

/*
 * The community in which a node gains most; its own if none is better.
 */
static uint32_t
best_community(const leiden_level *l, uint32_t n, const uint32_t *community,
			   const double *tot, const leiden_around *a)
{
	uint32_t	own = community[n];
	double		factor = l->resolution * l->total[n] / l->all;
	double		best_gain = a->weight[own] - factor * (tot[own] - l->total[n]);
	uint32_t	best = own;

	for (uint32_t i = 0; i < a->count; i++)
	{
		uint32_t	c = a->found[i];
		double		gain;

		if (c == own)
			continue;
		gain = a->weight[c] - factor * tot[c];
		if (gain > best_gain + LEAST_GAIN * l->all)
		{
			best_gain = gain;
			best = c;
		}
	}
	return best;
}

/*
 * Nodes come in any order: have the lists of one that is soon to come, and the
 * communities around one that is next.
 */
static inline void
fetch_ahead(const kernel_graph *graph, const uint32_t *community, uint32_t next,
			uint32_t later)
{
	uint64_t	end = graph->start[next + 1];

	__builtin_prefetch(&graph->node[graph->start[later]]);
	for (uint64_t i = graph->start[next]; i < end && i < graph->start[next] + 8; i++)
		__builtin_prefetch(&community[graph->node[i]]);
}

/*
 * Move nodes while that gains. community holds where they are; every number is
 * below nodes.
 */
void
leiden_move_nodes(const leiden_level *l, uint32_t *community)
{
	const kernel_graph *graph = &l->graph;
	uint32_t	nodes = graph->nodes;
	uint32_t   *queue = leiden_block_order(nodes, l->random);
	uint8_t    *queued = kernel_alloc(nodes);
	double	   *tot = leiden_alloc_zero(sizeof(double) * nodes);
	leiden_around a;
	uint32_t	head = 0;
	uint32_t	waiting = nodes;
	uint64_t	steps = 0;

	leiden_begin_around(&a, nodes);
	memset(queued, 1, nodes);
	for (uint32_t n = 0; n < nodes; n++)
		tot[community[n]] += l->total[n];
	while (waiting > 0)
	{
		uint32_t	n = queue[head];
		uint32_t	own = community[n];
		uint32_t	best;

		head = head + 1 == nodes ? 0 : head + 1;
		waiting--;
		fetch_ahead(graph, community, queue[(head + 1) % nodes],
					queue[(head + 7) % nodes]);
		queued[n] = 0;

		for (uint64_t i = graph->start[n]; i < graph->start[n + 1]; i++)
			if (graph->node[i] != n)
				leiden_add_around(&a, community[graph->node[i]], leiden_slot_weight(graph, i));
		best = best_community(l, n, community, tot, &a);
		leiden_clear_around(&a);
		steps += graph->start[n + 1] - graph->start[n] + 1;
		if (steps >= GRAPH_CHECK_EVERY)
		{
			steps = 0;
			kernel_check();
		}
		if (best == own)
			continue;
		tot[own] -= l->total[n];
		tot[best] += l->total[n];
		community[n] = best;
		for (uint64_t i = graph->start[n]; i < graph->start[n + 1]; i++)
		{
			uint32_t	m = graph->node[i];

			if (!queued[m] && community[m] != best)
			{
				uint32_t	tail = (uint32_t) (((uint64_t) head + waiting) % nodes);

				queue[tail] = m;
				queued[m] = 1;

				waiting++;
			}
		}
	}
	leiden_end_around(&a);
	kernel_free(queue);
	kernel_free(queued);
	kernel_free(tot);
}

/*
 * Split each community into parts that are well connected within it: every
 * node begins alone and, while alone, joins the part where it gains most.
 */
void
leiden_refine(const leiden_level *l, const uint32_t *community, uint32_t *part)
{
	const kernel_graph *graph = &l->graph;
	uint32_t	nodes = graph->nodes;
	uint32_t   *order = leiden_block_order(nodes, l->random);
	double	   *community_total = leiden_alloc_zero(sizeof(double) * nodes);
	double	   *part_total = kernel_alloc(sizeof(double) * nodes);
	double	   *cut = leiden_alloc_zero(sizeof(double) * nodes);	/* part to the rest of
																	 * its community */
	uint32_t   *members = kernel_alloc(sizeof(uint32_t) * nodes);
	leiden_around a;

	leiden_begin_around(&a, nodes);
	for (uint32_t n = 0; n < nodes; n++)
	{
		part[n] = n;
		part_total[n] = l->total[n];
		members[n] = 1;
		community_total[community[n]] += l->total[n];
		for (uint64_t i = graph->start[n]; i < graph->start[n + 1]; i++)
			if (graph->node[i] != n && community[graph->node[i]] == community[n])
				cut[n] += leiden_slot_weight(graph, i);
	}
	for (uint32_t o = 0; o < nodes; o++)
	{
		uint32_t	n = order[o];
		double		whole = community_total[community[n]];
		double		factor = l->resolution / l->all;
		double		best_gain = 0;
		uint32_t	best = n;

		if (o % 1024 == 0)
			kernel_check();
		if (members[part[n]] != 1 ||
			cut[n] < factor * l->total[n] * (whole - l->total[n]))
			continue;
		for (uint64_t i = graph->start[n]; i < graph->start[n + 1]; i++)
			if (graph->node[i] != n && community[graph->node[i]] == community[n])
				leiden_add_around(&a, part[graph->node[i]], leiden_slot_weight(graph, i));
		for (uint32_t i = 0; i < a.count; i++)
		{
			uint32_t	p = a.found[i];
			double		gain = a.weight[p] - factor * l->total[n] * part_total[p];

			if (p != n && gain > best_gain &&
				cut[p] >= factor * part_total[p] * (whole - part_total[p]))
			{
				best_gain = gain;
				best = p;
			}
		}
		if (best != n)
		{
			cut[best] += cut[n] - 2 * a.weight[best];
			part_total[best] += l->total[n];
			members[best]++;
			members[n] = 0;
			part[n] = best;
		}
		leiden_clear_around(&a);
	}
	leiden_end_around(&a);
	kernel_free(order);
	kernel_free(community_total);
	kernel_free(part_total);
	kernel_free(cut);
	kernel_free(members);
}
