/*
 * kernels.c
 *		The encoder's arithmetic on plain arrays, beside the matrix products.
 *
 * Plain loops that the compiler turns into vector code, once for each family
 * of processors; the loader picks the best one at start (target_clones).
 * Sums are written with "omp simd" because their order may then change.
 */
#include "kernels.h"

#include <math.h>
#include <string.h>

/* Sanitizers run before the loader's choice could: plain code for them. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED
#endif
#if defined(__x86_64__) && !defined(SANITIZED)
#define FOR_EACH_PROCESSOR \
	__attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", \
								 "default")))
#else
#define FOR_EACH_PROCESSOR
#endif

#define LANES 16				/* floats in the widest register */

static inline float
FloatOfBits(uint32_t bits)
{
	float		value;

	memcpy(&value, &bits, sizeof(value));
	return value;
}

static inline uint32_t
BitsOfFloat(float value)
{
	uint32_t	bits;

	memcpy(&bits, &value, sizeof(bits));
	return bits;
}

/*
 * e^x for x <= 0: 2^n e^r with |r| <= ln(2) / 2, where e^r is Taylor's sum up
 * to r^7 (next term: 5e-9).  ln(2) is subtracted in two parts so that r keeps
 * its last bits (Cody and Waite, 1980, chapter 6).
 */
static inline float
ExpNegative(float x)
{
	const float round = 12582912.0f;	/* 1.5 * 2^23 */

	/* Adding round and taking it away again leaves the nearest integer. */
	float		clamped = x < -87.0f ? -87.0f : x;
	float		shifted = clamped * 1.44269504f + round;
	float		n = shifted - round;
	float		r = (clamped - n * 0.693359375f) + n * 2.12194440e-4f;
	float		sum = 1.0f / 5040;

	sum = sum * r + 1.0f / 720;
	sum = sum * r + 1.0f / 120;
	sum = sum * r + 1.0f / 24;
	sum = sum * r + 1.0f / 6;
	sum = sum * r + 1.0f / 2;
	sum = sum * r + 1.0f;
	sum = sum * r + 1.0f;
	/* The low bits of shifted hold n: move them to the exponent. */
	return sum * FloatOfBits((BitsOfFloat(shifted) << 23) + 0x3f800000u);
}

/*
 * gelu(x) = x erfc(-x / sqrt 2) / 2 (Hendrycks and Gimpel, 2016), computed as
 * max(x, 0) - |x| tail(|x|) with a rational fit of the normal distribution's
 * tail; constants and method: Tests/CEncoderTests/fit_gelu.py.
 */
static inline float
Gelu(float x)
{
	float		magnitude = fabsf(x);
	float		a = magnitude < 5.75f ? magnitude : 5.75f;
	float		positive = x < 0.0f ? 0.0f : x; /* keeps "not a number" */
	float		top = 2.044314017e-05f;
	float		bottom = 7.376762843e-05f;

	top = top * a - 6.511315576e-04f;
	top = top * a + 8.686607686e-03f;
	top = top * a - 6.216298419e-02f;
	top = top * a + 2.518048615e-01f;
	top = top * a - 5.477005767e-01f;
	top = top * a + 4.999992971e-01f;
	bottom = bottom * a - 1.758277450e-04f;
	bottom = bottom * a + 1.223914993e-03f;
	bottom = bottom * a - 1.478906233e-03f;
	bottom = bottom * a + 2.250957069e-02f;
	bottom = bottom * a - 4.561780785e-02f;
	bottom = bottom * a + 2.664369770e-01f;
	bottom = bottom * a - 2.975474287e-01f;
	bottom = bottom * a + 1.0f;
	return positive - a * top / bottom;
}

/*
 * The largest of width values, in LANES strands: a compiler must not reorder
 * comparisons by itself, because of values that are not numbers.
 */
static inline float
LargestOf(const float *row, size_t width)
{
	float		strands[LANES];
	float		largest = row[0];
	size_t		j = 0;

	for (size_t lane = 0; lane < LANES; lane++)
		strands[lane] = largest;
	for (; j + LANES <= width; j += LANES)
		for (size_t lane = 0; lane < LANES; lane++)
		{
			float		value = row[j + lane];

			strands[lane] = value > strands[lane] ? value : strands[lane];
		}
	for (; j < width; j++)
		largest = row[j] > largest ? row[j] : largest;
	for (size_t lane = 0; lane < LANES; lane++)
		largest = strands[lane] > largest ? strands[lane] : largest;
	return largest;
}

