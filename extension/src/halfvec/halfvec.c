/*-------------------------------------------------------------------------
 *
 * halfvec.c
 *	  What all files of the type share: making and checking.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/shortest_dec.h"

#include "halfvec/halfvec.h"

const DenseType halfvec_type = {"halfvec", HALF_BEYOND};

/*
 * A halfvec of zeros in the current memory context.
 */
HalfVector *
HalfvecAllocate(int dim)
{
	Size		size = HALFVEC_SIZE(dim);
	HalfVector *result = palloc0(size);

	SET_VARSIZE(result, size);
	result->dim = dim;
	return result;
}

/*
 * The nearest half; a finite number that has none is refused.
 */
Half
HalfvecElement(float value)
{
	if (unlikely(isfinite(value) && fabsf(value) >= halfvec_type.beyond))
	{
		char		text[FLOAT_SHORTEST_DECIMAL_LEN];

		float_to_shortest_decimal_buf(value, text);
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("\"%s\" is out of range for type halfvec", text)));
	}
	return HalfFromFloat(value);
}
