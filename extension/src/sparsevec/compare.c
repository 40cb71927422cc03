/*-------------------------------------------------------------------------
 *
 * compare.c
 *	  Order of sparsevecs, that of the vectors they stand for: by the first
 *	  element that differs, then by dimensions.
 *
 * For btree (unique, distinct, group by), not for distances.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "sparsevec/sparsevec.h"
#include "vector/order.h"

/*
 * Where one vector has an element and the other a zero.
 */
static inline int
AgainstZero(float value)
{
	return value < 0 ? -1 : 1;
}

static int
CompareElements(const SparseVector *a, const SparseVector *b)
{
	const float *x = SPARSEVEC_VALUES(a);
	const float *y = SPARSEVEC_VALUES(b);
	int			shared = Min(a->nnz, b->nnz);

	for (int i = 0; i < shared; i++)
	{
		if (a->indices[i] < b->indices[i])
			return AgainstZero(x[i]);
		if (a->indices[i] > b->indices[i])
			return -AgainstZero(y[i]);
		if (x[i] < y[i])
			return -1;
		if (x[i] > y[i])
			return 1;
	}
	if (a->nnz > shared && a->indices[shared] < b->dim)
		return AgainstZero(x[shared]);
	if (b->nnz > shared && b->indices[shared] < a->dim)
		return -AgainstZero(y[shared]);
	return (a->dim > b->dim) - (a->dim < b->dim);
}

/*
 * Compares the two arguments of an SQL function and frees what it detoasted,
 * because a btree calls it many times in one memory context.
 */
static int
Compare(FunctionCallInfo fcinfo)
{
	SparseVector *a = PG_GETARG_SPARSEVEC_P(0);
	SparseVector *b = PG_GETARG_SPARSEVEC_P(1);
	int			order = CompareElements(a, b);

	PG_FREE_IF_COPY(a, 0);
	PG_FREE_IF_COPY(b, 1);
	return order;
}

ORDER_FUNCTIONS(sparsevec, Compare);
