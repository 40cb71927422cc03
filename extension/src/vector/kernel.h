/*-------------------------------------------------------------------------
 *
 * kernel.h
 *	  Distances between two arrays of floats: plain C, nothing of PostgreSQL.
 *
 * Sums are kept in float, in several lanes: the result differs from a
 * sequential sum in the last bits, as any two instruction sets do.
 *
 *-------------------------------------------------------------------------
 */
#ifndef VECTOR_KERNEL_H
#define VECTOR_KERNEL_H

/* One distance: number of dimensions, then the two arrays of that length */
typedef float (*VectorKernel) (int dim, const float *a, const float *b);

/* As above; a.b / (|a| |b|), NaN when either length is zero */
typedef double (*VectorCosineKernel) (int dim, const float *a, const float *b);

/* The kernels of one instruction set */
typedef struct VectorKernels
{
	const char *name;			/* plain, avx2, avx512 */
	VectorKernel l2_squared;
	VectorKernel inner_product;
	VectorKernel l1;
	VectorCosineKernel cosine_similarity;
} VectorKernels;

/* kernel_plain.c: any processor */
extern const VectorKernels vector_kernels_plain;

/* kernel_avx2.c: x86-64 with AVX2 and FMA */
#if defined(__x86_64__)
extern const VectorKernels vector_kernels_avx2;
#endif

/* kernel.c: the best set for this processor, and its choice */
extern VectorKernels vector_kernels;
extern void VectorKernelsChoose(void);

#endif							/* VECTOR_KERNEL_H */
