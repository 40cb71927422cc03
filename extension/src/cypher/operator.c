/*-------------------------------------------------------------------------
 *
 * operator.c
 *	  The operators of the language over cypher_value: arithmetic, access to
 *	  lists, maps and entities, comparison, strings.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_collation.h"
#include "common/int.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "cypher/error.h"
#include "cypher/function.h"
#include "cypher/temporal.h"

PG_FUNCTION_INFO_V1(cypher_add);
PG_FUNCTION_INFO_V1(cypher_subtract);
PG_FUNCTION_INFO_V1(cypher_multiply);
PG_FUNCTION_INFO_V1(cypher_divide);
PG_FUNCTION_INFO_V1(cypher_modulo);
PG_FUNCTION_INFO_V1(cypher_power);
PG_FUNCTION_INFO_V1(cypher_negate);
PG_FUNCTION_INFO_V1(cypher_index);
PG_FUNCTION_INFO_V1(cypher_slice);
PG_FUNCTION_INFO_V1(cypher_get);
PG_FUNCTION_INFO_V1(cypher_in);
PG_FUNCTION_INFO_V1(cypher_starts_with);
PG_FUNCTION_INFO_V1(cypher_ends_with);
PG_FUNCTION_INFO_V1(cypher_contains);
PG_FUNCTION_INFO_V1(cypher_matches);

static void
pg_attribute_noreturn()
NoOperator(const char *operator, const CypherValue *a, const CypherValue *b)
{
	TypeError("InvalidArgumentType", "%s does not take %s and %s", operator,
			  ValueTypeName(a->type), ValueTypeName(b->type));
}

static CypherValue
Concatenate(const CypherValue *a, const CypherValue *b)
{
	int			alen = a->type == VALUE_LIST ? a->length : 1;
	int			blen = b->type == VALUE_LIST ? b->length : 1;
	CypherValue *items = CypherAlloc(sizeof(CypherValue) * ((Size) alen + blen + 1));

	for (int i = 0; i < alen; i++)
		items[i] = a->type == VALUE_LIST ? ItemOf(a, i) : *a;
	for (int i = 0; i < blen; i++)
		items[alen + i] = b->type == VALUE_LIST ? ItemOf(b, i) : *b;
	return ListValue(items, alen + blen);
}

static CypherValue
Join(const CypherValue *a, const CypherValue *b)
{
	StringInfoData out;

	initStringInfo(&out);
	if (a->type == VALUE_STRING)
		appendBinaryStringInfo(&out, a->data, a->length);
	else
		appendStringInfoString(&out, ValueText(a));
	if (b->type == VALUE_STRING)
		appendBinaryStringInfo(&out, b->data, b->length);
	else
		appendStringInfoString(&out, ValueText(b));
	return StringValue(out.data, out.len);
}

static CypherValue
Add(const CypherValue *a, const CypherValue *b)
{
	int64		sum;

	if (a->type == VALUE_INTEGER && b->type == VALUE_INTEGER)
	{
		if (pg_add_s64_overflow(a->integer, b->integer, &sum))
			ArithmeticError("IntegerOverflow", "integer out of range");
		return IntegerValue(sum);
	}
	if (IsNumber(a) && IsNumber(b))
		return FloatValue(NumberOf(a) + NumberOf(b));
	if (a->type == VALUE_LIST || b->type == VALUE_LIST)
		return Concatenate(a, b);
	if ((a->type == VALUE_STRING && (b->type == VALUE_STRING || IsNumber(b))) ||
		(b->type == VALUE_STRING && IsNumber(a)))
		return Join(a, b);
	if (a->type == VALUE_DURATION && b->type == VALUE_DURATION)
		return AddDurations(a, b, 1);
	if (IsTemporal(a) && b->type == VALUE_DURATION)
		return AddDuration(a, b, 1);
	if (a->type == VALUE_DURATION && IsTemporal(b))
		return AddDuration(b, a, 1);
	NoOperator("+", a, b);
}

Datum
cypher_add(PG_FUNCTION_ARGS)
{
	CypherValue a = ARG_VALUE(0);
	CypherValue b = ARG_VALUE(1);

	RETURN_VALUE(Add(&a, &b));
}

static CypherValue
Subtract(const CypherValue *a, const CypherValue *b)
{
	int64		difference;

	if (a->type == VALUE_INTEGER && b->type == VALUE_INTEGER)
	{
		if (pg_sub_s64_overflow(a->integer, b->integer, &difference))
			ArithmeticError("IntegerOverflow", "integer out of range");
		return IntegerValue(difference);
	}
	if (IsNumber(a) && IsNumber(b))
		return FloatValue(NumberOf(a) - NumberOf(b));
	if (a->type == VALUE_DURATION && b->type == VALUE_DURATION)
		return AddDurations(a, b, -1);
	if (IsTemporal(a) && b->type == VALUE_DURATION)
		return AddDuration(a, b, -1);
	NoOperator("-", a, b);
}

Datum
cypher_subtract(PG_FUNCTION_ARGS)
{
	CypherValue a = ARG_VALUE(0);
	CypherValue b = ARG_VALUE(1);

	RETURN_VALUE(Subtract(&a, &b));
}

static CypherValue
Multiply(const CypherValue *a, const CypherValue *b)
{
	int64		product;

	if (a->type == VALUE_INTEGER && b->type == VALUE_INTEGER)
	{
		if (pg_mul_s64_overflow(a->integer, b->integer, &product))
			ArithmeticError("IntegerOverflow", "integer out of range");
		return IntegerValue(product);
	}
	if (IsNumber(a) && IsNumber(b))
		return FloatValue(NumberOf(a) * NumberOf(b));
	if (a->type == VALUE_DURATION && IsNumber(b))
		return ScaleDuration(a, NumberOf(b));
	if (IsNumber(a) && b->type == VALUE_DURATION)
		return ScaleDuration(b, NumberOf(a));
	NoOperator("*", a, b);
}

Datum
cypher_multiply(PG_FUNCTION_ARGS)
{
	CypherValue a = ARG_VALUE(0);
	CypherValue b = ARG_VALUE(1);

	RETURN_VALUE(Multiply(&a, &b));
}

static CypherValue
Divide(const CypherValue *a, const CypherValue *b)
{
	if (a->type == VALUE_INTEGER && b->type == VALUE_INTEGER)
	{
		if (b->integer == 0)
			ArithmeticError("DivideByZero", "division by zero");
		if (b->integer == -1)
		{
			if (a->integer == PG_INT64_MIN)
				ArithmeticError("IntegerOverflow", "integer out of range");
			return IntegerValue(-a->integer);
		}
		return IntegerValue(a->integer / b->integer);
	}
	if (IsNumber(a) && IsNumber(b))
		return FloatValue(NumberOf(a) / NumberOf(b));
	if (a->type == VALUE_DURATION && IsNumber(b))
	{
		if (NumberOf(b) == 0)
			ArithmeticError("DivideByZero", "division by zero");
		return ApproximateDuration(a->integer / (long double) NumberOf(b),
								   a->day / (long double) NumberOf(b),
								   a->seconds / (long double) NumberOf(b),
								   a->nanos / (long double) NumberOf(b));
	}
	NoOperator("/", a, b);
}

Datum
cypher_divide(PG_FUNCTION_ARGS)
{
	CypherValue a = ARG_VALUE(0);
	CypherValue b = ARG_VALUE(1);

	RETURN_VALUE(Divide(&a, &b));
}

Datum
cypher_modulo(PG_FUNCTION_ARGS)
{
	CypherValue a = ARG_VALUE(0);
	CypherValue b = ARG_VALUE(1);

	if (!IsNumber(&a) || !IsNumber(&b))
		NoOperator("%", &a, &b);
	if (a.type == VALUE_FLOAT || b.type == VALUE_FLOAT)
		RETURN_VALUE(FloatValue(fmod(NumberOf(&a), NumberOf(&b))));
	if (b.integer == 0)
		ArithmeticError("DivideByZero", "division by zero");
	RETURN_VALUE(IntegerValue(b.integer == -1 ? 0 : a.integer % b.integer));
}

Datum
cypher_power(PG_FUNCTION_ARGS)
{
	CypherValue a = ARG_VALUE(0);
	CypherValue b = ARG_VALUE(1);

	if (!IsNumber(&a) || !IsNumber(&b))
		NoOperator("^", &a, &b);
	RETURN_VALUE(FloatValue(pow(NumberOf(&a), NumberOf(&b))));
}

Datum
cypher_negate(PG_FUNCTION_ARGS)
{
	CypherValue a = ARG_VALUE(0);

	if (a.type == VALUE_FLOAT)
		RETURN_VALUE(FloatValue(-a.number));
	if (a.type == VALUE_DURATION)
		RETURN_VALUE(ScaleDuration(&a, -1));
	if (a.type != VALUE_INTEGER)
		TypeError("InvalidArgumentType", "- does not take %s",
				  ValueTypeName(a.type));
	if (a.integer == PG_INT64_MIN)
		ArithmeticError("IntegerOverflow", "integer out of range");
	RETURN_VALUE(IntegerValue(-a.integer));
}

/*
 * value.key; null if there is no such key.
 */
