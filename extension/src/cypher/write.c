/*-------------------------------------------------------------------------
 *
 * write.c
 *	  CREATE and MERGE. One INSERT for each element of a pattern writes it for
 *	  all rows; MERGE goes row by row, because each row must see what the ones
 *	  before it created.
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

/* Room for further columns in each row */
static void
WidenRows(RowSet *rows, int ncolumns)
{
	for (int i = 0; i < rows->n; i++)
	{
		Datum	   *row = palloc0(sizeof(Datum) * (ncolumns + 1));

		memcpy(row, rows->rows[i], sizeof(Datum) * rows->ncolumns);
		rows->rows[i] = row;
	}
	rows->ncolumns = ncolumns;
}

static void
RefuseNulls(const CypherValue *map)
{
	for (int i = 1; i < map->length; i += 2)
	{
		CypherValue item = ItemOf(map, i);

		if (IsNull(&item))
			ereport(ERROR,
					(errcode(CYPHER_SEMANTIC_ERROR),
					 errmsg("SemanticError: MergeReadOwnWrites: a property of MERGE must not be null")));
	}
}

/* What a row's properties column holds, as jsonb */
static Datum
RowProperties(const RowSet *evaluated, int row, int column, bool no_nulls)
{
	CypherValue empty = {.type = VALUE_MAP};
	CypherValue map;

	if (column < 0 || evaluated->rows[row][column] == 0)
		return JsonbPGetDatum(ValueToProperties(&empty));
	map = DatumToValue(evaluated->rows[row][column]);
	if (map.type == VALUE_NODE || map.type == VALUE_RELATIONSHIP)
		map = PropertiesOf(&map);
	if (map.type != VALUE_MAP)
		TypeError("InvalidArgumentType", "properties must be a Map, not a %s",
				  ValueTypeName(map.type));
	if (no_nulls)
		RefuseNulls(&map);
	return JsonbPGetDatum(ValueToProperties(&map));
}

static Datum
MakeArray(Datum *items, int n, Oid type)
{
	bool		by_value = type == INT8OID;

	return PointerGetDatum(construct_array(items, n, type,
										   by_value ? 8 : -1,
										   by_value && FLOAT8PASSBYVAL,
										   by_value ? TYPALIGN_DOUBLE :
										   TYPALIGN_INT));
}

/* The ids of the rows that an INSERT has returned, in its order */
static int64
ReturnedId(int row)
{
	bool		isnull;

	return DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[row],
									   SPI_tuptable->tupdesc, 1, &isnull));
}

static CypherValue
LabelsValue(ArrayType *labels)
{
	Datum	   *datums;
	int			n;
	CypherValue *items;

	deconstruct_array(labels, TEXTOID, -1, false, TYPALIGN_INT, &datums, NULL,
					  &n);
	items = palloc(sizeof(CypherValue) * (n + 1));
	for (int i = 0; i < n; i++)
		items[i] = TextValue(TextDatumGetCString(datums[i]));
	return ListValue(items, n);
}

static void
InsertNodes(Run *run, CreateStep *step, CreateNode *create,
			const RowSet *evaluated, RowSet *rows)
{
	Datum	   *properties = palloc(sizeof(Datum) * (rows->n + 1));
	Oid			types[2] = {TEXTARRAYOID, JSONBARRAYOID};
	Datum		values[2];
	CypherValue labels = LabelsValue(create->labels);

	for (int i = 0; i < rows->n; i++)
		properties[i] = RowProperties(evaluated, i, create->properties,
									  step->no_nulls);
	values[0] = PointerGetDatum(create->labels);
	values[1] = MakeArray(properties, rows->n, JSONBOID);
	ExecuteSql(run, psprintf("insert into %s.node (labels, properties) "
							 "select $1, p "
							 "from pg_catalog.unnest($2) with ordinality as u(p, i) "
							 "order by i returning node_id",
							 quote_identifier(run->graph->name)),
			   2, types, values);
	if (SPI_processed != rows->n)
		elog(ERROR, "not all nodes were created");
	for (int i = 0; i < rows->n; i++)
	{
		CypherValue map = JsonbToValue(DatumGetJsonbP(properties[i]));
		CypherValue node = NodeValue(ReturnedId(i), &labels, &map, false);

		rows->rows[i][create->column] = ValueToDatum(&node);
	}
	SPI_freetuptable(SPI_tuptable);
}

static Datum
NodeIdOf(Datum datum)
{
	CypherValue node;

	if (datum == 0)
		ereport(ERROR,
				(errcode(CYPHER_SEMANTIC_ERROR),
				 errmsg("SemanticError: NullNode: a relationship cannot begin or end at null")));
	node = DatumToValue(datum);
	if (node.type != VALUE_NODE)
		TypeError("InvalidArgumentType",
				  "a relationship cannot begin or end at a %s",
				  ValueTypeName(node.type));
	if (IsDeleted(&node))
		ereport(ERROR,
				(errcode(CYPHER_ENTITY_NOT_FOUND),
				 errmsg("EntityNotFound: DeletedEntityAccess: the node was deleted")));
	return Int64GetDatum(ItemOf(&node, NODE_ID).integer);
}

