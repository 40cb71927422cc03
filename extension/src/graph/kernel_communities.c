/*-------------------------------------------------------------------------
 *
 * kernel_communities.c
 *	  Communities: Leiden on modularity, and label propagation.
 *
 * Traag, Waltman, van Eck, From Louvain to Leiden: guaranteeing well-connected
 * communities, Scientific Reports 9:5233, 2019. Nodes move to the best
 * neighbouring community while that gains (their queue, section "fast local
 * move"); within each community found so, nodes merge again from single ones
 * (refinement, by the best gain instead of a random one); the refined parts are
 * the nodes of the next level, which starts with the unrefined communities.
 *
 * Modularity (Newman, Girvan 2004; resolution g: Reichardt, Bornholdt 2006):
 *
 *	  Q = sum over c of (in_c / 2m - g (tot_c / 2m)^2)
 *
 * where in_c is the weight of the slots within c, tot_c that of all slots of
 * its nodes, 2m that of all slots.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>
#include <string.h>

#include "graph/kernel.h"

/* A gain below this part of 2m is rounding */
#define LEAST_GAIN	1e-12

/* A graph whose nodes may stand for many */
typedef struct leiden_level
{
	kernel_graph graph;			/* original is unused above the first level */
	double	   *total;			/* of each node: weight of its slots */
	double		all;			/* of all slots: 2m */
	double		resolution;
	kernel_random *random;
} leiden_level;

/* Weights from one node to the communities around it */
typedef struct leiden_around
{
	double	   *weight;			/* by community; 0 between uses */
	uint32_t   *found;
	uint32_t	count;
} leiden_around;

static void *
alloc_zero(size_t size)
{
	void	   *memory = kernel_alloc(size);

	memset(memory, 0, size);
	return memory;
}

static void
begin_around(leiden_around *a, uint32_t nodes)
{
	a->weight = alloc_zero(sizeof(double) * nodes);
	a->found = kernel_alloc(sizeof(uint32_t) * nodes);
	a->count = 0;
}

static void
end_around(leiden_around *a)
{
	kernel_free(a->weight);
	kernel_free(a->found);
}

static double
slot_weight(const kernel_graph *graph, uint64_t slot)
{
	return graph->weight == NULL ? 1 : graph->weight[slot];
}

static void
add_around(leiden_around *a, uint32_t community, double weight)
{
	if (weight == 0)
		return;
	if (a->weight[community] == 0)
		a->found[a->count++] = community;
	a->weight[community] += weight;
}

static void
clear_around(leiden_around *a)
{
	for (uint32_t i = 0; i < a->count; i++)
		a->weight[a->found[i]] = 0;
	a->count = 0;
}

static uint32_t *
random_order(uint32_t nodes, kernel_random *random)
{
	uint32_t   *order = kernel_alloc(sizeof(uint32_t) * nodes);

	for (uint32_t n = 0; n < nodes; n++)
		order[n] = n;
	kernel_shuffle(order, nodes, random);
	return order;
}

/*
 * The community in which a node gains most; its own if none is better.
 */
static uint32_t
best_community(const leiden_level *l, uint32_t n, const uint32_t *community,
			   const double *tot, const leiden_around *a)
{
	uint32_t	own = community[n];
	double		factor = l->resolution * l->total[n] / l->all;
	double		best_gain = a->weight[own] - factor * (tot[own] - l->total[n]);
	uint32_t	best = own;

	for (uint32_t i = 0; i < a->count; i++)
	{
		uint32_t	c = a->found[i];
		double		gain;

		if (c == own)
			continue;
		gain = a->weight[c] - factor * tot[c];
		if (gain > best_gain + LEAST_GAIN * l->all)
		{
			best_gain = gain;
			best = c;
		}
	}
	return best;
}

/*
 * Move nodes while that gains. community holds where they are; every number is
 * below nodes.
 */
