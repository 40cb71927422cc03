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
typedef struct Rows
{
	int			ncolumns;
	int			n;
	int			max;
	Datum	  **rows;
} Rows;

/* One run of a query */
typedef struct Run
{
	const Graph *graph;
	Value		params;
	Oid			value_type;
	Oid			array_type;
} Run;

/* cache.c */
extern int	cypher_depth;		/* calls of cypher() that run now */
extern Program *CachedProgram(const char *query, const Graph *graph,
							  const Value *params);

/* What a step knows of a node or relationship it changes */
typedef struct Changed
{
	int64		key[2];			/* kind (ValueType), id */
	Value		value;			/* as it is now */
	bool		written;
} Changed;

/* execute.c */
extern Rows *NewRows(int ncolumns);
extern void AddRow(Rows *rows, Datum *row);
extern Rows *RunStatement(Run *run, Statement *statement, const Rows *input);
extern void ExecuteSql(Run *run, const char *sql, int nargs, const Oid *types,
					   const Datum *values);

/* Called for each row of the result */
typedef void (*TakeRowCallback) (void *state, Datum *values, bool *nulls);
extern void RunProgram(Run *run, Program *program, TakeRowCallback take,
					   void *state);

/* write.c, write_set.c, write_delete.c */
extern void RunCreate(Run *run, CreateStep *step, Rows *rows);
extern Rows *RunMerge(Run *run, MergeStep *step, Rows *rows);
extern void RunSet(Run *run, List *items, Rows *rows);
extern void RunDelete(Run *run, Statement *evaluate, bool detach, Rows *rows);
extern HTAB *NewChanges(void);
extern Changed *FindChanged(HTAB *changes, const Value *entity);
extern void RefreshRows(HTAB *changes, Rows *rows);

#endif							/* CYPHER_EXECUTE_H */
