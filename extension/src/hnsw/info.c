/*-------------------------------------------------------------------------
 *
 * info.c
 *	  What an index looks like, and what the last scan did.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/relation.h"
#include "catalog/pg_am.h"
#include "catalog/pg_authid.h"
#include "commands/defrem.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/rel.h"

#include "bellwether.h"
#include "hnsw/hnsw.h"
#include "hnsw/key.h"
#include "hnsw/scan.h"

PG_FUNCTION_INFO_V1(hnsw_last_scan);
PG_FUNCTION_INFO_V1(hnsw_info);

/* Columns of hnsw_info, in order */
typedef enum InfoColumn
{
	INFO_DIMENSIONS,
	INFO_CODE_BITS,
	INFO_M,
	INFO_EF_CONSTRUCTION,
	INFO_NODES,
	INFO_LIVE,
	INFO_TOMBSTONES,
	INFO_FREE,
	INFO_TWINS,
	INFO_KEYS,
	INFO_TOP_LEVEL,
	INFO_MEAN_LINKS,
	INFO_PAGES,
	INFO_CODE_ERROR,
	INFO_COLUMNS
} InfoColumn;

/* What is counted over the nodes */
typedef struct NodeCounts
{
	int64		live;
	int64		tombstones;
	int64		free;
	int64		twins;
	int64		linked;
	int64		links;
	int			top_level;
} NodeCounts;

static Datum
Row(FunctionCallInfo fcinfo, Datum *values, int count)
{
	TupleDesc	descriptor;
	bool		nulls[INFO_COLUMNS] = {0};

	if (get_call_result_type(fcinfo, NULL, &descriptor) != TYPEFUNC_COMPOSITE ||
		descriptor->natts != count)
		elog(ERROR, "return type must be a row of %d columns", count);
	return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(descriptor), values, nulls));
}

Datum
hnsw_last_scan(PG_FUNCTION_ARGS)
{
	Datum		values[] = {
		Int64GetDatum(hnsw_last_counters.nodes),
		Int64GetDatum(hnsw_last_counters.codes),
		Int64GetDatum(hnsw_last_counters.ranked),
		Int64GetDatum(hnsw_last_counters.swept),
		Int64GetDatum(hnsw_last_counters.pages),
		Int64GetDatum(hnsw_last_counters.returned)
	};

	return Row(fcinfo, values, lengthof(values));
}

/*
 * The index, if the caller may look into it: it tells of rows that row-level
 * security hides.
 */
static Relation
OpenForInfo(Oid relid)
{
	Relation	rel;

	RequireRelation(relid);
	rel = relation_open(relid, AccessShareLock);
	if (rel->rd_rel->relkind != RELKIND_INDEX ||
		rel->rd_rel->relam != get_index_am_oid("hnsw", false))
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("\"%s\" is not an hnsw index", RelationGetRelationName(rel))));
	if (!has_privs_of_role(GetUserId(), rel->rd_rel->relowner) &&
		!has_privs_of_role(GetUserId(), ROLE_PG_STAT_SCAN_TABLES))
		aclcheck_error(ACLCHECK_NOT_OWNER, OBJECT_INDEX, RelationGetRelationName(rel));
	if (RELATION_IS_OTHER_TEMP(rel))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("cannot access temporary indexes of other sessions")));
	return rel;
}

static void
CountNodes(HnswIndex *index, uint32 node_count, NodeCounts *counts)
{
	BlockNumber blocks = RelationGetNumberOfBlocks(index->rel);

	for (uint32 node = 0; node < node_count; node++)
	{
		HnswNode	copy = {0};

		CHECK_FOR_INTERRUPTS();
		if (HnswBlockOf(index, node, HnswNodePlace(index, node)) < blocks &&
			!HnswReadNode(index, node, &copy, NULL))
			copy.state = HNSW_FREE;
		counts->live += copy.state == HNSW_LIVE;
		counts->tombstones += copy.state == HNSW_DEAD;
		counts->free += copy.state == HNSW_FREE || copy.state == HNSW_LISTED;
		if (copy.state != HNSW_LIVE)
			continue;
		counts->twins += !copy.linked;
		counts->linked += copy.linked;
		counts->links += copy.count;
		if (copy.linked)
			counts->top_level = Max(counts->top_level, HnswLevelOf(node));
	}
}

static int
CountKeys(HnswIndex *index, const HnswMeta *meta)
{
	int			keys = 0;

	for (uint32 page = 0; page < meta->key_pages; page++)
	{
		Buffer		buffer = HnswPin(index, HnswKeyBlock(index, page << 8));

		LockBuffer(buffer, BUFFER_LOCK_SHARE);
		if (!PageIsNew(BufferGetPage(buffer)))
			keys += PageGetMaxOffsetNumber(BufferGetPage(buffer));
		UnlockReleaseBuffer(buffer);
	}
	return keys;
}

Datum
hnsw_info(PG_FUNCTION_ARGS)
{
	Relation	rel = OpenForInfo(PG_GETARG_OID(0));
	Datum		values[INFO_COLUMNS];
	NodeCounts	counts = {0};
	HnswIndex  *index;
	HnswMeta	meta;

	HnswReadMeta(rel, &meta);
	index = HnswOpen(rel, &meta, false);
	CountNodes(index, meta.node_count, &counts);
	values[INFO_DIMENSIONS] = Int32GetDatum(meta.dimensions);
	values[INFO_CODE_BITS] = Int32GetDatum(meta.code_bits);
	values[INFO_M] = Int32GetDatum(meta.m);
	values[INFO_EF_CONSTRUCTION] = Int32GetDatum(meta.ef_construction);
	values[INFO_NODES] = Int64GetDatum(meta.node_count);
	values[INFO_LIVE] = Int64GetDatum(counts.live);
	values[INFO_TOMBSTONES] = Int64GetDatum(counts.tombstones);
	values[INFO_FREE] = Int64GetDatum(counts.free);
	values[INFO_TWINS] = Int64GetDatum(counts.twins);
	values[INFO_KEYS] = Int32GetDatum(CountKeys(index, &meta));
	values[INFO_TOP_LEVEL] = Int32GetDatum(counts.top_level);
	values[INFO_MEAN_LINKS] = Float8GetDatum(counts.linked > 0 ?
											 (double) counts.links / counts.linked : 0);
	values[INFO_PAGES] = Int64GetDatum(RelationGetNumberOfBlocks(rel));
	values[INFO_CODE_ERROR] = Float8GetDatum(meta.code_error);
	relation_close(rel, AccessShareLock);
	return Row(fcinfo, values, INFO_COLUMNS);
}
