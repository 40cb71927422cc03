/*-------------------------------------------------------------------------
 *
 * write_delete.c
 *	  DELETE and DETACH DELETE: relationships first, then nodes. The rows keep
 *	  what was deleted, marked, so that reading its properties is an error.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "cypher/error.h"
#include "cypher/execute.h"

static void
MarkDeleted(HTAB *changes, const CypherValue *value)
{
	Changed    *changed;

	switch (value->type)
	{
		case VALUE_NULL:
			return;
		case VALUE_NODE:
		case VALUE_RELATIONSHIP:
			changed = FindChanged(changes, value);
			changed->written = true;
			return;
		case VALUE_PATH:
			for (int i = 0; i < value->length; i++)
			{
				CypherValue item = ItemOf(value, i);

				MarkDeleted(changes, &item);
			}
			return;
		default:
			TypeError("InvalidArgumentType", "a %s cannot be deleted",
					  ValueTypeName(value->type));
	}
}

/* The ids of one kind of entity, as an array; n says how many */
static Datum
MarkedIds(HTAB *changes, ValueType kind, int *n)
{
	HASH_SEQ_STATUS scan;
	Changed    *changed;
	Datum	   *ids = palloc(sizeof(Datum) * (hash_get_num_entries(changes) + 1));

	*n = 0;
	hash_seq_init(&scan, changes);
	while ((changed = hash_seq_search(&scan)) != NULL)
		if (changed->key[0] == kind)
			ids[(*n)++] = Int64GetDatum(changed->key[1]);
	return PointerGetDatum(construct_array(ids, *n, INT8OID, 8,
										   FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

/* The copies in the rows get the mark */
static void
MarkValues(HTAB *changes)
{
	HASH_SEQ_STATUS scan;
	Changed    *changed;

	hash_seq_init(&scan, changes);
	while ((changed = hash_seq_search(&scan)) != NULL)
	{
		CypherValue items[6];
		int			n = changed->key[0] == VALUE_NODE ? NODE_DELETED : EDGE_DELETED;

		for (int i = 0; i < n; i++)
			items[i] = ItemOf(&changed->value, i);
		items[n] = BooleanValue(true);
		changed->value = ContainerValue(changed->value.type, items, n + 1);
	}
}

static void
DeleteRows(Run *run, const char *condition, const char *table, Datum ids)
{
	Oid			types[2] = {INT4OID, INT8ARRAYOID};
	Datum		values[2] = {Int32GetDatum(run->graph->tenant), ids};

	ExecuteSql(run,
			   psprintf("delete from %s.%s where tenant_id operator(pg_catalog.=) $1 and (%s)",
						quote_identifier(run->graph->name), table, condition),
			   2, types, values);
}

static void
CheckConnected(Run *run, Datum ids)
{
	Oid			types[2] = {INT4OID, INT8ARRAYOID};
	Datum		values[2] = {Int32GetDatum(run->graph->tenant), ids};

	ExecuteSql(run,
			   psprintf("select from %s.edge where tenant_id operator(pg_catalog.=) $1 and "
						"(source operator(pg_catalog.=) any ($2) or target operator(pg_catalog.=) any ($2)) limit 1",
						quote_identifier(run->graph->name)),
			   2, types, values);
	if (SPI_processed > 0)
		ereport(ERROR,
				(errcode(CYPHER_CONSTRAINT_ERROR),
				 errmsg("ConstraintVerificationFailed: DeleteConnectedNode: a node with relationships cannot be deleted"),
				 errhint("DETACH DELETE takes the relationships away, too.")));
}

void
RunDelete(Run *run, Statement *evaluate, bool detach, RowSet *rows)
{
	HTAB	   *changes = NewChanges();
	RowSet	   *evaluated;
	Datum		ids;
	int			n;

	if (rows->n == 0)
		return;
	evaluated = RunStatement(run, evaluate, rows);
	for (int i = 0; i < evaluated->n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		for (int k = 0; k < evaluated->ncolumns; k++)
			if (evaluated->rows[i][k])
			{
				CypherValue value = DatumToValue(evaluated->rows[i][k]);

				MarkDeleted(changes, &value);
			}
	}
	ids = MarkedIds(changes, VALUE_RELATIONSHIP, &n);
	if (n > 0)
		DeleteRows(run, "edge_id operator(pg_catalog.=) any ($2)", "edge",
				   ids);
	ids = MarkedIds(changes, VALUE_NODE, &n);
	if (n > 0)
	{
		if (detach)
			DeleteRows(run, "source operator(pg_catalog.=) any ($2) or target operator(pg_catalog.=) any ($2)",
					   "edge", ids);
		else
			CheckConnected(run, ids);
		DeleteRows(run, "node_id operator(pg_catalog.=) any ($2)", "node",
				   ids);
	}
	MarkValues(changes);
	RefreshRows(changes, rows);
}
