/*-------------------------------------------------------------------------
 *
 * compile_projection.c
 *	  WITH and RETURN as one SELECT: columns, grouping, DISTINCT, ORDER BY,
 *	  SKIP, LIMIT.
 *
 * With aggregates there are two levels: inside, the columns to group by
 * (g.k1, g.k2 ...) and the aggregates (g.a1 ...); outside, the expressions
 * over them. With DISTINCT or aggregates ORDER BY sees only the columns, so
 * it gets a level of its own.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "cypher/compile.h"
#include "cypher/error.h"
#include "cypher/parser.h"

typedef struct Projection
{
	Compiler   *c;
	Block	   *block;
	Clause	   *clause;
	List	   *items;			/* ReturnItem */
	bool		aggregates;
	bool		final;			/* RETURN */
} Projection;

static ReturnItem *
VariableItem(Variable *variable)
{
	ReturnItem *item = palloc0(sizeof(ReturnItem));

	item->expr = MakeExpr(EXPR_VARIABLE, 0);
	item->expr->name = variable->name;
	item->name = variable->name;
	item->aliased = true;
	return item;
}

/* The columns, * written out */
static List *
ProjectionItems(Compiler *c, Block *block, Clause *clause)
{
	List	   *items = NIL;
	ListCell   *cell;
	ListCell   *other;

	if (clause->star)
	{
		for (int i = 0; i < list_length(block->scope); i++)
		{
			Variable   *variable = list_nth(block->scope, i);

			if (variable->name && variable->name[0] != HIDDEN_NAME &&
				FindVariable(block->scope, variable->name) == variable)
				items = lappend(items, VariableItem(variable));
		}
		if (items == NIL && clause->items == NIL &&
			clause->kind == CLAUSE_RETURN)
			QueryError(c->query, clause->at, CYPHER_SYNTAX_ERROR,
					   "NoVariablesInScope", "there is nothing for * to return");
	}
	items = list_concat(items, clause->items);
	foreach(cell, items)
	{
		ReturnItem *item = lfirst(cell);

		if (clause->kind == CLAUSE_WITH && !item->aliased &&
			item->expr->kind != EXPR_VARIABLE)
			QueryError(c->query, item->expr->at, CYPHER_SYNTAX_ERROR,
					   "NoExpressionAlias",
					   "an expression in WITH needs a name (AS)");
		foreach(other, items)
		{
			ReturnItem *earlier = lfirst(other);

			if (earlier == item)
				break;
			if (strcmp(earlier->name, item->name) == 0)
				QueryError(c->query, item->expr->at, CYPHER_SYNTAX_ERROR,
						   "ColumnNameConflict",
						   "there are two columns \"%s\"", item->name);
		}
	}
	return items;
}

static void
AddReplacement(Compiler *c, Expression *expr, char *sql)
{
	Replacement *replacement = palloc(sizeof(Replacement));

	replacement->expr = expr;
	replacement->sql = sql;
	c->replacements = lappend(c->replacements, replacement);
}

/* Expressions that an aggregating expression may stand on as they are */
static bool
IsGroupingKey(const Expression *expr)
{
	return expr->kind == EXPR_VARIABLE || expr->kind == EXPR_PROPERTY ||
		expr->kind == EXPR_PARAMETER || expr->kind == EXPR_CONSTANT;
}

/* Those replacements that may stand inside larger expressions */
static List *
SimpleReplacements(List *all)
{
	List	   *simple = NIL;
	ListCell   *cell;

	foreach(cell, all)
	{
		Replacement *replacement = lfirst(cell);

		if (IsGroupingKey(replacement->expr) || IsAggregate(replacement->expr))
			simple = lappend(simple, replacement);
	}
	return simple;
}

