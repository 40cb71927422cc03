/*-------------------------------------------------------------------------
 *
 * parser_expression.c
 *	  Expressions by precedence, loosest first: OR, XOR, AND, NOT,
 *	  comparison, predicates (IN, STARTS WITH, IS NULL), + -, * / %, ^, sign,
 *	  access.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"

#include "cypher/compile.h"
#include "cypher/error.h"
#include "cypher/parser.h"

/* Parts that the middle of a chain of comparisons may have */
#define MAX_SHARED 5000

/* Operators that may stand one on the other */
#define MAX_HEIGHT 10000

Expression *
MakeExpr(ExprKind kind, int at)
{
	Expression *expr = palloc0(sizeof(Expression));

	expr->kind = kind;
	expr->at = at;
	return expr;
}

/*
 * Later passes recurse, some of them once for each level: what is long to
 * read must not be much longer to compile.
 */
static void
StandOn(Expression *expr, const Expression *below)
{
	expr->height = Max(expr->height, below->height + 1);
	if (expr->height > MAX_HEIGHT)
		ereport(ERROR,
				(errcode(ERRCODE_STATEMENT_TOO_COMPLEX),
				 errmsg("the query is too complex"),
				 errdetail("More than %d operators stand one on the other.",
						   MAX_HEIGHT),
				 errhint("Give many values as a list: x IN [...], or reduce().")));
}

static Expression *
MakeOperator(Parser *parser, Operator op, Expression *left, Expression *right)
{
	Expression *expr = MakeExpr(EXPR_OPERATOR, left->at);

	CHECK_FOR_INTERRUPTS();
	expr->op = op;
	expr->args = right ? list_make2(left, right) : list_make1(left);
	StandOn(expr, left);
	if (right)
		StandOn(expr, right);
	expr->end = parser->last_end;
	return expr;
}

/* + and - before a number; the least integer exists only with its minus */
static Expression *
ParseUnary(Parser *parser)
{
	int			at = parser->token.at;
	Expression *expr;

	check_stack_depth();
	if (Accept(parser, '-'))
	{
		if (At(parser, TOKEN_INTEGER) && parser->token.least)
		{
			expr = MakeExpr(EXPR_CONSTANT, at);
			expr->value = IntegerValue(PG_INT64_MIN);
			Advance(parser);
			expr->end = parser->last_end;
			return expr;
		}
		expr = ParseUnary(parser);
		if (expr->kind == EXPR_CONSTANT && expr->value.type == VALUE_INTEGER &&
			expr->value.integer != PG_INT64_MIN)
			expr->value.integer = -expr->value.integer;
		else if (expr->kind == EXPR_CONSTANT &&
				 expr->value.type == VALUE_FLOAT)
			expr->value.number = -expr->value.number;
		else
			expr = MakeOperator(parser, OP_NEGATE, expr, NULL);
		expr->at = at;
		return expr;
	}
	if (Accept(parser, '+'))
	{
		expr = MakeOperator(parser, OP_PLUS, ParseUnary(parser), NULL);
		expr->at = at;
		return expr;
	}
	return ParsePostfix(parser);
}

static Expression *
ParsePower(Parser *parser)
{
	Expression *left = ParseUnary(parser);

	while (Accept(parser, '^'))
		left = MakeOperator(parser, OP_POWER, left, ParseUnary(parser));
	return left;
}

static Expression *
ParseProduct(Parser *parser)
{
	Expression *left = ParsePower(parser);

	for (;;)
	{
		Operator	op = At(parser, '*') ? OP_MULTIPLY :
		At(parser, '/') ? OP_DIVIDE : OP_MODULO;

		if (!At(parser, '*') && !At(parser, '/') && !At(parser, '%'))
			return left;
		Advance(parser);
		left = MakeOperator(parser, op, left, ParsePower(parser));
	}
}

static Expression *
ParseSum(Parser *parser)
{
	Expression *left = ParseProduct(parser);

	for (;;)
	{
		Operator	op = At(parser, '+') ? OP_ADD : OP_SUBTRACT;

		if (!At(parser, '+') && !At(parser, '-'))
			return left;
		Advance(parser);
		left = MakeOperator(parser, op, left, ParseProduct(parser));
	}
}

/* IN, STARTS WITH, ENDS WITH, CONTAINS, =~, IS [NOT] NULL */
static Expression *
ParsePredicate(Parser *parser)
{
	Expression *left = ParseSum(parser);

	for (;;)
	{
		if (AcceptKeyword(parser, "IN"))
			left = MakeOperator(parser, OP_IN, left, ParseSum(parser));
		else if (AtKeyword(parser, "STARTS") || AtKeyword(parser, "ENDS"))
		{
			Operator	op = AtKeyword(parser, "STARTS") ? OP_STARTS_WITH :
			OP_ENDS_WITH;

			Advance(parser);
			ExpectKeyword(parser, "WITH");
			left = MakeOperator(parser, op, left, ParseSum(parser));
		}
		else if (AcceptKeyword(parser, "CONTAINS"))
			left = MakeOperator(parser, OP_CONTAINS, left, ParseSum(parser));
		else if (Accept(parser, TOKEN_MATCHES))
			left = MakeOperator(parser, OP_MATCHES, left, ParseSum(parser));
		else if (AcceptKeyword(parser, "IS"))
		{
			bool		negated = AcceptKeyword(parser, "NOT");

			ExpectKeyword(parser, "NULL");
			left = MakeOperator(parser, negated ? OP_IS_NOT_NULL : OP_IS_NULL,
								left, NULL);
		}
		else
			return left;
	}
}

