/*-------------------------------------------------------------------------
 *
 * parser.h
 *	  What the parts of the recursive-descent parser share.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CYPHER_PARSER_H
#define CYPHER_PARSER_H

#include "cypher/lexer.h"

typedef struct Parser
{
	const char *query;
	Token		token;			/* the next one */
	int			last_end;		/* where the one before ended */
} Parser;

/* parser.c: tokens */
extern void Advance(Parser *parser);
extern bool At(const Parser *parser, int type);
extern bool AtKeyword(const Parser *parser, const char *keyword);
extern bool Accept(Parser *parser, int type);
extern bool AcceptKeyword(Parser *parser, const char *keyword);
extern void Expect(Parser *parser, int type);
extern void ExpectKeyword(Parser *parser, const char *keyword);
extern bool AtName(const Parser *parser);
extern char *ExpectName(Parser *parser);
extern Token PeekToken(const Parser *parser, const Token *after);
extern bool IsKeyword(const Token *token, const char *keyword);
extern void pg_attribute_noreturn() Unexpected(const Parser *parser);

/* parser_clause.c */
extern List *ParseClauses(Parser *parser, int end);

/* parser_pattern.c */
extern List *ParsePatterns(Parser *parser);
extern PatternPart *ParsePatternPart(Parser *parser);
extern PatternPart *ParsePatternElement(Parser *parser);
extern bool AtPattern(const Parser *parser);

/* parser_expression.c, parser_atom.c */
extern Expression *MakeExpr(ExprKind kind, int at);
extern Expression *ParseExpr(Parser *parser);
extern Expression *ParseAtom(Parser *parser);
extern Expression *ParseMap(Parser *parser);
extern List *ParseLabels(Parser *parser);
extern Expression *ParsePostfix(Parser *parser);

#endif							/* CYPHER_PARSER_H */
