/*-------------------------------------------------------------------------
 *
 * change.c
 *	  What each transaction changed in a graph, for cached adjacency.
 *
 * Two statement triggers on node and edge tables, always enabled:
 *
 *	  graph_begin   before the first row changes: this session has a statement
 *					under way that changes this table. Until its end (or, after
 *					an error, the end of the transaction) cached adjacency of
 *					the graph is not used here, so no trigger in between and no
 *					snapshot taken there can meet a stale one.
 *	  graph_change  after it: the ids of the rows whose place in the graph
 *					changed are kept in this session; a change of properties
 *					alone is no change.
 *
 * Just before the commit one row for each changed table, with the transaction's
 * id and these ids, goes into graph_changed. It becomes visible exactly with the
 * changes: a snapshot that sees one sees the other. The ids are a superset:
 * those of aborted subtransactions stay in, and whoever reads them reads the
 * rows again (cache.c).
 *
 * The apply worker of a subscription fires no statement triggers; for it there
 * is graph_change as a row trigger that is enabled there only.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/heapam.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/indexing.h"
#include "catalog/namespace.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "executor/tuptable.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/xid8.h"

#include "graph/graph.h"

/* What this transaction changed in one table */
typedef struct TableChange
{
	Oid			relid;
	int			running;		/* statements under way */
	bool		everything;		/* too many ids, or TRUNCATE */
	int			nids;
	int			capacity;
	int64	   *ids;			/* in TopTransactionContext */
	struct TableChange *next;
} TableChange;

static TableChange *changes = NULL;

PG_FUNCTION_INFO_V1(graph_begin);
PG_FUNCTION_INFO_V1(graph_change);

/*
 * The table graph_changed of the extension.
 */
Oid
GraphChangedRelation(void)
{
	Oid			relid = get_relname_relid("graph_changed",
										  get_namespace_oid("public", false));

	if (!OidIsValid(relid))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("table graph_changed of the extension is missing")));
	return relid;
}

/*
 * Its index (xid).
 */
Oid
GraphChangedIndex(Relation rel)
{
	List	   *indexes = RelationGetIndexList(rel);

	if (list_length(indexes) != 1)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("the index of table graph_changed is missing")));
	return linitial_oid(indexes);
}

static TableChange *
FindChange(Oid relid)
{
	for (TableChange *change = changes; change != NULL; change = change->next)
		if (change->relid == relid)
			return change;
	return NULL;
}

static TableChange *
GetChange(Oid relid)
{
	TableChange *change = FindChange(relid);

	if (change == NULL)
	{
		change = MemoryContextAllocZero(TopTransactionContext,
										sizeof(TableChange));
		change->relid = relid;
		change->next = changes;
		changes = change;
	}
	return change;
}

/*
 * What this transaction has changed in a table so far: false if nothing.
 */
bool
GraphOwnChanges(Oid relid, GraphChanges *own)
{
	TableChange *change = FindChange(relid);

	if (change == NULL)
		return false;
	own->running = change->running > 0;
	own->everything = change->everything;
	own->nids = change->nids;
	own->ids = change->ids;
	return true;
}

static void
AddId(TableChange *change, int64 id)
{
	if (change->everything)
		return;
	if (change->nids == GRAPH_MAX_CHANGED_IDS)
	{
		change->everything = true;
		return;
	}
	if (change->nids == change->capacity)
	{
		int			capacity = Max(16, change->capacity * 2);

		if (change->ids == NULL)
			change->ids = MemoryContextAlloc(TopTransactionContext,
											 sizeof(int64) * capacity);
		else
			change->ids = repalloc(change->ids, sizeof(int64) * capacity);
		change->capacity = capacity;
	}
	change->ids[change->nids++] = id;
}

/* The columns that are a row's place in the graph; the first is its id */
static const char *const node_columns[] = {"node_id", "tenant_id", NULL};
static const char *const edge_columns[] = {
	"edge_id", "tenant_id", "source", "target", "type", "weight",
	"valid_from", "valid_to", NULL
};

#define MAX_COLUMNS 8

typedef struct PlaceColumns
{
	int			count;
	AttrNumber	attnum[MAX_COLUMNS];
	bool		byval[MAX_COLUMNS];
	int16		len[MAX_COLUMNS];
} PlaceColumns;

static void
FindColumns(Relation rel, PlaceColumns *columns)
{
	TupleDesc	desc = RelationGetDescr(rel);
	bool		node = strcmp(RelationGetRelationName(rel), "node") == 0;
	const char *const *names = node ? node_columns : edge_columns;

	columns->count = 0;
	for (; *names != NULL; names++)
	{
		AttrNumber	attnum = get_attnum(RelationGetRelid(rel), *names);
		Form_pg_attribute attribute;

		if (attnum == InvalidAttrNumber)
			ereport(ERROR,
					(errcode(ERRCODE_UNDEFINED_COLUMN),
					 errmsg("graph table \"%s\" has no column \"%s\"",
							RelationGetRelationName(rel), *names)));
		attribute = TupleDescAttr(desc, attnum - 1);
		if (columns->count == 0 && attribute->atttypid != INT8OID)
			ereport(ERROR,
					(errcode(ERRCODE_DATATYPE_MISMATCH),
					 errmsg("column \"%s\" of graph table \"%s\" is not bigint",
							*names, RelationGetRelationName(rel))));
		columns->attnum[columns->count] = attnum;
		columns->byval[columns->count] = attribute->attbyval;
		columns->len[columns->count] = attribute->attlen;
		columns->count++;
	}
}

