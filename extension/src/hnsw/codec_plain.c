/*-------------------------------------------------------------------------
 *
 * codec_plain.c
 *	  Distances to codes for any processor, and the choice of the best set.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>

#include "hnsw/codec.h"

HnswCodeKernels hnsw_kernels;

void
HnswKernelsChoose(void)
{
	hnsw_kernels = hnsw_kernels_plain;
#if defined(__x86_64__)
	__builtin_cpu_init();
	if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
		hnsw_kernels = hnsw_kernels_avx2;
#endif
}

static int32_t
DotBits(int padded, const uint8_t *code, const int8_t *query)
{
	int32_t		sum = 0;

	for (int block = 0; block < padded; block += 64, code += 8, query += 64)
		for (int i = 0; i < 64; i++)
			sum += (code[i % 8] >> (i / 8) & 1) * query[i];
	return sum;
}

static int32_t
DotPairs(int padded, const uint8_t *code, const int8_t *query)
{
	int32_t		sum = 0;

	for (int block = 0; block < padded; block += 64, code += 16, query += 64)
		for (int i = 0; i < 64; i++)
			sum += (code[i % 16] >> (i / 16 * 2) & 3) * query[i];
	return sum;
}

static int32_t
DotNibbles(int padded, const uint8_t *code, const int8_t *query)
{
	int32_t		sum = 0;

	for (int block = 0; block < padded; block += 64, code += 32, query += 64)
		for (int i = 0; i < 32; i++)
			sum += (code[i] & 15) * query[i] + (code[i] >> 4) * query[32 + i];
	return sum;
}

static int32_t
DotBytes(int padded, const int8_t *code, const int16_t *query)
{
	int32_t		sum = 0;

	for (int i = 0; i < padded; i++)
		sum += code[i] * query[i];
	return sum;
}

static float
L1Bytes(int dim, const uint8_t *code, float low, float step, const float *query)
{
	float		sum[8] = {0};
	int			i = 0;

	for (; i + 8 <= dim; i += 8)
		for (int lane = 0; lane < 8; lane++)
			sum[lane] += fabsf(query[i + lane] - low - step * code[i + lane]);
	for (int lane = 0; i < dim; i++, lane++)
		sum[lane] += fabsf(query[i] - low - step * code[i]);
	return ((sum[0] + sum[4]) + (sum[1] + sum[5])) +
		((sum[2] + sum[6]) + (sum[3] + sum[7]));
}

const HnswCodeKernels hnsw_kernels_plain = {
	.dot_bits = DotBits,
	.dot_pairs = DotPairs,
	.dot_nibbles = DotNibbles,
	.dot_bytes = DotBytes,
	.l1_bytes = L1Bytes,
};
