/*-------------------------------------------------------------------------
 *
 * cache.c
 *	  Adjacency kept from call to call, and why it may be used.
 *
 * A kept adjacency holds the rows that one snapshot, its base, sees. For a call
 * with snapshot M it is used only after these checks, in this order:
 *
 *	1.	The caller may read both tables, and the rows it sees are exactly those
 *		of the tenant: no row-level security applies to it, or only the policy
 *		tenant_id = current_tenant() while the column's default (which is the
 *		tenant of the call) is current_tenant() too.
 *	2.	The tables are what they were: ordinary tables without children, the
 *		triggers of change.c as they were when adjacency was built, the same
 *		storage. Whoever changes that holds a lock that conflicts with
 *		RowExclusiveLock until its invalidation messages are out; so after we
 *		could take that lock for a moment every such change that M sees has
 *		been heard of. Adjacency is kept only if M saw the triggers' rows and
 *		the table's row in the catalogs, so no unnoticed change can lie between
 *		the base and them.
 *	3.	No statement of this session is in the middle of changing the graph.
 *	4.	M sees every transaction that the base saw.
 *	5.	The ids in the rows of graph_changed that M sees, of transactions that
 *		the base did not see, and those that this transaction changed itself are
 *		read again through the executor under M, and adjacency is changed to
 *		match. Every other edge has not changed in between: each transaction that
 *		changed one has left a row which is visible exactly when the change is.
 *
 * After step 5 M is the new base, unless this transaction has changed the graph
 * itself: then the base stays, and the ids read are read again next time
 * (restless), whatever became of the transaction.
 *
 * If a check fails, adjacency is built for this call alone, or anew.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/transam.h"
#include "access/xact.h"
#include "catalog/indexing.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_policy.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "common/hashfn.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "rewrite/rewriteHandler.h"
#include "rewrite/rowsecurity.h"
#include "storage/lmgr.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/rls.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"
#include "utils/xid8.h"

#include "graph/cache.h"

/* A snapshot as far as committed transactions go, in 64-bit ids */
typedef struct CacheBase
{
	uint64		xmin;
	uint64		xmax;
	int			nrunning;
	int			capacity;
	uint64	   *running;		/* ids before xmax that it does not see */
} CacheBase;

/* Ids that have to be read again; everything: no list would do */
typedef struct CacheIds
{
	bool		everything;
	int			count;
	int			capacity;
	int64	   *ids;
} CacheIds;

typedef struct CacheEntry
{
	Oid			node;
	Oid			edge;
	int32		tenant;
	GraphAdjacency *adjacency;
	MemoryContext context;		/* owns this entry */
	size_t		bytes;
	bool		heard;			/* an invalidation message came: look again */
	bool		spoilt;			/* a change went wrong: build anew */
	uint64		definition;		/* of the tables and triggers */
	uint64		generation;		/* to notice a change by nested calls */
	CacheBase	base;
	CacheIds	restless_nodes;
	CacheIds	restless_edges;
	struct CacheEntry *next;
} CacheEntry;

static CacheEntry *entries = NULL;
static CacheEntry *serving = NULL;	/* what the running call got; not to be
									 * dropped */
static uint64 generations = 0;

/*
 * A call begins: it has nothing in its hands yet.
 */
void
GraphBegin(void)
{
	serving = NULL;
	GraphMemorySet(0);
}

static void
HearRelation(Datum arg, Oid relid)
{
	for (CacheEntry *entry = entries; entry != NULL; entry = entry->next)
		if (relid == InvalidOid || relid == entry->node || relid == entry->edge)
			entry->heard = true;
}

void
GraphCacheInit(void)
{
	CacheRegisterRelcacheCallback(HearRelation, (Datum) 0);
}

size_t
GraphCacheBytes(void)
{
	size_t		bytes = 0;

	for (CacheEntry *entry = entries; entry != NULL; entry = entry->next)
		bytes += entry->bytes;
	return bytes;
}

static void
DropEntry(CacheEntry *dropped)
{
	for (CacheEntry **link = &entries; *link != NULL; link = &(*link)->next)
		if (*link == dropped)
		{
			*link = dropped->next;
			break;
		}
	if (serving == dropped)
		serving = NULL;
	MemoryContextDelete(dropped->context);
}

/*
 * Drop what is kept, but not what this call works on.
 */
