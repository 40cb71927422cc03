/*-------------------------------------------------------------------------
 *
 * kernel.c
 *	  Which kernels this processor can run: asked once, when the library loads.
 *
 *-------------------------------------------------------------------------
 */
#include "vector/kernel.h"

VectorKernels vector_kernels;

void
VectorKernelsChoose(void)
{
	vector_kernels = vector_kernels_plain;
#if defined(__x86_64__)
	__builtin_cpu_init();
	if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
		vector_kernels = vector_kernels_avx2;
#endif
}
