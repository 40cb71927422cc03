/*-------------------------------------------------------------------------
 *
 * distance.c
 *	  The distances behind <~> and <%>: PostgreSQL's bit as a binary vector.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/varbit.h"
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

#include "bit/kernel.h"

PG_FUNCTION_INFO_V1(hamming_distance);
PG_FUNCTION_INFO_V1(jaccard_distance);

static inline void
CheckSameLength(VarBit *a, VarBit *b)
{
	if (unlikely(VARBITLEN(a) != VARBITLEN(b)))
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("different bit lengths %u and %u", VARBITLEN(a),
						VARBITLEN(b))));
}

/*
 * Number of bits that differ.
 */
Datum
hamming_distance(PG_FUNCTION_ARGS)
{
	VarBit	   *a = PG_GETARG_VARBIT_P(0);
	VarBit	   *b = PG_GETARG_VARBIT_P(1);

	CheckSameLength(a, b);
	PG_RETURN_FLOAT8(bit_kernels.hamming(VARBITBYTES(a), VARBITS(a), VARBITS(b)));
}

/*
 * 1 - shared ones as a fraction of all ones; 1 if none is shared.
 */
Datum
jaccard_distance(PG_FUNCTION_ARGS)
{
	VarBit	   *a = PG_GETARG_VARBIT_P(0);
	VarBit	   *b = PG_GETARG_VARBIT_P(1);

	CheckSameLength(a, b);
	PG_RETURN_FLOAT8(bit_kernels.jaccard(VARBITBYTES(a), VARBITS(a), VARBITS(b)));
}
