/*-------------------------------------------------------------------------
 *
 * function.h
 *	  The functions of SPARQL as tables, one a file.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SPARQL_FUNCTION_H
#define SPARQL_FUNCTION_H

#include "utils/array.h"

#include "sparql/sparql.h"

typedef struct SparqlFunction
{
	const char *name;
	int			min_args;
	int			max_args;
	CypherValue (*run) (int tag, CypherValue *args, int nargs);
	int			tag;			/* which one of several that share run */
} SparqlFunction;

/* function_*.c: each table ends with a row without name */
extern const SparqlFunction sparql_number_functions[];
extern const SparqlFunction sparql_string_functions[];
extern const SparqlFunction sparql_term_functions[];

/* function.c */
extern CypherValue *SparqlReadArray(ArrayType *array, int *n);

#endif							/* SPARQL_FUNCTION_H */
