/*-------------------------------------------------------------------------
 *
 * kernel_plain.c
 *	  Distances for any processor.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>

#include "halfvec/kernel.h"

typedef Half Element;

#define Value(x)	HalfToFloat(x)

#include "vector/kernel_plain.h"

static void
ToFloats(int dim, const Half *from, float *to)
{
	for (int i = 0; i < dim; i++)
		to[i] = HalfToFloat(from[i]);
}

const HalfKernels half_kernels_plain = {
	.name = "plain",
	.l2_squared = L2Squared,
	.inner_product = InnerProduct,
	.l1 = L1,
	.cosine_similarity = CosineSimilarity,
	.to_floats = ToFloats,
};
