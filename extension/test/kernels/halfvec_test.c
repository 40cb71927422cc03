/*-------------------------------------------------------------------------
 *
 * halfvec_test.c
 *	  Halves against arithmetic on their bits, and every kernel set of this
 *	  processor against a scalar reference in double and against the kernels of
 *	  vectors.
 *
 * Arrays are exactly as long as the dimensions and start at odd addresses, so
 * that under the sanitizers a kernel which reads past an end stops the run.
 *
 *-------------------------------------------------------------------------
 */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "halfvec/kernel.h"
#include "vector/kernel.h"

/* Dimensions beyond 1..100: around register and round sizes, and the limit */
static const int long_dims[] = {
	127, 128, 129, 255, 256, 257, 383, 384, 385, 767, 1023, 1536, 4000, 15999,
	16000
};

static int	checks = 0;
static int	failures = 0;

static void
Expect(int holds, const char *set, const char *what, int number)
{
	checks++;
	if (holds)
		return;
	failures++;
	printf("%s %s: wrong for %d\n", set, what, number);
}

/*
 * What the bits mean, by IEEE 754-2008 section 3.4.
 */
static double
Meaning(int bits)
{
	int			exponent = (bits >> 10) & 0x1F;
	double		size = exponent == 0 ? ldexp(bits & 0x3FF, -24)
	: ldexp((bits & 0x3FF) + 1024, exponent - 25);

	return bits & 0x8000 ? -size : size;
}

/*
 * Every half is read rightly and survives the way to float and back.
 */
static void
CheckReading(void)
{
	for (int bits = 0; bits < 65536; bits++)
	{
		float		value = HalfToFloat(bits);

		if (HalfIsNaN(bits))
			Expect(isnan(value) && HalfIsNaN(HalfFromFloat(value)), "half", "NaN", bits);
		else if (HalfIsInf(bits))
			Expect(isinf(value) && HalfFromFloat(value) == bits, "half", "infinity", bits);
		else
			Expect(value == Meaning(bits) && HalfFromFloat(value) == bits, "half", "value",
				   bits);
	}
}

/*
 * Between two halves the nearer one is taken, in the middle the even one.
 */
static void
CheckRounding(void)
{
	for (int bits = 0; bits < 0x7BFF; bits++)
	{
		float		low = Meaning(bits);
		float		high = Meaning(bits + 1);
		float		middle = low + (high - low) / 2;
		int			even = bits % 2 ? bits + 1 : bits;

		Expect(HalfFromFloat(middle) == even, "half", "middle", bits);
		Expect(HalfFromFloat(nextafterf(middle, 0)) == bits, "half", "below the middle", bits);
		Expect(HalfFromFloat(nextafterf(middle, 1e9)) == bits + 1, "half", "above the middle",
			   bits);
		Expect(HalfFromFloat(-middle) == (even | 0x8000), "half", "sign", bits);
	}
	Expect(HalfIsInf(HalfFromFloat(HALF_BEYOND)), "half", "beyond", 0);
	Expect(HalfFromFloat(nextafterf(HALF_BEYOND, 0)) == 0x7BFF, "half", "largest", 0);
}

/*
 * Any finite half: small ones often, all of them sometimes.
 */
static Half
Random(void)
{
	int			bits = rand() % 65536;

	if (rand() % 4 > 0)
		return HalfFromFloat((float) (2.0 * rand() / RAND_MAX - 1));
	return (bits & 0x7C00) == 0x7C00 ? bits & 0x83FF : bits;
}

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
CheckSet(const HalfKernels *kernels, const VectorKernels *floats, int dim,
		 const Half *a, const Half *b)
{
	float	   *x = malloc(sizeof(float) * dim);
	float	   *y = malloc(sizeof(float) * dim);
	double		l2 = 0;
	double		l1 = 0;
	double		product = 0;
	double		magnitude = 0;
	double		square_a = 0;
	double		square_b = 0;

	kernels->to_floats(dim, a, x);
	kernels->to_floats(dim, b, y);
	for (int i = 0; i < dim; i++)
	{
		double		p = Meaning(a[i]);
		double		q = Meaning(b[i]);

		Expect(x[i] == p && y[i] == q, kernels->name, "to_floats", dim);
		l2 += (p - q) * (p - q);
		l1 += fabs(p - q);
		product += p * q;
		magnitude += fabs(p * q);
		square_a += p * p;
		square_b += q * q;
	}
	Check(kernels->name, "l2_squared", dim, kernels->l2_squared(dim, a, b), l2, l2);
	Check(kernels->name, "l1", dim, kernels->l1(dim, a, b), l1, l1);
	Check(kernels->name, "inner_product", dim, kernels->inner_product(dim, a, b), product,
		  magnitude);
	Check(kernels->name, "cosine_similarity", dim, kernels->cosine_similarity(dim, a, b),
		  product / sqrt(square_a * square_b), 1);

	/* A halfvec is as far as the vectors of the same numbers, to the last bit */
	Expect(kernels->l2_squared(dim, a, b) == floats->l2_squared(dim, x, y), kernels->name,
		   "l2_squared of floats", dim);
	Expect(kernels->l1(dim, a, b) == floats->l1(dim, x, y), kernels->name, "l1 of floats", dim);
	Expect(kernels->inner_product(dim, a, b) == floats->inner_product(dim, x, y),
		   kernels->name, "inner_product of floats", dim);
	free(x);
	free(y);
}

/*
 * Arrays of exactly dim halves at an address that is a multiple of 2 only.
 */
static void
CheckDim(const HalfKernels *kernels, const VectorKernels *floats, int dim)
{
	for (int round = 0; round < 4; round++)
	{
		Half	   *a = malloc(sizeof(Half) * (dim + 1));
		Half	   *b = malloc(sizeof(Half) * (dim + 1));

		for (int i = 1; i <= dim; i++)
		{
			a[i] = round == 3 ? 0 : Random();
			b[i] = round == 0 ? a[i] : Random();
		}
		CheckSet(kernels, floats, dim, a + 1, b + 1);
		free(a);
		free(b);
	}
}

static void
CheckAllDims(const HalfKernels *kernels, const VectorKernels *floats)
{
	for (int dim = 1; dim <= 100; dim++)
		CheckDim(kernels, floats, dim);
	for (size_t i = 0; i < sizeof(long_dims) / sizeof(*long_dims); i++)
		CheckDim(kernels, floats, long_dims[i]);
}

int
main(void)
{
	srand(1);
	CheckReading();
	CheckRounding();
	CheckAllDims(&half_kernels_plain, &vector_kernels_plain);
	VectorKernelsChoose();
	HalfKernelsChoose();
	CheckAllDims(&half_kernels, &vector_kernels);
	printf("halfvec kernels plain and %s: %d checks, %d failures\n", half_kernels.name,
		   checks, failures);
	return failures > 0;
}
