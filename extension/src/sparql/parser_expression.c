/*-------------------------------------------------------------------------
 *
 * parser_expression.c
 *	  Expressions, from || down to terms and calls.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"

#include "sparql/lexer.h"

static SparqlExpr *ReadUnary(Reader *r);

static const char *const aggregate_names[] = {
	"count", "sum", "avg", "min", "max", "sample", "group_concat"
};

SparqlExpr *
MakeSparqlExpr(SparqlExprKind kind, int at)
{
	SparqlExpr *expr = palloc0(sizeof(SparqlExpr));

	expr->kind = kind;
	expr->at = at;
	return expr;
}

static SparqlExpr *
MakeBinary(SparqlExprKind kind, char *name, SparqlExpr *left,
		   SparqlExpr *right, int at)
{
	SparqlExpr *expr = MakeSparqlExpr(kind, at);

	expr->name = name;
	expr->args = list_make2(left, right);
	return expr;
}

static List *
ReadArguments(Reader *r)
{
	List	   *args = NIL;

	Need(r, '(');
	while (!Is(r, ')'))
	{
		args = lappend(args, ReadExpr(r));
		if (!Take(r, ',') && !Is(r, ')'))
			Surprise(r);
	}
	Need(r, ')');
	return args;
}

static SparqlExpr *
ReadAggregate(Reader *r, const char *name, int at)
{
	SparqlExpr *expr = MakeSparqlExpr(SPARQL_AGGREGATE, at);

	if (!r->aggregates)
		SparqlError(r->query, at, SPARQL_SCOPE_ERROR,
					"an aggregate stands in SELECT, HAVING or ORDER BY, not in another aggregate");
	expr->name = unconstify(char *, name);
	Need(r, '(');
	expr->distinct = TakeWord(r, "distinct");
	if (strcmp(name, "count") != 0 || !Take(r, '*'))
	{
		r->aggregates = false;
		expr->args = list_make1(ReadExpr(r));
		r->aggregates = true;
	}
	if (strcmp(name, "group_concat") == 0)
	{
		expr->separator = " ";
		if (Take(r, ';'))
		{
			NeedWord(r, "separator");
			Need(r, '=');
			expr->separator = r->word.text;
			Need(r, WORD_STRING);
		}
	}
	Need(r, ')');
	return expr;
}

static SparqlExpr *
ReadExists(Reader *r, bool negated, int at)
{
	SparqlExpr *expr = MakeSparqlExpr(SPARQL_EXISTS, at);
	bool		aggregates = r->aggregates;

	expr->negated = negated;
	r->aggregates = false;
	expr->group = ReadGroup(r);
	r->aggregates = aggregates;
	return expr;
}

/* A function by its name; IRIs name the casts */
static SparqlExpr *
MakeCall(Reader *r, const char *name, int at)
{
	SparqlExpr *expr = MakeSparqlExpr(SPARQL_CALL, at);

	expr->args = ReadArguments(r);
	if (pg_strcasecmp(name, "coalesce") == 0)
		expr->kind = SPARQL_COALESCE;
	else if (pg_strcasecmp(name, "if") == 0 && list_length(expr->args) == 3)
		expr->kind = SPARQL_IF;
	else if (pg_strcasecmp(name, "bound") == 0 && list_length(expr->args) == 1 &&
			 ((SparqlExpr *) linitial(expr->args))->kind == SPARQL_TERM &&
			 ((SparqlExpr *) linitial(expr->args))->term->kind == TERM_VARIABLE)
		expr->kind = SPARQL_BOUND;
	else if (!KnownFunction(name, list_length(expr->args), &expr->name))
		SparqlError(r->query, at, SPARQL_SYNTAX_ERROR,
					"no function \"%s\" with %d arguments", name,
					list_length(expr->args));
	return expr;
}

static SparqlExpr *
ReadName(Reader *r)
{
	int			at = r->word.at;
	char	   *name = r->word.text;
	SparqlExpr *expr;

	if (IsWord(r, "true") || IsWord(r, "false"))
	{
		expr = MakeSparqlExpr(SPARQL_TERM, at);
		expr->term = ReadTerm(r);
		return expr;
	}
	NextOf(r);
	if (pg_strcasecmp(name, "exists") == 0)
		return ReadExists(r, false, at);
	if (pg_strcasecmp(name, "not") == 0)
	{
		NeedWord(r, "exists");
		return ReadExists(r, true, at);
	}
	if (!Is(r, '('))
		SparqlError(r->query, at, SPARQL_SYNTAX_ERROR, "unexpected \"%s\"",
					name);
	for (int i = 0; i < lengthof(aggregate_names); i++)
		if (pg_strcasecmp(name, aggregate_names[i]) == 0)
			return ReadAggregate(r, aggregate_names[i], at);
	return MakeCall(r, name, at);
}

