/*-------------------------------------------------------------------------
 *
 * temporal_text.c
 *	  Temporal values as ISO 8601 text.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "cypher/temporal.h"

/* .5, .645, .000000001: without trailing zeros; nothing for 0 */
static void
AppendFraction(StringInfo out, int64 nanos)
{
	if (nanos == 0)
		return;
	appendStringInfo(out, ".%09d", (int) nanos);
	while (out->data[out->len - 1] == '0')
		out->data[--out->len] = '\0';
}

static void
AppendDate(StringInfo out, int64 day)
{
	int64		year;
	int			month;
	int			dom;

	DateOf(day, &year, &month, &dom);
	if (year < 0)
		appendStringInfoChar(out, '-');
	else if (year > 9999)
		appendStringInfoChar(out, '+');
	appendStringInfo(out, "%04d-%02d-%02d", (int) llabs(year), month, dom);
}

/* Seconds only if there are any */
static void
AppendTime(StringInfo out, int64 nanos)
{
	int			seconds = nanos / NANOS_PER_SECOND;

	appendStringInfo(out, "%02d:%02d", seconds / 3600, seconds / 60 % 60);
	if (nanos % (60 * NANOS_PER_SECOND) != 0)
		appendStringInfo(out, ":%02d", seconds % 60);
	AppendFraction(out, nanos % NANOS_PER_SECOND);
}

char *
OffsetText(int32 offset)
{
	int			seconds = abs(offset);

	if (offset == 0)
		return pstrdup("Z");
	if (seconds % 60 != 0)
		return psprintf("%c%02d:%02d:%02d", offset < 0 ? '-' : '+',
						seconds / 3600, seconds / 60 % 60, seconds % 60);
	return psprintf("%c%02d:%02d", offset < 0 ? '-' : '+', seconds / 3600,
					seconds / 60 % 60);
}

static void
AppendPart(StringInfo out, int64 number, char unit)
{
	if (number != 0)
		appendStringInfo(out, INT64_FORMAT "%c", number, unit);
}

static void
AppendDuration(StringInfo out, const CypherValue *duration)
{
	int64		seconds = duration->seconds;
	int64		nanos = duration->nanos;
	bool		negative = seconds < 0;

	/* hours, minutes and seconds have one sign */
	if (negative && nanos > 0)
	{
		seconds++;
		nanos = NANOS_PER_SECOND - nanos;
	}
	appendStringInfoChar(out, 'P');
	AppendPart(out, duration->integer / 12, 'Y');
	AppendPart(out, duration->integer % 12, 'M');
	AppendPart(out, duration->day, 'D');
	if (seconds != 0 || nanos != 0)
	{
		appendStringInfoChar(out, 'T');
		AppendPart(out, seconds / 3600, 'H');
		AppendPart(out, seconds / 60 % 60, 'M');
		if (seconds % 60 != 0 || nanos != 0)
		{
			if (negative)
				appendStringInfoChar(out, '-');
			appendStringInfo(out, "%d", (int) llabs(seconds % 60));
			AppendFraction(out, nanos);
			appendStringInfoChar(out, 'S');
		}
	}
	if (out->len == 1)
		appendStringInfoString(out, "T0S");
}

char *
TemporalText(const CypherValue *value)
{
	StringInfoData out;

	initStringInfo(&out);
	if (value->type == VALUE_DURATION)
	{
		AppendDuration(&out, value);
		return out.data;
	}
	if (value->type <= VALUE_DATE)
		AppendDate(&out, value->day);
	if (value->type < VALUE_DATE)
		appendStringInfoChar(&out, 'T');
	if (value->type != VALUE_DATE)
		AppendTime(&out, value->nanos);
	if (value->type == VALUE_DATETIME || value->type == VALUE_TIME)
		appendStringInfoString(&out, OffsetText(value->offset));
	if (value->length > 0)
		appendStringInfo(&out, "[%.*s]", value->length, value->data);
	return out.data;
}
