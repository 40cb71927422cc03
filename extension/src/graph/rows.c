/*-------------------------------------------------------------------------
 *
 * rows.c
 *	  Rows of an answer on their way to the caller.
 *
 * Rows go where the caller wants them: to a scan of ours as arrays (answer.h), to
 * the executor as a tuplestore. For that a row without nulls and of numbers only is
 * the same but for its values: it is formed once, and its values are written over
 * for each next row.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/tupmacs.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/tuplestore.h"

#include "graph/answer.h"
#include "graph/graph.h"

/* Part of graph.max_memory that an answer's rows take before they go to disk */
#define ROWS_PART	8

/*
 * Memory for the rows of an answer, in kB.
 */
int
GraphAnswerMemory(void)
{
	return Max(work_mem, graph_max_memory / ROWS_PART);
}

/*
 * As InitMaterializedSRF, but an answer of some size stays in memory.
 */
void
GraphBeginRows(FunctionCallInfo fcinfo)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	MemoryContext outer;

	if (GraphAnswerOf(result) != NULL)
	{
		result->returnMode = SFRM_Materialize;
		return;
	}
	InitMaterializedSRF(fcinfo, 0);
	if (GraphAnswerMemory() == work_mem)
		return;
	tuplestore_end(result->setResult);
	outer = MemoryContextSwitchTo(result->econtext->ecxt_per_query_memory);
	result->setResult = tuplestore_begin_heap((result->allowedModes & SFRM_Materialize_Random) != 0,
											  false, GraphAnswerMemory());
	MemoryContextSwitchTo(outer);
}

/*
 * Form the row and find where its values lie; false if they have no fixed place.
 */
static bool
FormRow(GraphRows *rows, TupleDesc desc, Datum *values, bool *nulls)
{
	uint32		place = 0;

	rows->words = true;
	if (desc->natts > GRAPH_MAX_COLUMNS)
		return false;
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(desc, i);

		if (nulls[i] || !attribute->attbyval)
			return false;
		place = att_align_nominal(place, attribute->attalign);
		rows->place[i] = place;
		place += attribute->attlen;
		rows->words &= attribute->attlen == sizeof(Datum);
	}
	rows->row = heap_form_minimal_tuple(desc, values, nulls);
	rows->tuple.t_len = rows->row->t_len + MINIMAL_TUPLE_OFFSET;
	rows->tuple.t_data = (HeapTupleHeader) ((char *) rows->row - MINIMAL_TUPLE_OFFSET);
	return true;
}

/*
 * One row more. rows is zero before the first; its memory goes with the context
 * that is current then.
 */
void
GraphPutRow(GraphRows *rows, ReturnSetInfo *result, Datum *values, bool *nulls)
{
	TupleDesc	desc = result->setDesc;
	GraphAnswer *answer = GraphAnswerOf(result);
	char	   *data;

	if (answer != NULL)
	{
		GraphAnswerPut(answer, values, nulls);
		return;
	}
	if (rows->row == NULL && !FormRow(rows, desc, values, nulls))
	{
		tuplestore_putvalues(result->setResult, desc, values, nulls);
		return;
	}
	for (int i = 0; i < desc->natts; i++)
		if (nulls[i])
		{
			tuplestore_putvalues(result->setResult, desc, values, nulls);
			return;
		}
	data = (char *) rows->tuple.t_data + rows->tuple.t_data->t_hoff;
	if (rows->words)
		memcpy(data, values, sizeof(Datum) * desc->natts);
	else
		for (int i = 0; i < desc->natts; i++)
			store_att_byval(data + rows->place[i], values[i],
							TupleDescAttr(desc, i)->attlen);
	tuplestore_puttuple(result->setResult, &rows->tuple);
}

/*
 * A row for each n below nrows, of columns that are int64 or float8 (which has
 * the same bits here: both are passed by value): columns[i][n].
 */
void
GraphPutRows(GraphRows *rows, ReturnSetInfo *result, uint32 nrows,
			 const int64 *const *columns)
{
	GraphAnswer *answer = GraphAnswerOf(result);
	int			width = result->setDesc->natts;

	if (answer != NULL)
	{
		GraphAnswerPutAll(answer, nrows, columns);
		return;
	}
	for (uint32 n = 0; n < nrows; n++)
	{
		Datum		values[GRAPH_MAX_COLUMNS];
		bool		nulls[GRAPH_MAX_COLUMNS] = {false};

		for (int i = 0; i < width; i++)
			values[i] = Int64GetDatum(columns[i][n]);
		GraphPutRow(rows, result, values, nulls);
	}
}
