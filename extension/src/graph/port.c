/*-------------------------------------------------------------------------
 *
 * port.c
 *	  What kernel.h wants of PostgreSQL: memory with a bound, interrupts.
 *
 * The bound of graph.max_memory holds for what is alive at once: cached
 * adjacency, whose bytes the cache reports, and the working memory of the call.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "graph/cache.h"
#include "graph/graph.h"
#include "graph/kernel.h"

/* Bytes of the call's working memory: given out and not freed */
static size_t in_use = 0;

/*
 * How much is in use, and saying how much is after contexts were deleted; a
 * call begins with GraphMemorySet(0).
 */
size_t
GraphMemoryUsed(void)
{
	return in_use;
}

void
GraphMemorySet(size_t size)
{
	in_use = size;
}

/*
 * Error if so many bytes more would be too many.
 */
void
GraphMemoryNeed(size_t size)
{
	size_t		limit = (size_t) graph_max_memory * 1024;
	size_t		taken = in_use + GraphCacheBytes();

	if (taken + size > limit && GraphCacheBytes() > 0)
	{
		GraphCacheShrink();
		taken = in_use + GraphCacheBytes();
	}
	if (size > limit || taken > limit - size)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("graph needs more memory than graph.max_memory (%d kB)",
						graph_max_memory),
				 errdetail("%zu kB are in use and %zu kB more were wanted.",
						   taken / 1024, size / 1024),
				 errhint("Filter by types or labels, or raise graph.max_memory.")));
}

void *
kernel_alloc(size_t size)
{
	void	   *memory;

	GraphMemoryNeed(size);
	memory = palloc_extended(Max(size, 1), MCXT_ALLOC_HUGE);
	in_use += GetMemoryChunkSpace(memory);
	return memory;
}

void
kernel_free(void *memory)
{
	in_use -= Min(in_use, GetMemoryChunkSpace(memory));
	pfree(memory);
}

void
kernel_check(void)
{
	CHECK_FOR_INTERRUPTS();
}
