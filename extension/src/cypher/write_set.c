/*-------------------------------------------------------------------------
 *
 * write_set.c
 *	  SET and REMOVE, and keeping the rows' copies of entities up to date.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "cypher/error.h"
#include "cypher/execute.h"

HTAB *
NewChanges(void)
{
	HASHCTL		ctl = {0};

	ctl.keysize = 2 * sizeof(int64);
	ctl.entrysize = sizeof(Changed);
	ctl.hcxt = CurrentMemoryContext;
	return hash_create("changed entities", 64, &ctl,
					   HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

/*
 * What is known of an entity; at first, what the value says.
 */
Changed *
FindChanged(HTAB *changes, const CypherValue *entity)
{
	int64		key[2] = {entity->type, ItemOf(entity, NODE_ID).integer};
	bool		found;
	Changed    *changed = hash_search(changes, key, HASH_ENTER, &found);

	if (!found)
	{
		changed->value = *entity;
		changed->written = false;
	}
	return changed;
}

static bool
Refresh(HTAB *changes, CypherValue *value)
{
	check_stack_depth();
	if (value->type == VALUE_NODE || value->type == VALUE_RELATIONSHIP)
	{
		int64		key[2] = {value->type, ItemOf(value, NODE_ID).integer};
		Changed    *changed = hash_search(changes, key, HASH_FIND, NULL);

		if (changed == NULL || !changed->written)
			return false;
		*value = changed->value;
		return true;
	}
	if (value->type == VALUE_LIST || value->type == VALUE_MAP ||
		value->type == VALUE_PATH)
	{
		CypherValue *items = palloc(sizeof(CypherValue) * (value->length + 1));
		bool		any = false;

		for (int i = 0; i < value->length; i++)
		{
			items[i] = ItemOf(value, i);
			any |= Refresh(changes, &items[i]);
		}
		if (any)
			*value = ContainerValue(value->type, items, value->length);
		return any;
	}
	return false;
}

/*
 * Give the rows' copies of changed entities their new state.
 */
void
RefreshRows(HTAB *changes, RowSet *rows)
{
	if (hash_get_num_entries(changes) == 0)
		return;
	for (int i = 0; i < rows->n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		for (int k = 0; k < rows->ncolumns; k++)
		{
			CypherValue value;

			if (rows->rows[i][k] == 0)
				continue;
			value = DatumToValue(rows->rows[i][k]);
			if (Refresh(changes, &value))
				rows->rows[i][k] = ValueToDatum(&value);
		}
	}
}

static CypherValue
WithProperties(const CypherValue *entity, const CypherValue *map)
{
	CypherValue items[6];

	for (int i = 0; i < entity->length; i++)
		items[i] = ItemOf(entity, i);
	items[entity->type == VALUE_NODE ? NODE_PROPERTIES : EDGE_PROPERTIES] =
		*map;
	return ContainerValue(entity->type, items, entity->length);
}

/* One map over another; nulls take keys away */
static CypherValue
Merge(const CypherValue *base, const CypherValue *over)
{
	CypherValue *pairs = palloc(sizeof(CypherValue) * (base->length + over->length + 1));
	CypherValue *kept = palloc(sizeof(CypherValue) * (base->length + over->length + 1));
	CypherValue all;
	int			n = 0;

	for (int i = 0; i < base->length; i++)
		pairs[i] = ItemOf(base, i);
	for (int i = 0; i < over->length; i++)
		pairs[base->length + i] = ItemOf(over, i);
	all = MapValue(pairs, (base->length + over->length) / 2);
	for (int i = 0; i < all.length; i += 2)
	{
		kept[n] = ItemOf(&all, i);
		kept[n + 1] = ItemOf(&all, i + 1);
		if (!IsNull(&kept[n + 1]))
			n += 2;
	}
	/* through the stored form, so that what cannot be stored is refused */
	all = MapValue(kept, n / 2);
	return JsonbToValue(ValueToProperties(&all));
}

