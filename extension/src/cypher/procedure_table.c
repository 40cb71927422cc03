/*-------------------------------------------------------------------------
 *
 * procedure_table.c
 *	  The procedures that are there: the algorithms of the graph family, and
 *	  what db.labels and its like know of Neo4j.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "funcapi.h"
#include "utils/builtins.h"

#include "cypher/procedure.h"

PG_FUNCTION_INFO_V1(cypher_procedures);

#define FIELDS(...) (const ProcedureField[]) {__VA_ARGS__, {NULL}}
#define NODE_FIELD \
	{"node", "(select public.cypher_node(n.node_id, n.labels, n.properties) from %N as n " \
	"where n.tenant_id operator(pg_catalog.=) $1 and n.node_id operator(pg_catalog.=) %p.node_id)", \
	VALUE_NODE}
#define FLOAT_FIELD(name) \
	{name, "public.cypher_from_float(%p." name ")", VALUE_FLOAT}
#define STRING_FIELD(name, column) \
	{name, "public.cypher_from_text(%p." column ")", VALUE_STRING}
#define INTEGER_FIELD(name) \
	{name, "public.cypher_from_integer(%p." name ")", VALUE_INTEGER}

static const Procedure procedures[] = {
	{"graph.pagerank", "graph.pagerank(damping = 0.85) YIELD node, score", 0, 1,
		"public.graph_pagerank(%g, coalesce((public.cypher_to_jsonb(%1))::float8, 0.85))",
	FIELDS(NODE_FIELD, FLOAT_FIELD("score")), "PageRank of each node.", {0}},
	{"graph.degree", "graph.degree() YIELD node, in_degree, out_degree", 0, 0,
		"public.graph_degree(%g)",
		FIELDS(NODE_FIELD, INTEGER_FIELD("in_degree"), INTEGER_FIELD("out_degree")),
	"Relationships that enter and leave each node.", {0}},
	{"graph.components", "graph.components(strong = false) YIELD node, component", 0, 1,
		"public.graph_components(%g, coalesce(public.cypher_truth(%1), false))",
		FIELDS(NODE_FIELD, INTEGER_FIELD("component")),
	"Connected components, named by their least node id.", {0}},
	{"graph.communities", "graph.communities(resolution = 1.0) YIELD node, community, modularity", 0, 1,
		"public.graph_communities(%g, coalesce((public.cypher_to_jsonb(%1))::float8, 1))",
		FIELDS(NODE_FIELD, INTEGER_FIELD("community"), FLOAT_FIELD("modularity")),
	"Communities by the Leiden algorithm.", {0}},
	{"graph.labelPropagation", "graph.labelPropagation() YIELD node, community", 0, 0,
		"public.graph_label_propagation(%g)",
		FIELDS(NODE_FIELD, INTEGER_FIELD("community")),
	"Communities by label propagation.", {0}},
	{"graph.triangles", "graph.triangles() YIELD node, triangles, clustering", 0, 0,
		"public.graph_triangles(%g)",
		FIELDS(NODE_FIELD, INTEGER_FIELD("triangles"), FLOAT_FIELD("clustering")),
	"Triangles at each node.", {0}},
	{"graph.betweenness", "graph.betweenness(samples = 256) YIELD node, score", 0, 1,
		"public.graph_betweenness(%g, coalesce((public.cypher_to_jsonb(%1))::integer, 256))",
		FIELDS(NODE_FIELD, FLOAT_FIELD("score")),
	"How many shortest paths lead through each node, estimated.", {0}},
	{"graph.khop", "graph.khop(start, hops, direction = 'out') YIELD node, distance", 2, 3,
		"public.graph_khop(%g, public.cypher_id(%1), (public.cypher_to_jsonb(%2))::integer, "
		"null, coalesce(public.cypher_to_jsonb(%3) operator(pg_catalog.#>>) '{}', 'out'), null)",
		FIELDS(NODE_FIELD, INTEGER_FIELD("distance")),
	"Nodes within so many hops, each with its distance.", {0}},
	{"graph.costs", "graph.costs(start, direction = 'out') YIELD node, cost", 1, 2,
		"public.graph_costs(%g, public.cypher_id(%1), null, "
		"coalesce(public.cypher_to_jsonb(%2) operator(pg_catalog.#>>) '{}', 'out'), null)",
		FIELDS(NODE_FIELD, FLOAT_FIELD("cost")),
	"Least cost from a node to each other one by the weights.", {0}},
	{"graph.similar", "graph.similar(node) YIELD node, common, jaccard, adamic_adar", 1, 1,
		"public.graph_similar(%g, public.cypher_id(%1))",
		FIELDS(NODE_FIELD, INTEGER_FIELD("common"), FLOAT_FIELD("jaccard"),
			   FLOAT_FIELD("adamic_adar")),
	"Nodes that share neighbours with a node.", {0}},
	{"graph.recommend", "graph.recommend(node) YIELD node, score", 1, 1,
		"public.graph_recommend(%g, public.cypher_id(%1))",
		FIELDS(NODE_FIELD, FLOAT_FIELD("score")),
	"What nodes like this one lead to and it does not.", {0}},
	{"graph.debtrank", "graph.debtrank(nodes) YIELD node, shock, distress", 1, 1,
		"public.graph_debtrank(%g, array(select public.cypher_id(i.v) from "
		"pg_catalog.unnest(public.cypher_items(%1)) as i(v)))",
		FIELDS(NODE_FIELD, FLOAT_FIELD("shock"), FLOAT_FIELD("distress")),
	"Contagion of a shock along the weights.", {0}},
	{"db.labels", "db.labels() YIELD label", 0, 0,
		"(select distinct pg_catalog.unnest(labels) as label from %N where tenant_id operator(pg_catalog.=) $1)",
		FIELDS(STRING_FIELD("label", "label")),
	"The labels of the graph.", {0}},
	{"db.relationshipTypes", "db.relationshipTypes() YIELD relationshipType", 0, 0,
		"(select distinct type from %E where tenant_id operator(pg_catalog.=) $1)",
		FIELDS(STRING_FIELD("relationshipType", "type")),
	"The types of the graph's relationships.", {0}},
	{"db.propertyKeys", "db.propertyKeys() YIELD propertyKey", 0, 0,
		"(select pg_catalog.jsonb_object_keys(properties) as key from %N where tenant_id operator(pg_catalog.=) $1 "
		"union select pg_catalog.jsonb_object_keys(properties) from %E where tenant_id operator(pg_catalog.=) $1)",
		FIELDS(STRING_FIELD("propertyKey", "key")),
	"The names of properties in the graph.", {0}},
	{NULL}
};

const Procedure *
BuiltinProcedure(const char *name)
{
	for (const Procedure *p = procedures; p->name; p++)
		if (pg_strcasecmp(p->name, name) == 0)
			return p;
	return NULL;
}

/*
 * The reference of procedures, a row each.
 */
Datum
cypher_procedures(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;

	InitMaterializedSRF(fcinfo, 0);
	for (const Procedure *p = procedures; p->name; p++)
	{
		Datum		values[3] = {
			CStringGetTextDatum(p->name), CStringGetTextDatum(p->signature),
			CStringGetTextDatum(p->meaning)
		};
		bool		nulls[3] = {false};

		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values,
							 nulls);
	}
	PG_RETURN_NULL();
}
