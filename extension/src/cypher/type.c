/*-------------------------------------------------------------------------
 *
 * type.c
 *	  The type cypher_value in SQL: text form, casts, comparison, and the
 *	  pieces from which compiled queries build values.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "cypher/error.h"
#include "cypher/function.h"

PG_FUNCTION_INFO_V1(cypher_value_in);
PG_FUNCTION_INFO_V1(cypher_value_out);
PG_FUNCTION_INFO_V1(cypher_from_jsonb);
PG_FUNCTION_INFO_V1(cypher_to_jsonb);
PG_FUNCTION_INFO_V1(cypher_to_properties);
PG_FUNCTION_INFO_V1(cypher_from_boolean);
PG_FUNCTION_INFO_V1(cypher_from_integer);
PG_FUNCTION_INFO_V1(cypher_from_float);
PG_FUNCTION_INFO_V1(cypher_from_text);
PG_FUNCTION_INFO_V1(cypher_truth);
PG_FUNCTION_INFO_V1(cypher_id);
PG_FUNCTION_INFO_V1(cypher_edge_ids);
PG_FUNCTION_INFO_V1(cypher_row_count);
PG_FUNCTION_INFO_V1(cypher_key);
PG_FUNCTION_INFO_V1(cypher_property);
PG_FUNCTION_INFO_V1(cypher_compare);
PG_FUNCTION_INFO_V1(cypher_hash);
PG_FUNCTION_INFO_V1(cypher_hash_extended);
PG_FUNCTION_INFO_V1(cypher_order_eq);
PG_FUNCTION_INFO_V1(cypher_order_ne);
PG_FUNCTION_INFO_V1(cypher_order_lt);
PG_FUNCTION_INFO_V1(cypher_order_le);
PG_FUNCTION_INFO_V1(cypher_order_gt);
PG_FUNCTION_INFO_V1(cypher_order_ge);
PG_FUNCTION_INFO_V1(cypher_eq);
PG_FUNCTION_INFO_V1(cypher_ne);
PG_FUNCTION_INFO_V1(cypher_lt);
PG_FUNCTION_INFO_V1(cypher_le);
PG_FUNCTION_INFO_V1(cypher_gt);
PG_FUNCTION_INFO_V1(cypher_ge);

/* The text form is JSON: 1 is an integer, 1.0 a float */
Datum
cypher_value_in(PG_FUNCTION_ARGS)
{
	Datum		jsonb = DirectFunctionCall1(jsonb_in, PG_GETARG_DATUM(0));
	CypherValue value = JsonbToValue(DatumGetJsonbP(jsonb));

	if (IsNull(&value))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("a cypher_value cannot be the null of JSON"),
				 errhint("Null of Cypher is null of SQL.")));
	return ValueToDatum(&value);
}

Datum
cypher_value_out(PG_FUNCTION_ARGS)
{
	CypherValue value = ARG_VALUE(0);

	PG_RETURN_CSTRING(JsonbToCString(NULL, &ValueToJsonb(&value)->root, -1));
}

Datum
cypher_from_jsonb(PG_FUNCTION_ARGS)
{
	RETURN_VALUE(JsonbToValue(PG_GETARG_JSONB_P(0)));
}

Datum
cypher_to_jsonb(PG_FUNCTION_ARGS)
{
	CypherValue value = ARG_VALUE(0);

	PG_RETURN_JSONB_P(ValueToJsonb(&value));
}

/* A map as the column properties holds it */
Datum
cypher_to_properties(PG_FUNCTION_ARGS)
{
	CypherValue value = ARG_VALUE(0);

	if (value.type != VALUE_MAP && value.type != VALUE_NODE &&
		value.type != VALUE_RELATIONSHIP)
		TypeError("InvalidArgumentType", "properties must be a Map, not a %s",
				  ValueTypeName(value.type));
	if (value.type != VALUE_MAP)
		value = PropertiesOf(&value);
	PG_RETURN_JSONB_P(ValueToProperties(&value));
}

Datum
cypher_from_boolean(PG_FUNCTION_ARGS)
{
	RETURN_VALUE(BooleanValue(PG_GETARG_BOOL(0)));
}

Datum
cypher_from_integer(PG_FUNCTION_ARGS)
{
	RETURN_VALUE(IntegerValue(PG_GETARG_INT64(0)));
}

