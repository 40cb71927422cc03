/*-------------------------------------------------------------------------
 *
 * scan.h
 *	  The state of a scan, shared by scan.c (what comes next), rounds.c and sweep.c
 *	  (which nodes), and rank.c (in which order).
 *
 *-------------------------------------------------------------------------
 */
#ifndef HNSW_SCAN_H
#define HNSW_SCAN_H

#include "access/relscan.h"
#include "lib/pairingheap.h"

#include "hnsw/hnsw.h"
#include "hnsw/key.h"
#include "hnsw/root.h"

/* Nodes of a key up to which all are compared: exact, and no slower */
#define HNSW_SMALL_KEY	2000

typedef enum HnswStage
{
	HNSW_STAGE_BEGIN,
	HNSW_STAGE_WALK,
	HNSW_STAGE_SWEEP,
	HNSW_STAGE_LATE
} HnswStage;

/* A row with its true distance */
typedef struct HnswRanked
{
	double		distance;
	ItemPointerData tid;
} HnswRanked;

typedef struct HnswRankedHeap
{
	HnswRanked *items;
	int			count;
	int			room;
	int			at;				/* next one, when read as a list */
} HnswRankedHeap;

typedef struct HnswScan
{
	MemoryContext context;		/* reset by each rescan */
	HnswStage	stage;
	HnswIndex  *index;
	const HnswClass *class;
	const void *given;			/* the query, as the type reads it */
	HnswQuery	query;			/* the same, for codes */
	HnswWalk	walk;
	bool		marked;			/* the executor drops many rows (filter.c) */
	bool		filtered;		/* and that counts in this scan */
	int			ef;				/* of this round */
	bool		widened;		/* has there been a second round? */
	HnswKeySet	keys;			/* whose rows */
	HnswRoot   *roots;			/* of the keys */
	double		edge;			/* estimate from which on rows are unknown */
	bool		recheck;		/* conditions that the index does not decide */
	double		memory;			/* bytes the scan may use */
	HnswHeap	batch;			/* candidates by estimated distance */
	int			batch_at;		/* next one to measure */
	double		last;			/* distance of the last row returned */
	double		limit;			/* distance at which the scan ends */
	HnswHeap	swept;			/* found by a sweep, nearest first */
	double		swept_edge;		/* estimate from which on a pass kept none */
	bool		swept_all;		/* the sweep left nothing for another pass */
	bool		confirmed;		/* no row within the limit is missing */

	/* rank.c */
	struct IndexFetchTableData *fetch;
	TupleTableSlot *slot;
	IndexInfo  *info;
	EState	   *estate;			/* for index expressions, else NULL */
	double		query_norm;
	double		largest_norm;
	double		margin;			/* how far an estimate errs, per unit of
								 * lengths */
	HnswRankedHeap ranked;		/* measured, not yet returned; nearest first */
	HnswRankedHeap late;		/* too late for their place */
} HnswScan;

/* scan.c: what the last scan of this session did */
extern HnswCounters hnsw_last_counters;

/* rounds.c */
extern void HnswFirstRound(HnswScan *state);
extern bool HnswNextRound(HnswScan *state);

/* sweep.c */
extern void HnswSweepBegin(HnswScan *state);
extern void HnswSweepNext(HnswScan *state);
extern int	HnswSweepRoom(HnswScan *state);
extern void HnswSweepChain(HnswScan *state, const HnswRoot *root, HnswHeap *best, int most);
extern void HnswMarkVisited(HnswWalk *walk, const HnswHeap *nodes);

/* rank.c */
extern void HnswRankBegin(IndexScanDesc scan, HnswScan *state, const HnswMeta *meta);
extern void HnswRankEnd(HnswScan *state);
extern void HnswRank(IndexScanDesc scan, HnswScan *state, uint32 node);
extern double HnswLowerBound(HnswScan *state, double estimate);
extern bool HnswRankedBefore(HnswScan *state, double horizon, HnswRanked *row);
extern void HnswAddLate(HnswScan *state, const HnswRanked *row);
extern bool HnswNextLate(HnswScan *state, HnswRanked *row);

#endif							/* HNSW_SCAN_H */
