/*-------------------------------------------------------------------------
 *
 * half.h
 *	  Numbers of 16 bits (IEEE 754-2008 binary16) in plain C.
 *
 * One bit of sign, five of exponent, ten of fraction: 65504 is the largest,
 * 2^-24 the smallest above zero.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HALFVEC_HALF_H
#define HALFVEC_HALF_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

typedef uint16_t Half;

/* Least float that rounds to an infinite half */
#define HALF_BEYOND	65520.0f

/* Steps of the smallest halves to 1: 2^24 */
#define HALF_STEPS	16777216.0f

/* From here on floats are whole numbers: 2^23 */
#define FLOAT_UNIT_STEPS	8388608.0f

static inline bool
HalfIsNaN(Half half)
{
	return (half & 0x7FFF) > 0x7C00;
}

static inline bool
HalfIsInf(Half half)
{
	return (half & 0x7FFF) == 0x7C00;
}

static inline bool
HalfIsZero(Half half)
{
	return (half & 0x7FFF) == 0;
}

static inline float
HalfFromBits(uint32_t bits)
{
	float		value;

	memcpy(&value, &bits, sizeof(value));
	return value;
}

/*
 * Exact: each half is a float.
 */
static inline float
HalfToFloat(Half half)
{
	uint32_t	sign = (uint32_t) (half & 0x8000) << 16;
	uint32_t	exponent = (half >> 10) & 0x1F;
	uint32_t	fraction = half & 0x3FF;
	float		tiny;

	if (exponent == 0x1F)
		return HalfFromBits(sign | 0x7F800000 | fraction << 13);
	if (exponent > 0)
		return HalfFromBits(sign | (exponent + 127 - 15) << 23 | fraction << 13);
	tiny = (float) fraction / HALF_STEPS;
	return sign ? -tiny : tiny;
}

/*
 * The nearest half, the even one of two; infinite from HALF_BEYOND on.
 */
static inline Half
HalfFromFloat(float value)
{
	uint32_t	bits;
	uint32_t	sign;
	float		shifted;

	memcpy(&bits, &value, sizeof(bits));
	sign = (bits >> 16) & 0x8000;
	bits &= 0x7FFFFFFF;
	if (bits > 0x7F800000)
		return sign | 0x7E00;
	if (bits >= 0x477FF000)
		return sign | 0x7C00;
	if (bits >= 0x38800000)
	{
		/* Half of the last place, less one if the result is even already */
		bits += 0x0FFF + ((bits >> 13) & 1);
		return sign | (bits - 0x38000000) >> 13;
	}
	/* The number of steps ends up in the last bits, rounded */
	shifted = HalfFromBits(bits) * HALF_STEPS + FLOAT_UNIT_STEPS;
	memcpy(&bits, &shifted, sizeof(bits));
	return sign | (bits - 0x4B000000);
}

#endif							/* HALFVEC_HALF_H */
