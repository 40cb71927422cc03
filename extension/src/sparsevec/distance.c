/*-------------------------------------------------------------------------
 *
 * distance.c
 *	  The distances behind <->, <#>, <=> and <+>, and those that index access
 *	  methods use instead of them.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "sparsevec/kernel.h"
#include "sparsevec/sparsevec.h"
#include "vector/distance.h"

static inline SparseView
ViewOf(const SparseVector *vector)
{
	SparseView	view = {vector->nnz, vector->indices, SPARSEVEC_VALUES(vector)};

	return view;
}

/*
 * The kernel's result for the two arguments of an SQL function.
 */
static inline double
Distance(FunctionCallInfo fcinfo, float (*kernel) (SparseView, SparseView))
{
	SparseVector *a = PG_GETARG_SPARSEVEC_P(0);
	SparseVector *b = PG_GETARG_SPARSEVEC_P(1);

	SparsevecCheckSameDim(a, b);
	return kernel(ViewOf(a), ViewOf(b));
}

/*
 * Their cosine similarity; NaN when a sparsevec has length zero.
 */
static inline double
CosineSimilarity(FunctionCallInfo fcinfo)
{
	SparseVector *a = PG_GETARG_SPARSEVEC_P(0);
	SparseVector *b = PG_GETARG_SPARSEVEC_P(1);

	SparsevecCheckSameDim(a, b);
	return SparseCosineSimilarity(ViewOf(a), ViewOf(b));
}

DISTANCE_FUNCTION(sparsevec_l2_distance,
				  sqrt(Distance(fcinfo, SparseL2Squared)));

/*
 * The same order as sparsevec_l2_distance without the square root.
 */
DISTANCE_FUNCTION(sparsevec_l2_squared_distance,
				  Distance(fcinfo, SparseL2Squared));

DISTANCE_FUNCTION(sparsevec_inner_product,
				  Distance(fcinfo, SparseInnerProduct));

/*
 * Negative, because the nearest must come first.
 */
DISTANCE_FUNCTION(sparsevec_negative_inner_product,
				  -Distance(fcinfo, SparseInnerProduct));

DISTANCE_FUNCTION(sparsevec_cosine_distance,
				  1 - ClampCosine(CosineSimilarity(fcinfo)));

DISTANCE_FUNCTION(sparsevec_l1_distance, Distance(fcinfo, SparseL1));
