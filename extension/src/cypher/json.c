/*-------------------------------------------------------------------------
 *
 * json.c
 *	  Values to and from jsonb: results, parameters, stored properties.
 *
 * A number without fraction digits is an integer, one with them a float, so
 * 1 and 1.0 stay apart. What jsonb lacks is stored as an object with one
 * key: {"@date": "2024-02-29"}, {"@float": "NaN"}. Results print such values
 * as plain strings.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/shortest_dec.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/float.h"
#include "utils/numeric.h"

#include "cypher/error.h"
#include "cypher/temporal.h"
#include "cypher/value.h"

/* What a value becomes */
typedef enum JsonPurpose
{
	JSON_RESULT,
	JSON_STORED
} JsonPurpose;

/*
 * The shortest decimal text that reads back as the number, without exponent
 * and with a point, so that it stays a float.
 */
static char *
DecimalText(double number)
{
	char		shortest[DOUBLE_SHORTEST_DECIMAL_LEN];
	char	   *exponent;
	StringInfoData out;
	char		digits[32];
	int			ndigits = 0;
	int			point = -1;
	int			shift = 0;

	double_to_shortest_decimal_buf(number, shortest);
	exponent = strchr(shortest, 'e');
	if (exponent == NULL)
		return strchr(shortest, '.') ? pstrdup(shortest) :
			psprintf("%s.0", shortest);

	shift = atoi(exponent + 1);
	initStringInfo(&out);
	for (char *c = shortest; c < exponent; c++)
	{
		if (*c == '-')
			appendStringInfoChar(&out, '-');
		else if (*c == '.')
			point = ndigits;
		else
			digits[ndigits++] = *c;
	}
	point = (point < 0 ? ndigits : point) + shift;
	if (point <= 0)
		appendStringInfoString(&out, "0.");
	for (int i = point; i < 0; i++)
		appendStringInfoChar(&out, '0');
	for (int i = 0; i < Max(ndigits, point); i++)
	{
		appendStringInfoChar(&out, i < ndigits ? digits[i] : '0');
		if (i + 1 == point)
			appendStringInfoString(&out, ndigits > point ? "." : ".0");
	}
	return out.data;
}

/*
 * A float as people read it: 1.0, 1.0E10, NaN.
 */
char *
FloatText(double number)
{
	char		shortest[DOUBLE_SHORTEST_DECIMAL_LEN];
	char	   *exponent;

	if (isnan(number))
		return pstrdup("NaN");
	if (isinf(number))
		return pstrdup(number > 0 ? "Infinity" : "-Infinity");
	double_to_shortest_decimal_buf(number, shortest);
	exponent = strchr(shortest, 'e');
	if (exponent == NULL)
		return strchr(shortest, '.') ? pstrdup(shortest) :
			psprintf("%s.0", shortest);
	*exponent = '\0';
	return psprintf("%s%sE%d", shortest, strchr(shortest, '.') ? "" : ".0",
					atoi(exponent + 1));
}

static JsonbValue *
Push(JsonbParseState **state, JsonbValue *value, JsonbIteratorToken token)
{
	return pushJsonbValue(state, token, value);
}

static void
PushKey(JsonbParseState **state, const char *key, int length)
{
	JsonbValue	name = {.type = jbvString};

	name.val.string.val = unconstify(char *, key);
	name.val.string.len = length;
	Push(state, &name, WJB_KEY);
}

static JsonbValue *PushValue(JsonbParseState **state, const CypherValue *value,
							 JsonbIteratorToken token, JsonPurpose purpose);

static void
PushField(JsonbParseState **state, const char *key, const CypherValue *value,
		  JsonPurpose purpose)
{
	PushKey(state, key, strlen(key));
	PushValue(state, value, WJB_VALUE, purpose);
}

static JsonbValue *
PushMap(JsonbParseState **state, const CypherValue *map, JsonPurpose purpose)
{
	Push(state, NULL, WJB_BEGIN_OBJECT);
	for (int i = 0; i < map->length; i += 2)
	{
		CypherValue key = ItemOf(map, i);
		CypherValue item = ItemOf(map, i + 1);

		PushKey(state, key.data, key.length);
		PushValue(state, &item, WJB_VALUE, purpose);
	}
	return Push(state, NULL, WJB_END_OBJECT);
}

static JsonbValue *
PushEntity(JsonbParseState **state, const CypherValue *value, JsonPurpose purpose)
{
	static const char *const node[] = {"id", "labels", "properties"};
	static const char *const edge[] = {"id", "type", "start", "end",
	"properties"};
	bool		is_node = value->type == VALUE_NODE;

	Push(state, NULL, WJB_BEGIN_OBJECT);
	for (int i = 0; i < (is_node ? lengthof(node) : lengthof(edge)); i++)
	{
		CypherValue item = ItemOf(value, i);

		PushField(state, is_node ? node[i] : edge[i], &item, purpose);
	}
	return Push(state, NULL, WJB_END_OBJECT);
}

