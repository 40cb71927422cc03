/*-------------------------------------------------------------------------
 *
 * duration.c
 *	  Durations: making, scaling, adding to temporal values, and the
 *	  duration between two of them.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/int.h"

#include "cypher/error.h"
#include "cypher/temporal.h"

/* Numbers beyond this are refused before they are cut to int64 */
#define MAX_PART 9.2e18L

static void
pg_attribute_noreturn()
OutOfRange(void)
{
	ArgumentError("NumberOutOfRange", "the duration is out of range");
}

/* Nanoseconds may be any number here; they carry into the seconds */
CypherValue
MakeDuration(int64 months, int64 days, int64 seconds, int64 nanos)
{
	CypherValue value = {.type = VALUE_DURATION};
	int64		carry = nanos / NANOS_PER_SECOND;

	nanos %= NANOS_PER_SECOND;
	if (nanos < 0)
	{
		nanos += NANOS_PER_SECOND;
		carry--;
	}
	if (pg_add_s64_overflow(seconds, carry, &value.seconds))
		OutOfRange();
	value.integer = months;
	value.day = days;
	value.nanos = nanos;
	return value;
}

static int64
Whole(long double number)
{
	if (!(number < MAX_PART && number > -MAX_PART))
		OutOfRange();
	return (int64) number;
}

/*
 * A duration of parts with fractions: each fraction goes into the next
 * smaller unit, of a month as average days.
 */
CypherValue
ApproximateDuration(long double months, long double days,
					long double seconds, long double nanos)
{
	int64		whole_months = Whole(months);
	int64		whole_days;
	int64		whole_seconds;

	days += (months - whole_months) * SECONDS_PER_MONTH / SECONDS_PER_DAY;
	whole_days = Whole(days);
	seconds += (days - whole_days) * SECONDS_PER_DAY;
	whole_seconds = Whole(seconds);
	nanos += (seconds - whole_seconds) * NANOS_PER_SECOND;
	/* what binary fractions lose is far below a thousandth of a nanosecond */
	nanos += nanos < 0 ? -0.001L : 0.001L;
	return MakeDuration(whole_months, whole_days, whole_seconds,
						Whole(nanos));
}

CypherValue
DurationFromMap(const CypherValue *map)
{
	static const struct
	{
		const char *name;
		int			part;		/* months, days, seconds, nanoseconds */
		int64		factor;
	}			units[] =
	{
		{"years", 0, 12}, {"quarters", 0, 3}, {"months", 0, 1},
		{"weeks", 1, 7}, {"days", 1, 1},
		{"hours", 2, 3600}, {"minutes", 2, 60}, {"seconds", 2, 1},
		{"milliseconds", 3, 1000000}, {"microseconds", 3, 1000},
		{"nanoseconds", 3, 1}
	};
	long double parts[4] = {0, 0, 0, 0};

	for (int i = 0; i < map->length; i += 2)
	{
		CypherValue key = ItemOf(map, i);
		CypherValue item = ItemOf(map, i + 1);
		int			u;

		for (u = 0; u < lengthof(units); u++)
			if (strlen(units[u].name) == key.length &&
				memcmp(units[u].name, key.data, key.length) == 0)
				break;
		if (u == lengthof(units))
			ArgumentError("InvalidArgumentValue",
						  "a duration has no part \"%.*s\"",
						  Min(key.length, 100), key.data);
		if (!IsNumber(&item))
			TypeError("InvalidArgumentType",
					  "a part of a duration must be a number, not %s",
					  ValueTypeName(item.type));
		parts[units[u].part] += (item.type == VALUE_INTEGER ?
								 (long double) item.integer :
								 (long double) item.number) * units[u].factor;
	}
	return ApproximateDuration(parts[0], parts[1], parts[2], parts[3]);
}

CypherValue
AddDurations(const CypherValue *a, const CypherValue *b, int sign)
{
	int64		months;
	int64		days;
	int64		seconds;

	if (pg_mul_s64_overflow(b->integer, sign, &months) ||
		pg_add_s64_overflow(a->integer, months, &months) ||
		pg_mul_s64_overflow(b->day, sign, &days) ||
		pg_add_s64_overflow(a->day, days, &days) ||
		pg_mul_s64_overflow(b->seconds, sign, &seconds) ||
		pg_add_s64_overflow(a->seconds, seconds, &seconds))
		OutOfRange();
	return MakeDuration(months, days, seconds, a->nanos + sign * b->nanos);
}

CypherValue
ScaleDuration(const CypherValue *duration, double factor)
{
	return ApproximateDuration((long double) duration->integer * factor,
							   (long double) duration->day * factor,
							   (long double) duration->seconds * factor,
							   (long double) duration->nanos * factor);
}

/* Move a local datetime by seconds and nanoseconds */
static void
AddSeconds(CypherValue *value, int64 seconds, int64 nanos)
{
	int64		days = seconds / SECONDS_PER_DAY;
	int64		rest = (seconds % SECONDS_PER_DAY) * NANOS_PER_SECOND + nanos;

	value->nanos += rest;
	while (value->nanos < 0)
	{
		value->nanos += NANOS_PER_DAY;
		days--;
	}
	while (value->nanos >= NANOS_PER_DAY)
	{
		value->nanos -= NANOS_PER_DAY;
		days++;
	}
	value->day = CheckDay(value->day + days);
}

