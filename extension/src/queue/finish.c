/*-------------------------------------------------------------------------
 *
 * finish.c
 *	  Moves jobs that have ended from the table of those that live to the
 *	  table of those that are done.
 *
 * The jobs of a batch were claimed side by side, so their entries in the
 * primary key mostly are neighbours: one walk from the least to the greatest
 * finds them, and fetches no row that is not theirs. Rows that are done all go
 * to the partition of one moment, and are written many to a page at a time.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/tableam.h"
#include "access/tupconvert.h"
#include "access/xact.h"
#include "catalog/pg_am.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "executor/execPartition.h"
#include "executor/executor.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "queue/queue.h"

PG_FUNCTION_INFO_V1(queue_finish);

/* Rows written at a time: some pages, and few slots to make */
#define ROWS_AT_A_TIME	64
/* With at most so many entries of the key a job to pass, one walk is best */
#define SPARSE			8

typedef struct Lease
{
	int64		job;
	int64		token;
} Lease;

typedef struct Leases
{
	Lease	   *all;
	int			count;
	int32		worker;
} Leases;

/* The columns of a job that decide and that are answered */
typedef struct JobColumns
{
	AttrNumber	job_id;
	AttrNumber	tenant_id;
	AttrNumber	lane;
	AttrNumber	worker_id;
	AttrNumber	lease_token;
	AttrNumber	again;
	AttrNumber	enqueued_at;
	AttrNumber	run_at;
	AttrNumber	started_at;
} JobColumns;

/* Where the rows that are done go, and what is in their columns */
typedef struct Done
{
	QueueTable	table;
	ModifyTableState *state;
	PartitionTupleRouting *routing;
	AttrNumber *copied;			/* a job's column for each, or 0 */
	AttrNumber	finished_at;
	AttrNumber	wait_ms;
	AttrNumber	run_ms;
	ResultRelInfo *target;		/* of finished_at */
	TupleTableSlot **rows;
	int			waiting;
} Done;

typedef struct Answer
{
	ArrayBuildState *jobs;
	ArrayBuildState *tenants;
	ArrayBuildState *lanes;
} Answer;

static int
CompareLeases(const void *a, const void *b)
{
	const Lease *one = a;
	const Lease *other = b;

	if (one->job != other->job)
		return one->job < other->job ? -1 : 1;
	return (one->token > other->token) - (one->token < other->token);
}

static Leases
ReadLeases(ArrayType *jobs, ArrayType *tokens, int32 worker)
{
	Leases		leases = {.worker = worker};
	int			count;
	Datum	   *ids = QueueElements(jobs, INT8OID, &leases.count);
	Datum	   *numbers = QueueElements(tokens, INT8OID, &count);

	if (count != leases.count)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%d jobs and %d lease tokens are given", leases.count, count)));
	leases.all = palloc(Max(count, 1) * sizeof(Lease));
	for (int i = 0; i < count; i++)
		leases.all[i] = (Lease)
	{
		DatumGetInt64(ids[i]), DatumGetInt64(numbers[i])
	};
	qsort(leases.all, count, sizeof(Lease), CompareLeases);
	return leases;
}

static JobColumns
FindColumns(Relation jobs)
{
	return (JobColumns)
	{
		.job_id = QueueColumn(jobs, "job_id", INT8OID),
			.tenant_id = QueueColumn(jobs, "tenant_id", INT4OID),
			.lane = QueueColumn(jobs, "lane", TEXTOID),
			.worker_id = QueueColumn(jobs, "worker_id", INT4OID),
			.lease_token = QueueColumn(jobs, "lease_token", INT8OID),
			.again = QueueColumn(jobs, "again", JSONBOID),
			.enqueued_at = QueueColumn(jobs, "enqueued_at", TIMESTAMPTZOID),
			.run_at = QueueColumn(jobs, "run_at", TIMESTAMPTZOID),
			.started_at = QueueColumn(jobs, "started_at", TIMESTAMPTZOID),
	};
}

/* ----------
 * The jobs
 * ----------
 */

/* Whether the worker has the job by one of its leases, and it need not run again */
static bool
IsHeld(const Leases *leases, const JobColumns *columns, TupleTableSlot *job)
{
	Lease		lease;

	slot_getallattrs(job);
	if (job->tts_isnull[columns->worker_id - 1] ||
		!job->tts_isnull[columns->again - 1] ||
		DatumGetInt32(job->tts_values[columns->worker_id - 1]) != leases->worker)
		return false;
	lease.job = DatumGetInt64(job->tts_values[columns->job_id - 1]);
	lease.token = DatumGetInt64(job->tts_values[columns->lease_token - 1]);
	return bsearch(&lease, leases->all, leases->count, sizeof(Lease),
				   CompareLeases) != NULL;
}

