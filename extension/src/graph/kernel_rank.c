/*-------------------------------------------------------------------------
 *
 * kernel_rank.c
 *	  Making a graph ready for PageRank (kernel_pagerank.c): what depends on its
 *	  edges alone, so that it can be kept from call to call.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "graph/kernel.h"

/* Lists of that many entries or more are not told apart by their length */
#define LONG_LIST	64

/* What the nodes of the core are told apart by: walks and lists */
#define GROUPS		(GRAPH_RANK_LEVELS * (LONG_LIST + 1))

/* Not a level */
#define NOT_CORE	UINT8_MAX

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
 * 1 / the sum of the weights that leave each node, where lists are of what
 * enters; 0 for nodes that do not lead on.
 */
static double *
invert_strengths(const kernel_graph *in)
{
	double	   *per_strength = kernel_alloc(sizeof(double) * in->nodes);

	memset(per_strength, 0, sizeof(double) * in->nodes);
	for (uint64_t i = 0; i < in->slots; i++)
		per_strength[in->node[i]] += slot_weight(in, i);
	for (uint32_t n = 0; n < in->nodes; n++)
		per_strength[n] = per_strength[n] > 0 ? 1 / per_strength[n] : 0;
	return per_strength;
}

static void
begin_lists(kernel_lists *lists, uint32_t rows, uint64_t entries, bool weighted)
{
	lists->rows = rows;
	lists->start = kernel_alloc(sizeof(uint64_t) * ((size_t) rows + 1));
	lists->from = kernel_alloc(sizeof(uint32_t) * entries);
	lists->weight = weighted ? kernel_alloc(sizeof(double) * entries) : NULL;
	lists->start[0] = 0;
}

static void
free_lists(kernel_lists *lists)
{
	kernel_free(lists->start);
	kernel_free(lists->from);
	if (lists->weight != NULL)
		kernel_free(lists->weight);
}

/*
 * Append an entry to the list that is being made, whose end is *end.
 */
static inline void
add_entry(kernel_lists *lists, uint64_t *end, uint32_t from, const kernel_graph *in,
		  uint64_t slot)
{
	lists->from[*end] = from;
	if (lists->weight != NULL)
		lists->weight[*end] = in->weight[slot];
	(*end)++;
}

/*
 * How long walks may be that end at a node, each step from a node of the core to
 * another, up to the highest level. NOT_CORE for nodes outside.
 */
static uint8_t *
find_levels(const kernel_graph *in, const double *per_strength)
{
	uint8_t    *level = kernel_alloc(in->nodes);

	for (uint32_t n = 0; n < in->nodes; n++)
		level[n] = per_strength[n] > 0 && in->start[n] < in->start[n + 1] ? 0 : NOT_CORE;
	for (uint8_t step = 1; step < GRAPH_RANK_LEVELS; step++)
	{
		for (uint32_t n = 0; n < in->nodes; n++)
		{
			if (level[n] != step - 1)
				continue;
			for (uint64_t i = in->start[n]; i < in->start[n + 1]; i++)
			{
				uint8_t		before = level[in->node[i]];

				if (before != NOT_CORE && before >= step - 1)
				{
					level[n] = step;
					break;
				}
			}
		}
		kernel_check();
	}
	return level;
}

/*
 * Place of a node of the core in the order of numbers: longer walks first, within
 * that in the order of the length of the lists that most rounds go over, so that
 * loops are of the same length for long.
 */
static inline uint32_t
group_of(uint8_t level, uint32_t length)
{
	return (GRAPH_RANK_LEVELS - 1 - level) * (LONG_LIST + 1) +
		(length < LONG_LIST ? length : LONG_LIST);
}

/*
 * Number the nodes that lead on: the core, then the others. GRAPH_NONE for those
 * that do not lead on. entries gets how many there will be in inner, outer and
 * last.
 */
