/*-------------------------------------------------------------------------
 *
 * function.h
 *	  The functions of the language as tables: what the compiler checks, what
 *	  runs, and what the reference page says come from the same row.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CYPHER_FUNCTION_H
#define CYPHER_FUNCTION_H

#include "cypher/value.h"

#define CYPHER_MAX_ARGUMENTS 5

/* Sets of types that an argument may have, one bit a ValueType */
#define TYPE_BIT(type)	(1 << (type))
#define ANY_TYPE		0xffff
#define NUMBER_TYPES	(TYPE_BIT(VALUE_INTEGER) | TYPE_BIT(VALUE_FLOAT))
#define INTEGER_TYPE	TYPE_BIT(VALUE_INTEGER)
#define STRING_TYPE		TYPE_BIT(VALUE_STRING)
#define LIST_TYPE		TYPE_BIT(VALUE_LIST)
#define MAP_TYPE		TYPE_BIT(VALUE_MAP)
#define NODE_TYPE		TYPE_BIT(VALUE_NODE)
#define EDGE_TYPES		TYPE_BIT(VALUE_RELATIONSHIP)
#define PATH_TYPE		TYPE_BIT(VALUE_PATH)

typedef enum FunctionKind
{
	FUNCTION_PLAIN,				/* null in any argument makes null */
	FUNCTION_NULLS,				/* wants to see nulls itself */
	FUNCTION_CLOCK,				/* plain; without arguments it reads the clock */
	FUNCTION_VOLATILE			/* another answer at each call */
} FunctionKind;

typedef struct Function
{
	const char *name;
	const char *signature;		/* for the reference page */
	int			min_args;
	int			max_args;
	FunctionKind kind;
	uint32		types[CYPHER_MAX_ARGUMENTS];
	ValueType	result;			/* VALUE_NULL: depends on the arguments */
	CypherValue (*run) (const struct Function *function, CypherValue *args,
						int nargs);
	int			tag;			/* which one of several that share run */
	const char *meaning;
} Function;

/* function_*.c: each table ends with a row without name */
extern const Function graph_functions[];
extern const Function list_functions[];
extern const Function math_functions[];
extern const Function string_functions[];
extern const Function conversion_functions[];
extern const Function temporal_functions[];

/* function.c */
extern const Function *FindFunction(const char *name, int length);
extern const Function *const function_groups[];
extern const char *const function_group_names[];

/* operator.c: what the operators and the functions share */
extern CypherValue GetProperty(const CypherValue *value, const char *key, int length);

#endif							/* CYPHER_FUNCTION_H */
