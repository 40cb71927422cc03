/*-------------------------------------------------------------------------
 *
 * compile_expression.c
 *	  Expressions as SQL: conditions are boolean, everything else is
 *	  cypher_value. Null is both unbound and an error, and SQL's AND, OR and
 *	  NOT are SPARQL's (section 17.2).
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/builtins.h"

#include "sparql/sparql.h"

static Binding *
Visible(Solutions *g, const char *name)
{
	Binding    *binding = FindBinding(g->scope, name);

	return binding ? binding : FindBinding(g->visible, name);
}

/* The binding of a variable that is a node, or NULL */
static Binding *
NodeVariable(Solutions *g, const SparqlExpr *expr)
{
	Binding    *binding;

	if (expr->kind != SPARQL_TERM || expr->term->kind != TERM_VARIABLE)
		return NULL;
	binding = Visible(g, expr->term->name);
	return binding && binding->node ? binding : NULL;
}

static void
EmitVariableTerm(Sparql *s, StringInfo out, Solutions *g, const Term *term)
{
	Binding    *binding = Visible(g, term->name);

	if (binding)
		appendStringInfoString(out, TermOf(s, binding));
	else if (s->grouped)
		SparqlError(s->c.query, term->at, SPARQL_SCOPE_ERROR,
					"variable ?%s is not grouped, aggregated or selected",
					term->name);
	else
		appendStringInfoString(out, "null::public.cypher_value");
}

static void
EmitArray(Sparql *s, StringInfo out, Solutions *g, List *args, int from)
{
	appendStringInfoString(out, "array[");
	for (int i = from; i < list_length(args); i++)
	{
		if (i > from)
			appendStringInfoString(out, ", ");
		EmitTermOf(s, out, g, list_nth(args, i));
	}
	appendStringInfoString(out, "]::public.cypher_value[]");
}

static void
EmitEach(Sparql *s, StringInfo out, Solutions *g, List *args,
		 const char *between, bool truth)
{
	ListCell   *cell;

	appendStringInfoChar(out, '(');
	foreach(cell, args)
	{
		if (foreach_current_index(cell) > 0)
			appendStringInfoString(out, between);
		if (truth)
			EmitTruthOf(s, out, g, lfirst(cell));
		else
			EmitTermOf(s, out, g, lfirst(cell));
	}
	appendStringInfoChar(out, ')');
}

static void
EmitAggregated(Sparql *s, StringInfo out, SparqlExpr *expr)
{
	ListCell   *cell;

	foreach(cell, s->aggregates)
	{
		Replacement *replacement = lfirst(cell);

		if ((void *) replacement->expr == (void *) expr)
		{
			appendStringInfoString(out, replacement->sql);
			return;
		}
	}
	SparqlError(s->c.query, expr->at, SPARQL_SCOPE_ERROR,
				"an aggregate cannot stand here");
}

static bool
IsTruth(const SparqlExpr *expr)
{
	switch (expr->kind)
	{
		case SPARQL_OR:
		case SPARQL_AND:
		case SPARQL_NOT:
		case SPARQL_COMPARE:
		case SPARQL_IN:
		case SPARQL_BOUND:
		case SPARQL_EXISTS:
			return true;
		default:
			return false;
	}
}

/*
 * An expression as a term.
 */
void
EmitTermOf(Sparql *s, StringInfo out, Solutions *g, SparqlExpr *expr)
{
	check_stack_depth();
	if (IsTruth(expr))
	{
		appendStringInfoString(out, "public.cypher_from_boolean(");
		EmitTruthOf(s, out, g, expr);
		appendStringInfoChar(out, ')');
		return;
	}
	switch (expr->kind)
	{
		case SPARQL_TERM:
			if (expr->term->kind == TERM_VARIABLE)
				EmitVariableTerm(s, out, g, expr->term);
			else
				appendStringInfoString(out, TermParameter(s, expr->term));
			break;
		case SPARQL_IF:
			appendStringInfoString(out, "case ");
			EmitTruthOf(s, out, g, linitial(expr->args));
			appendStringInfoString(out, " when true then ");
			EmitTermOf(s, out, g, lsecond(expr->args));
			appendStringInfoString(out, " when false then ");
			EmitTermOf(s, out, g, lthird(expr->args));
			appendStringInfoString(out, " end");
			break;
		case SPARQL_COALESCE:
			if (expr->args == NIL)
			{
				appendStringInfoString(out, "null::public.cypher_value");
				break;
			}
			appendStringInfoString(out, "coalesce");
			EmitEach(s, out, g, expr->args, ", ", false);
			break;
		case SPARQL_AGGREGATE:
			EmitAggregated(s, out, expr);
			break;
		default:
			appendStringInfo(out, "public.sparql_apply(%s, ",
							 quote_literal_cstr(expr->name));
			EmitArray(s, out, g, expr->args, 0);
			appendStringInfoChar(out, ')');
	}
}