static uint32_t *
number_nodes(const kernel_graph *in, const double *per_strength,
			 kernel_rank_rounds *rounds, uint64_t entries[3])
{
	uint32_t   *number = kernel_alloc(sizeof(uint32_t) * in->nodes);
	uint32_t   *length = kernel_alloc(sizeof(uint32_t) * in->nodes);
	uint8_t    *level = find_levels(in, per_strength);
	uint32_t	first[GROUPS + 1] = {0};
	uint32_t	outside;

	for (uint32_t n = 0; n < in->nodes; n++)
	{
		uint64_t	all = in->start[n + 1] - in->start[n];

		rounds->numbers += per_strength[n] > 0;
		if (level[n] != NOT_CORE)
		{
			uint32_t	inner = 0;
			uint32_t	late = 0;

			for (uint64_t i = in->start[n]; i < in->start[n + 1]; i++)
			{
				inner += level[in->node[i]] != NOT_CORE;
				late += level[in->node[i]] == GRAPH_RANK_LEVELS - 1;
			}
			length[n] = level[n] == GRAPH_RANK_LEVELS - 1 ? late : inner;
			entries[0] += inner;
			entries[1] += all - inner;
			first[group_of(level[n], length[n]) + 1]++;
			rounds->core++;
		}
		else if (all > 0)
		{
			entries[2] += all;
			rounds->last.rows++;
		}
	}
	kernel_check();
	for (uint32_t group = 0; group < GROUPS; group++)
		first[group + 1] += first[group];
	for (uint8_t l = 0; l < GRAPH_RANK_LEVELS; l++)
		rounds->active[l] = first[group_of(l, LONG_LIST) + 1];
	outside = rounds->core;
	rounds->node = kernel_alloc(sizeof(uint32_t) * rounds->numbers);
	for (uint32_t n = 0; n < in->nodes; n++)
	{
		number[n] = GRAPH_NONE;
		if (!(per_strength[n] > 0))
			continue;
		number[n] = level[n] == NOT_CORE ? outside++
			: first[group_of(level[n], length[n])]++;
		rounds->node[number[n]] = n;
	}
	kernel_free(level);
	kernel_free(length);
	return number;
}

/*
 * Of inner what is between ends of the longest walks.
 */
static void
copy_late(kernel_rank_rounds *rounds)
{
	const kernel_lists *inner = &rounds->inner;
	kernel_lists *late = &rounds->late;
	uint32_t	rows = rounds->active[GRAPH_RANK_LEVELS - 1];
	uint64_t	entries = 0;
	uint64_t	end = 0;

	for (uint64_t i = 0; i < inner->start[rows]; i++)
		entries += inner->from[i] < rows;
	begin_lists(late, rows, entries, inner->weight != NULL);
	for (uint32_t c = 0; c < rows; c++)
	{
		for (uint64_t i = inner->start[c]; i < inner->start[c + 1]; i++)
		{
			if (inner->from[i] >= rows)
				continue;
			late->from[end] = inner->from[i];
			if (late->weight != NULL)
				late->weight[end] = inner->weight[i];
			end++;
		}
		late->start[c + 1] = end;
	}
	kernel_check();
}

/*
 * in lists for each node the nodes that lead to it; it is not needed any more
 * afterwards.
 */
