/*-------------------------------------------------------------------------
 *
 * scan.c
 *	  A scan that gives out the rows of a graph function from arrays (answer.h).
 *
 * The planner's hook puts it in the place of the function scan, wherever a
 * function of ours stands alone in FROM. What it may cost and how many rows
 * there may be is what the function's declaration says, as without it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/sysattr.h"
#include "catalog/pg_language.h"
#include "catalog/pg_proc.h"
#include "commands/explain.h"
#include "executor/executor.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "nodes/extensible.h"
#include "nodes/makefuncs.h"
#include "optimizer/optimizer.h"
#include "optimizer/pathnode.h"
#include "optimizer/paths.h"
#include "optimizer/restrictinfo.h"
#include "parser/parsetree.h"
#include "utils/lsyscache.h"
#include "utils/plancache.h"
#include "utils/syscache.h"

#include "graph/answer.h"

#define SCAN_NAME	"GraphScan"

/* The functions whose rows are put by GraphPutRow */
extern Datum graph_pagerank(PG_FUNCTION_ARGS);
extern Datum graph_degree(PG_FUNCTION_ARGS);
extern Datum graph_components(PG_FUNCTION_ARGS);
extern Datum graph_communities(PG_FUNCTION_ARGS);
extern Datum graph_label_propagation(PG_FUNCTION_ARGS);
extern Datum graph_triangles(PG_FUNCTION_ARGS);
extern Datum graph_similar(PG_FUNCTION_ARGS);
extern Datum graph_betweenness(PG_FUNCTION_ARGS);
extern Datum graph_debtrank(PG_FUNCTION_ARGS);
extern Datum graph_recommend(PG_FUNCTION_ARGS);
extern Datum graph_khop(PG_FUNCTION_ARGS);
extern Datum graph_bfs(PG_FUNCTION_ARGS);

static const PGFunction scanned[] = {
	graph_pagerank, graph_degree, graph_components, graph_communities,
	graph_label_propagation, graph_triangles, graph_similar, graph_betweenness,
	graph_debtrank, graph_recommend, graph_khop, graph_bfs
};

typedef struct GraphScanState
{
	CustomScanState custom;
	SetExprState *function;
	GraphAnswer answer;
	bool		called;
	bool		had_nulls;		/* the slot's last row */
	uint64		next;			/* row of those in pieces */
	const Datum *values;		/* of that row's first wanted column, if left
								 * is not 0 */
	const uint8 *nulls;
	uint32		left;			/* rows from there to the end of its piece */
	TupleTableSlot *rest;		/* for rows of the answer's rest */
} GraphScanState;

static set_rel_pathlist_hook_type next_hook;

static bool
IsScanned(Oid function)
{
	HeapTuple	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
	Oid			language;
	FmgrInfo	info;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for function %u", function);
	language = ((Form_pg_proc) GETSTRUCT(tuple))->prolang;
	ReleaseSysCache(tuple);
	if (language != ClanguageId)
		return false;
	fmgr_info(function, &info);
	for (int i = 0; i < lengthof(scanned); i++)
		if (info.fn_addr == scanned[i])
			return true;
	return false;
}

/*
 * Is one of the relation's columns wanted as a whole row?
 */
static bool
WantsWholeRow(RelOptInfo *rel, Index rti)
{
	Bitmapset  *columns = NULL;
	ListCell   *cell;

	pull_varattnos((Node *) rel->reltarget->exprs, rti, &columns);
	foreach(cell, rel->baserestrictinfo)
		pull_varattnos((Node *) lfirst_node(RestrictInfo, cell)->clause, rti, &columns);
	return bms_is_member(0 - FirstLowInvalidHeapAttributeNumber, columns);
}

/*
 * Columns (var, varno rti) of the function's rows; NIL if one has no place in
 * an array of values.
 */
static List *
ScannedColumns(RangeTblEntry *rte, RangeTblFunction *function, Index rti)
{
	TupleDesc	desc;
	List	   *columns = NIL;

	if (get_expr_result_type(function->funcexpr, NULL, &desc) != TYPEFUNC_COMPOSITE ||
		desc->natts != function->funccolcount || desc->natts > GRAPH_MAX_COLUMNS)
		return NIL;
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute a = TupleDescAttr(desc, i);

		if (!a->attbyval || a->attisdropped)
			return NIL;
		columns = lappend(columns,
						  makeTargetEntry((Expr *) makeVar(rti, i + 1, a->atttypid, a->atttypmod,
														   a->attcollation, 0),
										  i + 1, strVal(list_nth(rte->eref->colnames, i)), false));
	}
	return columns;
}

static Plan *PlanScan(PlannerInfo *root, RelOptInfo *rel, CustomPath *path,
					  List *tlist, List *clauses, List *plans);
static Node *CreateScan(CustomScan *plan);

static const CustomPathMethods path_methods = {
	.CustomName = SCAN_NAME,
	.PlanCustomPath = PlanScan
};

static const CustomScanMethods scan_methods = {
	.CustomName = SCAN_NAME,
	.CreateCustomScanState = CreateScan
};