CypherValue
GetProperty(const CypherValue *value, const char *key, int length)
{
	CypherValue found;

	if (IsNull(value))
		return *value;
	if (value->type >= VALUE_MAP && value->type <= VALUE_RELATIONSHIP)
	{
		CypherValue map = PropertiesOf(value);

		return MapGet(&map, key, length, &found) ? found : NullValue();
	}
	if (IsTemporal(value))
		return TemporalField(value, key, length, &found) ? found : NullValue();
	TypeError("InvalidArgumentType", "a %s has no properties",
			  ValueTypeName(value->type));
}

Datum
cypher_get(PG_FUNCTION_ARGS)
{
	CypherValue value = ARG_VALUE(0);
	text	   *key = PG_GETARG_TEXT_PP(1);

	RETURN_VALUE(GetProperty(&value, VARDATA_ANY(key),
							 VARSIZE_ANY_EXHDR(key)));
}

/*
 * list[integer] and map[string].
 */
Datum
cypher_index(PG_FUNCTION_ARGS)
{
	CypherValue value = ARG_VALUE(0);
	CypherValue key = ARG_VALUE(1);

	if (value.type == VALUE_LIST)
	{
		int64		at = key.integer;

		if (key.type != VALUE_INTEGER)
			TypeError("InvalidArgumentType",
					  "a list is indexed by an Integer, not by %s",
					  ValueTypeName(key.type));
		if (at < 0)
			at += value.length;
		if (at < 0 || at >= value.length)
			PG_RETURN_NULL();
		RETURN_VALUE(ItemOf(&value, at));
	}
	if (value.type < VALUE_MAP || value.type > VALUE_RELATIONSHIP)
		TypeError("InvalidArgumentType", "a %s cannot be indexed",
				  ValueTypeName(value.type));
	if (key.type != VALUE_STRING)
		TypeError("MapElementAccessByNonString",
				  "a %s is indexed by a String, not by %s",
				  ValueTypeName(value.type), ValueTypeName(key.type));
	RETURN_VALUE(GetProperty(&value, key.data, key.length));
}

