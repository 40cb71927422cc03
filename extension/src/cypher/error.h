/*-------------------------------------------------------------------------
 *
 * error.h
 *	  SQLSTATEs of Cypher's kinds of error, class CY. A message begins with
 *	  the kind and the detail as openCypher names them.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CYPHER_ERROR_H
#define CYPHER_ERROR_H

#define CYPHER_SYNTAX_ERROR			MAKE_SQLSTATE('C','Y','0','0','1')
#define CYPHER_SEMANTIC_ERROR		MAKE_SQLSTATE('C','Y','0','0','2')
#define CYPHER_TYPE_ERROR			MAKE_SQLSTATE('C','Y','0','0','3')
#define CYPHER_ARGUMENT_ERROR		MAKE_SQLSTATE('C','Y','0','0','4')
#define CYPHER_ARITHMETIC_ERROR		MAKE_SQLSTATE('C','Y','0','0','5')
#define CYPHER_ENTITY_NOT_FOUND		MAKE_SQLSTATE('C','Y','0','0','6')
#define CYPHER_PARAMETER_MISSING	MAKE_SQLSTATE('C','Y','0','0','7')
#define CYPHER_PROCEDURE_ERROR		MAKE_SQLSTATE('C','Y','0','0','8')
#define CYPHER_CONSTRAINT_ERROR		MAKE_SQLSTATE('C','Y','0','0','9')

/* error.c: auxiliary function of ereport */
extern int	ErrorPlace(const char *query, int at);

/* At run time: no position, the value's type says enough */
#define TypeError(detail, ...) \
	ereport(ERROR, (errcode(CYPHER_TYPE_ERROR), \
					errmsg("TypeError: " detail ": " __VA_ARGS__)))
#define ArgumentError(detail, ...) \
	ereport(ERROR, (errcode(CYPHER_ARGUMENT_ERROR), \
					errmsg("ArgumentError: " detail ": " __VA_ARGS__)))
#define ArithmeticError(detail, ...) \
	ereport(ERROR, (errcode(CYPHER_ARITHMETIC_ERROR), \
					errmsg("ArithmeticError: " detail ": " __VA_ARGS__)))

#endif							/* CYPHER_ERROR_H */
