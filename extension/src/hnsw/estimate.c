/*-------------------------------------------------------------------------
 *
 * estimate.c
 *	  What an index would cost, before it is built: its size follows from the
 *	  layout, its time from building a small one in memory, of the table's first
 *	  rows, on this machine.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>
#include <time.h>

#include "access/table.h"
#include "access/tableam.h"
#include "catalog/pg_opclass.h"
#include "catalog/pg_type.h"
#include "commands/defrem.h"
#include "executor/tuptable.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "optimizer/plancat.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/catcache.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/rls.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

#include "bellwether.h"
#include "hnsw/hnsw.h"

PG_FUNCTION_INFO_V1(hnsw_estimate);

/* Rows of the small index */
#define SAMPLE	4000

/* Columns of the result */
#define ESTIMATE_COLUMNS	5

/*
 * The operator class by its name, or by default that of the Euclidean (of bits the
 * Hamming) distance.
 */
static const HnswClass *
ClassByName(const char *name, Oid type)
{
	Oid			method = get_index_am_oid("hnsw", false);
	char	   *chosen = name ? pstrdup(name)
	: psprintf(type == BITOID ? "%s_hamming_ops" : "%s_l2_ops",
			   type == BITOID ? "bit" : format_type_be(type));
	const HnswClass *class = NULL;
	CatCList   *list = SearchSysCacheList1(CLAAMNAMENSP, ObjectIdGetDatum(method));

	for (int i = 0; i < list->n_members; i++)
	{
		Form_pg_opclass form = (Form_pg_opclass) GETSTRUCT(&list->members[i]->tuple);

		if (strcmp(NameStr(form->opcname), chosen) == 0 && form->opcintype == type)
		{
			Oid			function = get_opfamily_proc(form->opcfamily, type, type,
													 HNSW_DISTANCE_PROC);
			FmgrInfo	info;

			if (!OidIsValid(function))
				continue;
			fmgr_info(function, &info);
			class = HnswFindClass(info.fn_addr);
		}
	}
	ReleaseSysCacheList(list);
	if (class == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("operator class \"%s\" does not exist for access method \"%s\"",
						chosen, "hnsw")));
	return class;
}

/*
 * The column's number, if the caller may read all its rows.
 */
static AttrNumber
ColumnToRead(Relation heap, const char *name)
{
	AttrNumber	column = get_attnum(RelationGetRelid(heap), name);

	if (column <= 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("column \"%s\" of relation \"%s\" does not exist", name,
						RelationGetRelationName(heap))));
	if (pg_class_aclcheck(RelationGetRelid(heap), GetUserId(), ACL_SELECT) != ACLCHECK_OK &&
		pg_attribute_aclcheck(RelationGetRelid(heap), column, GetUserId(),
							  ACL_SELECT) != ACLCHECK_OK)
		aclcheck_error(ACLCHECK_NO_PRIV, OBJECT_TABLE, RelationGetRelationName(heap));
	/* Time and size tell of rows that are hidden */
	if (check_enable_rls(RelationGetRelid(heap), InvalidOid, true) == RLS_ENABLED)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("cannot estimate an index of relation \"%s\": row-level security hides rows of it",
						RelationGetRelationName(heap))));
	return column;
}

/*
 * Processor seconds for an index of so many rows, from those of a small one: each
 * doubling adds as much to the cost of a row as the last one did.
 */
static double
Extrapolate(const clock_t * at, int inserted, double rows)
{
	int			quarter = inserted / 4;
	double		early;
	double		late;
	double		growth;

	if (quarter == 0)
		return 0;
	early = (double) (at[2 * quarter] - at[quarter]) / CLOCKS_PER_SEC / quarter;
	late = (double) (at[4 * quarter] - at[2 * quarter]) / CLOCKS_PER_SEC / (2 * quarter);
	/* The middles of the two parts lie a doubling apart */
	growth = Max(late - early, 0);
	return rows * Max(late + growth * (log2(rows / (3 * quarter)) - 1 / M_LN2), 0);
}

/*
 * Builds the small index; returns the seconds that the whole one would take.
 */
