/*-------------------------------------------------------------------------
 *
 * build.c
 *	  The pieces from which compiled queries build lists, maps, entities and
 *	  paths, and what comes out of them.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "cypher/error.h"
#include "cypher/function.h"

PG_FUNCTION_INFO_V1(cypher_items);
PG_FUNCTION_INFO_V1(cypher_unwind_items);
PG_FUNCTION_INFO_V1(cypher_field);
PG_FUNCTION_INFO_V1(cypher_list);
PG_FUNCTION_INFO_V1(cypher_comprehend);
PG_FUNCTION_INFO_V1(cypher_quantify);
PG_FUNCTION_INFO_V1(cypher_map);
PG_FUNCTION_INFO_V1(cypher_project);
PG_FUNCTION_INFO_V1(cypher_node);
PG_FUNCTION_INFO_V1(cypher_edge);
PG_FUNCTION_INFO_V1(cypher_path);
PG_FUNCTION_INFO_V1(cypher_endpoint);
PG_FUNCTION_INFO_V1(cypher_has_labels);

/* The elements of an array of cypher_value */
static CypherValue *
ArrayValues(ArrayType *array, int *n)
{
	Datum	   *datums;
	bool	   *nulls;
	CypherValue *values;

	deconstruct_array(array, ARR_ELEMTYPE(array), -1, false, TYPALIGN_INT,
					  &datums, &nulls, n);
	values = CypherAlloc(sizeof(CypherValue) * (*n + 1));
	for (int i = 0; i < *n; i++)
		values[i] = nulls[i] ? NullValue() : DatumToValue(datums[i]);
	return values;
}

/* The items of a list as an array, whose element type is that of argument 0 */
static Datum
ItemsDatum(FunctionCallInfo fcinfo, const CypherValue *list)
{
	int			n = list->type == VALUE_LIST ? list->length : 1;
	Datum	   *datums = CypherAlloc(sizeof(Datum) * (n + 1));
	bool	   *nulls = palloc0(n + 1);
	int			dims = n;
	int			lower = 1;

	for (int i = 0; i < n; i++)
	{
		CypherValue item = list->type == VALUE_LIST ? ItemOf(list, i) : *list;

		CHECK_FOR_INTERRUPTS();
		nulls[i] = IsNull(&item);
		datums[i] = nulls[i] ? (Datum) 0 : ValueToDatum(&item);
	}
	PG_RETURN_ARRAYTYPE_P(construct_md_array(datums, nulls, n > 0 ? 1 : 0,
											 &dims, &lower,
											 get_fn_expr_argtype(fcinfo->flinfo, 0),
											 -1, false, TYPALIGN_INT));
}

Datum
cypher_items(PG_FUNCTION_ARGS)
{
	CypherValue list = ARG_VALUE(0);

	if (list.type != VALUE_LIST)
		TypeError("InvalidArgumentType", "expected a List, not a %s",
				  ValueTypeName(list.type));
	return ItemsDatum(fcinfo, &list);
}

/* UNWIND takes what is no list as the only item of one */
Datum
cypher_unwind_items(PG_FUNCTION_ARGS)
{
	CypherValue list = ARG_VALUE(0);

	return ItemsDatum(fcinfo, &list);
}

/* Item i of a list, from 0: a column of a row that is a list */
Datum
cypher_field(PG_FUNCTION_ARGS)
{
	CypherValue list = ARG_VALUE(0);
	int32		i = PG_GETARG_INT32(1);

	if (list.type != VALUE_LIST || i < 0 || i >= list.length)
		PG_RETURN_NULL();
	RETURN_VALUE(ItemOf(&list, i));
}

Datum
cypher_list(PG_FUNCTION_ARGS)
{
	int			n;
	CypherValue *values = ArrayValues(PG_GETARG_ARRAYTYPE_P(0), &n);

	RETURN_VALUE(ListValue(values, n));
}

/* Strict: nothing is comprehended from null */
Datum
cypher_comprehend(PG_FUNCTION_ARGS)
{
	int			n;
	CypherValue *values = ArrayValues(PG_GETARG_ARRAYTYPE_P(1), &n);

	RETURN_VALUE(ListValue(values, n));
}

/*
 * any, all, none, single over the answers of a condition for each item.
 */