/* The columns' expressions; with aggregates, what is below them */
static void
EmitItems(Projection *p, StringInfo out, StringInfo inner)
{
	Compiler   *c = p->c;
	List	   *scope = p->block->scope;
	ListCell   *cell;
	int			keys = 0;
	int			i = 0;

	initStringInfo(inner);
	if (p->aggregates)
	{
		foreach(cell, p->items)
		{
			ReturnItem *item = lfirst(cell);

			if (HasAggregate(item->expr))
				continue;
			appendStringInfo(inner, "%s", keys > 0 ? ", " : "");
			EmitValue(c, inner, scope, item->expr);
			appendStringInfo(inner, " as k%d", ++keys);
		}
		keys = 0;
		foreach(cell, p->items)
		{
			ReturnItem *item = lfirst(cell);

			if (!HasAggregate(item->expr))
				AddReplacement(c, item->expr, psprintf("g.k%d", ++keys));
		}
		c->grouping = true;
	}
	foreach(cell, p->items)
	{
		ReturnItem *item = lfirst(cell);

		if (i++ > 0)
			appendStringInfoString(out, ", ");
		if (p->aggregates && HasAggregate(item->expr))
		{
			List	   *all = c->replacements;

			c->replacements = SimpleReplacements(all);
			EmitValue(c, out, scope, item->expr);
			c->replacements = all;
		}
		else
			EmitValue(c, out, scope, item->expr);
		appendStringInfo(out, " as c%d", i);
	}
	if (p->aggregates)
	{
		c->grouping = false;
		c->replacements = NIL;
		foreach(cell, c->aggregates)
			appendStringInfo(inner, "%s%s as a%d", inner->len > 0 ? ", " : "",
							 ((Replacement *) lfirst(cell))->sql,
							 foreach_current_index(cell) + 1);
		c->aggregates = NIL;
	}
}

static void
EmitGrouped(Projection *p, StringInfo out, StringInfo items, StringInfo inner)
{
	int			keys = 0;
	ListCell   *cell;

	appendStringInfo(out, "select %s%s from (select %s from ",
					 p->clause->distinct ? "distinct " : "", items->data,
					 inner->data);
	EmitFrom(out, p->block);
	foreach(cell, p->items)
		if (!HasAggregate(((ReturnItem *) lfirst(cell))->expr))
		appendStringInfo(out, "%s%d", keys > 0 ? ", " : " group by ",
						 keys + 1), keys++;
	appendStringInfoString(out, ") as g");
}

static void
CheckRowCount(Compiler *c, Expression *expr)
{
	if (UsesVariable(expr, NIL, true))
		QueryError(c->query, expr->at, CYPHER_SYNTAX_ERROR,
				   "NonConstantExpression",
				   "SKIP and LIMIT cannot use variables");
	if (HasAggregate(expr))
		QueryError(c->query, expr->at, CYPHER_SYNTAX_ERROR,
				   "InvalidAggregation", "SKIP and LIMIT cannot aggregate");
	CheckType(c, NIL, expr, INTEGER_TYPE, "the number of rows");
	if (expr->kind == EXPR_CONSTANT && expr->value.type == VALUE_INTEGER &&
		expr->value.integer < 0)
		QueryError(c->query, expr->at, CYPHER_SYNTAX_ERROR,
				   "NegativeIntegerArgument",
				   "SKIP and LIMIT must not be negative");
}

static void
EmitRange(Compiler *c, StringInfo out, Clause *clause)
{
	Expression *exprs[2] = {clause->skip, clause->limit};

	for (int i = 0; i < 2; i++)
	{
		if (exprs[i] == NULL)
			continue;
		CheckRowCount(c, exprs[i]);
		appendStringInfoString(out, i == 0 ? " offset " : " limit ");
		appendStringInfoString(out, "public.cypher_row_count(");
		EmitValue(c, out, NIL, exprs[i]);
		appendStringInfoChar(out, ')');
	}
}

/* Which column an ORDER BY item is, from 1; 0 if none */
static int
ColumnOf(Projection *p, const Expression *expr)
{
	ListCell   *cell;

	foreach(cell, p->items)
	{
		ReturnItem *item = lfirst(cell);

		if (expr->kind == EXPR_VARIABLE &&
			strcmp(item->name, expr->name) == 0)
			return foreach_current_index(cell) + 1;
	}
	foreach(cell, p->items)
		if (EqualExpr(((ReturnItem *) lfirst(cell))->expr, expr))
		return foreach_current_index(cell) + 1;
	return 0;
}

