/*-------------------------------------------------------------------------
 *
 * rounds.c
 *	  Rounds of a walk over the graph: how wide each one is, and how much of what it
 *	  finds can be returned before the next one.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "utils/memutils.h"

#include "hnsw/hnsw.h"
#include "hnsw/key.h"
#include "hnsw/root.h"
#include "hnsw/scan.h"

/* A walk of the whole graph looks for so many times hnsw.ef_search: it goes by
 * codes, and a setting shall find what it finds in pgvector, which walks by
 * whole vectors and keeps more links (bench/hnsw.py) */
#define PLAIN_EFFORT	1.5

/* A key's graph is walked with so many times hnsw.ef_search: its nodes share
 * what others have in common with the query, and so are harder to tell apart */
#define KEY_EFFORT	3

/* One of so many nodes that a round finds is near enough to be returned: what is
 * missed then is lost in strict order. A scan that goes on has a filter, which
 * makes up for few rows a round */
#define FIRST_PART	2			/* of a scan that may have no filter */
#define LATER_PART	8
#define LAST_PART	16			/* from the third round on */
#define RANGE_PART	4			/* of a scan that ends at a distance */

/* So many nodes of the first round never wait, unless there is a filter: whoever
 * sets hnsw.ef_search so low wants few rows soon */
#define FIRST_LEAST	20

/* A scan that is known to have a filter begins with so many times hnsw.ef_search.
 * This and the numbers below were chosen by one half of the questions of
 * bench/hnsw_filter.py, and reported for the other half */
#define FILTER_EFFORT	6

/* The second round looks for so many times as many nodes as the first one, later
 * ones for twice as many as the round before */
#define SECOND_EFFORT	8
#define SECOND_EFFORT_FILTERED	4

/* Once a walk has seen one of so many nodes, comparing them all in the order of
 * the file costs about as much as the next rounds, and misses nothing */
#define SWEEP_SHARE	6

/* Largest growth of a round, in nodes */
#define LARGEST_ROUND	(1 << 20)

/*
 * Of what a round has found, the nearer part can be returned, a few at least; a
 * wider round may find rows between those of the farther part, which waits for it.
 * Where "least" lets all of a first round pass, none of its rows waits.
 */
static void
HoldBack(HnswScan *state, int part, int least)
{
	HnswWalk   *walk = &state->walk;
	HnswHeap   *batch = &state->batch;
	int			kept;

	state->edge = INFINITY;
	if (hnsw_iterative_scan == HNSW_ITERATIVE_OFF || batch->count == 0)
		return;
	kept = batch->count;
	if (walk->open.count > 0 || walk->rest.count > 0)
		kept = Min(kept, Max(kept / part, least));
	for (int i = kept; i < batch->count; i++)
		HnswPush(&walk->evicted, batch->items[i]);
	if (kept < batch->count || least == 1)
		state->edge = batch->items[Min(kept, batch->count - 1)].distance;
	batch->count = kept;
}

/*
 * Walks the graph of one key.
 */
static void
WalkRoot(HnswScan *state, const HnswRoot *root)
{
	HnswWalk   *walk = &state->walk;
	HnswCandidate at = {0, root->entry};

	if (at.node >= walk->limit)
		return;
	HnswDistances(state->index, &state->query, &at, 1);
	HnswWalkDescend(walk, &state->query, &at, HnswLevelOf(at.node), 0);
	HnswWalkEnter(walk, &state->query, at.node, state->ef);
	HnswWalkLevel(walk, &state->query, 0, state->ef);
}

/*
 * Moves what was found to the batch.
 */
static void
TakeFound(HnswScan *state, HnswHeap *found)
{
	for (int i = 0; i < found->count; i++)
		HnswPush(&state->batch, found->items[i]);
	found->count = 0;
}

/*
 * The nearest nodes of several keys: each large graph is walked by itself, small
 * ones are compared whole. Nodes beyond the edge of a walk wait, because that walk
 * may find nearer ones in the next round.
 */
