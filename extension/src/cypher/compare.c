/*-------------------------------------------------------------------------
 *
 * compare.c
 *	  Three ways to compare: orderability (ORDER BY, total), equivalence
 *	  (DISTINCT, grouping: order 0) and the language's = and <, which know
 *	  null and values that cannot be compared.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/hashfn.h"
#include "miscadmin.h"

#include "cypher/value.h"

/* Seconds of an average month: a year has 365.2425 days */
#define MONTH_SECONDS 2629746

#define NANOS INT64CONST(1000000000)

static inline int
CompareInt64(int64 a, int64 b)
{
	return a < b ? -1 : a > b ? 1 : 0;
}

/* An integer against a float, exactly; NaN is above all */
static int
CompareMixed(int64 integer, double number)
{
	double		whole;
	int			order;

	if (isnan(number) || number >= 9223372036854775808.0)
		return -1;
	if (number < -9223372036854775808.0)
		return 1;
	whole = trunc(number);
	order = CompareInt64(integer, (int64) whole);
	if (order != 0)
		return order;
	return number > whole ? -1 : number < whole ? 1 : 0;
}

int
CompareNumbers(const CypherValue *a, const CypherValue *b)
{
	if (a->type == VALUE_INTEGER)
	{
		if (b->type == VALUE_INTEGER)
			return CompareInt64(a->integer, b->integer);
		return CompareMixed(a->integer, b->number);
	}
	if (b->type == VALUE_INTEGER)
		return -CompareMixed(b->integer, a->number);
	if (isnan(a->number) || isnan(b->number))
		return (isnan(a->number) ? 1 : 0) - (isnan(b->number) ? 1 : 0);
	return a->number < b->number ? -1 : a->number > b->number ? 1 : 0;
}

static int
CompareStrings(const CypherValue *a, const CypherValue *b)
{
	int			order = memcmp(a->data, b->data, Min(a->length, b->length));

	return order != 0 ? order : CompareInt64(a->length, b->length);
}

/* The instant of a time or datetime, zone taken away */
static int
CompareInstants(const CypherValue *a, const CypherValue *b)
{
	int64		aday = a->day;
	int64		bday = b->day;
	int64		anano = a->nanos - a->offset * NANOS;
	int64		bnano = b->nanos - b->offset * NANOS;
	int64		day = 86400 * NANOS;

	/* a time of day has no day to go over to */
	if (a->type == VALUE_DATETIME)
	{
		aday += anano < 0 ? -1 : anano >= day ? 1 : 0;
		bday += bnano < 0 ? -1 : bnano >= day ? 1 : 0;
		anano += anano < 0 ? day : anano >= day ? -day : 0;
		bnano += bnano < 0 ? day : bnano >= day ? -day : 0;
	}
	if (aday != bday)
		return CompareInt64(aday, bday);
	return CompareInt64(anano, bnano);
}

static int
CompareDurations(const CypherValue *a, const CypherValue *b)
{
	double		x = (double) a->integer * MONTH_SECONDS +
	(double) a->day * 86400 + a->seconds;
	double		y = (double) b->integer * MONTH_SECONDS +
	(double) b->day * 86400 + b->seconds;

	if (x != y)
		return x < y ? -1 : 1;
	if (a->nanos != b->nanos)
		return CompareInt64(a->nanos, b->nanos);
	if (a->integer != b->integer)
		return CompareInt64(a->integer, b->integer);
	return CompareInt64(a->day, b->day);
}

/* Two temporal values of one type */
static int
CompareTemporal(const CypherValue *a, const CypherValue *b)
{
	int			order;

	if (a->type == VALUE_DURATION)
		return CompareDurations(a, b);
	if (a->type != VALUE_TIME && a->type != VALUE_DATETIME)
	{
		if (a->day != b->day)
			return CompareInt64(a->day, b->day);
		return CompareInt64(a->nanos, b->nanos);
	}
	order = CompareInstants(a, b);
	if (order == 0)
		order = CompareInt64(a->offset, b->offset);
	return order != 0 ? order : CompareStrings(a, b);
}

/*
 * The total order: by type as in ValueType, then by value; null is last.
 */
int
OrderValues(const CypherValue *a, const CypherValue *b)
{
	check_stack_depth();
	if (IsNumber(a) && IsNumber(b))
		return CompareNumbers(a, b);
	if (IsNull(a) || IsNull(b))
		return (IsNull(a) ? 1 : 0) - (IsNull(b) ? 1 : 0);
	if (a->type != b->type)
		return (int) a->type - (int) b->type;
	switch (a->type)
	{
		case VALUE_STRING:
			return CompareStrings(a, b);
		case VALUE_BOOLEAN:
			return CompareInt64(a->integer, b->integer);
		case VALUE_NODE:
		case VALUE_RELATIONSHIP:
			{
				CypherValue x = ItemOf(a, 0);
				CypherValue y = ItemOf(b, 0);

				return CompareInt64(x.integer, y.integer);
			}
		case VALUE_MAP:
		case VALUE_LIST:
		case VALUE_PATH:
			for (int i = 0; i < a->length && i < b->length; i++)
			{
				CypherValue x = ItemOf(a, i);
				CypherValue y = ItemOf(b, i);
				int			order = OrderValues(&x, &y);

				CHECK_FOR_INTERRUPTS();
				if (order != 0)
					return order;
			}
			return CompareInt64(a->length, b->length);
		default:
			return CompareTemporal(a, b);
	}
}

