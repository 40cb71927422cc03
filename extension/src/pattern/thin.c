/*-------------------------------------------------------------------------
 *
 * thin.c
 *	  The best of many matches, no two of one group too near each other.
 *
 *-------------------------------------------------------------------------
 */
#include <stdlib.h>

#include "pattern/pattern.h"

/*
 * The more alike goes first, of equal ones the lower id.
 */
static bool
GoesBefore(const PatternMatch *a, const PatternMatch *b)
{
	if (a->similarity != b->similarity)
		return a->similarity > b->similarity;
	return a->id < b->id;
}

static void
Swap(PatternMatch *a, PatternMatch *b)
{
	PatternMatch other = *a;

	*a = *b;
	*b = other;
}

/*
 * One that is taken keeps less than 2 gap others of its group away, since at
 * any time a group has a number once; so does the own place.
 */
int64_t
PatternNeeded(int k, int gap)
{
	return gap == 0 ? k : ((int64_t) k + 1) * (2 * (int64_t) gap - 1);
}

/*
 * Parts a range around the middle one of three of its matches: where that
 * one is then. What goes before it is on its left.
 */
static int
Part(PatternMatch *match, int first, int last)
{
	int			middle = first + (last - first) / 2;
	int			border = first;

	if (GoesBefore(&match[middle], &match[first]))
		Swap(&match[middle], &match[first]);
	if (GoesBefore(&match[last], &match[first]))
		Swap(&match[last], &match[first]);
	if (GoesBefore(&match[middle], &match[last]))
		Swap(&match[middle], &match[last]);
	for (int i = first; i < last; i++)
		if (GoesBefore(&match[i], &match[last]))
			Swap(&match[i], &match[border++]);
	Swap(&match[border], &match[last]);
	return border;
}

/*
 * The best are not sorted, only the last of them is in its place (Hoare 1961,
 * algorithm 65: FIND).
 */
int
PatternKeep(PatternMatch *match, int count, int needed)
{
	int			first = 0;
	int			last = count - 1;

	if (count <= needed)
		return count;
	while (first < last)
	{
		int			border = Part(match, first, last);

		if (border == needed - 1)
			break;
		if (border < needed - 1)
			first = border + 1;
		else
			last = border - 1;
	}
	return needed;
}

/*
 * Lets a match sink to where it belongs in the heap.
 */
static void
Sink(PatternMatch *heap, int count, int place)
{
	PatternMatch sinking = heap[place];

	for (;;)
	{
		int			child = 2 * place + 1;

		if (child >= count)
			break;
		if (child + 1 < count && GoesBefore(&heap[child + 1], &heap[child]))
			child++;
		if (!GoesBefore(&heap[child], &sinking))
			break;
		heap[place] = heap[child];
		place = child;
	}
	heap[place] = sinking;
}

static bool
IsTaken(const PatternMatch *match, const PatternMatch *best, int found,
		int gap)
{
	for (int i = 0; i < found; i++)
		if (best[i].group == match->group &&
			abs(best[i].place - match->place) < gap)
			return true;
	return false;
}

/*
 * A heap instead of a sort: of thousands only the first hundreds are looked
 * at. The own place counts as taken.
 */
int
PatternThin(PatternMatch *match, int count, int k, int gap, int own_group,
			int own_place, PatternMatch *best)
{
	int			found = 0;

	for (int i = count / 2 - 1; i >= 0; i--)
		Sink(match, count, i);
	while (count > 0 && found < k)
	{
		PatternMatch first = match[0];

		match[0] = match[--count];
		if (count > 0)
			Sink(match, count, 0);
		if (gap > 0 && ((first.group == own_group &&
						 abs(first.place - own_place) < gap) ||
						IsTaken(&first, best, found, gap)))
			continue;
		best[found++] = first;
	}
	return found;
}

/*
 * Whole numbers, also below zero
 */
static int64_t
FloorDivide(int64_t a, int64_t b)
{
	return a >= 0 ? a / b : -((-a + b - 1) / b);
}

/*
 * The cell of 2 gap - 1 places in a row, and the group, that a match is in
 */
static uint64_t
Cell(const PatternMatch *match, int gap)
{
	int64_t		row = FloorDivide(match->place, 2 * (int64_t) gap - 1);

	return (uint64_t) (uint32_t) match->group << 32 | (uint32_t) row;
}

/*
 * What is taken keeps the places of one cell's width away, which lie in two
 * cells of its group at most; so does the own place. When all at or above a
 * similarity are taken or kept away, half of a group's cells with a match,
 * rounded up, are taken at least, but for one because of the own place. So k
 * are if these halves add up to k + 1. Room for 2 (k + 1) cells.
 */
double
PatternFloor(PatternMatch *match, int count, int k, int gap, double least,
			 uint64_t *cell)
{
	int64_t		wanted = gap == 0 ? k : (int64_t) k + 1;
	int			cells = 0;
	int			taken = 0;

	if (count < wanted)
		return least;
	for (int i = count / 2 - 1; i >= 0; i--)
		Sink(match, count, i);
	while (count > 0)
	{
		PatternMatch first = match[0];
		bool		is_new = true;
		int			in_group = 0;

		match[0] = match[--count];
		if (count > 0)
			Sink(match, count, 0);
		if (gap > 0)
		{
			uint64_t	own = Cell(&first, gap);

			for (int i = 0; i < cells && is_new; i++)
			{
				is_new = cell[i] != own;
				in_group += cell[i] >> 32 == own >> 32;
			}
			if (is_new)
				cell[cells++] = own;
		}
		if (is_new && in_group % 2 == 0 && ++taken == wanted)
			return first.similarity;
	}
	return least;
}
