/*-------------------------------------------------------------------------
 *
 * kernel_plain.c
 *	  Distances for any processor: eight bytes at a time.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "bit/kernel.h"

/* The count (1..8) bytes at p, then zeros */
static inline uint64_t
LoadWord(const uint8_t *p, uint32_t count)
{
	uint64_t	word = 0;

	memcpy(&word, p, count);
	return word;
}

static inline uint32_t
WordBytes(uint32_t bytes, uint32_t i)
{
	return bytes - i < 8 ? bytes - i : 8;
}

static uint64_t
Hamming(uint32_t bytes, const uint8_t *a, const uint8_t *b)
{
	uint64_t	sum = 0;

	for (uint32_t i = 0; i < bytes; i += 8)
	{
		uint32_t	count = WordBytes(bytes, i);

		sum += __builtin_popcountll(LoadWord(a + i, count) ^
									LoadWord(b + i, count));
	}
	return sum;
}

static double
Jaccard(uint32_t bytes, const uint8_t *a, const uint8_t *b)
{
	uint64_t	both = 0;
	uint64_t	ones_a = 0;
	uint64_t	ones_b = 0;

	for (uint32_t i = 0; i < bytes; i += 8)
	{
		uint32_t	count = WordBytes(bytes, i);
		uint64_t	x = LoadWord(a + i, count);
		uint64_t	y = LoadWord(b + i, count);

		both += __builtin_popcountll(x & y);
		ones_a += __builtin_popcountll(x);
		ones_b += __builtin_popcountll(y);
	}
	return JaccardOfCounts(both, ones_a, ones_b);
}

const BitKernels bit_kernels_plain = {
	.name = "plain",
	.hamming = Hamming,
	.jaccard = Jaccard,
};
