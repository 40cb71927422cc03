/*-------------------------------------------------------------------------
 *
 * temporal_parse.c
 *	  Temporal values from ISO 8601 text, in the extended (2015-07-21) and
 *	  the basic form (20150721).
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <ctype.h>

#include "cypher/error.h"
#include "cypher/temporal.h"

typedef struct Reader
{
	const char *at;
	const char *end;
	const CypherValue *text;
	ValueType	type;
} Reader;

static void
pg_attribute_noreturn()
Refuse(const Reader *reader)
{
	ArgumentError("InvalidArgumentValue",
				  "\"%.*s\" cannot be read as a %s",
				  Min(reader->text->length, 100), reader->text->data,
				  ValueTypeName(reader->type));
}

static int
CountDigits(const Reader *reader)
{
	int			n = 0;

	while (reader->at + n < reader->end &&
		   isdigit((unsigned char) reader->at[n]))
		n++;
	return n;
}

static int64
Digits(Reader *reader, int n)
{
	int64		number = 0;

	if (CountDigits(reader) < n)
		Refuse(reader);
	while (n-- > 0)
		number = number * 10 + *reader->at++ - '0';
	return number;
}

static bool
Take(Reader *reader, char c)
{
	if (reader->at >= reader->end || *reader->at != c)
		return false;
	reader->at++;
	return true;
}

static int64
CheckedDate(Reader *reader, int64 year, int month, int day)
{
	if (month < 1 || month > 12 || day < 1 || day > DaysInMonth(year, month))
		Refuse(reader);
	return DayOf(year, month, day);
}

/* 2015W302, 2015-W30-2, 2015-W30 after the year */
static int64
ReadWeek(Reader *reader, int64 year)
{
	int			week = Digits(reader, 2);
	int			weekday = 1;
	int64		day;
	int64		week_year;
	int			real_week;

	if (Take(reader, '-') || CountDigits(reader) == 1)
		weekday = Digits(reader, 1);
	if (weekday < 1 || weekday > 7 || week < 1)
		Refuse(reader);
	day = DayOfWeek(year, week, weekday);
	WeekOf(day, &week_year, &real_week);
	if (week_year != year)
		Refuse(reader);
	return day;
}

static int64
ReadDate(Reader *reader)
{
	bool		negative = false;
	bool		signed_year = false;
	int64		year;
	int			n;
	int			month;

	if (reader->at < reader->end && (*reader->at == '+' || *reader->at == '-'))
	{
		negative = *reader->at++ == '-';
		signed_year = true;
	}
	n = CountDigits(reader);
	if (n < 4)
		Refuse(reader);
	year = Digits(reader, signed_year ? Min(n, 9) : 4);
	if (negative)
		year = -year;
	if (Take(reader, '-'))
	{
		if (Take(reader, 'W'))
			return ReadWeek(reader, year);
		n = CountDigits(reader);
		if (n == 3)
		{
			n = Digits(reader, 3);
			if (n < 1 || n > (IsLeapYear(year) ? 366 : 365))
				Refuse(reader);
			return DayOf(year, 1, 1) + n - 1;
		}
		month = Digits(reader, 2);
		return CheckedDate(reader, year, month,
						   Take(reader, '-') ? Digits(reader, 2) : 1);
	}
	if (Take(reader, 'W'))
		return ReadWeek(reader, year);
	switch (CountDigits(reader))
	{
		case 0:
			return DayOf(year, 1, 1);
		case 2:
			return CheckedDate(reader, year, Digits(reader, 2), 1);
		case 3:
			n = Digits(reader, 3);
			if (n < 1 || n > (IsLeapYear(year) ? 366 : 365))
				Refuse(reader);
			return DayOf(year, 1, 1) + n - 1;
		case 4:
			month = Digits(reader, 2);
			return CheckedDate(reader, year, month, Digits(reader, 2));
	}
	Refuse(reader);
}

/* Digits after the point as nanoseconds; further ones are cut off */
static int64
ReadFraction(Reader *reader)
{
	int64		nanos = 0;
	int			n = CountDigits(reader);

	if (n == 0)
		Refuse(reader);
	for (int i = 0; i < 9; i++)
		nanos = nanos * 10 + (i < n ? reader->at[i] - '0' : 0);
	reader->at += n;
	return nanos;
}

static int64
ReadTime(Reader *reader)
{
	int			hour = Digits(reader, 2);
	int			minute = 0;
	int			second = 0;
	int64		nanos = 0;
	bool		colon = Take(reader, ':');

	if (colon || CountDigits(reader) >= 2)
	{
		minute = Digits(reader, 2);
		if (colon ? Take(reader, ':') : CountDigits(reader) >= 2)
		{
			second = Digits(reader, 2);
			if (Take(reader, '.') || Take(reader, ','))
				nanos = ReadFraction(reader);
		}
	}
	if (hour > 23 || minute > 59 || second > 59)
		Refuse(reader);
	return ((hour * 60 + minute) * 60 + second) * NANOS_PER_SECOND + nanos;
}

