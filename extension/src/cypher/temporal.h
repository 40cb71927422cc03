/*-------------------------------------------------------------------------
 *
 * temporal.h
 *	  Dates, times and durations. A date is a number of days since
 *	  1970-01-01 in the proleptic Gregorian calendar, a time the nanoseconds
 *	  since midnight, a zone an offset in seconds and perhaps a name; a
 *	  duration has months, days, seconds and nanoseconds (0 to 999,999,999).
 *
 *-------------------------------------------------------------------------
 */
#ifndef CYPHER_TEMPORAL_H
#define CYPHER_TEMPORAL_H

#include "cypher/value.h"

#define NANOS_PER_SECOND	INT64CONST(1000000000)
#define SECONDS_PER_DAY		86400
#define NANOS_PER_DAY		(SECONDS_PER_DAY * NANOS_PER_SECOND)

/* Years a date may have */
#define MAX_YEAR	999999999

/* An average month (365.2425 / 12 days), in seconds */
#define SECONDS_PER_MONTH	2629746

typedef enum DurationUnit
{
	BETWEEN_ALL,
	BETWEEN_MONTHS,
	BETWEEN_DAYS,
	BETWEEN_SECONDS
} DurationUnit;

/* civil.c: the calendar */
extern int64 DayOf(int64 year, int month, int day);
extern void DateOf(int64 day, int64 *year, int *month, int *dom);
extern int	DaysInMonth(int64 year, int month);
extern bool IsLeapYear(int64 year);
extern int	WeekdayOf(int64 day);
extern void WeekOf(int64 day, int64 *year, int *week);
extern int64 DayOfWeek(int64 year, int week, int weekday);
extern int64 AddMonths(int64 day, int64 months);
extern int64 CheckDay(int64 day);

/* zone.c: offsets and named zones */
extern void SetZone(CypherValue *value, const char *zone, int length);
extern void ResolveZone(CypherValue *value);
extern CypherValue AtZone(const CypherValue *datetime, const CypherValue *zone);
extern int64 EpochSeconds(const CypherValue *datetime);
extern CypherValue FromEpoch(int64 seconds, int64 nanos, const CypherValue *zone);
extern bool ParseOffset(const char **at, const char *end, int32 *offset);

/* zone_link.c */
extern const char *LinkedZone(const char *name);

/* temporal_text.c, temporal_parse.c */
extern char *TemporalText(const CypherValue *value);
extern char *OffsetText(int32 offset);
extern CypherValue ParseTemporal(ValueType type, const CypherValue *text);
extern CypherValue ParseDuration(const CypherValue *text);

/* temporal_build.c: from maps and other values */
extern CypherValue MakeTemporal(ValueType type);
extern CypherValue BuildTemporal(ValueType type, const CypherValue *from);
extern CypherValue OverrideTemporal(const CypherValue *base, const CypherValue *map);
extern CypherValue CurrentTemporal(ValueType type, const CypherValue *zone, bool now);

/* temporal_field.c, temporal_truncate.c */
extern bool TemporalField(const CypherValue *value, const char *name, int length,
						  CypherValue *field);
extern CypherValue TruncateTemporal(ValueType type, const CypherValue *unit,
									const CypherValue *value, const CypherValue *map);

/* duration.c */
extern CypherValue MakeDuration(int64 months, int64 days, int64 seconds,
								int64 nanos);
extern CypherValue ApproximateDuration(long double months, long double days,
									   long double seconds, long double nanos);
extern CypherValue DurationFromMap(const CypherValue *map);
extern CypherValue AddDurations(const CypherValue *a, const CypherValue *b, int sign);
extern CypherValue ScaleDuration(const CypherValue *duration, double factor);
extern CypherValue AddDuration(const CypherValue *value, const CypherValue *duration, int sign);
extern CypherValue DurationBetween(DurationUnit unit, const CypherValue *from,
								   const CypherValue *to);

#endif							/* CYPHER_TEMPORAL_H */
