/*-------------------------------------------------------------------------
 *
 * temporal_build.c
 *	  Temporal values from maps of components, from other temporal values,
 *	  and from the clock.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "utils/timestamp.h"

#include "cypher/error.h"
#include "cypher/temporal.h"

/* Days and seconds between 1970-01-01 and 2000-01-01 */
#define EPOCH_SHIFT_SECONDS ((int64) (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * SECONDS_PER_DAY)

static bool
GetField(const CypherValue *map, const char *name, int64 low, int64 high,
		 int64 *field)
{
	CypherValue item;

	if (!MapGet(map, name, strlen(name), &item) || IsNull(&item))
		return false;
	if (item.type != VALUE_INTEGER)
		TypeError("InvalidArgumentType", "%s must be an Integer, not %s",
				  name, ValueTypeName(item.type));
	if (item.integer < low || item.integer > high)
		ArgumentError("InvalidArgumentValue",
					  "%s " INT64_FORMAT " is not between " INT64_FORMAT
					  " and " INT64_FORMAT, name, item.integer, low, high);
	*field = item.integer;
	return true;
}

/* A temporal value under this key of the map */
static bool
GetTemporal(const CypherValue *map, const char *name, bool date, CypherValue *found)
{
	if (!MapGet(map, name, strlen(name), found) || IsNull(found))
		return false;
	if (!IsTemporal(found) || found->type == VALUE_DURATION ||
		(date ? found->type > VALUE_DATE : found->type == VALUE_DATE))
		TypeError("InvalidArgumentType", "%s cannot be taken from a %s", name,
				  ValueTypeName(found->type));
	return true;
}

/*
 * The date that a map describes, starting from base (NULL: nothing given).
 */
static int64
BuildDay(const CypherValue *map, const int64 *base)
{
	int64		year;
	int64		month = 1;
	int64		dom = 1;
	int64		week;
	int64		weekday;
	int64		quarter;
	int64		day;
	bool		has_year;
	bool		has_month;
	bool		has_day;
	int64		base_year = 0;
	int			base_month = 1;
	int			base_dom = 1;

	if (base)
		DateOf(*base, &base_year, &base_month, &base_dom);
	year = base_year;
	has_year = GetField(map, "year", -MAX_YEAR, MAX_YEAR, &year);
	if (!has_year && !base)
		ArgumentError("InvalidArgumentValue", "a date needs a year");

	if (GetField(map, "week", 1, 53, &week))
	{
		int64		week_year;
		int			real_week;

		weekday = base ? WeekdayOf(*base) : 1;
		GetField(map, "dayOfWeek", 1, 7, &weekday);
		if (!has_year && base)
			WeekOf(*base, &year, &real_week);
		day = DayOfWeek(year, week, weekday);
		WeekOf(day, &week_year, &real_week);
		if (week_year != year)
			ArgumentError("InvalidArgumentValue",
						  "the year has no week 53");
		return day;
	}
	if (GetField(map, "ordinalDay", 1, 366, &day))
	{
		if (day == 366 && !IsLeapYear(year))
			ArgumentError("InvalidArgumentValue", "the year has no day 366");
		return DayOf(year, 1, 1) + day - 1;
	}
	if (GetField(map, "quarter", 1, 4, &quarter))
	{
		int64		first = DayOf(year, 3 * quarter - 2, 1);
		int64		last = DayOf(quarter == 4 ? year + 1 : year,
								 quarter == 4 ? 1 : 3 * quarter + 1, 1);

		day = base ? *base - DayOf(base_year, (base_month - 1) / 3 * 3 + 1, 1)
			+ 1 : 1;
		GetField(map, "dayOfQuarter", 1, 92, &day);
		if (first + day > last)
			ArgumentError("InvalidArgumentValue",
						  "the quarter has no day " INT64_FORMAT, day);
		return first + day - 1;
	}
	if (GetField(map, "dayOfWeek", 1, 7, &weekday))
	{
		if (!base)
			ArgumentError("InvalidArgumentValue",
						  "dayOfWeek needs a week");
		return *base - WeekdayOf(*base) + weekday;
	}
	month = base_month;
	dom = base_dom;
	has_month = GetField(map, "month", 1, 12, &month);
	has_day = GetField(map, "day", 1, 31, &dom);
	if (has_day && !has_month && !base)
		ArgumentError("InvalidArgumentValue", "day needs a month");
	if (!has_day)
		dom = Min(dom, DaysInMonth(year, month));
	if (dom > DaysInMonth(year, month))
		ArgumentError("InvalidArgumentValue",
					  "the month has no day " INT64_FORMAT, dom);
	return DayOf(year, month, dom);
}