static JsonbValue *
PushPath(JsonbParseState **state, const CypherValue *path, JsonPurpose purpose)
{
	static const char *const keys[] = {"nodes", "relationships"};

	Push(state, NULL, WJB_BEGIN_OBJECT);
	for (int k = 0; k < 2; k++)
	{
		PushKey(state, keys[k], strlen(keys[k]));
		Push(state, NULL, WJB_BEGIN_ARRAY);
		for (int i = k; i < path->length; i += 2)
		{
			CypherValue item = ItemOf(path, i);

			PushValue(state, &item, WJB_ELEM, purpose);
		}
		Push(state, NULL, WJB_END_ARRAY);
	}
	return Push(state, NULL, WJB_END_OBJECT);
}

static void
StringJson(JsonbValue *out, const char *data, int length)
{
	out->type = jbvString;
	out->val.string.val = unconstify(char *, data);
	out->val.string.len = length;
}

/* A scalar as one object {"@type": "text"} or, in results, as the text */
static JsonbValue *
PushTagged(JsonbParseState **state, const char *tag, const char *text,
		   JsonbIteratorToken token, JsonPurpose purpose)
{
	JsonbValue	string;

	StringJson(&string, text, strlen(text));
	if (purpose == JSON_RESULT)
		return Push(state, &string, token);
	Push(state, NULL, WJB_BEGIN_OBJECT);
	PushKey(state, tag, strlen(tag));
	Push(state, &string, WJB_VALUE);
	return Push(state, NULL, WJB_END_OBJECT);
}

static char *
TemporalTag(ValueType type)
{
	char	   *tag = psprintf("@%s", ValueTypeName(type));

	for (char *c = tag; *c; c++)
		*c = pg_ascii_tolower(*c);
	return tag;
}

static JsonbValue *
PushValue(JsonbParseState **state, const CypherValue *value,
		  JsonbIteratorToken token, JsonPurpose purpose)
{
	JsonbValue	out = {.type = jbvNull};

	check_stack_depth();
	switch (value->type)
	{
		case VALUE_NULL:
			break;
		case VALUE_BOOLEAN:
			out.type = jbvBool;
			out.val.boolean = value->integer != 0;
			break;
		case VALUE_INTEGER:
			out.type = jbvNumeric;
			out.val.numeric = int64_to_numeric(value->integer);
			break;
		case VALUE_FLOAT:
			if (isnan(value->number) || isinf(value->number))
				return PushTagged(state, "@float", FloatText(value->number),
								  token, purpose);
			out.type = jbvNumeric;
			out.val.numeric =
				DatumGetNumeric(DirectFunctionCall3(numeric_in,
													CStringGetDatum(DecimalText(value->number)),
													ObjectIdGetDatum(InvalidOid),
													Int32GetDatum(-1)));
			break;
		case VALUE_STRING:
			StringJson(&out, value->data, value->length);
			break;
		case VALUE_LIST:
			Push(state, NULL, WJB_BEGIN_ARRAY);
			for (int i = 0; i < value->length; i++)
			{
				CypherValue item = ItemOf(value, i);

				CHECK_FOR_INTERRUPTS();
				PushValue(state, &item, WJB_ELEM, purpose);
			}
			return Push(state, NULL, WJB_END_ARRAY);
		case VALUE_MAP:
			return PushMap(state, value, purpose);
		case VALUE_NODE:
		case VALUE_RELATIONSHIP:
			return PushEntity(state, value, purpose);
		case VALUE_PATH:
			return PushPath(state, value, purpose);
		default:
			return PushTagged(state, TemporalTag(value->type),
							  TemporalText(value), token, purpose);
	}
	return Push(state, &out, token);
}

/* pushJsonbValue wants a scalar inside an array that says so */
Jsonb *
ValueToJsonb(const CypherValue *value)
{
	JsonbParseState *state = NULL;
	JsonbValue *result;

	if (IsContainer(value))
		result = PushValue(&state, value, WJB_VALUE, JSON_RESULT);
	else
	{
		JsonbValue	scalar = {.type = jbvArray};

		scalar.val.array.rawScalar = true;
		scalar.val.array.nElems = 1;
		pushJsonbValue(&state, WJB_BEGIN_ARRAY, &scalar);
		PushValue(&state, value, WJB_ELEM, JSON_RESULT);
		result = pushJsonbValue(&state, WJB_END_ARRAY, NULL);
	}
	return JsonbValueToJsonb(result);
}

/* Only scalars and lists of scalars may be stored */
static void
CheckStorable(const CypherValue *value, bool in_list)
{
	if (value->type == VALUE_LIST && !in_list)
	{
		for (int i = 0; i < value->length; i++)
		{
			CypherValue item = ItemOf(value, i);

			CheckStorable(&item, true);
		}
		return;
	}
	if (IsContainer(value) || (in_list && IsNull(value)))
		TypeError("InvalidPropertyType",
				  "a property cannot hold a value of type %s%s",
				  ValueTypeName(value->type), in_list ? " in a list" : "");
}

/*
 * A map as the column properties stores it: nulls are left out.
 */
