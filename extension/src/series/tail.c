/*-------------------------------------------------------------------------
 *
 * tail.c
 *	  Kinds whose value depends on the last rows alone.
 *
 * The value is computed anew from those rows: that is exact where a running
 * sum would drift, and costs little for the periods that people use.
 *
 *-------------------------------------------------------------------------
 */
#include "series/series.h"

typedef struct TailState
{
	double		parameter[SERIES_MAX_PARAMETERS];
	SeriesTail	tail[SERIES_MAX_INPUTS];	/* one a column */
	double		memory[];
} TailState;

static int
Columns(const SeriesKind *kind)
{
	return kind->keep ? kind->columns : kind->inputs;
}

static int
Rows(const SeriesKind *kind, const double *parameter)
{
	return (int) parameter[0] + kind->rows_before;
}

size_t
SeriesTailKindSize(const SeriesKind *kind, const double *parameter)
{
	return sizeof(TailState) +
		sizeof(double) * Columns(kind) * SERIES_TAIL_ROOM(Rows(kind,
															   parameter));
}

void
SeriesTailKindStart(const SeriesKind *kind, void *state,
					const double *parameter)
{
	TailState  *tails = state;
	double	   *memory = tails->memory;

	memcpy(tails->parameter, parameter, sizeof(double) * kind->parameters);
	for (int i = 0; i < Columns(kind); i++)
		memory =
			SeriesTailStart(&tails->tail[i], Rows(kind, parameter), memory);
}

void
SeriesTailKindStep(const SeriesKind *kind, void *state, const double *input)
{
	TailState  *tails = state;
	double		kept[SERIES_MAX_INPUTS];

	if (kind->keep)
	{
		if (!kind->keep(input, kept))
			return;
		input = kept;
	}
	for (int i = 0; i < Columns(kind); i++)
		SeriesTailStep(&tails->tail[i], input[i]);
}

unsigned
SeriesTailKindValue(const SeriesKind *kind, const void *state, double *result)
{
	const TailState *tails = state;
	const double *column[SERIES_MAX_INPUTS];

	if (!SeriesTailKnown(&tails->tail[0]))
		return SERIES_UNKNOWN;
	for (int i = 0; i < Columns(kind); i++)
		column[i] = SeriesTailValues(&tails->tail[i]);
	return kind->of_tail(column, tails->tail[0].n, tails->parameter, result);
}
