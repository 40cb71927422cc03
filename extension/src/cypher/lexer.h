/*-------------------------------------------------------------------------
 *
 * lexer.h
 *	  Words of a query.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CYPHER_LEXER_H
#define CYPHER_LEXER_H

#include "cypher/ast.h"

/* Types of token; other punctuation is its own character */
typedef enum TokenType
{
	TOKEN_END = 256,
	TOKEN_NAME,					/* also keywords */
	TOKEN_QUOTED_NAME,			/* `name` */
	TOKEN_INTEGER,
	TOKEN_FLOAT,
	TOKEN_STRING,
	TOKEN_PARAMETER,			/* $name */
	TOKEN_DOTS,					/* .. */
	TOKEN_LE,					/* <= */
	TOKEN_GE,					/* >= */
	TOKEN_NE,					/* <> */
	TOKEN_MATCHES,				/* =~ */
	TOKEN_ADD					/* += */
} TokenType;

typedef struct Token
{
	int			type;
	int			at;
	int			end;
	char	   *text;			/* name, string, parameter */
	int			length;			/* of a string */
	int64		integer;
	bool		least;			/* integer is 2^63: only after a minus */
	double		number;
} Token;

extern void NextToken(const char *query, int from, Token *token);

#endif							/* CYPHER_LEXER_H */
