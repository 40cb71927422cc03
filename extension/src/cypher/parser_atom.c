/*-------------------------------------------------------------------------
 *
 * parser_atom.c
 *	  The atoms of expressions: literals, variables, calls, CASE, lists and
 *	  maps, comprehensions, quantifiers, patterns, subqueries.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"

#include "cypher/error.h"
#include "cypher/parser.h"

static Expression *
Finish(Parser *parser, Expression *expr)
{
	expr->end = parser->last_end;
	expr->text = parser->query + expr->at;
	return expr;
}

static Expression *
ParseConstant(Parser *parser, CypherValue value)
{
	Expression *expr = MakeExpr(EXPR_CONSTANT, parser->token.at);

	expr->value = value;
	Advance(parser);
	return Finish(parser, expr);
}

Expression *
ParseMap(Parser *parser)
{
	Expression *map = MakeExpr(EXPR_MAP, parser->token.at);

	Expect(parser, '{');
	if (!At(parser, '}'))
	{
		do
		{
			CHECK_FOR_INTERRUPTS();
			map->names = lappend(map->names, ExpectName(parser));
			Expect(parser, ':');
			map->args = lappend(map->args, ParseExpr(parser));
		} while (Accept(parser, ','));
	}
	Expect(parser, '}');
	return Finish(parser, map);
}

/* variable {.key, .*, key: value, variable} */
static Expression *
ParseProjection(Parser *parser, Expression *base)
{
	Expression *expr = MakeExpr(EXPR_PROJECTION, base->at);

	expr->base = base;
	expr->result = MakeExpr(EXPR_MAP, base->at);
	Expect(parser, '{');
	if (!At(parser, '}'))
	{
		do
		{
			if (Accept(parser, '.'))
			{
				if (Accept(parser, '*'))
					expr->star = true;
				else
					expr->names = lappend(expr->names, ExpectName(parser));
			}
			else
			{
				int			at = parser->token.at;
				char	   *name = ExpectName(parser);
				Expression *value;

				if (Accept(parser, ':'))
					value = ParseExpr(parser);
				else
				{
					value = MakeExpr(EXPR_VARIABLE, at);
					value->name = name;
					value->end = parser->last_end;
				}
				expr->result->names = lappend(expr->result->names, name);
				expr->result->args = lappend(expr->result->args, value);
			}
		} while (Accept(parser, ','));
	}
	Expect(parser, '}');
	return Finish(parser, expr);
}

static Expression *
ParseCase(Parser *parser)
{
	Expression *expr = MakeExpr(EXPR_CASE, parser->token.at);

	Advance(parser);
	if (!AtKeyword(parser, "WHEN"))
		expr->base = ParseExpr(parser);
	if (!AtKeyword(parser, "WHEN"))
		Unexpected(parser);
	while (AcceptKeyword(parser, "WHEN"))
	{
		expr->args = lappend(expr->args, ParseExpr(parser));
		ExpectKeyword(parser, "THEN");
		expr->args = lappend(expr->args, ParseExpr(parser));
	}
	if (AcceptKeyword(parser, "ELSE"))
		expr->otherwise = ParseExpr(parser);
	ExpectKeyword(parser, "END");
	return Finish(parser, expr);
}

/* After name IN: the list, WHERE and | */
static void
ParseFilter(Parser *parser, Expression *expr, bool with_result)
{
	expr->base = ParseExpr(parser);
	if (AcceptKeyword(parser, "WHERE"))
		expr->where = ParseExpr(parser);
	if (with_result && Accept(parser, '|'))
		expr->result = ParseExpr(parser);
}

static bool
NameAndIn(const Parser *parser)
{
	Token		next;

	if (!AtName(parser))
		return false;
	next = PeekToken(parser, &parser->token);
	return IsKeyword(&next, "IN");
}

/* Whether a pattern comprehension begins: [p = (a)..., [(a)--... */
static bool
AtComprehendedPattern(Parser *parser)
{
	Parser		ahead = *parser;

	if (AtName(parser) && PeekToken(parser, &parser->token).type == '=')
	{
		Advance(&ahead);
		Advance(&ahead);
	}
	return At(&ahead, '(') && AtPattern(&ahead);
}

