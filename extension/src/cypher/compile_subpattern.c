/*-------------------------------------------------------------------------
 *
 * compile_subpattern.c
 *	  Patterns inside others: OPTIONAL MATCH, patterns as conditions and as
 *	  lists, EXISTS { } and COUNT { }.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "cypher/compile.h"
#include "cypher/error.h"
#include "cypher/parser.h"

/*
 * The columns that carry a variable out of a subquery, and the variable as
 * it is read from there; native ones stay so if wanted.
 */
void
ExportVariable(StringInfo columns, Variable *v, const char *alias, int number,
			   bool native)
{
	const char *comma = columns->len > 0 ? ", " : "";
	Variable	was = *v;

	v->expr = NULL;
	v->scope = NIL;
	if (!native || was.value || was.properties == NULL)
	{
		appendStringInfo(columns, "%s", comma);
		EmitVariable(columns, &was);
		appendStringInfo(columns, " as c%d", number);
		v->value = psprintf("%s.c%d", alias, number);
		v->id = v->labels = v->edge_type = v->start = v->end = NULL;
		v->properties = NULL;
		return;
	}
	appendStringInfo(columns, "%s%s as c%d_id, %s as c%d_properties", comma,
					 was.id, number, was.properties, number);
	v->id = psprintf("%s.c%d_id", alias, number);
	v->properties = psprintf("%s.c%d_properties", alias, number);
	if (was.type == VALUE_NODE)
	{
		appendStringInfo(columns, ", %s as c%d_labels", was.labels, number);
		v->labels = psprintf("%s.c%d_labels", alias, number);
		return;
	}
	appendStringInfo(columns,
					 ", %s as c%d_type, %s as c%d_start, %s as c%d_end",
					 was.edge_type, number, was.start, number, was.end,
					 number);
	v->edge_type = psprintf("%s.c%d_type", alias, number);
	v->start = psprintf("%s.c%d_start", alias, number);
	v->end = psprintf("%s.c%d_end", alias, number);
}

/*
 * OPTIONAL MATCH: a lateral left join; what it declares comes out of it.
 */
void
CompileOptional(Compiler *c, Block *block, Clause *clause)
{
	Block		inner;
	StringInfoData columns;
	char	   *alias = NewAlias(c, 'o');
	int			n = list_length(block->scope);

	StartBlock(&inner, list_copy(block->scope));
	CompileMatch(c, &inner, clause->patterns, clause->where, true);
	initStringInfo(&columns);
	for (int i = n; i < list_length(inner.scope); i++)
	{
		Variable   *v = list_nth(inner.scope, i);

		if (v->name == NULL)
			continue;
		ExportVariable(&columns, v, alias, i, true);
		block->scope = lappend(block->scope, v);
	}
	appendStringInfo(&block->from, " left join lateral (select %s from ",
					 columns.data);
	EmitFrom(&block->from, &inner);
	appendStringInfo(&block->from, ") as %s on true", alias);
}

/*
 * A pattern as a condition, EXISTS { } and COUNT { }.
 */
void
EmitPatternExists(Compiler *c, StringInfo out, List *scope, Expression *expr)
{
	bool		ends_only = c->ends_only;

	if (expr->kind == EXPR_PATTERN)
	{
		Block		inner;

		if (list_length(expr->pattern->edges) == 0)
			QueryError(c->query, expr->at, CYPHER_SYNTAX_ERROR,
					   "UnexpectedSyntax", "a pattern needs a relationship");
		StartBlock(&inner, list_copy(scope));
		c->ends_only = true;
		CompileMatch(c, &inner, list_make1(expr->pattern), NULL, false);
		c->ends_only = ends_only;
		appendStringInfoString(out, "exists (select 1 from ");
		EmitFrom(out, &inner);
		appendStringInfoChar(out, ')');
		return;
	}
	appendStringInfoString(out, "exists (");
	CompileSubquery(c, out, scope, expr->clauses);
	appendStringInfoChar(out, ')');
}

/*
 * Pattern comprehension, COUNT { }, shortestPath(...) as a value.
 */
void
EmitPatternList(Compiler *c, StringInfo out, List *scope, Expression *expr)
{
	Block		inner;
	Expression *result = expr->result;
	bool		ends_only = c->ends_only;

	c->ends_only = false;

	if (expr->kind == EXPR_SUBQUERY)
	{
		appendStringInfoString(out,
							   "public.cypher_from_integer((select pg_catalog.count(*) from (");
		CompileSubquery(c, out, scope, expr->clauses);
		appendStringInfo(out, ") as %s))", NewAlias(c, 'q'));
		c->ends_only = ends_only;
		return;
	}
	StartBlock(&inner, list_copy(scope));
	if (expr->kind == EXPR_SHORTEST)
	{
		result = MakeExpr(EXPR_VARIABLE, expr->at);
		result->name = "shortest path";
		expr->pattern->variable = result->name;
	}
	CompileMatch(c, &inner, list_make1(expr->pattern), expr->where,
				 expr->kind == EXPR_PATTERN_COMPREHENSION);
	c->ends_only = ends_only;
	if (HasAggregate(result))
		QueryError(c->query, result->at, CYPHER_SYNTAX_ERROR,
				   "InvalidAggregation",
				   "aggregates cannot stand inside a pattern comprehension");
	if (expr->kind == EXPR_SHORTEST && expr->pattern->kind == PATH_SHORTEST)
	{
		appendStringInfoString(out, "(select ");
		EmitValue(c, out, inner.scope, result);
		appendStringInfoString(out, " from ");
		EmitFrom(out, &inner);
		appendStringInfoString(out, " limit 1)");
		return;
	}
	appendStringInfoString(out, "public.cypher_list(array(select public.cypher_reserve(");
	EmitValue(c, out, inner.scope, result);
	appendStringInfoString(out, ") from ");
	EmitFrom(out, &inner);
	appendStringInfoString(out, "))");
}
