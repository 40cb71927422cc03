/*-------------------------------------------------------------------------
 *
 * cache_changes.c
 *	  What changed since the base, and has to be read again (cache.c, check 5).
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_type.h"
#include "utils/fmgroids.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/xid8.h"

#include "graph/cache_entry.h"

static void
AddIds(CacheIds *to, const int64 *ids, int count)
{
	if (to->everything)
		return;
	if (count > GRAPH_MAX_PATCH - to->count)
	{
		to->everything = true;
		return;
	}
	if (count == 0)
		return;
	if (to->count + count > to->capacity)
	{
		to->capacity = Max(64, (to->count + count) * 2);
		if (to->ids == NULL)
			to->ids = palloc(sizeof(int64) * to->capacity);
		else
			to->ids = repalloc(to->ids, sizeof(int64) * to->capacity);
	}
	memcpy(to->ids + to->count, ids, sizeof(int64) * count);
	to->count += count;
}

static void
AddAll(CacheIds *to, const CacheIds *from)
{
	if (from->everything)
		to->everything = true;
	else
		AddIds(to, from->ids, from->count);
}

/*
 * Add the ids of a row of graph_changed.
 */
static void
AddRow(CacheIds *to, HeapTuple tuple, TupleDesc desc)
{
	bool		isnull;
	Datum		list = heap_getattr(tuple, 3, desc, &isnull);
	ArrayType  *array;

	if (isnull)
	{
		to->everything = true;
		return;
	}
	array = DatumGetArrayTypeP(list);
	AddIds(to, (int64 *) ARR_DATA_PTR(array),
		   ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array)));
}

/*
 * Ids that changed between the base and the snapshot. A row of relation 0 says
 * up to where rows were dropped, and then everything may have changed.
 */
static void
ReadLog(const CacheEntry *entry, Snapshot snapshot, CacheIds *nodes,
		CacheIds *edges)
{
	const CacheBase *base = &entry->base;
	Relation	log = table_open(GraphChangedRelation(), AccessShareLock);
	TupleDesc	desc = RelationGetDescr(log);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;

	ScanKeyInit(&key, 2, BTGreaterEqualStrategyNumber, F_XID8GE,
				FullTransactionIdGetDatum(FullTransactionIdFromU64(base->xmin)));
	scan = systable_beginscan(log, GraphChangedIndex(log), true, snapshot, 1,
							  &key);
	while (!edges->everything && !nodes->everything &&
		   HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		bool		isnull;
		Oid			relid = DatumGetObjectId(heap_getattr(tuple, 1, desc, &isnull));
		uint64		xid = U64FromFullTransactionId(DatumGetFullTransactionId(heap_getattr(tuple, 2, desc, &isnull)));

		if (!OidIsValid(relid))
		{
			if (xid > base->xmin)
				edges->everything = true;
		}
		else if (relid == entry->node && !GraphBaseSees(base, xid))
			AddRow(nodes, tuple, desc);
		else if (relid == entry->edge && !GraphBaseSees(base, xid))
			AddRow(edges, tuple, desc);
	}
	systable_endscan(scan);
	table_close(log, AccessShareLock);
}

/*
 * What is to be read again; false if adjacency must be built anew. *own: some
 * of it this transaction changed.
 */
bool
GraphCollectChanges(const CacheEntry *entry, Snapshot snapshot, CacheIds *nodes,
					CacheIds *edges, bool *own)
{
	GraphChanges changes;

	*own = false;
	if (!GraphSeesSame(snapshot, &entry->base))
		ReadLog(entry, snapshot, nodes, edges);
	if (GraphOwnChanges(entry->node, &changes))
	{
		*own = true;
		nodes->everything |= changes.everything;
		AddIds(nodes, changes.ids, changes.nids);
	}
	if (GraphOwnChanges(entry->edge, &changes))
	{
		*own = true;
		edges->everything |= changes.everything;
		AddIds(edges, changes.ids, changes.nids);
	}
	AddAll(nodes, &entry->restless_nodes);
	AddAll(edges, &entry->restless_edges);
	return !nodes->everything && !edges->everything;
}

ArrayType *
GraphIdArray(const CacheIds *ids)
{
	ArrayType  *array;

	if (ids->count == 0)
		return NULL;
	array = palloc0(ARR_OVERHEAD_NONULLS(1) + sizeof(int64) * ids->count);
	SET_VARSIZE(array, ARR_OVERHEAD_NONULLS(1) + sizeof(int64) * ids->count);
	array->ndim = 1;
	array->elemtype = INT8OID;
	ARR_DIMS(array)[0] = ids->count;
	ARR_LBOUND(array)[0] = 1;
	memcpy(ARR_DATA_PTR(array), ids->ids, sizeof(int64) * ids->count);
	return array;
}

void
GraphKeepIds(CacheEntry *entry, CacheIds *kept, const CacheIds *ids)
{
	kept->count = 0;
	if (kept->capacity < ids->count)
	{
		kept->capacity = ids->count * 2;
		kept->ids = MemoryContextAlloc(entry->context,
									   sizeof(int64) * kept->capacity);
	}
	if (ids->count > 0)
		memcpy(kept->ids, ids->ids, sizeof(int64) * ids->count);
	kept->count = ids->count;
}
