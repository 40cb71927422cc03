/*-------------------------------------------------------------------------
 *
 * kernel_leiden.c
 *	  Communities by the Leiden algorithm on modularity.
 *
 * Traag, Waltman, van Eck, From Louvain to Leiden: guaranteeing well-connected
 * communities, Scientific Reports 9:5233, 2019. Nodes move to the best
 * neighbouring community while that gains (their queue, section "fast local
 * move"); within each community found so, nodes merge again from single ones
 * (refinement, by the best gain instead of a random one); the refined parts are
 * the nodes of the next level, which starts with the unrefined communities.
 *
 * Modularity: kernel_communities.c.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>

#include "graph/leiden.h"

/*
 * Number parts from 0; returns how many there are.
 */
static uint32_t
renumber(uint32_t *part, uint32_t nodes)
{
	uint32_t   *number = kernel_alloc(sizeof(uint32_t) * nodes);
	uint32_t	count = 0;

	memset(number, 0xff, sizeof(uint32_t) * nodes);
	for (uint32_t n = 0; n < nodes; n++)
	{
		if (number[part[n]] == GRAPH_NONE)
			number[part[n]] = count++;
		part[n] = number[part[n]];
	}
	kernel_free(number);
	return count;
}

/*
 * The graph whose nodes are the parts of another; parts are numbered.
 */
static void
aggregate(const leiden_level *fine, const uint32_t *part, uint32_t parts,
		  leiden_level *coarse)
{
	const kernel_graph *graph = &fine->graph;
	kernel_graph *result = &coarse->graph;
	uint32_t   *first = kernel_alloc(sizeof(uint32_t) * ((size_t) parts + 1));
	uint32_t   *members = kernel_alloc(sizeof(uint32_t) * graph->nodes);
	uint64_t	slots = 0;
	leiden_around a;

	memset(first, 0, sizeof(uint32_t) * ((size_t) parts + 1));
	for (uint32_t n = 0; n < graph->nodes; n++)
		first[part[n] + 1]++;
	for (uint32_t p = 0; p < parts; p++)
		first[p + 1] += first[p];
	for (uint32_t n = graph->nodes; n-- > 0;)
		members[--first[part[n] + 1]] = n;
	/* first[p + 1] is now where p begins */

	result->nodes = parts;
	result->original = NULL;
	result->start = kernel_alloc(sizeof(uint64_t) * ((size_t) parts + 1));
	result->node = kernel_alloc(sizeof(uint32_t) * graph->slots);
	result->weight = kernel_alloc(sizeof(double) * graph->slots);
	coarse->total = leiden_alloc_zero(sizeof(double) * parts);
	coarse->all = fine->all;
	coarse->resolution = fine->resolution;
	coarse->random = fine->random;
	leiden_begin_around(&a, parts);
	for (uint32_t p = 0; p < parts; p++)
	{
		uint32_t	end = p + 1 < parts ? first[p + 2] : graph->nodes;

		for (uint32_t i = first[p + 1]; i < end; i++)
		{
			uint32_t	n = members[i];

			coarse->total[p] += fine->total[n];
			for (uint64_t s = graph->start[n]; s < graph->start[n + 1]; s++)
				leiden_add_around(&a, part[graph->node[s]], leiden_slot_weight(graph, s));
		}
		result->start[p] = slots;
		for (uint32_t i = 0; i < a.count; i++)
		{
			result->node[slots] = a.found[i];
			result->weight[slots++] = a.weight[a.found[i]];
		}
		leiden_clear_around(&a);
		if (p % 1024 == 0)
			kernel_check();
	}
	result->start[parts] = slots;
	result->slots = slots;
	leiden_end_around(&a);
	kernel_free(first);
	kernel_free(members);
}

static void
free_level(leiden_level *l)
{
	kernel_free(l->graph.start);
	kernel_free(l->graph.node);
	kernel_free(l->graph.weight);
	kernel_free(l->total);
}

/*
 * One pass from the single nodes up; community is where it starts and ends.
 */
