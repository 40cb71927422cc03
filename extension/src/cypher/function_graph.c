/*-------------------------------------------------------------------------
 *
 * function_graph.c
 *	  Functions of nodes, relationships and paths. startNode and endNode read
 *	  the graph, so the compiler writes them as subqueries.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "cypher/function.h"

enum
{
	TAG_NODES,
	TAG_RELATIONSHIPS
};

#define ENTITY_TYPES (NODE_TYPE | EDGE_TYPES)

static CypherValue
Id(const Function *function, CypherValue *args, int nargs)
{
	return ItemOf(&args[0], NODE_ID);
}

static CypherValue
Labels(const Function *function, CypherValue *args, int nargs)
{
	(void) PropertiesOf(&args[0]);
	return ItemOf(&args[0], NODE_LABELS);
}

static CypherValue
Type(const Function *function, CypherValue *args, int nargs)
{
	return ItemOf(&args[0], EDGE_TYPE);
}

static CypherValue
Properties(const Function *function, CypherValue *args, int nargs)
{
	return PropertiesOf(&args[0]);
}

static CypherValue
Keys(const Function *function, CypherValue *args, int nargs)
{
	CypherValue map = PropertiesOf(&args[0]);
	CypherValue *items = palloc(sizeof(CypherValue) * (map.length / 2 + 1));

	for (int i = 0; i < map.length; i += 2)
		items[i / 2] = ItemOf(&map, i);
	return ListValue(items, map.length / 2);
}

static CypherValue
PathItems(const Function *function, CypherValue *args, int nargs)
{
	const CypherValue *path = &args[0];
	CypherValue *items = palloc(sizeof(CypherValue) * (path->length + 1));
	int			n = 0;

	for (int i = function->tag == TAG_NODES ? 0 : 1; i < path->length; i += 2)
		items[n++] = ItemOf(path, i);
	return ListValue(items, n);
}

static CypherValue
Length(const Function *function, CypherValue *args, int nargs)
{
	return IntegerValue(args[0].length / 2);
}

const Function graph_functions[] = {
	{"id", "id(entity) :: Integer", 1, 1, FUNCTION_PLAIN, {ENTITY_TYPES},
	VALUE_INTEGER, Id, 0, "The number of a node or relationship in its table."},
	{"labels", "labels(node) :: List", 1, 1, FUNCTION_PLAIN, {NODE_TYPE},
	VALUE_LIST, Labels, 0, "The labels of a node."},
	{"type", "type(relationship) :: String", 1, 1, FUNCTION_PLAIN,
	{EDGE_TYPES}, VALUE_STRING, Type, 0, "The type of a relationship."},
	{"properties", "properties(entity | map) :: Map", 1, 1, FUNCTION_PLAIN,
		{ENTITY_TYPES | MAP_TYPE}, VALUE_MAP, Properties, 0,
	"All properties as a map."},
	{"keys", "keys(entity | map) :: List", 1, 1, FUNCTION_PLAIN,
		{ENTITY_TYPES | MAP_TYPE}, VALUE_LIST, Keys, 0,
	"The names of the properties or keys."},
	{"nodes", "nodes(path) :: List", 1, 1, FUNCTION_PLAIN, {PATH_TYPE},
	VALUE_LIST, PathItems, TAG_NODES,
	"The nodes of a path in order."},
	{"relationships", "relationships(path) :: List", 1, 1, FUNCTION_PLAIN,
		{PATH_TYPE}, VALUE_LIST, PathItems, TAG_RELATIONSHIPS,
	"The relationships of a path in order."},
	{"length", "length(path) :: Integer", 1, 1, FUNCTION_PLAIN, {PATH_TYPE},
	VALUE_INTEGER, Length, 0,
	"The number of relationships of a path."},
	{NULL}
};
