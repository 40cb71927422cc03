/*-------------------------------------------------------------------------
 *
 * kernel_lists.c
 *	  Lists of numbers, and sums over what their numbers stand for.
 *
 * A sum is a chain of additions, and where it ends is a jump that the processor
 * has to guess. So lists are sorted by length and four of one length are summed
 * up side by side: the sliced form of Monakov, Lokhmotov, Avetisyan,
 * Automatically tuning sparse matrix-vector multiplication for GPU
 * architectures, HiPEAC 2010, with rows sorted as by Kreutzer et al., A unified
 * sparse matrix data format, SIAM J. Sci. Comput. 36, 2014.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "graph/kernel.h"

/* Lists side by side */
#define LANES	4

/*
 * Room for so many entries; the caller fills rows (named: row says whose they
 * are), start and entries.
 */
void
kernel_begin_lists(kernel_lists *lists, uint32_t rows, uint64_t entries,
				   bool named, bool weighted)
{
	lists->rows = rows;
	lists->row = named ? kernel_alloc(sizeof(uint32_t) * rows) : NULL;
	lists->start = kernel_alloc(sizeof(uint64_t) * ((size_t) rows + 1));
	lists->from = kernel_alloc(sizeof(uint32_t) * entries);
	lists->weight = weighted ? kernel_alloc(sizeof(double) * entries) : NULL;
	lists->first = NULL;
	lists->start[0] = 0;
}

void
kernel_free_lists(kernel_lists *lists)
{
	if (lists->row != NULL)
		kernel_free(lists->row);
	kernel_free(lists->start);
	kernel_free(lists->from);
	if (lists->weight != NULL)
		kernel_free(lists->weight);
	if (lists->first != NULL)
		kernel_free(lists->first);
}

/*
 * Length of a list, as far as it is told apart.
 */
static inline uint32_t
length_of(const kernel_lists *lists, uint32_t row)
{
	uint64_t	length = lists->start[row + 1] - lists->start[row];

	return length < GRAPH_LONG_LIST ? (uint32_t) length : GRAPH_LONG_LIST;
}

/*
 * The order of the lists by length; first gets where each length begins. Lists
 * without names are in it already.
 */
static uint32_t *
order_by_length(const kernel_lists *lists, uint32_t *first)
{
	uint32_t   *order = kernel_alloc(sizeof(uint32_t) * lists->rows);
	uint32_t	place[GRAPH_LONG_LIST + 2] = {0};

	for (uint32_t r = 0; r < lists->rows; r++)
		place[length_of(lists, r) + 1]++;
	for (uint32_t l = 0; l <= GRAPH_LONG_LIST; l++)
	{
		place[l + 1] += place[l];
		first[l] = place[l];
	}
	for (uint32_t r = 0; r < lists->rows; r++)
		order[place[length_of(lists, r)]++] = r;
	return order;
}

/*
 * Copy some lists of one length side by side to the end of the new ones.
 */
static uint64_t
copy_lanes(const kernel_lists *old, const uint32_t *order, uint32_t lanes,
		   kernel_lists *lists, uint64_t end)
{
	uint64_t	length = old->start[order[0] + 1] - old->start[order[0]];

	for (uint64_t i = 0; i < length; i++)
		for (uint32_t lane = 0; lane < lanes; lane++)
		{
			uint64_t	entry = old->start[order[lane]] + i;

			lists->from[end] = old->from[entry];
			if (lists->weight != NULL)
				lists->weight[end] = old->weight[entry];
			end++;
		}
	return end;
}

/*
 * Sort lists by length; those without names must be in that order.
 */
void
kernel_sort_lists(kernel_lists *lists)
{
	kernel_lists old = *lists;
	uint32_t   *first = kernel_alloc(sizeof(uint32_t) * (GRAPH_LONG_LIST + 1));
	uint32_t   *order = order_by_length(&old, first);
	uint64_t	end = 0;

	kernel_begin_lists(lists, old.rows, old.start[old.rows], old.row != NULL,
					   old.weight != NULL);
	lists->first = first;
	for (uint32_t r = 0; r < old.rows; r++)
	{
		if (old.row != NULL)
			lists->row[r] = old.row[order[r]];
		lists->start[r + 1] = lists->start[r] +
			(old.start[order[r] + 1] - old.start[order[r]]);
	}
	for (uint32_t length = 0, r = 0; r < old.rows;)
	{
		uint32_t	lanes = 1;

		while (length < GRAPH_LONG_LIST && first[length + 1] <= r)
			length++;
		if (length < GRAPH_LONG_LIST && first[length + 1] - r >= LANES)
			lanes = LANES;
		end = copy_lanes(&old, order + r, lanes, lists, end);
		r += lanes;
	}
	kernel_free(order);
	kernel_free_lists(&old);
	kernel_check();
}

