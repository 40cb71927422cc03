/*-------------------------------------------------------------------------
 *
 * compile.c
 *	  The top of the compiler: clauses in order, parts of a UNION, parameters
 *	  of the statements.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/builtins.h"

#include "cypher/compile.h"
#include "cypher/error.h"

/*
 * The number of a parameter of the statement being written; a name has one.
 */
int
AddParameter(Compiler *c, ParameterKind kind, char *name, const CypherValue *value)
{
	Statement  *statement = c->statement;
	Parameter  *parameter;
	ListCell   *cell;
	CypherValue found;

	if (kind != PARAMETER_CONSTANT)
	{
		foreach(cell, statement->parameters)
		{
			parameter = lfirst(cell);
			if (parameter->kind == kind &&
				(name == NULL || strcmp(parameter->name, name) == 0))
				return foreach_current_index(cell) + 1;
		}
	}
	if (kind == PARAMETER_NAMED &&
		!MapGet(&c->params, name, strlen(name), &found))
		ereport(ERROR,
				(errcode(CYPHER_PARAMETER_MISSING),
				 errmsg("ParameterMissing: MissingParameter: no value for parameter $%s",
						name)));
	if (list_length(statement->parameters) >= MAX_PARAMETERS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("a query has at most %d literals and parameters",
						MAX_PARAMETERS),
				 errhint("Lists and maps of literals count once.")));
	parameter = palloc0(sizeof(Parameter));
	parameter->kind = kind;
	parameter->name = name;
	if (kind == PARAMETER_CONSTANT)
		parameter->constant = ValueToDatum(value);
	statement->parameters = lappend(statement->parameters, parameter);
	return list_length(statement->parameters);
}

char *
NewAlias(Compiler *c, char letter)
{
	return psprintf("%c%d", letter, ++c->aliases);
}

/* $1 is always the tenant */
Statement *
NewStatement(void)
{
	Statement  *statement = palloc0(sizeof(Statement));
	Parameter  *tenant = palloc0(sizeof(Parameter));

	initStringInfo(&statement->sql);
	tenant->kind = PARAMETER_TENANT;
	statement->parameters = list_make1(tenant);
	return statement;
}

void
StartBlock(Block *block, List *scope)
{
	initStringInfo(&block->from);
	initStringInfo(&block->where);
	block->scope = scope;
}

void
AndWhere(Block *block)
{
	if (block->where.len > 0)
		appendStringInfoString(&block->where, " and ");
}

/* What stands after FROM; a block without tables has one row */
void
EmitFrom(StringInfo out, const Block *block)
{
	const char *from = block->from.data;

	if (*from == '\0')
		appendStringInfoString(out, "(select) as one");
	else if (strncmp(from, ", ", 2) == 0)
		appendStringInfoString(out, from + 2);
	else
		appendStringInfo(out, "(select) as one%s", from);
	if (block->where.len > 0)
		appendStringInfo(out, " where %s", block->where.data);
}

static void
CompileUnwind(Compiler *c, Block *block, Clause *clause)
{
	Variable   *variable = palloc0(sizeof(Variable));
	char	   *alias = NewAlias(c, 'u');

	if (FindVariable(block->scope, clause->name))
		QueryError(c->query, clause->at, CYPHER_SYNTAX_ERROR,
				   "VariableAlreadyBound", "variable \"%s\" is bound already",
				   clause->name);
	if (HasAggregate(clause->expr))
		QueryError(c->query, clause->expr->at, CYPHER_SYNTAX_ERROR,
				   "InvalidAggregation", "UNWIND cannot aggregate");
	appendStringInfoString(&block->from,
						   ", lateral pg_catalog.unnest(public.cypher_unwind_items(");
	EmitValue(c, &block->from, block->scope, clause->expr);
	appendStringInfo(&block->from, ")) as %s(v)", alias);
	variable->name = clause->name;
	variable->value = psprintf("%s.v", alias);
	block->scope = lappend(list_copy(block->scope), variable);
}

/*
 * A clause that only reads and is not RETURN.
 */