static void
move_nodes(const leiden_level *l, uint32_t *community)
{
	const kernel_graph *graph = &l->graph;
	uint32_t	nodes = graph->nodes;
	uint32_t   *queue = random_order(nodes, l->random);
	uint8_t    *queued = kernel_alloc(nodes);
	double	   *tot = alloc_zero(sizeof(double) * nodes);
	leiden_around a;
	uint32_t	head = 0;
	uint32_t	waiting = nodes;
	uint64_t	steps = 0;

	begin_around(&a, nodes);
	memset(queued, 1, nodes);
	for (uint32_t n = 0; n < nodes; n++)
		tot[community[n]] += l->total[n];
	while (waiting > 0)
	{
		uint32_t	n = queue[head];
		uint32_t	own = community[n];
		uint32_t	best;

		head = head + 1 == nodes ? 0 : head + 1;
		waiting--;
		queued[n] = 0;

		for (uint64_t i = graph->start[n]; i < graph->start[n + 1]; i++)
			if (graph->node[i] != n)
				add_around(&a, community[graph->node[i]], slot_weight(graph, i));
		best = best_community(l, n, community, tot, &a);
		clear_around(&a);
		steps += graph->start[n + 1] - graph->start[n] + 1;
		if (steps >= GRAPH_CHECK_EVERY)
		{
			steps = 0;
			kernel_check();
		}
		if (best == own)
			continue;
		tot[own] -= l->total[n];
		tot[best] += l->total[n];
		community[n] = best;
		for (uint64_t i = graph->start[n]; i < graph->start[n + 1]; i++)
		{
			uint32_t	m = graph->node[i];

			if (!queued[m] && community[m] != best)
			{
				uint32_t	tail = (uint32_t) (((uint64_t) head + waiting) % nodes);

				queue[tail] = m;
				queued[m] = 1;

				waiting++;
			}
		}
	}
	end_around(&a);
	kernel_free(queue);
	kernel_free(queued);
	kernel_free(tot);
}

/*
 * Split each community into parts that are well connected within it: every
 * node begins alone and, while alone, joins the part where it gains most.
 */
static void
refine(const leiden_level *l, const uint32_t *community, uint32_t *part)
{
	const kernel_graph *graph = &l->graph;
	uint32_t	nodes = graph->nodes;
	uint32_t   *order = random_order(nodes, l->random);
	double	   *community_total = alloc_zero(sizeof(double) * nodes);
	double	   *part_total = kernel_alloc(sizeof(double) * nodes);
	double	   *cut = alloc_zero(sizeof(double) * nodes);	/* part to the rest of
															 * its community */
	uint32_t   *members = kernel_alloc(sizeof(uint32_t) * nodes);
	leiden_around a;

	begin_around(&a, nodes);
	for (uint32_t n = 0; n < nodes; n++)
	{
		part[n] = n;
		part_total[n] = l->total[n];
		members[n] = 1;
		community_total[community[n]] += l->total[n];
		for (uint64_t i = graph->start[n]; i < graph->start[n + 1]; i++)
			if (graph->node[i] != n && community[graph->node[i]] == community[n])
				cut[n] += slot_weight(graph, i);
	}
	for (uint32_t o = 0; o < nodes; o++)
	{
		uint32_t	n = order[o];
		double		whole = community_total[community[n]];
		double		factor = l->resolution / l->all;
		double		best_gain = 0;
		uint32_t	best = n;

		if (o % 1024 == 0)
			kernel_check();
		if (members[part[n]] != 1 ||
			cut[n] < factor * l->total[n] * (whole - l->total[n]))
			continue;
		for (uint64_t i = graph->start[n]; i < graph->start[n + 1]; i++)
			if (graph->node[i] != n && community[graph->node[i]] == community[n])
				add_around(&a, part[graph->node[i]], slot_weight(graph, i));
		for (uint32_t i = 0; i < a.count; i++)
		{
			uint32_t	p = a.found[i];
			double		gain = a.weight[p] - factor * l->total[n] * part_total[p];

			if (p != n && gain > best_gain &&
				cut[p] >= factor * part_total[p] * (whole - part_total[p]))
			{
				best_gain = gain;
				best = p;
			}
		}
		if (best != n)
		{
			cut[best] += cut[n] - 2 * a.weight[best];
			part_total[best] += l->total[n];
			members[best]++;
			members[n] = 0;
			part[n] = best;
		}
		clear_around(&a);
	}
	end_around(&a);
	kernel_free(order);
	kernel_free(community_total);
	kernel_free(part_total);
	kernel_free(cut);
	kernel_free(members);
}

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
	coarse->total = alloc_zero(sizeof(double) * parts);
	coarse->all = fine->all;
	coarse->resolution = fine->resolution;
	coarse->random = fine->random;
	begin_around(&a, parts);
	for (uint32_t p = 0; p < parts; p++)
	{
		uint32_t	end = p + 1 < parts ? first[p + 2] : graph->nodes;

		for (uint32_t i = first[p + 1]; i < end; i++)
		{
			uint32_t	n = members[i];

			coarse->total[p] += fine->total[n];
			for (uint64_t s = graph->start[n]; s < graph->start[n + 1]; s++)
				add_around(&a, part[graph->node[s]], slot_weight(graph, s));
		}
		result->start[p] = slots;
		for (uint32_t i = 0; i < a.count; i++)
		{
			result->node[slots] = a.found[i];
			result->weight[slots++] = a.weight[a.found[i]];
		}
		clear_around(&a);
		if (p % 1024 == 0)
			kernel_check();
	}
	result->start[parts] = slots;
	result->slots = slots;
	end_around(&a);
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

		move_nodes(&l, here);
		communities = renumber(here, level_nodes);
		if (communities == level_nodes)
			break;
		part = kernel_alloc(sizeof(uint32_t) * level_nodes);
		refine(&l, here, part);
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
					slot_weight(graph, i) > 0)
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

