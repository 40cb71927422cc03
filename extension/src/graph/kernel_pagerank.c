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
 * What both need of the graph is made once (kernel_rank.c, kernel_rank_order.c).
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

/* Rounds while each step's walks are kept; bytes that they may take */
#define KEPT_ROUNDS 32
#define KEPT_BYTES	(16 * 1024 * 1024)

/* Nodes whose walks are added up at once */
#define WALKS_AT_ONCE 256

/* What rounds begin with and end with */
typedef struct rank_state
{
	const kernel_rank_rounds *prepared;
	const double *restart;		/* NULL: even */
	double		even;
	double		damping;
	double	   *share;			/* of each number: what it passes on, first of
								 * its restart, then of the last round but one */
	double	   *x;				/* of the core: ranks */
	double		base;			/* what restarts counted in the last round */
} rank_state;

/*
 * What restarts count in the round after one that left so much in nodes that
 * lead on; rounding must not make less than nothing of it.
 */
static inline double
next_base(double damping, double left)
{
	return 1 - damping + damping * (left < 1 ? 1 - left : 0);
}

/*
 * What enters each of so many rows of the core from those of this level or a
 * higher one.
 */
static void
enter(const kernel_rank_rounds *prepared, uint32_t level, uint32_t rows,
	  const double *share, double *to)
{
	uint32_t	late = prepared->late.rows;

	kernel_set_sums(&prepared->late, share, to);
	memset(to + late, 0, sizeof(double) * (rows - late));
	for (uint32_t l = level; l < GRAPH_RANK_LEVELS - 1; l++)
		kernel_add_sums(&prepared->early[l], share, 1, to);
}

/*
 * Round after round; any number of them.
 */
static void
run_rounds(rank_state *s, uint32_t rounds)
{
	const kernel_rank_rounds *prepared = s->prepared;
	uint32_t	core = prepared->core;
	double	   *start = kernel_alloc(sizeof(double) * core);
	double	   *steady = kernel_alloc(sizeof(double) * core);	/* what comes from
																 * outside, where
																 * restarts counted once */
	double	   *next = kernel_alloc(sizeof(double) * prepared->numbers);
	double		outside = 0;	/* restarts of nodes that nothing enters */
	double		inside = 0;		/* ranks of the core */
	double		before = 1;

	s->base = 1;
	for (uint32_t c = 0; c < core; c++)
		inside += start[c] = restart_of(s->restart, s->even, prepared->node[c]);
	memset(steady, 0, sizeof(double) * core);
	kernel_add_sums(&prepared->outer, s->share, 1, steady);
	for (uint32_t i = core; i < prepared->numbers; i++)
		outside += restart_of(s->restart, s->even, prepared->node[i]);
	memcpy(next, s->share, sizeof(double) * prepared->numbers);
	for (uint32_t round = 0; round < rounds; round++)
	{
		double	   *given = s->share;

		before = s->base;
		s->base = next_base(s->damping, before * outside + inside);
		inside = 0;
		enter(prepared, 0, core, given, s->x);
		for (uint32_t c = 0; c < core; c++)
		{
			double		value = s->base * start[c] +
			s->damping * (before * steady[c] + s->x[c]);

			s->x[c] = value;
			next[c] = value * prepared->per_strength[c];
			inside += value;
		}
		s->share = next;
		next = given;
		kernel_check();
	}
	/* next is what the last round was given */
	for (uint32_t i = core; i < prepared->numbers; i++)
		next[i] *= before;
	kernel_free(s->share);
	s->share = next;
	kernel_free(steady);
	kernel_free(start);
}

/*
 * Numbers below this one are ends of walks of k steps.
 */
static inline uint32_t
ends_of_walks(const kernel_rank_rounds *prepared, uint32_t k)
{
	return prepared->active[k - 1 < GRAPH_RANK_LEVELS ? k - 1 : GRAPH_RANK_LEVELS - 1];
}

/*
 * rows have what entered them; after that they have what they pass on. Returns the
 * sum of what they have.
 */
