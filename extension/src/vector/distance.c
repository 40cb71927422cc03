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

PG_FUNCTION_INFO_V1(l2_distance);
PG_FUNCTION_INFO_V1(vector_l2_squared_distance);
PG_FUNCTION_INFO_V1(inner_product);
PG_FUNCTION_INFO_V1(vector_negative_inner_product);
PG_FUNCTION_INFO_V1(cosine_distance);
PG_FUNCTION_INFO_V1(vector_spherical_distance);
PG_FUNCTION_INFO_V1(l1_distance);

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

Datum
l2_distance(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(sqrt(Distance(fcinfo, vector_kernels.l2_squared)));
}

/*
 * The same order as l2_distance without the square root.
 */
Datum
vector_l2_squared_distance(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(Distance(fcinfo, vector_kernels.l2_squared));
}

Datum
inner_product(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(Distance(fcinfo, vector_kernels.inner_product));
}

/*
 * Negative, because the nearest must come first.
 */
Datum
vector_negative_inner_product(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(-Distance(fcinfo, vector_kernels.inner_product));
}

/*
 * 1 - cosine similarity; NaN when a vector has length zero.
 */
Datum
cosine_distance(PG_FUNCTION_ARGS)
{
	Vector	   *a = PG_GETARG_VECTOR_P(0);
	Vector	   *b = PG_GETARG_VECTOR_P(1);

	VectorCheckSameDim(a, b);
	PG_RETURN_FLOAT8(1 - ClampCosine(vector_kernels.cosine_similarity(a->dim,
																	  a->x,
																	  b->x)));
}

/*
 * Angle between unit vectors as a fraction of a half turn: k-means on a sphere
 * needs the triangle inequality, which the cosine distance lacks.
 */
Datum
vector_spherical_distance(PG_FUNCTION_ARGS)
{
	double		cosine =
	ClampCosine(Distance(fcinfo, vector_kernels.inner_product));

	PG_RETURN_FLOAT8(acos(cosine) / M_PI);
}

Datum
l1_distance(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(Distance(fcinfo, vector_kernels.l1));
}
