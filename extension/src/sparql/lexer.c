/*-------------------------------------------------------------------------
 *
 * lexer.c
 *	  The words of a SPARQL query, one at a time from a place in the text
 *	  (SPARQL 1.1 Query Language, section 19.8).
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <ctype.h>
#include <math.h>

#include "mb/pg_wchar.h"
#include "miscadmin.h"

#include "sparql/lexer.h"

static inline bool
NameStart(unsigned char c)
{
	return isalpha(c) || c == '_' || c >= 0x80;
}

static inline bool
NamePart(unsigned char c)
{
	return isalnum(c) || c == '_' || c >= 0x80;
}

static int
SkipBlanks(const char *query, int at)
{
	for (;;)
	{
		CHECK_FOR_INTERRUPTS();
		at += strspn(query + at, " \t\r\n");
		if (query[at] != '#')
			return at;
		at += strcspn(query + at, "\r\n");
	}
}

/* \uXXXX or \UXXXXXXXX after the backslash; returns where it ends */
static int
ReadCode(const char *query, int at, StringInfo out)
{
	int			digits = query[at] == 'u' ? 4 : 8;
	uint32		code = 0;
	unsigned char server[MAX_UNICODE_EQUIVALENT_STRING + 1];

	for (int i = 1; i <= digits; i++)
	{
		unsigned char c = query[at + i];

		if (!isxdigit(c))
			SparqlError(query, at, SPARQL_SYNTAX_ERROR,
						"a character's code has %d hexadecimal digits", digits);
		code = code * 16 + (isdigit(c) ? c - '0' : tolower(c) - 'a' + 10);
	}
	if (!is_valid_unicode_codepoint(code) || is_utf16_surrogate_first(code) ||
		is_utf16_surrogate_second(code))
		SparqlError(query, at, SPARQL_SYNTAX_ERROR, "no such character");
	if (GetDatabaseEncoding() == PG_UTF8)
	{
		unicode_to_utf8(code, server);
		appendBinaryStringInfo(out, (char *) server, pg_utf_mblen(server));
	}
	else
	{
		pg_unicode_to_server(code, server);
		appendStringInfoString(out, (char *) server);
	}
	return at + 1 + digits;
}

/* An escape in a string, after the backslash */
static int
ReadEscape(const char *query, int at, StringInfo out)
{
	static const char letters[] = "tbnrf\"'\\";
	static const char meanings[] = "\t\b\n\r\f\"'\\";
	const char *found;

	if (query[at] == 'u' || query[at] == 'U')
		return ReadCode(query, at, out);
	found = query[at] == '\0' ? NULL : strchr(letters, query[at]);
	if (found == NULL)
		SparqlError(query, at, SPARQL_SYNTAX_ERROR, "no such escape");
	appendStringInfoChar(out, meanings[found - letters]);
	return at + 1;
}

/* 'text', "text", and both with three quotes, which may have line ends */
static void
ReadString(const char *query, Word *word)
{
	char		quote = query[word->at];
	bool		tripled = query[word->at + 1] == quote &&
	query[word->at + 2] == quote;
	int			at = word->at + (tripled ? 3 : 1);
	StringInfoData out;

	initStringInfo(&out);
	for (;;)
	{
		char		c = query[at];

		CHECK_FOR_INTERRUPTS();
		if (c == '\0' || (!tripled && (c == '\n' || c == '\r')))
			SparqlError(query, word->at, SPARQL_SYNTAX_ERROR,
						"string without end");
		if (c == quote &&
			(!tripled || (query[at + 1] == quote && query[at + 2] == quote)))
			break;
		at++;
		if (c == '\\')
			at = ReadEscape(query, at, &out);
		else
			appendStringInfoChar(&out, c);
	}
	word->type = WORD_STRING;
	word->text = out.data;
	word->end = at + (tripled ? 3 : 1);
}

/* <text>; false if the character is an operator */
static bool
ReadAngle(const char *query, Word *word)
{
	int			at = word->at + 1;
	StringInfoData out;

	initStringInfo(&out);
	while (query[at] != '>')
	{
		unsigned char c = query[at];

		if (c <= ' ' || strchr("<\"{}|^`", c))
			return false;
		if (c == '\\')
		{
			if (query[at + 1] != 'u' && query[at + 1] != 'U')
				return false;
			at = ReadCode(query, at + 1, &out);
			continue;
		}
		appendStringInfoChar(&out, c);
		at++;
	}
	word->type = WORD_IRI;
	word->text = out.data;
	word->end = at + 1;
	return true;
}

