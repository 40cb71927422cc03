/*-------------------------------------------------------------------------
 *
 * kernel_rank.c
 *	  Making a graph ready for rounds of PageRank (kernel_pagerank.c): what depends
 *	  on its edges alone, so that it can be kept from call to call.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "graph/kernel.h"

/* What the nodes of the core are told apart by: walks and lists */
#define GROUPS		(GRAPH_RANK_LEVELS * (GRAPH_LONG_LIST + 1))

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
double *
kernel_invert_strengths(const kernel_graph *in)
{
	double	   *per_strength = kernel_alloc(sizeof(double) * in->nodes);

	memset(per_strength, 0, sizeof(double) * in->nodes);
	for (uint64_t i = 0; i < in->slots; i++)
		per_strength[in->node[i]] += slot_weight(in, i);
	for (uint32_t n = 0; n < in->nodes; n++)
		per_strength[n] = per_strength[n] > 0 ? 1 / per_strength[n] : 0;
	return per_strength;
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
	return (GRAPH_RANK_LEVELS - 1 - level) * (GRAPH_LONG_LIST + 1) +
		(length < GRAPH_LONG_LIST ? length : GRAPH_LONG_LIST);
}

/*
 * Which lists an entry of a node of the core goes to: those of the walks that its
 * other end is an end of (at the highest level late), or of those outside.
 */
enum
{
	OUTER = GRAPH_RANK_LEVELS,
	KINDS
};

static inline uint32_t
kind_of(uint8_t level, const double *per_strength, uint32_t from)
{
	if (level != NOT_CORE)
		return level;
	/* an edge of weight 0 from who leads on nowhere else is of no kind */
	return per_strength[from] > 0 ? OUTER : KINDS;
}

/* What is counted before lists are made */
typedef struct rank_sizes
{
	uint32_t	rows[KINDS];	/* with such entries */
	uint64_t	entries[KINDS];
	uint32_t	last_rows;
	uint64_t	last_entries;
} rank_sizes;

/*
 * Number the nodes that lead on: the core, then the others. GRAPH_NONE for those
 * that do not lead on.
 */