double
kernel_modularity(const kernel_graph *graph, double resolution,
				  const uint32_t *community)
{
	double	   *inside = alloc_zero(sizeof(double) * graph->nodes);
	double	   *total = alloc_zero(sizeof(double) * graph->nodes);
	double		all = 0;
	double		modularity = 0;

	for (uint32_t n = 0; n < graph->nodes; n++)
		for (uint64_t i = graph->start[n]; i < graph->start[n + 1]; i++)
		{
			double		weight = slot_weight(graph, i);

			total[community[n]] += weight;
			all += weight;
			if (community[graph->node[i]] == community[n])
				inside[community[n]] += weight;
		}
	if (all > 0)
		for (uint32_t c = 0; c < graph->nodes; c++)
			modularity += inside[c] / all -
				resolution * (total[c] / all) * (total[c] / all);
	kernel_free(inside);
	kernel_free(total);
	return modularity;
}

/*
 * Name each community by its first node.
 */
static void
name_communities(uint32_t *community, uint32_t nodes)
{
	uint32_t   *name = kernel_alloc(sizeof(uint32_t) * nodes);

	memset(name, 0xff, sizeof(uint32_t) * nodes);
	for (uint32_t n = 0; n < nodes; n++)
	{
		if (name[community[n]] == GRAPH_NONE)
			name[community[n]] = n;
		community[n] = name[community[n]];
	}
	kernel_free(name);
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
	name_communities(community, graph->nodes);
	kernel_free(first.total);
	kernel_free(next);
	return first.all > 0 ? best : 0;
}

/*
 * Raghavan, Albert, Kumara, Near linear time algorithm to detect community
 * structures in large-scale networks, Phys. Rev. E 76, 2007: nodes in random
 * order take the label of most weight around them, of equal ones a random one,
 * the own if it is among them. Returns the rounds.
 */
uint32_t
kernel_label_propagation(const kernel_graph *graph, uint32_t iterations,
						 uint64_t seed, uint32_t *community)
{
	kernel_random random = {seed};
	uint32_t   *order = random_order(graph->nodes, &random);
	leiden_around a;
	uint32_t	round = 0;
	bool		changed = true;

	begin_around(&a, graph->nodes);
	for (uint32_t n = 0; n < graph->nodes; n++)
		community[n] = n;
	while (changed && round < iterations)
	{
		changed = false;
		kernel_shuffle(order, graph->nodes, &random);
		for (uint32_t o = 0; o < graph->nodes; o++)
		{
			uint32_t	n = order[o];
			double		most = 0;
			uint32_t	equal = 0;
			uint32_t	chosen = community[n];

			if (o % 1024 == 0)
				kernel_check();
			for (uint64_t i = graph->start[n]; i < graph->start[n + 1]; i++)
				if (graph->node[i] != n)
					add_around(&a, community[graph->node[i]], slot_weight(graph, i));
			for (uint32_t i = 0; i < a.count; i++)
				if (a.weight[a.found[i]] > most)
					most = a.weight[a.found[i]];
			if (a.count > 0 && a.weight[community[n]] < most)
				for (uint32_t i = 0; i < a.count; i++)
					if (a.weight[a.found[i]] == most &&
						kernel_random_below(&random, ++equal) == 0)
						chosen = a.found[i];
			clear_around(&a);
			if (chosen != community[n])
			{
				community[n] = chosen;
				changed = true;
			}
		}
		round++;
	}
	name_communities(community, graph->nodes);
	end_around(&a);
	kernel_free(order);
	return round;
}