/* What the fractions of a second say; -1 if nothing is given */
static int64
BuildFraction(const CypherValue *map)
{
	int64		milli = 0;
	int64		micro = 0;
	int64		nano = 0;
	bool		has_milli = GetField(map, "millisecond", 0, 999, &milli);
	bool		has_micro = GetField(map, "microsecond", 0,
									 has_milli ? 999 : 999999, &micro);
	bool		has_nano = GetField(map, "nanosecond", 0,
									has_micro ? 999 :
									has_milli ? 999999 : 999999999, &nano);

	if (!has_milli && !has_micro && !has_nano)
		return -1;
	return milli * 1000000 + micro * 1000 + nano;
}

static int64
BuildNanos(const CypherValue *map, const int64 *base)
{
	int64		seconds = base ? *base / NANOS_PER_SECOND : 0;
	int64		hour = seconds / 3600;
	int64		minute = seconds / 60 % 60;
	int64		second = seconds % 60;
	int64		fraction = BuildFraction(map);
	bool		has_hour = GetField(map, "hour", 0, 23, &hour);
	bool		has_minute = GetField(map, "minute", 0, 59, &minute);
	bool		has_second = GetField(map, "second", 0, 59, &second);

	if (!base && ((has_minute && !has_hour) || (has_second && !has_minute) ||
				  (fraction >= 0 && !has_second)))
		ArgumentError("InvalidArgumentValue",
					  "a smaller part of a time needs the larger ones");
	if (fraction < 0)
		fraction = base ? *base % NANOS_PER_SECOND : 0;
	return ((hour * 60 + minute) * 60 + second) * NANOS_PER_SECOND + fraction;
}

static bool
TypeHasDate(ValueType type)
{
	return type <= VALUE_DATE;
}

static bool
TypeHasZone(ValueType type)
{
	return type == VALUE_DATETIME || type == VALUE_TIME;
}

/* The zone that "timezone" of a map names, as a value that carries it */
static bool
GetZone(const CypherValue *map, CypherValue *zone)
{
	CypherValue name;

	if (!MapGet(map, "timezone", strlen("timezone"), &name) || IsNull(&name))
		return false;
	if (name.type != VALUE_STRING)
		TypeError("InvalidArgumentType", "timezone must be a String, not %s",
				  ValueTypeName(name.type));
	*zone = NullValue();
	zone->type = VALUE_DATETIME;
	SetZone(zone, name.data, name.length);
	return true;
}

/* {epochSeconds: ..., nanosecond: ...} and {epochMillis: ...} */
static bool
FromEpochFields(ValueType type, const CypherValue *map, CypherValue *value)
{
	int64		seconds;
	int64		millis;
	int64		nanos = 0;
	CypherValue zone = {.type = VALUE_DATETIME};

	if (type != VALUE_DATETIME && type != VALUE_LOCALDATETIME)
		return false;
	if (GetField(map, "epochSeconds", -INT64CONST(31557014167219200),
				 INT64CONST(31556889864403199), &seconds))
		GetField(map, "nanosecond", 0, 999999999, &nanos);
	else if (GetField(map, "epochMillis", PG_INT64_MIN / 2, PG_INT64_MAX / 2,
					  &millis))
	{
		seconds = millis / 1000;
		nanos = millis % 1000 * 1000000;
		if (nanos < 0)
		{
			nanos += NANOS_PER_SECOND;
			seconds--;
		}
	}
	else
		return false;
	if (type == VALUE_DATETIME)
		GetZone(map, &zone);
	*value = FromEpoch(seconds, nanos, &zone);
	value->type = type;
	return true;
}

/* Names a map of components may have, whatever the type */
static void
CheckFieldNames(const CypherValue *map)
{
	static const char *const names[] = {
		"year", "quarter", "month", "week", "day", "ordinalDay", "dayOfWeek",
		"dayOfQuarter", "hour", "minute", "second", "millisecond",
		"microsecond", "nanosecond", "timezone", "date", "time", "datetime",
		"epochSeconds", "epochMillis"
	};

	for (int i = 0; i < map->length; i += 2)
	{
		CypherValue key = ItemOf(map, i);
		int			n;

		for (n = 0; n < lengthof(names); n++)
			if (strlen(names[n]) == key.length &&
				memcmp(names[n], key.data, key.length) == 0)
				break;
		if (n == lengthof(names))
			ArgumentError("InvalidArgumentValue",
						  "a temporal value has no part \"%.*s\"",
						  Min(key.length, 100), key.data);
	}
}

