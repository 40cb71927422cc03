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

/*
 * Line and column of a place in a query, for ereport.
 */
int
ErrorPlace(const char *query, int at)
{
	int			line = 1;
	int			start = 0;
	int			length = strlen(query);

	at = Min(at, length);
	for (int i = 0; i < at; i++)
		if (query[i] == '\n')
		{
			line++;
			start = i + 1;
		}
	errdetail("At line %d, column %d.", line,
			  pg_mbstrlen_with_len(query + start, at - start) + 1);
	if (length <= SHOWN_QUERY)
	{
		internalerrquery(query);
		internalerrposition(pg_mbstrlen_with_len(query, at) + 1);
	}
	return 0;
}

void
QueryError(const char *query, int at, int sqlstate, const char *detail,
		   const char *format,...)
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
			(errcode(sqlstate),
			 errmsg("%s: %s: %s", KindOf(sqlstate), detail, message.data),
			 ErrorPlace(query, at)));
}