/* Raises an error if the transaction must not see what another one did */
static void
CheckIsolation(void)
{
	if (IsolationUsesXactSnapshot())
		ereport(ERROR,
				(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				 errmsg("could not serialize access due to concurrent update")));
}

/*
 * Deletes the row in the slot if the worker still has the job; somebody may
 * have changed it since, then the slot holds the row as it is now.
 */
static bool
DeleteHeld(QueueTable *jobs, const Leases *leases, const JobColumns *columns,
		   Snapshot snapshot, TupleTableSlot *job)
{
	while (IsHeld(leases, columns, job))
	{
		ItemPointerData place = job->tts_tid;
		TM_FailureData change;
		TM_Result	result;

		result = table_tuple_delete(jobs->relation, &place,
									jobs->estate->es_output_cid, snapshot,
									InvalidSnapshot, true, &change, false);
		if (result == TM_Ok)
			return true;
		if (result == TM_SelfModified)
			return false;
		CheckIsolation();
		if (result != TM_Updated)
			return false;
		result = table_tuple_lock(jobs->relation, &place, snapshot, job,
								  jobs->estate->es_output_cid, LockTupleExclusive,
								  LockWaitBlock, TUPLE_LOCK_FLAG_FIND_LAST_VERSION,
								  &change);
		if (result != TM_Ok)
			return false;
	}
	return false;
}

/* ----------
 * The rows that are done
 * ----------
 */

static void
OpenDone(Done *done, Oid relation, Relation jobs, Datum moment)
{
	EState	   *estate;
	TupleDesc	tuple;
	TupleTableSlot *row;

	QueueOpen(&done->table, relation, ACL_INSERT);
	estate = done->table.estate;
	tuple = RelationGetDescr(done->table.relation);
	done->finished_at = QueueColumn(done->table.relation, "finished_at", TIMESTAMPTZOID);
	done->wait_ms = QueueColumn(done->table.relation, "wait_ms", FLOAT8OID);
	done->run_ms = QueueColumn(done->table.relation, "run_ms", FLOAT8OID);
	done->copied = palloc0(tuple->natts * sizeof(AttrNumber));
	for (int i = 0; i < tuple->natts; i++)
	{
		Form_pg_attribute column = TupleDescAttr(tuple, i);

		if (!column->attisdropped && i + 1 != done->finished_at &&
			i + 1 != done->wait_ms && i + 1 != done->run_ms)
			done->copied[i] = QueueColumn(jobs, NameStr(column->attname), column->atttypid);
	}

	/* All are of one moment: its partition is looked for once. */
	done->target = done->table.result;
	if (done->table.relation->rd_rel->relkind == RELKIND_PARTITIONED_TABLE)
	{
		done->state = makeNode(ModifyTableState);
		done->state->ps.state = estate;
		done->state->operation = CMD_INSERT;
		done->state->mt_nrels = 1;
		done->state->resultRelInfo = done->table.result;
		done->state->rootResultRelInfo = done->table.result;
		done->routing = ExecSetupPartitionTupleRouting(estate, done->table.relation);
		row = ExecInitExtraTupleSlot(estate, tuple, &TTSOpsVirtual);
		memset(row->tts_isnull, true, tuple->natts);
		row->tts_values[done->finished_at - 1] = moment;
		row->tts_isnull[done->finished_at - 1] = false;
		ExecStoreVirtualTuple(row);
		done->target = ExecFindPartition(done->state, done->table.result,
										 done->routing, row, estate);
	}
}

/* What is given of rows has to be in the order of the partition's columns */
static TupleTableSlot *
RowFor(Done *done, TupleTableSlot *row, int place)
{
#if PG_VERSION_NUM >= 160000
	TupleConversionMap *map = ExecGetRootToChildMap(done->target, done->table.estate);
#else
	TupleConversionMap *map = done->target->ri_RootToPartitionMap;
#endif

	if (done->rows[place] == NULL)
		done->rows[place] = table_slot_create(done->target->ri_RelationDesc,
											  &done->table.estate->es_tupleTable);
	if (map != NULL)
		return execute_attr_map_slot(map->attrMap, row, done->rows[place]);
	return ExecCopySlot(done->rows[place], row);
}

