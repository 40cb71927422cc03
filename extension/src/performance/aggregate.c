/*-------------------------------------------------------------------------
 *
 * aggregate.c
 *	  Measures of the tails, which need every return of the group: value at
 *	  risk, expected shortfall, tail ratio.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "fmgr.h"
#include "utils/memutils.h"

#include "performance/performance.h"

PG_FUNCTION_INFO_V1(tail_step);
PG_FUNCTION_INFO_V1(value_at_risk_value);
PG_FUNCTION_INFO_V1(expected_shortfall_value);
PG_FUNCTION_INFO_V1(tail_ratio_value);

/* Returns that a sample has room for at first, and at most */
#define SAMPLE_FIRST_ROOM	256
#define SAMPLE_MAX			(MaxAllocSize / sizeof(double))

typedef struct Sample
{
	double		confidence;
	Size		count;
	Size		room;
	double	   *x;
} Sample;

static double
ReadConfidence(FunctionCallInfo fcinfo)
{
	double		confidence = PERFORMANCE_CONFIDENCE;

	if (PG_NARGS() > 2)
	{
		if (PG_ARGISNULL(2))
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("confidence must not be null")));
		confidence = PG_GETARG_FLOAT8(2);
	}
	if (!(confidence > 0 && confidence < 1))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("confidence must be between 0 and 1")));
	return confidence;
}

static Sample *
CurrentSample(FunctionCallInfo fcinfo)
{
	MemoryContext context;
	double		confidence = ReadConfidence(fcinfo);
	Sample	   *sample;

	if (!AggCheckCallContext(fcinfo, &context))
		elog(ERROR, "tail_step called outside of an aggregate");
	if (PG_ARGISNULL(0))
	{
		sample = MemoryContextAllocZero(context, sizeof(Sample));
		sample->confidence = confidence;
		sample->room = SAMPLE_FIRST_ROOM;
		sample->x =
			MemoryContextAlloc(context, sizeof(double) * sample->room);
		return sample;
	}
	sample = (Sample *) PG_GETARG_POINTER(0);
	if (sample->confidence != confidence)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("confidence must be the same for all rows")));
	return sample;
}

static void
AddToSample(Sample *sample, double x)
{
	if (sample->count == sample->room)
	{
		if (sample->room >= SAMPLE_MAX)
			ereport(ERROR,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					 errmsg("more than %zu returns in a group",
							(size_t) SAMPLE_MAX)));
		sample->room = Min(sample->room * 2, SAMPLE_MAX);
		sample->x = repalloc(sample->x, sizeof(double) * sample->room);
	}
	sample->x[sample->count++] = x;
}

Datum
tail_step(PG_FUNCTION_ARGS)
{
	Sample	   *sample = CurrentSample(fcinfo);

	if (!PG_ARGISNULL(1) && isfinite(PG_GETARG_FLOAT8(1)))
		AddToSample(sample, PG_GETARG_FLOAT8(1));
	PG_RETURN_POINTER(sample);
}

/*
 * The sample, or NULL if it is empty. Measures may reorder it, but take and
 * add nothing: order has no meaning here.
 */
static Sample *
FinishedSample(FunctionCallInfo fcinfo)
{
	Sample	   *sample;

	if (!AggCheckCallContext(fcinfo, NULL))
		elog(ERROR, "tail value called outside of an aggregate");
	if (PG_ARGISNULL(0))
		return NULL;
	sample = (Sample *) PG_GETARG_POINTER(0);
	return sample->count > 0 ? sample : NULL;
}

Datum
value_at_risk_value(PG_FUNCTION_ARGS)
{
	Sample	   *sample = FinishedSample(fcinfo);

	if (sample == NULL)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(Quantile(sample->x, sample->count,
							  1 - sample->confidence));
}

/*
 * Rockafellar and Uryasev, Optimization of Conditional Value-at-Risk, Journal
 * of Risk 2 (2000): the mean of the returns at or beyond value at risk.
 */
Datum
expected_shortfall_value(PG_FUNCTION_ARGS)
{
	Sample	   *sample = FinishedSample(fcinfo);
	double		value_at_risk;

	if (sample == NULL)
		PG_RETURN_NULL();
	value_at_risk =
		Quantile(sample->x, sample->count, 1 - sample->confidence);
	PG_RETURN_FLOAT8(MeanUpTo(sample->x, sample->count, value_at_risk));
}

/*
 * How far the best returns reach, over how far the worst do.
 */
Datum
tail_ratio_value(PG_FUNCTION_ARGS)
{
	Sample	   *sample = FinishedSample(fcinfo);
	double		best;
	double		worst;

	if (sample == NULL)
		PG_RETURN_NULL();
	best = Quantile(sample->x, sample->count, sample->confidence);
	worst = Quantile(sample->x, sample->count, 1 - sample->confidence);
	if (worst == 0)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(fabs(best) / fabs(worst));
}