Jsonb *
ValueToProperties(const CypherValue *map)
{
	JsonbParseState *state = NULL;

	Push(&state, NULL, WJB_BEGIN_OBJECT);
	for (int i = 0; i < map->length; i += 2)
	{
		CypherValue key = ItemOf(map, i);
		CypherValue item = ItemOf(map, i + 1);

		if (IsNull(&item))
			continue;
		CheckStorable(&item, false);
		PushKey(&state, key.data, key.length);
		PushValue(&state, &item, WJB_VALUE, JSON_STORED);
	}
	return JsonbValueToJsonb(Push(&state, NULL, WJB_END_OBJECT));
}

/*
 * One row of a result.
 */
Jsonb *
RowToJsonb(const char *const *names, const CypherValue *values, int n)
{
	JsonbParseState *state = NULL;

	Push(&state, NULL, WJB_BEGIN_OBJECT);
	for (int i = 0; i < n; i++)
		PushField(&state, names[i], &values[i], JSON_RESULT);
	return JsonbValueToJsonb(Push(&state, NULL, WJB_END_OBJECT));
}

static CypherValue
NumericValue(Numeric numeric)
{
	char	   *text = DatumGetCString(DirectFunctionCall1(numeric_out,
														   NumericGetDatum(numeric)));
	char	   *end;
	int64		integer;

	if (strchr(text, '.') == NULL)
	{
		errno = 0;
		integer = strtoll(text, &end, 10);
		if (errno == 0 && *end == '\0')
			return IntegerValue(integer);
	}
	return FloatValue(strtod(text, NULL));
}

static CypherValue FromContainer(JsonbContainer *container);

static CypherValue
FromJsonbValue(const JsonbValue *json)
{
	switch (json->type)
	{
		case jbvBool:
			return BooleanValue(json->val.boolean);
		case jbvNumeric:
			return NumericValue(json->val.numeric);
		case jbvString:
			return StringValue(json->val.string.val, json->val.string.len);
		case jbvBinary:
			return FromContainer(json->val.binary.data);
		default:
			return NullValue();
	}
}

/* {"@date": "..."}: whether the map is such a mark, and then its value */
static bool
FromTagged(const CypherValue *pair, CypherValue *out)
{
	char	   *tag;
	char	   *text;

	if (pair[0].length < 2 || pair[0].data[0] != '@' ||
		pair[1].type != VALUE_STRING)
		return false;
	tag = pnstrdup(pair[0].data + 1, pair[0].length - 1);
	text = StringOf(&pair[1]);
	if (strcmp(tag, "float") == 0)
	{
		*out = FloatValue(strcmp(text, "NaN") == 0 ? get_float8_nan() :
						  *text == '-' ? -get_float8_infinity() :
						  get_float8_infinity());
		return true;
	}
	for (ValueType type = VALUE_DATETIME; type <= VALUE_DURATION; type++)
	{
		if (pg_strcasecmp(tag, ValueTypeName(type)) == 0)
		{
			*out = ParseTemporal(type, &pair[1]);
			return true;
		}
	}
	return false;
}

static CypherValue
FromContainer(JsonbContainer *container)
{
	JsonbIterator *it = JsonbIteratorInit(container);
	JsonbValue	json;
	JsonbIteratorToken token;
	CypherValue *items;
	int			n = 0;
	CypherValue tagged;

	check_stack_depth();
	token = JsonbIteratorNext(&it, &json, true);
	items = CypherAlloc(sizeof(CypherValue) * (2 * JsonContainerSize(container) + 1));
	if (token == WJB_BEGIN_ARRAY)
	{
		bool		scalar = json.val.array.rawScalar;

		while (JsonbIteratorNext(&it, &json, true) == WJB_ELEM)
			items[n++] = FromJsonbValue(&json);
		return scalar ? items[0] : ListValue(items, n);
	}
	while (JsonbIteratorNext(&it, &json, true) == WJB_KEY)
	{
		items[n++] = StringValue(json.val.string.val, json.val.string.len);
		JsonbIteratorNext(&it, &json, true);
		items[n++] = FromJsonbValue(&json);
	}
	if (n == 2 && FromTagged(items, &tagged))
		return tagged;
	return MapValue(items, n / 2);
}

CypherValue
JsonbToValue(Jsonb *jsonb)
{
	return FromContainer(&jsonb->root);
}

/*
 * toString and the type's output: a string as it is, scalars as Cypher
 * writes them, containers as JSON.
 */
char *
ValueText(const CypherValue *value)
{
	switch (value->type)
	{
		case VALUE_STRING:
			return StringOf(value);
		case VALUE_BOOLEAN:
			return pstrdup(value->integer ? "true" : "false");
		case VALUE_INTEGER:
			return psprintf(INT64_FORMAT, value->integer);
		case VALUE_FLOAT:
			return FloatText(value->number);
		case VALUE_NULL:
			return pstrdup("null");
		default:
			if (IsTemporal(value))
				return TemporalText(value);
			return JsonbToCString(NULL, &ValueToJsonb(value)->root, -1);
	}
}