/* Writes the rows that wait; the triggers of the table want them one by one */
static void
Write(Done *done)
{
	ResultRelInfo *target = done->target;
	EState	   *estate = done->table.estate;

	if (done->waiting == 0)
		return;
	if (target->ri_TrigDesc == NULL)
	{
		table_multi_insert(target->ri_RelationDesc, done->rows, done->waiting,
						   estate->es_output_cid, 0, NULL);
		for (int i = 0; i < done->waiting && target->ri_NumIndices > 0; i++)
			QueueInsertIndexEntries(target, done->rows[i], estate);
	}
	else
		for (int i = 0; i < done->waiting; i++)
			ExecSimpleRelationInsert(target, estate, done->rows[i]);
	for (int i = 0; i < done->waiting; i++)
		ExecClearTuple(done->rows[i]);
	ResetPerTupleExprContext(estate);
	done->waiting = 0;
}

static double
Milliseconds(TimestampTz from, TimestampTz to)
{
	return (to - from) / 1000.0;
}

static void
AddRow(Done *done, const JobColumns *columns, TupleTableSlot *job, TupleTableSlot *row,
	   TimestampTz moment)
{
	Datum	   *of_job = job->tts_values;
	TimestampTz started = DatumGetTimestampTz(of_job[columns->started_at - 1]);
	TimestampTz ready = Max(DatumGetTimestampTz(of_job[columns->enqueued_at - 1]),
							DatumGetTimestampTz(of_job[columns->run_at - 1]));
	int			count = row->tts_tupleDescriptor->natts;

	ExecClearTuple(row);
	for (int i = 0; i < count; i++)
	{
		AttrNumber	copied = done->copied[i];

		row->tts_isnull[i] = copied == 0 || job->tts_isnull[copied - 1];
		if (copied != 0)
			row->tts_values[i] = of_job[copied - 1];
	}
	row->tts_values[done->finished_at - 1] = TimestampTzGetDatum(moment);
	row->tts_values[done->wait_ms - 1] = Float8GetDatum(Milliseconds(ready, started));
	row->tts_values[done->run_ms - 1] = Float8GetDatum(Milliseconds(started, moment));
	row->tts_isnull[done->finished_at - 1] = false;
	row->tts_isnull[done->wait_ms - 1] = false;
	row->tts_isnull[done->run_ms - 1] = false;
	ExecStoreVirtualTuple(row);

	row = RowFor(done, row, done->waiting);
	if (done->target->ri_RelationDesc->rd_att->constr != NULL)
		ExecConstraints(done->target, row, done->table.estate);
	if (++done->waiting == ROWS_AT_A_TIME)
		Write(done);
}

static void
CloseDone(Done *done)
{
	Write(done);
	if (done->routing != NULL)
		ExecCleanupTupleRouting(done->state, done->routing);
	QueueClose(&done->table);
}

/* ----------
 * The walk
 * ----------
 */

typedef struct Finishing
{
	QueueTable	jobs;
	JobColumns	columns;
	Leases		leases;
	Snapshot	snapshot;
	TimestampTz moment;
	Done		done;
	TupleTableSlot *job;
	TupleTableSlot *row;
	Answer		answer;
} Finishing;

static void
Finish(Finishing *all)
{
	TupleTableSlot *job = all->job;
	JobColumns *columns = &all->columns;
	Answer	   *answer = &all->answer;

	if (!DeleteHeld(&all->jobs, &all->leases, columns, all->snapshot, job))
		return;
	AddRow(&all->done, columns, job, all->row, all->moment);
	answer->jobs = accumArrayResult(answer->jobs, job->tts_values[columns->job_id - 1],
									false, INT8OID, CurrentMemoryContext);
	if (job->tts_isnull[columns->lane - 1])
		return;
	answer->tenants = accumArrayResult(answer->tenants,
									   job->tts_values[columns->tenant_id - 1],
									   false, INT4OID, CurrentMemoryContext);
	answer->lanes = accumArrayResult(answer->lanes, job->tts_values[columns->lane - 1],
									 false, TEXTOID, CurrentMemoryContext);
}

/* Jobs first to last of the leases, which are not far from each other */
static void
WalkThrough(Finishing *all, IndexScanDesc scan, int first, int last)
{
	Lease	   *lease = &all->leases.all[first];
	ScanKeyData limits[2];

	ScanKeyInit(&limits[0], 1, BTGreaterEqualStrategyNumber, F_INT8GE,
				Int64GetDatum(lease->job));
	ScanKeyInit(&limits[1], 1, BTLessEqualStrategyNumber, F_INT8LE,
				Int64GetDatum(all->leases.all[last].job));
	index_rescan(scan, limits, 2, NULL, 0);
	while (index_getnext_tid(scan, ForwardScanDirection) != NULL)
	{
		bool		is_null;
		int64		job = DatumGetInt64(index_getattr(scan->xs_itup, 1,
													  scan->xs_itupdesc, &is_null));

		CHECK_FOR_INTERRUPTS();
		/* The last one is not less than any that is found. */
		while (lease->job < job)
			lease++;
		if (lease->job == job && index_fetch_heap(scan, all->job))
			Finish(all);
	}
}

