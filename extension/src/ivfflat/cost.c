/*-------------------------------------------------------------------------
 *
 * cost.c
 *	  What a scan costs: all centers and the probed lists before the first row,
 *	  then next to nothing a row.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "optimizer/cost.h"
#include "optimizer/optimizer.h"
#include "utils/float.h"
#include "utils/rel.h"
#include "utils/selfuncs.h"

#include "ivfflat/ivfflat.h"

/* A distance, in units of cpu_operator_cost */
#define DISTANCE_OPERATORS	2.0

/* Pages of a list follow each other, and are likely in memory */
#define PAGE_PART	0.5

void
IvfflatCostEstimate(PlannerInfo *root, IndexPath *path, double loop_count,
					Cost *startup, Cost *total, Selectivity *selectivity,
					double *correlation, double *pages)
{
	GenericCosts costs = {0};
	IvfflatMeta meta;
	IvfflatIndex index;
	Relation	rel;
	double		part;
	double		list_pages;
	double		entry_pages;

	/* There is nothing to find without an order */
	if (path->indexorderbys == NIL)
	{
		*startup = *total = get_float8_infinity();
		*selectivity = 0;
		*correlation = 0;
		*pages = 0;
		return;
	}
	rel = index_open(path->indexinfo->indexoid, NoLock);
	IvfflatReadMeta(rel, &meta);
	IvfflatOpen(rel, &meta, &index);
	index_close(rel, NoLock);

	part = Min((double) ivfflat_probes / meta.lists, 1);
	costs.numIndexTuples = path->indexinfo->tuples * part;
	genericcostestimate(root, path, loop_count, &costs);
	list_pages = (meta.lists + index.lists_per_page - 1) / index.lists_per_page;
	entry_pages = Max(path->indexinfo->pages - list_pages - 1, 0) * part;
	*startup = (list_pages + entry_pages) * seq_page_cost * PAGE_PART +
		(meta.lists + costs.numIndexTuples) * DISTANCE_OPERATORS * cpu_operator_cost;
	*total = *startup + costs.numIndexTuples * cpu_index_tuple_cost;
	*selectivity = costs.indexSelectivity;
	*correlation = costs.indexCorrelation;
	*pages = list_pages + entry_pages;
}
