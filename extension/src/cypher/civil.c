/*-------------------------------------------------------------------------
 *
 * civil.c
 *	  The proleptic Gregorian calendar and ISO 8601 weeks.
 *
 * Years are counted from March, so that the leap day is the last one; then
 * 400 years are 146,097 days, and month m (0 = March) begins at day
 * (153 m + 2) / 5.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/int.h"

#include "cypher/error.h"
#include "cypher/temporal.h"

#define ERA_DAYS	146097		/* in 400 years */
#define EPOCH_DAY	719468		/* 1970-01-01 since 0000-03-01 */

static inline int64
FloorDiv(int64 a, int64 b)
{
	return a / b - (a % b < 0 ? 1 : 0);
}

int64
DayOf(int64 year, int month, int day)
{
	int64		y = month <= 2 ? year - 1 : year;
	int64		era = FloorDiv(y, 400);
	int64		year_of_era = y - era * 400;
	int64		day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;

	return era * ERA_DAYS + year_of_era * 365 + year_of_era / 4 -
		year_of_era / 100 + day_of_year - EPOCH_DAY;
}

void
DateOf(int64 day, int64 *year, int *month, int *dom)
{
	int64		shifted = day + EPOCH_DAY;
	int64		era = FloorDiv(shifted, ERA_DAYS);
	int64		day_of_era = shifted - era * ERA_DAYS;
	int64		year_of_era = (day_of_era - day_of_era / 1460 +
							   day_of_era / 36524 -
							   day_of_era / (ERA_DAYS - 1)) / 365;
	int64		day_of_year = day_of_era - (365 * year_of_era +
											year_of_era / 4 -
											year_of_era / 100);
	int			from_march = (5 * day_of_year + 2) / 153;

	*dom = day_of_year - (153 * from_march + 2) / 5 + 1;
	*month = from_march < 10 ? from_march + 3 : from_march - 9;
	*year = year_of_era + era * 400 + (*month <= 2 ? 1 : 0);
}

bool
IsLeapYear(int64 year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

int
DaysInMonth(int64 year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	return month == 2 && IsLeapYear(year) ? 29 : days[month - 1];
}

/* 1 is Monday, 7 Sunday; 1970-01-01 was a Thursday */
int
WeekdayOf(int64 day)
{
	return (int) (day + 3 - FloorDiv(day + 3, 7) * 7) + 1;
}

/* A week belongs to the year of its Thursday */
void
WeekOf(int64 day, int64 *year, int *week)
{
	int64		thursday = day - WeekdayOf(day) + 4;
	int			month;
	int			dom;

	DateOf(thursday, year, &month, &dom);
	*week = (thursday - DayOf(*year, 1, 1)) / 7 + 1;
}

/* 4 January is always in week 1 */
int64
DayOfWeek(int64 year, int week, int weekday)
{
	int64		fourth = DayOf(year, 1, 4);

	return fourth - WeekdayOf(fourth) + 1 + (week - 1) * 7 + weekday - 1;
}

/* The same day of another month, or that month's last */
int64
AddMonths(int64 day, int64 months)
{
	int64		year;
	int			month;
	int			dom;
	int64		total;

	DateOf(day, &year, &month, &dom);
	if (pg_add_s64_overflow(year * 12 + month - 1, months, &total))
		total = PG_INT64_MAX;
	year = FloorDiv(total, 12);
	if (year < -MAX_YEAR || year > MAX_YEAR)
		ArgumentError("NumberOutOfRange", "the date is out of range");
	month = total - year * 12 + 1;
	return DayOf(year, month, Min(dom, DaysInMonth(year, month)));
}

int64
CheckDay(int64 day)
{
	if (day < DayOf(-MAX_YEAR, 1, 1) || day > DayOf(MAX_YEAR, 12, 31))
		ArgumentError("NumberOutOfRange", "the date is out of range");
	return day;
}
