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

PG_FUNCTION_INFO_V1(halfvec_lt);
PG_FUNCTION_INFO_V1(halfvec_le);
PG_FUNCTION_INFO_V1(halfvec_eq);
PG_FUNCTION_INFO_V1(halfvec_ne);
PG_FUNCTION_INFO_V1(halfvec_ge);
PG_FUNCTION_INFO_V1(halfvec_gt);
PG_FUNCTION_INFO_V1(halfvec_cmp);

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

Datum
halfvec_lt(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(Compare(fcinfo) < 0);
}

Datum
halfvec_le(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(Compare(fcinfo) <= 0);
}

Datum
halfvec_eq(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(Compare(fcinfo) == 0);
}

Datum
halfvec_ne(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(Compare(fcinfo) != 0);
}

Datum
halfvec_ge(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(Compare(fcinfo) >= 0);
}

Datum
halfvec_gt(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(Compare(fcinfo) > 0);
}

Datum
halfvec_cmp(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(Compare(fcinfo));
}