static void
EmitOrder(Projection *p, StringInfo out, List *scope)
{
	ListCell   *cell;
	const char *comma = " order by ";
	List	   *all = p->c->replacements;

	foreach(cell, p->clause->order)
	{
		SortItem   *sort = lfirst(cell);
		int			column = ColumnOf(p, sort->expr);

		appendStringInfoString(out, comma);
		comma = ", ";
		if (column > 0)
			appendStringInfo(out, "%d", column);
		else
		{
			if (HasAggregate(sort->expr) && !p->aggregates)
				QueryError(p->c->query, sort->expr->at, CYPHER_SYNTAX_ERROR,
						   "InvalidAggregation",
						   "ORDER BY can aggregate only where the columns do");
			if (HasAggregate(sort->expr))
				p->c->replacements = SimpleReplacements(p->c->replacements);
			EmitValue(p->c, out, scope, sort->expr);
			p->c->replacements = all;
		}
		if (sort->descending)
			appendStringInfoString(out, " desc");
	}
}

/* The scope of ORDER BY and WHERE where the old variables still count */
static List *
AliasScope(Projection *p)
{
	List	   *scope = list_copy(p->block->scope);
	ListCell   *cell;

	foreach(cell, p->items)
	{
		ReturnItem *item = lfirst(cell);
		Variable   *alias;

		if (item->expr->kind == EXPR_VARIABLE &&
			strcmp(item->expr->name, item->name) == 0)
			continue;
		alias = palloc0(sizeof(Variable));
		alias->name = item->name;
		alias->expr = item->expr;
		alias->scope = p->block->scope;
		scope = lappend(scope, alias);
	}
	return scope;
}

/* The columns as variables of what follows */
static List *
ColumnScope(Projection *p, const char *alias)
{
	List	   *scope = NIL;
	ListCell   *cell;

	foreach(cell, p->items)
	{
		ReturnItem *item = lfirst(cell);
		Variable   *variable = palloc0(sizeof(Variable));

		variable->name = item->name;
		variable->type = StaticType(p->c, p->block->scope, item->expr);
		if (item->expr->kind == EXPR_VARIABLE)
		{
			Variable   *was = FindVariable(p->block->scope, item->expr->name);

			variable->hops = was && was->hops;
		}
		variable->value = psprintf("%s.c%d", alias,
								   foreach_current_index(cell) + 1);
		scope = lappend(scope, variable);
	}
	return scope;
}

/* Whether a column is more than something looked up */
static bool
Computes(Projection *p)
{
	ListCell   *cell;

	foreach(cell, p->items)
	{
		Expression *expr = ((ReturnItem *) lfirst(cell))->expr;

		if (expr->kind == EXPR_PROPERTY)
			expr = linitial(expr->args);
		if (expr->kind != EXPR_VARIABLE && expr->kind != EXPR_CONSTANT &&
			expr->kind != EXPR_PARAMETER)
			return true;
	}
	return false;
}

/*
 * Append the SELECT to out; the block keeps its old scope.
 */
