/*-------------------------------------------------------------------------
 *
 * check.c
 *	  Looks at every page of an index, and says what is not as it must be.
 *
 * A crash may leave a node that no chain and no link leads to: its row was never
 * committed, and vacuum takes it away. Such a node is no problem as long as its
 * row cannot be seen.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/relation.h"
#include "access/table.h"
#include "access/tableam.h"
#include "catalog/index.h"
#include "catalog/pg_am.h"
#include "catalog/pg_class.h"
#include "commands/defrem.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "bellwether.h"
#include "hnsw/hnsw.h"
#include "hnsw/key.h"
#include "hnsw/root.h"

PG_FUNCTION_INFO_V1(hnsw_check);

/* Columns of the result */
#define CHECK_COLUMNS	3

/* What a row of the heap is called in a problem */
#define TID_FORMAT	"(%u,%u)"

/* A live node by its heap row */
typedef struct NodeOfRow
{
	ItemPointerData tid;
	uint32		node;
} NodeOfRow;

typedef struct HnswCheck
{
	HnswIndex  *index;
	HnswMeta	meta;
	BlockNumber blocks;
	ReturnSetInfo *result;
	uint64	   *reached;		/* a bit a node: found from its entry */
	uint64	   *chained;		/* in the chain of its key */
	uint64	   *behind;			/* led to by a twin */
	NodeOfRow  *rows;			/* live nodes, sorted by heap row */
	int64		row_count;
	uint32	   *links;
	const HnswClass *class;
	HnswCode   *code;			/* scratch of ComparedRow */
	HnswCode   *stored;
	float	   *work;
	int64		unreached;
	MemoryContext row;			/* reset for each row */
} HnswCheck;

static inline void
Mark(uint64 *bits, uint32 node)
{
	bits[node / 64] |= UINT64CONST(1) << (node % 64);
}

static inline bool
Marked(const uint64 *bits, uint32 node)
{
	return (bits[node / 64] & (UINT64CONST(1) << (node % 64))) != 0;
}

static void Report(HnswCheck *check, uint32 node, bool error, const char *format,...)
			pg_attribute_printf(4, 5);

/*
 * Adds a row to the result.
 */
static void
Report(HnswCheck *check, uint32 node, bool error, const char *format,...)
{
	char		text[256];
	Datum		values[CHECK_COLUMNS];
	bool		nulls[CHECK_COLUMNS] = {0};
	va_list		arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	values[0] = Int64GetDatum(node);
	nulls[0] = node == HNSW_NONE;
	values[1] = CStringGetTextDatum(error ? "error" : "warning");
	values[2] = CStringGetTextDatum(text);
	tuplestore_putvalues(check->result->setResult, check->result->setDesc, values, nulls);
}

/*
 * The node, or one that is free where the file has no page for it.
 */
static void
ReadNode(HnswCheck *check, uint32 node, HnswNode *copy, uint32 *links)
{
	HnswIndex  *index = check->index;

	memset(copy, 0, sizeof(HnswNode));
	if (HnswBlockOf(index, node, HnswNodePlace(index, node)) < check->blocks)
		HnswReadNode(index, node, copy, links);
}

static inline bool
InGraph(const HnswNode *node)
{
	return node->state == HNSW_LIVE || node->state == HNSW_DEAD;
}

/*
 * The links of a node on one level.
 */
static void
CheckLinks(HnswCheck *check, uint32 node, int level, uint32 key)
{
	int			count = HnswReadLinks(check->index, node, level, &key, 1, check->links);

	if (count < 0)
		Report(check, node, true, "its links of level %d belong to another key", level);
	for (int i = 0; i < count; i++)
	{
		uint32		to = check->links[i];
		HnswNode	other;

		if (to >= check->meta.node_count || to == node)
		{
			Report(check, node, true, "link of level %d leads to %u", level, to);
			continue;
		}
		for (int j = 0; j < i; j++)
			if (check->links[j] == to)
				Report(check, node, true, "two links of level %d lead to %u", level, to);
		ReadNode(check, to, &other, NULL);
		if (!InGraph(&other) || other.key != key)
			Report(check, node, true, "link of level %d leads to %u, which is not in its graph",
				   level, to);
		else if (!other.linked || HnswLevelOf(to) < level)
			Report(check, node, true, "link of level %d leads to %u, which is not on that level",
				   level, to);
	}
}

