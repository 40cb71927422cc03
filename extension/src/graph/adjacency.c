/*-------------------------------------------------------------------------
 *
 * adjacency.c
 *	  Reading the tables of a graph into adjacency.
 *
 * The reading goes through the executor: what comes out is what the caller's
 * snapshot and row-level security show. An edge whose end this caller may not
 * see is left out.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/tuptable.h"
#include "miscadmin.h"
#include "tcop/dest.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "graph/cache.h"

#define ALL_NODES \
	"select node_id from %n where tenant_id = $1 order by node_id"

#define EDGE_COLUMNS \
	"select edge_id, source, target, type, weight, valid_from, valid_to" \
	" from %e where tenant_id = $1"

#define CHANGED_NODES \
	"select node_id from %n where tenant_id = $1 and node_id = any ($2)" \
	" order by node_id"

#define CHANGED_EDGES \
	EDGE_COLUMNS " and edge_id = any ($2)"

/* An edge's row as read; its ends are still ids */
typedef struct EdgeRow
{
	kernel_input input;
	int64		source_id;
	int64		target_id;
} EdgeRow;

struct GraphChangedRows
{
	int64	   *nodes;
	uint32		nnodes;
	EdgeRow    *edges;
	uint32		nedges;
	char	  **types;			/* of each edge */
};

/* Rows on their way from the executor */
typedef struct RowReader
{
	DestReceiver pub;
	MemoryContext context;		/* of the arrays */
	int64	   *ids;			/* nodes */
	kernel_input *inputs;		/* edges, when building */
	uint32		count;
	uint32		capacity;
	GraphAdjacency *adjacency;	/* types; when building */
	const int64 *node_ids;		/* ascending; when building edges */
	uint32		nnodes;
	uint32	   *direct;			/* node number by id - first id, or NULL */
	GraphChangedRows *changed;	/* when reading changes */
	int			last_type;
} RowReader;

static void
StartReading(DestReceiver *self, int operation, TupleDesc tupdesc)
{
	static const Oid wanted[] = {INT8OID, INT8OID, INT8OID, TEXTOID, FLOAT8OID,
	TIMESTAMPTZOID, TIMESTAMPTZOID};

	for (int i = 0; i < tupdesc->natts; i++)
		if (TupleDescAttr(tupdesc, i)->atttypid != wanted[i])
			ereport(ERROR,
					(errcode(ERRCODE_DATATYPE_MISMATCH),
					 errmsg("column \"%s\" of a graph's table has been given another type",
							NameStr(TupleDescAttr(tupdesc, i)->attname))));
}

static void
DoNothing(DestReceiver *self)
{
}

static void
InitReader(RowReader *reader, bool (*receive) (TupleTableSlot *, DestReceiver *))
{
	memset(reader, 0, sizeof(*reader));
	reader->pub.receiveSlot = receive;
	reader->pub.rStartup = StartReading;
	reader->pub.rShutdown = DoNothing;
	reader->pub.rDestroy = DoNothing;
	reader->pub.mydest = DestTuplestore;
	reader->context = CurrentMemoryContext;
	reader->last_type = -1;
}

/*
 * A larger array in place of one that is full; the kernel's counting applies.
 */
static void *
Grow(RowReader *reader, void *old, size_t element)
{
	uint32		capacity = reader->capacity;
	MemoryContext outer = MemoryContextSwitchTo(reader->context);
	void	   *grown;

	if (capacity >= GRAPH_NONE / 2)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("graph has more than %u nodes or edges", GRAPH_NONE / 2)));
	reader->capacity = Max(1024, capacity + capacity / 2);
	grown = kernel_alloc(element * reader->capacity);
	if (old != NULL)
	{
		memcpy(grown, old, element * capacity);
		kernel_free(old);
	}
	MemoryContextSwitchTo(outer);
	return grown;
}

