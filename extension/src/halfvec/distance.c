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

/*
 * Their cosine similarity; NaN when a halfvec has length zero.
 */
static inline double
CosineSimilarity(FunctionCallInfo fcinfo)
{
	HalfVector *a = PG_GETARG_HALFVEC_P(0);
	HalfVector *b = PG_GETARG_HALFVEC_P(1);

	HalfvecCheckSameDim(a, b);
	return half_kernels.cosine_similarity(a->dim, a->x, b->x);
}

DISTANCE_FUNCTION(halfvec_l2_distance,
				  sqrt(Distance(fcinfo, half_kernels.l2_squared)));

/*
 * The same order as halfvec_l2_distance without the square root.
 */
DISTANCE_FUNCTION(halfvec_l2_squared_distance,
				  Distance(fcinfo, half_kernels.l2_squared));

DISTANCE_FUNCTION(halfvec_inner_product,
				  Distance(fcinfo, half_kernels.inner_product));

/*
 * Negative, because the nearest must come first.
 */
DISTANCE_FUNCTION(halfvec_negative_inner_product,
				  -Distance(fcinfo, half_kernels.inner_product));

DISTANCE_FUNCTION(halfvec_cosine_distance,
				  1 - ClampCosine(CosineSimilarity(fcinfo)));

/*
 * Angle between unit vectors as a fraction of a half turn.
 */
DISTANCE_FUNCTION(halfvec_spherical_distance,
				  acos(ClampCosine(Distance(fcinfo, half_kernels.inner_product))) / M_PI);

DISTANCE_FUNCTION(halfvec_l1_distance, Distance(fcinfo, half_kernels.l1));
