/*-------------------------------------------------------------------------
 *
 * function_temporal.c
 *	  Making, truncating and subtracting temporal values.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/timestamp.h"

#include "cypher/error.h"
#include "cypher/function.h"
#include "cypher/temporal.h"

#define INSTANT_TYPES \
	(TYPE_BIT(VALUE_DATETIME) | TYPE_BIT(VALUE_LOCALDATETIME) | \
	 TYPE_BIT(VALUE_DATE) | TYPE_BIT(VALUE_TIME) | TYPE_BIT(VALUE_LOCALTIME))

/* tag is the type */
static CypherValue
Make(const Function *function, CypherValue *args, int nargs)
{
	if (nargs == 0)
		return CurrentTemporal(function->tag, NULL, false);
	return BuildTemporal(function->tag, &args[0]);
}

static CypherValue
Statement	(const Function *function, CypherValue *args, int nargs)
{
	return CurrentTemporal(function->tag, nargs > 0 ? &args[0] : NULL, false);
}

static CypherValue
RealTime(const Function *function, CypherValue *args, int nargs)
{
	return CurrentTemporal(function->tag, nargs > 0 ? &args[0] : NULL, true);
}

static CypherValue
Truncate(const Function *function, CypherValue *args, int nargs)
{
	CypherValue now;

	if (nargs == 1)
		now = CurrentTemporal(function->tag, NULL, false);
	return TruncateTemporal(function->tag, &args[0],
							nargs > 1 ? &args[1] : &now,
							nargs > 2 ? &args[2] : NULL);
}

/* tag is a DurationUnit */
static CypherValue
Between(const Function *function, CypherValue *args, int nargs)
{
	return DurationBetween(function->tag, &args[0], &args[1]);
}

static CypherValue
FromEpochSeconds(const Function *function, CypherValue *args, int nargs)
{
	CypherValue utc = {.type = VALUE_DATETIME};

	if (llabs(args[0].integer) > INT64CONST(31556889864403199) ||
		args[1].integer < 0 || args[1].integer >= NANOS_PER_SECOND)
		ArgumentError("NumberOutOfRange", "the datetime is out of range");
	return FromEpoch(args[0].integer, args[1].integer, &utc);
}

static CypherValue
FromEpochMillis(const Function *function, CypherValue *args, int nargs)
{
	CypherValue utc = {.type = VALUE_DATETIME};
	int64		seconds = args[0].integer / 1000;
	int64		nanos = args[0].integer % 1000 * 1000000;

	if (nanos < 0)
	{
		nanos += NANOS_PER_SECOND;
		seconds--;
	}
	if (llabs(seconds) > INT64CONST(31556889864403199))
		ArgumentError("NumberOutOfRange", "the datetime is out of range");
	return FromEpoch(seconds, nanos, &utc);
}

static CypherValue
EpochNow(const Function *function, CypherValue *args, int nargs)
{
	CypherValue now = CurrentTemporal(VALUE_DATETIME, NULL, false);

	return IntegerValue(EpochSeconds(&now) * 1000 +
						now.nanos % NANOS_PER_SECOND / 1000000);
}

#define INSTANT(name, type, what) \
	{name, name "(map | string | temporal = now) :: " what, 0, 1, \
		FUNCTION_CLOCK, {MAP_TYPE | STRING_TYPE | INSTANT_TYPES}, type, \
	Make, type, "A " what " from its parts, from ISO 8601 text or from another value; the statement's time without argument."}, \
	{name ".transaction", name ".transaction(timezone = 'Z') :: " what, 0, 1, \
		FUNCTION_VOLATILE, {STRING_TYPE}, type, Statement, type, \
	"The " what " at the start of the statement."}, \
	{name ".statement", name ".statement(timezone = 'Z') :: " what, 0, 1, \
		FUNCTION_VOLATILE, {STRING_TYPE}, type, Statement, type, \
	"The " what " at the start of the statement."}, \
	{name ".realtime", name ".realtime(timezone = 'Z') :: " what, 0, 1, \
		FUNCTION_VOLATILE, {STRING_TYPE}, type, RealTime, type, \
	"The " what " of the clock."}, \
	{name ".truncate", name ".truncate(unit, temporal = now, map = {}) :: " what, \
		1, 3, FUNCTION_VOLATILE, {STRING_TYPE, INSTANT_TYPES, MAP_TYPE}, type, \
	Truncate, type, "The beginning of the unit in which a value lies; the map replaces parts of it."}

#define BETWEEN(name, unit, meaning) \
	{name, name "(from, to) :: Duration", 2, 2, FUNCTION_PLAIN, \
		{INSTANT_TYPES, INSTANT_TYPES}, VALUE_DURATION, Between, unit, meaning}

const Function temporal_functions[] = {
	INSTANT("date", VALUE_DATE, "Date"),
	INSTANT("localtime", VALUE_LOCALTIME, "LocalTime"),
	INSTANT("time", VALUE_TIME, "Time"),
	INSTANT("localdatetime", VALUE_LOCALDATETIME, "LocalDateTime"),
	INSTANT("datetime", VALUE_DATETIME, "DateTime"),
	{"datetime.fromepoch", "datetime.fromEpoch(seconds, nanoseconds) :: DateTime",
		2, 2, FUNCTION_PLAIN, {INTEGER_TYPE, INTEGER_TYPE}, VALUE_DATETIME,
	FromEpochSeconds, 0, "The DateTime so long after 1970."},
	{"datetime.fromepochmillis",
		"datetime.fromEpochMillis(milliseconds) :: DateTime", 1, 1,
		FUNCTION_PLAIN, {INTEGER_TYPE}, VALUE_DATETIME, FromEpochMillis, 0,
	"The DateTime so long after 1970."},
	{"duration", "duration(map | string) :: Duration", 1, 1, FUNCTION_PLAIN,
		{MAP_TYPE | STRING_TYPE | TYPE_BIT(VALUE_DURATION)}, VALUE_DURATION,
	Make, VALUE_DURATION, "A Duration from its parts or from ISO 8601 text."},
	BETWEEN("duration.between", BETWEEN_ALL,
			"What leads from one value to the other: months, days, seconds."),
	BETWEEN("duration.inmonths", BETWEEN_MONTHS, "The whole months between."),
	BETWEEN("duration.indays", BETWEEN_DAYS, "The whole days between."),
	BETWEEN("duration.inseconds", BETWEEN_SECONDS,
			"The time between in seconds."),
	{"timestamp", "timestamp() :: Integer", 0, 0, FUNCTION_VOLATILE, {0},
	VALUE_INTEGER, EpochNow, 0,
	"Milliseconds from 1970 to the start of the statement."},
	{NULL}
};
