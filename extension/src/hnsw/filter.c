/*-------------------------------------------------------------------------
 *
 * filter.c
 *	  Tells a scan that the executor will drop some of its rows.
 *
 * An access method never sees conditions that are not its own. They matter from
 * the first row on: in strict order what an early round misses is lost, and a scan
 * under a filter is going to need a wider round anyhow. So where a query starts,
 * the scans of hnsw whose filter drops many rows, as the planner estimates, are
 * begun here, as a parallel plan begins its own (ExecIndexScanInitializeDSM), and
 * marked.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/amapi.h"
#include "access/genam.h"
#include "executor/executor.h"
#include "nodes/execnodes.h"
#include "nodes/nodeFuncs.h"
#include "utils/rel.h"

#include "hnsw/filter.h"
#include "hnsw/scan.h"

/* Share of the rows up to which a filter counts. One that drops fewer needs few
 * rows more than there are without it */
#define LARGEST_SHARE	0.5

static ExecutorStart_hook_type next_start;

/*
 * Does the executor drop many of the rows that this node reads through hnsw? Rows
 * of other keys are not read, but in the estimate: under a key every filter counts.
 */
static bool
HasFilter(PlanState *node)
{
	IndexScanState *scan = (IndexScanState *) node;

	return IsA(node, IndexScanState) && node->qual != NULL &&
		scan->iss_ScanDesc == NULL && scan->iss_RelationDesc != NULL &&
		scan->iss_RelationDesc->rd_indam->amgettuple == HnswGetTuple &&
		!(node->plan->plan_rows >
		  LARGEST_SHARE * scan->iss_RelationDesc->rd_rel->reltuples);
}

static void
BeginFiltered(IndexScanState *node)
{
	EState	   *estate = node->ss.ps.state;
	MemoryContext old = MemoryContextSwitchTo(estate->es_query_cxt);
	IndexScanDesc scan;

	scan = index_beginscan(node->ss.ss_currentRelation, node->iss_RelationDesc,
						   estate->es_snapshot,
#if PG_VERSION_NUM >= 180000
						   &node->iss_Instrument,
#endif
						   node->iss_NumScanKeys, node->iss_NumOrderByKeys);
	((HnswScan *) scan->opaque)->marked = true;
	node->iss_ScanDesc = scan;
	/* Keys known at run time only: the executor calls index_rescan by itself */
	if (node->iss_NumRuntimeKeys == 0 || node->iss_RuntimeKeysReady)
		index_rescan(scan, node->iss_ScanKeys, node->iss_NumScanKeys,
					 node->iss_OrderByKeys, node->iss_NumOrderByKeys);
	MemoryContextSwitchTo(old);
}

static bool
MarkFiltered(PlanState *node, void *context)
{
	if (node == NULL)
		return false;
	if (HasFilter(node))
		BeginFiltered((IndexScanState *) node);
	return planstate_tree_walker(node, MarkFiltered, context);
}

static void
StartExecutor(QueryDesc *query, int flags)
{
	if (next_start)
		next_start(query, flags);
	else
		standard_ExecutorStart(query, flags);
	if (!(flags & EXEC_FLAG_EXPLAIN_ONLY))
		MarkFiltered(query->planstate, NULL);
}

void
HnswFilterInit(void)
{
	next_start = ExecutorStart_hook;
	ExecutorStart_hook = StartExecutor;
}
