/*-------------------------------------------------------------------------
 *
 * parser.c
 *	  The parser's hold on the words, and the top of the grammar: parts
 *	  joined by UNION.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "cypher/error.h"
#include "cypher/parser.h"

void
Unexpected(const Parser *parser)
{
	const Token *token = &parser->token;

	if (token->type == TOKEN_END)
		QueryError(parser->query, token->at, CYPHER_SYNTAX_ERROR,
				   "UnexpectedSyntax", "unexpected end of the query");
	QueryError(parser->query, token->at, CYPHER_SYNTAX_ERROR,
			   "UnexpectedSyntax", "unexpected \"%.*s\"",
			   Min(token->end - token->at, 60), parser->query + token->at);
}

void
Advance(Parser *parser)
{
	parser->last_end = parser->token.end;
	NextToken(parser->query, parser->token.end, &parser->token);
}

Token
PeekToken(const Parser *parser, const Token *after)
{
	Token		token;

	NextToken(parser->query, after->end, &token);
	return token;
}

bool
At(const Parser *parser, int type)
{
	return parser->token.type == type;
}

bool
IsKeyword(const Token *token, const char *keyword)
{
	return token->type == TOKEN_NAME &&
		pg_strcasecmp(token->text, keyword) == 0;
}

bool
AtKeyword(const Parser *parser, const char *keyword)
{
	return IsKeyword(&parser->token, keyword);
}

bool
Accept(Parser *parser, int type)
{
	if (!At(parser, type))
		return false;
	Advance(parser);
	return true;
}

bool
AcceptKeyword(Parser *parser, const char *keyword)
{
	if (!AtKeyword(parser, keyword))
		return false;
	Advance(parser);
	return true;
}

void
Expect(Parser *parser, int type)
{
	if (!Accept(parser, type))
		Unexpected(parser);
}

void
ExpectKeyword(Parser *parser, const char *keyword)
{
	if (!AcceptKeyword(parser, keyword))
		Unexpected(parser);
}

bool
AtName(const Parser *parser)
{
	return At(parser, TOKEN_NAME) || At(parser, TOKEN_QUOTED_NAME);
}

char *
ExpectName(Parser *parser)
{
	char	   *name = parser->token.text;

	if (!AtName(parser))
		Unexpected(parser);
	Advance(parser);
	return name;
}

QueryTree *
ParseQuery(const char *text)
{
	Parser		parser = {.query = text};
	QueryTree  *query = palloc0(sizeof(QueryTree));
	bool		mixed = false;

	NextToken(text, 0, &parser.token);
	for (;;)
	{
		int			at = parser.token.at;
		bool		all;

		query->parts = lappend(query->parts, ParseClauses(&parser, TOKEN_END));
		if (!AcceptKeyword(&parser, "UNION"))
			break;
		all = AcceptKeyword(&parser, "ALL");
		mixed = list_length(query->parts) > 1 && all != query->all;
		if (mixed)
			QueryError(text, at, CYPHER_SYNTAX_ERROR,
					   "InvalidClauseComposition",
					   "UNION and UNION ALL cannot be mixed");
		query->all = all;
	}
	Accept(&parser, ';');
	if (!At(&parser, TOKEN_END))
		Unexpected(&parser);
	return query;
}
