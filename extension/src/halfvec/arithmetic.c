/*-------------------------------------------------------------------------
 *
 * arithmetic.c
 *	  Halfvecs made from halfvecs: + - * ||, parts, unit length, bits.
 *
 * Each operation is done in float and rounded once: a float has more than
 * twice the digits of a half, so the result is the nearest half to the true one
 * (Figueroa, When is double rounding innocuous?, 1995).
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/float.h"
#include "utils/varbit.h"

#include "halfvec/halfvec.h"

PG_FUNCTION_INFO_V1(halfvec_vector_dims);
PG_FUNCTION_INFO_V1(halfvec_l2_norm);
PG_FUNCTION_INFO_V1(halfvec_l2_normalize);
PG_FUNCTION_INFO_V1(halfvec_add);
PG_FUNCTION_INFO_V1(halfvec_sub);
PG_FUNCTION_INFO_V1(halfvec_mul);
PG_FUNCTION_INFO_V1(halfvec_concat);
PG_FUNCTION_INFO_V1(halfvec_subvector);
PG_FUNCTION_INFO_V1(halfvec_binary_quantize);

Datum
halfvec_vector_dims(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(PG_GETARG_HALFVEC_P(0)->dim);
}

static double
Norm(const HalfVector *vector)
{
	double		sum = 0;

	for (int i = 0; i < vector->dim; i++)
	{
		double		x = HalfToFloat(vector->x[i]);

		sum += x * x;
	}
	return sqrt(sum);
}

Datum
halfvec_l2_norm(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(Norm(PG_GETARG_HALFVEC_P(0)));
}

static void
CheckOverflow(const HalfVector *vector)
{
	for (int i = 0; i < vector->dim; i++)
		if (HalfIsInf(vector->x[i]))
			float_overflow_error();
}

/*
 * Same direction, length 1; zeros stay zeros.
 */
Datum
halfvec_l2_normalize(PG_FUNCTION_ARGS)
{
	HalfVector *vector = PG_GETARG_HALFVEC_P(0);
	double		norm = Norm(vector);
	HalfVector *result = HalfvecAllocate(vector->dim);

	if (norm > 0)
	{
		for (int i = 0; i < vector->dim; i++)
			result->x[i] = HalfFromFloat(HalfToFloat(vector->x[i]) / norm);
		CheckOverflow(result);
	}
	PG_RETURN_HALFVEC_P(result);
}

Datum
halfvec_add(PG_FUNCTION_ARGS)
{
	HalfVector *a = PG_GETARG_HALFVEC_P(0);
	HalfVector *b = PG_GETARG_HALFVEC_P(1);
	HalfVector *result;

	HalfvecCheckSameDim(a, b);
	result = HalfvecAllocate(a->dim);
	for (int i = 0; i < a->dim; i++)
		result->x[i] =
			HalfFromFloat(HalfToFloat(a->x[i]) + HalfToFloat(b->x[i]));
	CheckOverflow(result);
	PG_RETURN_HALFVEC_P(result);
}

Datum
halfvec_sub(PG_FUNCTION_ARGS)
{
	HalfVector *a = PG_GETARG_HALFVEC_P(0);
	HalfVector *b = PG_GETARG_HALFVEC_P(1);
	HalfVector *result;

	HalfvecCheckSameDim(a, b);
	result = HalfvecAllocate(a->dim);
	for (int i = 0; i < a->dim; i++)
		result->x[i] =
			HalfFromFloat(HalfToFloat(a->x[i]) - HalfToFloat(b->x[i]));
	CheckOverflow(result);
	PG_RETURN_HALFVEC_P(result);
}

/*
 * Element by element.
 */
Datum
halfvec_mul(PG_FUNCTION_ARGS)
{
	HalfVector *a = PG_GETARG_HALFVEC_P(0);
	HalfVector *b = PG_GETARG_HALFVEC_P(1);
	HalfVector *result;

	HalfvecCheckSameDim(a, b);
	result = HalfvecAllocate(a->dim);
	for (int i = 0; i < a->dim; i++)
		result->x[i] =
			HalfFromFloat(HalfToFloat(a->x[i]) * HalfToFloat(b->x[i]));
	for (int i = 0; i < a->dim; i++)
	{
		if (HalfIsInf(result->x[i]))
			float_overflow_error();
		if (HalfIsZero(result->x[i]) && !HalfIsZero(a->x[i]) &&
			!HalfIsZero(b->x[i]))
			float_underflow_error();
	}
	PG_RETURN_HALFVEC_P(result);
}

Datum
halfvec_concat(PG_FUNCTION_ARGS)
{
	HalfVector *a = PG_GETARG_HALFVEC_P(0);
	HalfVector *b = PG_GETARG_HALFVEC_P(1);
	int			dim = a->dim + b->dim;
	HalfVector *result;

	HalfvecCheckDim(dim);
	result = HalfvecAllocate(dim);
	memcpy(result->x, a->x, sizeof(Half) * a->dim);
	memcpy(result->x + a->dim, b->x, sizeof(Half) * b->dim);
	PG_RETURN_HALFVEC_P(result);
}

/*
 * Elements start .. start + count - 1, counted from 1, as far as they exist.
 */
Datum
halfvec_subvector(PG_FUNCTION_ARGS)
{
	HalfVector *vector = PG_GETARG_HALFVEC_P(0);
	int64		start = PG_GETARG_INT32(1);
	int64		end = start + PG_GETARG_INT32(2);
	HalfVector *result;

	start = Max(start, 1);
	end = Min(end, (int64) vector->dim + 1);
	if (end <= start)
		HalfvecCheckDim(0);
	result = HalfvecAllocate(end - start);
	memcpy(result->x, vector->x + start - 1, sizeof(Half) * result->dim);
	PG_RETURN_HALFVEC_P(result);
}

/*
 * A bit an element: is it above zero?
 */
Datum
halfvec_binary_quantize(PG_FUNCTION_ARGS)
{
	HalfVector *vector = PG_GETARG_HALFVEC_P(0);
	Size		size = VARBITTOTALLEN(vector->dim);
	VarBit	   *result = palloc0(size);
	bits8	   *byte = VARBITS(result);

	SET_VARSIZE(result, size);
	VARBITLEN(result) = vector->dim;
	for (int i = 0; i < vector->dim; i++)
		if (HalfToFloat(vector->x[i]) > 0)
			byte[i / BITS_PER_BYTE] |= HIGHBIT >> (i % BITS_PER_BYTE);
	PG_RETURN_VARBIT_P(result);
}