static Expression *
ParsePatternComprehension(Parser *parser, int at)
{
	Parser		start = *parser;
	Expression *expr = MakeExpr(EXPR_PATTERN_COMPREHENSION, at);

	expr->pattern = ParsePatternPart(parser);
	if (!AtKeyword(parser, "WHERE") && !At(parser, '|'))
	{
		/* a list of conditions after all */
		*parser = start;
		return NULL;
	}
	if (AcceptKeyword(parser, "WHERE"))
		expr->where = ParseExpr(parser);
	Expect(parser, '|');
	expr->result = ParseExpr(parser);
	Expect(parser, ']');
	return Finish(parser, expr);
}

static Expression *
ParseList(Parser *parser)
{
	Expression *expr;
	int			at = parser->token.at;

	Expect(parser, '[');
	if (NameAndIn(parser))
	{
		expr = MakeExpr(EXPR_COMPREHENSION, at);
		expr->name = ExpectName(parser);
		Advance(parser);
		ParseFilter(parser, expr, true);
		Expect(parser, ']');
		return Finish(parser, expr);
	}
	if (AtComprehendedPattern(parser))
	{
		expr = ParsePatternComprehension(parser, at);
		if (expr)
			return expr;
	}
	expr = MakeExpr(EXPR_LIST, at);
	if (!At(parser, ']'))
	{
		do
		{
			CHECK_FOR_INTERRUPTS();
			expr->args = lappend(expr->args, ParseExpr(parser));
		} while (Accept(parser, ','));
	}
	Expect(parser, ']');
	return Finish(parser, expr);
}

static bool
QuantifierAt(const Parser *parser, Operator *op)
{
	static const struct
	{
		const char *name;
		Operator	op;
	}			names[] =
	{
		{"all", OP_ALL}, {"any", OP_ANY}, {"none", OP_NONE},
		{"single", OP_SINGLE}
	};

	for (int i = 0; i < lengthof(names); i++)
		if (AtKeyword(parser, names[i].name))
		{
			Token		next = PeekToken(parser, &parser->token);
			Token		name = PeekToken(parser, &next);
			Token		in = PeekToken(parser, &name);

			*op = names[i].op;
			return next.type == '(' && IsKeyword(&in, "IN");
		}
	return false;
}

static Expression *
ParseQuantifier(Parser *parser, Operator op)
{
	Expression *expr = MakeExpr(EXPR_QUANTIFIER, parser->token.at);

	expr->op = op;
	Advance(parser);
	Expect(parser, '(');
	expr->name = ExpectName(parser);
	ExpectKeyword(parser, "IN");
	ParseFilter(parser, expr, false);
	Expect(parser, ')');
	return Finish(parser, expr);
}

/* reduce(sum = 0, x IN list | sum + x) */
static Expression *
ParseReduce(Parser *parser)
{
	Expression *expr = MakeExpr(EXPR_REDUCE, parser->token.at);

	Advance(parser);
	Expect(parser, '(');
	expr->accumulator = ExpectName(parser);
	Expect(parser, '=');
	expr->otherwise = ParseExpr(parser);
	Expect(parser, ',');
	expr->name = ExpectName(parser);
	ExpectKeyword(parser, "IN");
	expr->base = ParseExpr(parser);
	Expect(parser, '|');
	expr->result = ParseExpr(parser);
	Expect(parser, ')');
	return Finish(parser, expr);
}

/* EXISTS { } and COUNT { }: a pattern with WHERE, or a whole query */
static Expression *
ParseSubquery(Parser *parser, Operator op)
{
	Expression *expr = MakeExpr(EXPR_SUBQUERY, parser->token.at);

	expr->op = op;
	Advance(parser);
	Expect(parser, '{');
	if (At(parser, '(') || (AtName(parser) &&
							PeekToken(parser, &parser->token).type == '='))
	{
		Clause	   *match = palloc0(sizeof(Clause));

		match->kind = CLAUSE_MATCH;
		match->at = parser->token.at;
		match->patterns = ParsePatterns(parser);
		if (AcceptKeyword(parser, "WHERE"))
			match->where = ParseExpr(parser);
		expr->clauses = list_make1(match);
	}
	else
		expr->clauses = ParseClauses(parser, '}');
	Expect(parser, '}');
	return Finish(parser, expr);
}

static Expression *
ParsePatternExpr(Parser *parser)
{
	Expression *expr = MakeExpr(EXPR_PATTERN, parser->token.at);

	expr->pattern = ParsePatternElement(parser);
	return Finish(parser, expr);
}