void
GraphCacheShrink(void)
{
	CacheEntry *next;

	for (CacheEntry *entry = entries; entry != NULL; entry = next)
	{
		next = entry->next;
		if (entry != serving)
			DropEntry(entry);
	}
}

static CacheEntry *
FindEntry(const Graph *graph)
{
	for (CacheEntry *entry = entries; entry != NULL; entry = entry->next)
		if (entry->edge == graph->edge && entry->node == graph->node &&
			entry->tenant == graph->tenant)
			return entry;
	return NULL;
}

/* ---- snapshots ---------------------------------------------------------- */

/*
 * The 64-bit id of a transaction id that is not far in the future.
 */
static uint64
WideXid(TransactionId xid)
{
	FullTransactionId next = ReadNextFullTransactionId();

	return U64FromFullTransactionId(next) -
		(uint64) (int64) (int32) (XidFromFullTransactionId(next) - xid);
}

static bool
IsRunning(const CacheBase *base, uint64 xid)
{
	for (int i = 0; i < base->nrunning; i++)
		if (base->running[i] == xid)
			return true;
	return false;
}

static bool
BaseSees(const CacheBase *base, uint64 xid)
{
	if (xid < base->xmin)
		return true;
	return xid < base->xmax && !IsRunning(base, xid);
}

/*
 * Does the snapshot see every transaction that the base sees?
 */
static bool
SeesBase(Snapshot snapshot, const CacheBase *base)
{
	if (WideXid(snapshot->xmax) < base->xmax)
		return false;
	for (uint32 i = 0; i < snapshot->xcnt; i++)
		if (BaseSees(base, WideXid(snapshot->xip[i])))
			return false;
	return true;
}

/*
 * Make the snapshot the base. A snapshot does not list its own transaction as
 * running; the base must, since its changes are still to come.
 */
static void
SetBase(CacheEntry *entry, Snapshot snapshot)
{
	CacheBase  *base = &entry->base;
	TransactionId own = GetTopTransactionIdIfAny();

	if (base->capacity < (int) snapshot->xcnt + 1)
	{
		base->capacity = snapshot->xcnt + 16;
		base->running = MemoryContextAlloc(entry->context,
										   sizeof(uint64) * base->capacity);
	}
	base->xmin = WideXid(snapshot->xmin);
	base->xmax = WideXid(snapshot->xmax);
	base->nrunning = 0;
	for (uint32 i = 0; i < snapshot->xcnt; i++)
		base->running[base->nrunning++] = WideXid(snapshot->xip[i]);
	if (TransactionIdIsValid(own))
	{
		base->running[base->nrunning++] = WideXid(own);
		base->xmin = Min(base->xmin, WideXid(own));
	}
}

/* ---- may this caller use what is kept? ----------------------------------- */

/*
 * Is it the expression tenant_id = current_tenant()?
 */
static bool
IsTenantPolicy(Relation rel, Expr *expr, Oid current_tenant)
{
	OpExpr	   *op = (OpExpr *) expr;
	Node	   *left;
	Node	   *right;

	if (expr == NULL || !IsA(expr, OpExpr) || list_length(op->args) != 2)
		return false;
	left = linitial(op->args);
	right = lsecond(op->args);
	return get_opcode(op->opno) == F_INT4EQ &&
		IsA(left, Var) &&
		((Var *) left)->varattno == get_attnum(RelationGetRelid(rel), "tenant_id") &&
		IsA(right, FuncExpr) &&
		((FuncExpr *) right)->funcid == current_tenant;
}

/*
 * Does the caller see exactly the tenant's rows of this table?
 */