/*
 * The chain of nodes with the same code.
 */
static void
CheckTwins(HnswCheck *check, uint32 first, const HnswNode *head)
{
	HnswIndex  *index = check->index;
	uint32		twin = head->twin;

	HnswReadCode(index, first, check->code);
	while (twin != HNSW_NONE)
	{
		HnswNode	copy;

		CHECK_FOR_INTERRUPTS();
		if (twin >= check->meta.node_count || Marked(check->behind, twin))
		{
			Report(check, first, true, "its chain of twins leads to %u", twin);
			return;
		}
		Mark(check->behind, twin);
		ReadNode(check, twin, &copy, NULL);
		if (!InGraph(&copy) || copy.key != head->key || copy.linked)
		{
			Report(check, first, true, "%u is not its twin", twin);
			return;
		}
		HnswReadCode(index, twin, check->stored);
		if (memcmp(check->stored, check->code, index->codec.size) != 0)
			Report(check, first, true, "its twin %u has another code", twin);
		twin = copy.twin;
	}
}

static void
AddRow(HnswCheck *check, uint32 node, const HnswNode *copy)
{
	NodeOfRow  *row = &check->rows[check->row_count++];

	row->tid = copy->tid;
	row->node = node;
}

static void
CheckNodes(HnswCheck *check)
{
	for (uint32 node = 0; node < check->meta.node_count; node++)
	{
		HnswNode	copy;

		CHECK_FOR_INTERRUPTS();
		ReadNode(check, node, &copy, NULL);
		if (copy.state > HNSW_LISTED)
			Report(check, node, true, "unknown state %d", copy.state);
		if (!InGraph(&copy))
			continue;
		if (copy.state == HNSW_LIVE)
			AddRow(check, node, &copy);
		if (!copy.linked)
			continue;
		for (int level = HnswLevelOf(node); level >= 0; level--)
			CheckLinks(check, node, level, copy.key);
		if (copy.twin != HNSW_NONE)
			CheckTwins(check, node, &copy);
	}
}

/*
 * Numbers to be used again.
 */
static void
CheckFreeList(HnswCheck *check)
{
	uint64	   *listed = check->chained;
	uint32		node = check->meta.free_head;

	while (node != HNSW_NONE)
	{
		HnswNode	copy;

		CHECK_FOR_INTERRUPTS();
		if (node >= check->meta.node_count || Marked(listed, node))
		{
			Report(check, HNSW_NONE, true, "the list of free numbers leads to %u", node);
			return;
		}
		Mark(listed, node);
		ReadNode(check, node, &copy, NULL);
		if (copy.state != HNSW_LISTED)
		{
			Report(check, node, true, "in the list of free numbers with state %d", copy.state);
			return;
		}
		node = copy.next;
	}
}

/*
 * Marks all nodes that level 0 leads to from the entry of a graph.
 */
static void
Reach(HnswCheck *check, uint32 entry, uint32 key)
{
	HnswHeap	open = {0};
	HnswCandidate item = {0, entry};

	HnswPush(&open, item);
	Mark(check->reached, entry);
	while (open.count > 0)
	{
		int			count;

		CHECK_FOR_INTERRUPTS();
		item = open.items[--open.count];
		count = HnswReadLinks(check->index, item.node, 0, &key, 1, check->links);
		for (int i = 0; i < count; i++)
		{
			item.node = check->links[i];
			if (item.node >= check->meta.node_count || Marked(check->reached, item.node))
				continue;
			Mark(check->reached, item.node);
			HnswPush(&open, item);
		}
	}
	pfree(open.items);
}

/*
 * A graph from its root.
 */