static CypherValue
FromMap(ValueType type, const CypherValue *map)
{
	CypherValue value = {.type = type};
	CypherValue source;
	CypherValue zone;
	bool		has_day = false;
	bool		has_nanos = false;
	bool		has_zone = false;
	int64		day = 0;
	int64		nanos = 0;

	CheckFieldNames(map);
	if (FromEpochFields(type, map, &value))
		return value;
	if (TypeHasDate(type) && (GetTemporal(map, "datetime", true, &source) ||
							  GetTemporal(map, "date", true, &source)))
	{
		day = source.day;
		has_day = true;
	}
	if (type != VALUE_DATE && (GetTemporal(map, "datetime", false, &source) ||
							   GetTemporal(map, "time", false, &source)))
	{
		nanos = source.nanos;
		has_nanos = true;
		if (TypeHasZone(type) && TypeHasZone(source.type))
		{
			value.offset = source.offset;
			if (type == VALUE_DATETIME)
			{
				value.data = source.data;
				value.length = source.length;
			}
			has_zone = true;
		}
	}
	if (TypeHasZone(type) && GetZone(map, &zone))
	{
		if (has_zone)
		{
			/* the same instant, seen from the other zone */
			bool		dated = has_day;
			CypherValue moved = value;

			moved.type = VALUE_DATETIME;
			moved.day = dated ? day : TypeHasDate(type) ?
				BuildDay(map, NULL) : TypeHasDate(source.type) ? source.day : 0;
			moved.nanos = nanos;
			ResolveZone(&moved);
			moved = AtZone(&moved, &zone);
			nanos = moved.nanos;
			if (dated)
				day = moved.day;
			zone.offset = moved.offset;
		}
		value.offset = zone.offset;
		value.data = type == VALUE_DATETIME ? zone.data : NULL;
		value.length = type == VALUE_DATETIME ? zone.length : 0;
	}
	if (TypeHasDate(type))
		value.day = BuildDay(map, has_day ? &day : NULL);
	if (type == VALUE_DATE)
		return value;
	if (!TypeHasDate(type) && !has_nanos)
	{
		int64		hour;

		if (!GetField(map, "hour", 0, 23, &hour))
			ArgumentError("InvalidArgumentValue", "a time needs an hour");
	}
	value.nanos = BuildNanos(map, has_nanos ? &nanos : NULL);
	ResolveZone(&value);
	return value;
}

/* Another type of temporal value from this one; what is missing is zero */
static CypherValue
Convert(ValueType type, const CypherValue *from)
{
	CypherValue value = *from;

	if (from->type == VALUE_DURATION ||
		(TypeHasDate(type) && !TypeHasDate(from->type)) ||
		(!TypeHasDate(type) && from->type == VALUE_DATE))
		TypeError("InvalidArgumentType", "a %s cannot be made from a %s",
				  ValueTypeName(type), ValueTypeName(from->type));
	value.type = type;
	if (!TypeHasDate(type))
		value.day = 0;
	if (type == VALUE_DATE)
		value.nanos = 0;
	if (!TypeHasZone(type))
		value.offset = 0;
	if (type != VALUE_DATETIME)
		value.length = 0;
	return value;
}

CypherValue
BuildTemporal(ValueType type, const CypherValue *from)
{
	if (from->type == VALUE_STRING)
		return ParseTemporal(type, from);
	if (type == VALUE_DURATION)
	{
		if (from->type == VALUE_MAP)
			return DurationFromMap(from);
		if (from->type == VALUE_DURATION)
			return *from;
	}
	else if (from->type == VALUE_MAP)
		return FromMap(type, from);
	else if (IsTemporal(from))
		return Convert(type, from);
	TypeError("InvalidArgumentType", "a %s cannot be made from a %s",
			  ValueTypeName(type), ValueTypeName(from->type));
}

/*
 * The components of a map instead of the value's own; a new zone leaves the
 * local time as it is.
 */
CypherValue
OverrideTemporal(const CypherValue *base, const CypherValue *map)
{
	CypherValue value = *base;
	CypherValue zone;

	CheckFieldNames(map);
	if (TypeHasDate(value.type))
		value.day = BuildDay(map, &base->day);
	if (value.type != VALUE_DATE)
		value.nanos = BuildNanos(map, &base->nanos);
	if (TypeHasZone(value.type) && GetZone(map, &zone))
	{
		value.offset = zone.offset;
		value.data = zone.data;
		value.length = value.type == VALUE_DATETIME ? zone.length : 0;
	}
	ResolveZone(&value);
	return value;
}

/*
 * Now, in UTC or in a zone: the start of the statement, or the clock.
 */
CypherValue
CurrentTemporal(ValueType type, const CypherValue *zone, bool now)
{
	TimestampTz at = now ? GetCurrentTimestamp() :
	GetCurrentStatementStartTimestamp();
	int64		seconds = at / USECS_PER_SEC;
	int64		micros = at % USECS_PER_SEC;
	CypherValue where = {.type = VALUE_DATETIME};
	CypherValue value;

	if (micros < 0)
	{
		micros += USECS_PER_SEC;
		seconds--;
	}
	if (zone)
	{
		if (zone->type != VALUE_STRING)
			TypeError("InvalidArgumentType",
					  "a time zone must be a String, not %s",
					  ValueTypeName(zone->type));
		SetZone(&where, zone->data, zone->length);
	}
	value = FromEpoch(seconds + EPOCH_SHIFT_SECONDS, micros * 1000, &where);
	return Convert(type, &value);
}
