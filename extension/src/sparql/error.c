/*-------------------------------------------------------------------------
 *
 * error.c
 *	  Errors of SPARQL at compile time, with line and column.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "cypher/error.h"
#include "sparql/sparql.h"

void
SparqlError(const char *query, int at, int sqlstate, const char *format,...)
{
	StringInfoData message;
	va_list		args;

	initStringInfo(&message);
	for (;;)
	{
		int			needed;

		va_start(args, format);
		needed = appendStringInfoVA(&message, format, args);
		va_end(args);
		if (needed == 0)
			break;
		enlargeStringInfo(&message, needed);
	}
	ereport(ERROR,
			(errcode(sqlstate), errmsg("SPARQL: %s", message.data),
			 ErrorPlace(query, at)));
}
