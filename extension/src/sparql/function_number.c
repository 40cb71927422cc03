/*-------------------------------------------------------------------------
 *
 * function_number.c
 *	  Arithmetic, also of times, and rounding.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/int.h"

#include "cypher/temporal.h"
#include "sparql/function.h"

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

const SparqlFunction sparql_number_functions[] = {
	{"+", 2, 2, Arithmetic, '+'},
	{"-", 2, 2, Arithmetic, '-'},
	{"*", 2, 2, Arithmetic, '*'},
	{"/", 2, 2, Arithmetic, '/'},
	{"negate", 1, 1, Round, 'n'},
	{"abs", 1, 1, Round, 'a'},
	{"ceil", 1, 1, Round, 'c'},
	{"floor", 1, 1, Round, 'f'},
	{"round", 1, 1, Round, 'r'},
	{NULL}
};
