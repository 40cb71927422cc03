/*-------------------------------------------------------------------------
 *
 * function_term.c
 *	  Functions of terms: what kind they are, their parts, casts.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "cypher/temporal.h"
#include "sparql/function.h"

static bool
IsIri(const CypherValue *value)
{
	CypherValue text;

	return IriText(value, &text);
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

const SparqlFunction sparql_term_functions[] = {
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
	{XSD_NAMESPACE "duration", 1, 1, Cast, 7},
	{NULL}
};
