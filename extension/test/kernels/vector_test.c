/*-------------------------------------------------------------------------
 *
 * vector_test.c
 *	  Every kernel set of this processor against a scalar reference in double.
 *
 * Built with the address and undefined behaviour sanitizers: arrays are
 * exactly as long as the dimensions and start at odd addresses, so that a
 * kernel which reads past an end or expects alignment stops the run.
 *
 *-------------------------------------------------------------------------
 */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "vector/kernel.h"

/* Dimensions beyond 1..100: around register and round sizes, and the limit */
static const int long_dims[] = {
	127, 128, 129, 255, 256, 257, 383, 384, 385, 511, 513, 767, 768, 1023,
	1025, 1536,
	2000, 3072, 15999, 16000
};

/* How the arrays are filled */
typedef enum Filling
{
	UNIFORM,					/* between -1 and 1 */
	EQUAL,						/* both the same */
	ZERO,						/* nothing but zeros */
	WIDE,						/* magnitudes from 1e-6 to 1e6 */
	FILLINGS
} Filling;

static int	checks = 0;
static int	failures = 0;

static float
Random(void)
{
	return (float) (2.0 * rand() / RAND_MAX - 1);
}

static void
Fill(Filling filling, int dim, float *a, float *b)
{
	for (int i = 0; i < dim; i++)
	{
		a[i] = Random();
		b[i] = Random();
		if (filling == EQUAL)
			b[i] = a[i];
		if (filling == ZERO)
			a[i] = b[i] = 0;
		if (filling == WIDE)
		{
			a[i] *= powf(10, (float) (rand() % 13 - 6));
			b[i] *= powf(10, (float) (rand() % 13 - 6));
		}
	}
}

/*
 * Rounding in float is at most about an epsilon of the sum of magnitudes for
 * each term in a lane.
 */
static void
Check(const char *set, const char *what, int dim, double got, double wanted,
	  double magnitude)
{
	double		allowed = (dim + 8) * (double) FLT_EPSILON * magnitude;

	checks++;
	if (isnan(wanted) ? isnan(got) : fabs(got - wanted) <= allowed)
		return;
	failures++;
	printf("%s %s, %d dimensions: %.9g instead of %.9g\n", set, what, dim, got,
		   wanted);
}

static void
CheckSet(const VectorKernels *kernels, int dim, const float *a, const float *b)
{
	double		l2 = 0;
	double		l1 = 0;
	double		product = 0;
	double		magnitude = 0;
	double		square_a = 0;
	double		square_b = 0;

	for (int i = 0; i < dim; i++)
	{
		double		x = a[i];
		double		y = b[i];

		l2 += (x - y) * (x - y);
		l1 += fabs(x - y);
		product += x * y;
		magnitude += fabs(x * y);
		square_a += x * x;
		square_b += y * y;
	}
	Check(kernels->name, "l2_squared", dim, kernels->l2_squared(dim, a, b), l2,
		  l2);
	Check(kernels->name, "l1", dim, kernels->l1(dim, a, b), l1, l1);
	Check(kernels->name, "inner_product", dim,
		  kernels->inner_product(dim, a, b), product,
		  magnitude);
	Check(kernels->name, "cosine_similarity", dim,
		  kernels->cosine_similarity(dim, a, b),
		  product / sqrt(square_a * square_b), 1);
}

/*
 * Arrays of exactly dim floats at an address that is a multiple of 4 only.
 */
static void
CheckDim(const VectorKernels *kernels, int dim)
{
	for (Filling filling = 0; filling < FILLINGS; filling++)
	{
		float	   *a = malloc(sizeof(float) * (dim + 1));
		float	   *b = malloc(sizeof(float) * (dim + 1));

		Fill(filling, dim, a + 1, b + 1);
		CheckSet(kernels, dim, a + 1, b + 1);
		free(a);
		free(b);
	}
}

static void
CheckAllDims(const VectorKernels *kernels)
{
	for (int dim = 1; dim <= 100; dim++)
		CheckDim(kernels, dim);
	for (size_t i = 0; i < sizeof(long_dims) / sizeof(*long_dims); i++)
		CheckDim(kernels, long_dims[i]);
}

int
main(void)
{
	srand(1);
	CheckAllDims(&vector_kernels_plain);
	VectorKernelsChoose();
	CheckAllDims(&vector_kernels);
	printf("vector kernels plain and %s: %d checks, %d failures\n",
		   vector_kernels.name, checks,
		   failures);
	return failures > 0;
}
