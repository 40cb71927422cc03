/*-------------------------------------------------------------------------
 *
 * kernel_recommend.c
 *	  RP3beta: what a walk of three steps from a node finds.
 *
 * Paudel, Christoffel, Newell, Bernstein, Updatable, accurate, diverse, and
 * scalable recommendations for interactive applications, ACM TiiS 2017, after
 * Cooper et al., Random walks in recommender systems, WWW 2014: the chance to
 * come from a user to an item by user -> item -> user -> item, divided by the
 * item's degree to the power beta.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>
#include <string.h>

#include "graph/kernel.h"

static double
strength(const kernel_graph *graph, uint32_t n)
{
	double		sum = 0;

	if (graph->weight == NULL)
		return (double) (graph->start[n + 1] - graph->start[n]);
	for (uint64_t i = graph->start[n]; i < graph->start[n + 1]; i++)
		sum += graph->weight[i];
	return sum;
}

/*
 * One step: the chance of each node flows along its list. nodes_in lists the
 * nodes with a chance; returns how many nodes nodes_out lists.
 */
static uint32_t
walk_step(const kernel_graph *graph, const double *from,
		  const uint32_t *nodes_in, uint32_t count, double *to,
		  uint32_t *nodes_out)
{
	uint32_t	found = 0;
	uint64_t	steps = 0;

	for (uint32_t k = 0; k < count; k++)
	{
		uint32_t	n = nodes_in[k];
		double		sum = strength(graph, n);

		for (uint64_t i = graph->start[n]; i < graph->start[n + 1]; i++)
		{
			double		part = graph->weight == NULL ? 1 : graph->weight[i];

			if (part <= 0)
				continue;
			if (to[graph->node[i]] == 0)
				nodes_out[found++] = graph->node[i];
			to[graph->node[i]] += from[n] * part / sum;
		}
		steps += graph->start[n + 1] - graph->start[n] + 1;
		if (steps >= GRAPH_CHECK_EVERY)
		{
			steps = 0;
			kernel_check();
		}
	}
	return found;
}

/*
 * out lists what each node leads to, in what leads to it. score gets a value
 * for each node, 0 for start's own neighbours and what is not found.
 */
void
kernel_rp3beta(const kernel_graph *out, const kernel_graph *in,
			   uint32_t start, double beta, double *score)
{
	uint32_t	nodes = out->nodes;
	double	   *chance = kernel_alloc(sizeof(double) * nodes);
	double	   *other = kernel_alloc(sizeof(double) * nodes);
	uint32_t   *list = kernel_alloc(sizeof(uint32_t) * nodes);
	uint32_t   *other_list = kernel_alloc(sizeof(uint32_t) * nodes);
	uint32_t	count;

	memset(chance, 0, sizeof(double) * nodes);
	memset(other, 0, sizeof(double) * nodes);
	memset(score, 0, sizeof(double) * nodes);
	other[start] = 1;
	list[0] = start;
	count = walk_step(out, other, list, 1, chance, other_list);
	memset(other, 0, sizeof(double) * nodes);
	count = walk_step(in, chance, other_list, count, other, list);
	count = walk_step(out, other, list, count, score, other_list);
	for (uint32_t k = 0; k < count; k++)
	{
		uint32_t	item = other_list[k];
		double		popularity = strength(in, item);

		score[item] /= pow(popularity, beta);
	}
	for (uint64_t i = out->start[start]; i < out->start[start + 1]; i++)
		score[out->node[i]] = 0;
	kernel_free(chance);
	kernel_free(other);
	kernel_free(list);
	kernel_free(other_list);
}
