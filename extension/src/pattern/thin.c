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

static int
Order(const void *a, const void *b)
{
	if (GoesBefore(a, b))
		return -1;
	return GoesBefore(b, a);
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

int
PatternKeep(PatternMatch *match, int count, int needed)
{
	if (count <= needed)
		return count;
	qsort(match, count, sizeof(PatternMatch), Order);
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