static bool
ComparisonAt(const Parser *parser, Operator *op)
{
	switch (parser->token.type)
	{
		case '=':
			*op = OP_EQ;
			return true;
		case TOKEN_NE:
			*op = OP_NE;
			return true;
		case '<':
			*op = OP_LT;
			return true;
		case TOKEN_LE:
			*op = OP_LE;
			return true;
		case '>':
			*op = OP_GT;
			return true;
		case TOKEN_GE:
			*op = OP_GE;
			return true;
		default:
			return false;
	}
}

static bool
VisitCounted(const Expression *expr, void *state)
{
	return ++* (int *) state > MAX_SHARED;
}

/* The b of a < b < c is in the tree twice: chains within chains would grow */
static void
CheckShared(Parser *parser, const Expression *expr)
{
	int			count = 0;

	if (WalkExpr(expr, VisitCounted, &count))
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("the query is too complex"),
				 errdetail("The middle of a chain of comparisons has more than %d parts.",
						   MAX_SHARED)));
}

/* a < b <= c means a < b AND b <= c */
static Expression *
ParseComparison(Parser *parser)
{
	Expression *left = ParsePredicate(parser);
	Expression *chain = NULL;
	Operator	op;

	while (ComparisonAt(parser, &op))
	{
		Expression *right;
		Expression *pair;

		Advance(parser);
		if (chain)
			CheckShared(parser, left);
		right = ParsePredicate(parser);
		pair = MakeOperator(parser, op, left, right);
		chain = chain ? MakeOperator(parser, OP_AND, chain, pair) : pair;
		left = right;
	}
	return chain ? chain : left;
}

static Expression *
ParseNot(Parser *parser)
{
	int			at = parser->token.at;

	check_stack_depth();
	if (AcceptKeyword(parser, "NOT"))
	{
		Expression *expr = MakeOperator(parser, OP_NOT, ParseNot(parser), NULL);

		expr->at = at;
		return expr;
	}
	return ParseComparison(parser);
}

static Expression *
ParseAnd(Parser *parser)
{
	Expression *left = ParseNot(parser);

	while (AcceptKeyword(parser, "AND"))
		left = MakeOperator(parser, OP_AND, left, ParseNot(parser));
	return left;
}

static Expression *
ParseXor(Parser *parser)
{
	Expression *left = ParseAnd(parser);

	while (AcceptKeyword(parser, "XOR"))
		left = MakeOperator(parser, OP_XOR, left, ParseAnd(parser));
	return left;
}

Expression *
ParseExpr(Parser *parser)
{
	Expression *left;

	check_stack_depth();
	left = ParseXor(parser);
	while (AcceptKeyword(parser, "OR"))
		left = MakeOperator(parser, OP_OR, left, ParseXor(parser));
	return left;
}

/* [index], [from..to] */
static Expression *
ParseIndex(Parser *parser, Expression *base)
{
	Expression *from = NULL;
	Expression *to = NULL;
	Expression *expr;

	if (!At(parser, TOKEN_DOTS))
		from = ParseExpr(parser);
	if (!Accept(parser, TOKEN_DOTS))
	{
		Expect(parser, ']');
		return MakeOperator(parser, OP_INDEX, base, from);
	}
	if (!At(parser, ']'))
		to = ParseExpr(parser);
	Expect(parser, ']');
	expr = MakeOperator(parser, OP_SLICE, base, NULL);
	if (from == NULL)
	{
		from = MakeExpr(EXPR_CONSTANT, base->at);
		from->value = IntegerValue(0);
	}
	if (to == NULL)
	{
		to = MakeExpr(EXPR_CONSTANT, base->at);
		to->value = IntegerValue(PG_INT64_MAX);
	}
	expr->args = list_make3(base, from, to);
	return expr;
}

/* .name, [index], :Label after an atom */
Expression *
ParsePostfix(Parser *parser)
{
	Expression *left = ParseAtom(parser);

	for (;;)
	{
		CHECK_FOR_INTERRUPTS();
		if (Accept(parser, '.'))
		{
			Expression *expr = MakeExpr(EXPR_PROPERTY, left->at);

			expr->name = ExpectName(parser);
			expr->args = list_make1(left);
			StandOn(expr, left);
			expr->end = parser->last_end;
			left = expr;
		}
		else if (Accept(parser, '['))
			left = ParseIndex(parser, left);
		else if (At(parser, ':') &&
				 (PeekToken(parser, &parser->token).type == TOKEN_NAME ||
				  PeekToken(parser, &parser->token).type == TOKEN_QUOTED_NAME))
		{
			Expression *expr = MakeExpr(EXPR_LABELS, left->at);

			expr->names = ParseLabels(parser);
			expr->args = list_make1(left);
			StandOn(expr, left);
			expr->end = parser->last_end;
			left = expr;
		}
		else
			return left;
	}
}