static CypherValue
SetLabels(const CypherValue *node, List *labels, bool remove)
{
	CypherValue had = ItemOf(node, NODE_LABELS);
	CypherValue *items = palloc(sizeof(CypherValue) * (had.length + list_length(labels) + 1));
	CypherValue list;
	CypherValue map = PropertiesOf(node);
	int			n = 0;
	ListCell   *cell;

	for (int i = 0; i < had.length; i++)
	{
		bool		named = false;

		items[n] = ItemOf(&had, i);
		foreach(cell, labels)
			named |= strlen(lfirst(cell)) == items[n].length &&
			memcmp(lfirst(cell), items[n].data, items[n].length) == 0;
		if (!named)
			n++;
	}
	if (!remove)
	{
		foreach(cell, labels)
		{
			bool		twice = false;

			for (int i = 0; i < n; i++)
				twice |= items[i].length == strlen(lfirst(cell)) &&
					memcmp(items[i].data, lfirst(cell), items[i].length) == 0;
			if (!twice)
				items[n++] = TextValue(lfirst(cell));
		}
	}
	list = ListValue(items, n);
	return NodeValue(ItemOf(node, NODE_ID).integer, &list, &map, false);
}

static void
Apply(HTAB *changes, SetStepItem *item, const CypherValue *target,
	  const CypherValue *value)
{
	Changed    *changed;
	CypherValue empty = ListValue(NULL, 0);
	CypherValue map;
	CypherValue pair[2];

	empty = ContainerValue(VALUE_MAP, NULL, 0);
	if (IsNull(target))
		return;
	if (target->type != VALUE_NODE &&
		(target->type != VALUE_RELATIONSHIP || item->kind == SET_LABELS))
		TypeError("InvalidArgumentType", "a %s cannot be changed",
				  ValueTypeName(target->type));
	changed = FindChanged(changes, target);
	map = PropertiesOf(&changed->value);
	switch (item->kind)
	{
		case SET_PROPERTY:
			pair[0] = TextValue(item->key);
			pair[1] = *value;
			empty = MapValue(pair, 1);
			map = Merge(&map, &empty);
			break;
		case SET_ALL:
		case SET_ADD:
			{
				CypherValue over = *value;

				if (IsNull(&over) && item->kind == SET_ADD)
					return;
				if (over.type == VALUE_NODE || over.type == VALUE_RELATIONSHIP)
					over = PropertiesOf(&over);
				else if (over.type != VALUE_MAP)
					TypeError("InvalidArgumentType",
							  "properties must be a Map, not a %s",
							  ValueTypeName(over.type));
				map = Merge(item->kind == SET_ALL ? &empty : &map, &over);
				break;
			}
		case SET_LABELS:
			changed->value = SetLabels(&changed->value, item->labels,
									   item->remove);
			changed->written = true;
			return;
	}
	changed->value = WithProperties(&changed->value, &map);
	changed->written = true;
}