static void
WalkRoots(HnswScan *state)
{
	HnswWalk   *walk = &state->walk;
	HnswHeap	small = {0};
	HnswHeap	aside = {0};
	int			most = HnswSweepRoom(state);
	int			kept = 0;

	state->edge = INFINITY;
	for (int i = 0; i < state->keys.count; i++)
	{
		if (state->roots[i].count <= HNSW_SMALL_KEY)
		{
			HnswSweepChain(state, &state->roots[i], &small, most);
			continue;
		}
		WalkRoot(state, &state->roots[i]);
		if (walk->found.count == state->ef)
			state->edge = Min(state->edge, walk->found.items[0].distance);
		TakeFound(state, &walk->found);
		HnswWalkPause(walk, &aside);
	}
	HnswWalkResume(walk, &aside);
	if (small.count == most)
		state->edge = Min(state->edge, small.items[0].distance);
	HnswMarkVisited(walk, &small);
	TakeFound(state, &small);
	if (!walk->keep)
		state->edge = INFINITY;
	for (int i = 0; i < state->batch.count; i++)
		if (state->batch.items[i].distance <= state->edge)
			state->batch.items[kept++] = state->batch.items[i];
		else
			HnswPush(&walk->evicted, state->batch.items[i]);
	state->batch.count = kept;
	HnswSort(&state->batch);
}

/*
 * How many times hnsw.ef_search the first round looks for. Where scans end after
 * it, as pgvector's do, the setting is also the most rows that one returns.
 */
static double
Effort(const HnswScan *state)
{
	bool		has_key = state->keys.keys[0] != HNSW_WHOLE;

	if (has_key || state->filtered)
		return (has_key ? KEY_EFFORT : 1) * (state->filtered ? FILTER_EFFORT : 1);
	return hnsw_iterative_scan == HNSW_ITERATIVE_OFF ? 1 : PLAIN_EFFORT;
}

/*
 * The first candidates of a walk.
 */
void
HnswFirstRound(HnswScan *state)
{
	state->ef = hnsw_ef_search * Effort(state);
	if (state->keys.count > 1)
	{
		WalkRoots(state);
		return;
	}
	WalkRoot(state, &state->roots[0]);
	HnswSort(&state->walk.found);
	TakeFound(state, &state->walk.found);
	if (state->filtered)
		HoldBack(state, LATER_PART, 1);
	else
		HoldBack(state, FIRST_PART, FIRST_LEAST);
}

/*
 * Is another round of the walk not possible, or not worth while? A scan that ends
 * at a distance ends soon.
 */
static bool
TimeToSweep(HnswScan *state)
{
	HnswWalk   *walk = &state->walk;
	uint32		most = hnsw_max_scan_tuples;

	if (state->limit == INFINITY)
		most = Min(most, walk->limit / SWEEP_SHARE);
	return (walk->open.count == 0 && walk->rest.count == 0 && walk->evicted.count == 0) ||
		walk->touched.count >= most ||
		MemoryContextMemAllocated(state->context, false) > state->memory;
}

/*
 * So many times as many nodes as this round looked for are what the next one does.
 */
static int
Widening(HnswScan *state)
{
	if (state->widened || state->limit != INFINITY)
		return 2;
	return state->filtered ? SECOND_EFFORT_FILTERED : SECOND_EFFORT;
}

/*
 * One of so many nodes that the next round finds is returned: the farther a scan
 * goes, the more rows that pass its filter may lie elsewhere in the graph.
 */
static int
ReturnedPart(HnswScan *state)
{
	if (state->limit != INFINITY)
		return RANGE_PART;
	return state->widened ? LAST_PART : LATER_PART;
}

/*
 * The candidates of a wider round; false if the sweep shall look for what is left.
 */
bool
HnswNextRound(HnswScan *state)
{
	HnswWalk   *walk = &state->walk;
	int			part = ReturnedPart(state);

	if (TimeToSweep(state))
		return false;
	state->ef = Min(Widening(state) * state->ef, LARGEST_ROUND);
	state->widened = true;
	HnswWalkAgain(walk, &state->query, state->ef);
	HnswSort(&walk->found);
	TakeFound(state, &walk->found);
	HoldBack(state, part, 1);
	return state->batch.count > 0;
}
