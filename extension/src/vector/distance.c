/*-------------------------------------------------------------------------
 *
 * distance.c
 *	  The distances behind <->, <#>, <=> and <+>, and those that index access
 *	  methods use instead of them.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "vector/distance.h"
#include "vector/kernel.h"
#include "vector/vector.h"

/*
 * The kernel's result for the two arguments of an SQL function.
 */
static inline double
Distance(FunctionCallInfo fcinfo, VectorKernel kernel)
{
	Vector	   *a = PG_GETARG_VECTOR_P(0);
	Vector	   *b = PG_GETARG_VECTOR_P(1);

	VectorCheckSameDim(a, b);
	return kernel(a->dim, a->x, b->x);
}

/*
 * Their cosine similarity; NaN when a vector has length zero.
 */
static inline double
CosineSimilarity(FunctionCallInfo fcinfo)
{
	Vector	   *a = PG_GETARG_VECTOR_P(0);
	Vector	   *b = PG_GETARG_VECTOR_P(1);

	VectorCheckSameDim(a, b);
	return vector_kernels.cosine_similarity(a->dim, a->x, b->x);
}

DISTANCE_FUNCTION(l2_distance,
				  sqrt(Distance(fcinfo, vector_kernels.l2_squared)));

/*
 * The same order as l2_distance without the square root.
 */
DISTANCE_FUNCTION(vector_l2_squared_distance,
				  Distance(fcinfo, vector_kernels.l2_squared));

DISTANCE_FUNCTION(inner_product,
				  Distance(fcinfo, vector_kernels.inner_product));

/*
 * Negative, because the nearest must come first.
 */
DISTANCE_FUNCTION(vector_negative_inner_product,
				  -Distance(fcinfo, vector_kernels.inner_product));

DISTANCE_FUNCTION(cosine_distance,
				  1 - ClampCosine(CosineSimilarity(fcinfo)));

/*
 * Angle between unit vectors as a fraction of a half turn: k-means on a sphere
 * needs the triangle inequality, which the cosine distance lacks.
 */
DISTANCE_FUNCTION(vector_spherical_distance,
				  acos(ClampCosine(Distance(fcinfo, vector_kernels.inner_product))) / M_PI);

DISTANCE_FUNCTION(l1_distance, Distance(fcinfo, vector_kernels.l1));
