/*-------------------------------------------------------------------------
 *
 * compare.c
 *	  Order of halfvecs: by the first element that differs, then by length.
 *
 * For btree (unique, distinct, group by), not for distances.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "halfvec/halfvec.h"
#include "vector/order.h"

static int
CompareElements(const HalfVector *a, const HalfVector *b)
{
	int			shared = Min(a->dim, b->dim);

	for (int i = 0; i < shared; i++)
	{
		float		x = HalfToFloat(a->x[i]);
		float		y = HalfToFloat(b->x[i]);

		if (x < y)
			return -1;
		if (x > y)
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
	HalfVector *a = PG_GETARG_HALFVEC_P(0);
	HalfVector *b = PG_GETARG_HALFVEC_P(1);
	int			order = CompareElements(a, b);

	PG_FREE_IF_COPY(a, 0);
	PG_FREE_IF_COPY(b, 1);
	return order;
}

ORDER_FUNCTIONS(halfvec, Compare);