/* Item by item: a difference decides, else an unknown does */
static Truth
EqualItems(const CypherValue *a, const CypherValue *b)
{
	Truth		answer = YES;

	if (a->length != b->length)
		return NO;
	for (int i = 0; i < a->length; i++)
	{
		CypherValue x = ItemOf(a, i);
		CypherValue y = ItemOf(b, i);
		Truth		equal = EqualValues(&x, &y);

		CHECK_FOR_INTERRUPTS();
		if (equal == NO)
			return NO;
		if (equal == UNKNOWN)
			answer = UNKNOWN;
	}
	return answer;
}

/*
 * The language's =.
 */
Truth
EqualValues(const CypherValue *a, const CypherValue *b)
{
	check_stack_depth();
	if (IsNull(a) || IsNull(b))
		return UNKNOWN;
	if (IsNumber(a) && IsNumber(b))
	{
		if ((a->type == VALUE_FLOAT && isnan(a->number)) ||
			(b->type == VALUE_FLOAT && isnan(b->number)))
			return NO;
		return CompareNumbers(a, b) == 0 ? YES : NO;
	}
	if (a->type != b->type)
		return NO;
	switch (a->type)
	{
		case VALUE_LIST:
		case VALUE_MAP:
			return EqualItems(a, b);
		case VALUE_DURATION:
			return a->integer == b->integer && a->day == b->day &&
				a->seconds == b->seconds && a->nanos == b->nanos ? YES : NO;
		default:
			return OrderValues(a, b) == 0 ? YES : NO;
	}
}

/* Whether < means something between the two, and then their order */
static Truth
CompareLists(const CypherValue *a, const CypherValue *b, int *order)
{
	for (int i = 0; i < a->length && i < b->length; i++)
	{
		CypherValue x = ItemOf(a, i);
		CypherValue y = ItemOf(b, i);
		Truth		equal = EqualValues(&x, &y);

		CHECK_FOR_INTERRUPTS();
		if (equal == UNKNOWN)
			return UNKNOWN;
		if (equal == NO)
			return ComparableValues(&x, &y, order) ? YES : UNKNOWN;
	}
	*order = CompareInt64(a->length, b->length);
	return YES;
}

/*
 * The language's <: false means the answer is null. An order of 2 means that
 * no order holds (NaN).
 */
bool
ComparableValues(const CypherValue *a, const CypherValue *b, int *order)
{
	check_stack_depth();
	if (IsNumber(a) && IsNumber(b))
	{
		if ((a->type == VALUE_FLOAT && isnan(a->number)) ||
			(b->type == VALUE_FLOAT && isnan(b->number)))
			*order = 2;
		else
			*order = CompareNumbers(a, b);
		return true;
	}
	if (a->type != b->type)
		return false;
	switch (a->type)
	{
		case VALUE_STRING:
		case VALUE_BOOLEAN:
		case VALUE_DATE:
		case VALUE_LOCALTIME:
		case VALUE_LOCALDATETIME:
			*order = OrderValues(a, b);
			return true;
		case VALUE_TIME:
		case VALUE_DATETIME:
			*order = CompareInstants(a, b);
			return true;
		case VALUE_LIST:
			return CompareLists(a, b, order) == YES;
		default:
			return false;
	}
}

/*
 * Equivalent values have equal hashes; so an integer and a float that are
 * equal must meet.
 */
uint32
HashValue(const CypherValue *value, uint32 seed)
{
	double		number;

	check_stack_depth();
	switch (value->type)
	{
		case VALUE_INTEGER:
		case VALUE_FLOAT:
			number = NumberOf(value);
			if (isnan(number))
				return hash_combine(seed, 7);
			if (value->type == VALUE_FLOAT && number >= -9.2e18 &&
				number <= 9.2e18 && number == trunc(number))
				return hash_combine(seed, hash_bytes_uint32((uint32) (int64) number));
			if (value->type == VALUE_INTEGER)
				return hash_combine(seed, hash_bytes_uint32((uint32) value->integer));
			return hash_combine(seed, hash_bytes((unsigned char *) &number, 8));
		case VALUE_STRING:
			return hash_combine(seed, hash_bytes((const unsigned char *) value->data,
												 value->length));
		case VALUE_NODE:
		case VALUE_RELATIONSHIP:
			{
				CypherValue id = ItemOf(value, 0);

				return HashValue(&id, hash_combine(seed, value->type));
			}
		case VALUE_LIST:
		case VALUE_MAP:
		case VALUE_PATH:
			seed = hash_combine(seed, value->type);
			for (int i = 0; i < value->length; i++)
			{
				CypherValue item = ItemOf(value, i);

				seed = HashValue(&item, seed);
			}
			return seed;
		default:
			/* temporal values that are equivalent have equal fields */
			seed = hash_combine(seed, (uint32) value->integer);
			seed = hash_combine(seed, (uint32) value->day);
			seed = hash_combine(seed, (uint32) value->seconds);
			return hash_combine(seed, (uint32) value->nanos);
	}
}
