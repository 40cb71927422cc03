/*-------------------------------------------------------------------------
 *
 * function.c
 *	  Functions, comparison, truth and aggregates of SPARQL. What the
 *	  specification calls an error is null, as an unbound variable is.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <ctype.h>
#include <math.h>

#include "catalog/pg_collation.h"
#include "common/int.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "cypher/temporal.h"
#include "sparql/sparql.h"

PG_FUNCTION_INFO_V1(sparql_apply);
PG_FUNCTION_INFO_V1(sparql_compare);
PG_FUNCTION_INFO_V1(sparql_in);
PG_FUNCTION_INFO_V1(sparql_truth);

/* tag says which one of several that share run */
typedef struct SparqlFunction
{
	const char *name;
	int			min_args;
	int			max_args;
	CypherValue (*run) (int tag, CypherValue *args, int nargs);
	int			tag;
} SparqlFunction;

static bool
IsIri(const CypherValue *value)
{
	CypherValue text;

	return IriText(value, &text);
}

static CypherValue
CopyText(const char *data, int length)
{
	return StringValue(pnstrdup(data, length), length);
}

static CypherValue
Arithmetic(int tag, CypherValue *args, int nargs)
{
	CypherValue *a = &args[0];
	CypherValue *b = &args[nargs - 1];
	int64		result;
	bool		overflow;

	if (!IsNumber(a) || !IsNumber(b))
	{
		/* a span of time added to an instant, or taken from it */
		if ((tag == '+' || tag == '-') && IsTemporal(a) &&
			a->type != VALUE_DURATION && b->type == VALUE_DURATION)
			return AddDuration(a, b, tag == '+' ? 1 : -1);
		return NullValue();
	}
	if (tag == '/')
	{
		double		divisor = NumberOf(b);

		/* integers make decimals, whose division by zero is an error */
		if (divisor == 0 && (b->type == VALUE_INTEGER || a->type == VALUE_INTEGER))
			return NullValue();
		return FloatValue(NumberOf(a) / divisor);
	}
	if (a->type == VALUE_INTEGER && b->type == VALUE_INTEGER)
	{
		overflow = tag == '+' ? pg_add_s64_overflow(a->integer, b->integer, &result) :
			tag == '-' ? pg_sub_s64_overflow(a->integer, b->integer, &result) :
			pg_mul_s64_overflow(a->integer, b->integer, &result);
		return overflow ? NullValue() : IntegerValue(result);
	}
	return FloatValue(tag == '+' ? NumberOf(a) + NumberOf(b) :
					  tag == '-' ? NumberOf(a) - NumberOf(b) :
					  NumberOf(a) * NumberOf(b));
}

static CypherValue
Round(int tag, CypherValue *args, int nargs)
{
	CypherValue *a = &args[0];

	if (!IsNumber(a))
		return NullValue();
	if (a->type == VALUE_INTEGER)
	{
		if ((tag != 'a' && tag != 'n') || (tag == 'a' && a->integer >= 0))
			return *a;
		if (a->integer == PG_INT64_MIN)
			return NullValue();
		return IntegerValue(-a->integer);
	}
	switch (tag)
	{
		case 'a':
			return FloatValue(fabs(a->number));
		case 'n':
			return FloatValue(-a->number);
		case 'c':
			return FloatValue(ceil(a->number));
		case 'f':
			return FloatValue(floor(a->number));
		default:
			/* halves go up (XPath, fn:round) */
			return FloatValue(floor(a->number + 0.5));
	}
}

static CypherValue
Kind(int tag, CypherValue *args, int nargs)
{
	CypherValue *a = &args[0];

	switch (tag)
	{
		case 'i':
			return BooleanValue(IsIri(a));
		case 'l':
			return BooleanValue(!IsIri(a));
		case 'n':
			return BooleanValue(IsNumber(a));
		case 's':
			return BooleanValue(a->type == args[1].type && OrderValues(a, &args[1]) == 0);
		default:
			return BooleanValue(false);
	}
}

static CypherValue
Str(int tag, CypherValue *args, int nargs)
{
	CypherValue iri;

	if (IriText(&args[0], &iri))
		return iri;
	if (args[0].type == VALUE_STRING)
		return args[0];
	return TextValue(ValueText(&args[0]));
}

static CypherValue
Iri(int tag, CypherValue *args, int nargs)
{
	if (IsIri(&args[0]))
		return args[0];
	if (args[0].type != VALUE_STRING)
		return NullValue();
	return IriValue(args[0].data, args[0].length);
}

