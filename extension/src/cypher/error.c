/*-------------------------------------------------------------------------
 *
 * error.c
 *	  Errors at compile time: openCypher's kind and detail, line and column,
 *	  and the place in the query's text for clients that show it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "mb/pg_wchar.h"

#include "cypher/ast.h"
#include "cypher/error.h"

/* Longest piece of the query that goes with an error */
#define SHOWN_QUERY 4000

static const char *
KindOf(int sqlstate)
{
	if (sqlstate == CYPHER_SEMANTIC_ERROR)
		return "SemanticError";
	if (sqlstate == CYPHER_TYPE_ERROR)
		return "TypeError";
	if (sqlstate == CYPHER_ARGUMENT_ERROR)
		return "ArgumentError";
	if (sqlstate == CYPHER_PARAMETER_MISSING)
		return "ParameterMissing";
	if (sqlstate == CYPHER_PROCEDURE_ERROR)
		return "ProcedureError";
	return "SyntaxError";
}

void
QueryError(const char *query, int at, int sqlstate, const char *detail,
		   const char *format,...)
{
	StringInfoData message;
	int			line = 1;
	int			start = 0;
	int			length = strlen(query);
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
	at = Min(at, length);
	for (int i = 0; i < at; i++)
		if (query[i] == '\n')
		{
			line++;
			start = i + 1;
		}
	ereport(ERROR,
			(errcode(sqlstate),
			 errmsg("%s: %s: %s", KindOf(sqlstate), detail, message.data),
			 errdetail("At line %d, column %d.", line,
					   pg_mbstrlen_with_len(query + start, at - start) + 1),
			 length <= SHOWN_QUERY ? internalerrquery(query) : 0,
			 length <= SHOWN_QUERY ?
			 internalerrposition(pg_mbstrlen_with_len(query, at) + 1) : 0));
}
