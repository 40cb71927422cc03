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
 * Is the link from "from" to "to" of the tree?  Then one of them was inserted later
 * and has the other as its first link.
 */
static bool
OfTree(HnswInserter *inserter, uint32 key, uint32 from, uint32 first, uint32 to)
{
	HnswIndex  *index = inserter->index;

	return to == first ||
		(HnswReadLinks(index, to, 0, &key, 1, inserter->tree_links) > 0 &&
		 inserter->tree_links[0] == from);
}

/*
 * Can a node take one more link of the tree?  Half of its links stay free for others.
 */
bool
HnswTreeRoom(HnswInserter *inserter, uint32 node, uint32 key)
{
	uint32	   *links = inserter->old_links;
	int			count = HnswReadLinks(inserter->index, node, 0, &key, 1, links);
	int			of_tree = 0;

	for (int i = 0; i < count; i++)
		of_tree += OfTree(inserter, key, node, links[0], links[i]);
	return count >= 0 && of_tree < inserter->index->m;
}

/*
 * The links that node keeps out of these, in result; returns how many.
 *
 * On level 0 those of a tree are kept: each node's first link, to the nearest node
 * when it was inserted, and that node's link back. As long as all of them stay, every
 * node leads to every other one, whatever else is dropped; without them a cluster
 * far from others would be cut off once nearer nodes stand before it.
 */
int
HnswPrune(HnswInserter *inserter, uint32 node, int level, uint32 key, const uint32 *links,
		  int count, int most, uint32 *result)
{
	HnswIndex  *index = inserter->index;
	HnswCandidate *candidates = inserter->candidates;
	uint32		first = links[0];
	bool		tree = level == 0 && HnswHasTree(index);
	int			fixed = 0;

	for (int i = 0; i < count; i++)
		candidates[i].node = links[i];
	for (int i = 0; tree && i < count; i++)
		if (OfTree(inserter, key, node, first, links[i]))
		{
			HnswCandidate kept = candidates[i];

			candidates[i] = candidates[fixed];
			candidates[fixed++] = kept;
		}
	fixed = Min(fixed, most);
	HnswReadCode(index, node, inserter->code_copy);
	HnswQueryFromCode(&index->codec, inserter->code_copy, &inserter->other);
	HnswDistances(index, &inserter->other, candidates, count);
	qsort(candidates + fixed, count - fixed, sizeof(HnswCandidate), CompareCandidates);
	count = HnswSelect(inserter, candidates, fixed, count, most);
	for (int i = 0; i < count; i++)
		result[i] = candidates[i].node;
	return count;
}
