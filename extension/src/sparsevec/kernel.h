/*-------------------------------------------------------------------------
 *
 * kernel.h
 *	  Distances between two lists of elements that are not zero: plain C,
 *	  nothing of PostgreSQL.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SPARSEVEC_KERNEL_H
#define SPARSEVEC_KERNEL_H

#include <stdint.h>

/* A list of elements by ascending index */
typedef struct SparseView
{
	int			nnz;
	const int32_t *indices;
	const float *values;
} SparseView;

/* kernel.c */
extern float SparseL2Squared(SparseView a, SparseView b);
extern float SparseInnerProduct(SparseView a, SparseView b);
extern double SparseCosineSimilarity(SparseView a, SparseView b);
extern float SparseL1(SparseView a, SparseView b);

#endif							/* SPARSEVEC_KERNEL_H */
