/*-------------------------------------------------------------------------
 *
 * temporal_field.c
 *	  The components of temporal values: d.year, t.minute, p.monthsOfYear.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "cypher/temporal.h"

static bool
Is(const char *name, int length, const char *word)
{
	return strlen(word) == length && memcmp(name, word, length) == 0;
}

static bool
DateField(int64 day, const char *name, int length, int64 *field)
{
	int64		year;
	int64		week_year;
	int			month;
	int			dom;
	int			week;
	int			quarter;

	DateOf(day, &year, &month, &dom);
	WeekOf(day, &week_year, &week);
	quarter = (month - 1) / 3 + 1;
	if (Is(name, length, "year"))
		*field = year;
	else if (Is(name, length, "quarter"))
		*field = quarter;
	else if (Is(name, length, "month"))
		*field = month;
	else if (Is(name, length, "week"))
		*field = week;
	else if (Is(name, length, "weekYear"))
		*field = week_year;
	else if (Is(name, length, "day"))
		*field = dom;
	else if (Is(name, length, "ordinalDay"))
		*field = day - DayOf(year, 1, 1) + 1;
	else if (Is(name, length, "weekDay") || Is(name, length, "dayOfWeek"))
		*field = WeekdayOf(day);
	else if (Is(name, length, "dayOfQuarter"))
		*field = day - DayOf(year, 3 * quarter - 2, 1) + 1;
	else
		return false;
	return true;
}

static bool
TimeField(int64 nanos, const char *name, int length, int64 *field)
{
	int64		fraction = nanos % NANOS_PER_SECOND;
	int64		seconds = nanos / NANOS_PER_SECOND;

	if (Is(name, length, "hour"))
		*field = seconds / 3600;
	else if (Is(name, length, "minute"))
		*field = seconds / 60 % 60;
	else if (Is(name, length, "second"))
		*field = seconds % 60;
	else if (Is(name, length, "millisecond"))
		*field = fraction / 1000000;
	else if (Is(name, length, "microsecond"))
		*field = fraction / 1000;
	else if (Is(name, length, "nanosecond"))
		*field = fraction;
	else
		return false;
	return true;
}

static bool
DurationField(const CypherValue *d, const char *name, int length, int64 *field)
{
	int64		months = d->integer;
	int64		seconds = d->seconds;
	__int128	nanos = (__int128) seconds * NANOS_PER_SECOND + d->nanos;

	if (Is(name, length, "years"))
		*field = months / 12;
	else if (Is(name, length, "quarters"))
		*field = months / 3;
	else if (Is(name, length, "months"))
		*field = months;
	else if (Is(name, length, "weeks"))
		*field = d->day / 7;
	else if (Is(name, length, "days"))
		*field = d->day;
	else if (Is(name, length, "hours"))
		*field = seconds / 3600;
	else if (Is(name, length, "minutes"))
		*field = seconds / 60;
	else if (Is(name, length, "seconds"))
		*field = seconds;
	else if (Is(name, length, "milliseconds"))
		*field = nanos / 1000000;
	else if (Is(name, length, "microseconds"))
		*field = nanos / 1000;
	else if (Is(name, length, "nanoseconds"))
		*field = nanos;
	else if (Is(name, length, "quartersOfYear"))
		*field = months / 3 % 4;
	else if (Is(name, length, "monthsOfQuarter"))
		*field = months % 3;
	else if (Is(name, length, "monthsOfYear"))
		*field = months % 12;
	else if (Is(name, length, "daysOfWeek"))
		*field = d->day % 7;
	else if (Is(name, length, "minutesOfHour"))
		*field = seconds / 60 % 60;
	else if (Is(name, length, "secondsOfMinute"))
		*field = seconds % 60;
	else if (Is(name, length, "millisecondsOfSecond"))
		*field = d->nanos / 1000000;
	else if (Is(name, length, "microsecondsOfSecond"))
		*field = d->nanos / 1000;
	else if (Is(name, length, "nanosecondsOfSecond"))
		*field = d->nanos;
	else
		return false;
	return true;
}

/* Fields that only values with a zone have */
static bool
ZoneField(const CypherValue *value, const char *name, int length, CypherValue *field)
{
	if (Is(name, length, "timezone"))
		*field = value->length > 0 ? StringValue(value->data, value->length) :
			TextValue(OffsetText(value->offset));
	else if (Is(name, length, "offset"))
		*field = TextValue(OffsetText(value->offset));
	else if (Is(name, length, "offsetMinutes"))
		*field = IntegerValue(value->offset / 60);
	else if (Is(name, length, "offsetSeconds"))
		*field = IntegerValue(value->offset);
	else if (value->type == VALUE_DATETIME &&
			 Is(name, length, "epochSeconds"))
		*field = IntegerValue(EpochSeconds(value));
	else if (value->type == VALUE_DATETIME && Is(name, length, "epochMillis"))
		*field = IntegerValue(EpochSeconds(value) * 1000 +
							  value->nanos % NANOS_PER_SECOND / 1000000);
	else
		return false;
	return true;
}

/*
 * False if the value has no such component.
 */
bool
TemporalField(const CypherValue *value, const char *name, int length, CypherValue *field)
{
	int64		number;

	if (value->type == VALUE_DURATION)
	{
		if (!DurationField(value, name, length, &number))
			return false;
	}
	else if (value->type <= VALUE_DATE &&
			 DateField(value->day, name, length, &number))
		 /* done */ ;
	else if (value->type != VALUE_DATE &&
			 TimeField(value->nanos, name, length, &number))
		 /* done */ ;
	else
		return (value->type == VALUE_TIME || value->type == VALUE_DATETIME) &&
			ZoneField(value, name, length, field);
	*field = IntegerValue(number);
	return true;
}
