/*-------------------------------------------------------------------------
 *
 * kernel.c
 *	  Which kernels this processor can run: asked once, when the library loads.
 *
 *-------------------------------------------------------------------------
 */
#include "halfvec/kernel.h"

HalfKernels half_kernels;

void
HalfKernelsChoose(void)
{
	half_kernels = half_kernels_plain;
#if defined(__x86_64__)
	__builtin_cpu_init();
	if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
		__builtin_cpu_supports("f16c"))
		half_kernels = half_kernels_f16c;
#endif
}