void
CompileRead(Compiler *c, Block *block, Clause *clause)
{
	switch (clause->kind)
	{
		case CLAUSE_MATCH:
			block->scope = list_copy(block->scope);
			if (clause->optional)
				CompileOptional(c, block, clause);
			else
				CompileMatch(c, block, clause->patterns, clause->where, true);
			break;
		case CLAUSE_UNWIND:
			CompileUnwind(c, block, clause);
			break;
		case CLAUSE_WITH:
			CompileProjection(c, block, clause, NULL);
			break;
		case CLAUSE_CALL:
			CompileCall(c, block, clause, false);
			break;
		default:
			QueryError(c->query, clause->at, CYPHER_SYNTAX_ERROR,
					   "InvalidClauseComposition",
					   "this clause cannot stand here");
	}
}

static bool
IsWrite(const Clause *clause)
{
	return clause->kind >= CLAUSE_CREATE && clause->kind <= CLAUSE_DELETE;
}

static bool
VisitCounting(const Expression *expr, void *state)
{
	return IsAggregate(expr) && !expr->distinct &&
		(expr->kind != EXPR_CALL || (pg_strcasecmp(expr->name, "min") != 0 &&
									 pg_strcasecmp(expr->name, "max") != 0));
}

/*
 * Whether the next WITH or RETURN makes the same of rows that are repeated:
 * DISTINCT, or aggregates that do not count.
 */
static bool
IgnoresRepeats(List *clauses, ListCell *from)
{
	for (ListCell *cell = from; cell; cell = lnext(clauses, cell))
	{
		Clause	   *clause = lfirst(cell);
		bool		aggregates = false;
		ListCell   *i;

		if (IsWrite(clause))
			return false;
		if (clause->kind != CLAUSE_WITH && clause->kind != CLAUSE_RETURN)
			continue;
		foreach(i, clause->items)
		{
			ReturnItem *item = lfirst(i);

			if (WalkExpr(item->expr, VisitCounting, NULL))
				return false;
			aggregates |= HasAggregate(item->expr);
		}
		return clause->distinct || aggregates;
	}
	return false;
}

static void
CompileReturn(Compiler *c, Block *block, List *clauses, ListCell *cell, StringInfo out)
{
	Clause	   *clause = lfirst(cell);

	if (lnext(clauses, cell))
		QueryError(c->query, clause->at, CYPHER_SYNTAX_ERROR,
				   "InvalidClauseComposition", "RETURN must be last");
	CompileProjection(c, block, clause, out);
}

/*
 * The clauses of EXISTS { } and COUNT { }, which may end without RETURN.
 */
void
CompileSubquery(Compiler *c, StringInfo out, List *scope, List *clauses)
{
	Block		block;
	ListCell   *cell;
	char	  **columns = c->columns;
	int			ncolumns = c->ncolumns;
	List	   *replacements = c->replacements;
	bool		grouping = c->grouping;
	bool		ends_only = c->ends_only;

	check_stack_depth();
	c->replacements = NIL;
	c->grouping = false;
	StartBlock(&block, list_copy(scope));
	foreach(cell, clauses)
	{
		Clause	   *clause = lfirst(cell);

		c->ends_only = clause->kind == CLAUSE_MATCH &&
			IgnoresRepeats(clauses, cell);

		if (clause->kind == CLAUSE_RETURN)
			CompileReturn(c, &block, clauses, cell, out);
		else
		{
			CompileRead(c, &block, clause);
			if (lnext(clauses, cell) == NULL)
			{
				appendStringInfoString(out, "select 1 from ");
				EmitFrom(out, &block);
			}
		}
	}
	c->columns = columns;
	c->ncolumns = ncolumns;
	c->ends_only = ends_only;
	c->replacements = replacements;
	c->grouping = grouping;
}

/* Which clause may be last */
static void
CheckEnd(Compiler *c, List *clauses)
{
	Clause	   *last = llast(clauses);

	if (last->kind != CLAUSE_RETURN && !IsWrite(last) &&
		last->kind != CLAUSE_CALL)
		QueryError(c->query, last->at, CYPHER_SYNTAX_ERROR,
				   "InvalidClauseComposition",
				   "a query ends with RETURN or a clause that writes");
}

