/*-------------------------------------------------------------------------
 *
 * select.c
 *	  Which of the candidates a node is linked to (Malkov and Yashunin,
 *	  algorithm 4): one that is nearer to a link already chosen than to the node
 *	  is reached through that link.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "hnsw/hnsw.h"

/*
 * Moves the chosen candidates to the front, nearest first, and returns how many:
 * at most "most". They come sorted, with their distances to the node; but the
 * first "fixed" ones are chosen already.
 */
int
HnswSelect(HnswInserter *inserter, HnswCandidate *candidates, int fixed, int count, int most)
{
	HnswIndex  *index = inserter->index;
	HnswCandidate *left = inserter->kept;
	int			chosen = 0;

	while (count > chosen && chosen < most)
	{
		int			kept = Max(chosen + 1, fixed);
		int			first = kept;
		int			others = count - first;

		/* The next one is the nearest that nothing chosen stands before */
		chosen++;
		if (chosen == most || others == 0)
			break;
		HnswReadCode(index, candidates[chosen - 1].node, inserter->code_copy);
		HnswQueryFromCode(&index->codec, inserter->code_copy, &inserter->other);
		memcpy(left, candidates + first, others * sizeof(HnswCandidate));
		HnswDistances(index, &inserter->other, left, others);
		for (int i = 0; i < others; i++)
			if (!(left[i].distance < candidates[first + i].distance))
				candidates[kept++] = candidates[first + i];
		count = kept;
	}
	return Max(chosen, Min(fixed, count));
}

static int
CompareCandidates(const void *a, const void *b)
{
	float		x = ((const HnswCandidate *) a)->distance;
	float		y = ((const HnswCandidate *) b)->distance;

	return x < y ? -1 : x > y;
}

/*
 * The links that node keeps out of these, in result; returns how many.
 */
int
HnswPrune(HnswInserter *inserter, uint32 node, const uint32 *links, int count,
		  int most, uint32 *result)
{
	HnswIndex  *index = inserter->index;
	HnswCandidate *candidates = inserter->candidates;

	HnswReadCode(index, node, inserter->code_copy);
	HnswQueryFromCode(&index->codec, inserter->code_copy, &inserter->other);
	for (int i = 0; i < count; i++)
		candidates[i].node = links[i];
	HnswDistances(index, &inserter->other, candidates, count);
	qsort(candidates, count, sizeof(HnswCandidate), CompareCandidates);
	count = HnswSelect(inserter, candidates, 0, count, most);
	for (int i = 0; i < count; i++)
		result[i] = candidates[i].node;
	return count;
}
