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
 * The limit of these rounds is the solution of x = (1 - d) p + d W^T S^-1 x,
 * scaled to the sum 1: what is lost at nodes without exit only scales it (Gleich,
 * PageRank beyond the Web, SIAM Review 57, 2015, section 5.3). It is solved one
 * strong component after the other along the edges, each by Gauss and Seidel
 * (Gleich, Gray, Greif, Lau, An inner-outer iteration for computing PageRank,
 * 2010, section 5): a node outside of all cycles is visited once.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>
#include <string.h>

#include "graph/kernel.h"

/* Nodes of that many slots or more are not told apart by their number */
#define LONG_LIST	64

/* Fewer rounds than this do not pay for sorting */
#define SORT_FROM	4

static double
slot_weight(const kernel_graph *graph, uint64_t slot)
{
	return graph->weight == NULL ? 1 : graph->weight[slot];
}

/*
 * Sum of the weights of each node's list.
 */
void
kernel_strengths(const kernel_graph *graph, double *strength)
{
	for (uint32_t n = 0; n < graph->nodes; n++)
	{
		strength[n] = 0;
		for (uint64_t i = graph->start[n]; i < graph->start[n + 1]; i++)
			strength[n] += slot_weight(graph, i);
	}
}

/*
 * Sum of the weights that leave each node, where lists are of what enters.
 */
void
kernel_strengths_of_in(const kernel_graph *in, double *strength)
{
	memset(strength, 0, sizeof(double) * in->nodes);
	for (uint64_t i = 0; i < in->slots; i++)
		strength[in->node[i]] += slot_weight(in, i);
}

/*
 * A copy of the graph whose nodes stand in the order of the length of their
 * lists, so that loops over lists are of predictable length. place gets the new
 * number of each node.
 */