/*
 * One part of a query: the steps that run it.
 */
static List *
CompilePart(Compiler *c, List *clauses)
{
	Block		block;
	ListCell   *cell;
	int			n = list_length(clauses);

	c->steps = NIL;
	c->rows_scope = NIL;
	c->rows_from = 0;
	c->columns = NULL;
	c->ncolumns = -1;
	StartBlock(&block, NIL);
	CheckEnd(c, clauses);
	foreach(cell, clauses)
	{
		Clause	   *clause = lfirst(cell);

		CHECK_FOR_INTERRUPTS();
		c->ends_only = clause->kind == CLAUSE_MATCH &&
			IgnoresRepeats(clauses, cell);
		if (clause->kind == CLAUSE_RETURN)
			CompileReturn(c, &block, clauses, cell, &c->statement->sql);
		else if (IsWrite(clause))
		{
			CompileWrite(c, &block, clause);
		}
		else if (clause->kind == CLAUSE_CALL)
			CompileCall(c, &block, clause, n == 1);
		else
			CompileRead(c, &block, clause);
	}
	if (c->ncolumns < 0 && ((Clause *) llast(clauses))->kind == CLAUSE_CALL)
		FlushBlock(c, &block);
	if (c->ncolumns >= 0)
	{
		Step	   *step = palloc0(sizeof(Step));

		step->kind = STEP_READ;
		step->read = c->statement;
		step->read->ncolumns = c->ncolumns;
		c->steps = lappend(c->steps, step);
	}
	return c->steps;
}

static void
CheckColumns(Compiler *c, Program *program)
{
	bool		same = c->ncolumns == program->ncolumns;

	for (int i = 0; same && i < c->ncolumns; i++)
		same = strcmp(c->columns[i], program->columns[i]) == 0;
	if (!same)
		QueryError(c->query, 0, CYPHER_SYNTAX_ERROR,
				   "DifferentColumnsInUnion",
				   "all parts of a UNION have the same columns");
}

Program *
CompileQuery(const char *query, const Graph *graph, const CypherValue *params)
{
	Compiler	c = {.query = query,.graph = *graph,.params = *params};
	QueryTree  *tree = ParseQuery(query);
	Program    *program = palloc0(sizeof(Program));
	ListCell   *cell;
	bool		writes = false;
	bool		joined;

	c.node_table = psprintf("%s.node", quote_identifier(graph->name));
	c.edge_table = psprintf("%s.edge", quote_identifier(graph->name));
	CountNames(&c);
	c.graph_literal = quote_literal_cstr(graph->name);
	program->all = tree->all;
	foreach(cell, tree->parts)
	{
		ListCell   *clause;

		foreach(clause, lfirst(cell))
			writes |= IsWrite(lfirst(clause));
	}
	/* parts that only read are one statement together */
	joined = !writes && list_length(tree->parts) > 1;
	foreach(cell, tree->parts)
	{
		List	   *steps;

		if (!joined || cell == list_head(tree->parts))
			c.statement = NewStatement();
		else
			appendStringInfo(&c.statement->sql, " union %s",
							 tree->all ? "all " : "");
		if (joined)
			appendStringInfoChar(&c.statement->sql, '(');
		steps = CompilePart(&c, lfirst(cell));
		if (joined)
			appendStringInfoChar(&c.statement->sql, ')');

		if (program->parts == NIL)
		{
			program->ncolumns = c.ncolumns;
			program->columns = c.columns;
		}
		else
			CheckColumns(&c, program);
		if (list_length(tree->parts) > 1 && c.ncolumns < 0)
			QueryError(query, 0, CYPHER_SYNTAX_ERROR,
					   "InvalidClauseComposition",
					   "all parts of a UNION return something");
		program->parts = joined ? list_make1(steps) :
			lappend(program->parts, steps);
	}
	program->writes = writes;
	program->calls_functions = c.calls_functions;
	return program;
}
