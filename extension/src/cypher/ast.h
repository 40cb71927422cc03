/*-------------------------------------------------------------------------
 *
 * ast.h
 *	  The tree of a query, as the parser makes it. Places (at, end) are byte
 *	  positions in the query's text.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CYPHER_AST_H
#define CYPHER_AST_H

#include "nodes/pg_list.h"

#include "cypher/value.h"

typedef enum ExprKind
{
	EXPR_CONSTANT,				/* value */
	EXPR_PARAMETER,				/* name */
	EXPR_VARIABLE,				/* name */
	EXPR_PROPERTY,				/* args[0].name */
	EXPR_LABELS,				/* args[0]:names */
	EXPR_OPERATOR,				/* op, args */
	EXPR_CALL,					/* name(args), distinct */
	EXPR_COUNT_STAR,
	EXPR_CASE,					/* base or NULL, whens: pairs, otherwise */
	EXPR_LIST,					/* args */
	EXPR_MAP,					/* names and args */
	EXPR_PROJECTION,			/* base {names, args; star} */
	EXPR_COMPREHENSION,			/* [name IN base WHERE where | result] */
	EXPR_QUANTIFIER,			/* op(name IN base WHERE where) */
	EXPR_REDUCE,				/* reduce(accumulator = otherwise, name IN
								 * base | result) */
	EXPR_PATTERN,				/* pattern as a condition */
	EXPR_PATTERN_COMPREHENSION, /* [pattern WHERE where | result] */
	EXPR_SUBQUERY,				/* EXISTS { } (op E), COUNT { } (op C) */
	EXPR_SHORTEST				/* shortestPath(pattern) as an expression */
} ExprKind;

typedef enum Operator
{
	OP_OR, OP_XOR, OP_AND, OP_NOT,
	OP_EQ, OP_NE, OP_LT, OP_LE, OP_GT, OP_GE,
	OP_ADD, OP_SUBTRACT, OP_MULTIPLY, OP_DIVIDE, OP_MODULO, OP_POWER,
	OP_NEGATE, OP_PLUS,
	OP_IN, OP_STARTS_WITH, OP_ENDS_WITH, OP_CONTAINS, OP_MATCHES,
	OP_IS_NULL, OP_IS_NOT_NULL,
	OP_INDEX, OP_SLICE,
	OP_ALL, OP_ANY, OP_NONE, OP_SINGLE,
	OP_EXISTS, OP_COUNT
} Operator;

typedef struct Expression
{
	ExprKind	kind;
	Operator	op;
	int			at;
	int			end;
	int			height;			/* operators below it, one on the other */
	char	   *name;
	char	   *accumulator;
	CypherValue value;
	List	   *args;			/* Expression */
	List	   *names;			/* char */
	struct Expression *base;
	struct Expression *where;
	struct Expression *result;
	struct Expression *otherwise;
	bool		distinct;
	bool		star;
	struct PatternPart *pattern;
	List	   *clauses;		/* of a subquery */
	const char *text;			/* where these are written, in the query */
} Expression;

typedef struct NodePattern
{
	char	   *variable;
	List	   *labels;
	Expression *properties;		/* EXPR_MAP, EXPR_PARAMETER or NULL */
	int			at;
} NodePattern;

typedef struct EdgePattern
{
	char	   *variable;
	List	   *types;
	Expression *properties;
	bool		to_left;
	bool		to_right;
	bool		variable_length;
	int64		min;			/* hops, -1 if not given */
	int64		max;
	int			at;
} EdgePattern;

typedef enum PathKind
{
	PATH_ANY,
	PATH_SHORTEST,
	PATH_ALL_SHORTEST
} PathKind;

typedef struct PatternPart
{
	char	   *variable;		/* of the path */
	PathKind	kind;
	List	   *nodes;			/* NodePattern, one more than edges */
	List	   *edges;			/* EdgePattern */
	int			at;
} PatternPart;

typedef enum ClauseKind
{
	CLAUSE_MATCH,
	CLAUSE_UNWIND,
	CLAUSE_WITH,
	CLAUSE_RETURN,
	CLAUSE_CREATE,
	CLAUSE_MERGE,
	CLAUSE_SET,
	CLAUSE_REMOVE,
	CLAUSE_DELETE,
	CLAUSE_CALL
} ClauseKind;

/* One column of WITH or RETURN */
typedef struct ReturnItem
{
	Expression *expr;
	char	   *name;
	bool		aliased;
} ReturnItem;

typedef struct SortItem
{
	Expression *expr;
	bool		descending;
} SortItem;

typedef enum SetKind
{
	SET_PROPERTY,				/* target.key = value */
	SET_ALL,					/* variable = map */
	SET_ADD,					/* variable += map */
	SET_LABELS					/* variable:labels */
} SetKind;

/* One item of SET or REMOVE; a removed property has no value */
typedef struct SetItem
{
	SetKind		kind;
	Expression *target;
	char	   *key;
	Expression *value;
	List	   *labels;
	int			at;
} SetItem;

typedef struct YieldItem
{
	char	   *field;
	char	   *name;
	int			at;
} YieldItem;

typedef struct Clause
{
	ClauseKind	kind;
	int			at;
	bool		optional;		/* MATCH */
	bool		detach;			/* DELETE */
	bool		distinct;		/* WITH, RETURN */
	bool		star;			/* WITH, RETURN; YIELD */
	bool		implicit;		/* CALL without arguments */
	List	   *patterns;		/* PatternPart */
	List	   *items;			/* ReturnItem, SetItem, YieldItem; Expression
								 * of DELETE and arguments of CALL */
	List	   *on_create;		/* SetItem */
	List	   *on_match;
	List	   *yields;			/* YieldItem */
	bool		has_yield;
	List	   *order;			/* SortItem */
	Expression *skip;
	Expression *limit;
	Expression *where;
	Expression *expr;			/* UNWIND */
	char	   *name;			/* UNWIND's variable, CALL's procedure */
} Clause;

/* UNION of parts; each part is a list of clauses */
typedef struct QueryTree
{
	List	   *parts;
	bool		all;			/* UNION ALL */
} QueryTree;

/* error.c: at compile time, with place */
extern void pg_attribute_noreturn() QueryError(const char *query, int at,
											   int sqlstate,
											   const char *detail,
											   const char *format,...)
			pg_attribute_printf(5, 6);

/* parser.c */
extern QueryTree *ParseQuery(const char *query);

#endif							/* CYPHER_AST_H */
