/*-------------------------------------------------------------------------
 *
 * range.c
 *	  "All within a distance, nearest first": a scan ends where its sphere does
 *	  (sphere.c).
 *
 * The plain form, v <-> q < r, stays a filter for the executor; the planner hook
 * adds the sphere to it as an index condition, so that the scan ends there too.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "access/relscan.h"
#include "catalog/pg_amop.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/clauses.h"
#include "optimizer/cost.h"
#include "optimizer/optimizer.h"
#include "optimizer/pathnode.h"
#include "optimizer/paths.h"
#include "optimizer/restrictinfo.h"
#include "utils/catcache.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
#include "utils/typcache.h"

#include "hnsw/range.h"
#include "hnsw/scan.h"

/* A scan goes that much farther; the executor checks each row */
#define SLACK	1e-6

static set_rel_pathlist_hook_type next_hook;

static bool
IsRange(IndexScanDesc scan, ScanKey key)
{
	return key->sk_attno == HnswVectorColumn(scan->indexRelation) &&
		key->sk_strategy == HNSW_RANGE_STRATEGY &&
		(key->sk_flags & (SK_SEARCHNULL | SK_SEARCHNOTNULL)) == 0;
}

/*
 * The center of the first sphere that a scan asks for, as the scan's query if it
 * has no other; false if there is no sphere.
 */
bool
HnswRangeCenter(IndexScanDesc scan, Datum *center, bool *isnull)
{
	for (int i = 0; i < scan->numberOfKeys; i++)
	{
		ScanKey		key = &scan->keyData[i];
		double		radius;

		if (!IsRange(scan, key))
			continue;
		*isnull = (key->sk_flags & SK_ISNULL) || !HnswReadSphere(key->sk_argument, center, &radius);
		return true;
	}
	return false;
}

/*
 * How far the scan goes, in the units of HnswType.distance. Spheres around
 * another point than the query do not limit it: they are checked row by row.
 */
double
HnswRangeLimit(IndexScanDesc scan, HnswScan *state)
{
	double		limit = INFINITY;

	for (int i = 0; i < scan->numberOfKeys; i++)
	{
		ScanKey		key = &scan->keyData[i];
		double		radius;
		Datum		center;
		const void *x;
		void	   *copy;
		int			dim;

		if (!IsRange(scan, key))
			continue;
		if ((key->sk_flags & SK_ISNULL) || !HnswReadSphere(key->sk_argument, &center, &radius))
			return -INFINITY;
		state->recheck = true;
		x = state->class->type->read(center, &dim, &copy);
		if (dim == state->index->codec.dim &&
			state->class->type->same(dim, x, state->given) && !isnan(radius))
		{
			if (state->index->metric == HNSW_L2)
				radius = radius < 0 ? -INFINITY : radius * radius;
			limit = Min(limit, radius + fabs(radius) * SLACK);
		}
		if (copy)
			pfree(copy);
	}
	return limit;
}

/*
 * The operator of a family that asks for a sphere: its number, and the sphere's
 * type; false if it has none.
 */
static bool
RangeOperator(Oid family, Oid *operator, Oid *sphere)
{
	CatCList   *members = SearchSysCacheList1(AMOPSTRATEGY, ObjectIdGetDatum(family));
	bool		found = false;

	for (int i = 0; i < members->n_members; i++)
	{
		Form_pg_amop member = (Form_pg_amop) GETSTRUCT(&members->members[i]->tuple);

		if (member->amopstrategy == HNSW_RANGE_STRATEGY && member->amoppurpose == AMOP_SEARCH)
		{
			*operator = member->amopopr;
			*sphere = member->amoprighttype;
			found = true;
		}
	}
	ReleaseSysCacheList(members);
	return found;
}

/*
 * The bound in "distance < bound", written in either order; NULL if the clause is
 * no such thing.
 */
