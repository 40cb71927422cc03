/*-------------------------------------------------------------------------
 *
 * function.c
 *	  The Sharpe ratio against luck, from numbers instead of rows.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "fmgr.h"

#include "performance/performance.h"

PG_FUNCTION_INFO_V1(probabilistic_sharpe_of);
PG_FUNCTION_INFO_V1(expected_maximum_sharpe);

static void
CheckFinite(double x, const char *name)
{
	if (!isfinite(x))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must be a finite number", name)));
}

/*
 * Sharpe ratio, number of returns, skewness, kurtosis, benchmark.
 */
Datum
probabilistic_sharpe_of(PG_FUNCTION_ARGS)
{
	static const char *const name[] = {
		"sharpe", "n", "skewness", "kurtosis", "benchmark"
	};
	double		x[lengthof(name)];
	double		probability;

	for (int i = 0; i < lengthof(name); i++)
	{
		x[i] = i == 1 ? PG_GETARG_INT32(i) : PG_GETARG_FLOAT8(i);
		CheckFinite(x[i], name[i]);
	}
	if (!ProbabilisticSharpe(x[0], x[1], x[2], x[3], x[4], &probability))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(probability);
}

Datum
expected_maximum_sharpe(PG_FUNCTION_ARGS)
{
	int			trials = PG_GETARG_INT32(0);
	double		variance = PG_GETARG_FLOAT8(1);

	if (trials < 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("number of trials must be at least 1")));
	CheckFinite(variance, "variance of the trials");
	if (variance < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("variance of the trials must not be negative")));
	PG_RETURN_FLOAT8(ExpectedMaximumSharpe(trials, variance));
}