/* An offset, a name in brackets, or both; without either UTC */
static void
ReadZone(Reader *reader, CypherValue *value)
{
	int32		offset;
	bool		has_offset = ParseOffset(&reader->at, reader->end, &offset);

	value->offset = has_offset ? offset : 0;
	if (value->type == VALUE_DATETIME && Take(reader, '['))
	{
		const char *name = reader->at;

		while (reader->at < reader->end && *reader->at != ']')
			reader->at++;
		if (reader->at == name || !Take(reader, ']'))
			Refuse(reader);
		SetZone(value, name, reader->at - 1 - name);
		/* the offset decides which of two equal local times is meant */
		if (has_offset && value->offset != offset)
		{
			CypherValue zone = *value;

			value->offset = offset;
			*value = AtZone(value, &zone);
		}
	}
}

CypherValue
ParseTemporal(ValueType type, const CypherValue *text)
{
	Reader		reader = {text->data, text->data + text->length, text, type};
	CypherValue value = {.type = type};

	if (type == VALUE_DURATION)
		return ParseDuration(text);
	if (type <= VALUE_DATE)
		value.day = ReadDate(&reader);
	if (type < VALUE_DATE && reader.at < reader.end)
	{
		if (!Take(&reader, 'T'))
			Refuse(&reader);
		value.nanos = ReadTime(&reader);
	}
	if (type > VALUE_DATE)
	{
		Take(&reader, 'T');
		value.nanos = ReadTime(&reader);
	}
	if (type == VALUE_DATETIME || type == VALUE_TIME)
		ReadZone(&reader, &value);
	if (reader.at != reader.end)
		Refuse(&reader);
	return value;
}

/* A number with sign and fraction; false if there is none */
static bool
ReadNumber(Reader *reader, long double *number)
{
	const char *start = reader->at;
	bool		digits = false;

	if (reader->at < reader->end && (*reader->at == '-' || *reader->at == '+'))
		reader->at++;
	while (reader->at < reader->end &&
		   (isdigit((unsigned char) *reader->at) || *reader->at == '.' ||
			*reader->at == ','))
		digits |= isdigit((unsigned char) *reader->at++) != 0;
	if (!digits || reader->at - start > 40)
	{
		reader->at = start;
		return false;
	}
	{
		char	   *copy = pnstrdup(start, reader->at - start);
		char	   *comma = strchr(copy, ',');
		char	   *end;

		if (comma)
			*comma = '.';
		*number = strtold(copy, &end);
		return *end == '\0';
	}
}

/* P2012-02-02T14:37:21.545 */
static bool
ReadDateForm(Reader *reader, CypherValue *value)
{
	int			n = CountDigits(reader);
	int64		year;
	int64		month;
	int64		day;
	int64		nanos = 0;

	if (n != 4 || reader->at + 4 >= reader->end || reader->at[4] != '-')
		return false;
	year = Digits(reader, 4);
	Take(reader, '-');
	month = Digits(reader, 2);
	if (!Take(reader, '-'))
		Refuse(reader);
	day = Digits(reader, 2);
	if (Take(reader, 'T'))
		nanos = ReadTime(reader);
	*value = MakeDuration(year * 12 + month, day, nanos / NANOS_PER_SECOND,
						  nanos % NANOS_PER_SECOND);
	return true;
}

/*
 * P1Y2M3W4DT5H6M7.8S; any number may have a fraction and a sign.
 */
CypherValue
ParseDuration(const CypherValue *text)
{
	Reader		reader = {text->data, text->data + text->length, text,
	VALUE_DURATION};
	CypherValue value;
	int			sign = 1;
	bool		time = false;
	bool		any = false;
	long double months = 0;
	long double days = 0;
	long double seconds = 0;
	long double number;

	if (Take(&reader, '-'))
		sign = -1;
	else
		Take(&reader, '+');
	if (!Take(&reader, 'P'))
		Refuse(&reader);
	if (ReadDateForm(&reader, &value))
	{
		if (reader.at != reader.end)
			Refuse(&reader);
		return value;
	}
	while (reader.at < reader.end)
	{
		if (!time && Take(&reader, 'T'))
		{
			time = true;
			any = false;
			continue;
		}
		if (!ReadNumber(&reader, &number))
			Refuse(&reader);
		number *= sign;
		any = true;
		if (!time && Take(&reader, 'Y'))
			months += 12 * number;
		else if (!time && Take(&reader, 'M'))
			months += number;
		else if (!time && Take(&reader, 'W'))
			days += 7 * number;
		else if (!time && Take(&reader, 'D'))
			days += number;
		else if (time && Take(&reader, 'H'))
			seconds += 3600 * number;
		else if (time && Take(&reader, 'M'))
			seconds += 60 * number;
		else if (time && Take(&reader, 'S'))
			seconds += number;
		else
			Refuse(&reader);
	}
	if (!any)
		Refuse(&reader);
	return ApproximateDuration(months, days, seconds, 0);
}
