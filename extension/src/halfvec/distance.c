/*-------------------------------------------------------------------------
 *
 * distance.c
 *	  The distances behind <->, <#>, <=> and <+>, and those that index access
 *	  methods use instead of them.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "halfvec/halfvec.h"
#include "halfvec/kernel.h"
#include "vector/distance.h"

PG_FUNCTION_INFO_V1(halfvec_l2_distance);
PG_FUNCTION_INFO_V1(halfvec_l2_squared_distance);
PG_FUNCTION_INFO_V1(halfvec_inner_product);
PG_FUNCTION_INFO_V1(halfvec_negative_inner_product);
PG_FUNCTION_INFO_V1(halfvec_cosine_distance);
PG_FUNCTION_INFO_V1(halfvec_spherical_distance);
PG_FUNCTION_INFO_V1(halfvec_l1_distance);

/*
 * The kernel's result for the two arguments of an SQL function.
 */
static inline double
Distance(FunctionCallInfo fcinfo, HalfKernel kernel)
{
	HalfVector *a = PG_GETARG_HALFVEC_P(0);
	HalfVector *b = PG_GETARG_HALFVEC_P(1);

	HalfvecCheckSameDim(a, b);
	return kernel(a->dim, a->x, b->x);
}

Datum
halfvec_l2_distance(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(sqrt(Distance(fcinfo, half_kernels.l2_squared)));
}

/*
 * The same order as halfvec_l2_distance without the square root.
 */
Datum
halfvec_l2_squared_distance(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(Distance(fcinfo, half_kernels.l2_squared));
}

Datum
halfvec_inner_product(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(Distance(fcinfo, half_kernels.inner_product));
}

/*
 * Negative, because the nearest must come first.
 */
Datum
halfvec_negative_inner_product(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(-Distance(fcinfo, half_kernels.inner_product));
}

/*
 * 1 - cosine similarity; NaN when a halfvec has length zero.
 */
Datum
halfvec_cosine_distance(PG_FUNCTION_ARGS)
{
	HalfVector *a = PG_GETARG_HALFVEC_P(0);
	HalfVector *b = PG_GETARG_HALFVEC_P(1);

	HalfvecCheckSameDim(a, b);
	PG_RETURN_FLOAT8(1 - ClampCosine(half_kernels.cosine_similarity(a->dim, a->x,
																	b->x)));
}

/*
 * Angle between unit vectors as a fraction of a half turn.
 */
Datum
halfvec_spherical_distance(PG_FUNCTION_ARGS)
{
	double		cosine =
	ClampCosine(Distance(fcinfo, half_kernels.inner_product));

	PG_RETURN_FLOAT8(acos(cosine) / M_PI);
}

Datum
halfvec_l1_distance(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(Distance(fcinfo, half_kernels.l1));
}