Datum
cypher_from_float(PG_FUNCTION_ARGS)
{
	RETURN_VALUE(FloatValue(PG_GETARG_FLOAT8(0)));
}

Datum
cypher_from_text(PG_FUNCTION_ARGS)
{
	text	   *string = PG_GETARG_TEXT_PP(0);

	RETURN_VALUE(StringValue(VARDATA_ANY(string), VARSIZE_ANY_EXHDR(string)));
}

/* A value where the language wants a condition */
Datum
cypher_truth(PG_FUNCTION_ARGS)
{
	CypherValue value = ARG_VALUE(0);

	if (value.type != VALUE_BOOLEAN)
		TypeError("InvalidArgumentType",
				  "a condition must be a Boolean, not a %s",
				  ValueTypeName(value.type));
	PG_RETURN_BOOL(value.integer != 0);
}

/* The id of a node or relationship, whichever is expected */
Datum
cypher_id(PG_FUNCTION_ARGS)
{
	CypherValue value = ARG_VALUE(0);

	if (value.type != VALUE_NODE && value.type != VALUE_RELATIONSHIP)
		TypeError("InvalidArgumentType",
				  "expected a Node or Relationship, not a %s",
				  ValueTypeName(value.type));
	PG_RETURN_INT64(ItemOf(&value, NODE_ID).integer);
}