/*
 * The scan in the place of the function scan. Where rows are locked or written,
 * the executor may ask for them again by their range table entry, which a custom
 * scan without a table does not know; there the function scan stays.
 */
static void
AddScan(PlannerInfo *root, RelOptInfo *rel, Index rti, RangeTblEntry *rte)
{
	RangeTblFunction *function;
	Path	   *plain;
	CustomPath *path;

	if (next_hook)
		next_hook(root, rel, rti, rte);
	if (rte->rtekind != RTE_FUNCTION || list_length(rte->functions) != 1 ||
		rte->funcordinality || list_length(rel->pathlist) != 1 ||
		root->parse->commandType != CMD_SELECT || root->rowMarks != NIL)
		return;
	function = linitial_node(RangeTblFunction, rte->functions);
	plain = linitial(rel->pathlist);
	if (!IsA(function->funcexpr, FuncExpr) || plain->pathtype != T_FunctionScan ||
		!((FuncExpr *) function->funcexpr)->funcretset ||
		!IsScanned(((FuncExpr *) function->funcexpr)->funcid) || WantsWholeRow(rel, rti) ||
		ScannedColumns(rte, function, rti) == NIL)
		return;

	path = makeNode(CustomPath);
	path->path = *plain;
	path->path.type = T_CustomPath;
	path->path.pathtype = T_CustomScan;
	path->path.parallel_safe = false;
	path->flags = CUSTOMPATH_SUPPORT_PROJECTION;
	path->methods = &path_methods;
	rel->pathlist = list_make1(path);
}

/*
 * May rows be given out as they are, instead of the columns that are wanted?
 * An aggregate without groups above takes from them what it needs.
 */
static bool
AllWillDo(PlannerInfo *root, List *tlist)
{
	ListCell   *cell;

	foreach(cell, tlist)
	{
		TargetEntry *wanted = lfirst_node(TargetEntry, cell);

		if (!IsA(wanted->expr, Var) || wanted->ressortgroupref != 0)
			return false;
	}
	return root->parse->hasAggs && root->parse->groupClause == NIL &&
		root->parse->groupingSets == NIL;
}

/*
 * The columns (integers from 0) that somebody looks at: the list that a plan is made
 * with may yet be exchanged, but for one of what the relation gives.
 */
static List *
WantedColumns(RelOptInfo *rel, List *tlist, List *clauses, int columns)
{
	Bitmapset  *attributes = NULL;
	List	   *wanted = NIL;

	pull_varattnos((Node *) rel->reltarget->exprs, rel->relid, &attributes);
	pull_varattnos((Node *) tlist, rel->relid, &attributes);
	pull_varattnos((Node *) clauses, rel->relid, &attributes);
	for (int i = 0; i < columns; i++)
		if (bms_is_member(i + 1 - FirstLowInvalidHeapAttributeNumber, attributes))
			wanted = lappend_int(wanted, i);
	return wanted;
}

static Plan *
PlanScan(PlannerInfo *root, RelOptInfo *rel, CustomPath *path, List *tlist,
		 List *clauses, List *plans)
{
	RangeTblEntry *rte = planner_rt_fetch(rel->relid, root);
	RangeTblFunction *function = linitial_node(RangeTblFunction, rte->functions);
	CustomScan *scan = makeNode(CustomScan);
	List	   *columns;

	columns = ScannedColumns(rte, function, rel->relid);
	scan->scan.plan.targetlist = AllWillDo(root, tlist) ? columns : tlist;
	scan->scan.plan.qual = extract_actual_clauses(clauses, false);
	scan->flags = path->flags;
	scan->custom_exprs = list_make1(function->funcexpr);
	scan->custom_scan_tlist = copyObject(columns);
	scan->custom_private = WantedColumns(rel, tlist, scan->scan.plan.qual,
										 list_length(columns));
	scan->methods = &scan_methods;
	return &scan->scan.plan;
}

/*
 * Go to the next piece of the answer, which is asked for with the first; false if
 * there is none.
 */
static bool
NextPiece(GraphScanState *s)
{
	GraphAnswer *answer = &s->answer;
	const GraphPiece *piece;
	uint32		place;

	CHECK_FOR_INTERRUPTS();
	if (!s->called)
	{
		GraphAnswerCall(answer, s->function, s->custom.ss.ps.ps_ExprContext);
		s->called = true;
	}
	if (s->next == answer->rows)
		return false;
	piece = answer->pieces[s->next / GRAPH_PIECE_ROWS];
	place = s->next % GRAPH_PIECE_ROWS;
	s->values = (const Datum *) piece->values + place;
	s->nulls = piece->nulls + place;
	s->left = Min(GRAPH_PIECE_ROWS - place, answer->rows - s->next);
	s->next += s->left;
	return true;
}

/*
 * Rows that had no place in pieces.
 */
