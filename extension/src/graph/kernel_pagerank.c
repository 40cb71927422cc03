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
 * Only nodes that others lead to and that lead on are kept in mind from round to
 * round (the core). Where nothing enters, a node's rank is its restart times what
 * all restarts were multiplied by in this round; where nothing leaves, only the
 * sum of the ranks is wanted, and that is what the others leave of 1 (Ipsen,
 * Selee, PageRank computation, with special attention to dangling nodes, SIAM J.
 * Matrix Anal. Appl. 29, 2007).
 *
 * The limit of these rounds is the solution of x = (1 - d) p + d W^T S^-1 x,
 * scaled to the sum 1: what is lost at nodes without exit only scales it (Gleich,
 * PageRank beyond the Web, SIAM Review 57, 2015, section 5.3). It is solved one
 * strong component after the other along the edges, each by Gauss and Seidel
 * (Gleich, Gray, Greif, Lau, An inner-outer iteration for computing PageRank,
 * 2010, section 5): a node outside of all cycles is visited once.
 *
 * What both need of the graph is made once (kernel_rank.c).
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>
#include <string.h>

#include "graph/kernel.h"

/*
 * Sum over a list of the shares that its nodes pass on. Four sums side by side,
 * so that one addition need not wait for the last.
 */
static inline double
list_sum(const kernel_lists *lists, uint32_t row, const double *restrict share)
{
	const uint32_t *from = lists->from + lists->start[row];
	const uint32_t *end = lists->from + lists->start[row + 1];
	double		a = 0;
	double		b = 0;
	double		c = 0;
	double		d = 0;

	if (lists->weight != NULL)
	{
		const double *weight = lists->weight + lists->start[row];

		while (from < end)
			a += share[*from++] * *weight++;
		return a;
	}
	for (; end - from >= 4; from += 4)
	{
		a += share[from[0]];
		b += share[from[1]];
		c += share[from[2]];
		d += share[from[3]];
	}
	while (from < end)
		a += share[*from++];
	return (a + b) + (c + d);
}

/*
 * A node's restart, where even is everybody's if none is given.
 */
static inline double
restart_of(const double *restart, double even, uint32_t node)
{
	return restart == NULL ? even : restart[node];
}

/*
 * So many rounds from the restart distribution, which sums to 1 (NULL: the same
 * for all). rank gets the scores, which sum to 1. Returns the rounds.
 */
uint32_t
kernel_pagerank(const kernel_rank_rounds *prepared, const double *restart,
				double damping, uint32_t iterations, double *rank)
{
	uint32_t	nodes = prepared->nodes;
	uint32_t	core = prepared->core;
	double		even = 1.0 / nodes;
	double	   *start = kernel_alloc(sizeof(double) * core);	/* restarts */
	double	   *steady = kernel_alloc(sizeof(double) * core);	/* what comes from
																 * outside, where
																 * restarts counted once */
	double	   *x = kernel_alloc(sizeof(double) * core);
	double	   *share = kernel_alloc(sizeof(double) * prepared->numbers);
	double	   *next = kernel_alloc(sizeof(double) * prepared->numbers);
	double		outside = 0;	/* restarts of nodes that nothing enters */
	double		inside = 0;		/* ranks of the core */
	double		before = 1;		/* what restarts counted in the last round */
	double		base = 1;

	for (uint32_t i = 0; i < prepared->numbers; i++)
	{
		double		r = restart_of(restart, even, prepared->node[i]);

		share[i] = next[i] = r * prepared->per_strength[i];
		if (i < core)
			inside += x[i] = start[i] = r;
		else
			outside += r;
	}
	for (uint32_t c = 0; c < core; c++)
		steady[c] = list_sum(&prepared->outer, c, share);
	for (uint32_t round = 0; round < iterations; round++)
	{
		/* rounding must not make less than nothing of it */
		double		lost = 1 - base * outside - inside;
		double	   *given = share;

		before = base;
		base = 1 - damping + damping * (lost > 0 ? lost : 0);
		inside = 0;
		for (uint32_t c = 0; c < core; c++)
		{
			double		value = base * start[c] +
			damping * (before * steady[c] + list_sum(&prepared->inner, c, share));

			x[c] = value;
			next[c] = value * prepared->per_strength[c];
			inside += value;
		}
		share = next;
		next = given;
		kernel_check();
	}
	for (uint32_t n = 0; n < nodes; n++)
		rank[n] = base * restart_of(restart, even, n);
	for (uint32_t c = 0; c < core; c++)
		rank[prepared->node[c]] = x[c];
	/* those that do not lead on: next is now what the last round was given */
	for (uint32_t i = core; i < prepared->numbers; i++)
		next[i] *= before;
	for (uint32_t i = 0; i < prepared->last.rows; i++)
		rank[prepared->last_node[i]] += damping * list_sum(&prepared->last, i, next);
	kernel_free(next);
	kernel_free(share);
	kernel_free(x);
	kernel_free(steady);
	kernel_free(start);
	return iterations;
}

/*
 * The limit of the rounds; in all nodes together off by less than tolerance,
 * unless iterations rounds over a component are not enough. Returns the most
 * rounds that a component took.
 */
uint32_t
kernel_pagerank_limit(const kernel_rank_order *prepared, const double *restart,
					  double damping, uint32_t iterations, double tolerance,
					  double *rank)
{
	uint32_t	nodes = prepared->lists.rows;
	double		even = 1.0 / nodes;
	double	   *x = kernel_alloc(sizeof(double) * nodes);
	double	   *share = kernel_alloc(sizeof(double) * nodes);	/* x / strength */
	uint32_t	most = 0;
	double		sum = 0;
	uint32_t	begin = 0;

	memset(x, 0, sizeof(double) * nodes);
	memset(share, 0, sizeof(double) * nodes);
	for (uint32_t c = 0; c < prepared->components; c++)
	{
		uint32_t	end = prepared->end[c];

		/*
		 * What a node is off by flows on d + d^2 + ... times, and scaling to
		 * 1 may enlarge it 1 / (1 - d) times.
		 */
		double		bound = tolerance * (1 - damping) * (1 - damping) * (end - begin) / nodes;
		uint32_t	round = 0;
		double		change;

		do
		{
			change = 0;
			for (uint32_t p = begin; p < end; p++)
			{
				double		r = restart_of(restart, even, prepared->node[p]);
				double		value = ((1 - damping) * r + damping * list_sum(&prepared->lists, p, share)) /
				(1 - damping * prepared->own[p] * prepared->per_strength[p]);

				change += fabs(value - x[p]);
				x[p] = value;
				share[p] = value * prepared->per_strength[p];
			}
			if (end - begin > 1 || begin % GRAPH_CHECK_EVERY == 0)
				kernel_check();
			round++;
		} while (end - begin > 1 && change > bound && round < iterations);
		if (round > most)
			most = round;
		begin = end;
	}
	for (uint32_t p = 0; p < nodes; p++)
		sum += x[p];
	for (uint32_t p = 0; p < nodes; p++)
		rank[prepared->node[p]] = x[p] / sum;
	kernel_free(share);
	kernel_free(x);
	return most;
}