/* One UPDATE for all that was changed, a kind of entity at a time */
static void
WriteChanges(Run *run, HTAB *changes, ValueType kind)
{
	HASH_SEQ_STATUS scan;
	Changed    *changed;
	int			max = hash_get_num_entries(changes);
	Datum	   *ids = palloc(sizeof(Datum) * (max + 1));
	Datum	   *properties = palloc(sizeof(Datum) * (max + 1));
	Datum	   *labels = palloc(sizeof(Datum) * (max + 1));
	int			n = 0;
	Oid			types[4] = {INT4OID, INT8ARRAYOID, JSONBARRAYOID, JSONBARRAYOID};
	Datum		values[4];

	hash_seq_init(&scan, changes);
	while ((changed = hash_seq_search(&scan)) != NULL)
	{
		CypherValue map;

		if (!changed->written || changed->value.type != kind)
			continue;
		map = PropertiesOf(&changed->value);
		ids[n] = Int64GetDatum(changed->key[1]);
		properties[n] = JsonbPGetDatum(ValueToProperties(&map));
		map = ItemOf(&changed->value, NODE_LABELS);
		labels[n++] = JsonbPGetDatum(ValueToJsonb(&map));
	}
	if (n == 0)
		return;
	values[0] = Int32GetDatum(run->graph->tenant);
	values[1] = PointerGetDatum(construct_array(ids, n, INT8OID, 8,
												FLOAT8PASSBYVAL,
												TYPALIGN_DOUBLE));
	values[2] = PointerGetDatum(construct_array(properties, n, JSONBOID, -1,
												false, TYPALIGN_INT));
	values[3] = PointerGetDatum(construct_array(labels, n, JSONBOID, -1,
												false, TYPALIGN_INT));
	ExecuteSql(run,
			   kind == VALUE_NODE ?
			   psprintf("update %s.node as n set properties = u.p, labels = "
						"array(select pg_catalog.jsonb_array_elements_text(u.l)) "
						"from rows from (pg_catalog.unnest($2), pg_catalog.unnest($3), "
						"pg_catalog.unnest($4)) as u(id, p, l) "
						"where n.tenant_id operator(pg_catalog.=) $1 and n.node_id operator(pg_catalog.=) u.id",
						quote_identifier(run->graph->name)) :
			   psprintf("update %s.edge as e set properties = u.p "
						"from rows from (pg_catalog.unnest($2), pg_catalog.unnest($3)) as u(id, p) "
						"where e.tenant_id operator(pg_catalog.=) $1 and e.edge_id operator(pg_catalog.=) u.id",
						quote_identifier(run->graph->name)),
			   kind == VALUE_NODE ? 4 : 3, types, values);
}

/* Evaluate for some rows, change, write */
static void
RunSetItem(Run *run, SetStepItem *item, HTAB *changes, RowSet *part, RowSet *all)
{
	RowSet	   *evaluated = RunStatement(run, item->evaluate, part);

	for (int i = 0; i < evaluated->n; i++)
	{
		Datum	   *row = evaluated->rows[i];
		CypherValue target = row[0] ? DatumToValue(row[0]) : NullValue();
		CypherValue value = evaluated->ncolumns > 1 && row[1] ?
		DatumToValue(row[1]) : NullValue();

		CHECK_FOR_INTERRUPTS();
		Apply(changes, item, &target, &value);
	}
	WriteChanges(run, changes, VALUE_NODE);
	WriteChanges(run, changes, VALUE_RELATIONSHIP);
	RefreshRows(changes, all);
}

/* Whether two rows change the same entity */
static bool
TargetsMeet(Run *run, SetStepItem *item, RowSet *rows)
{
	HTAB	   *seen = NewChanges();
	RowSet	   *evaluated;

	if (rows->n < 2 || item->evaluate->ncolumns < 2)
		return false;
	evaluated = RunStatement(run, item->evaluate, rows);
	for (int i = 0; i < evaluated->n; i++)
	{
		CypherValue target;
		Changed    *changed;

		if (evaluated->rows[i][0] == 0)
			continue;
		target = DatumToValue(evaluated->rows[i][0]);
		if (target.type != VALUE_NODE && target.type != VALUE_RELATIONSHIP)
			continue;
		changed = FindChanged(seen, &target);
		if (changed->written)
			return true;
		changed->written = true;
	}
	return false;
}

/*
 * Item by item; row by row only where rows change the same entity, so that
 * SET n.sum = n.sum + x adds up.
 */
void
RunSet(Run *run, List *items, RowSet *rows)
{
	ListCell   *cell;

	if (rows->n == 0)
		return;
	foreach(cell, items)
	{
		SetStepItem *item = lfirst(cell);
		HTAB	   *changes;

		if (!TargetsMeet(run, item, rows))
		{
			RunSetItem(run, item, NewChanges(), rows, rows);
			continue;
		}
		for (int i = 0; i < rows->n; i++)
		{
			RowSet	   *one = NewRows(rows->ncolumns);

			changes = NewChanges();
			AddRow(one, rows->rows[i]);
			RunSetItem(run, item, changes, one, rows);
		}
	}
}
