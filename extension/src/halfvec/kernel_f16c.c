/*-------------------------------------------------------------------------
 *
 * kernel_f16c.c
 *	  Distances for x86-64 with AVX2, FMA and F16C.
 *
 *-------------------------------------------------------------------------
 */
#if defined(__x86_64__)

#include <immintrin.h>
#include <math.h>

#include "halfvec/kernel.h"

#define AVX2	__attribute__((target("avx2,fma,f16c")))

typedef Half Element;

static inline AVX2 __m256
LoadEight(const Half *p)
{
	return _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *) p));
}

/* The first count (0..7) halves of p, then zeros */
static inline AVX2 __m256
LoadTail(const Half *p, int count)
{
	Half		eight[8] = {0};

	memcpy(eight, p, count * sizeof(Half));
	return LoadEight(eight);
}

#include "vector/kernel_avx2.h"

static AVX2 void
ToFloats(int dim, const Half *from, float *to)
{
	int			i = 0;

	for (; i + LANES <= dim; i += LANES)
		_mm256_storeu_ps(to + i, LoadEight(from + i));
	for (; i < dim; i++)
		to[i] = _cvtsh_ss(from[i]);
}

const HalfKernels half_kernels_f16c = {
	.name = "f16c",
	.l2_squared = L2Squared,
	.inner_product = InnerProduct,
	.l1 = L1,
	.cosine_similarity = CosineSimilarity,
	.to_floats = ToFloats,
};

#endif							/* __x86_64__ */
