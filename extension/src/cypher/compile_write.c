/*-------------------------------------------------------------------------
 *
 * compile_write.c
 *	  Clauses that write, as steps for the executor. Before such a step the
 *	  block's rows are computed; the step adds columns to them; afterwards the
 *	  next block reads the rows from a parameter.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "cypher/compile.h"
#include "cypher/error.h"
#include "cypher/parser.h"

/* Expressions that one statement computes for each row */
typedef struct Evaluation
{
	Compiler   *c;
	Block		block;
	Statement  *statement;
	StringInfoData columns;
} Evaluation;

/* A block whose only table is the rows; variable i is field i of a row */
static void
RowsBlock(Compiler *c, Block *block, List *scope)
{
	char	   *alias = NewAlias(c, 'r');
	List	   *variables = NIL;
	ListCell   *cell;

	foreach(cell, scope)
	{
		Variable   *was = lfirst(cell);
		Variable   *v = palloc0(sizeof(Variable));

		v->name = was->name;
		v->type = was->type;
		v->hops = was->hops;
		v->value = psprintf("public.cypher_field(%s.v, %d)", alias,
							foreach_current_index(cell));
		variables = lappend(variables, v);
	}
	StartBlock(block, variables);
	appendStringInfo(&block->from, ", pg_catalog.unnest($%d) as %s(v)",
					 AddParameter(c, PARAMETER_ROWS, NULL, NULL), alias);
}

/*
 * Compute the block's rows, so that a step can change them.
 */
void
FlushBlock(Compiler *c, Block *block)
{
	Step	   *step;
	List	   *kept = NIL;
	StringInfoData columns;

	if (block->scope == c->rows_scope && block->from.len == c->rows_from &&
		block->where.len == 0)
		return;
	initStringInfo(&columns);
	for (int i = 0; i < list_length(block->scope); i++)
	{
		Variable   *v = list_nth(block->scope, i);

		if (v->name == NULL || FindVariable(block->scope, v->name) != v)
			continue;
		appendStringInfo(&columns, "%s", kept ? ", " : "");
		EmitVariable(&columns, v);
		kept = lappend(kept, v);
	}
	appendStringInfo(&c->statement->sql, "select %s from ", columns.data);
	EmitFrom(&c->statement->sql, block);
	step = palloc0(sizeof(Step));
	step->kind = STEP_READ;
	step->read = c->statement;
	step->read->ncolumns = list_length(kept);
	c->steps = lappend(c->steps, step);
	c->rows_scope = kept;
}

/* Go on from the rows after a step */
static void
ResumeBlock(Compiler *c, Block *block)
{
	c->statement = NewStatement();
	RowsBlock(c, block, c->rows_scope);
	c->rows_scope = block->scope;
	c->rows_from = block->from.len;
}

static void
StartEvaluation(Compiler *c, Evaluation *e)
{
	e->c = c;
	e->statement = NewStatement();
	c->statement = e->statement;
	RowsBlock(c, &e->block, c->rows_scope);
	initStringInfo(&e->columns);
}

/* The number of the column that will hold the expression */
static int
Evaluate(Evaluation *e, Expression *expr)
{
	if (expr && HasAggregate(expr))
		QueryError(e->c->query, expr->at, CYPHER_SYNTAX_ERROR,
				   "InvalidAggregation",
				   "a clause that writes cannot aggregate");
	if (e->columns.len > 0)
		appendStringInfoString(&e->columns, ", ");
	EmitValue(e->c, &e->columns, e->block.scope, expr);
	return e->statement->ncolumns++;
}

static Statement *
FinishEvaluation(Evaluation *e)
{
	if (e->statement->ncolumns == 0)
		return NULL;
	appendStringInfo(&e->statement->sql, "select %s from ", e->columns.data);
	EmitFrom(&e->statement->sql, &e->block);
	return e->statement;
}

