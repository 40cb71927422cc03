/*-------------------------------------------------------------------------
 *
 * compare.c
 *	  Order of vectors: by the first element that differs, then by length.
 *
 * For btree (unique, distinct, group by), not for distances.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "vector/order.h"
#include "vector/vector.h"

static int
CompareElements(const Vector *a, const Vector *b)
{
	int			shared = Min(a->dim, b->dim);

	for (int i = 0; i < shared; i++)
	{
		if (a->x[i] < b->x[i])
			return -1;
		if (a->x[i] > b->x[i])
			return 1;
	}
	return (a->dim > b->dim) - (a->dim < b->dim);
}

/*
 * Compares the two arguments of an SQL function and frees what it detoasted,
 * because a btree calls it many times in one memory context.
 */
static int
Compare(FunctionCallInfo fcinfo)
{
	Vector	   *a = PG_GETARG_VECTOR_P(0);
	Vector	   *b = PG_GETARG_VECTOR_P(1);
	int			order = CompareElements(a, b);

	PG_FREE_IF_COPY(a, 0);
	PG_FREE_IF_COPY(b, 1);
	return order;
}

ORDER_FUNCTIONS(vector, Compare);
