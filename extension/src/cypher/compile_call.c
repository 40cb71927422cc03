/*-------------------------------------------------------------------------
 *
 * compile_call.c
 *	  Calls of functions and aggregates as SQL.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "cypher/compile.h"
#include "cypher/error.h"

static bool
Is(const Expression *expr, const char *name)
{
	return pg_strcasecmp(expr->name, name) == 0;
}

static void
CheckCount(Compiler *c, const Expression *expr, int min, int max)
{
	int			n = list_length(expr->args);

	if (n < min || n > max)
		QueryError(c->query, expr->at, CYPHER_SYNTAX_ERROR,
				   "InvalidNumberOfArguments",
				   "function \"%s\" cannot have %d arguments", expr->name, n);
}

/* The node at one end of a relationship is read from the graph */
static void
EmitEndpoint(Compiler *c, StringInfo out, List *scope, Expression *expr, bool start)
{
	Expression *arg;
	Variable   *variable;
	char	   *alias = NewAlias(c, 'n');

	CheckCount(c, expr, 1, 1);
	arg = linitial(expr->args);
	CheckType(c, scope, arg, EDGE_TYPES, "the argument");
	variable = arg->kind == EXPR_VARIABLE ? FindVariable(scope, arg->name) :
		NULL;
	appendStringInfo(out, "(select public.cypher_node(%s.node_id, %s.labels, "
					 "%s.properties) from %s as %s where %s.tenant_id "
					 "operator(pg_catalog.=) $1 and %s.node_id "
					 "operator(pg_catalog.=) ",
					 alias, alias, alias, c->node_table, alias, alias, alias);
	if (variable && variable->start && !c->grouping)
		appendStringInfoString(out, start ? variable->start : variable->end);
	else
	{
		appendStringInfoString(out, "public.cypher_endpoint(");
		EmitValue(c, out, scope, arg);
		appendStringInfo(out, ", %s)", start ? "true" : "false");
	}
	appendStringInfoChar(out, ')');
}

static void
EmitArguments(Compiler *c, StringInfo out, List *scope, Expression *expr,
			  const char *comma)
{
	ListCell   *cell;

	foreach(cell, expr->args)
	{
		appendStringInfoString(out, comma);
		EmitValue(c, out, scope, lfirst(cell));
		comma = ", ";
	}
	appendStringInfoChar(out, ')');
}

/* Functions of one native variable that need not build the whole value */
static bool
EmitNative(Compiler *c, StringInfo out, List *scope, Expression *expr)
{
	Expression *arg = list_length(expr->args) == 1 ? linitial(expr->args) : NULL;
	Variable   *v;

	if (arg == NULL || arg->kind != EXPR_VARIABLE || c->grouping)
		return false;
	v = FindVariable(scope, arg->name);
	if (v == NULL || v->id == NULL)
		return false;
	if (Is(expr, "id"))
		appendStringInfo(out, "public.cypher_from_integer(%s)", v->id);
	else if (Is(expr, "type") && v->edge_type)
		appendStringInfo(out, "public.cypher_from_text(%s)", v->edge_type);
	else
		return false;
	return true;
}

/*
 * A call; exists() is a condition, all others are values.
 */
bool
EmitCall(Compiler *c, StringInfo out, List *scope, Expression *expr)
{
	const Function *function;
	int			n = list_length(expr->args);
	int			i = 0;
	ListCell   *cell;

	if (Is(expr, "exists"))
	{
		Expression *arg;

		CheckCount(c, expr, 1, 1);
		arg = linitial(expr->args);
		if (arg->kind == EXPR_PATTERN)
			EmitTruth(c, out, scope, arg);
		else if (arg->kind == EXPR_PROPERTY ||
				 (arg->kind == EXPR_OPERATOR && arg->op == OP_INDEX))
		{
			appendStringInfoChar(out, '(');
			EmitValue(c, out, scope, arg);
			appendStringInfoString(out, " is not null)");
		}
		else
			QueryError(c->query, arg->at, CYPHER_SYNTAX_ERROR,
					   "InvalidArgumentExpression",
					   "exists needs a property or a pattern");
		return true;
	}
	if (Is(expr, "startNode") || Is(expr, "endNode"))
	{
		EmitEndpoint(c, out, scope, expr, Is(expr, "startNode"));
		return true;
	}
	if (Is(expr, "coalesce") && n > 0)
	{
		appendStringInfoString(out, "coalesce(");
		EmitArguments(c, out, scope, expr, "");
		return true;
	}
	function = FindFunction(expr->name, strlen(expr->name));
	if (function == NULL)
		QueryError(c->query, expr->at, CYPHER_SYNTAX_ERROR, "UnknownFunction",
				   "unknown function \"%s\"", expr->name);
	CheckCount(c, expr, function->min_args, function->max_args);
	foreach(cell, expr->args)
	{
		CheckType(c, scope, lfirst(cell), function->types[i++],
				  psprintf("an argument of %s", function->name));
		if (function->kind == FUNCTION_VOLATILE &&
			HasAggregate(lfirst(cell)) && c->in_aggregate)
			break;
	}
	if (EmitNative(c, out, scope, expr))
		return true;
	appendStringInfoString(out, "public.cypher_call");
	if (function->run == NULL ||
		(function->kind == FUNCTION_VOLATILE && n == 0 &&
		 function->result == VALUE_FLOAT))
		appendStringInfoString(out, "_volatile");
	else if (function->kind == FUNCTION_VOLATILE ||
			 (function->kind == FUNCTION_CLOCK && n == 0))
		appendStringInfoString(out, "_stable");
	appendStringInfoChar(out, '(');
	EmitLiteral(out, function->name);
	EmitArguments(c, out, scope, expr, ", ");
	return true;
}

