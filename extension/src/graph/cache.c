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

#include "access/table.h"
#include "access/xact.h"
#include "access/xlog.h"
#include "commands/trigger.h"
#include "utils/inval.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "graph/cache_entry.h"

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

/*
 * Something was put beside adjacency or taken away: if it is kept, count again.
 */
void
GraphCacheMeasure(const GraphAdjacency *adjacency)
{
	for (CacheEntry *entry = entries; entry != NULL; entry = entry->next)
		if (entry->adjacency == adjacency)
			entry->bytes = MemoryContextMemAllocated(entry->context, true);
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

	if (!GraphCollectChanges(entry, snapshot, &nodes, &edges, &own))
		return false;
	if (nodes.count > 0 || edges.count > 0)
	{
		ArrayType  *node_ids = GraphIdArray(&nodes);
		ArrayType  *edge_ids = GraphIdArray(&edges);
		uint64		generation = entry->generation;
		GraphChangedRows *rows = GraphReadChanged(graph, node_ids, edge_ids);

		/* a policy or default that calls us could have come in between */
		if (FindEntry(graph) != entry || entry->generation != generation)
			return false;
		entry->spoilt = true;
		entry->generation = ++generations;
		if (!GraphPatchAdjacency(entry->adjacency, rows, node_ids, edge_ids))
			return false;
		GraphKeepIds(entry, &entry->restless_nodes, &nodes);
		GraphKeepIds(entry, &entry->restless_edges, &edges);
		entry->spoilt = false;
	}
	if (!own)
	{
		GraphSetBase(&entry->base, entry->context, snapshot);
		entry->restless_nodes.count = 0;
		entry->restless_edges.count = 0;
	}
	return true;
}

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
	return GraphSeesTenant(node) && GraphSeesTenant(edge);
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
	GraphSetBase(&entry->base, entry->context, snapshot);
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
		if (GraphDefinition(node, edge, snapshot, &visible) != entry->definition)
			entry->spoilt = true;
	}
	if (entry != NULL && !entry->spoilt)
	{
		if (!GraphSeesBase(snapshot, &entry->base))
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
	definition = GraphDefinition(node, edge, snapshot, &visible);
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
	if (!GraphMayRead(graph) || !GraphHearChanges(graph->node) || !GraphHearChanges(graph->edge))
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
