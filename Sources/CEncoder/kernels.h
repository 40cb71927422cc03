/*
 * kernels.h
 *		The encoder's arithmetic on plain arrays, beside the matrix products.
 *
 * Rows lie one after the other without gaps.  Errors against double precision
 * are in Tests/CEncoderTests/kernels_test.c.
 */
#ifndef BELLWETHER_KERNELS_H
#define BELLWETHER_KERNELS_H

#include <stddef.h>
#include <stdint.h>

/* x = gelu(x + bias) in each row, the exact form with erf. */
extern void AddBiasGelu(float *rows, const float *bias, size_t count,
						size_t width);

/* x = layer_norm(x + bias + residual) in each row; bias may be NULL. */
extern void AddNormalise(float *rows, const float *bias, const float *residual,
						 const float *gain, const float *shift, float epsilon,
						 size_t count, size_t width);

/* x = softmax(scale * x) in each row. */
extern void Softmax(float *rows, float scale, size_t count, size_t width);

/* The mean of count rows. */
extern void MeanRow(float *mean, const float *rows, size_t count,
					size_t width);

/* Divides by the Euclidean length; returns that length. */
extern double Normalise(float *vector, size_t width);

/* IEEE half and bfloat16 to float; source at any alignment. */
extern void FromHalf(float *target, const uint8_t *source, size_t count);
extern void FromBrain(float *target, const uint8_t *source, size_t count);

#endif							/* BELLWETHER_KERNELS_H */
