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

/* SyntaxError: grammar; scopes and types known before running */
#define CYPHER_SYNTAX_ERROR MAKE_SQLSTATE('C','Y','0','0','1')
/* SemanticError: a null where MERGE or CREATE needs a value */
#define CYPHER_SEMANTIC_ERROR MAKE_SQLSTATE('C','Y','0','0','2')
/* TypeError: a value of the wrong type at run time */
#define CYPHER_TYPE_ERROR MAKE_SQLSTATE('C','Y','0','0','3')
/* ArgumentError: an argument out of range, a text that is no date */
#define CYPHER_ARGUMENT_ERROR MAKE_SQLSTATE('C','Y','0','0','4')
/* ArithmeticError: division by zero, integer out of range */
#define CYPHER_ARITHMETIC_ERROR MAKE_SQLSTATE('C','Y','0','0','5')
/* EntityNotFound: reading what the query deleted */
#define CYPHER_ENTITY_NOT_FOUND MAKE_SQLSTATE('C','Y','0','0','6')
/* ParameterMissing: no value for $name */
#define CYPHER_PARAMETER_MISSING MAKE_SQLSTATE('C','Y','0','0','7')
/* ProcedureError: no such procedure */
#define CYPHER_PROCEDURE_ERROR MAKE_SQLSTATE('C','Y','0','0','8')
/* ConstraintVerificationFailed: deleting a node with relationships */
#define CYPHER_CONSTRAINT_ERROR MAKE_SQLSTATE('C','Y','0','0','9')

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
