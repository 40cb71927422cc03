/*-------------------------------------------------------------------------
 *
 * parser_pattern.c
 *	  Patterns: p = (a:Label {k: v})-[r:TYPE*1..3]->(b).
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"

#include "cypher/error.h"
#include "cypher/parser.h"

List *
ParseLabels(Parser *parser)
{
	List	   *labels = NIL;

	while (Accept(parser, ':'))
		labels = lappend(labels, ExpectName(parser));
	return labels;
}

static Expression *
ParseProperties(Parser *parser)
{
	if (At(parser, '{'))
		return ParseMap(parser);
	if (At(parser, TOKEN_PARAMETER))
	{
		Expression *expr = MakeExpr(EXPR_PARAMETER, parser->token.at);

		expr->name = parser->token.text;
		Advance(parser);
		expr->end = parser->last_end;
		return expr;
	}
	return NULL;
}

static NodePattern *
ParseNode(Parser *parser)
{
	NodePattern *node = palloc0(sizeof(NodePattern));

	node->at = parser->token.at;
	Expect(parser, '(');
	if (AtName(parser))
		node->variable = ExpectName(parser);
	node->labels = ParseLabels(parser);
	node->properties = ParseProperties(parser);
	Expect(parser, ')');
	return node;
}

/* *, *2, *1..3, *..3, *1.. */
static void
ParseRange(Parser *parser, EdgePattern *edge)
{
	edge->variable_length = true;
	edge->min = edge->max = -1;
	if (At(parser, TOKEN_INTEGER))
	{
		edge->min = edge->max = parser->token.integer;
		if (parser->token.least)
			Unexpected(parser);
		Advance(parser);
	}
	if (Accept(parser, TOKEN_DOTS))
	{
		edge->max = -1;
		if (At(parser, TOKEN_INTEGER))
		{
			edge->max = parser->token.integer;
			if (parser->token.least)
				Unexpected(parser);
			Advance(parser);
		}
	}
	if (At(parser, '-'))
	{
		Token		next = PeekToken(parser, &parser->token);

		if (next.type == TOKEN_INTEGER)
			QueryError(parser->query, parser->token.at, CYPHER_SYNTAX_ERROR,
					   "InvalidRelationshipPattern",
					   "a number of hops must not be negative");
	}
}

static EdgePattern *
ParseEdge(Parser *parser)
{
	EdgePattern *edge = palloc0(sizeof(EdgePattern));

	edge->at = parser->token.at;
	edge->to_left = Accept(parser, '<');
	Expect(parser, '-');
	if (Accept(parser, '['))
	{
		if (AtName(parser))
			edge->variable = ExpectName(parser);
		if (Accept(parser, ':'))
		{
			do
			{
				Accept(parser, ':');
				edge->types = lappend(edge->types, ExpectName(parser));
			} while (Accept(parser, '|'));
		}
		if (Accept(parser, '*'))
			ParseRange(parser, edge);
		edge->properties = ParseProperties(parser);
		Expect(parser, ']');
	}
	Expect(parser, '-');
	edge->to_right = Accept(parser, '>');
	/* <--> is the same as -- */
	if (edge->to_left && edge->to_right)
		edge->to_left = edge->to_right = false;
	return edge;
}

PatternPart *
ParsePatternElement(Parser *parser)
{
	PatternPart *part = palloc0(sizeof(PatternPart));

	part->at = parser->token.at;
	if (At(parser, '('))
	{
		Token		next = PeekToken(parser, &parser->token);

		check_stack_depth();
		if (next.type == '(')
		{
			Advance(parser);
			part = ParsePatternElement(parser);
			Expect(parser, ')');
			return part;
		}
	}
	part->nodes = list_make1(ParseNode(parser));
	while (At(parser, '-') || At(parser, '<'))
	{
		CHECK_FOR_INTERRUPTS();
		part->edges = lappend(part->edges, ParseEdge(parser));
		part->nodes = lappend(part->nodes, ParseNode(parser));
	}
	return part;
}

static bool
AtShortest(const Parser *parser, PathKind *kind)
{
	if (PeekToken(parser, &parser->token).type != '(')
		return false;
	*kind = AtKeyword(parser, "shortestPath") ? PATH_SHORTEST :
		AtKeyword(parser, "allShortestPaths") ? PATH_ALL_SHORTEST : PATH_ANY;
	return *kind != PATH_ANY;
}

/*
 * One part of a pattern, perhaps with the path's variable.
 */
PatternPart *
ParsePatternPart(Parser *parser)
{
	char	   *variable = NULL;
	PatternPart *part;
	PathKind	kind;
	int			at = parser->token.at;

	if (AtName(parser) && PeekToken(parser, &parser->token).type == '=')
	{
		variable = ExpectName(parser);
		Expect(parser, '=');
	}
	if (AtName(parser) && AtShortest(parser, &kind))
	{
		Advance(parser);
		Expect(parser, '(');
		part = ParsePatternElement(parser);
		Expect(parser, ')');
		part->kind = kind;
		if (list_length(part->edges) != 1)
			QueryError(parser->query, at, CYPHER_SYNTAX_ERROR,
					   "InvalidRelationshipPattern",
					   "a shortest path is sought over one relationship pattern");
	}
	else
		part = ParsePatternElement(parser);
	part->variable = variable;
	part->at = at;
	return part;
}

List *
ParsePatterns(Parser *parser)
{
	List	   *parts = NIL;

	do
		parts = lappend(parts, ParsePatternPart(parser));
	while (Accept(parser, ','));
	return parts;
}

/*
 * Whether a parenthesis begins a pattern rather than an expression: a node
 * pattern stands in it and an arrow follows.
 */
bool
AtPattern(const Parser *parser)
{
	Token		token = PeekToken(parser, &parser->token);
	int			depth = 0;

	if (token.type == TOKEN_NAME || token.type == TOKEN_QUOTED_NAME)
		token = PeekToken(parser, &token);
	while (token.type == ':')
	{
		token = PeekToken(parser, &token);
		token = PeekToken(parser, &token);
	}
	if (token.type == TOKEN_PARAMETER)
		token = PeekToken(parser, &token);
	else if (token.type == '{')
	{
		do
		{
			depth += token.type == '{' ? 1 : token.type == '}' ? -1 : 0;
			token = PeekToken(parser, &token);
		} while (depth > 0 && token.type != TOKEN_END);
	}
	if (token.type != ')')
		return false;
	token = PeekToken(parser, &token);
	if (token.type == '<')
		return PeekToken(parser, &token).type == '-';
	if (token.type != '-')
		return false;
	token = PeekToken(parser, &token);
	if (token.type == '[')
		return true;
	if (token.type != '-')
		return false;
	token = PeekToken(parser, &token);
	return token.type == '>' || token.type == '(';
}