static int64
SliceBound(const CypherValue *bound, int length)
{
	int64		at = bound->integer;

	if (bound->type != VALUE_INTEGER)
		TypeError("InvalidArgumentType",
				  "a bound of a slice must be an Integer, not a %s",
				  ValueTypeName(bound->type));
	if (at < 0)
		at += length;
	return Max(0, Min(at, length));
}

Datum
cypher_slice(PG_FUNCTION_ARGS)
{
	CypherValue list = ARG_VALUE(0);
	CypherValue from = ARG_VALUE(1);
	CypherValue to = ARG_VALUE(2);
	int64		start;
	int64		end;
	CypherValue *items;

	if (list.type != VALUE_LIST)
		TypeError("InvalidArgumentType", "a %s cannot be sliced",
				  ValueTypeName(list.type));
	start = SliceBound(&from, list.length);
	end = SliceBound(&to, list.length);
	items = palloc(sizeof(CypherValue) * (Max(end - start, 0) + 1));
	for (int64 i = start; i < end; i++)
		items[i - start] = ItemOf(&list, i);
	RETURN_VALUE(ListValue(items, Max(end - start, 0)));
}

/*
 * value IN list: true if it equals an item, else null if that is unknown
 * for one of them.
 */
Datum
cypher_in(PG_FUNCTION_ARGS)
{
	CypherValue value;
	CypherValue list;
	bool		unknown = false;

	if (PG_ARGISNULL(1))
		PG_RETURN_NULL();
	value = PG_ARGISNULL(0) ? NullValue() : ARG_VALUE(0);
	list = ARG_VALUE(1);
	if (list.type != VALUE_LIST)
		TypeError("InvalidArgumentType", "IN needs a List, not a %s",
				  ValueTypeName(list.type));
	for (int i = 0; i < list.length; i++)
	{
		CypherValue item = ItemOf(&list, i);
		Truth		equal = EqualValues(&value, &item);

		if (equal == YES)
			PG_RETURN_BOOL(true);
		unknown |= equal == UNKNOWN;
	}
	if (unknown)
		PG_RETURN_NULL();
	PG_RETURN_BOOL(false);
}

#define STRING_ARGS(a, b) \
	CypherValue		a = ARG_VALUE(0); \
	CypherValue		b = ARG_VALUE(1); \
	if ((a).type != VALUE_STRING || (b).type != VALUE_STRING) \
		PG_RETURN_NULL()

Datum
cypher_starts_with(PG_FUNCTION_ARGS)
{
	STRING_ARGS(a, b);

	PG_RETURN_BOOL(a.length >= b.length &&
				   memcmp(a.data, b.data, b.length) == 0);
}

Datum
cypher_ends_with(PG_FUNCTION_ARGS)
{
	STRING_ARGS(a, b);

	PG_RETURN_BOOL(a.length >= b.length &&
				   memcmp(a.data + a.length - b.length, b.data,
						  b.length) == 0);
}

Datum
cypher_contains(PG_FUNCTION_ARGS)
{
	STRING_ARGS(a, b);

	PG_RETURN_BOOL(b.length == 0 ||
				   memmem(a.data, a.length, b.data, b.length) != NULL);
}

/*
 * =~: the whole string must match; (?i) and its like stay in front.
 */
Datum
cypher_matches(PG_FUNCTION_ARGS)
{
	char	   *pattern;
	char	   *rest;

	STRING_ARGS(a, b);
	pattern = StringOf(&b);
	rest = pattern;
	if (strncmp(pattern, "(?", 2) == 0)
	{
		int			letters = strspn(pattern + 2, "imnsx");

		if (letters > 0 && pattern[2 + letters] == ')')
			rest = pattern + letters + 3;
	}
	return DirectFunctionCall2Coll(textregexeq, DEFAULT_COLLATION_OID,
								   PointerGetDatum(cstring_to_text_with_len(a.data, a.length)),
								   CStringGetTextDatum(psprintf("%.*s^(?:%s)$", (int) (rest - pattern), pattern, rest)));
}
