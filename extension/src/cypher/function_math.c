/*-------------------------------------------------------------------------
 *
 * function_math.c
 *	  Functions of numbers; angles are in radians.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/pg_prng.h"

#include "cypher/error.h"
#include "cypher/function.h"

enum
{
	TAG_CEIL, TAG_FLOOR, TAG_ROUND, TAG_SQRT, TAG_EXP, TAG_LOG, TAG_LOG10,
	TAG_SIN, TAG_COS, TAG_TAN, TAG_COT, TAG_ASIN, TAG_ACOS, TAG_ATAN,
	TAG_DEGREES, TAG_RADIANS, TAG_HAVERSIN, TAG_PI, TAG_E
};

static CypherValue
Absolute(const Function *function, CypherValue *args, int nargs)
{
	if (args[0].type == VALUE_FLOAT)
		return FloatValue(fabs(args[0].number));
	if (args[0].integer == PG_INT64_MIN)
		ArithmeticError("IntegerOverflow", "integer out of range");
	return IntegerValue(llabs(args[0].integer));
}

static CypherValue
Sign(const Function *function, CypherValue *args, int nargs)
{
	double		number = NumberOf(&args[0]);

	return IntegerValue(number > 0 ? 1 : number < 0 ? -1 : 0);
}

static CypherValue
OfOneNumber(const Function *function, CypherValue *args, int nargs)
{
	double		x = NumberOf(&args[0]);

	switch (function->tag)
	{
		case TAG_CEIL:
			return FloatValue(ceil(x));
		case TAG_FLOOR:
			return FloatValue(floor(x));
		case TAG_ROUND:
			return FloatValue(fabs(x) < 4503599627370496.0 ?
							  floor(x + 0.5) : x);
		case TAG_SQRT:
			return FloatValue(sqrt(x));
		case TAG_EXP:
			return FloatValue(exp(x));
		case TAG_LOG:
			return FloatValue(log(x));
		case TAG_LOG10:
			return FloatValue(log10(x));
		case TAG_SIN:
			return FloatValue(sin(x));
		case TAG_COS:
			return FloatValue(cos(x));
		case TAG_TAN:
			return FloatValue(tan(x));
		case TAG_COT:
			return FloatValue(1 / tan(x));
		case TAG_ASIN:
			return FloatValue(asin(x));
		case TAG_ACOS:
			return FloatValue(acos(x));
		case TAG_ATAN:
			return FloatValue(atan(x));
		case TAG_DEGREES:
			return FloatValue(x * (180 / M_PI));
		case TAG_RADIANS:
			return FloatValue(x * (M_PI / 180));
		default:
			return FloatValue((1 - cos(x)) / 2);
	}
}

static CypherValue
Atan2(const Function *function, CypherValue *args, int nargs)
{
	return FloatValue(atan2(NumberOf(&args[0]), NumberOf(&args[1])));
}

static CypherValue
Constant(const Function *function, CypherValue *args, int nargs)
{
	return FloatValue(function->tag == TAG_PI ? M_PI : M_E);
}

static CypherValue
Rand(const Function *function, CypherValue *args, int nargs)
{
	return FloatValue(pg_prng_double(&pg_global_prng_state));
}

#define OF_ONE(name, tag, meaning) \
	{name, name "(number) :: Float", 1, 1, FUNCTION_PLAIN, {NUMBER_TYPES}, \
	VALUE_FLOAT, OfOneNumber, tag, meaning}

const Function math_functions[] = {
	{"abs", "abs(number) :: Number", 1, 1, FUNCTION_PLAIN, {NUMBER_TYPES},
	VALUE_NULL, Absolute, 0, "Without sign."},
	{"sign", "sign(number) :: Integer", 1, 1, FUNCTION_PLAIN, {NUMBER_TYPES},
	VALUE_INTEGER, Sign, 0, "-1, 0 or 1."},
	OF_ONE("ceil", TAG_CEIL, "The least whole number that is not below."),
	OF_ONE("floor", TAG_FLOOR, "The greatest whole number that is not above."),
	OF_ONE("round", TAG_ROUND, "The nearest whole number; a half goes up."),
	OF_ONE("sqrt", TAG_SQRT, "The square root."),
	OF_ONE("exp", TAG_EXP, "e to this power."),
	OF_ONE("log", TAG_LOG, "The natural logarithm."),
	OF_ONE("log10", TAG_LOG10, "The logarithm to base 10."),
	OF_ONE("sin", TAG_SIN, "The sine."),
	OF_ONE("cos", TAG_COS, "The cosine."),
	OF_ONE("tan", TAG_TAN, "The tangent."),
	OF_ONE("cot", TAG_COT, "The cotangent."),
	OF_ONE("asin", TAG_ASIN, "The angle with this sine."),
	OF_ONE("acos", TAG_ACOS, "The angle with this cosine."),
	OF_ONE("atan", TAG_ATAN, "The angle with this tangent."),
	OF_ONE("degrees", TAG_DEGREES, "From radians to degrees."),
	OF_ONE("radians", TAG_RADIANS, "From degrees to radians."),
	OF_ONE("haversin", TAG_HAVERSIN, "Half the versed sine."),
	{"atan2", "atan2(y, x) :: Float", 2, 2, FUNCTION_PLAIN,
		{NUMBER_TYPES, NUMBER_TYPES}, VALUE_FLOAT, Atan2, 0,
	"The angle of the point (x, y)."},
	{"pi", "pi() :: Float", 0, 0, FUNCTION_PLAIN, {0}, VALUE_FLOAT, Constant,
	TAG_PI, "The circle's number."},
	{"e", "e() :: Float", 0, 0, FUNCTION_PLAIN, {0}, VALUE_FLOAT, Constant,
	TAG_E, "The base of the natural logarithm."},
	{"rand", "rand() :: Float", 0, 0, FUNCTION_VOLATILE, {0}, VALUE_FLOAT,
	Rand, 0, "A random number, 0 <= x < 1."},
	{NULL}
};