static double
BuildSample(Relation heap, AttrNumber column, const HnswClass *class, HnswMeta *meta, double rows)
{
	TupleTableSlot *slot = table_slot_create(heap, NULL);
	TableScanDesc scan = table_beginscan(heap, GetActiveSnapshot(), 0, NULL);
	HnswIndex  *index = HnswOpen(heap, meta, true);
	HnswInserter inserter = {0};
	clock_t    *at = palloc0(sizeof(clock_t) * (SAMPLE + 1));
	int			inserted = 0;

	HnswInserterInit(&inserter, index);
	at[0] = clock();
	while (inserted < SAMPLE && table_scan_getnextslot(scan, ForwardScanDirection, slot))
	{
		bool		isnull;
		Datum		value = slot_getattr(slot, column, &isnull);
		float		error;

		CHECK_FOR_INTERRUPTS();
		if (!isnull && HnswInsertValue(&inserter, class, value, &slot->tts_tid, HNSW_WHOLE,
									   meta, &error))
			at[++inserted] = clock();
	}
	table_endscan(scan);
	ExecDropSingleTupleTableSlot(slot);
	return Extrapolate(at, inserted, rows);
}

Datum
hnsw_estimate(PG_FUNCTION_ARGS)
{
	MemoryContext context;
	MemoryContext old;
	HnswOptions options = {0};
	HnswMeta	meta;
	HnswIndex  *index;
	const HnswClass *class;
	Relation	heap;
	AttrNumber	column;
	BlockNumber blocks;
	double		rows;
	double		visible;
	double		seconds;
	int64		bytes;
	TupleDesc	descriptor;
	Datum		values[ESTIMATE_COLUMNS];
	bool		nulls[ESTIMATE_COLUMNS] = {0};

	for (int i = 0; i < 5; i++)
		if (PG_ARGISNULL(i))
			PG_RETURN_NULL();
	options.m = PG_GETARG_INT32(2);
	options.ef_construction = PG_GETARG_INT32(3);
	options.code_bits = PG_GETARG_INT32(4);
	if (options.m < HNSW_MIN_M || options.m > HNSW_MAX_M)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("m must be between %d and %d", HNSW_MIN_M, HNSW_MAX_M)));
	if (options.ef_construction < HNSW_MIN_EF_CONSTRUCTION ||
		options.ef_construction > HNSW_MAX_EF_CONSTRUCTION)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("ef_construction must be between %d and %d", HNSW_MIN_EF_CONSTRUCTION,
						HNSW_MAX_EF_CONSTRUCTION)));
	RequireRelation(PG_GETARG_OID(0));
	heap = table_open(PG_GETARG_OID(0), AccessShareLock);
	if (heap->rd_rel->relkind != RELKIND_RELATION && heap->rd_rel->relkind != RELKIND_MATVIEW)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("\"%s\" is not a table", RelationGetRelationName(heap))));
	column = ColumnToRead(heap, NameStr(*PG_GETARG_NAME(1)));
	class = ClassByName(PG_ARGISNULL(5) ? NULL : NameStr(*PG_GETARG_NAME(5)),
						TupleDescAttr(RelationGetDescr(heap), column - 1)->atttypid);
	HnswFillMeta(&meta, class, TupleDescAttr(RelationGetDescr(heap), column - 1)->atttypmod, 0,
				 &options);
	estimate_rel_size(heap, NULL, &blocks, &rows, &visible);

	context = AllocSetContextCreate(CurrentMemoryContext, "hnsw estimate",
									ALLOCSET_DEFAULT_SIZES);
	old = MemoryContextSwitchTo(context);
	index = HnswOpen(heap, &meta, true);
	bytes = (int64) ceil(rows / HNSW_GROUP_NODES) * index->layout.pages * BLCKSZ;
	seconds = BuildSample(heap, column, class, &meta, rows);
	MemoryContextSwitchTo(old);
	MemoryContextDelete(context);
	table_close(heap, AccessShareLock);

	if (get_call_result_type(fcinfo, NULL, &descriptor) != TYPEFUNC_COMPOSITE ||
		descriptor->natts != ESTIMATE_COLUMNS)
		elog(ERROR, "return type must be a row of %d columns", ESTIMATE_COLUMNS);
	values[0] = Int64GetDatum((int64) rows);
	values[1] = Int64GetDatum(bytes + BLCKSZ);
	values[2] = Int64GetDatum(bytes);
	values[3] = BoolGetDatum(bytes <= (int64) maintenance_work_mem * 1024);
	values[4] = Float8GetDatum(seconds);
	return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(descriptor), values, nulls));
}