/* Two nodes are compared by their ids, a node and an IRI by one look-up */
static bool
EmitNodeComparison(Sparql *s, StringInfo out, Solutions *g, SparqlExpr *expr)
{
	SparqlExpr *left = linitial(expr->args);
	SparqlExpr *right = lsecond(expr->args);
	Binding    *a = NodeVariable(g, left);
	Binding    *b = NodeVariable(g, right);
	const char *operator = strcmp(expr->name, "=") == 0 ? "=" : "<>";

	if (strcmp(expr->name, "=") != 0 && strcmp(expr->name, "!=") != 0)
		return false;
	if (a && b)
	{
		appendStringInfo(out, "(%s operator(pg_catalog.%s) %s)", a->node,
						 operator, b->node);
		return true;
	}
	if (a == NULL && b != NULL)
	{
		a = b;
		right = left;
	}
	if (a == NULL || right->kind != SPARQL_TERM || right->term->kind != TERM_IRI)
		return false;
	/* the IRI of no node differs from all that are */
	appendStringInfo(out, "case when %s is not null then coalesce(%s "
					 "operator(pg_catalog.%s) %s, %s) end", a->node, a->node,
					 operator, LookupNode(s, TermParameter(s, right->term)),
					 *operator == '=' ? "false" : "true");
	return true;
}

static void
EmitComparison(Sparql *s, StringInfo out, Solutions *g, SparqlExpr *expr)
{
	if (EmitNodeComparison(s, out, g, expr))
		return;
	appendStringInfo(out, "public.sparql_compare('%s', ", expr->name);
	EmitTermOf(s, out, g, linitial(expr->args));
	appendStringInfoString(out, ", ");
	EmitTermOf(s, out, g, lsecond(expr->args));
	appendStringInfoChar(out, ')');
}

static void
EmitBound(StringInfo out, Solutions *g, SparqlExpr *expr)
{
	SparqlExpr *variable = linitial(expr->args);
	Binding    *binding = Visible(g, variable->term->name);

	if (binding)
		appendStringInfo(out, "(%s is not null)",
						 binding->node ? binding->node : binding->term);
	else
		appendStringInfoString(out, "false");
}

/*
 * An expression as a condition: its effective boolean value.
 */
void
EmitTruthOf(Sparql *s, StringInfo out, Solutions *g, SparqlExpr *expr)
{
	check_stack_depth();
	switch (expr->kind)
	{
		case SPARQL_OR:
			EmitEach(s, out, g, expr->args, " or ", true);
			break;
		case SPARQL_AND:
			EmitEach(s, out, g, expr->args, " and ", true);
			break;
		case SPARQL_NOT:
			appendStringInfoString(out, "(not ");
			EmitTruthOf(s, out, g, linitial(expr->args));
			appendStringInfoChar(out, ')');
			break;
		case SPARQL_COMPARE:
			EmitComparison(s, out, g, expr);
			break;
		case SPARQL_IN:
			appendStringInfo(out, "(%spublic.sparql_in(",
							 expr->negated ? "not " : "");
			EmitTermOf(s, out, g, linitial(expr->args));
			appendStringInfoString(out, ", ");
			EmitArray(s, out, g, expr->args, 1);
			appendStringInfoString(out, "))");
			break;
		case SPARQL_BOUND:
			EmitBound(out, g, expr);
			break;
		case SPARQL_EXISTS:
			appendStringInfoString(out, expr->negated ? "(not " : "(");
			CompileExists(s, out, g, expr->group);
			appendStringInfoChar(out, ')');
			break;
		default:
			appendStringInfoString(out, "public.sparql_truth(");
			EmitTermOf(s, out, g, expr);
			appendStringInfoChar(out, ')');
	}
}