static void
CheckRoot(HnswCheck *check, uint32 key)
{
	HnswRoot	root;
	uint32		node;
	uint32		count = 0;

	HnswReadRoot(check->index, NULL, key, &root);
	if (root.entry != HNSW_NONE)
	{
		HnswNode	copy;

		if (root.entry >= check->meta.node_count)
		{
			Report(check, HNSW_NONE, true, "the graph of key %u begins at %u", key, root.entry);
			return;
		}
		ReadNode(check, root.entry, &copy, NULL);
		if (!InGraph(&copy) || copy.key != key || !copy.linked)
			Report(check, root.entry, true, "begins the graph of key %u, which it is not in", key);
		else
			Reach(check, root.entry, key);
	}
	if (key == HNSW_WHOLE)
		return;
	for (node = root.head; node != HNSW_NONE; count++)
	{
		HnswNode	copy;

		CHECK_FOR_INTERRUPTS();
		if (node >= check->meta.node_count || Marked(check->chained, node))
		{
			Report(check, HNSW_NONE, true, "the chain of key %u leads to %u", key, node);
			return;
		}
		Mark(check->chained, node);
		ReadNode(check, node, &copy, NULL);
		if (!InGraph(&copy) || copy.key != key)
		{
			Report(check, node, true, "in the chain of key %u, which is not its own", key);
			return;
		}
		node = copy.next;
	}
	if (count != root.count)
		Report(check, HNSW_NONE, true, "key %u has %u nodes, not %u", key, count, root.count);
}

static void
CheckRoots(HnswCheck *check)
{
	if (check->meta.keys == 0)
	{
		CheckRoot(check, HNSW_WHOLE);
		return;
	}
	for (uint32 page = 0; page < check->meta.key_pages; page++)
	{
		int			last = HnswLastKey(check->index, page);

		for (int item = 1; item <= last; item++)
			CheckRoot(check, page << 8 | item);
	}
}

static int
CompareRows(const void *a, const void *b)
{
	return ItemPointerCompare((ItemPointer) &((const NodeOfRow *) a)->tid,
							  (ItemPointer) &((const NodeOfRow *) b)->tid);
}

/*
 * A row that can be seen: its node, code and key.
 */
static void
CompareRow(Relation rel, ItemPointer tid, Datum *values, bool *isnull, bool alive, void *state)
{
	HnswCheck  *check = state;
	HnswIndex  *index = check->index;
	int			column = HnswVectorColumn(rel) - 1;
	MemoryContext old = MemoryContextSwitchTo(check->row);
	NodeOfRow	wanted = {.tid = *tid};
	NodeOfRow  *found;
	HnswNode	copy;
	void	   *given = NULL;
	const void *x;
	HnswCodeNote note;
	int			dim;

	CHECK_FOR_INTERRUPTS();
	if (isnull[column])
		goto done;
	x = check->class->type->read(values[column], &dim, &given);
	if (!check->class->type->encode(&index->codec, x, check->code, check->work, &note))
		goto done;
	found = bsearch(&wanted, check->rows, check->row_count, sizeof(NodeOfRow), CompareRows);
	if (found == NULL)
	{
		Report(check, HNSW_NONE, true, "row " TID_FORMAT " is not in the index",
			   ItemPointerGetBlockNumber(tid), ItemPointerGetOffsetNumber(tid));
		goto done;
	}
	HnswReadCode(index, found->node, check->stored);
	if (memcmp(check->stored, check->code, index->codec.size) != 0)
		Report(check, found->node, true, "its code is not that of row " TID_FORMAT,
			   ItemPointerGetBlockNumber(tid), ItemPointerGetOffsetNumber(tid));
	ReadNode(check, found->node, &copy, NULL);
	if (!HnswRowHasKey(index, values, isnull, copy.key))
		Report(check, found->node, true, "its key is not that of row " TID_FORMAT,
			   ItemPointerGetBlockNumber(tid), ItemPointerGetOffsetNumber(tid));
	if (check->meta.keys > 0 && !Marked(check->chained, found->node))
		Report(check, found->node, true, "not in the chain of its key");
	if (!copy.linked && !Marked(check->behind, found->node))
		Report(check, found->node, true, "no twin leads to it");
	check->unreached += copy.linked && !Marked(check->reached, found->node);
done:
	MemoryContextSwitchTo(old);
	MemoryContextReset(check->row);
}

