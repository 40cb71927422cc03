/*-------------------------------------------------------------------------
 *
 * term.c
 *	  IRIs of a graph: how nodes, labels, properties and types are named, and
 *	  identity of terms.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "utils/builtins.h"

#include "cypher/temporal.h"
#include "sparql/sparql.h"

PG_FUNCTION_INFO_V1(sparql_iri);
PG_FUNCTION_INFO_V1(sparql_node);
PG_FUNCTION_INFO_V1(sparql_node_key);
PG_FUNCTION_INFO_V1(sparql_node_id);
PG_FUNCTION_INFO_V1(sparql_term_key);

CypherValue
IriValue(const char *text, int length)
{
	CypherValue pair[2];

	/* a key that no JSON can have */
	pair[0] = StringValue("", 1);
	pair[1] = StringValue(text, length);
	return MapValue(pair, 1);
}

/*
 * Whether a value is an IRI, and which.
 */
bool
IriText(const CypherValue *value, CypherValue *text)
{
	CypherValue key;

	if (value->type != VALUE_MAP || value->length != 2)
		return false;
	key = ItemOf(value, 0);
	if (key.length != 1 || key.data[0] != '\0')
		return false;
	*text = ItemOf(value, 1);
	return true;
}

/* What an IRI cannot hold is written as % and two hexadecimal digits */
static void
EncodeName(StringInfo out, const char *name, int length)
{
	for (int i = 0; i < length; i++)
	{
		unsigned char c = name[i];

		if (c <= ' ' || strchr("<>\"{}|^`\\%", c))
			appendStringInfo(out, "%%%02X", c);
		else
			appendStringInfoChar(out, c);
	}
}

/* Far below 0 for what is none */
static int
HexDigit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1000;
}

/*
 * The name within an IRI, behind its scheme; NULL if it is not as
 * EncodeName writes it, so that each name has one IRI.
 */
char *
DecodeName(const char *text, int length)
{
	StringInfoData name;
	StringInfoData again;

	initStringInfo(&name);
	for (int i = 0; i < length; i++)
	{
		int			code = 0;

		/* the text has no end of its own: no function of C strings here */
		if (text[i] == '%' && i + 2 < length)
			code = HexDigit(text[i + 1]) * 16 + HexDigit(text[i + 2]);
		if (code > 0)
		{
			appendStringInfoChar(&name, (char) code);
			i += 2;
		}
		else
			appendStringInfoChar(&name, text[i]);
	}
	initStringInfo(&again);
	EncodeName(&again, name.data, name.len);
	if (again.len != length || memcmp(again.data, text, length) != 0)
		return NULL;
	return name.data;
}

static Datum
MakeIri(const char *scheme, int scheme_length, const char *name, int length)
{
	StringInfoData out;
	CypherValue iri;

	initStringInfo(&out);
	appendBinaryStringInfo(&out, scheme, scheme_length);
	EncodeName(&out, name, length);
	iri = IriValue(out.data, out.len);
	return ValueToDatum(&iri);
}

/*
 * The IRI of a label, property or type: scheme and name.
 */
Datum
sparql_iri(PG_FUNCTION_ARGS)
{
	text	   *scheme = PG_GETARG_TEXT_PP(0);
	text	   *name = PG_GETARG_TEXT_PP(1);

	return MakeIri(VARDATA_ANY(scheme), VARSIZE_ANY_EXHDR(scheme),
				   VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name));
}

/*
 * The IRI of a node: by its key, or by its number if it has none.
 */
Datum
sparql_node(PG_FUNCTION_ARGS)
{
	char	   *number;

	if (!PG_ARGISNULL(0))
	{
		text	   *key = PG_GETARG_TEXT_PP(0);

		return MakeIri("node:", 5, VARDATA_ANY(key), VARSIZE_ANY_EXHDR(key));
	}
	if (PG_ARGISNULL(1))
		PG_RETURN_NULL();
	number = psprintf(INT64_FORMAT, PG_GETARG_INT64(1));
	return MakeIri("id:", 3, number, strlen(number));
}

/*
 * The key of the node that an IRI names, or null.
 */
Datum
sparql_node_key(PG_FUNCTION_ARGS)
{
	CypherValue value = ARG_VALUE(0);
	CypherValue iri;
	char	   *name;

	if (!IriText(&value, &iri) || iri.length < 5 ||
		memcmp(iri.data, "node:", 5) != 0)
		PG_RETURN_NULL();
	name = DecodeName(iri.data + 5, iri.length - 5);
	if (name == NULL || !pg_verifymbstr(name, strlen(name), true))
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(name));
}

