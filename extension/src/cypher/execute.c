/*-------------------------------------------------------------------------
 *
 * execute.c
 *	  Statements of a compiled query with their parameters, and the steps of
 *	  queries that write. All statements run by SPI with the caller's rights
 *	  and see what the steps before them wrote.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "cypher/error.h"
#include "cypher/execute.h"

RowSet *
NewRows(int ncolumns)
{
	RowSet	   *rows = palloc0(sizeof(RowSet));

	rows->ncolumns = ncolumns;
	rows->max = 64;
	rows->rows = palloc(sizeof(Datum *) * rows->max);
	return rows;
}

void
AddRow(RowSet *rows, Datum *row)
{
	if (rows->n == rows->max)
	{
		if (rows->max > PG_INT32_MAX / 2)
			ereport(ERROR,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					 errmsg("too many rows between clauses that write")));
		rows->max *= 2;
		rows->rows = repalloc_huge(rows->rows, sizeof(Datum *) * rows->max);
	}
	rows->rows[rows->n++] = row;
}

/* Each row as a list */
static Datum
RowsArray(Run *run, const RowSet *rows)
{
	Datum	   *lists = CypherAlloc(sizeof(Datum) * (rows->n + 1));

	for (int i = 0; i < rows->n; i++)
	{
		CypherValue *items = palloc(sizeof(CypherValue) * (rows->ncolumns + 1));
		CypherValue list;

		CHECK_FOR_INTERRUPTS();
		for (int k = 0; k < rows->ncolumns; k++)
			items[k] = rows->rows[i][k] ? DatumToValue(rows->rows[i][k]) :
				NullValue();
		list = ListValue(items, rows->ncolumns);
		lists[i] = ValueToDatum(&list);
	}
	return PointerGetDatum(construct_array(lists, rows->n, run->value_type,
										   -1, false, TYPALIGN_INT));
}

static ParamListInfo
StatementParams(Run *run, Statement *statement, const RowSet *input)
{
	ParamListInfo params = makeParamList(list_length(statement->parameters));
	ListCell   *cell;

	foreach(cell, statement->parameters)
	{
		Parameter  *parameter = lfirst(cell);
		ParamExternData *param = &params->params[foreach_current_index(cell)];
		CypherValue value;

		param->pflags = PARAM_FLAG_CONST;
		param->isnull = false;
		param->ptype = run->value_type;
		switch (parameter->kind)
		{
			case PARAMETER_TENANT:
				param->ptype = INT4OID;
				param->value = Int32GetDatum(run->graph->tenant);
				break;
			case PARAMETER_ROWS:
				param->ptype = run->array_type;
				param->value = RowsArray(run, input);
				break;
			case PARAMETER_CONSTANT:
				param->value = parameter->constant;
				break;
			case PARAMETER_NAMED:
				if (!MapGet(&run->params, parameter->name,
							strlen(parameter->name), &value))
					ereport(ERROR,
							(errcode(CYPHER_PARAMETER_MISSING),
							 errmsg("ParameterMissing: MissingParameter: no value for parameter $%s",
									parameter->name)));
				param->isnull = IsNull(&value);
				param->value = param->isnull ? (Datum) 0 :
					ValueToDatum(&value);
				break;
		}
	}
	return params;
}

static void
PrepareStatement(Run *run, Statement *statement)
{
	int			n = list_length(statement->parameters);
	Oid		   *types = palloc(sizeof(Oid) * (n + 1));
	SPIPlanPtr	plan;

	for (int i = 0; i < n; i++)
	{
		Parameter  *parameter = list_nth(statement->parameters, i);

		types[i] = parameter->kind == PARAMETER_TENANT ? INT4OID :
			parameter->kind == PARAMETER_ROWS ? run->array_type :
			run->value_type;
	}
	plan = SPI_prepare(statement->sql.data, n, types);
	if (plan == NULL || (run->keep_plans && SPI_keepplan(plan) != 0))
		elog(ERROR, "could not prepare a compiled query: %s",
			 SPI_result_code_string(SPI_result));
	statement->plan = plan;
}

/*
 * Run a statement; its rows are read in pieces.
 */
static void
RunPortal(Run *run, Statement *statement, const RowSet *input,
		  void (*take) (void *state, Datum *values, bool *nulls), void *state)
{
	Portal		portal;
	int			n = Max(statement->ncolumns, 0);
	Datum	   *values = palloc(sizeof(Datum) * (n + 1));
	bool	   *nulls = palloc(sizeof(bool) * (n + 1));

	if (statement->plan == NULL)
		PrepareStatement(run, statement);
	portal = SPI_cursor_open_with_paramlist(NULL, statement->plan,
											StatementParams(run, statement,
															input),
											false);
	for (;;)
	{
		SPI_cursor_fetch(portal, true, 1000);
		for (uint64 i = 0; i < SPI_processed; i++)
		{
			CHECK_FOR_INTERRUPTS();
			for (int k = 0; k < n; k++)
				values[k] = SPI_getbinval(SPI_tuptable->vals[i],
										  SPI_tuptable->tupdesc, k + 1,
										  &nulls[k]);
			take(state, values, nulls);
		}
		if (SPI_processed == 0)
			break;
		SPI_freetuptable(SPI_tuptable);
	}
	SPI_freetuptable(SPI_tuptable);
	SPI_cursor_close(portal);
}