static bool
ReceiveNode(TupleTableSlot *slot, DestReceiver *self)
{
	RowReader  *reader = (RowReader *) self;
	bool		isnull;

	if (reader->count == reader->capacity)
		reader->ids = Grow(reader, reader->ids, sizeof(int64));
	reader->ids[reader->count++] = DatumGetInt64(slot_getattr(slot, 1, &isnull));
	return true;
}

/*
 * Number of a type's name, a new one if it has none yet.
 */
static uint32
TypeNumber(GraphAdjacency *adjacency, const char *name, size_t length,
		   int guess)
{
	MemoryContext outer;

	if (guess >= 0 && strncmp(adjacency->types[guess], name, length) == 0 &&
		adjacency->types[guess][length] == '\0')
		return guess;
	for (int i = 0; i < adjacency->ntypes; i++)
		if (strncmp(adjacency->types[i], name, length) == 0 &&
			adjacency->types[i][length] == '\0')
			return i;
	if (adjacency->ntypes == GRAPH_MAX_TYPES)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("graph has more than %d types of edges",
						GRAPH_MAX_TYPES)));
	outer = MemoryContextSwitchTo(adjacency->context);
	if (adjacency->ntypes == adjacency->types_capacity)
	{
		adjacency->types_capacity = Max(16, adjacency->types_capacity * 2);
		if (adjacency->types == NULL)
			adjacency->types = palloc(sizeof(char *) * adjacency->types_capacity);
		else
			adjacency->types = repalloc(adjacency->types,
										sizeof(char *) * adjacency->types_capacity);
	}
	adjacency->types[adjacency->ntypes] = pnstrdup(name, length);
	MemoryContextSwitchTo(outer);
	return adjacency->ntypes++;
}

static uint32
NodeNumber(const RowReader *reader, int64 id)
{
	uint32		low = 0;
	uint32		high = reader->nnodes;

	if (reader->nnodes == 0 || id < reader->node_ids[0] ||
		id > reader->node_ids[reader->nnodes - 1])
		return GRAPH_NONE;
	if (reader->direct != NULL)
		return reader->direct[id - reader->node_ids[0]];
	while (low < high)
	{
		uint32		middle = low + (high - low) / 2;

		if (reader->node_ids[middle] < id)
			low = middle + 1;
		else
			high = middle;
	}
	return reader->node_ids[low] == id ? low : GRAPH_NONE;
}

/*
 * The values of an edge's row; the type is returned as text.
 */
static text *
ReadEdge(TupleTableSlot *slot, EdgeRow *row)
{
	Datum	   *values;
	bool	   *nulls;

	slot_getallattrs(slot);
	values = slot->tts_values;
	nulls = slot->tts_isnull;
	row->input.edge_id = DatumGetInt64(values[0]);
	row->source_id = DatumGetInt64(values[1]);
	row->target_id = DatumGetInt64(values[2]);
	row->input.weight = DatumGetFloat8(values[4]);
	row->input.valid_from = nulls[5] ? INT64_MIN : DatumGetTimestampTz(values[5]);
	row->input.valid_to = nulls[6] ? INT64_MAX : DatumGetTimestampTz(values[6]);
	return DatumGetTextPP(values[3]);
}

static bool
ReceiveEdge(TupleTableSlot *slot, DestReceiver *self)
{
	RowReader  *reader = (RowReader *) self;
	EdgeRow		row;
	text	   *type = ReadEdge(slot, &row);

	row.input.source = NodeNumber(reader, row.source_id);
	row.input.target = NodeNumber(reader, row.target_id);
	if (row.input.source == GRAPH_NONE || row.input.target == GRAPH_NONE)
	{
		reader->adjacency->loose = true;
		return true;
	}
	row.input.type = reader->last_type =
		TypeNumber(reader->adjacency, VARDATA_ANY(type),
				   VARSIZE_ANY_EXHDR(type), reader->last_type);
	if (reader->count == reader->capacity)
		reader->inputs = Grow(reader, reader->inputs, sizeof(kernel_input));
	reader->inputs[reader->count++] = row.input;
	return true;
}

