/*-------------------------------------------------------------------------
 *
 * kernel_plain.c
 *	  Distances for any processor.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>

#include "vector/kernel.h"

typedef float Element;

#define Value(x)	(x)

#include "vector/kernel_plain.h"

const VectorKernels vector_kernels_plain = {
	.name = "plain",
	.l2_squared = L2Squared,
	.inner_product = InnerProduct,
	.l1 = L1,
	.cosine_similarity = CosineSimilarity,
};
