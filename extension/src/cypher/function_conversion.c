/*-------------------------------------------------------------------------
 *
 * function_conversion.c
 *	  Conversion between types; a string that cannot be read is null.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <ctype.h>
#include <math.h>

#include "cypher/error.h"
#include "cypher/function.h"

#define TEMPORAL_TYPES \
	(TYPE_BIT(VALUE_DATETIME) | TYPE_BIT(VALUE_LOCALDATETIME) | \
	 TYPE_BIT(VALUE_DATE) | TYPE_BIT(VALUE_TIME) | \
	 TYPE_BIT(VALUE_LOCALTIME) | TYPE_BIT(VALUE_DURATION))

static CypherValue
ToString(const Function *function, CypherValue *args, int nargs)
{
	return TextValue(ValueText(&args[0]));
}

/* The whole string as a number, white space around it apart */
static bool
ReadNumber(const CypherValue *string, double *number)
{
	char	   *text = StringOf(string);
	char	   *end;

	while (isspace((unsigned char) *text))
		text++;
	if (*text == '\0' || strpbrk(text, "xXpP") != NULL)
		return false;
	*number = strtod(text, &end);
	while (isspace((unsigned char) *end))
		end++;
	return *end == '\0';
}

static CypherValue
ToFloat(const Function *function, CypherValue *args, int nargs)
{
	double		number;

	if (args[0].type != VALUE_STRING)
		return FloatValue(NumberOf(&args[0]));
	return ReadNumber(&args[0], &number) ? FloatValue(number) : NullValue();
}

static CypherValue
ToInteger(const Function *function, CypherValue *args, int nargs)
{
	double		number;

	if (args[0].type == VALUE_INTEGER)
		return args[0];
	if (args[0].type == VALUE_BOOLEAN)
		return IntegerValue(args[0].integer);
	if (args[0].type == VALUE_STRING)
	{
		char	   *text = StringOf(&args[0]);
		char	   *end;
		int64		integer;

		errno = 0;
		integer = strtoll(text, &end, 10);
		if (errno == 0 && end != text && *end == '\0')
			return IntegerValue(integer);
		if (!ReadNumber(&args[0], &number))
			return NullValue();
	}
	else
		number = args[0].number;
	if (!(number >= -9223372036854775808.0 && number < 9223372036854775808.0))
		return NullValue();
	return IntegerValue((int64) number);
}

static CypherValue
ToBoolean(const Function *function, CypherValue *args, int nargs)
{
	char	   *text;

	if (args[0].type == VALUE_BOOLEAN)
		return args[0];
	if (args[0].type == VALUE_INTEGER)
		return BooleanValue(args[0].integer != 0);
	text = StringOf(&args[0]);
	if (pg_strcasecmp(text, "true") == 0)
		return BooleanValue(true);
	if (pg_strcasecmp(text, "false") == 0)
		return BooleanValue(false);
	return NullValue();
}

const Function conversion_functions[] = {
	{"toString", "toString(value) :: String", 1, 1, FUNCTION_PLAIN,
		{STRING_TYPE | NUMBER_TYPES | TYPE_BIT(VALUE_BOOLEAN) | TEMPORAL_TYPES},
	VALUE_STRING, ToString, 0, "The value as text."},
	{"toFloat", "toFloat(number | string) :: Float", 1, 1, FUNCTION_PLAIN,
		{STRING_TYPE | NUMBER_TYPES}, VALUE_FLOAT, ToFloat, 0,
	"The value as a float."},
	{"toInteger", "toInteger(number | boolean | string) :: Integer", 1, 1,
		FUNCTION_PLAIN, {STRING_TYPE | NUMBER_TYPES | TYPE_BIT(VALUE_BOOLEAN)},
		VALUE_INTEGER, ToInteger, 0,
	"The value as an integer; digits after the point are cut off."},
	{"toBoolean", "toBoolean(boolean | string | integer) :: Boolean", 1, 1,
		FUNCTION_PLAIN,
		{STRING_TYPE | TYPE_BIT(VALUE_BOOLEAN) | INTEGER_TYPE},
		VALUE_BOOLEAN, ToBoolean, 0,
	"true and false as text in any case, or whether an integer is not 0."},
	{NULL}
};
