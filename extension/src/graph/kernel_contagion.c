/*-------------------------------------------------------------------------
 *
 * kernel_contagion.c
 *	  DebtRank: how far a shock to some nodes reaches.
 *
 * Battiston, Puliga, Kaushik, Tasca, Caldarelli, DebtRank: too central to
 * fail?, Scientific Reports 2:541, 2012: a node passes its distress on once,
 *
 *	  h_j(t) = min(1, h_j(t-1) + sum of W_ij h_i(t-1) over i in distress)
 *
 * where i is in distress at t if h_i > 0 and it was undistressed at t - 1.
 * Linear DebtRank: Bardoscia, Battiston, Caccioli, Caldarelli, DebtRank: a
 * microscopic foundation for shock propagation, PLoS ONE 10(6), 2015: every
 * increment is passed on,
 *
 *	  h(t) = min(1, h(t-1) + W^T (h(t-1) - h(t-2))).
 *
 * The weight of an edge i -> j is W_ij, the impact of i's loss on j, from 0; in
 * the first form it counts at most as 1.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>
#include <string.h>

#include "graph/kernel.h"

static double
impact(const kernel_graph *graph, uint64_t slot, bool at_most_one)
{
	double		weight = graph->weight == NULL ? 1 : graph->weight[slot];

	return at_most_one && weight > 1 ? 1 : weight;
}

/*
 * distress holds the shock and gets the end; passed on by each node is its
 * increment, in the first form only the first one. Returns the rounds.
 */
uint32_t
kernel_debtrank(const kernel_graph *graph, bool linear, uint32_t iterations,
				double tolerance, double *distress)
{
	uint32_t	nodes = graph->nodes;
	double	   *step = kernel_alloc(sizeof(double) * nodes);	/* to pass on */
	double	   *next = kernel_alloc(sizeof(double) * nodes);
	uint8_t    *spent = kernel_alloc(nodes);
	uint32_t	round = 0;
	double		change = INFINITY;

	memset(spent, 0, nodes);
	memcpy(step, distress, sizeof(double) * nodes);
	while (round < iterations && change > tolerance)
	{
		memcpy(next, distress, sizeof(double) * nodes);
		for (uint32_t n = 0; n < nodes; n++)
		{
			if (step[n] <= 0 || spent[n])
				continue;
			for (uint64_t i = graph->start[n]; i < graph->start[n + 1]; i++)
				next[graph->node[i]] += impact(graph, i, !linear) * step[n];
			if (!linear)
				spent[n] = 1;
		}
		change = 0;
		for (uint32_t n = 0; n < nodes; n++)
		{
			if (next[n] > 1)
				next[n] = 1;

			/*
			 * the first form passes on the whole distress, the linear the
			 * rise
			 */
			step[n] = linear ? next[n] - distress[n] : next[n];
			if (linear || !spent[n])
				change += step[n];
			distress[n] = next[n];
		}
		round++;
		kernel_check();
	}
	kernel_free(step);
	kernel_free(next);
	kernel_free(spent);
	return round;
}