/*
 * Months first, then days, both by the calendar, then the exact rest. A date
 * takes whole days of the rest, a time only the rest.
 */
CypherValue
AddDuration(const CypherValue *value, const CypherValue *duration, int sign)
{
	CypherValue result = *value;
	CypherValue zero = MakeDuration(0, 0, 0, 0);
	CypherValue signed_duration = AddDurations(&zero, duration, sign);
	int64		seconds = signed_duration.seconds;
	int64		nanos = signed_duration.nanos;

	if (value->type == VALUE_TIME || value->type == VALUE_LOCALTIME)
	{
		result.day = 0;
		AddSeconds(&result, seconds % SECONDS_PER_DAY, nanos);
		result.day = 0;
		return result;
	}
	result.day = AddMonths(result.day, signed_duration.integer);
	if (pg_add_s64_overflow(result.day, signed_duration.day, &result.day))
		OutOfRange();
	CheckDay(result.day);
	if (value->type == VALUE_DATE)
	{
		/* of a negative rest the nanoseconds count the other way */
		if (seconds < 0 && nanos > 0)
			seconds++;
		result.day = CheckDay(result.day + seconds / SECONDS_PER_DAY);
		return result;
	}
	if (value->type == VALUE_DATETIME && value->length > 0)
	{
		CypherValue moved;

		ResolveZone(&result);
		moved = result;
		moved.length = 0;
		AddSeconds(&moved, seconds, nanos);
		return AtZone(&moved, &result);
	}
	AddSeconds(&result, seconds, nanos);
	return result;
}

static bool
HasDate(const CypherValue *value)
{
	return value->type <= VALUE_DATE;
}

static bool
HasZone(const CypherValue *value)
{
	return value->type == VALUE_DATETIME || value->type == VALUE_TIME;
}

/* A datetime that takes from the other what it lacks itself */
static CypherValue
Complete(const CypherValue *value, const CypherValue *other)
{
	CypherValue full = *value;

	full.type = VALUE_DATETIME;
	if (!HasDate(value))
		full.day = HasDate(other) ? other->day : 0;
	if (!HasZone(value))
	{
		full.offset = HasZone(other) ? other->offset : 0;
		full.data = HasZone(other) ? other->data : NULL;
		full.length = HasZone(other) ? other->length : 0;
		ResolveZone(&full);
	}
	return full;
}

/* Whole months from one local datetime to another */
static int64
MonthsBetween(const CypherValue *from, const CypherValue *to)
{
	int64		y1;
	int64		y2;
	int			m1;
	int			m2;
	int			d1;
	int			d2;
	int64		months;

	DateOf(from->day, &y1, &m1, &d1);
	DateOf(to->day, &y2, &m2, &d2);
	months = (y2 - y1) * 12 + m2 - m1;
	if (months > 0 && (d2 < d1 || (d2 == d1 && to->nanos < from->nanos)))
		months--;
	else if (months < 0 && (d2 > d1 || (d2 == d1 && to->nanos > from->nanos)))
		months++;
	return months;
}

static int64
DaysBetween(const CypherValue *from, const CypherValue *to)
{
	int64		days = to->day - from->day;

	if (days > 0 && to->nanos < from->nanos)
		days--;
	else if (days < 0 && to->nanos > from->nanos)
		days++;
	return days;
}

/*
 * What has to be added to from to reach to. Where one has no date, both are
 * taken to be on the other's date; a missing time is midnight; a missing
 * zone is the other's.
 */
CypherValue
DurationBetween(DurationUnit unit, const CypherValue *from, const CypherValue *to)
{
	CypherValue start = Complete(from, to);
	CypherValue end = Complete(to, from);
	CypherValue middle;
	int64		months = 0;
	int64		days = 0;

	if (unit != BETWEEN_SECONDS)
	{
		end = AtZone(&end, &start);
		if (!HasDate(from) || !HasDate(to))
		{
			end.day = start.day + (HasDate(from) || HasDate(to) ? 0 :
								   end.day - start.day);
			if (unit != BETWEEN_ALL)
				return MakeDuration(0, 0, 0, 0);
		}
	}
	middle = start;
	if (unit == BETWEEN_ALL || unit == BETWEEN_MONTHS)
	{
		months = MonthsBetween(&start, &end);
		middle.day = AddMonths(start.day, months);
	}
	if (unit == BETWEEN_ALL || unit == BETWEEN_DAYS)
	{
		if (HasDate(from) && HasDate(to))
			days = DaysBetween(&middle, &end);
		middle.day += days;
	}
	if (unit == BETWEEN_MONTHS || unit == BETWEEN_DAYS)
		return MakeDuration(months, days, 0, 0);
	ResolveZone(&middle);
	return MakeDuration(months, days,
						EpochSeconds(&end) - EpochSeconds(&middle),
						end.nanos % NANOS_PER_SECOND -
						middle.nanos % NANOS_PER_SECOND);
}
