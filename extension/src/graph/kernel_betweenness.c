/*-------------------------------------------------------------------------
 *
 * kernel_betweenness.c
 *	  Betweenness by hops, exact or from a sample of sources.
 *
 * Brandes, A faster algorithm for betweenness centrality, J. Math. Sociology
 * 2001; sources drawn at random and the sums scaled: Brandes, Pich, Centrality
 * estimation in large networks, 2007. Parallel edges are different paths.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "graph/kernel.h"

/*
 * samples sources of all nodes (all of them: exact); undirected halves the
 * sums, since each pair is met from both ends.
 */
void
kernel_betweenness(const kernel_graph *graph, uint32_t samples,
				   uint64_t seed, bool undirected, double *score)
{
	uint32_t	nodes = graph->nodes;
	uint32_t   *sources = kernel_alloc(sizeof(uint32_t) * nodes);
	uint32_t   *order = kernel_alloc(sizeof(uint32_t) * nodes);
	uint32_t   *distance = kernel_alloc(sizeof(uint32_t) * nodes);
	double	   *paths = kernel_alloc(sizeof(double) * nodes);
	double	   *dependency = kernel_alloc(sizeof(double) * nodes);
	kernel_random random = {seed};
	double		scale;

	memset(score, 0, sizeof(double) * nodes);
	memset(distance, 0xff, sizeof(uint32_t) * nodes);
	for (uint32_t n = 0; n < nodes; n++)
		sources[n] = n;
	if (samples < nodes)
		kernel_shuffle(sources, nodes, &random);
	else
		samples = nodes;
	for (uint32_t s = 0; s < samples; s++)
	{
		uint32_t	source = sources[s];
		uint32_t	count = 0;
		uint64_t	steps = 0;

		order[count++] = source;
		distance[source] = 0;
		paths[source] = 1;
		dependency[source] = 0;
		for (uint32_t head = 0; head < count; head++)
		{
			uint32_t	n = order[head];

			for (uint64_t i = graph->start[n]; i < graph->start[n + 1]; i++)
			{
				uint32_t	m = graph->node[i];

				if (distance[m] == GRAPH_NONE)
				{
					distance[m] = distance[n] + 1;
					paths[m] = 0;
					dependency[m] = 0;
					order[count++] = m;
				}
				if (distance[m] == distance[n] + 1)
					paths[m] += paths[n];
			}
			steps += graph->start[n + 1] - graph->start[n] + 1;
			if (steps >= GRAPH_CHECK_EVERY)
			{
				steps = 0;
				kernel_check();
			}
		}
		for (uint32_t tail = count; tail-- > 0;)
		{
			uint32_t	n = order[tail];
			double		sum = 0;

			for (uint64_t i = graph->start[n]; i < graph->start[n + 1]; i++)
			{
				uint32_t	m = graph->node[i];

				if (distance[m] == distance[n] + 1)
					sum += (1 + dependency[m]) / paths[m];
			}
			dependency[n] = sum * paths[n];
			if (n != source)
				score[n] += dependency[n];
		}
		for (uint32_t i = 0; i < count; i++)
			distance[order[i]] = GRAPH_NONE;
		kernel_check();
	}
	scale = samples > 0 ? (double) nodes / samples : 0;
	if (undirected)
		scale /= 2;
	for (uint32_t n = 0; n < nodes; n++)
		score[n] *= scale;
	kernel_free(sources);
	kernel_free(order);
	kernel_free(distance);
	kernel_free(paths);
	kernel_free(dependency);
}