static void
ReadRows(const Graph *graph, const char *query, ArrayType *ids,
		 RowReader *reader)
{
	static const Oid types[] = {INT4OID, INT8ARRAYOID};
	Datum		values[] = {Int32GetDatum(graph->tenant), PointerGetDatum(ids)};

	GraphExecute(graph, query, ids == NULL ? 1 : 2, types, values, NULL, true,
				 0, &reader->pub);
}

/*
 * Node numbers by id, if the ids lie close enough for an array.
 */
static void
MakeDirect(RowReader *reader)
{
	uint64		range;

	if (reader->nnodes == 0)
		return;
	range = (uint64) reader->node_ids[reader->nnodes - 1] -
		(uint64) reader->node_ids[0];
	if (range >= (uint64) reader->nnodes * 4)
		return;
	reader->direct = kernel_alloc(sizeof(uint32) * (range + 1));
	memset(reader->direct, 0xff, sizeof(uint32) * (range + 1));
	for (uint32 n = 0; n < reader->nnodes; n++)
		reader->direct[reader->node_ids[n] - reader->node_ids[0]] = n;
}

/*
 * All nodes and edges that the caller sees, in a context of their own under
 * parent; within SPI_connect.
 */
GraphAdjacency *
GraphBuildAdjacency(const Graph *graph, MemoryContext parent)
{
	MemoryContext scratch = AllocSetContextCreate(CurrentMemoryContext,
												  "graph build",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext,
												  "graph adjacency",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext outer = MemoryContextSwitchTo(scratch);
	GraphAdjacency *adjacency = MemoryContextAllocZero(context,
													   sizeof(GraphAdjacency));
	RowReader	nodes;
	RowReader	edges;

	adjacency->context = context;
	InitReader(&nodes, ReceiveNode);
	ReadRows(graph, ALL_NODES, NULL, &nodes);

	InitReader(&edges, ReceiveEdge);
	edges.adjacency = adjacency;
	edges.node_ids = nodes.ids;
	edges.nnodes = nodes.count;
	MakeDirect(&edges);
	ReadRows(graph, EDGE_COLUMNS, NULL, &edges);

	GraphMemoryNeed(kernel_csr_size(nodes.count, edges.count));
	MemoryContextSwitchTo(context);
	kernel_csr_build(&adjacency->csr, nodes.ids, nodes.count, edges.inputs,
					 edges.count);
	MemoryContextSwitchTo(outer);
	MemoryContextSetParent(context, parent);
	MemoryContextDelete(scratch);
	return adjacency;
}

static bool
ReceiveChangedEdge(TupleTableSlot *slot, DestReceiver *self)
{
	RowReader  *reader = (RowReader *) self;
	GraphChangedRows *rows = reader->changed;
	MemoryContext outer = MemoryContextSwitchTo(reader->context);
	text	   *type;

	if (rows->nedges == reader->capacity)
	{
		reader->capacity = Max(16, reader->capacity * 2);
		if (rows->edges == NULL)
		{
			rows->edges = palloc(sizeof(EdgeRow) * reader->capacity);
			rows->types = palloc(sizeof(char *) * reader->capacity);
		}
		else
		{
			rows->edges = repalloc(rows->edges, sizeof(EdgeRow) * reader->capacity);
			rows->types = repalloc(rows->types, sizeof(char *) * reader->capacity);
		}
	}
	type = ReadEdge(slot, &rows->edges[rows->nedges]);
	rows->types[rows->nedges++] = text_to_cstring(type);
	MemoryContextSwitchTo(outer);
	return true;
}

/*
 * How the rows with these ids look to the caller now; within SPI_connect.
 */
GraphChangedRows *
GraphReadChanged(const Graph *graph, ArrayType *nodes, ArrayType *edges)
{
	GraphChangedRows *rows = palloc0(sizeof(GraphChangedRows));
	RowReader	reader;

	if (nodes != NULL)
	{
		InitReader(&reader, ReceiveNode);
		ReadRows(graph, CHANGED_NODES, nodes, &reader);
		rows->nodes = reader.ids;
		rows->nnodes = reader.count;
	}
	if (edges != NULL)
	{
		InitReader(&reader, ReceiveChangedEdge);
		reader.changed = rows;
		ReadRows(graph, CHANGED_EDGES, edges, &reader);
	}
	return rows;
}

static bool
HasId(const int64 *ids, uint32 count, int64 id)
{
	for (uint32 i = 0; i < count; i++)
		if (ids[i] == id)
			return true;
	return false;
}

static int
IdList(ArrayType *array, int64 **ids)
{
	if (array == NULL)
		return 0;
	*ids = (int64 *) ARR_DATA_PTR(array);
	return ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
}

/*
 * Bring adjacency from what the rows with these ids were to what they are.
 * False if it has no room for it, or if a node has come to which an edge may
 * lead that was left out before: then it must be built anew.
 */
bool
GraphPatchAdjacency(GraphAdjacency *adjacency, GraphChangedRows *rows,
					ArrayType *nodes, ArrayType *edges)
{
	kernel_csr *csr = &adjacency->csr;
	int64	   *ids = NULL;
	int			nids;

	GraphForgetReady(adjacency);
	nids = IdList(edges, &ids);
	for (int i = 0; i < nids; i++)
	{
		uint32		edge = kernel_csr_edge(csr, ids[i]);

		if (edge != GRAPH_NONE)
			kernel_csr_remove_edge(csr, edge);
	}
	nids = IdList(nodes, &ids);
	for (int i = 0; i < nids; i++)
	{
		uint32		node = kernel_csr_node(csr, ids[i]);

		if (node == GRAPH_NONE || HasId(rows->nodes, rows->nnodes, ids[i]))
			continue;
		/* edges of which nobody has heard that they went with it */
		if (csr->out.length[node] > 0 || csr->in.length[node] > 0)
			adjacency->loose = true;
		kernel_csr_remove_node(csr, node);
	}
	for (uint32 i = 0; i < rows->nnodes; i++)
		if (kernel_csr_node(csr, rows->nodes[i]) == GRAPH_NONE &&
			(adjacency->loose || !kernel_csr_add_node(csr, rows->nodes[i])))
			return false;
	for (uint32 i = 0; i < rows->nedges; i++)
	{
		EdgeRow    *row = &rows->edges[i];

		row->input.source = kernel_csr_node(csr, row->source_id);
		row->input.target = kernel_csr_node(csr, row->target_id);
		/* an end that is not there: the foreign keys were circumvented */
		if (row->input.source == GRAPH_NONE || row->input.target == GRAPH_NONE)
		{
			adjacency->loose = true;
			continue;
		}
		row->input.type = TypeNumber(adjacency, rows->types[i],
									 strlen(rows->types[i]), -1);
		if (!kernel_csr_add_edge(csr, &row->input))
			return false;
	}
	return true;
}

/*
 * The filter of a call over this adjacency.
 */
void
GraphMakeView(const GraphAdjacency *adjacency, const GraphFilter *filter,
			  kernel_view *view)
{
	view->csr = &adjacency->csr;
	view->out = (filter->direction & GRAPH_OUT) != 0;
	view->in = (filter->direction & GRAPH_IN) != 0;
	view->timed = filter->timed && adjacency->csr.timed;
	view->as_of = filter->as_of;
	view->type_counts = NULL;
	view->unit = false;
	if (filter->types != NULL)
	{
		uint8	   *counts = palloc0(Max(adjacency->ntypes, 1));
		Datum	   *names;
		bool	   *nulls;
		int			nnames;

		deconstruct_array(filter->types, TEXTOID, -1, false, TYPALIGN_INT,
						  &names, &nulls, &nnames);
		for (int i = 0; i < nnames; i++)
		{
			char	   *name = nulls[i] ? NULL : TextDatumGetCString(names[i]);

			for (int t = 0; name != NULL && t < adjacency->ntypes; t++)
				if (strcmp(adjacency->types[t], name) == 0)
					counts[t] = 1;
		}
		view->type_counts = counts;
	}
}