static TupleTableSlot *
NextOfRest(GraphScanState *s)
{
	GraphAnswer *answer = &s->answer;
	TupleTableSlot *slot = s->custom.ss.ss_ScanTupleSlot;

	ExecClearTuple(slot);
	if (answer->rest == NULL || !tuplestore_gettupleslot(answer->rest, true, false, s->rest))
		return slot;
	slot_getallattrs(s->rest);
	memcpy(slot->tts_values, s->rest->tts_values, sizeof(Datum) * answer->columns);
	memcpy(slot->tts_isnull, s->rest->tts_isnull, sizeof(bool) * answer->columns);
	s->had_nulls = true;
	return ExecStoreVirtualTuple(slot);
}

static TupleTableSlot *
NextRow(ScanState *node)
{
	GraphScanState *s = (GraphScanState *) node;
	TupleTableSlot *slot = node->ss_ScanTupleSlot;
	const int  *wanted = s->answer.wanted;
	int			nwanted = s->answer.nwanted;

	if (s->left == 0 && !NextPiece(s))
		return NextOfRest(s);
	s->left--;
	/* a slot that holds nothing of its own may just be written over */
	if (TTS_EMPTY(slot) || TTS_SHOULDFREE(slot))
	{
		ExecClearTuple(slot);
		ExecStoreVirtualTuple(slot);
	}
	for (int i = 0; i < nwanted; i++)
		slot->tts_values[wanted[i]] = s->values[i * GRAPH_PIECE_ROWS];
	s->values++;
	if (*s->nulls != 0 || s->had_nulls)
	{
		for (int i = 0; i < nwanted; i++)
			slot->tts_isnull[wanted[i]] = (*s->nulls >> wanted[i]) & 1;
		s->had_nulls = *s->nulls != 0;
	}
	s->nulls++;
	return slot;
}

/*
 * The same as the executor asks for it where rows are given out as they are: in
 * the place of its own step, which would only come here.
 */
static TupleTableSlot *
NextBareRow(PlanState *node)
{
	return NextRow((ScanState *) node);
}

/*
 * A row needs no second look: see AddScan.
 */
static bool
RowIsGood(ScanState *node, TupleTableSlot *slot)
{
	return true;
}

static void
BeginScan(CustomScanState *node, EState *estate, int eflags)
{
	GraphScanState *s = (GraphScanState *) node;
	CustomScan *plan = (CustomScan *) node->ss.ps.plan;
	TupleTableSlot *slot = node->ss.ss_ScanTupleSlot;

	s->function = ExecInitTableFunctionResult(linitial(plan->custom_exprs),
											  node->ss.ps.ps_ExprContext, &node->ss.ps);
	if (eflags & EXEC_FLAG_EXPLAIN_ONLY)
		return;
	if (node->ss.ps.qual == NULL && node->ss.ps.ps_ProjInfo == NULL)
		node->ss.ps.ExecProcNode = NextBareRow;
	GraphAnswerBegin(&s->answer, slot->tts_tupleDescriptor, plan->custom_private);
	memset(slot->tts_values, 0, sizeof(Datum) * s->answer.columns);
	memset(slot->tts_isnull, 0, sizeof(bool) * s->answer.columns);
	s->rest = ExecInitExtraTupleSlot(estate, slot->tts_tupleDescriptor, &TTSOpsMinimalTuple);
}

static TupleTableSlot *
ExecuteScan(CustomScanState *node)
{
	return ExecScan(&node->ss, NextRow, RowIsGood);
}

static void
EndScan(CustomScanState *node)
{
	GraphScanState *s = (GraphScanState *) node;

	if (s->answer.context != NULL)
		GraphAnswerForget(&s->answer);
}

/*
 * From the first row again; the function is called again only if what it was
 * given may have changed.
 */
static void
RescanScan(CustomScanState *node)
{
	GraphScanState *s = (GraphScanState *) node;

	s->next = 0;
	s->left = 0;
	if (node->ss.ps.chgParam != NULL)
	{
		GraphAnswerForget(&s->answer);
		s->called = false;
	}
	else if (s->answer.rest != NULL)
		tuplestore_rescan(s->answer.rest);
	ExecScanReScan(&node->ss);
}

static void
ExplainScan(CustomScanState *node, List *ancestors, ExplainState *es)
{
	GraphScanState *s = (GraphScanState *) node;

	ExplainPropertyText("Function",
						get_func_name(((FuncExpr *) s->function->expr)->funcid), es);
}

static const CustomExecMethods exec_methods = {
	.CustomName = SCAN_NAME,
	.BeginCustomScan = BeginScan,
	.ExecCustomScan = ExecuteScan,
	.EndCustomScan = EndScan,
	.ReScanCustomScan = RescanScan,
	.ExplainCustomScan = ExplainScan
};

static Node *
CreateScan(CustomScan *plan)
{
	GraphScanState *s = (GraphScanState *) newNode(sizeof(GraphScanState), T_CustomScanState);

	s->custom.methods = &exec_methods;
	return (Node *) s;
}

void
GraphScanInit(void)
{
	RegisterCustomScanMethods(&scan_methods);
	next_hook = set_rel_pathlist_hook;
	set_rel_pathlist_hook = AddScan;
	/* where the library came with a statement: plans made before know no scan */
	ResetPlanCache();
}
