/*-------------------------------------------------------------------------
 *
 * cache_definition.c
 *	  Are a graph's tables what they were? (cache.c, check 2)
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
#include "catalog/pg_class.h"
#include "catalog/pg_trigger.h"
#include "commands/trigger.h"
#include "common/hashfn.h"
#include "storage/lmgr.h"
#include "utils/fmgroids.h"
#include "utils/inval.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

#include "graph/cache_entry.h"

/*
 * Wait for nobody, but if we get these locks, hear of everything that was
 * committed before.
 */
bool
GraphHearChanges(Oid relid)
{
	if (!ConditionalLockRelationOid(relid, RowExclusiveLock))
		return false;
	UnlockRelationOid(relid, RowExclusiveLock);
	AcceptInvalidationMessages();
	return true;
}

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

uint64
GraphDefinition(Relation node, Relation edge, Snapshot snapshot, bool *visible)
{
	uint64		node_definition = TableDefinition(node, snapshot, visible);
	uint64		edge_definition = TableDefinition(edge, snapshot, visible);

	if (node_definition == 0 || edge_definition == 0)
		return 0;
	return hash_combine64(node_definition, edge_definition) | 1;
}