static void
WalkAll(Finishing *all)
{
	Oid			key = RelationGetPrimaryKeyIndex(all->jobs.relation);
	Lease	   *leases = all->leases.all;
	Relation	index;
	IndexScanDesc scan;

	if (!OidIsValid(key))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("\"%s\" has no primary key",
						RelationGetRelationName(all->jobs.relation))));
	index = index_open(key, RowExclusiveLock);
	if (index->rd_rel->relam != BTREE_AM_OID || index->rd_index->indnkeyatts != 1 ||
		index->rd_index->indkey.values[0] != all->columns.job_id)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("the primary key of \"%s\" is not a btree on job_id alone",
						RelationGetRelationName(all->jobs.relation))));
	scan = index_beginscan(all->jobs.relation, index, all->snapshot, 2, 0);
	/* The key of an entry says whether its row is worth the visit. */
	scan->xs_want_itup = true;
	for (int first = 0, last; first < all->leases.count; first = last + 1)
	{
		last = first;
		while (last + 1 < all->leases.count &&
			   leases[last + 1].job - leases[last].job <= SPARSE)
			last++;
		WalkThrough(all, scan, first, last);
	}
	index_endscan(scan);
	index_close(index, NoLock);
}

static Datum
ArrayOf(ArrayBuildState *elements, bool *is_null)
{
	*is_null = elements == NULL;
	return elements == NULL ? (Datum) 0 : makeArrayResult(elements, CurrentMemoryContext);
}

/* Triggers that want to see each row that goes would have to be shown it */
static void
CheckTriggers(Relation jobs)
{
	TriggerDesc *triggers = jobs->trigdesc;

	if (triggers != NULL &&
		(triggers->trig_delete_before_row || triggers->trig_delete_after_row ||
		 triggers->trig_delete_old_table))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("\"%s\" has triggers that want each row that is deleted",
						RelationGetRelationName(jobs)),
				 errhint("A trigger on the table of jobs that are done sees each job that ends.")));
}

/*
 * (jobs, done, worker, job_ids, lease_tokens, moment): what was finished, and of
 * those in lanes the tenants and lanes.
 */
Datum
queue_finish(PG_FUNCTION_ARGS)
{
	Finishing  *all = palloc0(sizeof(Finishing));
	TupleDesc	tuple;
	Datum		values[3];
	bool		nulls[3];

	if (get_call_result_type(fcinfo, NULL, &tuple) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "queue_finish must answer with a row");
	all->leases = ReadLeases(PG_GETARG_ARRAYTYPE_P(3), PG_GETARG_ARRAYTYPE_P(4),
							 PG_GETARG_INT32(2));
	all->moment = PG_GETARG_TIMESTAMPTZ(5);
	all->snapshot = GetActiveSnapshot();
	QueueOpen(&all->jobs, PG_GETARG_OID(0), ACL_SELECT | ACL_DELETE);
	CheckTriggers(all->jobs.relation);
	all->columns = FindColumns(all->jobs.relation);
	OpenDone(&all->done, PG_GETARG_OID(1), all->jobs.relation,
			 TimestampTzGetDatum(all->moment));
	all->done.rows = palloc0(ROWS_AT_A_TIME * sizeof(TupleTableSlot *));
	all->job = table_slot_create(all->jobs.relation, &all->jobs.estate->es_tupleTable);
	all->row = ExecInitExtraTupleSlot(all->done.table.estate,
									  RelationGetDescr(all->done.table.relation),
									  &TTSOpsVirtual);
	AfterTriggerBeginQuery();
	ExecBSDeleteTriggers(all->jobs.estate, all->jobs.result);
	ExecBSInsertTriggers(all->done.table.estate, all->done.table.result);
	WalkAll(all);
	Write(&all->done);
	ExecASInsertTriggers(all->done.table.estate, all->done.table.result, NULL);
	ExecASDeleteTriggers(all->jobs.estate, all->jobs.result, NULL);
	AfterTriggerEndQuery(all->done.table.estate);

	values[0] = ArrayOf(all->answer.jobs, &nulls[0]);
	values[1] = ArrayOf(all->answer.tenants, &nulls[1]);
	values[2] = ArrayOf(all->answer.lanes, &nulls[2]);
	CloseDone(&all->done);
	QueueClose(&all->jobs);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(tuple), values, nulls)));
}
