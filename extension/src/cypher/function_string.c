/*-------------------------------------------------------------------------
 *
 * function_string.c
 *	  Functions of strings; positions count characters from 0.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_collation.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "parser/scansup.h"
#include "utils/formatting.h"

#include "cypher/error.h"
#include "cypher/function.h"

enum
{
	TAG_LEFT,
	TAG_RIGHT,
	TAG_BOTH,
	TAG_UPPER,
	TAG_LOWER
};

/* Byte position of a character, at most the end */
static int
BytesOf(const CypherValue *string, int64 characters)
{
	int			at = 0;

	while (characters-- > 0 && at < string->length)
		at += pg_mblen(string->data + at);
	return Min(at, string->length);
}

static int64
Count(const CypherValue *value, const char *what)
{
	if (value->integer < 0)
		ArgumentError("NegativeIntegerArgument",
					  "%s must not be negative", what);
	return value->integer;
}

static CypherValue
Substring(const Function *function, CypherValue *args, int nargs)
{
	int			start = BytesOf(&args[0], Count(&args[1], "start"));
	CypherValue rest = StringValue(args[0].data + start,
								   args[0].length - start);

	if (nargs > 2)
		rest.length = BytesOf(&rest, Count(&args[2], "length"));
	return rest;
}

static CypherValue
LeftRight(const Function *function, CypherValue *args, int nargs)
{
	int64		n = Count(&args[1], "length");
	int			start = 0;

	if (function->tag == TAG_LEFT)
		return StringValue(args[0].data, BytesOf(&args[0], n));
	start = BytesOf(&args[0], pg_mbstrlen_with_len(args[0].data,
												   args[0].length) - n);
	return StringValue(args[0].data + start, args[0].length - start);
}

static CypherValue
Trim(const Function *function, CypherValue *args, int nargs)
{
	const char *start = args[0].data;
	const char *end = start + args[0].length;

	if (function->tag != TAG_RIGHT)
		while (start < end && scanner_isspace(*start))
			start++;
	if (function->tag != TAG_LEFT)
		while (end > start && scanner_isspace(end[-1]))
			end--;
	return StringValue(start, end - start);
}

static CypherValue
ChangeCase(const Function *function, CypherValue *args, int nargs)
{
	return TextValue(function->tag == TAG_UPPER ?
					 str_toupper(args[0].data, args[0].length,
								 DEFAULT_COLLATION_OID) :
					 str_tolower(args[0].data, args[0].length,
								 DEFAULT_COLLATION_OID));
}

/* Where needle begins in what is left, or -1 */
static int
Find(const CypherValue *string, int from, const CypherValue *needle)
{
	for (int at = from; at + needle->length <= string->length; at++)
		if (memcmp(string->data + at, needle->data, needle->length) == 0)
			return at;
	return -1;
}

static CypherValue
Replace(const Function *function, CypherValue *args, int nargs)
{
	StringInfoData out;
	int			from = 0;
	int			at;

	if (args[1].length == 0)
		return args[0];
	initStringInfo(&out);
	while ((at = Find(&args[0], from, &args[1])) >= 0)
	{
		CHECK_FOR_INTERRUPTS();
		appendBinaryStringInfo(&out, args[0].data + from, at - from);
		appendBinaryStringInfo(&out, args[2].data, args[2].length);
		from = at + args[1].length;
	}
	appendBinaryStringInfo(&out, args[0].data + from, args[0].length - from);
	return StringValue(out.data, out.len);
}

static CypherValue
Split(const Function *function, CypherValue *args, int nargs)
{
	int			max = 16;
	int			n = 0;
	CypherValue *items = palloc(sizeof(CypherValue) * max);
	int			from = 0;

	for (;;)
	{
		int			at = args[1].length > 0 ? Find(&args[0], from, &args[1]) :
		from < args[0].length ? from + pg_mblen(args[0].data + from) : -1;
		int			end = at < 0 ? args[0].length : Min(at, args[0].length);

		CHECK_FOR_INTERRUPTS();
		if (n == max)
		{
			max *= 2;
			CypherReserve(sizeof(CypherValue) * max);
			items = repalloc_huge(items, sizeof(CypherValue) * max);
		}
		items[n++] = StringValue(args[0].data + from, end - from);
		if (at < 0 || (args[1].length == 0 && end == args[0].length))
			break;
		from = at + args[1].length;
	}
	return ListValue(items, n);
}

const Function string_functions[] = {
	{"substring", "substring(string, start, length = rest) :: String", 2, 3,
		FUNCTION_PLAIN, {STRING_TYPE, INTEGER_TYPE, INTEGER_TYPE},
	VALUE_STRING, Substring, 0, "The part that begins at start."},
	{"left", "left(string, length) :: String", 2, 2, FUNCTION_PLAIN,
		{STRING_TYPE, INTEGER_TYPE}, VALUE_STRING, LeftRight, TAG_LEFT,
	"The first characters."},
	{"right", "right(string, length) :: String", 2, 2, FUNCTION_PLAIN,
		{STRING_TYPE, INTEGER_TYPE}, VALUE_STRING, LeftRight, TAG_RIGHT,
	"The last characters."},
	{"trim", "trim(string) :: String", 1, 1, FUNCTION_PLAIN, {STRING_TYPE},
	VALUE_STRING, Trim, TAG_BOTH, "Without white space at both ends."},
	{"ltrim", "lTrim(string) :: String", 1, 1, FUNCTION_PLAIN, {STRING_TYPE},
	VALUE_STRING, Trim, TAG_LEFT, "Without white space at the beginning."},
	{"rtrim", "rTrim(string) :: String", 1, 1, FUNCTION_PLAIN, {STRING_TYPE},
	VALUE_STRING, Trim, TAG_RIGHT, "Without white space at the end."},
	{"toUpper", "toUpper(string) :: String", 1, 1, FUNCTION_PLAIN,
		{STRING_TYPE}, VALUE_STRING, ChangeCase, TAG_UPPER,
	"In capital letters."},
	{"toLower", "toLower(string) :: String", 1, 1, FUNCTION_PLAIN,
		{STRING_TYPE}, VALUE_STRING, ChangeCase, TAG_LOWER,
	"In small letters."},
	{"replace", "replace(string, search, replacement) :: String", 3, 3,
		FUNCTION_PLAIN, {STRING_TYPE, STRING_TYPE, STRING_TYPE}, VALUE_STRING,
	Replace, 0, "Each occurrence of search replaced."},
	{"split", "split(string, delimiter) :: List", 2, 2, FUNCTION_PLAIN,
		{STRING_TYPE, STRING_TYPE}, VALUE_LIST, Split, 0,
	"The parts between the delimiters."},
	{NULL}
};