Datum
cypher_quantify(PG_FUNCTION_ARGS)
{
	char		kind = PG_GETARG_CHAR(0);
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(2);
	Datum	   *datums;
	bool	   *nulls;
	int			n;
	int			yes = 0;
	int			no = 0;
	int			unknown = 0;

	deconstruct_array(array, BOOLOID, 1, true, TYPALIGN_CHAR, &datums, &nulls,
					  &n);
	for (int i = 0; i < n; i++)
	{
		if (nulls[i])
			unknown++;
		else if (DatumGetBool(datums[i]))
			yes++;
		else
			no++;
	}
	switch (kind)
	{
		case 'a':				/* all */
			if (no > 0)
				PG_RETURN_BOOL(false);
			break;
		case 'y':				/* any */
			if (yes > 0)
				PG_RETURN_BOOL(true);
			break;
		case 'n':				/* none */
			if (yes > 0)
				PG_RETURN_BOOL(false);
			break;
		default:				/* single */
			if (yes > 1)
				PG_RETURN_BOOL(false);
			if (unknown == 0)
				PG_RETURN_BOOL(yes == 1);
			break;
	}
	if (unknown > 0)
		PG_RETURN_NULL();
	PG_RETURN_BOOL(kind == 'a' || kind == 'n');
}

Datum
cypher_map(PG_FUNCTION_ARGS)
{
	Datum	   *keys;
	int			nkeys;
	int			n;
	CypherValue *values = ArrayValues(PG_GETARG_ARRAYTYPE_P(1), &n);
	CypherValue *pairs = palloc(sizeof(CypherValue) * (2 * n + 1));

	deconstruct_array(PG_GETARG_ARRAYTYPE_P(0), TEXTOID, -1, false,
					  TYPALIGN_INT, &keys, NULL, &nkeys);
	if (nkeys != n)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("map of %d keys and %d values", nkeys, n)));
	for (int i = 0; i < n; i++)
	{
		text	   *key = DatumGetTextPP(keys[i]);

		pairs[2 * i] = StringValue(VARDATA_ANY(key), VARSIZE_ANY_EXHDR(key));
		pairs[2 * i + 1] = values[i];
	}
	RETURN_VALUE(MapValue(pairs, n));
}

/*
 * Map projection: all keys of a value (keys null) or these, and the entries
 * of a map over them.
 */
Datum
cypher_project(PG_FUNCTION_ARGS)
{
	CypherValue value;
	CypherValue source;
	CypherValue extra;
	Datum	   *keys = NULL;
	int			n = 0;
	int			count;
	CypherValue *pairs;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(2))
		PG_RETURN_NULL();
	value = ARG_VALUE(0);
	extra = ARG_VALUE(2);
	if (value.type < VALUE_MAP || value.type > VALUE_RELATIONSHIP)
		TypeError("InvalidArgumentType",
				  "a map cannot be projected from a %s",
				  ValueTypeName(value.type));
	if (extra.type != VALUE_MAP)
		TypeError("InvalidArgumentType",
				  "a %s cannot be laid over a map", ValueTypeName(extra.type));
	source = PropertiesOf(&value);
	if (!PG_ARGISNULL(1))
		deconstruct_array(PG_GETARG_ARRAYTYPE_P(1), TEXTOID, -1, false,
						  TYPALIGN_INT, &keys, NULL, &n);
	else
		n = source.length / 2;
	pairs = palloc(sizeof(CypherValue) * (2 * n + extra.length + 1));
	for (int i = 0; i < n; i++)
	{
		if (keys)
		{
			text	   *key = DatumGetTextPP(keys[i]);

			pairs[2 * i] = StringValue(VARDATA_ANY(key),
									   VARSIZE_ANY_EXHDR(key));
			if (!MapGet(&source, pairs[2 * i].data, pairs[2 * i].length,
						&pairs[2 * i + 1]))
				pairs[2 * i + 1] = NullValue();
		}
		else
		{
			pairs[2 * i] = ItemOf(&source, 2 * i);
			pairs[2 * i + 1] = ItemOf(&source, 2 * i + 1);
		}
	}
	count = n;
	for (int i = 0; i < extra.length; i++)
		pairs[2 * n + i] = ItemOf(&extra, i);
	RETURN_VALUE(MapValue(pairs, count + extra.length / 2));
}