static CypherValue
Datatype(int tag, CypherValue *args, int nargs)
{
	static const char *const names[] = {
		[VALUE_LIST] = RDF_NAMESPACE "JSON",[VALUE_MAP] = RDF_NAMESPACE "JSON",
		[VALUE_DATETIME] = XSD_NAMESPACE "dateTime",
		[VALUE_LOCALDATETIME] = XSD_NAMESPACE "dateTime",
		[VALUE_DATE] = XSD_NAMESPACE "date",[VALUE_TIME] = XSD_NAMESPACE "time",
		[VALUE_LOCALTIME] = XSD_NAMESPACE "time",
		[VALUE_DURATION] = XSD_NAMESPACE "duration",
		[VALUE_STRING] = XSD_NAMESPACE "string",
		[VALUE_BOOLEAN] = XSD_NAMESPACE "boolean",
		[VALUE_INTEGER] = XSD_NAMESPACE "integer",
		[VALUE_FLOAT] = XSD_NAMESPACE "double"
	};
	const char *name = names[args[0].type];

	if (name == NULL || IsIri(&args[0]))
		return NullValue();
	return IriValue(name, strlen(name));
}

static CypherValue
Lang(int tag, CypherValue *args, int nargs)
{
	return IsIri(&args[0]) ? NullValue() : StringValue("", 0);
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

/* year, month ... of a temporal value; tag: place in the names */
static CypherValue
Part(int tag, CypherValue *args, int nargs)
{
	static const char *const names[] = {
		"year", "month", "day", "hour", "minute", "second"
	};
	CypherValue part;

	if (!IsTemporal(&args[0]) || args[0].type == VALUE_DURATION ||
		!TemporalField(&args[0], names[tag], strlen(names[tag]), &part))
		return NullValue();
	return part;
}

static CypherValue
Now(int tag, CypherValue *args, int nargs)
{
	return CurrentTemporal(VALUE_DATETIME, NULL, false);
}

static CypherValue
Cast(int tag, CypherValue *args, int nargs)
{
	static const char *const names[] = {
		"string", "boolean", "integer", "double", "date", "dateTime", "time", "duration"
	};
	CypherValue *a = &args[0];
	CypherValue text;
	CypherValue value;

	if (tag == 0)
		return Str(0, args, nargs);
	if (IsIri(a) || IsContainer(a))
		return NullValue();
	if (tag == 1 && IsNumber(a))
		return BooleanValue(NumberOf(a) != 0 && !isnan(NumberOf(a)));
	if ((tag == 2 || tag == 3) && (IsNumber(a) || a->type == VALUE_BOOLEAN))
	{
		double		number = a->type == VALUE_FLOAT ? trunc(a->number) : 0;

		if (tag == 3)
			return FloatValue(a->type == VALUE_BOOLEAN ? a->integer : NumberOf(a));
		if (a->type != VALUE_FLOAT)
			return IntegerValue(a->integer);
		if (!(number >= -9223372036854775808.0 && number < 9223372036854775808.0))
			return NullValue();
		return IntegerValue((int64) number);
	}
	text = Str(0, args, nargs);
	if (!LiteralOfType(psprintf(XSD_NAMESPACE "%s", names[tag]), &text, &value))
		return NullValue();
	return value;
}

static const SparqlFunction functions[] = {
	{"+", 2, 2, Arithmetic, '+'},
	{"-", 2, 2, Arithmetic, '-'},
	{"*", 2, 2, Arithmetic, '*'},
	{"/", 2, 2, Arithmetic, '/'},
	{"negate", 1, 1, Round, 'n'},
	{"abs", 1, 1, Round, 'a'},
	{"ceil", 1, 1, Round, 'c'},
	{"floor", 1, 1, Round, 'f'},
	{"round", 1, 1, Round, 'r'},
	{"isiri", 1, 1, Kind, 'i'},
	{"isuri", 1, 1, Kind, 'i'},
	{"isliteral", 1, 1, Kind, 'l'},
	{"isnumeric", 1, 1, Kind, 'n'},
	{"isblank", 1, 1, Kind, 'b'},
	{"sameterm", 2, 2, Kind, 's'},
	{"str", 1, 1, Str, 0},
	{"iri", 1, 1, Iri, 0},
	{"uri", 1, 1, Iri, 0},
	{"datatype", 1, 1, Datatype, 0},
	{"lang", 1, 1, Lang, 0},
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
	{"year", 1, 1, Part, 0},
	{"month", 1, 1, Part, 1},
	{"day", 1, 1, Part, 2},
	{"hours", 1, 1, Part, 3},
	{"minutes", 1, 1, Part, 4},
	{"seconds", 1, 1, Part, 5},
	{"now", 0, 0, Now, 0},
	{XSD_NAMESPACE "string", 1, 1, Cast, 0},
	{XSD_NAMESPACE "boolean", 1, 1, Cast, 1},
	{XSD_NAMESPACE "integer", 1, 1, Cast, 2},
	{XSD_NAMESPACE "int", 1, 1, Cast, 2},
	{XSD_NAMESPACE "long", 1, 1, Cast, 2},
	{XSD_NAMESPACE "double", 1, 1, Cast, 3},
	{XSD_NAMESPACE "float", 1, 1, Cast, 3},
	{XSD_NAMESPACE "decimal", 1, 1, Cast, 3},
	{XSD_NAMESPACE "date", 1, 1, Cast, 4},
	{XSD_NAMESPACE "dateTime", 1, 1, Cast, 5},
	{XSD_NAMESPACE "time", 1, 1, Cast, 6},
	{XSD_NAMESPACE "duration", 1, 1, Cast, 7}
};

/*
 * Whether a function takes so many arguments, and its name as sparql_apply
 * knows it.
 */
bool
KnownFunction(const char *name, int nargs, char **found)
{
	for (int i = 0; i < lengthof(functions); i++)
		if (pg_strcasecmp(functions[i].name, name) == 0 &&
			nargs >= functions[i].min_args && nargs <= functions[i].max_args)
		{
			*found = unconstify(char *, functions[i].name);
			return true;
		}
	return false;
}

/* The values of an array of cypher_value */
static CypherValue *
ReadArray(ArrayType *array, int *n)
{
	Datum	   *datums;
	bool	   *nulls;
	CypherValue *values;

	deconstruct_array(array, ARR_ELEMTYPE(array), -1, false, TYPALIGN_INT,
					  &datums, &nulls, n);
	values = palloc(sizeof(CypherValue) * (*n + 1));
	for (int i = 0; i < *n; i++)
		values[i] = nulls[i] ? NullValue() : DatumToValue(datums[i]);
	return values;
}

/*
 * A function by its name; null in any argument makes null.
 */
Datum
sparql_apply(PG_FUNCTION_ARGS)
{
	const SparqlFunction *function = fcinfo->flinfo->fn_extra;
	CypherValue *args;
	int			nargs;

	args = ReadArray(PG_GETARG_ARRAYTYPE_P(1), &nargs);
	if (function == NULL)
	{
		char	   *name = text_to_cstring(PG_GETARG_TEXT_PP(0));

		for (int i = 0; i < lengthof(functions); i++)
			if (strcmp(functions[i].name, name) == 0)
				function = &functions[i];
		if (function == NULL || nargs < function->min_args ||
			nargs > function->max_args)
			ereport(ERROR,
					(errcode(SPARQL_SYNTAX_ERROR),
					 errmsg("SPARQL: no function \"%s\" with %d arguments",
							name, nargs)));
		fcinfo->flinfo->fn_extra = unconstify(SparqlFunction *, function);
	}
	for (int i = 0; i < nargs; i++)
		if (IsNull(&args[i]))
			PG_RETURN_NULL();
	RETURN_VALUE(function->run(function->tag, args, nargs));
}

/* = and its like; UNKNOWN is an error of SPARQL */
static Truth
Compare(const char *operator, const CypherValue *a, const CypherValue *b)
{
	int			order;
	Truth		equal;

	if (operator[0] == '=' || operator[0] == '!')
	{
		equal = EqualValues(a, b);
		if (equal == UNKNOWN)
			return UNKNOWN;
		return (equal == YES) == (operator[0] == '=') ? YES : NO;
	}
	if (IsContainer(a) || IsContainer(b) || !ComparableValues(a, b, &order))
		return UNKNOWN;
	if (order == 2)
		return NO;
	switch (operator[0])
	{
		case '<':
			return order < 0 || (order == 0 && operator[1] == '=') ? YES : NO;
		default:
			return order > 0 || (order == 0 && operator[1] == '=') ? YES : NO;
	}
}

Datum
sparql_compare(PG_FUNCTION_ARGS)
{
	char	   *operator = text_to_cstring(PG_GETARG_TEXT_PP(0));
	CypherValue a = ARG_VALUE(1);
	CypherValue b = ARG_VALUE(2);
	Truth		truth = Compare(operator, &a, &b);

	if (truth == UNKNOWN)
		PG_RETURN_NULL();
	PG_RETURN_BOOL(truth == YES);
}

/*
 * Whether a value is one of many; null if an error stands between.
 */
Datum
sparql_in(PG_FUNCTION_ARGS)
{
	CypherValue value;
	CypherValue *items;
	int			n;
	Truth		answer = NO;

	items = ReadArray(PG_GETARG_ARRAYTYPE_P(1), &n);
	if (n == 0)
		PG_RETURN_BOOL(false);
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	value = ARG_VALUE(0);
	for (int i = 0; i < n; i++)
	{
		Truth		equal = IsNull(&items[i]) ? UNKNOWN : Compare("=", &value, &items[i]);

		if (equal == YES)
			PG_RETURN_BOOL(true);
		if (equal == UNKNOWN)
			answer = UNKNOWN;
	}
	if (answer == UNKNOWN)
		PG_RETURN_NULL();
	PG_RETURN_BOOL(false);
}

/*
 * The effective boolean value: null for what has none.
 */
Datum
sparql_truth(PG_FUNCTION_ARGS)
{
	CypherValue value = ARG_VALUE(0);

	switch (value.type)
	{
		case VALUE_BOOLEAN:
		case VALUE_INTEGER:
			PG_RETURN_BOOL(value.integer != 0);
		case VALUE_FLOAT:
			PG_RETURN_BOOL(value.number != 0 && !isnan(value.number));
		case VALUE_STRING:
			PG_RETURN_BOOL(value.length > 0);
		default:
			PG_RETURN_NULL();
	}
}