static bool
SeesTenantExactly(Relation rel)
{
	List	   *policies;
	RowSecurityPolicy *policy;
	oidvector  *no_arguments;
	Oid			current_tenant;
	AttrNumber	attnum;
	Node	   *tenant_default;

	if (check_enable_rls(RelationGetRelid(rel), InvalidOid, true) != RLS_ENABLED)
		return true;
	if (!row_security)
		return false;			/* the query will say what is wrong with that */

	policies = rel->rd_rsdesc->policies;
	if (list_length(policies) != 1)
		return false;
	policy = linitial(policies);
	if (!policy->permissive || policy->hassublinks ||
		(policy->polcmd != '*' && policy->polcmd != ACL_SELECT_CHR) ||
		ARR_DIMS(policy->roles)[0] != 1 ||
		((Oid *) ARR_DATA_PTR(policy->roles))[0] != ACL_ID_PUBLIC)
		return false;

	no_arguments = buildoidvector(NULL, 0);
	current_tenant = GetSysCacheOid3(PROCNAMEARGSNSP, Anum_pg_proc_oid,
									 CStringGetDatum("current_tenant"),
									 PointerGetDatum(no_arguments),
									 ObjectIdGetDatum(get_namespace_oid("public", false)));
	if (!OidIsValid(current_tenant) ||
		!IsTenantPolicy(rel, policy->qual, current_tenant))
		return false;

	attnum = get_attnum(RelationGetRelid(rel), "tenant_id");
	tenant_default = build_column_default(rel, attnum);
	return tenant_default != NULL && IsA(tenant_default, FuncExpr) &&
		((FuncExpr *) tenant_default)->funcid == current_tenant;
}

static bool
MayRead(const Graph *graph)
{
	Oid			user = GetUserId();

#if PG_VERSION_NUM >= 160000
	if (object_aclcheck(NamespaceRelationId, graph->schema, user, ACL_USAGE) != ACLCHECK_OK)
		return false;
#else
	if (pg_namespace_aclcheck(graph->schema, user, ACL_USAGE) != ACLCHECK_OK)
		return false;
#endif
	return pg_class_aclcheck(graph->node, user, ACL_SELECT) == ACLCHECK_OK &&
		pg_class_aclcheck(graph->edge, user, ACL_SELECT) == ACLCHECK_OK;
}

/*
 * Wait for nobody, but if we get these locks, hear of everything that was
 * committed before.
 */
static bool
HearChanges(Oid relid)
{
	if (!ConditionalLockRelationOid(relid, RowExclusiveLock))
		return false;
	UnlockRelationOid(relid, RowExclusiveLock);
	AcceptInvalidationMessages();
	return true;
}

/* ---- are the tables what they were? -------------------------------------- */

static bool
IsVisible(HeapTupleHeader header, Snapshot snapshot)
{
	TransactionId xmin;

	if (HeapTupleHeaderXminFrozen(header))
		return true;
	xmin = HeapTupleHeaderGetRawXmin(header);
	if (!TransactionIdIsNormal(xmin))
		return true;
	return !TransactionIdIsCurrentTransactionId(xmin) &&
		!XidInMVCCSnapshot(xmin, snapshot);
}

/*
 * A number for the table's definition as far as cached adjacency depends on
 * it; 0 if it has not what it needs. *visible: the snapshot saw it made so.
 */
static uint64
TableDefinition(Relation rel, Snapshot snapshot, bool *visible)
{
	static const char *const wanted[] = {
		"graph_begin_insert", "graph_begin_update", "graph_begin_delete",
		"graph_begin_truncate", "graph_change_insert", "graph_change_update",
		"graph_change_delete", "graph_change_truncate", "graph_change_row"
	};
	uint64		definition = hash_bytes_uint32_extended(rel->rd_rel->relfilenode, 0);
	Relation	triggers;
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;
	int			found = 0;

	if (rel->rd_rel->relkind != RELKIND_RELATION || rel->rd_rel->relhassubclass ||
		rel->rd_rel->relispartition)
		return 0;

	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(RelationGetRelid(rel)));
	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for relation %u", RelationGetRelid(rel));
	if (!IsVisible(tuple->t_data, snapshot))
		*visible = false;
	ReleaseSysCache(tuple);

	triggers = table_open(TriggerRelationId, AccessShareLock);
	ScanKeyInit(&key, Anum_pg_trigger_tgrelid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(RelationGetRelid(rel)));
	scan = systable_beginscan(triggers, TriggerRelidNameIndexId, true, NULL, 1,
							  &key);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_trigger trigger = (Form_pg_trigger) GETSTRUCT(tuple);

		for (int i = 0; i < lengthof(wanted); i++)
			if (strcmp(NameStr(trigger->tgname), wanted[i]) == 0 &&
				trigger->tgenabled == (i == lengthof(wanted) - 1
									   ? TRIGGER_FIRES_ON_REPLICA
									   : TRIGGER_FIRES_ALWAYS))
			{
				found++;
				definition = hash_combine64(definition,
											hash_bytes_uint32_extended(trigger->oid, trigger->tgfoid));
				definition = hash_combine64(definition,
											hash_bytes_uint32_extended(HeapTupleHeaderGetRawXmin(tuple->t_data), trigger->tgtype));
				if (!IsVisible(tuple->t_data, snapshot))
					*visible = false;
			}
	}
	systable_endscan(scan);
	table_close(triggers, AccessShareLock);
	return found == lengthof(wanted) ? definition | 1 : 0;
}

