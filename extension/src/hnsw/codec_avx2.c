/*-------------------------------------------------------------------------
 *
 * codec_avx2.c
 *	  Distances to codes for x86-64 with AVX2 and FMA.
 *
 *-------------------------------------------------------------------------
 */
#if defined(__x86_64__)

#include <immintrin.h>
#include <math.h>
#include <string.h>

#include "hnsw/codec.h"

#define AVX2	__attribute__((target("avx2,fma")))

static inline AVX2 int32_t
Total(__m256i sum)
{
	__m128i		four = _mm_add_epi32(_mm256_castsi256_si128(sum),
									 _mm256_extracti128_si256(sum, 1));
	__m128i		two = _mm_add_epi32(four, _mm_shuffle_epi32(four, 0x4e));

	return _mm_cvtsi128_si32(_mm_add_epi32(two, _mm_shuffle_epi32(two, 0xb1)));
}

static inline AVX2 __m256i
LoadQuery(const int8_t *query)
{
	return _mm256_loadu_si256((const __m256i *) query);
}

/*
 * Shifted by 0 to 3 and 4 to 7, a block's eight bytes lie side by side as the
 * fields of dimensions 0 to 31 and 32 to 63.
 */
static AVX2 int32_t
DotBits(int padded, const uint8_t *code, const int8_t *query)
{
	const __m256i mask = _mm256_set1_epi8(1);
	const __m256i ones = _mm256_set1_epi16(1);
	const __m256i low = _mm256_set_epi64x(3, 2, 1, 0);
	const __m256i high = _mm256_set_epi64x(7, 6, 5, 4);
	__m256i		total = _mm256_setzero_si256();

	for (int i = 0; i < padded; i += 64, code += 8, query += 64)
	{
		int64_t		bits;
		__m256i		block;
		__m256i		sum;

		memcpy(&bits, code, sizeof(bits));
		block = _mm256_set1_epi64x(bits);
		sum = _mm256_maddubs_epi16(_mm256_and_si256(_mm256_srlv_epi64(block, low), mask),
								   LoadQuery(query));
		sum = _mm256_add_epi16(sum,
							   _mm256_maddubs_epi16(_mm256_and_si256(_mm256_srlv_epi64(block, high),
																	 mask),
													LoadQuery(query + 32)));
		total = _mm256_add_epi32(total, _mm256_madd_epi16(sum, ones));
	}
	return Total(total);
}

/*
 * As above: a block's 16 bytes shifted by 0 and 2, then by 4 and 6.
 */
static AVX2 int32_t
DotPairs(int padded, const uint8_t *code, const int8_t *query)
{
	const __m256i mask = _mm256_set1_epi8(3);
	const __m256i ones = _mm256_set1_epi16(1);
	const __m256i shift = _mm256_set_epi64x(2, 2, 0, 0);
	__m256i		total = _mm256_setzero_si256();

	for (int i = 0; i < padded; i += 64, code += 16, query += 64)
	{
		__m256i		block = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *) code));
		__m256i		low = _mm256_srlv_epi64(block, shift);
		__m256i		high = _mm256_srli_epi64(low, 4);
		__m256i		sum;

		sum = _mm256_add_epi16(_mm256_maddubs_epi16(_mm256_and_si256(low, mask),
													LoadQuery(query)),
							   _mm256_maddubs_epi16(_mm256_and_si256(high, mask),
													LoadQuery(query + 32)));
		total = _mm256_add_epi32(total, _mm256_madd_epi16(sum, ones));
	}
	return Total(total);
}

/*
 * A product of two pairs is at most 2 * 15 * 127: four blocks of two such
 * products fit 16 bits, then they are widened.
 */
static AVX2 int32_t
DotNibbles(int padded, const uint8_t *code, const int8_t *query)
{
	const __m256i mask = _mm256_set1_epi8(15);
	const __m256i ones = _mm256_set1_epi16(1);
	__m256i		total = _mm256_setzero_si256();
	int			blocks = padded / 64;

	while (blocks > 0)
	{
		int			some = blocks < 4 ? blocks : 4;
		__m256i		sum = _mm256_setzero_si256();

		for (int i = 0; i < some; i++, code += 32, query += 64)
		{
			__m256i		both = _mm256_loadu_si256((const __m256i *) code);
			__m256i		low = _mm256_and_si256(both, mask);
			__m256i		high = _mm256_and_si256(_mm256_srli_epi16(both, 4), mask);

			sum = _mm256_add_epi16(sum, _mm256_maddubs_epi16(low,
															 _mm256_loadu_si256((const __m256i *) query)));
			sum = _mm256_add_epi16(sum, _mm256_maddubs_epi16(high,
															 _mm256_loadu_si256((const __m256i *) (query + 32))));
		}
		total = _mm256_add_epi32(total, _mm256_madd_epi16(sum, ones));
		blocks -= some;
	}
	return Total(total);
}

static AVX2 int32_t
DotBytes(int padded, const int8_t *code, const int16_t *query)
{
	__m256i		sum[2] = {_mm256_setzero_si256(), _mm256_setzero_si256()};

	for (int i = 0; i < padded; i += 32)
		for (int r = 0; r < 2; r++)
		{
			__m256i		c = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *) (code + i + 16 * r)));
			__m256i		q = _mm256_loadu_si256((const __m256i *) (query + i + 16 * r));

			sum[r] = _mm256_add_epi32(sum[r], _mm256_madd_epi16(c, q));
		}
	return Total(_mm256_add_epi32(sum[0], sum[1]));
}

static AVX2 float
L1Bytes(int dim, const uint8_t *code, float low, float step, const float *query)
{
	const __m256 sign = _mm256_set1_ps(-0.0f);
	const __m256 lows = _mm256_set1_ps(low);
	const __m256 steps = _mm256_set1_ps(step);
	__m256		sum = _mm256_setzero_ps();
	float		lanes[8];
	float		total = 0;
	int			i = 0;

	for (; i + 8 <= dim; i += 8)
	{
		__m256i		c = _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *) (code + i)));
		__m256		x = _mm256_fmadd_ps(_mm256_cvtepi32_ps(c), steps, lows);
		__m256		difference = _mm256_sub_ps(_mm256_loadu_ps(query + i), x);

		sum = _mm256_add_ps(sum, _mm256_andnot_ps(sign, difference));
	}
	_mm256_storeu_ps(lanes, sum);
	for (int lane = 0; lane < 8; lane++)
		total += lanes[lane];
	for (; i < dim; i++)
		total += fabsf(query[i] - low - step * code[i]);
	return total;
}

const HnswCodeKernels hnsw_kernels_avx2 = {
	.dot_bits = DotBits,
	.dot_pairs = DotPairs,
	.dot_nibbles = DotNibbles,
	.dot_bytes = DotBytes,
	.l1_bytes = L1Bytes,
};

#endif							/* __x86_64__ */
