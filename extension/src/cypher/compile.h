/*-------------------------------------------------------------------------
 *
 * compile.h
 *	  From the tree of a query to SQL: what the parts of the compiler share.
 *
 * A query is compiled clause by clause. Reading clauses add to a block, the
 * FROM and WHERE of one SELECT; WITH closes the block and makes it a
 * subquery in the FROM of the next. A query that only reads so becomes one
 * statement. A writing clause ends a statement: its rows go to the executor,
 * which writes and hands the rows to the next statement as a parameter,
 * because the clauses of one SQL statement cannot see each other's writes
 * and those of Cypher must.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CYPHER_COMPILE_H
#define CYPHER_COMPILE_H

#include "executor/spi.h"
#include "lib/stringinfo.h"
#include "utils/hsearch.h"

#include "cypher/ast.h"
#include "cypher/function.h"
#include "graph/graph.h"

/* Bytes of one SQL statement's expressions */
#define MAX_SQL_LENGTH (4 * 1024 * 1024)

/* Parameters of one SQL statement */
#define MAX_PARAMETERS 30000

/* First character of names that the compiler gives; no query can write it */
#define HIDDEN_NAME '\001'

typedef enum ParameterKind
{
	PARAMETER_TENANT,			/* integer */
	PARAMETER_ROWS,				/* cypher_value[]: a list for each row */
	PARAMETER_CONSTANT,			/* a literal of the query */
	PARAMETER_NAMED				/* $name */
} ParameterKind;

typedef struct Parameter
{
	ParameterKind kind;
	char	   *name;
	Datum		constant;		/* 0: null */
} Parameter;

/* One SQL statement */
typedef struct Statement
{
	StringInfoData sql;
	List	   *parameters;		/* Parameter */
	int			ncolumns;		/* all of type cypher_value */
	SPIPlanPtr	plan;
} Statement;

/* A name that a query can use; sql texts are valid in the current block */
typedef struct Variable
{
	char	   *name;
	ValueType	type;			/* VALUE_NULL: not known */
	bool		hops;			/* list of relationships of a pattern */
	char	   *value;			/* SQL of the value, NULL if native */
	char	   *id;				/* native node or relationship */
	char	   *labels;			/* node */
	char	   *edge_type;		/* relationship */
	char	   *start;
	char	   *end;
	char	   *properties;
	Expression *expr;			/* alias in ORDER BY: the item's expression */
	List	   *scope;			/* ... and where it is read */
} Variable;

/* The SELECT under construction */
typedef struct Block
{
	StringInfoData from;
	StringInfoData where;
	List	   *scope;			/* Variable, later ones hide earlier ones */
} Block;

/* An expression that is a column already */
typedef struct Replacement
{
	Expression *expr;
	char	   *sql;
} Replacement;

typedef enum StepKind
{
	STEP_READ,
	STEP_CREATE,
	STEP_MERGE,
	STEP_SET,
	STEP_DELETE
} StepKind;

/* A node to create: column of the row that has it, or a new column */
typedef struct CreateNode
{
	int			column;
	bool		bound;
	ArrayType  *labels;
	int			properties;		/* column of the evaluation, -1: none */
} CreateNode;

typedef struct CreateEdge
{
	int			column;
	int			start;			/* columns of the row */
	int			end;
	char	   *type;
	int			properties;
} CreateEdge;

/* A path through created or bound columns */
typedef struct CreatePath
{
	int			column;
	List	   *columns;		/* int: node, edge, node ... */
} CreatePath;

typedef struct CreateStep
{
	Statement  *evaluate;		/* properties for each row, or NULL */
	List	   *nodes;
	List	   *edges;
	List	   *paths;
	int			ncolumns;		/* of the rows afterwards */
	bool		no_nulls;		/* MERGE refuses null properties */
} CreateStep;

typedef struct SetStepItem
{
	SetKind		kind;
	Statement  *evaluate;		/* target [, value] for each row */
	char	   *key;
	List	   *labels;			/* char */
	bool		remove;
} SetStepItem;

typedef struct MergeStep
{
	Statement  *match;			/* for one row: the new columns */
	CreateStep *create;
	List	   *on_create;		/* SetStepItem */
	List	   *on_match;
} MergeStep;

typedef struct Step
{
	StepKind	kind;
	Statement  *read;			/* READ; DELETE: what to delete */
	CreateStep *create;
	MergeStep  *merge;
	List	   *set;			/* SetStepItem */
	bool		detach;
} Step;

/* A part of a UNION, and the whole */
typedef struct Program
{
	List	   *parts;			/* List of Step */
	bool		all;
	bool		writes;
	bool		kept;			/* for later calls, with its plans */
	bool		calls_functions;	/* procedures that people wrote */
	int			ncolumns;		/* -1: returns nothing */
	char	  **columns;
} Program;

