/*-------------------------------------------------------------------------
 *
 * kernel_avx2.c
 *	  Distances for x86-64 with AVX2 and POPCNT.
 *
 * Ones are counted by looking up the two nibbles of each byte (Mula, Kurz,
 * Lemire, Faster population counts using AVX2 instructions, 2018, section 3);
 * what does not fill a register goes through POPCNT.
 *
 *-------------------------------------------------------------------------
 */
#if defined(__x86_64__)

#include <immintrin.h>
#include <string.h>

#include "bit/kernel.h"

#define AVX2	__attribute__((target("avx2,popcnt")))

/* Bytes in one register */
#define BLOCK	32

/* Ones of each byte, added up to a sum in each of four 64-bit lanes */
static inline AVX2 __m256i
CountOnes(__m256i bits)
{
	const __m256i ones = _mm256_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3,
										  1, 2, 2, 3, 2, 3, 3, 4,
										  0, 1, 1, 2, 1, 2, 2, 3,
										  1, 2, 2, 3, 2, 3, 3, 4);
	const __m256i nibble = _mm256_set1_epi8(15);
	__m256i		low = _mm256_and_si256(bits, nibble);
	__m256i		high = _mm256_and_si256(_mm256_srli_epi16(bits, 4), nibble);
	__m256i		count = _mm256_add_epi8(_mm256_shuffle_epi8(ones, low),
										_mm256_shuffle_epi8(ones, high));

	return _mm256_sad_epu8(count, _mm256_setzero_si256());
}

static inline AVX2 uint64_t
Total(__m256i sum)
{
	__m128i		two = _mm_add_epi64(_mm256_castsi256_si128(sum),
									_mm256_extracti128_si256(sum, 1));

	return _mm_extract_epi64(two, 0) + _mm_extract_epi64(two, 1);
}

static inline AVX2 __m256i
LoadBlock(const uint8_t *p)
{
	return _mm256_loadu_si256((const __m256i *) p);
}

/* The count (1..8) bytes at p, then zeros */
static inline AVX2 uint64_t
LoadWord(const uint8_t *p, uint32_t count)
{
	uint64_t	word = 0;

	memcpy(&word, p, count);
	return word;
}

static AVX2 uint64_t
Hamming(uint32_t bytes, const uint8_t *a, const uint8_t *b)
{
	__m256i		sums = _mm256_setzero_si256();
	uint64_t	sum;
	uint32_t	i = 0;

	for (; i + BLOCK <= bytes; i += BLOCK)
		sums = _mm256_add_epi64(sums, CountOnes(_mm256_xor_si256(LoadBlock(a + i),
																 LoadBlock(b + i))));
	sum = Total(sums);
	for (; i + 8 <= bytes; i += 8)
		sum += __builtin_popcountll(LoadWord(a + i, 8) ^ LoadWord(b + i, 8));
	if (i < bytes)
		sum += __builtin_popcountll(LoadWord(a + i, bytes - i) ^
									LoadWord(b + i, bytes - i));
	return sum;
}

static AVX2 double
Jaccard(uint32_t bytes, const uint8_t *a, const uint8_t *b)
{
	__m256i		sums[3] = {_mm256_setzero_si256(), _mm256_setzero_si256(),
	_mm256_setzero_si256()};
	uint64_t	both;
	uint64_t	ones_a;
	uint64_t	ones_b;
	uint32_t	i = 0;

	for (; i + BLOCK <= bytes; i += BLOCK)
	{
		__m256i		x = LoadBlock(a + i);
		__m256i		y = LoadBlock(b + i);

		sums[0] = _mm256_add_epi64(sums[0], CountOnes(_mm256_and_si256(x, y)));
		sums[1] = _mm256_add_epi64(sums[1], CountOnes(x));
		sums[2] = _mm256_add_epi64(sums[2], CountOnes(y));
	}
	both = Total(sums[0]);
	ones_a = Total(sums[1]);
	ones_b = Total(sums[2]);
	while (i < bytes)
	{
		uint32_t	count = bytes - i < 8 ? bytes - i : 8;
		uint64_t	x = LoadWord(a + i, count);
		uint64_t	y = LoadWord(b + i, count);

		both += __builtin_popcountll(x & y);
		ones_a += __builtin_popcountll(x);
		ones_b += __builtin_popcountll(y);
		i += count;
	}
	return JaccardOfCounts(both, ones_a, ones_b);
}

const BitKernels bit_kernels_avx2 = {
	.name = "avx2",
	.hamming = Hamming,
	.jaccard = Jaccard,
};

#endif							/* __x86_64__ */