/* Names as text[], each once */
static ArrayType *
TextArray(List *names)
{
	Datum	   *datums = palloc(sizeof(Datum) * (list_length(names) + 1));
	int			n = 0;
	ListCell   *cell;
	ListCell   *before;

	foreach(cell, names)
	{
		bool		twice = false;

		foreach(before, names)
		{
			if (before == cell)
				break;
			twice |= strcmp(lfirst(before), lfirst(cell)) == 0;
		}
		if (!twice)
			datums[n++] = CStringGetTextDatum(lfirst(cell));
	}
	return construct_array(datums, n, TEXTOID, -1, false, TYPALIGN_INT);
}

static int
ColumnOf(List *scope, const char *name)
{
	for (int i = list_length(scope) - 1; i >= 0; i--)
	{
		Variable   *v = list_nth(scope, i);

		if (v->name && strcmp(v->name, name) == 0)
			return i;
	}
	return -1;
}

static int
AddColumn(List **scope, char *name, ValueType type)
{
	Variable   *v = palloc0(sizeof(Variable));

	v->name = name;
	v->type = type;
	*scope = lappend(*scope, v);
	return list_length(*scope) - 1;
}

static void
AlreadyBound(Compiler *c, const char *name, int at)
{
	QueryError(c->query, at, CYPHER_SYNTAX_ERROR, "VariableAlreadyBound",
			   "variable \"%s\" is bound already", name);
}

/* A node of a pattern to create; bound ones are only looked up */
static int
CreateNodeColumn(Evaluation *e, CreateStep *step, NodePattern *node,
				 bool alone, List **scope, bool merge)
{
	CreateNode *create;
	int			column = node->variable ? ColumnOf(*scope, node->variable) : -1;

	if (column >= 0)
	{
		Variable   *v = list_nth(*scope, column);

		if (alone || node->labels || node->properties)
			AlreadyBound(e->c, node->variable, node->at);
		if (v->type != VALUE_NODE && v->type != VALUE_NULL)
			QueryError(e->c->query, node->at, CYPHER_SYNTAX_ERROR,
					   "VariableTypeConflict",
					   "variable \"%s\" is no node", node->variable);
		return column;
	}
	if (merge && node->properties && node->properties->kind == EXPR_PARAMETER)
		QueryError(e->c->query, node->at, CYPHER_SYNTAX_ERROR,
				   "InvalidParameterUse",
				   "a parameter cannot stand for the properties in MERGE");
	create = palloc0(sizeof(CreateNode));
	create->labels = TextArray(node->labels);
	create->properties = node->properties ? Evaluate(e, node->properties) : -1;
	create->column = AddColumn(scope, node->variable, VALUE_NODE);
	step->nodes = lappend(step->nodes, create);
	return create->column;
}

static int
CreateEdgeColumn(Evaluation *e, CreateStep *step, EdgePattern *edge, int left,
				 int right, List **scope, bool merge)
{
	CreateEdge *create = palloc0(sizeof(CreateEdge));
	const char *query = e->c->query;

	if (edge->variable && ColumnOf(*scope, edge->variable) >= 0)
		AlreadyBound(e->c, edge->variable, edge->at);
	if (edge->variable_length)
		QueryError(query, edge->at, CYPHER_SYNTAX_ERROR, "CreatingVarLength",
				   "a variable-length relationship cannot be created");
	if (list_length(edge->types) != 1)
		QueryError(query, edge->at, CYPHER_SYNTAX_ERROR,
				   "NoSingleRelationshipType",
				   "a relationship is created with one type");
	if (!merge && !edge->to_left && !edge->to_right)
		QueryError(query, edge->at, CYPHER_SYNTAX_ERROR,
				   "RequiresDirectedRelationship",
				   "a relationship is created with a direction");
	if (merge && edge->properties && edge->properties->kind == EXPR_PARAMETER)
		QueryError(query, edge->at, CYPHER_SYNTAX_ERROR, "InvalidParameterUse",
				   "a parameter cannot stand for the properties in MERGE");
	create->type = linitial(edge->types);
	create->start = edge->to_left ? right : left;
	create->end = edge->to_left ? left : right;
	create->properties = edge->properties ? Evaluate(e, edge->properties) : -1;
	create->column = AddColumn(scope, edge->variable, VALUE_RELATIONSHIP);
	step->edges = lappend(step->edges, create);
	return create->column;
}