static void
EmitAggregateCall(Compiler *c, StringInfo out, List *scope, Expression *expr)
{
	static const struct
	{
		const char *name;
		const char *sql;
		int			args;
	}			names[] =
	{
		{"count", "pg_catalog.count", 1},
		{"collect", "public.cypher_collect", 1},
		{"sum", "public.cypher_sum", 1},
		{"avg", "public.cypher_avg", 1},
		{"min", "public.cypher_min", 1},
		{"max", "public.cypher_max", 1},
		{"stDev", "public.cypher_stdev", 1},
		{"stDevP", "public.cypher_stdevp", 1},
		{"percentileCont", "public.cypher_percentile_cont", 2},
		{"percentileDisc", "public.cypher_percentile_disc", 2}
	};

	for (int i = 0; i < lengthof(names); i++)
	{
		bool		count = i == 0;

		if (!Is(expr, names[i].name))
			continue;
		CheckCount(c, expr, names[i].args, names[i].args);
		appendStringInfo(out, "%s%s(%s",
						 count ? "public.cypher_from_integer(" : "",
						 names[i].sql, expr->distinct ? "distinct " : "");
		if (count && !expr->distinct &&
			((Expression *) linitial(expr->args))->kind == EXPR_VARIABLE)
		{
			Variable   *v = NeedVariable(c, scope,
										 ((Expression *) linitial(expr->args))->name,
										 expr->at);

			/* whether it is null shows in the id */
			if (v->id)
			{
				appendStringInfo(out, "%s))", v->id);
				return;
			}
		}
		EmitArguments(c, out, scope, expr, "");
		if (count)
			appendStringInfoChar(out, ')');
		return;
	}
}

static bool
VisitVolatile(const Expression *expr, void *state)
{
	return expr->kind == EXPR_CALL && pg_strcasecmp(expr->name, "rand") == 0;
}

/*
 * An aggregate becomes a column of the grouping subquery; the expression
 * around it is evaluated on top.
 */
void
EmitAggregate(Compiler *c, StringInfo out, List *scope, Expression *expr)
{
	Replacement *aggregate;
	StringInfoData sql;
	ListCell   *cell;
	List	   *replacements = c->replacements;

	if (c->in_aggregate)
		QueryError(c->query, expr->at, CYPHER_SYNTAX_ERROR,
				   "NestedAggregation", "aggregates cannot be nested");
	if (!c->grouping)
		QueryError(c->query, expr->at, CYPHER_SYNTAX_ERROR,
				   "InvalidAggregation",
				   "aggregates stand in the columns of WITH and RETURN only");
	foreach(cell, expr->args)
	{
		if (HasAggregate(lfirst(cell)))
			QueryError(c->query, expr->at, CYPHER_SYNTAX_ERROR,
					   "NestedAggregation", "aggregates cannot be nested");
		if (WalkExpr(lfirst(cell), VisitVolatile, NULL))
			QueryError(c->query, expr->at, CYPHER_SYNTAX_ERROR,
					   "NonConstantExpression",
					   "random numbers cannot be aggregated");
	}
	foreach(cell, c->aggregates)
	{
		aggregate = lfirst(cell);
		if (EqualExpr(aggregate->expr, expr))
		{
			appendStringInfo(out, "g.a%d", foreach_current_index(cell) + 1);
			return;
		}
	}
	initStringInfo(&sql);
	c->in_aggregate = true;
	c->grouping = false;
	c->replacements = NIL;
	if (expr->kind == EXPR_COUNT_STAR)
		appendStringInfoString(&sql,
							   "public.cypher_from_integer(pg_catalog.count(*))");
	else
		EmitAggregateCall(c, &sql, scope, expr);
	c->in_aggregate = false;
	c->grouping = true;
	c->replacements = replacements;
	aggregate = palloc(sizeof(Replacement));
	aggregate->expr = expr;
	aggregate->sql = sql.data;
	c->aggregates = lappend(c->aggregates, aggregate);
	appendStringInfo(out, "g.a%d", list_length(c->aggregates));
}
