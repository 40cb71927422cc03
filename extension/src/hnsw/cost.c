/*-------------------------------------------------------------------------
 *
 * cost.c
 *	  What a scan costs: the walk before the first row, then a share of reading
 *	  everything, as rows are asked for.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "access/genam.h"
#include "optimizer/cost.h"
#include "optimizer/optimizer.h"
#include "utils/float.h"
#include "utils/rel.h"
#include "utils/selfuncs.h"

#include "hnsw/hnsw.h"

/* Codes compared for each node followed, as a part of its 2m links */
#define FRESH_PART	0.4

/* A comparison of codes, in units of cpu_operator_cost */
#define CODE_OPERATORS	2.0

/* Nodes of a key up to which all are compared, as in scan.c */
#define SMALL_KEY	2000

/* Does the query say a key? */
static bool
HasKey(IndexPath *path)
{
	ListCell   *cell;

	foreach(cell, path->indexclauses)
	{
		Node	   *clause = (Node *) lfirst_node(IndexClause, cell)->rinfo->clause;

		if (IsA(clause, OpExpr) || IsA(clause, ScalarArrayOpExpr) ||
			(IsA(clause, NullTest) && ((NullTest *) clause)->nulltesttype == IS_NULL))
			return true;
	}
	return false;
}

void
HnswCostEstimate(PlannerInfo *root, IndexPath *path, double loop_count,
				 Cost *startup, Cost *total, Selectivity *selectivity,
				 double *correlation, double *pages)
{
	GenericCosts costs = {0};
	double		tuples = Max(path->indexinfo->tuples, 1);
	double		followed = Min(hnsw_ef_search, tuples);
	double		compared;
	Relation	rel;
	HnswMeta	meta;

	/* There is nothing to find without an order, or without the key */
	if (path->indexorderbys == NIL ||
		(path->indexinfo->nkeycolumns > 1 && !HasKey(path)))
	{
		*startup = *total = get_float8_infinity();
		*selectivity = 0;
		*correlation = 0;
		*pages = 0;
		return;
	}
	rel = index_open(path->indexinfo->indexoid, NoLock);
	HnswReadMeta(rel, &meta);
	index_close(rel, NoLock);

	genericcostestimate(root, path, loop_count, &costs);
	if (meta.keys > 0)
	{
		tuples = Max(tuples * costs.indexSelectivity, 1);
		/* Each of several keys is walked by itself */
		followed = Min(followed * Max(costs.num_sa_scans, 1), tuples);
	}
	compared = Min(followed * 2 * meta.m * FRESH_PART, tuples);
	if (meta.keys > 0 && tuples <= SMALL_KEY)
		compared = tuples;
	/* Pages of the walk are few and hot: at the price of sequential ones */
	*startup = (followed + compared * 0.1) * seq_page_cost * 0.1 +
		compared * CODE_OPERATORS * cpu_operator_cost;
	/* A row more is a candidate more and its vector in the heap */
	*total = *startup + tuples * (2 * meta.m * FRESH_PART * CODE_OPERATORS * cpu_operator_cost +
								  cpu_index_tuple_cost + cpu_tuple_cost);
	*selectivity = costs.indexSelectivity;
	*correlation = costs.indexCorrelation;
	*pages = costs.numIndexPages;
}
