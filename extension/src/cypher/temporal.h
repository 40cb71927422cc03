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
extern void SetZone(Value *value, const char *zone, int length);
extern void ResolveZone(Value *value);
extern Value AtZone(const Value *datetime, const Value *zone);
extern int64 EpochSeconds(const Value *datetime);
extern Value FromEpoch(int64 seconds, int64 nanos, const Value *zone);
extern bool ParseOffset(const char **at, const char *end, int32 *offset);

/* temporal_text.c, temporal_parse.c */
extern char *TemporalText(const Value *value);
extern char *OffsetText(int32 offset);
extern Value ParseTemporal(ValueType type, const Value *text);
extern Value ParseDuration(const Value *text);

/* temporal_build.c: from maps and other values */
extern Value MakeTemporal(ValueType type);
extern Value BuildTemporal(ValueType type, const Value *from);
extern Value OverrideTemporal(const Value *base, const Value *map);
extern Value CurrentTemporal(ValueType type, const Value *zone, bool now);

/* temporal_field.c, temporal_truncate.c */
extern bool TemporalField(const Value *value, const char *name, int length,
						  Value *field);
extern Value TruncateTemporal(ValueType type, const Value *unit,
							  const Value *value, const Value *map);

/* duration.c */
extern Value MakeDuration(int64 months, int64 days, int64 seconds,
						  int64 nanos);
extern Value ApproximateDuration(long double months, long double days,
								 long double seconds, long double nanos);
extern Value DurationFromMap(const Value *map);
extern Value AddDurations(const Value *a, const Value *b, int sign);
extern Value ScaleDuration(const Value *duration, double factor);
extern Value AddDuration(const Value *value, const Value *duration, int sign);
extern Value DurationBetween(DurationUnit unit, const Value *from,
							 const Value *to);

#endif							/* CYPHER_TEMPORAL_H */