static uint64
Definition(Relation node, Relation edge, Snapshot snapshot, bool *visible)
{
	uint64		node_definition = TableDefinition(node, snapshot, visible);
	uint64		edge_definition = TableDefinition(edge, snapshot, visible);

	if (node_definition == 0 || edge_definition == 0)
		return 0;
	return hash_combine64(node_definition, edge_definition) | 1;
}

/* ---- what has changed since? --------------------------------------------- */

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
 * Does the snapshot see exactly what the base sees? Then there is nothing to
 * look for.
 */
static bool
SeesSame(Snapshot snapshot, const CacheBase *base)
{
	if (TransactionIdIsValid(GetTopTransactionIdIfAny()) ||
		WideXid(snapshot->xmax) != base->xmax ||
		snapshot->xcnt != base->nrunning)
		return false;
	for (uint32 i = 0; i < snapshot->xcnt; i++)
		if (WideXid(snapshot->xip[i]) != base->running[i])
			return false;
	return true;
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
		else if (relid == entry->node && !BaseSees(base, xid))
			AddRow(nodes, tuple, desc);
		else if (relid == entry->edge && !BaseSees(base, xid))
			AddRow(edges, tuple, desc);
	}
	systable_endscan(scan);
	table_close(log, AccessShareLock);
}

/*
 * What is to be read again; false if adjacency must be built anew. *own: some
 * of it this transaction changed.
 */
static bool
CollectChanges(const CacheEntry *entry, Snapshot snapshot, CacheIds *nodes,
			   CacheIds *edges, bool *own)
{
	GraphChanges changes;

	*own = false;
	if (!SeesSame(snapshot, &entry->base))
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

static ArrayType *
MakeArray(const CacheIds *ids)
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

static void
KeepIds(CacheEntry *entry, CacheIds *kept, const CacheIds *ids)
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

/*
 * Make the kept adjacency what the snapshot sees; within SPI_connect. False:
 * it could not be done and the entry is of no more use.
 */
static bool
BringUpToDate(CacheEntry *entry, const Graph *graph, Snapshot snapshot)
{
	CacheIds	nodes = {0};
	CacheIds	edges = {0};
	bool		own;

	if (!CollectChanges(entry, snapshot, &nodes, &edges, &own))
		return false;
	if (nodes.count > 0 || edges.count > 0)
	{
		ArrayType  *node_ids = MakeArray(&nodes);
		ArrayType  *edge_ids = MakeArray(&edges);
		uint64		generation = entry->generation;
		GraphChangedRows *rows = GraphReadChanged(graph, node_ids, edge_ids);

		/* a policy or default that calls us could have come in between */
		if (FindEntry(graph) != entry || entry->generation != generation)
			return false;
		entry->spoilt = true;
		entry->generation = ++generations;
		if (!GraphPatchAdjacency(entry->adjacency, rows, node_ids, edge_ids))
			return false;
		KeepIds(entry, &entry->restless_nodes, &nodes);
		KeepIds(entry, &entry->restless_edges, &edges);
		entry->spoilt = false;
	}
	if (!own)
	{
		SetBase(entry, snapshot);
		entry->restless_nodes.count = 0;
		entry->restless_edges.count = 0;
	}
	return true;
}

/* ---- the call -------------------------------------------------------------- */

/*
 * Could adjacency be kept for this caller, graph and snapshot at all?
 */
static bool
MayKeep(const Graph *graph, Relation node, Relation edge, Snapshot snapshot)
{
	GraphChanges changes;

	if (snapshot->snapshot_type != SNAPSHOT_MVCC || snapshot->takenDuringRecovery ||
		RecoveryInProgress() || IsInParallelMode() ||
		IsolationIsSerializable() ||	/* reads must leave their marks */
		SessionReplicationRole == SESSION_REPLICATION_ROLE_REPLICA)
		return false;
	if ((GraphOwnChanges(graph->node, &changes) && changes.running) ||
		(GraphOwnChanges(graph->edge, &changes) && changes.running))
		return false;
	return SeesTenantExactly(node) && SeesTenantExactly(edge);
}

/*
 * Adjacency that lives as long as the call.
 */
static GraphAdjacency *
BuildForCall(const Graph *graph)
{
	size_t		used = GraphMemoryUsed();
	GraphAdjacency *adjacency = GraphBuildAdjacency(graph, CurrentMemoryContext);

	GraphMemorySet(used + MemoryContextMemAllocated(adjacency->context, true));
	return adjacency;
}

static CacheEntry *
NewEntry(const Graph *graph, uint64 definition, Snapshot snapshot)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext,
												  "graph cache entry",
												  ALLOCSET_SMALL_SIZES);
	CacheEntry *entry = MemoryContextAllocZero(context, sizeof(CacheEntry));

	entry->context = context;
	entry->node = graph->node;
	entry->edge = graph->edge;
	entry->tenant = graph->tenant;
	entry->definition = definition;
	entry->heard = true;		/* messages may come while we build */
	entry->adjacency = GraphBuildAdjacency(graph, context);
	SetBase(entry, snapshot);
	return entry;
}