FOR_EACH_PROCESSOR void
AddBiasGelu(float *rows, const float *bias, size_t count, size_t width)
{
	for (size_t i = 0; i < count; i++)
	{
		float	   *row = rows + i * width;

#pragma omp simd
		for (size_t j = 0; j < width; j++)
			row[j] = Gelu(row[j] + bias[j]);
	}
}

FOR_EACH_PROCESSOR void
AddNormalise(float *rows, const float *bias, const float *residual,
			 const float *gain, const float *shift, float epsilon,
			 size_t count, size_t width)
{
	for (size_t i = 0; i < count; i++)
	{
		float	   *row = rows + i * width;
		const float *other = residual + i * width;
		float		sum = 0;
		float		squares = 0;
		float		mean;
		float		factor;

		if (bias != NULL)
		{
#pragma omp simd reduction(+:sum)
			for (size_t j = 0; j < width; j++)
				sum += row[j] += bias[j] + other[j];
		}
		else
		{
#pragma omp simd reduction(+:sum)
			for (size_t j = 0; j < width; j++)
				sum += row[j] += other[j];
		}
		mean = sum / width;
#pragma omp simd reduction(+:squares)
		for (size_t j = 0; j < width; j++)
			squares += (row[j] - mean) * (row[j] - mean);
		factor = 1.0f / sqrtf(squares / width + epsilon);
#pragma omp simd
		for (size_t j = 0; j < width; j++)
			row[j] = (row[j] - mean) * factor * gain[j] + shift[j];
	}
}

FOR_EACH_PROCESSOR void
Softmax(float *rows, float scale, size_t count, size_t width)
{
	for (size_t i = 0; i < count; i++)
	{
		float	   *row = rows + i * width;
		float		largest = LargestOf(row, width);
		float		sum = 0;

#pragma omp simd reduction(+:sum)
		for (size_t j = 0; j < width; j++)
			sum += row[j] = ExpNegative((row[j] - largest) * scale);
		sum = 1.0f / sum;
#pragma omp simd
		for (size_t j = 0; j < width; j++)
			row[j] *= sum;
	}
}

FOR_EACH_PROCESSOR void
MeanRow(float *mean, const float *rows, size_t count, size_t width)
{
	memcpy(mean, rows, width * sizeof(float));
	for (size_t i = 1; i < count; i++)
#pragma omp simd
		for (size_t j = 0; j < width; j++)
			mean[j] += rows[i * width + j];
#pragma omp simd
	for (size_t j = 0; j < width; j++)
		mean[j] /= count;
}

double
Normalise(float *vector, size_t width)
{
	double		squares = 0;
	double		length;

	for (size_t j = 0; j < width; j++)
		squares += (double) vector[j] * vector[j];
	length = sqrt(squares);
	if (length > 0)
		for (size_t j = 0; j < width; j++)
			vector[j] = (float) (vector[j] / length);
	return length;
}

/* IEEE 754 binary16: 1 sign bit, 5 exponent bits, 10 fraction bits. */
static inline float
FloatOfHalf(uint16_t half)
{
	uint32_t	sign = (uint32_t) (half & 0x8000) << 16;
	uint32_t	rest = half & 0x7fff;

	if (rest >= 0x7c00)			/* infinity or not a number */
		return FloatOfBits(sign | 0x7f800000 | (rest & 0x3ff) << 13);
	if (rest < 0x400)			/* zero or subnormal: fraction * 2^-24 */
		return FloatOfBits(sign | BitsOfFloat((float) rest * 5.9604645e-8f));
	return FloatOfBits(sign | ((rest << 13) + ((127 - 15) << 23)));
}

void
FromHalf(float *target, const uint8_t *source, size_t count)
{
	for (size_t i = 0; i < count; i++)
	{
		uint16_t	half = (uint16_t) (source[2 * i] | source[2 * i + 1] << 8);

		target[i] = FloatOfHalf(half);
	}
}

void
FromBrain(float *target, const uint8_t *source, size_t count)
{
	for (size_t i = 0; i < count; i++)
		target[i] = FloatOfBits((uint32_t) source[2 * i] << 16
								| (uint32_t) source[2 * i + 1] << 24);
}
