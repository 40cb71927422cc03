/*-------------------------------------------------------------------------
 *
 * zone.c
 *	  Time zones: offsets, and names by the server's time zone data.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <ctype.h>

#include "pgtime.h"
#include "utils/datetime.h"

#include "cypher/error.h"
#include "cypher/temporal.h"

/* Widest offset: 18 hours */
#define MAX_OFFSET (18 * 3600)

static bool
TwoDigits(const char **at, const char *end, int *number)
{
	if (end - *at < 2 || !isdigit((unsigned char) (*at)[0]) ||
		!isdigit((unsigned char) (*at)[1]))
		return false;
	*number = ((*at)[0] - '0') * 10 + (*at)[1] - '0';
	*at += 2;
	return true;
}

/*
 * Z, +hh, +hhmm, +hh:mm, +hh:mm:ss.
 */
bool
ParseOffset(const char **at, const char *end, int32 *offset)
{
	int			sign;
	int			part;
	int			seconds = 0;

	if (*at < end && (**at == 'Z' || **at == 'z'))
	{
		(*at)++;
		*offset = 0;
		return true;
	}
	if (*at >= end || (**at != '+' && **at != '-'))
		return false;
	sign = *(*at)++ == '-' ? -1 : 1;
	for (int unit = 3600; unit > 0; unit /= 60)
	{
		const char *before = *at;

		if (unit < 3600 && *at < end && **at == ':')
			(*at)++;
		if (!TwoDigits(at, end, &part))
		{
			*at = before;
			if (unit == 3600)
				return false;
			break;
		}
		if (unit < 3600 && part > 59)
			return false;
		seconds += part * unit;
	}
	if (seconds > MAX_OFFSET)
		return false;
	*offset = sign * seconds;
	return true;
}

static pg_tz *
NamedZone(const char *name, int length)
{
	char	   *zone = pnstrdup(name, length);
	pg_tz	   *tz;

	for (char *c = zone; *c; c++)
		if (*c == ' ')
			*c = '_';
	/* no POSIX rules, no leading digits or signs: names of the database only */
	tz = isalpha((unsigned char) *zone) && length < TZ_STRLEN_MAX &&
		strpbrk(zone, ",<>") == NULL ? pg_tzset(zone) : NULL;
	if (tz == NULL)
		ArgumentError("InvalidArgumentValue", "unknown time zone \"%s\"", zone);
	return tz;
}

/*
 * Give a value the zone of this text; its local time stays.
 */
void
SetZone(CypherValue *value, const char *zone, int length)
{
	const char *at = zone;
	int32		offset;

	value->data = NULL;
	value->length = 0;
	if (ParseOffset(&at, zone + length, &offset) && at == zone + length)
		value->offset = offset;
	else
	{
		NamedZone(zone, length);
		value->data = zone;
		value->length = length;
		ResolveZone(value);
	}
}

/* Offset that holds in the zone of a value at an instant */
static int32
OffsetAt(const CypherValue *value, int64 epoch)
{
	pg_tz	   *tz = NamedZone(value->data, value->length);
	const char *linked = epoch < 0 ? LinkedZone(pg_get_timezone_name(tz)) : NULL;
	pg_time_t	at = epoch;
	struct pg_tm *tm;

	if (linked)
		tz = NamedZone(linked, strlen(linked));
	tm = pg_localtime(&at, tz);

	return tm ? tm->tm_gmtoff : 0;
}

/*
 * The offset of a named zone at the value's local time. In a gap the time
 * moves forward by the gap's length; of two possible times the first counts.
 */
void
ResolveZone(CypherValue *value)
{
	int64		local;
	int32		before;
	int32		after;

	if (value->length == 0)
		return;
	local = value->day * SECONDS_PER_DAY + value->nanos / NANOS_PER_SECOND;
	before = OffsetAt(value, local - SECONDS_PER_DAY);
	after = OffsetAt(value, local + SECONDS_PER_DAY);
	if (before != after && OffsetAt(value, local - before) != before)
	{
		if (OffsetAt(value, local - after) == after)
			before = after;
		else if (value->type == VALUE_DATETIME && after > before)
		{
			int64		shifted = value->nanos +
			(after - before) * NANOS_PER_SECOND;

			value->day += shifted / NANOS_PER_DAY;
			value->nanos = shifted % NANOS_PER_DAY;
			before = after;
		}
	}
	value->offset = before;
}

int64
EpochSeconds(const CypherValue *datetime)
{
	return datetime->day * SECONDS_PER_DAY +
		datetime->nanos / NANOS_PER_SECOND - datetime->offset;
}

/*
 * The datetime of an instant in the zone of another value.
 */
CypherValue
FromEpoch(int64 seconds, int64 nanos, const CypherValue *zone)
{
	CypherValue value = {.type = VALUE_DATETIME};
	int64		local;

	value.data = zone->data;
	value.length = zone->length;
	value.offset = zone->length == 0 ? zone->offset :
		OffsetAt(zone, seconds);
	local = seconds + value.offset;
	value.day = local / SECONDS_PER_DAY;
	if (local % SECONDS_PER_DAY < 0)
		value.day--;
	value.nanos = (local - value.day * SECONDS_PER_DAY) * NANOS_PER_SECOND +
		nanos;
	CheckDay(value.day);
	return value;
}

/*
 * The same instant in another zone.
 */
CypherValue
AtZone(const CypherValue *datetime, const CypherValue *zone)
{
	return FromEpoch(EpochSeconds(datetime),
					 datetime->nanos % NANOS_PER_SECOND, zone);
}