static double
pass_on(const kernel_rank_rounds *prepared, uint32_t rows, double damping,
		double *restrict values)
{
	const double *restrict per_strength = prepared->per_strength;
	double		sum[4] = {0};
	uint32_t	c = 0;

	for (; rows - c >= 4; c += 4)
		for (uint32_t lane = 0; lane < 4; lane++)
		{
			double		value = damping * values[c + lane];

			values[c + lane] = value * per_strength[c + lane];
			sum[lane] += value;
		}
	for (; c < rows; c++)
	{
		double		value = damping * values[c];

		values[c] = value * per_strength[c];
		sum[0] += value;
	}
	return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

/*
 * What enters the core with the first step.
 */
static void
enter_first(const rank_state *s, double *to)
{
	const kernel_rank_rounds *prepared = s->prepared;

	if (s->restart == NULL)
	{
		for (uint32_t c = 0; c < prepared->core; c++)
			to[c] = s->even * prepared->entered[c];
		return;
	}
	enter(prepared, 0, prepared->core, s->share, to);
	kernel_add_sums(&prepared->outer, s->share, 1, to);
}

/*
 * The ranks of the core from what ends of walks pass on (kept: one row of core
 * numbers for each length from 1), and what the ranks before them pass on.
 */
static void
add_walks(rank_state *s, uint32_t rounds, const double *kept, const double *base)
{
	const kernel_rank_rounds *prepared = s->prepared;
	uint32_t	core = prepared->core;

	for (uint32_t begin = 0; begin < core; begin += WALKS_AT_ONCE)
	{
		uint32_t	end = core - begin < WALKS_AT_ONCE ? core : begin + WALKS_AT_ONCE;
		double		last[WALKS_AT_ONCE] = {0};
		double		but_one[WALKS_AT_ONCE] = {0};

		for (uint32_t k = 1; k <= rounds; k++)
		{
			const double *row = kept + (size_t) (k - 1) * core;
			uint32_t	active = ends_of_walks(prepared, k);
			uint32_t	stop = active < end ? active : end;
			double		counts = base[rounds - k];
			double		counted = k < rounds ? base[rounds - 1 - k] : 0;

			for (uint32_t c = begin; c < stop; c++)
			{
				last[c - begin] += counts * row[c];
				but_one[c - begin] += counted * row[c];
			}
		}
		for (uint32_t c = begin; c < end; c++)
		{
			s->x[c] = last[c - begin] / prepared->per_strength[c] +
				base[rounds] * restart_of(s->restart, s->even, prepared->node[c]);
			s->share[c] = but_one[c - begin] + base[rounds - 1] * s->share[c];
		}
	}
	for (uint32_t i = core; i < prepared->numbers; i++)
		s->share[i] *= base[rounds - 1];
}

/*
 * The same for few rounds, by the length of walks: rank is the sum over k of
 * (d W^T S^-1)^k p, times what restarts counted k rounds before the last. Fewer
 * and fewer nodes are the end of longer walks, and what restarts count follows
 * from the sum over nodes that lead on alone.
 */
static void
run_walks(rank_state *s, uint32_t rounds)
{
	const kernel_rank_rounds *prepared = s->prepared;
	uint32_t	core = prepared->core;
	double	   *kept = kernel_alloc(sizeof(double) * core * rounds);
	double		sum[KEPT_ROUNDS + 1] = {0}; /* of walks of each length */
	double		base[KEPT_ROUNDS + 1];
	const double *before = s->share;

	for (uint32_t i = 0; i < prepared->numbers; i++)
		sum[0] += restart_of(s->restart, s->even, prepared->node[i]);
	for (uint32_t k = 1; k <= rounds; k++)
	{
		double	   *after = kept + (size_t) (k - 1) * core;
		uint32_t	active = k == 1 ? core : ends_of_walks(prepared, k);

		/* a walk's first step may come from outside */
		if (k > GRAPH_RANK_LEVELS)
			sum[k] = kernel_pass_sums(&prepared->late, before, s->damping,
									  prepared->per_strength, after);
		else
		{
			if (k == 1)
				enter_first(s, after);
			else
				enter(prepared, k - 2, active, before, after);
			sum[k] = pass_on(prepared, active, s->damping, after);
		}
		before = after;
		kernel_check();
	}
	base[0] = 1;
	for (uint32_t t = 1; t <= rounds; t++)
	{
		double		left = sum[t - 1];

		for (uint32_t k = 0; k + 1 < t; k++)
			left += base[t - 1 - k] * sum[k];
		base[t] = next_base(s->damping, left);
	}
	s->base = base[rounds];
	add_walks(s, rounds, kept, base);
	kernel_free(kept);
}

/*
 * So many rounds, one at least, from the restart distribution, which sums to 1
 * (NULL: the same for all). rank gets the scores, which sum to 1. Returns the
 * rounds.
 */
uint32_t
kernel_pagerank(const kernel_rank_rounds *prepared, const double *restart,
				double damping, uint32_t iterations, double *rank)
{
	uint32_t	nodes = prepared->nodes;
	double		even = 1.0 / nodes;
	rank_state	s = {prepared, restart, even, damping, NULL, NULL, 1};

	s.share = kernel_alloc(sizeof(double) * prepared->numbers);
	s.x = kernel_alloc(sizeof(double) * prepared->core);
	for (uint32_t i = 0; i < prepared->numbers; i++)
		s.share[i] = restart_of(restart, even, prepared->node[i]) * prepared->per_strength[i];
	if (iterations <= KEPT_ROUNDS &&
		(uint64_t) iterations * prepared->core * sizeof(double) <= KEPT_BYTES)
		run_walks(&s, iterations);
	else
		run_rounds(&s, iterations);

	for (uint32_t n = 0; n < nodes; n++)
		rank[n] = s.base * restart_of(restart, even, n);
	for (uint32_t c = 0; c < prepared->core; c++)
		rank[prepared->node[c]] = s.x[c];
	kernel_add_sums(&prepared->last, s.share, damping, rank);
	kernel_free(s.share);
	kernel_free(s.x);
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
