/*-------------------------------------------------------------------------
 *
 * cost.c
 *	  What a scan costs: the walk before the first row, then so much a row, as rows
 *	  are asked for. Under a filter that decides who wins: where few rows pass, many
 *	  have to be found, and an exact search of those that pass is cheaper.
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
#include "utils/spccache.h"

#include "hnsw/hnsw.h"

/* Codes compared for each node followed, as a part of its 2m links */
#define FRESH_PART	0.4

/* A comparison of codes, in units of cpu_operator_cost */
#define CODE_OPERATORS	2.0

/* For each row that a filter drops: nodes that a round looked for to return it
 * (scan.c, LATER_PART), and pages that were read to measure it. Rows that are near
 * each other by distance are anywhere in the table */
#define DROPPED_NODES	8
#define DROPPED_PAGES	1.0

/* Nodes of a key up to which all are compared, as in scan.c */
#define SMALL_KEY	2000

/*
 * The conditions on the columns from .. to - 1, as clauses.
 */
static List *
ClausesOn(IndexPath *path, int from, int to)
{
	List	   *found = NIL;
	ListCell   *cell;

	foreach(cell, path->indexclauses)
	{
		IndexClause *clause = lfirst_node(IndexClause, cell);

		if (clause->indexcol >= from && clause->indexcol < to)
			found = list_concat(found, clause->indexquals);
	}
	return found;
}

/* The spheres that a scan ends at; IS NOT NULL is none */
static List *
Ranges(IndexPath *path)
{
	int			column = path->indexinfo->nkeycolumns - 1;
	List	   *found = NIL;
	ListCell   *cell;

	foreach(cell, ClausesOn(path, column, column + 1))
	{
		RestrictInfo *clause = lfirst_node(RestrictInfo, cell);

		if (IsA(clause->clause, OpExpr))
			found = lappend(found, clause);
	}
	return found;
}

/* Does the query say a key? */
static bool
HasKey(IndexPath *path)
{
	ListCell   *cell;

	foreach(cell, ClausesOn(path, 0, path->indexinfo->nkeycolumns - 1))
	{
		Node	   *clause = (Node *) lfirst_node(RestrictInfo, cell)->clause;

		if (IsA(clause, OpExpr) || IsA(clause, ScalarArrayOpExpr) ||
			(IsA(clause, NullTest) && ((NullTest *) clause)->nulltesttype == IS_NULL))
			return true;
	}
	return false;
}

/*
 * Which part of the rows that the scan returns does a filter drop?
 */
static double
DroppedPart(IndexPath *path, double returned)
{
	ParamPathInfo *parameters = path->path.param_info;
	double		wanted = parameters ? parameters->ppi_rows : path->indexinfo->rel->rows;

	return Max(1 - wanted / returned, 0);
}

void
HnswCostEstimate(PlannerInfo *root, IndexPath *path, double loop_count,
				 Cost *startup, Cost *total, Selectivity *selectivity,
				 double *correlation, double *pages)
{
	GenericCosts costs = {0};
	int			key_columns = path->indexinfo->nkeycolumns - 1;
	Index		relid = path->indexinfo->rel->relid;
	List	   *ranges = Ranges(path);
	double		tuples = Max(path->indexinfo->tuples, 1);
	double		followed;
	double		compared;
	double		node_cost;
	double		page_cost;
	Relation	rel;
	HnswMeta	meta;

	/*
	 * There is nothing to find without an order or a range, or without the
	 * key
	 */
	if ((path->indexorderbys == NIL && ranges == NIL) || (key_columns > 0 && !HasKey(path)))
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
	*selectivity = costs.indexSelectivity;
	*correlation = costs.indexCorrelation;
	*pages = costs.numIndexPages;
	if (key_columns > 0)
		tuples = Max(tuples * clauselist_selectivity(root, ClausesOn(path, 0, key_columns),
													 relid, JOIN_INNER, NULL), 1);
	/* Each of several keys is walked by itself */
	followed = Min(hnsw_ef_search * Max(costs.num_sa_scans, 1), tuples);
	compared = Min(followed * 2 * meta.m * FRESH_PART, tuples);
	if (path->indexorderbys == NIL || (key_columns > 0 && tuples <= SMALL_KEY))
		compared = tuples;
	/* Pages of the walk are few and hot: at the price of sequential ones */
	*startup = (followed + compared * 0.1) * seq_page_cost * 0.1 +
		compared * CODE_OPERATORS * cpu_operator_cost;
	if (ranges != NIL)
		tuples = Max(tuples * clauselist_selectivity(root, ranges, relid, JOIN_INNER, NULL), 1);
	/* A row more is a candidate more and its vector in the heap */
	node_cost = 2 * meta.m * FRESH_PART * CODE_OPERATORS * cpu_operator_cost;
	*total = *startup + tuples * (node_cost + cpu_index_tuple_cost + cpu_tuple_cost);
	if (ranges == NIL)
	{
		get_tablespace_page_costs(path->indexinfo->rel->reltablespace, &page_cost, NULL);
		*total += DroppedPart(path, tuples) * tuples *
			(DROPPED_NODES * node_cost + DROPPED_PAGES * page_cost);
	}
}
