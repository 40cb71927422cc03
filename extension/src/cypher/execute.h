/*-------------------------------------------------------------------------
 *
 * execute.h
 *	  Running a compiled query: rows between statements, and what was
 *	  written to entities that rows still hold.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CYPHER_EXECUTE_H
#define CYPHER_EXECUTE_H

#include "funcapi.h"
#include "utils/hsearch.h"

#include "cypher/compile.h"

/* Rows of datums of type cypher_value; 0 is null */
typedef struct RowSet
{
	int			ncolumns;
	int			n;
	int			max;
	Datum	  **rows;
} RowSet;

/* One run of a query */
typedef struct Run
{
	const Graph *graph;
	CypherValue params;
	Oid			value_type;
	Oid			array_type;
	bool		keep_plans;
} Run;

/* Compiles a query that is not Cypher and only reads */
typedef Program *(*CompileCallback) (const char *query, const Graph *graph);

/* Changes the values of a row before they are shown */
typedef void (*ShowRowCallback) (CypherValue *items, int n);

/* cache.c */
extern int	cypher_depth;		/* calls of cypher() that run now */
extern Program *CachedProgram(const char *query, const Graph *graph,
							  const CypherValue *params,
							  CompileCallback compile);

/* cypher.c: for another language over the same graphs */
extern void RunReadQuery(FunctionCallInfo fcinfo, CompileCallback compile,
						 ShowRowCallback show);
extern text * QuerySql(FunctionCallInfo fcinfo, CompileCallback compile);

/* What a step knows of a node or relationship it changes */
typedef struct Changed
{
	int64		key[2];			/* kind (ValueType), id */
	CypherValue value;			/* as it is now */
	bool		written;
} Changed;

/* execute.c */
extern RowSet *NewRows(int ncolumns);
extern void AddRow(RowSet *rows, Datum *row);
extern RowSet *RunStatement(Run *run, Statement *statement, const RowSet *input);
extern void ExecuteSql(Run *run, const char *sql, int nargs, const Oid *types,
					   const Datum *values);

/* Called for each row of the result */
typedef void (*TakeRowCallback) (void *state, Datum *values, bool *nulls);
extern void RunProgram(Run *run, Program *program, TakeRowCallback take,
					   void *state);

/* write.c, write_set.c, write_delete.c */
extern void RunCreate(Run *run, CreateStep *step, RowSet *rows);
extern RowSet *RunMerge(Run *run, MergeStep *step, RowSet *rows);
extern void RunSet(Run *run, List *items, RowSet *rows);
extern void RunDelete(Run *run, Statement *evaluate, bool detach, RowSet *rows);
extern HTAB *NewChanges(void);
extern Changed *FindChanged(HTAB *changes, const CypherValue *entity);
extern void RefreshRows(HTAB *changes, RowSet *rows);

#endif							/* CYPHER_EXECUTE_H */
