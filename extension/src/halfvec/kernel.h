/*-------------------------------------------------------------------------
 *
 * kernel.h
 *	  Distances between two arrays of halves: plain C, nothing of PostgreSQL.
 *
 * Halves are widened to floats in registers; the sums are those of vectors.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HALFVEC_KERNEL_H
#define HALFVEC_KERNEL_H

#include "halfvec/half.h"

/* One distance: number of dimensions, then the two arrays of that length */
typedef float (*HalfKernel) (int dim, const Half *a, const Half *b);

/* As above; a.b / (|a| |b|), NaN when either length is zero */
typedef double (*HalfCosineKernel) (int dim, const Half *a, const Half *b);

/* The kernels of one instruction set */
typedef struct HalfKernels
{
	const char *name;			/* plain, f16c */
	HalfKernel	l2_squared;
	HalfKernel	inner_product;
	HalfKernel	l1;
	HalfCosineKernel cosine_similarity;
	void		(*to_floats) (int dim, const Half *from, float *to);
} HalfKernels;

/* kernel_plain.c: any processor */
extern const HalfKernels half_kernels_plain;

/* kernel_f16c.c: x86-64 with AVX2, FMA and F16C */
#if defined(__x86_64__)
extern const HalfKernels half_kernels_f16c;
#endif

/* kernel.c: the best set for this processor, and its choice */
extern HalfKernels half_kernels;
extern void HalfKernelsChoose(void);

#endif							/* HALFVEC_KERNEL_H */
