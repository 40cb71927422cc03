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
 * Places of a group are counted in cells of 2 gap - 1. What is taken keeps
 * the places of one such width away, which lie in two cells at most; so does
 * the own place. While fewer than k are taken, 2 (k + 1) cells with a match
 * at or above a similarity cannot all be kept away: another of that
 * similarity is there to be taken. Room for 2 (k + 1) cells.
 */
double
PatternFloor(PatternMatch *match, int count, int k, int gap, double least,
			 int64_t *cell)
{
	int64_t		wanted = gap == 0 ? k : 2 * ((int64_t) k + 1);
	int			found = 0;

	if (count < wanted)
		return least;
	for (int i = count / 2 - 1; i >= 0; i--)
		Sink(match, count, i);
	while (count > 0)
	{
		PatternMatch first = match[0];
		int64_t		own;
		bool		is_new = true;

		match[0] = match[--count];
		if (count > 0)
			Sink(match, count, 0);
		if (gap > 0)
		{
			own = first.group * ((int64_t) 1 << 32) +
				FloorDivide(first.place, 2 * (int64_t) gap - 1);
			for (int i = 0; i < found && is_new; i++)
				is_new = cell[i] != own;
			if (is_new)
				cell[found] = own;
		}
		if (is_new && ++found == wanted)
			return first.similarity;
	}
	return least;
}
