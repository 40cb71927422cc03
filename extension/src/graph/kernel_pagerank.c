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
 *-------------------------------------------------------------------------
 */
#include <math.h>
#include <string.h>

#include "graph/kernel.h"

/* Nodes of that many slots or more are not told apart by their number */
#define LONG_LIST	64

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
 * A copy of restart; NULL is the same for all.
 */
static double *
full_restart(const kernel_graph *graph, const double *restart)
{
	double	   *full = kernel_alloc(sizeof(double) * graph->nodes);

	for (uint32_t n = 0; n < graph->nodes; n++)
		full[n] = restart ? restart[n] : 1.0 / graph->nodes;
	return full;
}

/* The nodes that are kept in mind, in the order of the length of their lists */
typedef struct rank_core
{
	uint32_t	nodes;
	uint32_t   *node;			/* of each: its number in the graph */
	uint32_t   *place;			/* of each node of the graph; GRAPH_NONE: not
								 * here */
	uint64_t   *start;			/* of its list: those in the core that lead to
								 * it */
	uint32_t   *from;
	double	   *weight;			/* or NULL */
	double	   *restart;		/* of each */
	double	   *per_strength;
	double	   *steady;			/* of each: shares of nodes that nothing
								 * enters, for a round in which restarts
								 * counted once */
	double		steady_sum;		/* restarts of such nodes that lead on */
} rank_core;

/*
 * Find the core: each list is read to count, and to add up what does not change.
 */
static void
find_core(const kernel_graph *in, const double *restart,
		  const double *per_strength, rank_core *core)
{
	uint32_t	first[LONG_LIST + 2] = {0};
	uint32_t   *length = kernel_alloc(sizeof(uint32_t) * in->nodes);
	uint64_t	slots = 0;

	memset(core, 0, sizeof(*core));
	core->place = kernel_alloc(sizeof(uint32_t) * in->nodes);
	for (uint32_t n = 0; n < in->nodes; n++)
	{
		bool		entered = in->start[n] < in->start[n + 1];

		core->place[n] = GRAPH_NONE;
		if (entered && per_strength[n] > 0)
			core->place[n] = core->nodes++;
		else if (!entered && per_strength[n] > 0)
			core->steady_sum += restart[n];
	}
	for (uint32_t n = 0; n < in->nodes; n++)
	{
		length[n] = 0;
		if (core->place[n] == GRAPH_NONE)
			continue;
		for (uint64_t i = in->start[n]; i < in->start[n + 1]; i++)
			length[n] += core->place[in->node[i]] != GRAPH_NONE;
		slots += length[n];
		first[(length[n] < LONG_LIST ? length[n] : LONG_LIST) + 1]++;
	}
	kernel_check();
	for (uint32_t group = 0; group <= LONG_LIST; group++)
		first[group + 1] += first[group];
	core->node = kernel_alloc(sizeof(uint32_t) * core->nodes);
	for (uint32_t n = 0; n < in->nodes; n++)
		if (core->place[n] != GRAPH_NONE)
		{
			uint32_t	group = length[n] < LONG_LIST ? length[n] : LONG_LIST;

			core->place[n] = first[group]++;
			core->node[core->place[n]] = n;
		}
	kernel_free(length);
	core->start = kernel_alloc(sizeof(uint64_t) * ((size_t) core->nodes + 1));
	core->from = kernel_alloc(sizeof(uint32_t) * slots);
	core->weight = in->weight ? kernel_alloc(sizeof(double) * slots) : NULL;
	core->restart = kernel_alloc(sizeof(double) * core->nodes);
	core->per_strength = kernel_alloc(sizeof(double) * core->nodes);
	core->steady = kernel_alloc(sizeof(double) * core->nodes);
	slots = 0;
	for (uint32_t c = 0; c < core->nodes; c++)
	{
		uint32_t	n = core->node[c];

		core->start[c] = slots;
		core->restart[c] = restart[n];
		core->per_strength[c] = per_strength[n];
		core->steady[c] = 0;
		for (uint64_t i = in->start[n]; i < in->start[n + 1]; i++)
		{
			uint32_t	from = in->node[i];

			if (core->place[from] == GRAPH_NONE)
			{
				core->steady[c] += restart[from] * per_strength[from] * slot_weight(in, i);
				continue;
			}
			core->from[slots] = core->place[from];
			if (core->weight != NULL)
				core->weight[slots] = in->weight[i];
			slots++;
		}
	}
	core->start[core->nodes] = slots;
	kernel_check();
}

static void
free_core(rank_core *core)
{
	kernel_free(core->node);
	kernel_free(core->place);
	kernel_free(core->start);
	kernel_free(core->from);
	if (core->weight != NULL)
		kernel_free(core->weight);
	kernel_free(core->restart);
	kernel_free(core->per_strength);
	kernel_free(core->steady);
}

/*
 * Four sums side by side, so that one addition need not wait for the last.
 */
static double
core_sum(const rank_core *core, uint32_t c, const double *share)
{
	double		sum[4] = {0, 0, 0, 0};
	uint64_t	i = core->start[c];
	uint64_t	end = core->start[c + 1];

	if (core->weight == NULL)
	{
		for (; i + 4 <= end; i += 4)
			for (int k = 0; k < 4; k++)
				sum[k] += share[core->from[i + k]];
		for (; i < end; i++)
			sum[0] += share[core->from[i]];
	}
	else
		for (; i < end; i++)
			sum[i & 3] += share[core->from[i]] * core->weight[i];
	return (sum[0] + sum[1]) + (sum[2] + sum[3]);
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
	double	   *full = full_restart(in, restart);
	double	   *per_strength = invert_strengths(in);
	double		before = 1;		/* what restarts counted in the last round */
	double		base = 1;
	rank_core	core;
	double	   *share;
	double	   *x;				/* ranks of the core */

	find_core(in, full, per_strength, &core);
	share = kernel_alloc(sizeof(double) * core.nodes);
	x = kernel_alloc(sizeof(double) * core.nodes);
	memcpy(x, core.restart, sizeof(double) * core.nodes);
	for (uint32_t round = 0; round < iterations; round++)
	{
		/* rounding must not make less than nothing of it */
		double		lost = 1 - base * core.steady_sum;

		for (uint32_t c = 0; c < core.nodes; c++)
		{
			lost -= x[c];
			share[c] = x[c] * core.per_strength[c];
		}
		before = base;
		base = 1 - damping + damping * (lost > 0 ? lost : 0);
		for (uint32_t c = 0; c < core.nodes; c++)
			x[c] = base * core.restart[c] +
				damping * (before * core.steady[c] + core_sum(&core, c, share));
		kernel_check();
	}
	/* those outside of the core, from the last round but one */
	for (uint32_t n = 0; n < in->nodes; n++)
	{
		double		sum = 0;

		if (core.place[n] != GRAPH_NONE)
		{
			rank[n] = x[core.place[n]];
			continue;
		}
		for (uint64_t i = in->start[n]; i < in->start[n + 1]; i++)
		{
			uint32_t	from = in->node[i];
			uint32_t	place = core.place[from];

			sum += slot_weight(in, i) *
				(place == GRAPH_NONE ? before * full[from] * per_strength[from] : share[place]);
		}
		rank[n] = base * full[n] + damping * sum;
	}
	kernel_free(share);
	kernel_free(x);
	free_core(&core);
	kernel_free(full);
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
	double	   *even = full_restart(in, restart);
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
