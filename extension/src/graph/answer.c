/*-------------------------------------------------------------------------
 *
 * answer.c
 *	  Calling a function for its rows, and keeping them.
 *
 * As many rows as a tuplestore would keep in memory are kept in pieces of
 * arrays; what comes after them goes to a tuplestore, and so to disk.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "executor/executor.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "utils/memutils.h"

#include "graph/answer.h"

/* The answer that is being made; NULL: none */
static GraphAnswer *making = NULL;

/*
 * desc, which must stay, describes the rows; wanted are the columns (integers from
 * 0) that will be looked at. Memory is the current context's.
 */
void
GraphAnswerBegin(GraphAnswer *answer, TupleDesc desc, List *wanted)
{
	ListCell   *cell;

	memset(answer, 0, sizeof(*answer));
	answer->info.type = T_ReturnSetInfo;
	answer->info.expectedDesc = desc;
	answer->info.setDesc = desc;
	answer->info.allowedModes = SFRM_Materialize;
	answer->info.isDone = ExprSingleResult;
	answer->columns = desc->natts;
	foreach(cell, wanted)
		answer->wanted[answer->nwanted++] = lfirst_int(cell);
	answer->most = GraphAnswerMemory() * UINT64CONST(1024) /
		(sizeof(Datum) * desc->natts + 1);
	answer->context = AllocSetContextCreate(CurrentMemoryContext,
											"graph answer", ALLOCSET_DEFAULT_SIZES);
}

/*
 * No rows any more.
 */
void
GraphAnswerForget(GraphAnswer *answer)
{
	if (answer->rest != NULL)
		tuplestore_end(answer->rest);
	answer->rest = NULL;
	MemoryContextReset(answer->context);
	answer->pieces = NULL;
	answer->npieces = 0;
	answer->room = 0;
	answer->rows = 0;
}

/*
 * Call the function once; its rows come to the answer. As the executor does,
 * its garbage goes with the tuple.
 */
void
GraphAnswerCall(GraphAnswer *answer, SetExprState *function, ExprContext *econtext)
{
	FunctionCallInfo call = function->fcinfo;
	MemoryContext outer = MemoryContextSwitchTo(econtext->ecxt_per_tuple_memory);
	GraphAnswer *before = making;
	PgStat_FunctionCallUsage usage;
	ListCell   *cell;
	int			i = 0;

	foreach(cell, function->args)
	{
		call->args[i].value = ExecEvalExpr((ExprState *) lfirst(cell), econtext,
										   &call->args[i].isnull);
		if (call->args[i++].isnull && function->func.fn_strict)
		{
			MemoryContextSwitchTo(outer);
			return;
		}
	}
	call->resultinfo = (fmNodePtr) & answer->info;
	call->isnull = false;
	answer->info.econtext = econtext;
	PG_TRY();
	{
		making = answer;
		pgstat_init_function_usage(call, &usage);
		FunctionCallInvoke(call);
		pgstat_end_function_usage(&usage, true);
	}
	PG_FINALLY();
	{
		making = before;
	}
	PG_END_TRY();
	MemoryContextSwitchTo(outer);
}

/*
 * The answer that a function is called for; NULL if it was called otherwise.
 */
GraphAnswer *
GraphAnswerOf(const ReturnSetInfo *info)
{
	return making != NULL && info == &making->info ? making : NULL;
}

static GraphPiece *
AddPiece(GraphAnswer *answer)
{
	GraphPiece *piece = MemoryContextAlloc(answer->context,
										   offsetof(GraphPiece, values) +
										   sizeof(Datum) * answer->nwanted * GRAPH_PIECE_ROWS);

	if (answer->npieces == answer->room)
	{
		answer->room = Max(64, answer->room * 2);
		answer->pieces = answer->pieces == NULL
			? MemoryContextAlloc(answer->context, sizeof(GraphPiece *) * answer->room)
			: repalloc_huge(answer->pieces, sizeof(GraphPiece *) * answer->room);
	}
	answer->pieces[answer->npieces++] = piece;
	return piece;
}

static void
PutRest(GraphAnswer *answer, Datum *values, bool *nulls)
{
	MemoryContext outer = MemoryContextSwitchTo(answer->context);

	if (answer->rest == NULL)
		answer->rest = tuplestore_begin_heap(false, false, work_mem);
	tuplestore_putvalues(answer->rest, answer->info.setDesc, values, nulls);
	MemoryContextSwitchTo(outer);
}

void
GraphAnswerPut(GraphAnswer *answer, Datum *values, bool *nulls)
{
	uint32		place = answer->rows % GRAPH_PIECE_ROWS;
	GraphPiece *piece;
	uint8		bits = 0;

	if (answer->rows == answer->most)
	{
		PutRest(answer, values, nulls);
		return;
	}
	piece = place == 0 ? AddPiece(answer) : answer->pieces[answer->npieces - 1];
	for (int i = 0; i < answer->nwanted; i++)
	{
		int			column = answer->wanted[i];

		piece->values[i][place] = values[column];
		bits |= nulls[column] << column;
	}
	piece->nulls[place] = bits;
	answer->rows++;
}

/*
 * So many rows of int64 or float8 without nulls at once: row n of column i is
 * columns[i][n].
 */
void
GraphAnswerPutAll(GraphAnswer *answer, uint32 rows, const int64 *const *columns)
{
	int			width = answer->columns;
	uint32		done = 0;

	while (done < rows && answer->rows < answer->most)
	{
		uint32		place = answer->rows % GRAPH_PIECE_ROWS;
		GraphPiece *piece = place == 0 ? AddPiece(answer) : answer->pieces[answer->npieces - 1];
		uint32		count = Min(GRAPH_PIECE_ROWS - place, rows - done);

		count = Min(count, answer->most - answer->rows);
		for (int i = 0; i < answer->nwanted; i++)
			memcpy(piece->values[i] + place, columns[answer->wanted[i]] + done,
				   sizeof(Datum) * count);
		memset(piece->nulls + place, 0, count);
		answer->rows += count;
		done += count;
		CHECK_FOR_INTERRUPTS();
	}
	for (; done < rows; done++)
	{
		Datum		values[GRAPH_MAX_COLUMNS];
		bool		nulls[GRAPH_MAX_COLUMNS] = {false};

		for (int i = 0; i < width; i++)
			values[i] = Int64GetDatum(columns[i][done]);
		PutRest(answer, values, nulls);
	}
}
