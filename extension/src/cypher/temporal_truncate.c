/*-------------------------------------------------------------------------
 *
 * temporal_truncate.c
 *	  date.truncate('month', value, {day: 2}) and its like.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "cypher/error.h"
#include "cypher/temporal.h"

static int64
FloorTo(int64 number, int64 unit)
{
	int64		rest = number % unit;

	return number - (rest < 0 ? rest + unit : rest);
}

/* Units of a time in nanoseconds */
static int64
TimeUnit(const char *unit)
{
	if (strcmp(unit, "hour") == 0)
		return 3600 * NANOS_PER_SECOND;
	if (strcmp(unit, "minute") == 0)
		return 60 * NANOS_PER_SECOND;
	if (strcmp(unit, "second") == 0)
		return NANOS_PER_SECOND;
	if (strcmp(unit, "millisecond") == 0)
		return 1000000;
	if (strcmp(unit, "microsecond") == 0)
		return 1000;
	return 0;
}

static bool
TruncateDay(const char *unit, int64 *day)
{
	int64		year;
	int			month;
	int			dom;
	int			week;

	DateOf(*day, &year, &month, &dom);
	if (strcmp(unit, "millennium") == 0)
		*day = DayOf(FloorTo(year, 1000), 1, 1);
	else if (strcmp(unit, "century") == 0)
		*day = DayOf(FloorTo(year, 100), 1, 1);
	else if (strcmp(unit, "decade") == 0)
		*day = DayOf(FloorTo(year, 10), 1, 1);
	else if (strcmp(unit, "year") == 0)
		*day = DayOf(year, 1, 1);
	else if (strcmp(unit, "weekYear") == 0)
	{
		WeekOf(*day, &year, &week);
		*day = DayOfWeek(year, 1, 1);
	}
	else if (strcmp(unit, "quarter") == 0)
		*day = DayOf(year, (month - 1) / 3 * 3 + 1, 1);
	else if (strcmp(unit, "month") == 0)
		*day = DayOf(year, month, 1);
	else if (strcmp(unit, "week") == 0)
		*day -= WeekdayOf(*day) - 1;
	else
		return strcmp(unit, "day") == 0;
	return true;
}

/* A fraction given beside a truncated one fills the digits below it */
static int64
LowerFraction(const CypherValue *map, int64 unit)
{
	int64		fraction = 0;
	CypherValue item;

	if (MapGet(map, "microsecond", strlen("microsecond"), &item) &&
		item.type == VALUE_INTEGER)
		fraction += item.integer * 1000;
	if (MapGet(map, "nanosecond", strlen("nanosecond"), &item) &&
		item.type == VALUE_INTEGER)
		fraction += item.integer;
	if (fraction < 0 || fraction >= unit)
		ArgumentError("InvalidArgumentValue",
					  "the fraction is not below the unit");
	return fraction;
}

CypherValue
TruncateTemporal(ValueType type, const CypherValue *unit, const CypherValue *value,
				 const CypherValue *map)
{
	CypherValue result;
	char	   *name;
	int64		nanos;

	if (unit->type != VALUE_STRING)
		TypeError("InvalidArgumentType", "the unit must be a String, not %s",
				  ValueTypeName(unit->type));
	if (!IsTemporal(value) || value->type == VALUE_DURATION)
		TypeError("InvalidArgumentType", "a %s cannot be truncated",
				  ValueTypeName(value->type));
	if (map && map->type != VALUE_MAP)
		TypeError("InvalidArgumentType",
				  "the third argument must be a Map, not %s",
				  ValueTypeName(map->type));
	name = StringOf(unit);
	nanos = TimeUnit(name);
	if (value->type == VALUE_DATE && type != VALUE_DATE && type < VALUE_DATE)
	{
		result = *value;
		result.type = type;
	}
	else
		result = BuildTemporal(type, value);

	if (nanos > 0 && type != VALUE_DATE)
		result.nanos = FloorTo(result.nanos, nanos);
	else
	{
		int64		day = result.day;

		if (nanos > 0 || !TruncateDay(name, &day) ||
			(type > VALUE_DATE && strcmp(name, "day") != 0))
			ArgumentError("InvalidArgumentValue",
						  "a %s cannot be truncated to \"%s\"",
						  ValueTypeName(type), name);
		if (type <= VALUE_DATE)
			result.day = day;
		result.nanos = 0;
	}
	ResolveZone(&result);
	if (map)
	{
		int64		lower = nanos > 0 && nanos < NANOS_PER_SECOND ?
		LowerFraction(map, nanos) : 0;
		int64		fraction = result.nanos % NANOS_PER_SECOND;

		result = OverrideTemporal(&result, map);
		if (nanos > 0 && nanos < NANOS_PER_SECOND)
			result.nanos = FloorTo(result.nanos, NANOS_PER_SECOND) + fraction +
				lower;
	}
	return result;
}
