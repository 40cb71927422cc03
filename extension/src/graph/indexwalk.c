/*-------------------------------------------------------------------------
 *
 * indexwalk.c
 *	  Edges of a set of nodes through the covering indexes edge_out, edge_in,
 *	  and which nodes are there.
 *
 * An edge counts if the caller sees it and both its ends. Foreign keys alone do
 * not answer for the ends: a policy may hide them, and a superuser may have gone
 * past the keys. So a walk asks for the nodes that it met.
 *
 * The reading goes through the executor, so the caller's snapshot, rights and
 * row-level security hold by construction.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/tuptable.h"
#include "tcop/dest.h"
#include "utils/builtins.h"

#include "graph/graph.h"

#define SEEN_NODES \
	"select node_id from %n where tenant_id = $1 and node_id = any ($2)"

#define COUNT_SEEN_NODES \
	"select count(*) from %n where tenant_id = $1 and node_id = any ($2)"

#define STEPS(near, far) \
	"select " near ", " far ", edge_id, weight from %e" \
	" where tenant_id = $1 and " near " = any ($2)"
#define OF_TYPES \
	" and type = any ($3)"
#define VALID \
	" and (valid_from is null or valid_from <= $4)" \
	" and (valid_to is null or valid_to > $4)"

/* [in][types][timed] */
static const char *const step_query[2][2][2] = {
	{{STEPS("source", "target"), STEPS("source", "target") VALID},
	{STEPS("source", "target") OF_TYPES, STEPS("source", "target") OF_TYPES VALID}},
	{{STEPS("target", "source"), STEPS("target", "source") VALID},
	{STEPS("target", "source") OF_TYPES, STEPS("target", "source") OF_TYPES VALID}},
};

/* A receiver that hands each row on as a step */
typedef struct StepReceiver
{
	DestReceiver pub;
	GraphStepCallback callback;
	void	   *state;
} StepReceiver;

static bool
ReceiveStep(TupleTableSlot *slot, DestReceiver *self)
{
	StepReceiver *receiver = (StepReceiver *) self;
	GraphStep	step;

	slot_getallattrs(slot);
	step.from = DatumGetInt64(slot->tts_values[0]);
	step.to = DatumGetInt64(slot->tts_values[1]);
	step.edge_id = DatumGetInt64(slot->tts_values[2]);
	step.weight = DatumGetFloat8(slot->tts_values[3]);
	return receiver->callback(&step, receiver->state);
}

/* A receiver that hands each row on as a node */
typedef struct NodeReceiver
{
	DestReceiver pub;
	GraphNodeCallback callback;
	void	   *state;
} NodeReceiver;

static bool
ReceiveSeenNode(TupleTableSlot *slot, DestReceiver *self)
{
	NodeReceiver *receiver = (NodeReceiver *) self;
	bool		isnull;

	receiver->callback(DatumGetInt64(slot_getattr(slot, 1, &isnull)), receiver->state);
	return true;
}

static void
ReceiveStartup(DestReceiver *self, int operation, TupleDesc tupdesc)
{
}

static void
ReceiveNothing(DestReceiver *self)
{
}

static ArrayType *
NodeArray(const int64 *nodes, int nnodes)
{
	Datum	   *elements = palloc(sizeof(Datum) * nnodes);
	ArrayType  *array;

	for (int i = 0; i < nnodes; i++)
		elements[i] = Int64GetDatum(nodes[i]);
	array = construct_array(elements, nnodes, INT8OID, sizeof(int64),
							FLOAT8PASSBYVAL, TYPALIGN_DOUBLE);
	pfree(elements);
	return array;
}

/*
 * Call back for each of these nodes that the caller sees; within SPI_connect.
 */
void
GraphSeenNodes(const Graph *graph, const int64 *nodes, int nnodes,
			   GraphNodeCallback callback, void *state)
{
	static const Oid types[] = {INT4OID, INT8ARRAYOID};
	ArrayType  *array = NodeArray(nodes, nnodes);
	Datum		values[] = {Int32GetDatum(graph->tenant), PointerGetDatum(array)};
	NodeReceiver receiver = {
		.pub = {
			.receiveSlot = ReceiveSeenNode,
			.rStartup = ReceiveStartup,
			.rShutdown = ReceiveNothing,
			.rDestroy = ReceiveNothing,
			.mydest = DestTuplestore
		},
		.callback = callback,
		.state = state
	};

	GraphExecute(graph, SEEN_NODES, 2, types, values, NULL, true, 0, &receiver.pub);
	pfree(array);
}

/*
 * Does the caller see all of these nodes, which are no two the same? Within
 * SPI_connect.
 */
bool
GraphSeesNodes(const Graph *graph, const int64 *nodes, int nnodes)
{
	static const Oid types[] = {INT4OID, INT8ARRAYOID};
	ArrayType  *array = NodeArray(nodes, nnodes);
	Datum		values[] = {Int32GetDatum(graph->tenant), PointerGetDatum(array)};
	bool		isnull;
	int64		seen;

	GraphExecute(graph, COUNT_SEEN_NODES, 2, types, values, NULL, true, 0, NULL);
	seen = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1,
									   &isnull));
	SPI_freetuptable(SPI_tuptable);
	pfree(array);
	return seen == nnodes;
}

/*
 * Call back for each edge that leaves (GRAPH_OUT) or enters (GRAPH_IN) a node
 * of the frontier, whether its far end is there or not; within SPI_connect. Returns the number of edges read.
 */
uint64
GraphExpand(const Graph *graph, const GraphFilter *filter,
			GraphDirection direction, const int64 *frontier, int nfrontier,
			GraphStepCallback callback, void *state)
{
	static const Oid types[] = {INT4OID, INT8ARRAYOID, TEXTARRAYOID, TIMESTAMPTZOID};
	ArrayType  *array = NodeArray(frontier, nfrontier);
	Datum		values[4];
	bool		nulls[4] = {false, false, filter->types == NULL, !filter->timed};
	uint64		read;
	StepReceiver receiver = {
		.pub = {
			.receiveSlot = ReceiveStep,
			.rStartup = ReceiveStartup,
			.rShutdown = ReceiveNothing,
			.rDestroy = ReceiveNothing,
			.mydest = DestTuplestore
		},
		.callback = callback,
		.state = state
	};

	Assert(direction != GRAPH_ANY);
	values[0] = Int32GetDatum(graph->tenant);
	values[1] = PointerGetDatum(array);
	values[2] = PointerGetDatum(filter->types);
	values[3] = TimestampTzGetDatum(filter->as_of);
	read = GraphExecute(graph,
						step_query[direction == GRAPH_IN][filter->types != NULL]
						[filter->timed],
						4, types, values, nulls, true, 0, &receiver.pub);
	pfree(array);
	return read;
}
