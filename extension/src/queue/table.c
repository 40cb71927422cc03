/*-------------------------------------------------------------------------
 *
 * table.c
 *	  Tables whose rows are changed without a plan.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/table.h"
#include "access/xact.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "parser/parse_relation.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/rls.h"

#include "bellwether.h"
#include "queue/queue.h"

/*
 * What the executor needs for one result relation, as its own apply of
 * replicated rows makes it.
 */
void
QueueOpen(QueueTable *table, Oid relation, AclMode rights)
{
	RangeTblEntry *entry = makeNode(RangeTblEntry);
	AclResult	verdict;

	RequireRelation(relation);
	table->relation = table_open(relation, RowExclusiveLock);
	if (table->relation->rd_rel->relkind != RELKIND_RELATION &&
		table->relation->rd_rel->relkind != RELKIND_PARTITIONED_TABLE)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("\"%s\" is not a table",
						RelationGetRelationName(table->relation))));
	verdict = pg_class_aclcheck(relation, GetUserId(), rights);
	if (verdict != ACLCHECK_OK)
		aclcheck_error(verdict, OBJECT_TABLE,
					   RelationGetRelationName(table->relation));
	if (check_enable_rls(relation, InvalidOid, false) == RLS_ENABLED)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("\"%s\" has row-level security",
						RelationGetRelationName(table->relation)),
				 errhint("The tables of a queue belong to nobody who needs it.")));

	entry->rtekind = RTE_RELATION;
	entry->relid = relation;
	entry->relkind = table->relation->rd_rel->relkind;
	entry->rellockmode = RowExclusiveLock;

	table->estate = CreateExecutorState();
#if PG_VERSION_NUM >= 160000
	{
		List	   *permissions = NIL;

		addRTEPermissionInfo(&permissions, entry);
		ExecInitRangeTable(table->estate, list_make1(entry), permissions);
	}
#else
	ExecInitRangeTable(table->estate, list_make1(entry));
#endif
	table->estate->es_output_cid = GetCurrentCommandId(true);
	table->result = makeNode(ResultRelInfo);
	InitResultRelInfo(table->result, table->relation, 1, NULL, 0);
	table->estate->es_opened_result_relations =
		lappend(table->estate->es_opened_result_relations, table->result);
	if (rights & (ACL_INSERT | ACL_UPDATE))
		ExecOpenIndices(table->result, false);
}

void
QueueClose(QueueTable *table)
{
	ExecResetTupleTable(table->estate->es_tupleTable, false);
	ExecCloseResultRelations(table->estate);
	FreeExecutorState(table->estate);
	table_close(table->relation, NoLock);
}

void
QueueInsertIndexEntries(ResultRelInfo *table, TupleTableSlot *row, EState *estate)
{
#if PG_VERSION_NUM >= 160000
	ExecInsertIndexTuples(table, row, estate, false, false, NULL, NIL, false);
#else
	ExecInsertIndexTuples(table, row, estate, false, false, NULL, NIL);
#endif
}

AttrNumber
QueueColumn(Relation relation, const char *name, Oid type)
{
	AttrNumber	column = get_attnum(RelationGetRelid(relation), name);

	if (column == InvalidAttrNumber ||
		TupleDescAttr(RelationGetDescr(relation), column - 1)->atttypid != type)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("\"%s\" has no column %s of type %s",
						RelationGetRelationName(relation), name,
						format_type_be(type))));
	return column;
}

Datum *
QueueElements(ArrayType *array, Oid type, int *count)
{
	int16		length;
	bool		by_value;
	char		align;
	Datum	   *elements;

	if (array_contains_nulls(array))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("a list of the queue may not contain nulls")));
	get_typlenbyvalalign(type, &length, &by_value, &align);
	deconstruct_array(array, type, length, by_value, align, &elements, NULL, count);
	return elements;
}
