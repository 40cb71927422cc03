/*-------------------------------------------------------------------------
 *
 * function_string.c
 *	  Functions of strings, with XPath's regular expressions as PostgreSQL's.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <ctype.h>
#include <math.h>

#include "catalog/pg_collation.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"

#include "sparql/function.h"

static CypherValue
CopyText(const char *data, int length)
{
	return StringValue(pnstrdup(data, length), length);
}

/* What takes strings only; tag: which one */
static CypherValue
Strings(int tag, CypherValue *args, int nargs)
{
	CypherValue *a = &args[0];
	CypherValue *b = &args[nargs - 1];
	char	   *found = NULL;
	text	   *changed;

	if (a->type != VALUE_STRING || b->type != VALUE_STRING)
		return NullValue();
	switch (tag)
	{
		case 'n':
			return IntegerValue(pg_mbstrlen_with_len(a->data, a->length));
		case 'u':
		case 'l':
			changed = DatumGetTextPP(DirectFunctionCall1Coll(tag == 'u' ? upper : lower,
															 DEFAULT_COLLATION_OID,
															 PointerGetDatum(cstring_to_text_with_len(a->data, a->length))));
			return StringValue(VARDATA_ANY(changed), VARSIZE_ANY_EXHDR(changed));
		case 's':
			return BooleanValue(a->length >= b->length &&
								memcmp(a->data, b->data, b->length) == 0);
		case 'e':
			return BooleanValue(a->length >= b->length &&
								memcmp(a->data + a->length - b->length,
									   b->data, b->length) == 0);
		default:
			found = strstr(StringOf(a), StringOf(b));
			break;
	}
	if (tag == 'c')
		return BooleanValue(found != NULL);
	if (found == NULL)
		return StringValue("", 0);
	{
		char	   *whole = StringOf(a);
		char	   *place = strstr(whole, StringOf(b));

		return tag == 'b' ? StringValue(whole, place - whole) :
			TextValue(place + b->length);
	}
}

/* substr(text, from 1, length) in characters */
static CypherValue
Substr(int tag, CypherValue *args, int nargs)
{
	const char *data = args[0].data;
	int			left = args[0].length;
	double		from;
	double		to;
	int			start = -1;
	int			end = 0;

	if (args[0].type != VALUE_STRING || !IsNumber(&args[1]) ||
		(nargs == 3 && !IsNumber(&args[2])))
		return NullValue();
	from = floor(NumberOf(&args[1]) + 0.5);
	to = nargs == 3 ? from + floor(NumberOf(&args[2]) + 0.5) : INFINITY;
	for (int place = 1, at = 0; at < left; place++)
	{
		int			bytes = pg_mblen(data + at);

		if (place >= from && place < to)
		{
			start = start < 0 ? at : start;
			end = at + bytes;
		}
		at += bytes;
	}
	return start < 0 ? StringValue("", 0) : CopyText(data + start, end - start);
}

static CypherValue
Concat(int tag, CypherValue *args, int nargs)
{
	StringInfoData out;

	initStringInfo(&out);
	for (int i = 0; i < nargs; i++)
	{
		if (args[i].type != VALUE_STRING)
			return NullValue();
		appendBinaryStringInfo(&out, args[i].data, args[i].length);
	}
	return StringValue(out.data, out.len);
}

/* Unreserved characters of RFC 3986 stay */
static CypherValue
EncodeForUri(int tag, CypherValue *args, int nargs)
{
	StringInfoData out;

	if (args[0].type != VALUE_STRING)
		return NullValue();
	initStringInfo(&out);
	for (int i = 0; i < args[0].length; i++)
	{
		unsigned char c = args[0].data[i];

		if ((c < 0x80 && isalnum(c)) || (c != '\0' && strchr("-_.~", c)))
			appendStringInfoChar(&out, c);
		else
			appendStringInfo(&out, "%%%02X", c);
	}
	return StringValue(out.data, out.len);
}