static int64
RowId(TupleTableSlot *slot, const PlaceColumns *columns)
{
	bool		isnull;
	Datum		id = slot_getattr(slot, columns->attnum[0], &isnull);

	return isnull ? 0 : DatumGetInt64(id);
}

/*
 * Did the row keep its place in the graph?
 */
static bool
SamePlace(TupleTableSlot *before, TupleTableSlot *after,
		  const PlaceColumns *columns)
{
	for (int i = 0; i < columns->count; i++)
	{
		bool		null_before,
					null_after;
		Datum		value_before = slot_getattr(before, columns->attnum[i],
												&null_before);
		Datum		value_after = slot_getattr(after, columns->attnum[i],
											   &null_after);

		if (null_before != null_after)
			return false;
		if (!null_before && columns->byval[i] &&
			value_before != value_after)
			return false;
		if (!null_before && !columns->byval[i])
		{
			text	   *text_before = DatumGetTextPP(value_before);
			text	   *text_after = DatumGetTextPP(value_after);

			if (VARSIZE_ANY_EXHDR(text_before) != VARSIZE_ANY_EXHDR(text_after) ||
				memcmp(VARDATA_ANY(text_before), VARDATA_ANY(text_after),
					   VARSIZE_ANY_EXHDR(text_before)) != 0)
				return false;
		}
	}
	return true;
}

/*
 * The ids of a statement's rows; of an update those whose place changed.
 */
static void
AddRows(TableChange *change, Relation rel, Tuplestorestate *deleted,
		Tuplestorestate *inserted)
{
	TupleDesc	desc = RelationGetDescr(rel);
	TupleTableSlot *before = MakeSingleTupleTableSlot(desc, &TTSOpsMinimalTuple);
	TupleTableSlot *after = MakeSingleTupleTableSlot(desc, &TTSOpsMinimalTuple);
	MemoryContext row = AllocSetContextCreate(CurrentMemoryContext,
											  "graph change",
											  ALLOCSET_SMALL_SIZES);
	PlaceColumns columns;

	FindColumns(rel, &columns);
	while (!change->everything)
	{
		bool		has_before = deleted != NULL &&
		tuplestore_gettupleslot(deleted, true, false, before);
		bool		has_after = inserted != NULL &&
		tuplestore_gettupleslot(inserted, true, false, after);
		MemoryContext outer;

		if (!has_before && !has_after)
			break;
		CHECK_FOR_INTERRUPTS();
		outer = MemoryContextSwitchTo(row);
		if (!has_before || !has_after ||
			!SamePlace(before, after, &columns))
		{
			if (has_before)
				AddId(change, RowId(before, &columns));
			if (has_after && (!has_before ||
							  RowId(before, &columns) != RowId(after, &columns)))
				AddId(change, RowId(after, &columns));
		}
		MemoryContextSwitchTo(outer);
		MemoryContextReset(row);
	}
	MemoryContextDelete(row);
	ExecDropSingleTupleTableSlot(before);
	ExecDropSingleTupleTableSlot(after);
}

static TriggerData *
GetTriggerData(FunctionCallInfo fcinfo)
{
	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function can only be called as a trigger")));
	return (TriggerData *) fcinfo->context;
}

Datum
graph_begin(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = GetTriggerData(fcinfo);

	GetChange(RelationGetRelid(trigger->tg_relation))->running++;
	return PointerGetDatum(NULL);
}

Datum
graph_change(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = GetTriggerData(fcinfo);
	TableChange *change = GetChange(RelationGetRelid(trigger->tg_relation));

	if (TRIGGER_FIRED_FOR_ROW(trigger->tg_event))
	{
		/* in an apply worker: both rows of an update, no comparison */
		PlaceColumns columns;

		FindColumns(trigger->tg_relation, &columns);
		if (trigger->tg_trigslot != NULL)
			AddId(change, RowId(trigger->tg_trigslot, &columns));
		if (trigger->tg_newslot != NULL)
			AddId(change, RowId(trigger->tg_newslot, &columns));
		return PointerGetDatum(trigger->tg_trigtuple);
	}

	if (TRIGGER_FIRED_BY_TRUNCATE(trigger->tg_event))
		change->everything = true;
	else
		AddRows(change, trigger->tg_relation, trigger->tg_oldtable,
				trigger->tg_newtable);
	if (change->running > 0)
		change->running--;
	return PointerGetDatum(NULL);
}

