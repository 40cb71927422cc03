/*-------------------------------------------------------------------------
 *
 * kernel_plain.c
 *	  Distances for any processor.
 *
 * Independent sums let the compiler use whatever vector registers the target
 * always has, without permission to reorder floating point elsewhere.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>

#include "vector/kernel.h"

/* Number of independent sums */
#define LANES	8

static inline float
Total(const float *lane)
{
	return ((lane[0] + lane[4]) + (lane[1] + lane[5])) +
		((lane[2] + lane[6]) + (lane[3] + lane[7]));
}

static float
L2Squared(int dim, const float *a, const float *b)
{
	float		sum[LANES] = {0};
	int			i;

	for (i = 0; i + LANES <= dim; i += LANES)
		for (int lane = 0; lane < LANES; lane++)
		{
			float		difference = a[i + lane] - b[i + lane];

			sum[lane] += difference * difference;
		}
	for (int lane = 0; i < dim; i++, lane++)
		sum[lane] += (a[i] - b[i]) * (a[i] - b[i]);
	return Total(sum);
}

static float
InnerProduct(int dim, const float *a, const float *b)
{
	float		sum[LANES] = {0};
	int			i;

	for (i = 0; i + LANES <= dim; i += LANES)
		for (int lane = 0; lane < LANES; lane++)
			sum[lane] += a[i + lane] * b[i + lane];
	for (int lane = 0; i < dim; i++, lane++)
		sum[lane] += a[i] * b[i];
	return Total(sum);
}

static float
L1(int dim, const float *a, const float *b)
{
	float		sum[LANES] = {0};
	int			i;

	for (i = 0; i + LANES <= dim; i += LANES)
		for (int lane = 0; lane < LANES; lane++)
			sum[lane] += fabsf(a[i + lane] - b[i + lane]);
	for (int lane = 0; i < dim; i++, lane++)
		sum[lane] += fabsf(a[i] - b[i]);
	return Total(sum);
}

static double
CosineSimilarity(int dim, const float *a, const float *b)
{
	float		product[LANES] = {0};
	float		square_a[LANES] = {0};
	float		square_b[LANES] = {0};
	int			i;

	for (i = 0; i + LANES <= dim; i += LANES)
		for (int lane = 0; lane < LANES; lane++)
		{
			product[lane] += a[i + lane] * b[i + lane];
			square_a[lane] += a[i + lane] * a[i + lane];
			square_b[lane] += b[i + lane] * b[i + lane];
		}
	for (int lane = 0; i < dim; i++, lane++)
	{
		product[lane] += a[i] * b[i];
		square_a[lane] += a[i] * a[i];
		square_b[lane] += b[i] * b[i];
	}
	return (double) Total(product) /
		sqrt((double) Total(square_a) * (double) Total(square_b));
}

const VectorKernels vector_kernels_plain = {
	.name = "plain",
	.l2_squared = L2Squared,
	.inner_product = InnerProduct,
	.l1 = L1,
	.cosine_similarity = CosineSimilarity,
};