/* What a loop over lists is made for: constants, so that each has its own loop */
typedef struct sum_kind
{
	bool		weighted;
	bool		named;
	bool		add;
	bool		pass;			/* on by per_strength */
} sum_kind;

static const sum_kind plain_sum = {false, false, false, false};
static const sum_kind weighted_sum = {true, false, false, false};
static const sum_kind plain_pass = {false, false, false, true};
static const sum_kind weighted_pass = {true, false, false, true};
static const sum_kind plain_addition = {false, true, true, false};
static const sum_kind weighted_addition = {true, true, true, false};

/*
 * Returns what the row has, if that is passed on.
 */
static inline __attribute__((always_inline))
double
put_sum(const kernel_lists *lists, uint32_t place, double scale, double sum,
		sum_kind kind, const double *restrict per_strength, double *restrict to)
{
	uint32_t	row = kind.named ? lists->row[place] : place;
	double		value = scale * sum;

	if (kind.add)
		to[row] += value;
	else
		to[row] = kind.pass ? value * per_strength[row] : sum;
	return kind.pass ? value : 0;
}

static inline __attribute__((always_inline))
double
term(const uint32_t *from, const double *weight, uint64_t entry,
	 const double *restrict share, sum_kind kind)
{
	return kind.weighted ? share[from[entry]] * weight[entry] : share[from[entry]];
}

static inline __attribute__((always_inline))
double
sum_long(const uint32_t *from, const double *weight, uint64_t length,
		 const double *restrict share, sum_kind kind)
{
	double		sum[8] = {0};
	uint64_t	i = 0;

	for (; length - i >= 8; i += 8)
		for (uint32_t lane = 0; lane < 8; lane++)
			sum[lane] += term(from, weight, i + lane, share, kind);
	for (; i < length; i++)
		sum[0] += term(from, weight, i, share, kind);
	return ((sum[0] + sum[1]) + (sum[2] + sum[3])) + ((sum[4] + sum[5]) + (sum[6] + sum[7]));
}

/*
 * Returns the sum of what is passed on.
 */
static inline __attribute__((always_inline))
double
sum_lists(const kernel_lists *lists, const double *restrict share, double scale,
		  sum_kind kind, const double *restrict per_strength, double *restrict to)
{
	const uint32_t *from = lists->from;
	const double *weight = lists->weight;
	uint32_t	place = 0;
	double		all[LANES] = {0};

	for (uint32_t length = 0; length < GRAPH_LONG_LIST; length++)
	{
		uint32_t	end = lists->first[length + 1];

		for (; end - place >= LANES; place += LANES)
		{
			double		sum[LANES] = {0};

			for (uint32_t i = 0; i < length; i++)
			{
				for (uint32_t lane = 0; lane < LANES; lane++)
					sum[lane] += term(from, weight, lane, share, kind);
				from += LANES;
				if (kind.weighted)
					weight += LANES;
			}
			for (uint32_t lane = 0; lane < LANES; lane++)
				all[lane] += put_sum(lists, place + lane, scale, sum[lane], kind, per_strength, to);
		}
		for (; place < end; place++)
		{
			all[0] += put_sum(lists, place, scale, sum_long(from, weight, length, share, kind),
							  kind, per_strength, to);
			from += length;
			if (kind.weighted)
				weight += length;
		}
	}
	for (; place < lists->rows; place++)
	{
		uint64_t	length = lists->start[place + 1] - lists->start[place];

		all[0] += put_sum(lists, place, scale, sum_long(from, weight, length, share, kind),
						  kind, per_strength, to);
		from += length;
		if (kind.weighted)
			weight += length;
	}
	return (all[0] + all[1]) + (all[2] + all[3]);
}

/*
 * Each row of sorted lists without names gets the sum over its list.
 */
void
kernel_set_sums(const kernel_lists *lists, const double *share, double *to)
{
	if (lists->weight != NULL)
		sum_lists(lists, share, 1, weighted_sum, NULL, to);
	else
		sum_lists(lists, share, 1, plain_sum, NULL, to);
}

/*
 * Each row of such lists has scale times that sum, and gets what it passes on of it.
 * Returns the sum of what rows have.
 */
double
kernel_pass_sums(const kernel_lists *lists, const double *share, double scale,
				 const double *per_strength, double *to)
{
	if (lists->weight != NULL)
		return sum_lists(lists, share, scale, weighted_pass, per_strength, to);
	return sum_lists(lists, share, scale, plain_pass, per_strength, to);
}

/*
 * Rows of sorted lists with names get scale times that sum more.
 */
void
kernel_add_sums(const kernel_lists *lists, const double *share, double scale,
				double *to)
{
	if (lists->weight != NULL)
		sum_lists(lists, share, scale, weighted_addition, NULL, to);
	else
		sum_lists(lists, share, scale, plain_addition, NULL, to);
}