static Expr *
BoundOf(Node *clause, Node *distance)
{
	OpExpr	   *comparison = (OpExpr *) clause;
	Expr	   *bound;

	if (!IsA(clause, OpExpr) || list_length(comparison->args) != 2)
		return NULL;
	switch (get_opcode(comparison->opno))
	{
		case F_FLOAT8LT:
		case F_FLOAT8LE:
			if (!equal(linitial(comparison->args), distance))
				return NULL;
			bound = lsecond(comparison->args);
			break;
		case F_FLOAT8GT:
		case F_FLOAT8GE:
			if (!equal(lsecond(comparison->args), distance))
				return NULL;
			bound = linitial(comparison->args);
			break;
		default:
			return NULL;
	}
	if (contain_var_clause((Node *) bound) || contain_volatile_functions((Node *) bound) ||
		contain_subplans((Node *) bound))
		return NULL;
	return bound;
}

/*
 * The sphere of radius bound around the query of an order, as a condition on the
 * vector. The clause itself stays a filter.
 */
static IndexClause *
SphereClause(PlannerInfo *root, RestrictInfo *filter, OpExpr *order, Expr *bound, Oid operator,
			 Oid sphere, int column)
{
	RowExpr    *row = makeNode(RowExpr);
	IndexClause *clause = makeNode(IndexClause);
	Expr	   *condition;

	row->args = list_make2(lsecond(order->args), bound);
	row->row_typeid = sphere;
	row->row_format = COERCE_EXPLICIT_CAST;
	row->colnames = list_make2(makeString("center"), makeString("radius"));
	row->location = -1;
	condition = make_opclause(operator, BOOLOID, false, linitial(order->args),
							  (Expr *) eval_const_expressions(root, (Node *) row),
							  InvalidOid, InvalidOid);
	set_opfuncid((OpExpr *) condition);
	clause->rinfo = filter;
	clause->indexquals = list_make1(make_simple_restrictinfo(root, condition));
	clause->lossy = true;
	clause->indexcol = column;
	return clause;
}

/*
 * The path once more, ending where a filter on the same distance does.
 */
static void
AddRangePath(PlannerInfo *root, RelOptInfo *rel, IndexPath *path)
{
	IndexOptInfo *info = path->indexinfo;
	int			column = info->nkeycolumns - 1;
	OpExpr	   *order = linitial(path->indexorderbys);
	ListCell   *cell;
	Oid			operator = InvalidOid;
	Oid			sphere = InvalidOid;

	if (list_length(path->indexorderbys) != 1 || !IsA(order, OpExpr) ||
		!RangeOperator(info->opfamily[column], &operator, &sphere) ||
		exprType(lsecond(order->args)) != info->opcintype[column])
		return;
	foreach(cell, rel->baserestrictinfo)
	{
		RestrictInfo *filter = lfirst_node(RestrictInfo, cell);
		Expr	   *bound = BoundOf((Node *) filter->clause, (Node *) order);
		IndexPath  *limited;

		if (bound == NULL)
			continue;
		limited = makeNode(IndexPath);
		memcpy(limited, path, sizeof(IndexPath));
		limited->indexclauses = lappend(list_copy(path->indexclauses),
										SphereClause(root, filter, order, bound, operator,
													 sphere, column));
		cost_index(limited, root, 1.0, false);
		add_path(rel, (Path *) limited);
		return;
	}
}

static void
AddRangePaths(PlannerInfo *root, RelOptInfo *rel, Index rti, RangeTblEntry *rte)
{
	List	   *found = NIL;
	ListCell   *cell;

	if (next_hook)
		next_hook(root, rel, rti, rte);
	foreach(cell, rel->pathlist)
	{
		IndexPath  *path = lfirst(cell);

		if (IsA(path, IndexPath) && path->path.param_info == NULL &&
			path->indexinfo->amcostestimate == HnswCostEstimate && path->indexorderbys != NIL)
			found = lappend(found, path);
	}
	/* The list of paths changes meanwhile */
	for (int i = 0; i < list_length(found); i++)
		AddRangePath(root, rel, list_nth(found, i));
	list_free(found);
}

void
HnswRangeInit(void)
{
	next_hook = set_rel_pathlist_hook;
	set_rel_pathlist_hook = AddRangePaths;
}
