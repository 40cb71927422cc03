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

PG_FUNCTION_INFO_V1(sparsevec_l2_distance);
PG_FUNCTION_INFO_V1(sparsevec_l2_squared_distance);
PG_FUNCTION_INFO_V1(sparsevec_inner_product);
PG_FUNCTION_INFO_V1(sparsevec_negative_inner_product);
PG_FUNCTION_INFO_V1(sparsevec_cosine_distance);
PG_FUNCTION_INFO_V1(sparsevec_l1_distance);

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

Datum
sparsevec_l2_distance(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(sqrt(Distance(fcinfo, SparseL2Squared)));
}

/*
 * The same order as sparsevec_l2_distance without the square root.
 */
Datum
sparsevec_l2_squared_distance(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(Distance(fcinfo, SparseL2Squared));
}

Datum
sparsevec_inner_product(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(Distance(fcinfo, SparseInnerProduct));
}

/*
 * Negative, because the nearest must come first.
 */
Datum
sparsevec_negative_inner_product(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(-Distance(fcinfo, SparseInnerProduct));
}

/*
 * 1 - cosine similarity; NaN when a sparsevec has length zero.
 */
Datum
sparsevec_cosine_distance(PG_FUNCTION_ARGS)
{
	SparseVector *a = PG_GETARG_SPARSEVEC_P(0);
	SparseVector *b = PG_GETARG_SPARSEVEC_P(1);

	SparsevecCheckSameDim(a, b);
	PG_RETURN_FLOAT8(1 - ClampCosine(SparseCosineSimilarity(ViewOf(a),
															ViewOf(b))));
}

Datum
sparsevec_l1_distance(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(Distance(fcinfo, SparseL1));
}