static void
TakeRow(void *state, Datum *values, bool *nulls)
{
	RowSet	   *rows = state;
	Datum	   *row = palloc0(sizeof(Datum) * (rows->ncolumns + 1));

	CypherReserve(sizeof(Datum) * (rows->ncolumns + 1));
	for (int k = 0; k < rows->ncolumns; k++)
		if (!nulls[k])
		{
			row[k] = PointerGetDatum(PG_DETOAST_DATUM_COPY(values[k]));
			CypherReserve(VARSIZE_ANY(DatumGetPointer(row[k])));
		}
	AddRow(rows, row);
}

RowSet *
RunStatement(Run *run, Statement *statement, const RowSet *input)
{
	RowSet	   *rows = NewRows(statement->ncolumns);

	RunPortal(run, statement, input, TakeRow, rows);
	return rows;
}

/*
 * A statement of the executor's own; rows are left in SPI_tuptable.
 */
void
ExecuteSql(Run *run, const char *sql, int nargs, const Oid *types,
		   const Datum *values)
{
	int			result = SPI_execute_with_args(sql, nargs,
											   unconstify(Oid *, types),
											   unconstify(Datum *, values),
											   NULL, false, 0);

	if (result < 0)
		elog(ERROR, "could not write to the graph: %s",
			 SPI_result_code_string(result));
}

static void
RunStep(Run *run, Step *step, RowSet **rows)
{
	switch (step->kind)
	{
		case STEP_READ:
			*rows = RunStatement(run, step->read, *rows);
			break;
		case STEP_CREATE:
			RunCreate(run, step->create, *rows);
			break;
		case STEP_MERGE:
			*rows = RunMerge(run, step->merge, *rows);
			break;
		case STEP_SET:
			RunSet(run, step->set, *rows);
			break;
		case STEP_DELETE:
			RunDelete(run, step->read, step->detach, *rows);
			break;
	}
}

/* Whether an equal row is there already; hashes has one for each row */
static bool
HasRow(const RowSet *rows, const uint32 *hashes, const Datum *values,
	   const bool *nulls, uint32 hash)
{
	for (int i = 0; i < rows->n; i++)
	{
		bool		same = hashes[i] == hash;

		for (int k = 0; same && k < rows->ncolumns; k++)
		{
			Datum		other = rows->rows[i][k];

			if (nulls[k] || other == 0)
				same = nulls[k] && other == 0;
			else
			{
				CypherValue a = DatumToValue(values[k]);
				CypherValue b = DatumToValue(other);

				same = OrderValues(&a, &b) == 0;
			}
		}
		if (same)
			return true;
	}
	return false;
}

/* UNION of parts that write: rows that differ */
typedef struct Distinct
{
	RowSet	   *rows;
	uint32	   *hashes;
	int			max;
	TakeRowCallback take;
	void	   *state;
} Distinct;

static void
TakeDistinct(void *state, Datum *values, bool *nulls)
{
	Distinct   *d = state;
	uint32		hash = 0;

	for (int k = 0; k < d->rows->ncolumns; k++)
	{
		CypherValue value = nulls[k] ? NullValue() : DatumToValue(values[k]);

		hash = HashValue(&value, hash);
	}
	if (HasRow(d->rows, d->hashes, values, nulls, hash))
		return;
	if (d->rows->n == d->max)
	{
		d->max = Max(64, d->max * 2);
		d->hashes = d->hashes ? repalloc(d->hashes, sizeof(uint32) * d->max) :
			palloc(sizeof(uint32) * d->max);
	}
	d->hashes[d->rows->n] = hash;
	TakeRow(d->rows, values, nulls);
	d->take(d->state, values, nulls);
}

/*
 * Run all parts; each row of the result goes to take.
 */
void
RunProgram(Run *run, Program *program, TakeRowCallback take, void *state)
{
	ListCell   *part;
	ListCell   *cell;
	Distinct	distinct = {NULL, NULL, 0, take, state};
	bool		dedupe = list_length(program->parts) > 1 && !program->all;

	distinct.rows = NewRows(Max(program->ncolumns, 0));
	foreach(part, program->parts)
	{
		List	   *steps = lfirst(part);
		RowSet	   *rows = NewRows(0);

		AddRow(rows, palloc0(sizeof(Datum)));
		foreach(cell, steps)
		{
			Step	   *step = lfirst(cell);

			if (lnext(steps, cell) == NULL && step->kind == STEP_READ &&
				program->ncolumns >= 0)
				RunPortal(run, step->read, rows, dedupe ? TakeDistinct : take,
						  dedupe ? (void *) &distinct : state);
			else
				RunStep(run, step, &rows);
		}
	}
}
