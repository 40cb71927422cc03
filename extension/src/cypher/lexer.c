/*-------------------------------------------------------------------------
 *
 * lexer.c
 *	  The words of a query, one at a time from a place in the text; so the
 *	  parser can look ahead and come back without keeping words.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <ctype.h>
#include <math.h>

#include "mb/pg_wchar.h"
#include "miscadmin.h"

#include "cypher/error.h"
#include "cypher/lexer.h"

static inline bool
IsNameStart(unsigned char c)
{
	return isalpha(c) || c == '_' || c >= 0x80;
}

static inline bool
IsNamePart(unsigned char c)
{
	return isalnum(c) || c == '_' || c >= 0x80;
}

static int
SkipSpace(const char *query, int at)
{
	for (;;)
	{
		CHECK_FOR_INTERRUPTS();
		if (query[at] != '\0' && strchr(" \t\r\n\f\v", query[at]))
			at++;
		else if (query[at] == '/' && query[at + 1] == '/')
			while (query[at] != '\0' && query[at] != '\n')
				at++;
		else if (query[at] == '/' && query[at + 1] == '*')
		{
			const char *end = strstr(query + at + 2, "*/");

			if (end == NULL)
				QueryError(query, at, CYPHER_SYNTAX_ERROR, "UnexpectedSyntax",
						   "comment without end");
			at = end + 2 - query;
		}
		else
			return at;
	}
}

/* Hexadecimal digits of an escape, exactly n */
static uint32
ReadHex(const char *query, int at, int n)
{
	uint32		code = 0;

	for (int i = 0; i < n; i++)
	{
		char		c = query[at + i];

		if (!isxdigit((unsigned char) c))
			QueryError(query, at, CYPHER_SYNTAX_ERROR, "InvalidUnicodeLiteral",
					   "a character's code has %d hexadecimal digits", n);
		code = code * 16 + (isdigit((unsigned char) c) ? c - '0' :
							tolower((unsigned char) c) - 'a' + 10);
	}
	return code;
}

/* \uXXXX or \UXXXXXXXX, surrogates in pairs; returns where it ends */
static int
ReadUnicode(const char *query, int at, StringInfo out)
{
	int			digits = query[at] == 'u' ? 4 : 8;
	uint32		code = ReadHex(query, at + 1, digits);
	unsigned char utf8[8];
	int			end = at + 1 + digits;

	if (is_utf16_surrogate_first(code) && query[end] == '\\' &&
		query[end + 1] == 'u')
	{
		uint32		second = ReadHex(query, end + 2, 4);

		if (is_utf16_surrogate_second(second))
		{
			code = surrogate_pair_to_codepoint(code, second);
			end += 6;
		}
	}
	if (!is_valid_unicode_codepoint(code) || is_utf16_surrogate_first(code) ||
		is_utf16_surrogate_second(code))
		QueryError(query, at, CYPHER_SYNTAX_ERROR, "InvalidUnicodeLiteral",
				   "no such character");
	if (GetDatabaseEncoding() == PG_UTF8)
	{
		unicode_to_utf8(code, utf8);
		appendBinaryStringInfo(out, (char *) utf8, pg_utf_mblen(utf8));
	}
	else
	{
		unsigned char server[MAX_UNICODE_EQUIVALENT_STRING + 1];

		pg_unicode_to_server(code, server);
		appendStringInfoString(out, (char *) server);
	}
	return end;
}

static void
ReadString(const char *query, Token *token)
{
	char		quote = query[token->at];
	int			at = token->at + 1;
	StringInfoData out;

	initStringInfo(&out);
	while (query[at] != quote)
	{
		int			plain = strcspn(query + at, quote == '"' ? "\"\\" : "'\\");

		appendBinaryStringInfo(&out, query + at, plain);
		at += plain;
		if (query[at] == quote)
			break;
		if (query[at] == '\0' || query[at + 1] == '\0')
			QueryError(query, token->at, CYPHER_SYNTAX_ERROR,
					   "UnexpectedSyntax", "string without end");
		at++;
		switch (query[at])
		{
			case '\\':
			case '\'':
			case '"':
			case '`':
				appendStringInfoChar(&out, query[at++]);
				break;
			case 'b':
				appendStringInfoChar(&out, '\b');
				at++;
				break;
			case 'f':
				appendStringInfoChar(&out, '\f');
				at++;
				break;
			case 'n':
				appendStringInfoChar(&out, '\n');
				at++;
				break;
			case 'r':
				appendStringInfoChar(&out, '\r');
				at++;
				break;
			case 't':
				appendStringInfoChar(&out, '\t');
				at++;
				break;
			case 'u':
			case 'U':
				at = ReadUnicode(query, at, &out);
				break;
			default:
				QueryError(query, at, CYPHER_SYNTAX_ERROR, "UnexpectedSyntax",
						   "unknown escape");
		}
	}
	token->type = TOKEN_STRING;
	token->text = out.data;
	token->length = out.len;
	token->end = at + 1;
}

static void
ReadQuotedName(const char *query, int at, Token *token)
{
	StringInfoData out;
	int			start = at++;

	initStringInfo(&out);
	for (;;)
	{
		if (query[at] == '\0')
			QueryError(query, start, CYPHER_SYNTAX_ERROR, "UnexpectedSyntax",
					   "name without end");
		if (query[at] == '`')
		{
			if (query[at + 1] != '`')
				break;
			at++;
		}
		appendStringInfoChar(&out, query[at++]);
	}
	token->type = TOKEN_QUOTED_NAME;
	token->text = out.data;
	token->end = at + 1;
}