/*
 * The number of the node without key that an IRI names, or null.
 */
Datum
sparql_node_id(PG_FUNCTION_ARGS)
{
	CypherValue value = ARG_VALUE(0);
	CypherValue iri;
	char	   *text;
	int64		id;

	if (!IriText(&value, &iri) || iri.length < 4 || iri.length > 24 ||
		memcmp(iri.data, "id:", 3) != 0)
		PG_RETURN_NULL();
	text = pnstrdup(iri.data + 3, iri.length - 3);
	errno = 0;
	id = strtoll(text, NULL, 10);
	/* one way of writing it */
	if (errno != 0 || strcmp(psprintf(INT64_FORMAT, id), text) != 0)
		PG_RETURN_NULL();
	PG_RETURN_INT64(id);
}

/*
 * Equal for the same term only: 1 and 1.0 are two, as their types differ.
 */
Datum
sparql_term_key(PG_FUNCTION_ARGS)
{
	struct varlena *value = PG_DETOAST_DATUM_PACKED(PG_GETARG_DATUM(0));
	Size		length = VARSIZE_ANY_EXHDR(value);
	bytea	   *key = palloc(VARHDRSZ + length);

	SET_VARSIZE(key, VARHDRSZ + length);
	memcpy(VARDATA(key), VARDATA_ANY(value), length);
	PG_RETURN_BYTEA_P(key);
}

static bool
ParseNumber(const CypherValue *text, bool whole, CypherValue *value)
{
	char	   *string = StringOf(text);
	char	   *end;

	errno = 0;
	if (whole)
		*value = IntegerValue(strtoll(string, &end, 10));
	else
		*value = FloatValue(strtod(string, &end));
	/* hexadecimal and "infinity" are C's, not XML's */
	return errno == 0 && end != string && *end == '\0' &&
		(strspn(string, "+-0123456789.eE") == strlen(string) ||
		 (!whole && (strcmp(string, "INF") == 0 || strcmp(string, "-INF") == 0 ||
					 strcmp(string, "NaN") == 0)));
}

/*
 * A literal of a type of XML Schema; false if the type is none of ours or
 * the text no value of it. Texts of temporal types that are none end in the
 * error that reads them.
 */
bool
LiteralOfType(const char *type, const CypherValue *text, CypherValue *value)
{
	static const struct
	{
		const char *name;
		ValueType	type;
	}			types[] = {
		{"string", VALUE_STRING}, {"boolean", VALUE_BOOLEAN},
		{"integer", VALUE_INTEGER}, {"int", VALUE_INTEGER},
		{"long", VALUE_INTEGER}, {"double", VALUE_FLOAT},
		{"decimal", VALUE_FLOAT}, {"float", VALUE_FLOAT},
		{"date", VALUE_DATE}, {"dateTime", VALUE_DATETIME},
		{"time", VALUE_LOCALTIME}, {"duration", VALUE_DURATION}
	};
	int			length = strlen(XSD_NAMESPACE);
	ValueType	wanted = VALUE_NULL;

	if (strncmp(type, XSD_NAMESPACE, length) != 0)
		return false;
	for (int i = 0; i < lengthof(types); i++)
		if (strcmp(types[i].name, type + length) == 0)
			wanted = types[i].type;
	switch (wanted)
	{
		case VALUE_STRING:
			*value = *text;
			return true;
		case VALUE_BOOLEAN:
			*value = BooleanValue(strcmp(StringOf(text), "true") == 0 ||
								  strcmp(StringOf(text), "1") == 0);
			return value->integer || strcmp(StringOf(text), "false") == 0 ||
				strcmp(StringOf(text), "0") == 0;
		case VALUE_INTEGER:
		case VALUE_FLOAT:
			return ParseNumber(text, wanted == VALUE_INTEGER, value);
		case VALUE_DURATION:
			*value = ParseDuration(text);
			return true;
		case VALUE_DATETIME:
			/* with a zone or without: two types of ours */
			if (text->length > 19 && strpbrk(StringOf(text) + 19, "Z+-"))
				*value = ParseTemporal(VALUE_DATETIME, text);
			else
				*value = ParseTemporal(VALUE_LOCALDATETIME, text);
			return true;
		case VALUE_DATE:
		case VALUE_LOCALTIME:
			*value = ParseTemporal(wanted, text);
			return true;
		default:
			return false;
	}
}