/* The ids of a list of relationships */
Datum
cypher_edge_ids(PG_FUNCTION_ARGS)
{
	CypherValue list = ARG_VALUE(0);
	Datum	   *ids;

	if (list.type != VALUE_LIST)
		TypeError("InvalidArgumentType",
				  "expected a List of relationships, not a %s",
				  ValueTypeName(list.type));
	ids = palloc(sizeof(Datum) * (list.length + 1));
	for (int i = 0; i < list.length; i++)
	{
		CypherValue item = ItemOf(&list, i);

		if (item.type != VALUE_RELATIONSHIP)
			TypeError("InvalidArgumentType",
					  "expected a Relationship, not a %s",
					  ValueTypeName(item.type));
		ids[i] = Int64GetDatum(ItemOf(&item, EDGE_ID).integer);
	}
	PG_RETURN_ARRAYTYPE_P(construct_array(ids, list.length, INT8OID, 8,
										  FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

/* What SKIP and LIMIT count */
Datum
cypher_row_count(PG_FUNCTION_ARGS)
{
	CypherValue value;

	if (PG_ARGISNULL(0))
		TypeError("InvalidArgumentType", "SKIP and LIMIT need an Integer");
	value = ARG_VALUE(0);
	if (value.type != VALUE_INTEGER)
		ereport(ERROR,
				(errcode(CYPHER_SYNTAX_ERROR),
				 errmsg("SyntaxError: InvalidArgumentType: SKIP and LIMIT need an Integer, not a %s",
						ValueTypeName(value.type))));
	if (value.integer < 0)
		ereport(ERROR,
				(errcode(CYPHER_SYNTAX_ERROR),
				 errmsg("SyntaxError: NegativeIntegerArgument: SKIP and LIMIT must not be negative")));
	PG_RETURN_INT64(value.integer);
}

/* The text of graph_key for a value: what the indexes of graph_index hold */
Datum
cypher_key(PG_FUNCTION_ARGS)
{
	CypherValue value = ARG_VALUE(0);

	if (value.type == VALUE_STRING)
	{
		text	   *key = palloc(VARHDRSZ + 1 + value.length);

		SET_VARSIZE(key, VARHDRSZ + 1 + value.length);
		VARDATA(key)[0] = 's';
		memcpy(VARDATA(key) + 1, value.data, value.length);
		PG_RETURN_TEXT_P(key);
	}
	if (value.type == VALUE_INTEGER)
		PG_RETURN_TEXT_P(cstring_to_text(psprintf("n" INT64_FORMAT,
												  value.integer)));
	if (value.type == VALUE_BOOLEAN)
		PG_RETURN_TEXT_P(cstring_to_text(value.integer ? "t" : "f"));
	if (value.type == VALUE_FLOAT && !isnan(value.number) &&
		!isinf(value.number))
	{
		char	   *text = JsonbToCString(NULL, &ValueToJsonb(&value)->root, -1);
		char	   *end = text + strlen(text);

		while (end[-1] == '0')
			*--end = '\0';
		if (end[-1] == '.')
			*--end = '\0';
		PG_RETURN_TEXT_P(cstring_to_text(psprintf("n%s", text)));
	}
	PG_RETURN_NULL();
}

/* A property straight from the column */
Datum
cypher_property(PG_FUNCTION_ARGS)
{
	Jsonb	   *properties = PG_GETARG_JSONB_P(0);
	text	   *key = PG_GETARG_TEXT_PP(1);
	JsonbValue	found;

	if (!JB_ROOT_IS_OBJECT(properties) ||
		getKeyJsonValueFromContainer(&properties->root, VARDATA_ANY(key),
									 VARSIZE_ANY_EXHDR(key), &found) == NULL)
		PG_RETURN_NULL();
	if (found.type == jbvString)
		RETURN_VALUE(StringValue(found.val.string.val, found.val.string.len));
	RETURN_VALUE(JsonbToValue(JsonbValueToJsonb(&found)));
}

/* Orderability, for the operator classes */
static int
OrderOf(FunctionCallInfo fcinfo)
{
	CypherValue a = ARG_VALUE(0);
	CypherValue b = ARG_VALUE(1);

	return OrderValues(&a, &b);
}

Datum
cypher_compare(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(OrderOf(fcinfo));
}

Datum
cypher_order_eq(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(OrderOf(fcinfo) == 0);
}

Datum
cypher_order_ne(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(OrderOf(fcinfo) != 0);
}

Datum
cypher_order_lt(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(OrderOf(fcinfo) < 0);
}

Datum
cypher_order_le(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(OrderOf(fcinfo) <= 0);
}

Datum
cypher_order_gt(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(OrderOf(fcinfo) > 0);
}

Datum
cypher_order_ge(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(OrderOf(fcinfo) >= 0);
}

Datum
cypher_hash(PG_FUNCTION_ARGS)
{
	CypherValue value = ARG_VALUE(0);

	PG_RETURN_UINT32(HashValue(&value, 0));
}

Datum
cypher_hash_extended(PG_FUNCTION_ARGS)
{
	CypherValue value = ARG_VALUE(0);
	uint64		seed = PG_GETARG_INT64(1);

	/* with seed 0 the low half must be that of cypher_hash */
	PG_RETURN_UINT64((uint64) HashValue(&value, (uint32) seed) |
					 (uint64) HashValue(&value, (uint32) (seed >> 32) + 1) << 32);
}

/* The language's = and <> */
static Datum
EqualDatum(FunctionCallInfo fcinfo, bool negate)
{
	CypherValue a = ARG_VALUE(0);
	CypherValue b = ARG_VALUE(1);
	Truth		equal = EqualValues(&a, &b);

	if (equal == UNKNOWN)
		PG_RETURN_NULL();
	PG_RETURN_BOOL((equal == YES) != negate);
}

Datum
cypher_eq(PG_FUNCTION_ARGS)
{
	return EqualDatum(fcinfo, false);
}

Datum
cypher_ne(PG_FUNCTION_ARGS)
{
	return EqualDatum(fcinfo, true);
}

/* false: null */
static bool
Compared(FunctionCallInfo fcinfo, int *order)
{
	CypherValue a = ARG_VALUE(0);
	CypherValue b = ARG_VALUE(1);

	return ComparableValues(&a, &b, order);
}

Datum
cypher_lt(PG_FUNCTION_ARGS)
{
	int			order;

	if (!Compared(fcinfo, &order))
		PG_RETURN_NULL();
	PG_RETURN_BOOL(order < 0);
}

Datum
cypher_le(PG_FUNCTION_ARGS)
{
	int			order;

	if (!Compared(fcinfo, &order))
		PG_RETURN_NULL();
	PG_RETURN_BOOL(order <= 0);
}

Datum
cypher_gt(PG_FUNCTION_ARGS)
{
	int			order;

	if (!Compared(fcinfo, &order))
		PG_RETURN_NULL();
	PG_RETURN_BOOL(order > 0 && order != 2);
}

Datum
cypher_ge(PG_FUNCTION_ARGS)
{
	int			order;

	if (!Compared(fcinfo, &order))
		PG_RETURN_NULL();
	PG_RETURN_BOOL(order >= 0 && order != 2);
}
