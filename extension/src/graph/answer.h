/*-------------------------------------------------------------------------
 *
 * answer.h
 *	  The rows of a function's answer in arrays, for the scan that asked for them.
 *
 * A function in FROM puts its rows into a tuplestore: each is formed, copied,
 * given out and freed by itself. Where a scan of ours calls the function
 * (scan.c), its rows stay arrays of values (answer.c), and the scan gives them
 * out without forming any.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GRAPH_ANSWER_H
#define GRAPH_ANSWER_H

#include "executor/tuptable.h"
#include "nodes/execnodes.h"
#include "utils/tuplestore.h"

#include "graph/graph.h"

/* Rows of one piece of the arrays */
#define GRAPH_PIECE_ROWS	4096

/* One column behind the other; they are passed by value */
typedef struct GraphPiece
{
	uint8		nulls[GRAPH_PIECE_ROWS];	/* of each row: a bit a column */
	Datum		values[FLEXIBLE_ARRAY_MEMBER][GRAPH_PIECE_ROWS];
} GraphPiece;

typedef struct GraphAnswer
{
	ReturnSetInfo info;			/* by which the function knows it */
	MemoryContext context;		/* of the pieces */
	int			columns;
	int			nwanted;		/* columns that somebody looks at: pieces have
								 * these alone */
	int			wanted[GRAPH_MAX_COLUMNS];
	uint64		rows;			/* in pieces */
	uint64		most;			/* so many at most; others are in rest */
	GraphPiece **pieces;
	uint32		npieces;
	uint32		room;			/* of pieces */
	Tuplestorestate *rest;		/* NULL: all rows are in pieces */
} GraphAnswer;

/* answer.c */
extern void GraphAnswerBegin(GraphAnswer *answer, TupleDesc desc,
							 List *wanted);
extern void GraphAnswerCall(GraphAnswer *answer, SetExprState *function,
							ExprContext *econtext);
extern GraphAnswer *GraphAnswerOf(const ReturnSetInfo *info);
extern void GraphAnswerPut(GraphAnswer *answer, Datum *values,
						   bool *nulls);
extern void GraphAnswerPutAll(GraphAnswer *answer, uint32 rows,
							  const int64 *const *columns);
extern void GraphAnswerForget(GraphAnswer *answer);

/* scan.c */
extern void GraphScanInit(void);

#endif							/* GRAPH_ANSWER_H */