static void
leiden_pass(const leiden_level *first, uint32_t *community)
{
	uint32_t	nodes = first->graph.nodes;
	uint32_t   *place = kernel_alloc(sizeof(uint32_t) * nodes); /* node -> level's node */
	uint32_t   *here = kernel_alloc(sizeof(uint32_t) * nodes);	/* level's communities */
	leiden_level l = *first;
	bool		owned = false;

	memcpy(here, community, sizeof(uint32_t) * nodes);
	for (uint32_t n = 0; n < nodes; n++)
		place[n] = n;

	for (;;)
	{
		uint32_t	level_nodes = l.graph.nodes;
		uint32_t   *part;
		uint32_t	parts;
		leiden_level coarse;
		uint32_t   *coarse_here;
		uint32_t	communities;

		leiden_move_nodes(&l, here);
		communities = renumber(here, level_nodes);
		if (communities == level_nodes)
			break;
		part = kernel_alloc(sizeof(uint32_t) * level_nodes);
		leiden_refine(&l, here, part);
		parts = renumber(part, level_nodes);
		if (parts == level_nodes)
		{
			/* nothing to refine: the communities themselves go up */
			memcpy(part, here, sizeof(uint32_t) * level_nodes);
			parts = communities;
		}
		aggregate(&l, part, parts, &coarse);
		coarse_here = kernel_alloc(sizeof(uint32_t) * parts);
		for (uint32_t n = 0; n < level_nodes; n++)
			coarse_here[part[n]] = here[n];
		/* communities are fewer than parts, so their numbers fit */
		memcpy(here, coarse_here, sizeof(uint32_t) * parts);
		for (uint32_t n = 0; n < nodes; n++)
			place[n] = part[place[n]];

		kernel_free(coarse_here);
		kernel_free(part);
		if (owned)
			free_level(&l);
		l = coarse;
		owned = true;
	}
	for (uint32_t n = 0; n < nodes; n++)
		community[n] = here[place[n]];
	if (owned)
		free_level(&l);
	kernel_free(place);
	kernel_free(here);
}

/*
 * Make each connected part of a community one of its own: that only gains, and
 * where refinement had nothing to merge the pass does not guarantee it.
 */
static void
split_unconnected(const kernel_graph *graph, uint32_t *community)
{
	uint32_t   *part = kernel_alloc(sizeof(uint32_t) * graph->nodes);
	uint32_t   *queue = kernel_alloc(sizeof(uint32_t) * graph->nodes);

	memset(part, 0xff, sizeof(uint32_t) * graph->nodes);
	for (uint32_t first = 0; first < graph->nodes; first++)
	{
		uint32_t	count = 0;

		if (part[first] != GRAPH_NONE)
			continue;
		part[first] = first;
		queue[count++] = first;
		for (uint32_t head = 0; head < count; head++)
		{
			uint32_t	n = queue[head];

			for (uint64_t i = graph->start[n]; i < graph->start[n + 1]; i++)
			{
				uint32_t	m = graph->node[i];

				if (part[m] == GRAPH_NONE && community[m] == community[n] &&
					leiden_slot_weight(graph, i) > 0)
				{
					part[m] = first;
					queue[count++] = m;
				}
			}
		}
		kernel_check();
	}
	memcpy(community, part, sizeof(uint32_t) * graph->nodes);
	kernel_free(part);
	kernel_free(queue);
}

/*
 * graph is without direction. At most iterations passes, while they gain.
 * Returns the modularity; community gets each node's, named by its first node.
 */
double
kernel_leiden(const kernel_graph *graph, double resolution,
			  uint32_t iterations, uint64_t seed, uint32_t *community)
{
	kernel_random random = {seed};
	leiden_level first = {.graph = *graph,.resolution = resolution,.random = &random};
	uint32_t   *next = kernel_alloc(sizeof(uint32_t) * graph->nodes);
	double		best = -INFINITY;

	first.total = kernel_alloc(sizeof(double) * graph->nodes);
	kernel_strengths(graph, first.total);
	for (uint32_t n = 0; n < graph->nodes; n++)
	{
		first.all += first.total[n];
		community[n] = next[n] = n;
	}
	for (uint32_t i = 0; i < iterations && first.all > 0; i++)
	{
		double		modularity;

		leiden_pass(&first, next);
		split_unconnected(graph, next);
		modularity = kernel_modularity(graph, resolution, next);
		if (modularity <= best + LEAST_GAIN)
			break;
		best = modularity;
		memcpy(community, next, sizeof(uint32_t) * graph->nodes);
	}
	leiden_name_communities(community, graph->nodes);
	kernel_free(first.total);
	kernel_free(next);
	return first.all > 0 ? best : 0;
}