static Expression *
ParseCall(Parser *parser)
{
	Expression *expr = MakeExpr(EXPR_CALL, parser->token.at);

	expr->name = ExpectName(parser);
	while (Accept(parser, '.'))
		expr->name = psprintf("%s.%s", expr->name, ExpectName(parser));
	Expect(parser, '(');
	if (pg_strcasecmp(expr->name, "count") == 0 && Accept(parser, '*'))
		expr->kind = EXPR_COUNT_STAR;
	else if (!At(parser, ')'))
	{
		expr->distinct = AcceptKeyword(parser, "DISTINCT");
		do
			expr->args = lappend(expr->args, ParseExpr(parser));
		while (Accept(parser, ','));
	}
	Expect(parser, ')');
	return Finish(parser, expr);
}

/* name(, or name.name( */
static bool
AtCall(const Parser *parser)
{
	Token		token = PeekToken(parser, &parser->token);

	while (token.type == '.')
	{
		token = PeekToken(parser, &token);
		if (token.type != TOKEN_NAME && token.type != TOKEN_QUOTED_NAME)
			return false;
		token = PeekToken(parser, &token);
	}
	return token.type == '(';
}

static Expression *
ParseShortest(Parser *parser)
{
	Expression *expr = MakeExpr(EXPR_SHORTEST, parser->token.at);

	expr->pattern = ParsePatternPart(parser);
	return Finish(parser, expr);
}

static Expression *
ParseWord(Parser *parser)
{
	Expression *expr;
	Operator	op;
	int			next = PeekToken(parser, &parser->token).type;

	if (AtKeyword(parser, "null") && next != '(')
		return ParseConstant(parser, NullValue());
	if (AtKeyword(parser, "true"))
		return ParseConstant(parser, BooleanValue(true));
	if (AtKeyword(parser, "false"))
		return ParseConstant(parser, BooleanValue(false));
	if (AtKeyword(parser, "CASE") && next != '.' && next != ',' && next != ')')
		return ParseCase(parser);
	if (AtKeyword(parser, "EXISTS") && next == '{')
		return ParseSubquery(parser, OP_EXISTS);
	if (AtKeyword(parser, "COUNT") && next == '{')
		return ParseSubquery(parser, OP_COUNT);
	if (QuantifierAt(parser, &op))
		return ParseQuantifier(parser, op);
	if (AtKeyword(parser, "reduce") && next == '(')
		return ParseReduce(parser);
	if ((AtKeyword(parser, "shortestPath") ||
		 AtKeyword(parser, "allShortestPaths")) && next == '(')
		return ParseShortest(parser);
	if (AtCall(parser))
		return ParseCall(parser);
	expr = MakeExpr(EXPR_VARIABLE, parser->token.at);
	expr->name = ExpectName(parser);
	Finish(parser, expr);
	if (next == '{')
		return ParseProjection(parser, expr);
	return expr;
}

Expression *
ParseAtom(Parser *parser)
{
	Expression *expr;
	int			at = parser->token.at;

	check_stack_depth();
	switch (parser->token.type)
	{
		case TOKEN_INTEGER:
			if (parser->token.least)
				QueryError(parser->query, at, CYPHER_SYNTAX_ERROR,
						   "IntegerOverflow", "integer out of range");
			return ParseConstant(parser, IntegerValue(parser->token.integer));
		case TOKEN_FLOAT:
			return ParseConstant(parser, FloatValue(parser->token.number));
		case TOKEN_STRING:
			return ParseConstant(parser, StringValue(parser->token.text,
													 parser->token.length));
		case TOKEN_PARAMETER:
			expr = MakeExpr(EXPR_PARAMETER, at);
			expr->name = parser->token.text;
			Advance(parser);
			return Finish(parser, expr);
		case '(':
			if (AtPattern(parser))
				return ParsePatternExpr(parser);
			Advance(parser);
			expr = ParseExpr(parser);
			Expect(parser, ')');
			/* the text of a column's name has the parentheses */
			expr->at = at;
			return Finish(parser, expr);
		case '[':
			return ParseList(parser);
		case '{':
			return ParseMap(parser);
		case TOKEN_NAME:
		case TOKEN_QUOTED_NAME:
			return ParseWord(parser);
		default:
			Unexpected(parser);
	}
}