/* The rows' scope afterwards is left in *scope */
static CreateStep *
CompileCreateStep(Compiler *c, List *patterns, List **scope, bool merge)
{
	CreateStep *step = palloc0(sizeof(CreateStep));
	Evaluation	e;
	ListCell   *cell;

	StartEvaluation(c, &e);
	*scope = list_copy(c->rows_scope);
	step->no_nulls = merge;
	foreach(cell, patterns)
	{
		PatternPart *part = lfirst(cell);
		int			n = list_length(part->nodes);
		int			left;
		List	   *path;

		if (part->kind != PATH_ANY)
			QueryError(c->query, part->at, CYPHER_SYNTAX_ERROR,
					   "UnexpectedSyntax",
					   "a shortest path cannot be created");
		if (part->variable && ColumnOf(*scope, part->variable) >= 0)
			AlreadyBound(c, part->variable, part->at);
		left = CreateNodeColumn(&e, step, linitial(part->nodes), n == 1,
								scope, merge);
		path = list_make1_int(left);
		for (int i = 1; i < n; i++)
		{
			int			right = CreateNodeColumn(&e, step,
												 list_nth(part->nodes, i),
												 false, scope, merge);

			path = lappend_int(path,
							   CreateEdgeColumn(&e, step,
												list_nth(part->edges, i - 1),
												left, right, scope, merge));
			path = lappend_int(path, right);
			left = right;
		}
		if (part->variable)
		{
			CreatePath *create = palloc0(sizeof(CreatePath));

			create->columns = path;
			create->column = AddColumn(scope, part->variable, VALUE_PATH);
			step->paths = lappend(step->paths, create);
		}
	}
	step->evaluate = FinishEvaluation(&e);
	step->ncolumns = list_length(*scope);
	return step;
}

static SetStepItem *
CompileSetItem(Compiler *c, SetItem *item, bool remove)
{
	SetStepItem *step = palloc0(sizeof(SetStepItem));
	Evaluation	e;
	uint32		entity = NODE_TYPE | EDGE_TYPES;

	StartEvaluation(c, &e);
	step->kind = item->kind;
	step->key = item->key;
	step->labels = item->labels;
	step->remove = remove;
	CheckType(c, e.block.scope, item->target,
			  item->kind == SET_LABELS ? NODE_TYPE : entity,
			  "what is changed");
	Evaluate(&e, item->target);
	if (item->value)
	{
		if (item->kind != SET_PROPERTY)
			CheckType(c, e.block.scope, item->value, entity | MAP_TYPE,
					  "what replaces the properties");
		Evaluate(&e, item->value);
	}
	step->evaluate = FinishEvaluation(&e);
	return step;
}

static List *
CompileSetItems(Compiler *c, List *items, bool remove)
{
	List	   *steps = NIL;
	ListCell   *cell;

	foreach(cell, items)
		steps = lappend(steps, CompileSetItem(c, lfirst(cell), remove));
	return steps;
}

/* Everything in the pattern gets a name, so that a match can be told */
static void
NameAll(Compiler *c, PatternPart *part)
{
	ListCell   *cell;

	foreach(cell, part->nodes)
	{
		NodePattern *node = lfirst(cell);

		if (node->variable == NULL)
			node->variable = psprintf("%c%s", HIDDEN_NAME, NewAlias(c, 'n'));
	}
	foreach(cell, part->edges)
	{
		EdgePattern *edge = lfirst(cell);

		if (edge->variable == NULL)
			edge->variable = psprintf("%c%s", HIDDEN_NAME, NewAlias(c, 'e'));
	}
}