static void
CheckRows(HnswCheck *check, Relation heap)
{
	IndexInfo  *info = BuildIndexInfo(check->index->rel);
	TableScanDesc scan;
	Snapshot	snapshot = GetActiveSnapshot();

	qsort(check->rows, check->row_count, sizeof(NodeOfRow), CompareRows);
	for (int64 i = 1; i < check->row_count; i++)
		if (ItemPointerEquals(&check->rows[i].tid, &check->rows[i - 1].tid))
			Report(check, check->rows[i].node, true, "stands for the same row as %u",
				   check->rows[i - 1].node);
	/* As a concurrent build does: rows that the snapshot sees */
	info->ii_Concurrent = true;
	scan = table_beginscan_strat(heap, snapshot, 0, NULL, true, true);
	table_index_build_scan(heap, check->index->rel, info, true, false, CompareRow, check, scan);
	if (check->unreached > 0)
		Report(check, HNSW_NONE, false, INT64_FORMAT " nodes are found only by a sweep",
			   check->unreached);
}

static void *
Bits(HnswCheck *check)
{
	return MemoryContextAllocExtended(CurrentMemoryContext,
									  ((Size) check->meta.node_count / 64 + 1) * sizeof(uint64),
									  MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
}

/*
 * The index and its table, locked against changes; only for its owner.
 */
static void
OpenForCheck(Oid relid, Relation *heap, Relation *rel)
{
	char	   *name = get_rel_name(relid);
	char		kind = get_rel_relkind(relid);
	Oid			heap_id = kind == RELKIND_INDEX ? IndexGetRelation(relid, true) : InvalidOid;

	RequireRelation(relid);
	if (!OidIsValid(heap_id))
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("\"%s\" is not an hnsw index", name)));
	/* before the locks: nobody else may keep writers waiting */
#if PG_VERSION_NUM >= 160000
	if (!object_ownercheck(RelationRelationId, relid, GetUserId()))
#else
	if (!pg_class_ownercheck(relid, GetUserId()))
#endif
		aclcheck_error(ACLCHECK_NOT_OWNER, OBJECT_INDEX, name);
	*heap = table_open(heap_id, ShareLock);
	*rel = index_open(relid, ShareLock);
	if ((*rel)->rd_rel->relam != get_index_am_oid("hnsw", false))
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("\"%s\" is not an hnsw index", RelationGetRelationName(*rel))));
	if (RELATION_IS_OTHER_TEMP(*rel))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("cannot access temporary indexes of other sessions")));
}

Datum
hnsw_check(PG_FUNCTION_ARGS)
{
	HnswCheck	check = {0};
	Relation	heap;
	Relation	rel;

	OpenForCheck(PG_GETARG_OID(0), &heap, &rel);
	InitMaterializedSRF(fcinfo, 0);
	check.result = (ReturnSetInfo *) fcinfo->resultinfo;
	HnswReadMeta(rel, &check.meta);
	check.index = HnswOpen(rel, &check.meta, false);
	check.class = HnswClassOf(rel);
	check.blocks = RelationGetNumberOfBlocks(rel);
	check.links = palloc(2 * check.meta.m * sizeof(uint32));
	check.code = palloc0(check.index->codec.size);
	check.stored = palloc0(check.index->codec.size);
	check.work = palloc0(sizeof(float) * HnswCodecWork(&check.index->codec));
	check.reached = Bits(&check);
	check.chained = Bits(&check);
	check.behind = Bits(&check);
	check.rows = MemoryContextAllocHuge(CurrentMemoryContext,
										mul_size(sizeof(NodeOfRow), check.meta.node_count + 1));
	check.row = AllocSetContextCreate(CurrentMemoryContext, "hnsw check row",
									  ALLOCSET_DEFAULT_SIZES);
	CheckFreeList(&check);
	CheckNodes(&check);
	CheckRoots(&check);
	CheckRows(&check, heap);
	index_close(rel, ShareLock);
	table_close(heap, ShareLock);
	return (Datum) 0;
}