/* XPath's flags as options in front of a pattern of PostgreSQL */
static bool
PatternOf(const CypherValue *pattern, const CypherValue *flags, text * *made)
{
	StringInfoData out;
	bool		spans_lines = false;
	bool		line_ends = false;

	initStringInfo(&out);
	for (int i = 0; flags && i < flags->length; i++)
	{
		if (!strchr("ismxq", flags->data[i]))
			return false;
		spans_lines |= flags->data[i] == 's';
		line_ends |= flags->data[i] == 'm';
	}
	appendStringInfoString(&out, "***:(?");
	if (flags && memchr(flags->data, 'q', flags->length))
		resetStringInfo(&out), appendStringInfoString(&out, "***=");
	else
	{
		appendStringInfoChar(&out, spans_lines ? (line_ends ? 'w' : 's') :
							 line_ends ? 'n' : 'p');
		if (flags && memchr(flags->data, 'i', flags->length))
			appendStringInfoChar(&out, 'i');
		if (flags && memchr(flags->data, 'x', flags->length))
			appendStringInfoChar(&out, 'x');
		appendStringInfoChar(&out, ')');
	}
	appendBinaryStringInfo(&out, pattern->data, pattern->length);
	*made = cstring_to_text_with_len(out.data, out.len);
	return true;
}

static CypherValue
Regex(int tag, CypherValue *args, int nargs)
{
	CypherValue string = args[0];
	text	   *pattern;

	if (string.type != VALUE_STRING || args[1].type != VALUE_STRING ||
		(nargs == 3 && args[2].type != VALUE_STRING) ||
		!PatternOf(&args[1], nargs == 3 ? &args[2] : NULL, &pattern))
		return NullValue();
	return BooleanValue(DatumGetBool(DirectFunctionCall2Coll(textregexeq, DEFAULT_COLLATION_OID,
															 PointerGetDatum(cstring_to_text_with_len(string.data, string.length)),
															 PointerGetDatum(pattern))));
}

/* replace(text, pattern, by [, flags]); $1 in by is a group */
static CypherValue
Replace(int tag, CypherValue *args, int nargs)
{
	text	   *pattern;
	text	   *result;
	StringInfoData by;

	for (int i = 0; i < nargs; i++)
		if (args[i].type != VALUE_STRING)
			return NullValue();
	if (!PatternOf(&args[1], nargs == 4 ? &args[3] : NULL, &pattern))
		return NullValue();
	initStringInfo(&by);
	for (int i = 0; i < args[2].length; i++)
	{
		char		c = args[2].data[i];

		if (c == '$' && i + 1 < args[2].length &&
			isdigit((unsigned char) args[2].data[i + 1]))
			appendStringInfo(&by, "\\%c", args[2].data[++i] == '0' ? '&' :
							 args[2].data[i]);
		else if (c == '\\' && i + 1 < args[2].length &&
				 (args[2].data[i + 1] == '$' || args[2].data[i + 1] == '\\'))
			appendStringInfoString(&by, args[2].data[++i] == '$' ? "$" : "\\\\");
		else
			appendStringInfo(&by, c == '\\' ? "\\\\" : "%c", c);
	}
	result = DatumGetTextPP(DirectFunctionCall4Coll(textregexreplace, DEFAULT_COLLATION_OID,
													PointerGetDatum(cstring_to_text_with_len(args[0].data, args[0].length)),
													PointerGetDatum(pattern),
													PointerGetDatum(cstring_to_text_with_len(by.data, by.len)),
													CStringGetTextDatum("g")));
	return StringValue(VARDATA_ANY(result), VARSIZE_ANY_EXHDR(result));
}

const SparqlFunction sparql_string_functions[] = {
	{"strlen", 1, 1, Strings, 'n'},
	{"ucase", 1, 1, Strings, 'u'},
	{"lcase", 1, 1, Strings, 'l'},
	{"strstarts", 2, 2, Strings, 's'},
	{"strends", 2, 2, Strings, 'e'},
	{"contains", 2, 2, Strings, 'c'},
	{"strbefore", 2, 2, Strings, 'b'},
	{"strafter", 2, 2, Strings, 'a'},
	{"substr", 2, 3, Substr, 0},
	{"concat", 0, 50, Concat, 0},
	{"encode_for_uri", 1, 1, EncodeForUri, 0},
	{"regex", 2, 3, Regex, 0},
	{"replace", 3, 4, Replace, 0},
	{NULL}
};