static MergeStep *
CompileMergeStep(Compiler *c, Clause *clause)
{
	MergeStep  *step = palloc0(sizeof(MergeStep));
	List	   *scope;
	Block		block;
	int			old = list_length(c->rows_scope);
	bool		star;
	StringInfoData columns;

	NameAll(c, linitial(clause->patterns));
	step->create = CompileCreateStep(c, clause->patterns, &scope, true);
	step->match = NewStatement();
	c->statement = step->match;
	RowsBlock(c, &block, c->rows_scope);
	/* all of the pattern becomes columns, even what no other clause names */
	star = c->star;
	c->star = true;
	CompileMatch(c, &block, clause->patterns, NULL, true);
	c->star = star;
	initStringInfo(&columns);
	for (int i = old; i < list_length(scope); i++)
	{
		Variable   *v = list_nth(scope, i);

		if (i > old)
			appendStringInfoString(&columns, ", ");
		EmitVariable(&columns, FindVariable(block.scope, v->name));
		step->match->ncolumns++;
	}
	appendStringInfo(&step->match->sql, "select %s from ", columns.data);
	EmitFrom(&step->match->sql, &block);
	c->rows_scope = scope;
	step->on_create = CompileSetItems(c, clause->on_create, false);
	step->on_match = CompileSetItems(c, clause->on_match, false);
	return step;
}

static Statement *
CompileDelete(Compiler *c, Clause *clause)
{
	Evaluation	e;
	ListCell   *cell;

	StartEvaluation(c, &e);
	foreach(cell, clause->items)
	{
		Expression *expr = lfirst(cell);

		if (expr->kind == EXPR_LABELS)
			QueryError(c->query, expr->at, CYPHER_SYNTAX_ERROR,
					   "InvalidDelete",
					   "labels are taken away by REMOVE, not deleted");
		CheckType(c, e.block.scope, expr,
				  NODE_TYPE | EDGE_TYPES | PATH_TYPE, "what is deleted");
		Evaluate(&e, expr);
	}
	return FinishEvaluation(&e);
}

/* Whether properties read what the same clause creates */
static bool
ReadsCreated(List *patterns, List *scope)
{
	ListCell   *p;
	ListCell   *cell;

	foreach(p, patterns)
	{
		PatternPart *part = lfirst(p);

		foreach(cell, part->nodes)
			if (UsesVariable(((NodePattern *) lfirst(cell))->properties, scope,
							 false))
			return true;
		foreach(cell, part->edges)
			if (UsesVariable(((EdgePattern *) lfirst(cell))->properties, scope,
							 false))
			return true;
	}
	return false;
}

/* One step; or one a part, so that later parts see what earlier ones made */
static void
CompileCreate(Compiler *c, List *patterns)
{
	bool		apart = ReadsCreated(patterns, c->rows_scope);
	ListCell   *cell;

	foreach(cell, patterns)
	{
		Step	   *step = palloc0(sizeof(Step));
		List	   *scope;

		step->kind = STEP_CREATE;
		step->create = CompileCreateStep(c, apart ?
										 list_make1(lfirst(cell)) : patterns,
										 &scope, false);
		c->rows_scope = scope;
		c->steps = lappend(c->steps, step);
		if (!apart)
			break;
	}
}

void
CompileWrite(Compiler *c, Block *block, Clause *clause)
{
	Step	   *step;

	FlushBlock(c, block);
	if (clause->kind == CLAUSE_CREATE)
	{
		CompileCreate(c, clause->patterns);
		ResumeBlock(c, block);
		return;
	}
	step = palloc0(sizeof(Step));
	switch (clause->kind)
	{
		case CLAUSE_MERGE:
			step->kind = STEP_MERGE;
			step->merge = CompileMergeStep(c, clause);
			break;
		case CLAUSE_DELETE:
			step->kind = STEP_DELETE;
			step->read = CompileDelete(c, clause);
			step->detach = clause->detach;
			break;
		default:
			step->kind = STEP_SET;
			step->set = CompileSetItems(c, clause->items,
										clause->kind == CLAUSE_REMOVE);
			break;
	}
	c->steps = lappend(c->steps, step);
	ResumeBlock(c, block);
}