/*
 * Forget rows of old transactions once there are many, and leave a row with
 * relation 0 that says up to which transaction: a cache older than that starts
 * anew. None of a transaction that may still be running for somebody goes.
 */
static void
DropOldRows(Relation rel, Oid index)
{
	TupleDesc	desc = RelationGetDescr(rel);
	Snapshot	snapshot;
	SysScanDesc scan;
	HeapTuple	tuple;
	ItemPointerData *rows;
	uint64	   *xids;
	uint64		horizon = 0;
	uint64		running;
	int			nrows = 0;
	int			ndropped = 0;

	/* one at a time; whoever comes second has nothing to do */
	if (!ConditionalLockRelationOid(RelationGetRelid(rel),
									ShareUpdateExclusiveLock))
		return;

	/*
	 * deleting a row with a long list of ids reads TOAST: active, not only
	 * known
	 */
	PushActiveSnapshot(GetLatestSnapshot());
	snapshot = GetActiveSnapshot();
	running = U64FromFullTransactionId(ReadNextFullTransactionId()) -
		(uint32) (XidFromFullTransactionId(ReadNextFullTransactionId()) -
				  snapshot->xmin);
	rows = palloc(sizeof(ItemPointerData) * GRAPH_CHANGED_SCAN);
	xids = palloc(sizeof(uint64) * GRAPH_CHANGED_SCAN);
	scan = systable_beginscan(rel, index, true, snapshot, 0, NULL);
	while (nrows < GRAPH_CHANGED_SCAN &&
		   HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		bool		isnull;
		Datum		xid = heap_getattr(tuple, 2, desc, &isnull);

		rows[nrows] = tuple->t_self;
		xids[nrows] = U64FromFullTransactionId(DatumGetFullTransactionId(xid));
		horizon = Max(horizon, xids[nrows]);
		nrows++;
	}
	systable_endscan(scan);

	if (nrows >= GRAPH_CHANGED_KEEP)
	{
		horizon -= Min(horizon, GRAPH_CHANGED_KEEP / 2);
		horizon = Min(horizon, running);
		for (int i = 0; i < nrows; i++)
			if (xids[i] < horizon)
			{
				simple_heap_delete(rel, &rows[i]);
				ndropped++;
			}
	}
	if (ndropped > 0)
	{
		Datum		values[3] = {ObjectIdGetDatum(InvalidOid), FullTransactionIdGetDatum(FullTransactionIdFromU64(horizon)), (Datum) 0};
		bool		nulls[3] = {false, false, true};

		CatalogTupleInsert(rel, heap_form_tuple(desc, values, nulls));
	}
	PopActiveSnapshot();
	pfree(rows);
	pfree(xids);
}

/*
 * One row for each table that this transaction changed.
 */
static void
WriteChanges(void)
{
	Relation	rel = NULL;
	FullTransactionId xid = InvalidFullTransactionId;

	for (TableChange *change = changes; change != NULL; change = change->next)
	{
		Datum		values[3];
		bool		nulls[3] = {false, false, false};

		if (change->nids == 0 && !change->everything)
			continue;
		if (rel == NULL)
		{
			rel = table_open(GraphChangedRelation(), RowExclusiveLock);
			xid = GetTopFullTransactionId();
		}
		values[0] = ObjectIdGetDatum(change->relid);
		values[1] = FullTransactionIdGetDatum(xid);
		if (change->everything)
			nulls[2] = true;
		else
		{
			Datum	   *ids = palloc(sizeof(Datum) * change->nids);

			for (int i = 0; i < change->nids; i++)
				ids[i] = Int64GetDatum(change->ids[i]);
			values[2] = PointerGetDatum(construct_array(ids, change->nids,
														INT8OID, sizeof(int64),
														FLOAT8PASSBYVAL,
														TYPALIGN_DOUBLE));
		}
		CatalogTupleInsert(rel, heap_form_tuple(RelationGetDescr(rel), values,
												nulls));
	}
	if (rel != NULL)
	{
		if (XidFromFullTransactionId(xid) % GRAPH_CHANGED_DROP_EVERY == 0)
			DropOldRows(rel, GraphChangedIndex(rel));
		table_close(rel, NoLock);
	}
}

static void
AtTransactionEnd(XactEvent event, void *arg)
{
	switch (event)
	{
		case XACT_EVENT_PRE_COMMIT:
		case XACT_EVENT_PRE_PREPARE:
			if (changes != NULL)
				WriteChanges();
			break;
		case XACT_EVENT_COMMIT:
		case XACT_EVENT_ABORT:
		case XACT_EVENT_PREPARE:
			changes = NULL;		/* freed with the transaction's memory */
			break;
		default:
			break;
	}
}

void
GraphChangeInit(void)
{
	RegisterXactCallback(AtTransactionEnd, NULL);
}
