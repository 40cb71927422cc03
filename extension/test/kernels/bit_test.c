/*-------------------------------------------------------------------------
 *
 * bit_test.c
 *	  Every kernel set of this processor for bits, against counting one by one.
 *
 *-------------------------------------------------------------------------
 */
#include <stdio.h>
#include <stdlib.h>

#include "bit/kernel.h"

/* Bytes beyond 0..200: around register sizes, and 64000 bits */
static const int long_sizes[] = {255, 256, 257, 1023, 1025, 7999, 8000};

static int	checks = 0;
static int	failures = 0;

static int
Bit(const uint8_t *bytes, int i)
{
	return (bytes[i / 8] >> (i % 8)) & 1;
}

static void
Check(const char *set, const char *what, int bytes, double got, double wanted)
{
	checks++;
	if (got == wanted)
		return;
	failures++;
	printf("%s %s, %d bytes: %.17g instead of %.17g\n", set, what, bytes, got, wanted);
}

static void
CheckSet(const BitKernels *kernels, int bytes, const uint8_t *a, const uint8_t *b)
{
	int			differing = 0;
	int			both = 0;
	int			either = 0;

	for (int i = 0; i < bytes * 8; i++)
	{
		differing += Bit(a, i) != Bit(b, i);
		both += Bit(a, i) && Bit(b, i);
		either += Bit(a, i) || Bit(b, i);
	}
	Check(kernels->name, "hamming", bytes, kernels->hamming(bytes, a, b), differing);
	Check(kernels->name, "jaccard", bytes, kernels->jaccard(bytes, a, b),
		  both == 0 ? 1 : 1 - both / (double) either);
}

/*
 * Arrays of exactly that many bytes at an odd address.
 */
static void
CheckSize(const BitKernels *kernels, int bytes)
{
	for (int round = 0; round < 4; round++)
	{
		uint8_t    *a = malloc(bytes + 1);
		uint8_t    *b = malloc(bytes + 1);

		for (int i = 1; i <= bytes; i++)
		{
			a[i] = round == 3 ? 0 : round == 2 ? 255 : rand();
			b[i] = round == 0 ? a[i] : round == 2 ? 255 : rand();
		}
		CheckSet(kernels, bytes, a + 1, b + 1);
		free(a);
		free(b);
	}
}

static void
CheckAllSizes(const BitKernels *kernels)
{
	for (int bytes = 0; bytes <= 200; bytes++)
		CheckSize(kernels, bytes);
	for (size_t i = 0; i < sizeof(long_sizes) / sizeof(*long_sizes); i++)
		CheckSize(kernels, long_sizes[i]);
}

int
main(void)
{
	srand(1);
	CheckAllSizes(&bit_kernels_plain);
	BitKernelsChoose();
	CheckAllSizes(&bit_kernels);
	printf("bit kernels plain and %s: %d checks, %d failures\n", bit_kernels.name, checks,
		   failures);
	return failures > 0;
}
