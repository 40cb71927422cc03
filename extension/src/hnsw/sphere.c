/*-------------------------------------------------------------------------
 *
 * sphere.c
 *	  Is a vector in a sphere?  The operators <<->>, <<#>>, <<=>> and <<+>> of the
 *	  three vector types, <<~>> and <<%>> of bit: what a scan can end at (range.c).
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "executor/executor.h"
#include "fmgr.h"

#include "hnsw/range.h"

/* Columns of a sphere */
#define SPHERE_CENTER	1
#define SPHERE_RADIUS	2

/*
 * A sphere's columns; false if one is NULL.
 */
bool
HnswReadSphere(Datum sphere, Datum *center, double *radius)
{
	HeapTupleHeader row = DatumGetHeapTupleHeader(sphere);
	bool		center_null;
	bool		radius_null;

	*center = GetAttributeByNum(row, SPHERE_CENTER, &center_null);
	*radius = DatumGetFloat8(GetAttributeByNum(row, SPHERE_RADIUS, &radius_null));
	return !center_null && !radius_null;
}

/*
 * Is the first argument in the sphere that is the second?
 */
static Datum
Within(FunctionCallInfo fcinfo, PGFunction distance)
{
	Datum		center;
	double		radius;

	if (!HnswReadSphere(PG_GETARG_DATUM(1), &center, &radius))
		PG_RETURN_NULL();
	/* NaN is no distance */
	PG_RETURN_BOOL(DatumGetFloat8(DirectFunctionCall2(distance, PG_GETARG_DATUM(0), center))
				   <= radius);
}

/* The SQL function "within" for a distance */
#define WITHIN(within, distance) \
extern Datum distance(PG_FUNCTION_ARGS); \
PG_FUNCTION_INFO_V1(within); \
Datum \
within(PG_FUNCTION_ARGS) \
{ \
	return Within(fcinfo, distance); \
}

WITHIN(vector_l2_within, l2_distance)
WITHIN(vector_ip_within, vector_negative_inner_product)
WITHIN(vector_cosine_within, cosine_distance)
WITHIN(vector_l1_within, l1_distance)
WITHIN(halfvec_l2_within, halfvec_l2_distance)
WITHIN(halfvec_ip_within, halfvec_negative_inner_product)
WITHIN(halfvec_cosine_within, halfvec_cosine_distance)
WITHIN(halfvec_l1_within, halfvec_l1_distance)
WITHIN(sparsevec_l2_within, sparsevec_l2_distance)
WITHIN(sparsevec_ip_within, sparsevec_negative_inner_product)
WITHIN(sparsevec_cosine_within, sparsevec_cosine_distance)
WITHIN(sparsevec_l1_within, sparsevec_l1_distance)
WITHIN(bit_hamming_within, hamming_distance)
WITHIN(bit_jaccard_within, jaccard_distance)