static void
EmitProjection(Projection *p, StringInfo out, Expression *condition)
{
	Compiler   *c = p->c;
	Clause	   *clause = p->clause;
	StringInfoData items;
	StringInfoData inner;

	initStringInfo(&items);
	EmitItems(p, &items, &inner);
	if (p->aggregates || clause->distinct)
	{
		if (clause->order)
			appendStringInfoString(out, "select * from (");
		if (p->aggregates)
			EmitGrouped(p, out, &items, &inner);
		else
		{
			appendStringInfo(out, "select distinct %s from ", items.data);
			EmitFrom(out, p->block);
		}
		if (clause->order)
		{
			ListCell   *cell;

			appendStringInfoString(out, ") as d");
			foreach(cell, p->items)
				AddReplacement(c, ((ReturnItem *) lfirst(cell))->expr,
							   psprintf("d.c%d",
										foreach_current_index(cell) + 1));
			EmitOrder(p, out, ColumnScope(p, "d"));
			c->replacements = NIL;
		}
	}
	else
	{
		appendStringInfo(out, "select %s", items.data);
		if (condition)
		{
			appendStringInfo(out, "%s(", items.len > 0 ? ", " : "");
			EmitTruth(c, out, AliasScope(p), condition);
			appendStringInfoString(out, ") as w");
		}
		appendStringInfoString(out, " from ");
		EmitFrom(out, p->block);
		EmitOrder(p, out, AliasScope(p));

		/*
		 * computed once: if the planner put it wherever a name is used, a
		 * chain of WITH would double it each time
		 */
		if (clause->kind == CLAUSE_WITH && !clause->skip && Computes(p))
			appendStringInfoString(out, " offset 0");
	}
	EmitRange(c, out, clause);
}

/* WITH variables only, nothing else: they may stay native */
static bool
IsPassing(Projection *p)
{
	ListCell   *cell;

	if (p->aggregates || p->clause->distinct || p->clause->order ||
		p->clause->skip || p->clause->limit)
		return false;
	foreach(cell, p->items)
	{
		ReturnItem *item = lfirst(cell);

		if (item->expr->kind != EXPR_VARIABLE)
			return false;
	}
	return true;
}

/* WITH a, b AS c: other names for the same columns, no SELECT needed */
static void
PassVariables(Projection *p)
{
	List	   *scope = NIL;
	Clause	   *clause = p->clause;
	ListCell   *cell;

	foreach(cell, p->items)
	{
		ReturnItem *item = lfirst(cell);
		Variable   *variable = palloc(sizeof(Variable));

		*variable = *NeedVariable(p->c, p->block->scope, item->expr->name,
								  item->expr->at);
		variable->name = item->name;
		scope = lappend(scope, variable);
	}
	if (clause->where)
	{
		AndWhere(p->block);
		EmitTruth(p->c, &p->block->where,
				  list_concat(list_copy(p->block->scope), scope),
				  clause->where);
	}
	p->block->scope = scope;
}

/*
 * RETURN writes its SELECT to out; WITH begins the block anew from it.
 */
void
CompileProjection(Compiler *c, Block *block, Clause *clause, StringInfo out)
{
	Projection	p = {.c = c,.block = block,.clause = clause};
	ListCell   *cell;
	char	   *alias;
	List	   *scope;
	Expression *condition = NULL;
	StringInfoData sql;

	p.items = ProjectionItems(c, block, clause);
	foreach(cell, p.items)
		p.aggregates |= HasAggregate(((ReturnItem *) lfirst(cell))->expr);
	if (clause->where && HasAggregate(clause->where))
		QueryError(c->query, clause->where->at, CYPHER_SYNTAX_ERROR,
				   "InvalidAggregation", "WHERE cannot have aggregates");
	if (clause->kind == CLAUSE_RETURN)
	{
		c->ncolumns = list_length(p.items);
		c->columns = palloc(sizeof(char *) * (c->ncolumns + 1));
		foreach(cell, p.items)
			c->columns[foreach_current_index(cell)] =
			((ReturnItem *) lfirst(cell))->name;
		EmitProjection(&p, out, NULL);
		return;
	}
	if (IsPassing(&p))
	{
		PassVariables(&p);
		return;
	}
	alias = NewAlias(c, 'q');
	scope = ColumnScope(&p, alias);
	if (clause->where && !p.aggregates && !clause->distinct &&
		UsesVariable(clause->where, scope, false))
		condition = clause->where;
	initStringInfo(&sql);
	EmitProjection(&p, &sql, condition);
	StartBlock(block, scope);
	appendStringInfo(&block->from, ", (%s) as %s", sql.data, alias);
	if (condition)
	{
		AndWhere(block);
		appendStringInfo(&block->where, "%s.w", alias);
	}
	else if (clause->where)
	{
		AndWhere(block);
		EmitTruth(c, &block->where, block->scope, clause->where);
	}
}
