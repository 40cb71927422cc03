/*-------------------------------------------------------------------------
 *
 * limit.c
 *	  The setting cypher.max_memory: what a query may take of the session's
 *	  memory. Values are reserved as they are made; now and then the memory of
 *	  the session is counted, so that what was freed does not count.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/guc.h"
#include "utils/memutils.h"

#include "bellwether.h"
#include "cypher/value.h"

PG_FUNCTION_INFO_V1(cypher_reserve);

/* In kB */
#define DEFAULT_MAX_MEMORY	(512 * 1024)
#define MIN_MAX_MEMORY		(16 * 1024)
#define MAX_MAX_MEMORY		(1024 * 1024 * 1024)

/* Bytes of new values after which the session's memory is counted */
#define COUNT_EVERY			(8 * 1024 * 1024)

static int	max_memory = DEFAULT_MAX_MEMORY;
static Size reserved = 0;

void
CypherInit(void)
{
	DefineCustomIntVariable("cypher.max_memory",
							"Memory of a session at which a query in Cypher or SPARQL is stopped.",
							"Only a superuser can change it.",
							&max_memory, DEFAULT_MAX_MEMORY, MIN_MAX_MEMORY,
							MAX_MAX_MEMORY, PGC_SUSET, GUC_UNIT_KB, NULL, NULL,
							NULL);
	MarkGUCPrefixReserved("cypher");
}

/*
 * So many bytes are about to be allocated for values.
 */
void
CypherReserve(Size bytes)
{
	Size		limit = (Size) max_memory * 1024;

	reserved += bytes;
	if (reserved < COUNT_EVERY)
		return;
	reserved = 0;
	if (bytes > limit ||
		MemoryContextMemAllocated(TopMemoryContext, true) + bytes > limit)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("the query needs more memory than cypher.max_memory (%d kB)",
						max_memory),
				 errhint("LIMIT what is collected, or bind variable-length patterns above.")));
}

/* Memory for many values at once */
void *
CypherAlloc(Size bytes)
{
	CypherReserve(bytes);
	return palloc_extended(bytes, MCXT_ALLOC_HUGE);
}

/*
 * The value as it is; PostgreSQL is about to keep a copy of it in an array.
 */
Datum
cypher_reserve(PG_FUNCTION_ARGS)
{
	Datum		value = PG_GETARG_DATUM(0);

	CypherReserve(VARSIZE_ANY(DatumGetPointer(value)));
	PG_RETURN_DATUM(value);
}
