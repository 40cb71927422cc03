/*-------------------------------------------------------------------------
 *
 * procedure.h
 *	  What CALL can call: a procedure as a template of SQL in FROM.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CYPHER_PROCEDURE_H
#define CYPHER_PROCEDURE_H

#include "cypher/compile.h"

/* Arguments that a procedure may have: marks are %1 to %9 */
#define MAX_PROCEDURE_ARGUMENTS 9

/* A column that YIELD can name; the last has no name */
typedef struct ProcedureField
{
	const char *name;
	const char *sql;			/* template, of type cypher_value */
	ValueType	type;			/* VALUE_NULL: not known */
} ProcedureField;

/*
 * In templates %g is the graph's name, %N the node table, %E the edge table,
 * %p the procedure's alias, %1 to %9 the arguments as values, %% a percent
 * sign. Arguments from min_args on may be left out and are null then.
 */
typedef struct Procedure
{
	const char *name;
	const char *signature;		/* name(argument, ...) YIELD field, ... */
	int			min_args;
	int			max_args;
	const char *from;
	const ProcedureField *fields;
	const char *meaning;
	uint32		types[MAX_PROCEDURE_ARGUMENTS]; /* 0: any */
} Procedure;

/* procedure_table.c */
extern const Procedure *BuiltinProcedure(const char *name);

/* procedure_function.c */
extern const Procedure *FunctionProcedure(Compiler *c, const char *name, int at);

#endif							/* CYPHER_PROCEDURE_H */