static SparqlExpr *
ReadPrimary(Reader *r)
{
	int			at = r->word.at;
	SparqlExpr *expr;

	check_stack_depth();
	if (Take(r, '('))
	{
		expr = ReadExpr(r);
		Need(r, ')');
		return expr;
	}
	if (Is(r, WORD_NAME))
		return ReadName(r);
	if (Is(r, WORD_BLANK))
		Surprise(r);
	expr = MakeSparqlExpr(SPARQL_TERM, at);
	expr->term = ReadTerm(r);
	if (expr->term->kind == TERM_IRI && Is(r, '('))
		return MakeCall(r, expr->term->name, at);
	return expr;
}

static SparqlExpr *
ReadUnary(Reader *r)
{
	int			at = r->word.at;
	SparqlExpr *expr;

	check_stack_depth();
	if (Take(r, '!'))
	{
		expr = MakeSparqlExpr(SPARQL_NOT, at);
		expr->args = list_make1(ReadUnary(r));
		return expr;
	}
	if (Take(r, '+'))
		return ReadUnary(r);
	if (Take(r, '-'))
	{
		expr = MakeSparqlExpr(SPARQL_CALL, at);
		expr->name = "negate";
		expr->args = list_make1(ReadUnary(r));
		return expr;
	}
	return ReadPrimary(r);
}

static SparqlExpr *
ReadProduct(Reader *r)
{
	SparqlExpr *left = ReadUnary(r);

	while (Is(r, '*') || Is(r, '/'))
	{
		char	   *name = Is(r, '*') ? "*" : "/";
		int			at = r->word.at;

		NextOf(r);
		left = MakeBinary(SPARQL_CALL, name, left, ReadUnary(r), at);
	}
	return left;
}

static SparqlExpr *
ReadSum(Reader *r)
{
	SparqlExpr *left = ReadProduct(r);

	while (Is(r, '+') || Is(r, '-'))
	{
		char	   *name = Is(r, '+') ? "+" : "-";
		int			at = r->word.at;

		NextOf(r);
		left = MakeBinary(SPARQL_CALL, name, left, ReadProduct(r), at);
	}
	return left;
}

static SparqlExpr *
ReadIn(Reader *r, SparqlExpr *left, bool negated, int at)
{
	SparqlExpr *expr = MakeSparqlExpr(SPARQL_IN, at);

	expr->negated = negated;
	expr->args = lcons(left, ReadArguments(r));
	return expr;
}

static SparqlExpr *
ReadComparison(Reader *r)
{
	static const struct
	{
		int			type;
		char	   *name;
	}			operators[] = {
		{'=', "="}, {WORD_NE, "!="}, {'<', "<"}, {WORD_LE, "<="},
		{'>', ">"}, {WORD_GE, ">="}
	};
	SparqlExpr *left = ReadSum(r);
	int			at = r->word.at;

	for (int i = 0; i < lengthof(operators); i++)
		if (Take(r, operators[i].type))
			return MakeBinary(SPARQL_COMPARE, operators[i].name, left,
							  ReadSum(r), at);
	if (TakeWord(r, "in"))
		return ReadIn(r, left, false, at);
	if (TakeWord(r, "not"))
	{
		NeedWord(r, "in");
		return ReadIn(r, left, true, at);
	}
	return left;
}

static SparqlExpr *
ReadAnd(Reader *r)
{
	SparqlExpr *left = ReadComparison(r);

	if (!Is(r, WORD_AND))
		return left;
	{
		SparqlExpr *expr = MakeSparqlExpr(SPARQL_AND, left->at);

		expr->args = list_make1(left);
		while (Take(r, WORD_AND))
			expr->args = lappend(expr->args, ReadComparison(r));
		return expr;
	}
}

SparqlExpr *
ReadExpr(Reader *r)
{
	SparqlExpr *left;
	SparqlExpr *expr;

	check_stack_depth();
	left = ReadAnd(r);
	if (!Is(r, WORD_OR))
		return left;
	expr = MakeSparqlExpr(SPARQL_OR, left->at);
	expr->args = list_make1(left);
	while (Take(r, WORD_OR))
		expr->args = lappend(expr->args, ReadAnd(r));
	return expr;
}

/*
 * What FILTER, HAVING and ORDER BY take: brackets, a call or a variable.
 */
SparqlExpr *
ReadConstraint(Reader *r)
{
	if (!Is(r, '(') && !Is(r, WORD_NAME) && !AtIri(r) && !Is(r, WORD_VARIABLE))
		Surprise(r);
	return ReadPrimary(r);
}
