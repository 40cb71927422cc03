/*-------------------------------------------------------------------------
 *
 * kernel.c
 *	  Which kernels this processor can run: asked once, when the library loads.
 *
 *-------------------------------------------------------------------------
 */
#include "bit/kernel.h"

BitKernels	bit_kernels;

void
BitKernelsChoose(void)
{
	bit_kernels = bit_kernels_plain;
#if defined(__x86_64__)
	__builtin_cpu_init();
	if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("popcnt"))
		bit_kernels = bit_kernels_avx2;
#endif
}
