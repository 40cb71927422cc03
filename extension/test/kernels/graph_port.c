/*-------------------------------------------------------------------------
 *
 * graph_port.c
 *	  What the graph kernels want of their surroundings, for tests alone.
 *
 * Every block is of exactly the size asked for, filled with what no kernel
 * should take for a value, so that the sanitizers see each step beyond.
 *
 *-------------------------------------------------------------------------
 */
#include <stdlib.h>
#include <string.h>

#include "graph/kernel.h"

void *
kernel_alloc(size_t size)
{
	void	   *memory = malloc(size);

	if (memory == NULL && size > 0)
		abort();
	if (size > 0)
		memset(memory, 0xa5, size);
	return memory;
}

void
kernel_free(void *memory)
{
	free(memory);
}

void
kernel_check(void)
{
}
