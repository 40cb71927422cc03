/*-------------------------------------------------------------------------
 *
 * argument.c
 *	  What the two aggregates do alike with their arguments and their memory.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "utils/timestamp.h"

#include "backtest/argument.h"

Jsonb *
BacktestGetOptions(FunctionCallInfo fcinfo, int argument)
{
	if (PG_NARGS() <= argument || PG_ARGISNULL(argument))
		return NULL;
	return PG_GETARG_JSONB_P(argument);
}

Jsonb *
BacktestKeepOptions(MemoryContext context, const Jsonb *document)
{
	Jsonb	   *copy;

	if (document == NULL)
		return NULL;
	copy = MemoryContextAlloc(context, VARSIZE(document));
	memcpy(copy, document, VARSIZE(document));
	return copy;
}

void
BacktestCheckOptions(FunctionCallInfo fcinfo, int argument,
					 const Jsonb *document)
{
	const Jsonb *other = BacktestGetOptions(fcinfo, argument);

	if (document == NULL && other == NULL)
		return;
	if (document == NULL || other == NULL ||
		VARSIZE(document) != VARSIZE(other) ||
		memcmp(document, other, VARSIZE(document)) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("backtest options must be the same for all rows")));
}

bool
BacktestReadBar(FunctionCallInfo fcinfo, int ts, int argument,
				BacktestBar *bar)
{
	double		price[4];		/* open, high, low, close */
	int			enter = argument + 4;
	int			leave = argument + 5;

	if (PG_ARGISNULL(ts))
		return false;
	for (int i = 0; i < lengthof(price); i++)
	{
		if (PG_ARGISNULL(argument + i))
			return false;
		price[i] = PG_GETARG_FLOAT8(argument + i);
		if (!isfinite(price[i]) || price[i] <= 0)
			return false;
	}
	bar->ts = PG_GETARG_TIMESTAMPTZ(ts);
	bar->open = price[0];
	bar->high = price[1];
	bar->low = price[2];
	bar->close = price[3];
	bar->enter = !PG_ARGISNULL(enter) && PG_GETARG_BOOL(enter);
	bar->leave = !PG_ARGISNULL(leave) && PG_GETARG_BOOL(leave);
	return bar->high >= bar->low;
}

void *
BacktestGrow(void *array, Size element, int count, int *room, int most,
			 const char *what)
{
	if (count < *room)
		return array;
	if (count >= most)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("a backtest cannot have more than %d %s", most, what)));
	*room = *room > most / 2 ? most : *room * 2;
	return repalloc(array, element * *room);
}
