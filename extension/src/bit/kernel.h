/*-------------------------------------------------------------------------
 *
 * kernel.h
 *	  Distances between two arrays of bits: plain C, nothing of PostgreSQL.
 *
 * PostgreSQL keeps the bits past the last one zero, so whole bytes count.
 *
 *-------------------------------------------------------------------------
 */
#ifndef BIT_KERNEL_H
#define BIT_KERNEL_H

#include <stdint.h>

/* The kernels of one instruction set */
typedef struct BitKernels
{
	const char *name;			/* plain, avx2 */
	/* Bits in which two arrays of so many bytes differ */
	uint64_t	(*hamming) (uint32_t bytes, const uint8_t *a, const uint8_t *b);
	/* 1 - shared ones / all ones; 1 if none is shared */
	double		(*jaccard) (uint32_t bytes, const uint8_t *a, const uint8_t *b);
} BitKernels;

/* kernel_plain.c: any processor */
extern const BitKernels bit_kernels_plain;

/* kernel_avx2.c: x86-64 with AVX2 and POPCNT */
#if defined(__x86_64__)
extern const BitKernels bit_kernels_avx2;
#endif

/* kernel.c: the best set for this processor, and its choice */
extern BitKernels bit_kernels;
extern void BitKernelsChoose(void);

/*
 * Jaccard distance from the ones that both have, and that each has.
 */
static inline double
JaccardOfCounts(uint64_t both, uint64_t a, uint64_t b)
{
	if (both == 0)
		return 1;
	return 1 - (both / (double) (a + b - both));
}

#endif							/* BIT_KERNEL_H */