/* cypher_node(id, labels text[], properties jsonb) */
Datum
cypher_node(PG_FUNCTION_ARGS)
{
	Datum	   *labels;
	int			n;
	CypherValue *items;
	CypherValue list;
	CypherValue map = JsonbToValue(PG_GETARG_JSONB_P(2));

	deconstruct_array(PG_GETARG_ARRAYTYPE_P(1), TEXTOID, -1, false,
					  TYPALIGN_INT, &labels, NULL, &n);
	items = palloc(sizeof(CypherValue) * (n + 1));
	for (int i = 0; i < n; i++)
	{
		text	   *label = DatumGetTextPP(labels[i]);

		items[i] = StringValue(VARDATA_ANY(label), VARSIZE_ANY_EXHDR(label));
	}
	list = ListValue(items, n);
	RETURN_VALUE(NodeValue(PG_GETARG_INT64(0), &list, &map, false));
}

/* cypher_edge(id, type, source, target, properties jsonb) */
Datum
cypher_edge(PG_FUNCTION_ARGS)
{
	text	   *type = PG_GETARG_TEXT_PP(1);
	CypherValue name = StringValue(VARDATA_ANY(type), VARSIZE_ANY_EXHDR(type));
	CypherValue map = JsonbToValue(PG_GETARG_JSONB_P(4));

	RETURN_VALUE(EdgeValue(PG_GETARG_INT64(0), &name, PG_GETARG_INT64(2),
						   PG_GETARG_INT64(3), &map, false));
}

/*
 * A path from its nodes and relationships in order; a list stands for what a
 * variable-length pattern matched: relationship, node, relationship ...
 */
Datum
cypher_path(PG_FUNCTION_ARGS)
{
	int			n;
	CypherValue *parts = ArrayValues(PG_GETARG_ARRAYTYPE_P(0), &n);
	int			count = 0;
	CypherValue *items;

	for (int i = 0; i < n; i++)
	{
		if (IsNull(&parts[i]))
			PG_RETURN_NULL();
		count += parts[i].type == VALUE_LIST ? parts[i].length : 1;
	}
	items = palloc(sizeof(CypherValue) * (count + 1));
	count = 0;
	for (int i = 0; i < n; i++)
	{
		if (parts[i].type != VALUE_LIST)
		{
			/* after a list the node is there already */
			if (parts[i].type == VALUE_NODE && count > 0 &&
				items[count - 1].type == VALUE_NODE)
				continue;
			items[count++] = parts[i];
			continue;
		}
		for (int k = 0; k < parts[i].length; k++)
		{
			CypherValue item = ItemOf(&parts[i], k);

			if (item.type != VALUE_NODE || count == 0 ||
				items[count - 1].type != VALUE_NODE)
				items[count++] = item;
		}
	}
	RETURN_VALUE(ContainerValue(VALUE_PATH, items, count));
}

/* The id of a relationship's start or end */
Datum
cypher_endpoint(PG_FUNCTION_ARGS)
{
	CypherValue value = ARG_VALUE(0);

	if (value.type != VALUE_RELATIONSHIP)
		TypeError("InvalidArgumentType", "expected a Relationship, not a %s",
				  ValueTypeName(value.type));
	PG_RETURN_INT64(ItemOf(&value, PG_GETARG_BOOL(1) ? EDGE_START :
						   EDGE_END).integer);
}

/* value:Label:Label; of a relationship the type must be each of them */
Datum
cypher_has_labels(PG_FUNCTION_ARGS)
{
	CypherValue value = ARG_VALUE(0);
	CypherValue have;
	Datum	   *wanted;
	int			n;

	if (value.type != VALUE_NODE && value.type != VALUE_RELATIONSHIP)
		TypeError("InvalidArgumentType", "a %s has no labels",
				  ValueTypeName(value.type));
	have = ItemOf(&value, NODE_LABELS);
	deconstruct_array(PG_GETARG_ARRAYTYPE_P(1), TEXTOID, -1, false,
					  TYPALIGN_INT, &wanted, NULL, &n);
	for (int i = 0; i < n; i++)
	{
		text	   *label = DatumGetTextPP(wanted[i]);
		bool		found = false;
		int			count = have.type == VALUE_LIST ? have.length : 1;

		for (int k = 0; k < count && !found; k++)
		{
			CypherValue item = have.type == VALUE_LIST ? ItemOf(&have, k) : have;

			found = item.length == VARSIZE_ANY_EXHDR(label) &&
				memcmp(item.data, VARDATA_ANY(label), item.length) == 0;
		}
		if (!found)
			PG_RETURN_BOOL(false);
	}
	PG_RETURN_BOOL(true);
}
