/*-------------------------------------------------------------------------
 *
 * kernel_triangles.c
 *	  Triangles and neighbours in common, on the simple graph without direction.
 *
 * Triangles: Schank, Wagner, Finding, counting and listing all triangles in
 * large graphs, WEA 2005, algorithm "forward": each edge points to the end of
 * larger degree, and each node's list is intersected with those of the nodes in
 * it, so a hub's list is hardly walked.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "graph/kernel.h"

static int
compare_numbers(const void *a, const void *b)
{
	uint32_t	x = *(const uint32_t *) a;
	uint32_t	y = *(const uint32_t *) b;

	return (x > y) - (x < y);
}

/*
 * Sort each list and drop loops and repetitions; weights go. The graph must be
 * packed without direction.
 */
void
kernel_simplify(kernel_graph *graph)
{
	uint64_t	kept = 0;

	if (graph->weight != NULL)
	{
		kernel_free(graph->weight);
		graph->weight = NULL;
	}
	for (uint32_t n = 0; n < graph->nodes; n++)
	{
		uint64_t	begin = graph->start[n];
		uint64_t	end = graph->start[n + 1];

		qsort(&graph->node[begin], end - begin, sizeof(uint32_t),
			  compare_numbers);
		graph->start[n] = kept;
		for (uint64_t i = begin; i < end; i++)
			if (graph->node[i] != n &&
				(kept == graph->start[n] || graph->node[kept - 1] != graph->node[i]))
				graph->node[kept++] = graph->node[i];
		if (n % 1024 == 0)
			kernel_check();
	}
	graph->start[graph->nodes] = kept;
	graph->slots = kept;
}

static uint64_t
degree(const kernel_graph *graph, uint32_t n)
{
	return graph->start[n + 1] - graph->start[n];
}

static bool
points_to(const kernel_graph *graph, uint32_t a, uint32_t b)
{
	uint64_t	degree_a = degree(graph, a);
	uint64_t	degree_b = degree(graph, b);

	return degree_a < degree_b || (degree_a == degree_b && a < b);
}

/*
 * Triangles at each node of a simplified graph. Returns their number.
 */
uint64_t
kernel_triangles(const kernel_graph *graph, uint64_t *triangles)
{
	uint32_t	nodes = graph->nodes;
	uint64_t   *start = kernel_alloc(sizeof(uint64_t) * ((size_t) nodes + 1));
	uint32_t   *node = kernel_alloc(sizeof(uint32_t) * (graph->slots / 2 + 1));
	uint32_t   *mark = kernel_alloc(sizeof(uint32_t) * nodes);
	uint64_t	slots = 0;
	uint64_t	total = 0;
	uint64_t	steps = 0;

	for (uint32_t n = 0; n < nodes; n++)
	{
		start[n] = slots;
		for (uint64_t i = graph->start[n]; i < graph->start[n + 1]; i++)
			if (points_to(graph, n, graph->node[i]))
				node[slots++] = graph->node[i];
	}
	start[nodes] = slots;
	memset(triangles, 0, sizeof(uint64_t) * nodes);
	memset(mark, 0xff, sizeof(uint32_t) * nodes);
	for (uint32_t a = 0; a < nodes; a++)
	{
		for (uint64_t i = start[a]; i < start[a + 1]; i++)
			mark[node[i]] = a;
		for (uint64_t i = start[a]; i < start[a + 1]; i++)
		{
			uint32_t	b = node[i];

			for (uint64_t j = start[b]; j < start[b + 1]; j++)
				if (mark[node[j]] == a)
				{
					triangles[a]++;
					triangles[b]++;
					triangles[node[j]]++;
					total++;
				}
			steps += start[b + 1] - start[b] + 1;
			if (steps >= GRAPH_CHECK_EVERY)
			{
				steps = 0;
				kernel_check();
			}
		}
	}
	kernel_free(start);
	kernel_free(node);
	kernel_free(mark);
	return total;
}

/*
 * For the nodes two hops from a node of a simplified graph: how many neighbours
 * they share with it, and the sum of 1 / log(degree) over these (Adamic, Adar,
 * Friends and neighbors on the Web, 2003). Arrays by node, zero elsewhere.
 */
void
kernel_common_neighbours(const kernel_graph *graph, uint32_t start,
						 uint32_t *common, double *adamic_adar)
{
	memset(common, 0, sizeof(uint32_t) * graph->nodes);
	memset(adamic_adar, 0, sizeof(double) * graph->nodes);
	for (uint64_t i = graph->start[start]; i < graph->start[start + 1]; i++)
	{
		uint32_t	between = graph->node[i];
		double		part = degree(graph, between) > 1
		? 1 / log((double) degree(graph, between)) : 0;

		for (uint64_t j = graph->start[between]; j < graph->start[between + 1]; j++)
			if (graph->node[j] != start)
			{
				common[graph->node[j]]++;
				adamic_adar[graph->node[j]] += part;
			}
		kernel_check();
	}
}