static uint32_t *
number_nodes(const kernel_graph *in, const double *per_strength,
			 const uint8_t *level, kernel_rank_rounds *rounds, rank_sizes *sizes)
{
	uint32_t   *number = kernel_alloc(sizeof(uint32_t) * in->nodes);
	uint32_t   *late = kernel_alloc(sizeof(uint32_t) * in->nodes);
	uint32_t	first[GROUPS + 1] = {0};
	uint32_t	outside;

	for (uint32_t n = 0; n < in->nodes; n++)
	{
		uint64_t	all = in->start[n + 1] - in->start[n];
		uint32_t	counts[KINDS + 1] = {0};

		rounds->numbers += per_strength[n] > 0;
		if (level[n] == NOT_CORE)
		{
			if (all > 0 && !(per_strength[n] > 0))
			{
				sizes->last_rows++;
				sizes->last_entries += all;
			}
			continue;
		}
		for (uint64_t i = in->start[n]; i < in->start[n + 1]; i++)
			counts[kind_of(level[in->node[i]], per_strength, in->node[i])]++;
		for (uint32_t kind = 0; kind < KINDS; kind++)
		{
			sizes->rows[kind] += counts[kind] > 0;
			sizes->entries[kind] += counts[kind];
		}
		late[n] = counts[GRAPH_RANK_LEVELS - 1];
		first[group_of(level[n], late[n]) + 1]++;
		rounds->core++;
	}
	kernel_check();
	for (uint32_t group = 0; group < GROUPS; group++)
		first[group + 1] += first[group];
	for (uint8_t l = 0; l < GRAPH_RANK_LEVELS; l++)
		rounds->active[l] = first[group_of(l, GRAPH_LONG_LIST) + 1];
	outside = rounds->core;
	rounds->node = kernel_alloc(sizeof(uint32_t) * rounds->numbers);
	for (uint32_t n = 0; n < in->nodes; n++)
	{
		number[n] = GRAPH_NONE;
		if (!(per_strength[n] > 0))
			continue;
		number[n] = level[n] == NOT_CORE ? outside++
			: first[group_of(level[n], late[n])]++;
		rounds->node[number[n]] = n;
	}
	kernel_free(late);
	return number;
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
 * The lists of the core.
 */
static void
list_core(const kernel_graph *in, const double *per_strength, const uint8_t *level,
		  const uint32_t *number, kernel_rank_rounds *rounds, const rank_sizes *sizes)
{
	kernel_lists *lists[KINDS];
	uint32_t	rows[KINDS] = {0};
	uint64_t	end[KINDS] = {0};
	bool		weighted = in->weight != NULL;

	for (uint32_t kind = 0; kind < GRAPH_RANK_LEVELS - 1; kind++)
		lists[kind] = &rounds->early[kind];
	lists[GRAPH_RANK_LEVELS - 1] = &rounds->late;
	lists[OUTER] = &rounds->outer;
	for (uint32_t kind = 0; kind < KINDS; kind++)
	{
		bool		late = lists[kind] == &rounds->late;

		kernel_begin_lists(lists[kind], late ? rounds->active[GRAPH_RANK_LEVELS - 1] : sizes->rows[kind],
						   sizes->entries[kind], !late, weighted);
	}
	for (uint32_t c = 0; c < rounds->core; c++)
	{
		uint32_t	n = rounds->node[c];
		uint64_t	begin[KINDS];

		memcpy(begin, end, sizeof(end));
		rounds->entered[c] = 0;
		for (uint64_t i = in->start[n]; i < in->start[n + 1]; i++)
		{
			uint32_t	from = in->node[i];
			uint32_t	kind = kind_of(level[from], per_strength, from);

			rounds->entered[c] += per_strength[from] * slot_weight(in, i);
			if (kind < KINDS)
				add_entry(lists[kind], &end[kind], number[from], in, i);
		}
		for (uint32_t kind = 0; kind < KINDS; kind++)
		{
			if (lists[kind]->row == NULL && c < lists[kind]->rows)
				lists[kind]->start[c + 1] = end[kind];
			if (lists[kind]->row == NULL || end[kind] == begin[kind])
				continue;
			lists[kind]->row[rows[kind]++] = c;
			lists[kind]->start[rows[kind]] = end[kind];
		}
	}
	for (uint32_t kind = 0; kind < KINDS; kind++)
		kernel_sort_lists(lists[kind]);
}

/*
 * in lists for each node the nodes that lead to it; it is not needed any more
 * afterwards.
 */
void
kernel_prepare_rounds(const kernel_graph *in, kernel_rank_rounds *rounds)
{
	double	   *per_strength = kernel_invert_strengths(in);
	uint8_t    *level = find_levels(in, per_strength);
	rank_sizes	sizes = {0};
	uint64_t	end = 0;
	uint32_t	row = 0;
	uint32_t   *number;

	memset(rounds, 0, sizeof(*rounds));
	rounds->nodes = in->nodes;
	number = number_nodes(in, per_strength, level, rounds, &sizes);
	rounds->per_strength = kernel_alloc(sizeof(double) * rounds->numbers);
	for (uint32_t i = 0; i < rounds->numbers; i++)
		rounds->per_strength[i] = per_strength[rounds->node[i]];
	rounds->entered = kernel_alloc(sizeof(double) * rounds->core);
	list_core(in, per_strength, level, number, rounds, &sizes);

	kernel_begin_lists(&rounds->last, sizes.last_rows, sizes.last_entries, true,
					   in->weight != NULL);
	for (uint32_t n = 0; n < in->nodes; n++)
	{
		if (number[n] != GRAPH_NONE || in->start[n] == in->start[n + 1])
			continue;
		for (uint64_t i = in->start[n]; i < in->start[n + 1]; i++)
			if (number[in->node[i]] != GRAPH_NONE)
				add_entry(&rounds->last, &end, number[in->node[i]], in, i);
		rounds->last.row[row++] = n;
		rounds->last.start[row] = end;
	}
	kernel_sort_lists(&rounds->last);
	kernel_free(number);
	kernel_free(level);
	kernel_free(per_strength);
	kernel_check();
}

void
kernel_free_rounds(kernel_rank_rounds *rounds)
{
	kernel_free(rounds->node);
	kernel_free(rounds->per_strength);
	kernel_free(rounds->entered);
	for (uint32_t l = 0; l < GRAPH_RANK_LEVELS - 1; l++)
		kernel_free_lists(&rounds->early[l]);
	kernel_free_lists(&rounds->late);
	kernel_free_lists(&rounds->outer);
	kernel_free_lists(&rounds->last);
}