/* prefix:local; at is behind the colon */
static void
ReadLocal(const char *query, int at, Word *word)
{
	StringInfoData out;
	int			last = at;		/* end of the part that is not a dot */
	int			length;

	initStringInfo(&out);
	appendBinaryStringInfo(&out, query + word->at, at - word->at);
	word->colon = at - word->at - 1;
	length = out.len;
	for (;;)
	{
		unsigned char c = query[at];

		CHECK_FOR_INTERRUPTS();
		if (c == '\\' && query[at + 1] != '\0' &&
			strchr("_~.-!$&'()*+,;=/?#@%", query[at + 1]))
		{
			appendStringInfoChar(&out, query[at + 1]);
			at += 2;
		}
		else if (NamePart(c) || c == ':' ||
				 (c == '-' && at > word->at + word->colon + 1) ||
				 (c == '%' && isxdigit((unsigned char) query[at + 1]) &&
				  isxdigit((unsigned char) query[at + 2])))
		{
			appendStringInfoChar(&out, c);
			at++;
		}
		else if (c == '.' && at > word->at + word->colon + 1)
		{
			appendStringInfoChar(&out, c);
			at++;
			continue;
		}
		else
			break;
		last = at;
		length = out.len;
	}
	/* dots at the end belong to the triple */
	out.data[length] = '\0';
	word->type = WORD_PREFIXED;
	word->text = out.data;
	word->end = last;
}

static void
ReadNumber(const char *query, Word *word)
{
	int			at = word->at;
	char	   *text;
	bool		whole = true;

	at += strspn(query + at, "0123456789");
	if (query[at] == '.' && isdigit((unsigned char) query[at + 1]))
	{
		whole = false;
		at++;
		at += strspn(query + at, "0123456789");
	}
	if (query[at] == 'e' || query[at] == 'E')
	{
		int			digits = at + 1;

		if (query[digits] == '+' || query[digits] == '-')
			digits++;
		if (isdigit((unsigned char) query[digits]))
		{
			whole = false;
			at = digits + strspn(query + digits, "0123456789");
		}
	}
	text = pnstrdup(query + word->at, at - word->at);
	word->end = at;
	word->type = whole ? WORD_INTEGER : WORD_DECIMAL;
	errno = 0;
	if (whole)
		word->integer = strtoll(text, NULL, 10);
	else
		word->number = strtod(text, NULL);
	if ((whole && errno != 0) || isinf(word->number))
		SparqlError(query, word->at, SPARQL_LITERAL_ERROR,
					"number out of range");
}

static void
ReadPunctuation(const char *query, Word *word)
{
	static const struct
	{
		const char *text;
		int			type;
	}			pairs[] = {
		{"&&", WORD_AND}, {"||", WORD_OR}, {"!=", WORD_NE},
		{"<=", WORD_LE}, {">=", WORD_GE}, {"^^", WORD_TYPE}
	};

	for (int i = 0; i < lengthof(pairs); i++)
		if (strncmp(query + word->at, pairs[i].text, 2) == 0)
		{
			word->type = pairs[i].type;
			word->end = word->at + 2;
			return;
		}
	word->type = (unsigned char) query[word->at];
	word->end = word->at + 1;
}

/*
 * The word that begins at or after a place.
 */
void
NextWord(const char *query, int from, Word *word)
{
	int			at = SkipBlanks(query, from);
	unsigned char c = query[at];
	int			end = at;

	memset(word, 0, sizeof(Word));
	word->at = at;
	if (c == '\0')
	{
		word->type = WORD_END;
		word->end = at;
	}
	else if (c == '"' || c == '\'')
		ReadString(query, word);
	else if (c == '<' && ReadAngle(query, word))
		return;
	else if (isdigit(c) || (c == '.' && isdigit((unsigned char) query[at + 1])))
		ReadNumber(query, word);
	else if ((c == '?' || c == '$') && NamePart(query[at + 1]))
	{
		for (end = at + 1; NamePart(query[end]); end++)
			;
		word->type = WORD_VARIABLE;
		word->text = pnstrdup(query + at + 1, end - at - 1);
		word->end = end;
	}
	else if (c == '@' && isalpha((unsigned char) query[at + 1]))
	{
		for (end = at + 1; isalnum((unsigned char) query[end]) || query[end] == '-'; end++)
			;
		word->type = WORD_LANGUAGE;
		word->end = end;
	}
	else if (NameStart(c) || c == ':')
	{
		while (NamePart(query[end]) || query[end] == '-')
			end++;
		if (query[end] == ':')
			ReadLocal(query, end + 1, word);
		else
		{
			/* keywords have no hyphen: 1-x is a difference */
			for (end = at; NamePart(query[end]); end++)
				;
			word->type = WORD_NAME;
			word->text = pnstrdup(query + at, end - at);
			word->end = end;
		}
		if (word->type == WORD_PREFIXED && word->colon == 1 && c == '_')
			word->type = WORD_BLANK;
	}
	else
		ReadPunctuation(query, word);
}