static void
pg_attribute_noreturn()
BadNumber(const char *query, int at)
{
	QueryError(query, at, CYPHER_SYNTAX_ERROR, "InvalidNumberLiteral",
			   "invalid number");
}

/* Digits of a base into the token; 2^63 is left for a minus */
static int
ReadInteger(const char *query, Token *token, int at, int base)
{
	uint64		number = 0;
	int			start = at;
	bool		overflow = false;

	for (;; at++)
	{
		char		c = query[at];
		int			digit = isdigit((unsigned char) c) ? c - '0' :
		isxdigit((unsigned char) c) ? tolower((unsigned char) c) - 'a' + 10 :
		99;

		if (digit >= base)
			break;
		if (number > (PG_UINT64_MAX - digit) / base)
			overflow = true;
		number = number * base + digit;
	}
	if (at == start || IsNamePart(query[at]))
		BadNumber(query, token->at);
	if (overflow || number > UINT64CONST(1) << 63)
		QueryError(query, token->at, CYPHER_SYNTAX_ERROR, "IntegerOverflow",
				   "integer out of range");
	token->type = TOKEN_INTEGER;
	token->least = number == UINT64CONST(1) << 63;
	token->integer = (int64) number;
	return at;
}

static void
ReadNumber(const char *query, Token *token)
{
	int			at = token->at;
	bool		is_float = false;
	char	   *text;

	if (query[at] == '0' && (query[at + 1] == 'x' || query[at + 1] == 'X'))
	{
		token->end = ReadInteger(query, token, at + 2, 16);
		return;
	}
	if (query[at] == '0' && (query[at + 1] == 'o' || query[at + 1] == 'O'))
	{
		token->end = ReadInteger(query, token, at + 2, 8);
		return;
	}
	while (isdigit((unsigned char) query[at]))
		at++;
	if (query[at] == '.' && isdigit((unsigned char) query[at + 1]))
	{
		is_float = true;
		at++;
		while (isdigit((unsigned char) query[at]))
			at++;
	}
	if (query[at] == 'e' || query[at] == 'E')
	{
		int			exponent = at + 1;

		if (query[exponent] == '+' || query[exponent] == '-')
			exponent++;
		if (!isdigit((unsigned char) query[exponent]))
			BadNumber(query, token->at);
		is_float = true;
		at = exponent;
		while (isdigit((unsigned char) query[at]))
			at++;
	}
	if (!is_float)
	{
		token->end = ReadInteger(query, token, token->at, 10);
		return;
	}
	if (IsNamePart(query[at]))
		BadNumber(query, token->at);
	text = pnstrdup(query + token->at, at - token->at);
	token->type = TOKEN_FLOAT;
	token->number = strtod(text, NULL);
	token->end = at;
	if (isinf(token->number))
		QueryError(query, token->at, CYPHER_SYNTAX_ERROR,
				   "FloatingPointOverflow", "float out of range");
}

static bool
ReadPair(const char *query, Token *token)
{
	static const struct
	{
		const char *text;
		int			type;
	}			pairs[] =
	{
		{"..", TOKEN_DOTS}, {"<=", TOKEN_LE}, {">=", TOKEN_GE},
		{"<>", TOKEN_NE}, {"=~", TOKEN_MATCHES}, {"+=", TOKEN_ADD}
	};

	for (int i = 0; i < lengthof(pairs); i++)
		if (strncmp(query + token->at, pairs[i].text, 2) == 0)
		{
			token->type = pairs[i].type;
			token->end = token->at + 2;
			return true;
		}
	return false;
}

void
NextToken(const char *query, int from, Token *token)
{
	int			at = SkipSpace(query, from);
	unsigned char c = query[at];

	memset(token, 0, sizeof(Token));
	token->at = at;
	if (c == '\0')
	{
		token->type = TOKEN_END;
		token->end = at;
	}
	else if (IsNameStart(c))
	{
		int			end = at;

		while (IsNamePart(query[end]))
			end++;
		token->type = TOKEN_NAME;
		token->text = pnstrdup(query + at, end - at);
		token->end = end;
	}
	else if (c == '`')
		ReadQuotedName(query, at, token);
	else if (c == '\'' || c == '"')
		ReadString(query, token);
	else if (isdigit(c) ||
			 (c == '.' && isdigit((unsigned char) query[at + 1])))
		ReadNumber(query, token);
	else if (c == '$' && query[at + 1] == '`')
	{
		ReadQuotedName(query, at + 1, token);
		token->type = TOKEN_PARAMETER;
	}
	else if (c == '$' && IsNamePart(query[at + 1]))
	{
		int			end = at + 1;

		while (IsNamePart(query[end]))
			end++;
		token->type = TOKEN_PARAMETER;
		token->text = pnstrdup(query + at + 1, end - at - 1);
		token->end = end;
	}
	else if (!ReadPair(query, token))
	{
		if (strchr("()[]{},.:;|=<>+-*/%^", c) == NULL)
			QueryError(query, at, CYPHER_SYNTAX_ERROR, "UnexpectedSyntax",
					   "unexpected character \"%.*s\"",
					   pg_mblen(query + at), query + at);
		token->type = c;
		token->end = at + 1;
	}
}
