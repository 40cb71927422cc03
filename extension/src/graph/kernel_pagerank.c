/*-------------------------------------------------------------------------
 *
 * kernel_pagerank.c
 *	  PageRank, personalised by its restart distribution.
 *
 * Page, Brin, Motwani, Winograd, The PageRank citation ranking, 1998;
 * Haveliwala, Topic-sensitive PageRank, WWW 2002:
 *
 *	  r = (1 - d) p + d (W^T S^-1 r + (sum of r over nodes without exit) p)
 *
 * with damping d, restart p, weights W and each node's sum of weights S.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>
#include <string.h>

#include "graph/kernel.h"

/*
 * Sum of the weights of each node's list.
 */
void
kernel_strengths(const kernel_graph *out, double *strength)
{
	for (uint32_t n = 0; n < out->nodes; n++)
	{
		double		sum = 0;

		if (out->weight == NULL)
			sum = (double) (out->start[n + 1] - out->start[n]);
		else
			for (uint64_t i = out->start[n]; i < out->start[n + 1]; i++)
				sum += out->weight[i];
		strength[n] = sum;
	}
}

static double
sum_in(const kernel_graph *in, uint32_t node, const double *share)
{
	double		sum = 0;

	if (in->weight == NULL)
		for (uint64_t i = in->start[node]; i < in->start[node + 1]; i++)
			sum += share[in->node[i]];
	else
		for (uint64_t i = in->start[node]; i < in->start[node + 1]; i++)
			sum += share[in->node[i]] * in->weight[i];
	return sum;
}

/*
 * in lists for each node the nodes that lead to it; strength is what leaves
 * each node; restart sums to 1, NULL is the same for all. At most iterations
 * rounds, until the sum of all changes is below tolerance. rank gets the scores,
 * which sum to 1. Returns the rounds.
 */
uint32_t
kernel_pagerank(const kernel_graph *in, const double *strength,
				const double *restart, double damping, uint32_t iterations,
				double tolerance, double *rank)
{
	uint32_t	n = in->nodes;
	double	   *share = kernel_alloc(sizeof(double) * n);
	double		even = n > 0 ? 1.0 / n : 0;
	uint32_t	round = 0;

	for (uint32_t i = 0; i < n; i++)
		rank[i] = restart ? restart[i] : even;
	while (round < iterations)
	{
		double		lost = 0;
		double		change = 0;
		double		base;

		for (uint32_t i = 0; i < n; i++)
			if (strength[i] > 0)
				share[i] = rank[i] / strength[i];
			else
			{
				share[i] = 0;
				lost += rank[i];
			}
		base = 1 - damping + damping * lost;
		for (uint32_t i = 0; i < n; i++)
		{
			double		next = base * (restart ? restart[i] : even) +
			damping * sum_in(in, i, share);

			change += fabs(next - rank[i]);
			rank[i] = next;
		}
		round++;
		kernel_check();
		if (change < tolerance)
			break;
	}
	kernel_free(share);
	return round;
}