static void
InsertEdges(Run *run, CreateStep *step, CreateEdge *create,
			const RowSet *evaluated, RowSet *rows)
{
	Datum	   *starts = palloc(sizeof(Datum) * (rows->n + 1));
	Datum	   *ends = palloc(sizeof(Datum) * (rows->n + 1));
	Datum	   *properties = palloc(sizeof(Datum) * (rows->n + 1));
	Oid			types[4] = {TEXTOID, INT8ARRAYOID, INT8ARRAYOID, JSONBARRAYOID};
	Datum		values[4];
	CypherValue type = TextValue(create->type);

	for (int i = 0; i < rows->n; i++)
	{
		starts[i] = NodeIdOf(rows->rows[i][create->start]);
		ends[i] = NodeIdOf(rows->rows[i][create->end]);
		properties[i] = RowProperties(evaluated, i, create->properties,
									  step->no_nulls);
	}
	values[0] = CStringGetTextDatum(create->type);
	values[1] = MakeArray(starts, rows->n, INT8OID);
	values[2] = MakeArray(ends, rows->n, INT8OID);
	values[3] = MakeArray(properties, rows->n, JSONBOID);
	ExecuteSql(run, psprintf("insert into %s.edge (type, source, target, properties) "
							 "select $1, s, t, p from rows from (pg_catalog.unnest($2), "
							 "pg_catalog.unnest($3), pg_catalog.unnest($4)) "
							 "with ordinality as u(s, t, p, i) order by i returning edge_id",
							 quote_identifier(run->graph->name)),
			   4, types, values);
	if (SPI_processed != rows->n)
		elog(ERROR, "not all relationships were created");
	for (int i = 0; i < rows->n; i++)
	{
		CypherValue map = JsonbToValue(DatumGetJsonbP(properties[i]));
		CypherValue edge = EdgeValue(ReturnedId(i), &type,
									 DatumGetInt64(starts[i]),
									 DatumGetInt64(ends[i]), &map, false);

		rows->rows[i][create->column] = ValueToDatum(&edge);
	}
	SPI_freetuptable(SPI_tuptable);
}

static void
MakePaths(CreatePath *create, RowSet *rows)
{
	int			n = list_length(create->columns);
	CypherValue *items = palloc(sizeof(CypherValue) * (n + 1));

	for (int i = 0; i < rows->n; i++)
	{
		CypherValue path;

		for (int k = 0; k < n; k++)
			items[k] = DatumToValue(rows->rows[i][list_nth_int(create->columns, k)]);
		path = ContainerValue(VALUE_PATH, items, n);
		rows->rows[i][create->column] = ValueToDatum(&path);
	}
}

void
RunCreate(Run *run, CreateStep *step, RowSet *rows)
{
	RowSet	   *evaluated = NULL;
	ListCell   *cell;

	if (step->evaluate)
		evaluated = RunStatement(run, step->evaluate, rows);
	WidenRows(rows, step->ncolumns);
	if (rows->n == 0)
		return;
	foreach(cell, step->nodes)
		InsertNodes(run, step, lfirst(cell), evaluated, rows);
	foreach(cell, step->edges)
		InsertEdges(run, step, lfirst(cell), evaluated, rows);
	foreach(cell, step->paths)
		MakePaths(lfirst(cell), rows);
}

/* MERGE refuses nulls also where it would find nothing */
static void
CheckMerge(Run *run, CreateStep *step, const RowSet *row)
{
	RowSet	   *evaluated;

	if (step->evaluate == NULL)
		return;
	evaluated = RunStatement(run, step->evaluate, row);
	for (int k = 0; k < evaluated->ncolumns; k++)
	{
		CypherValue map;

		if (evaluated->rows[0][k] == 0)
			continue;
		map = DatumToValue(evaluated->rows[0][k]);
		if (map.type == VALUE_MAP)
			RefuseNulls(&map);
	}
}

RowSet *
RunMerge(Run *run, MergeStep *step, RowSet *rows)
{
	RowSet	   *result = NewRows(step->create->ncolumns);
	int			old = rows->ncolumns;

	for (int i = 0; i < rows->n; i++)
	{
		RowSet	   *one = NewRows(old);
		RowSet	   *found;

		CHECK_FOR_INTERRUPTS();
		AddRow(one, rows->rows[i]);
		CheckMerge(run, step->create, one);
		found = RunStatement(run, step->match, one);
		if (found->n == 0)
		{
			RunCreate(run, step->create, one);
			RunSet(run, step->on_create, one);
		}
		else
		{
			one = NewRows(step->create->ncolumns);
			for (int k = 0; k < found->n; k++)
			{
				Datum	   *row = palloc0(sizeof(Datum) * (one->ncolumns + 1));

				memcpy(row, rows->rows[i], sizeof(Datum) * old);
				memcpy(row + old, found->rows[k],
					   sizeof(Datum) * found->ncolumns);
				AddRow(one, row);
			}
			RunSet(run, step->on_match, one);
		}
		for (int k = 0; k < one->n; k++)
			AddRow(result, one->rows[k]);
	}
	return result;
}