static void
KeepEntry(CacheEntry *entry, const Graph *graph)
{
	CacheEntry *old = FindEntry(graph);

	if (old != NULL)
		DropEntry(old);
	MemoryContextSetParent(entry->context, TopMemoryContext);
	entry->bytes = MemoryContextMemAllocated(entry->context, true);
	entry->generation = ++generations;
	entry->next = entries;
	entries = entry;
}

static GraphAdjacency *
GetKept(const Graph *graph, Relation node, Relation edge,
		Snapshot snapshot, bool build)
{
	CacheEntry *entry = FindEntry(graph);
	GraphChanges changes;
	bool		visible = true;
	uint64		definition;
	size_t		used;

	if (entry != NULL && entry->heard)
	{
		entry->heard = false;
		if (Definition(node, edge, snapshot, &visible) != entry->definition)
			entry->spoilt = true;
	}
	if (entry != NULL && !entry->spoilt)
	{
		if (!SeesBase(snapshot, &entry->base))
			return build ? BuildForCall(graph) : NULL;
		if (BringUpToDate(entry, graph, snapshot))
		{
			serving = entry;
			return entry->adjacency;
		}
		entry = FindEntry(graph);
	}
	if (entry != NULL)
		DropEntry(entry);
	if (!build)
		return NULL;

	visible = true;
	definition = Definition(node, edge, snapshot, &visible);
	if (definition == 0 || !visible ||
		GraphOwnChanges(graph->node, &changes) ||
		GraphOwnChanges(graph->edge, &changes))
		return BuildForCall(graph);

	used = GraphMemoryUsed();
	entry = NewEntry(graph, definition, snapshot);
	KeepEntry(entry, graph);
	GraphMemorySet(used);
	serving = entry;
	return entry->adjacency;
}

/*
 * Adjacency of exactly what the caller sees, within SPI_connect; NULL if it is
 * not at hand and build is false. It is good until the next query runs.
 */
GraphAdjacency *
GraphGetAdjacency(const Graph *graph, bool build)
{
	Snapshot	snapshot = GetActiveSnapshot();
	Relation	node;
	Relation	edge;
	GraphAdjacency *adjacency;

	if (!build && FindEntry(graph) == NULL)
		return NULL;
	if (!MayRead(graph) || !HearChanges(graph->node) || !HearChanges(graph->edge))
		return build ? BuildForCall(graph) : NULL;

	node = table_open(graph->node, AccessShareLock);
	edge = table_open(graph->edge, AccessShareLock);
	if (MayKeep(graph, node, edge, snapshot))
		adjacency = GetKept(graph, node, edge, snapshot, build);
	else
		adjacency = build ? BuildForCall(graph) : NULL;
	table_close(edge, NoLock);
	table_close(node, NoLock);
	return adjacency;
}

/*
 * Do edges alone decide where a walk may go? Not if a policy of the node table
 * may hide the end of an edge that is seen.
 */
bool
GraphEdgesDecide(const Graph *graph)
{
	Relation	node = table_open(graph->node, AccessShareLock);
	bool		decide = SeesTenantExactly(node);

	table_close(node, NoLock);
	return decide;
}