void
kernel_prepare_rounds(const kernel_graph *in, kernel_rank_rounds *rounds)
{
	bool		weighted = in->weight != NULL;
	double	   *per_strength = invert_strengths(in);
	uint64_t	entries[3] = {0, 0, 0};
	uint64_t	inner_end = 0;
	uint64_t	outer_end = 0;
	uint64_t	last_end = 0;
	uint32_t	row = 0;
	uint32_t   *number;

	memset(rounds, 0, sizeof(*rounds));
	rounds->nodes = in->nodes;
	number = number_nodes(in, per_strength, rounds, entries);
	rounds->per_strength = kernel_alloc(sizeof(double) * rounds->numbers);
	for (uint32_t i = 0; i < rounds->numbers; i++)
		rounds->per_strength[i] = per_strength[rounds->node[i]];

	begin_lists(&rounds->inner, rounds->core, entries[0], weighted);
	begin_lists(&rounds->outer, rounds->core, entries[1], weighted);
	for (uint32_t c = 0; c < rounds->core; c++)
	{
		uint32_t	n = rounds->node[c];

		for (uint64_t i = in->start[n]; i < in->start[n + 1]; i++)
		{
			uint32_t	from = number[in->node[i]];

			/* an edge of weight 0 from who leads on nowhere else */
			if (from == GRAPH_NONE)
				continue;
			if (from < rounds->core)
				add_entry(&rounds->inner, &inner_end, from, in, i);
			else
				add_entry(&rounds->outer, &outer_end, from, in, i);
		}
		rounds->inner.start[c + 1] = inner_end;
		rounds->outer.start[c + 1] = outer_end;
	}
	kernel_check();

	copy_late(rounds);
	begin_lists(&rounds->last, rounds->last.rows, entries[2], weighted);
	rounds->last_node = kernel_alloc(sizeof(uint32_t) * rounds->last.rows);
	for (uint32_t n = 0; n < in->nodes; n++)
	{
		if (number[n] != GRAPH_NONE || in->start[n] == in->start[n + 1])
			continue;
		for (uint64_t i = in->start[n]; i < in->start[n + 1]; i++)
			if (number[in->node[i]] != GRAPH_NONE)
				add_entry(&rounds->last, &last_end, number[in->node[i]], in, i);
		rounds->last_node[row++] = n;
		rounds->last.start[row] = last_end;
	}
	kernel_free(number);
	kernel_free(per_strength);
	kernel_check();
}

void
kernel_free_rounds(kernel_rank_rounds *rounds)
{
	kernel_free(rounds->node);
	kernel_free(rounds->per_strength);
	kernel_free(rounds->last_node);
	free_lists(&rounds->inner);
	free_lists(&rounds->late);
	free_lists(&rounds->outer);
	free_lists(&rounds->last);
}

/*
 * in as for rounds.
 */
void
kernel_prepare_order(const kernel_graph *in, kernel_rank_order *order)
{
	uint32_t	nodes = in->nodes;
	double	   *per_strength = invert_strengths(in);
	uint32_t   *component = kernel_alloc(sizeof(uint32_t) * nodes);
	uint32_t   *place = kernel_alloc(sizeof(uint32_t) * nodes);
	uint64_t	end = 0;

	memset(order, 0, sizeof(*order));
	order->node = kernel_alloc(sizeof(uint32_t) * nodes);
	/* lists lead back to where rank comes from: those components come first */
	kernel_strong_components(in, component, order->node);
	order->per_strength = kernel_alloc(sizeof(double) * nodes);
	order->own = kernel_alloc(sizeof(double) * nodes);
	order->end = kernel_alloc(sizeof(uint32_t) * nodes);
	for (uint32_t p = 0; p < nodes; p++)
	{
		uint32_t	n = order->node[p];

		place[n] = p;
		order->per_strength[p] = per_strength[n];
		if (p == 0 || component[n] != component[order->node[p - 1]])
			order->components++;
		order->end[order->components - 1] = p + 1;
	}
	kernel_free(component);
	kernel_free(per_strength);
	kernel_check();
	begin_lists(&order->lists, nodes, in->slots, in->weight != NULL);
	for (uint32_t p = 0; p < nodes; p++)
	{
		uint32_t	n = order->node[p];

		order->own[p] = 0;
		for (uint64_t i = in->start[n]; i < in->start[n + 1]; i++)
			if (in->node[i] == n)
				order->own[p] += slot_weight(in, i);
			else
				add_entry(&order->lists, &end, place[in->node[i]], in, i);
		order->lists.start[p + 1] = end;
	}
	kernel_free(place);
	kernel_check();
}

void
kernel_free_order(kernel_rank_order *order)
{
	kernel_free(order->node);
	kernel_free(order->per_strength);
	kernel_free(order->own);
	kernel_free(order->end);
	free_lists(&order->lists);
}
