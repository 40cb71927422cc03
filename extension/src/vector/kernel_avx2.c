/*-------------------------------------------------------------------------
 *
 * kernel_avx2.c
 *	  Distances for x86-64 with AVX2 and FMA.
 *
 * The tail is loaded under a mask, so that nothing past the arrays is read and
 * every dimension costs the same.
 *
 *-------------------------------------------------------------------------
 */
#if defined(__x86_64__)

#include <immintrin.h>
#include <math.h>

#include "vector/kernel.h"

#define AVX2	__attribute__((target("avx2,fma")))

typedef float Element;

static inline AVX2 __m256
LoadEight(const float *p)
{
	return _mm256_loadu_ps(p);
}

/* Eight true, then eight false: loaded from 8 - n it lets n lanes pass */
static const int tail_mask[16] = {-1, -1, -1, -1, -1, -1, -1, -1};

/* The first count (0..7) floats of p, then zeros */
static inline AVX2 __m256
LoadTail(const float *p, int count)
{
	__m256i		mask =
	_mm256_loadu_si256((const __m256i *) (tail_mask + 8 - count));

	return _mm256_maskload_ps(p, mask);
}

#include "vector/kernel_avx2.h"

const VectorKernels vector_kernels_avx2 = {
	.name = "avx2",
	.l2_squared = L2Squared,
	.inner_product = InnerProduct,
	.l1 = L1,
	.cosine_similarity = CosineSimilarity,
};

#endif							/* __x86_64__ */