static void
sort_by_length(const kernel_graph *graph, kernel_graph *sorted,
			   uint32_t *place)
{
	uint32_t	first[LONG_LIST + 2] = {0};
	uint64_t	slots = 0;

	sorted->nodes = graph->nodes;
	sorted->slots = graph->slots;
	sorted->start = kernel_alloc(sizeof(uint64_t) * ((size_t) graph->nodes + 1));
	sorted->node = kernel_alloc(sizeof(uint32_t) * graph->slots);
	sorted->weight = graph->weight
		? kernel_alloc(sizeof(double) * graph->slots) : NULL;
	sorted->original = kernel_alloc(sizeof(uint32_t) * graph->nodes);
	for (int turn = 0; turn < 2; turn++)
	{
		for (uint32_t n = 0; n < graph->nodes; n++)
		{
			uint64_t	length = graph->start[n + 1] - graph->start[n];
			uint32_t	group = length < LONG_LIST ? (uint32_t) length : LONG_LIST;

			if (turn == 0)
				first[group + 1]++;
			else
			{
				place[n] = first[group]++;
				sorted->original[place[n]] = n;
			}
		}
		for (uint32_t group = 0; turn == 0 && group <= LONG_LIST; group++)
			first[group + 1] += first[group];
	}
	for (uint32_t n = 0; n < graph->nodes; n++)
	{
		uint32_t	old = sorted->original[n];

		sorted->start[n] = slots;
		for (uint64_t i = graph->start[old]; i < graph->start[old + 1]; i++)
		{
			sorted->node[slots] = place[graph->node[i]];
			if (sorted->weight != NULL)
				sorted->weight[slots] = graph->weight[i];
			slots++;
		}
	}
	sorted->start[graph->nodes] = slots;
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
 * The rounds themselves. per_strength is 1 / strength, 0 without exit.
 */
static void
iterate(const kernel_graph *in, const double *per_strength,
		const double *restart, double damping, uint32_t iterations,
		double *rank)
{
	uint32_t	n = in->nodes;
	double	   *share = kernel_alloc(sizeof(double) * n);

	memcpy(rank, restart, sizeof(double) * n);
	for (uint32_t round = 0; round < iterations; round++)
	{
		double		lost = 0;
		double		base;

		for (uint32_t i = 0; i < n; i++)
		{
			share[i] = rank[i] * per_strength[i];
			lost += per_strength[i] == 0 ? rank[i] : 0;
		}
		base = 1 - damping + damping * lost;
		for (uint32_t i = 0; i < n; i++)
			rank[i] = base * restart[i] + damping * sum_in(in, i, share);
		kernel_check();
	}
	kernel_free(share);
}

static double *
invert_strengths(const kernel_graph *in)
{
	double	   *per_strength = kernel_alloc(sizeof(double) * in->nodes);

	kernel_strengths_of_in(in, per_strength);
	for (uint32_t n = 0; n < in->nodes; n++)
		per_strength[n] = per_strength[n] > 0 ? 1 / per_strength[n] : 0;
	return per_strength;
}

/*
 * restart, by new numbers; NULL is the same for all.
 */
static double *
place_restart(const kernel_graph *graph, const double *restart,
			  const uint32_t *place)
{
	double	   *placed = kernel_alloc(sizeof(double) * graph->nodes);

	for (uint32_t n = 0; n < graph->nodes; n++)
		placed[place ? place[n] : n] = restart ? restart[n] : 1.0 / graph->nodes;
	return placed;
}

/*
 * So many rounds from the restart distribution, which sums to 1 (NULL: the same
 * for all). in lists for each node the nodes that lead to it. rank gets the
 * scores, which sum to 1. Returns the rounds.
 */
uint32_t
kernel_pagerank(const kernel_graph *in, const double *restart,
				double damping, uint32_t iterations, double *rank)
{
	kernel_graph sorted = *in;
	bool		sort = iterations >= SORT_FROM;
	uint32_t   *place = NULL;
	double	   *placed_restart;
	double	   *placed_rank = rank;
	double	   *per_strength;

	if (sort)
	{
		place = kernel_alloc(sizeof(uint32_t) * in->nodes);
		placed_rank = kernel_alloc(sizeof(double) * in->nodes);
		sort_by_length(in, &sorted, place);
	}
	placed_restart = place_restart(in, restart, place);
	per_strength = invert_strengths(&sorted);
	iterate(&sorted, per_strength, placed_restart, damping, iterations,
			placed_rank);
	if (sort)
	{
		for (uint32_t n = 0; n < in->nodes; n++)
			rank[n] = placed_rank[place[n]];
		kernel_free_graph(&sorted);
		kernel_free(place);
		kernel_free(placed_rank);
	}
	kernel_free(placed_restart);
	kernel_free(per_strength);
	return iterations;
}

/* What the limit is solved with */
typedef struct rank_equation
{
	const kernel_graph *in;
	const double *per_strength;
	const double *restart;
	double		damping;
	double	   *share;			/* of each node: x / strength */
	double	   *x;
} rank_equation;

/*
 * Give one node the value that its equation wants; returns the change.
 */
static double
satisfy(rank_equation *e, uint32_t n)
{
	double		sum = 0;
	double		own = 0;
	double		x;
	double		change;

	for (uint64_t i = e->in->start[n]; i < e->in->start[n + 1]; i++)
		if (e->in->node[i] == n)
			own += slot_weight(e->in, i);
		else
			sum += e->share[e->in->node[i]] * slot_weight(e->in, i);
	x = ((1 - e->damping) * e->restart[n] + e->damping * sum) /
		(1 - e->damping * own * e->per_strength[n]);
	change = fabs(x - e->x[n]);
	e->x[n] = x;
	e->share[n] = x * e->per_strength[n];
	return change;
}

/*
 * The limit of the rounds; in all nodes together off by less than tolerance,
 * unless iterations rounds over a component are not enough. Returns the most
 * rounds that a component took.
 */
uint32_t
kernel_pagerank_limit(const kernel_graph *in, const double *restart,
					  double damping, uint32_t iterations, double tolerance,
					  double *rank)
{
	uint32_t	nodes = in->nodes;
	uint32_t   *component = kernel_alloc(sizeof(uint32_t) * nodes);
	uint32_t   *order = kernel_alloc(sizeof(uint32_t) * nodes);
	double	   *even = place_restart(in, restart, NULL);
	double	   *per_strength = invert_strengths(in);
	rank_equation e = {in, per_strength, even, damping, NULL, rank};
	uint32_t	most = 0;
	double		sum = 0;
	uint32_t	end;

	e.share = kernel_alloc(sizeof(double) * nodes);
	memset(e.share, 0, sizeof(double) * nodes);
	memset(rank, 0, sizeof(double) * nodes);
	/* lists lead back to where rank comes from: those components come first */
	kernel_strong_components(in, component, order);
	for (uint32_t begin = 0; begin < nodes; begin = end)
	{
		/*
		 * What a node is off by flows on d + d^2 + ... times, and scaling to
		 * 1 may enlarge it 1 / (1 - d) times.
		 */
		double		bound;
		uint32_t	round = 0;
		double		change;

		for (end = begin + 1;
			 end < nodes && component[order[end]] == component[order[begin]];)
			end++;
		bound = tolerance * (1 - damping) * (1 - damping) * (end - begin) / nodes;
		do
		{
			change = 0;
			for (uint32_t i = begin; i < end; i++)
				change += satisfy(&e, order[i]);
			if (end - begin > 1 || begin % GRAPH_CHECK_EVERY == 0)
				kernel_check();
			round++;
		} while (end - begin > 1 && change > bound && round < iterations);
		if (round > most)
			most = round;
	}
	for (uint32_t n = 0; n < nodes; n++)
		sum += rank[n];
	for (uint32_t n = 0; n < nodes; n++)
		rank[n] /= sum;
	kernel_free(component);
	kernel_free(order);
	kernel_free(even);
	kernel_free(per_strength);
	kernel_free(e.share);
	return most;
}