typedef struct Compiler
{
	const char *query;
	Graph		graph;
	const char *node_table;		/* quoted, with schema */
	const char *edge_table;
	const char *graph_literal;
	CypherValue params;			/* map of the call */
	Statement  *statement;		/* being written */
	int			aliases;		/* given so far */
	bool		in_aggregate;
	bool		grouping;		/* only replacements and constants */
	List	   *replacements;	/* Replacement */
	List	   *aggregates;		/* Replacement: found while grouping */
	List	   *steps;			/* Step, of the current part */
	List	   *rows_scope;		/* variables of the rows as they were handed */
	int			rows_from;		/* length of FROM when they were */
	HTAB	   *names;			/* how often each stands in the query */
	bool		ends_only;		/* what follows does not count how often */
	bool		star;			/* RETURN * or WITH * uses all names */
	bool		calls_functions;
	char	  **columns;
	int			ncolumns;
} Compiler;

/* compile.c */
extern Program *CompileQuery(const char *query, const Graph *graph,
							 const CypherValue *params);
extern int	AddParameter(Compiler *c, ParameterKind kind, char *name,
						 const CypherValue *value);
extern char *NewAlias(Compiler *c, char letter);
extern Statement *NewStatement(void);
extern void StartBlock(Block *block, List *scope);
extern void EmitFrom(StringInfo out, const Block *block);
extern void AndWhere(Block *block);
extern void CompileRead(Compiler *c, Block *block, Clause *clause);
extern void CompileSubquery(Compiler *c, StringInfo out, List *scope,
							List *clauses);

/* compile_check.c: before SQL is written */
extern bool HasAggregate(const Expression *expr);
extern bool IsAggregate(const Expression *expr);
extern bool EqualExpr(const Expression *a, const Expression *b);
extern bool UsesVariable(const Expression *expr, List *scope, bool any);
extern bool WalkExpr(const Expression *expr, bool (*visit) (const Expression *, void *),
					 void *state);
extern ValueType StaticType(Compiler *c, List *scope, const Expression *expr);
extern void CheckType(Compiler *c, List *scope, const Expression *expr,
					  uint32 types, const char *what);
extern bool FoldConstant(Expression *expr);
extern void CountNames(Compiler *c);
extern bool UsedOnce(Compiler *c, const char *name);

/* compile_expression.c, compile_call.c, compile_list.c */
extern Variable *FindVariable(List *scope, const char *name);
extern Variable *NeedVariable(Compiler *c, List *scope, const char *name,
							  int at);
extern void EmitVariable(StringInfo out, const Variable *variable);
extern void EmitValue(Compiler *c, StringInfo out, List *scope, Expression *expr);
extern void EmitTruth(Compiler *c, StringInfo out, List *scope, Expression *expr);
extern bool EmitCall(Compiler *c, StringInfo out, List *scope, Expression *expr);
extern void EmitAggregate(Compiler *c, StringInfo out, List *scope,
						  Expression *expr);
extern void EmitList(Compiler *c, StringInfo out, List *scope, Expression *expr);
extern void EmitQuantifier(Compiler *c, StringInfo out, List *scope,
						   Expression *expr);
extern bool EmitReplaced(Compiler *c, StringInfo out, Expression *expr);
extern void EmitLiteral(StringInfo out, const char *text);
extern void EmitNames(StringInfo out, List *names);

/* compile_pattern.c, compile_subpattern.c */
extern void CompileMatch(Compiler *c, Block *block, List *patterns,
						 Expression *where, bool declare);
extern void CompileOptional(Compiler *c, Block *block, Clause *clause);
extern void ExportVariable(StringInfo columns, Variable *variable,
						   const char *alias, int number, bool native);
extern void EmitPatternExists(Compiler *c, StringInfo out, List *scope,
							  Expression *expr);
extern void EmitPatternList(Compiler *c, StringInfo out, List *scope,
							Expression *expr);

/* compile_property.c */
extern bool CompileEquality(Compiler *c, Block *block, Variable *variable,
							const char *key, Expression *value);

/* compile_projection.c */
extern void CompileProjection(Compiler *c, Block *block, Clause *clause,
							  StringInfo out);

/* compile_write.c */
extern void CompileWrite(Compiler *c, Block *block, Clause *clause);
extern void FlushBlock(Compiler *c, Block *block);

/* procedure.c */
extern void CompileCall(Compiler *c, Block *block, Clause *clause,
						bool standalone);


#endif							/* CYPHER_COMPILE_H */
