/*-------------------------------------------------------------------------
 *
 * compile_list.c
 *	  List comprehensions, quantifiers and reduce as subqueries. The list is
 *	  a column of a subquery that is kept apart (offset 0), so that it is
 *	  computed once however often it is used.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "cypher/compile.h"
#include "cypher/error.h"

/* A variable of an inner scope; its own scope marks it as local */
static List *
WithLocal(List *scope, char *name, char *sql)
{
	Variable   *variable = palloc0(sizeof(Variable));

	variable->name = name;
	variable->value = sql;
	variable->scope = list_make1(variable);
	return lappend(list_copy(scope), variable);
}

static void
EmitListColumn(Compiler *c, StringInfo out, List *scope, Expression *expr,
			   const char *alias)
{
	CheckType(c, scope, expr->base, LIST_TYPE, "what is iterated over");
	appendStringInfoString(out, " from (select ");
	EmitValue(c, out, scope, expr->base);
	appendStringInfo(out, " as v offset 0) as %s)", alias);
}

static void
NoAggregate(Compiler *c, Expression *expr)
{
	if (expr && HasAggregate(expr))
		QueryError(c->query, expr->at, CYPHER_SYNTAX_ERROR,
				   "InvalidAggregation",
				   "aggregates cannot stand inside a list expression");
}

static void
EmitReduce(Compiler *c, StringInfo out, List *scope, Expression *expr)
{
	char	   *list = NewAlias(c, 'l');
	char	   *step = NewAlias(c, 's');
	List	   *inner = WithLocal(scope, expr->accumulator,
								  psprintf("%s.a", step));

	NoAggregate(c, expr->result);
	inner = WithLocal(inner, expr->name,
					  psprintf("public.cypher_field(%s.v, %s.i)", list, step));
	appendStringInfo(out, "(select case when %s.v is not null then "
					 "(with recursive %s(i, a) as (select 0, (", list, step);
	EmitValue(c, out, scope, expr->otherwise);
	appendStringInfo(out, ")::public.cypher_value union all select %s.i "
					 "operator(pg_catalog.+) 1, ", step);
	EmitValue(c, out, inner, expr->result);
	appendStringInfo(out, " from %s where %s.i operator(pg_catalog.<) "
					 "%s.n) select %s.a from %s order by %s.i desc limit 1) end "
					 "from (select k.v, pg_catalog.cardinality("
					 "public.cypher_items(k.v)) as n",
					 step, step, list, step, step, step);
	EmitListColumn(c, out, scope, expr, "k");
	out->data[--out->len] = '\0';
	appendStringInfo(out, " offset 0) as %s)", list);
}

void
EmitList(Compiler *c, StringInfo out, List *scope, Expression *expr)
{
	char	   *list;
	char	   *item;
	List	   *inner;

	if (expr->kind == EXPR_REDUCE)
	{
		EmitReduce(c, out, scope, expr);
		return;
	}
	NoAggregate(c, expr->where);
	NoAggregate(c, expr->result);
	list = NewAlias(c, 'l');
	item = NewAlias(c, 'x');
	inner = WithLocal(scope, expr->name, psprintf("%s.v", item));
	appendStringInfo(out, "(select public.cypher_comprehend(%s.v, "
					 "array(select ", list);
	if (expr->result)
	{
		/* the same great value may be collected many times */
		appendStringInfoString(out, "public.cypher_reserve(");
		EmitValue(c, out, inner, expr->result);
		appendStringInfoChar(out, ')');
	}
	else
		appendStringInfo(out, "%s.v", item);
	appendStringInfo(out, " from pg_catalog.unnest(public.cypher_items(%s.v)) "
					 "as %s(v)", list, item);
	if (expr->where)
	{
		appendStringInfoString(out, " where ");
		EmitTruth(c, out, inner, expr->where);
	}
	appendStringInfoString(out, "))");
	EmitListColumn(c, out, scope, expr, list);
}

void
EmitQuantifier(Compiler *c, StringInfo out, List *scope, Expression *expr)
{
	char	   *list = NewAlias(c, 'l');
	char	   *item = NewAlias(c, 'x');
	List	   *inner = WithLocal(scope, expr->name, psprintf("%s.v", item));

	NoAggregate(c, expr->where);
	appendStringInfo(out, "(select public.cypher_quantify('%c', %s.v, "
					 "array(select ",
					 expr->op == OP_ALL ? 'a' : expr->op == OP_ANY ? 'y' :
					 expr->op == OP_NONE ? 'n' : 's', list);
	if (expr->where)
		EmitTruth(c, out, inner, expr->where);
	else
		appendStringInfo(out, "public.cypher_truth(%s.v)", item);
	appendStringInfo(out, " from pg_catalog.unnest(public.cypher_items(%s.v)) "
					 "as %s(v)))", list, item);
	EmitListColumn(c, out, scope, expr, list);
}
