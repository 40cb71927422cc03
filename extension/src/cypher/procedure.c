/*-------------------------------------------------------------------------
 *
 * procedure.c
 *	  CALL name(arguments) YIELD columns: the algorithms of the graph family,
 *	  and what db.labels and its like know of Neo4j, as functions in FROM.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <ctype.h>

#include "funcapi.h"
#include "utils/builtins.h"

#include "cypher/compile.h"
#include "cypher/error.h"
#include "cypher/parser.h"

PG_FUNCTION_INFO_V1(cypher_procedures);

#define MAX_FIELDS 5

typedef struct Field
{
	const char *name;
	const char *sql;			/* over p, of type cypher_value */
	ValueType	type;
} Field;

/*
 * %g is the graph's name, %N the node table, %1 to %9 the arguments as
 * values; those from min_args on may be left out and are null then.
 */
typedef struct Procedure
{
	const char *name;
	const char *signature;
	int			min_args;
	int			max_args;
	const char *from;
	Field		fields[MAX_FIELDS];
	const char *meaning;
} Procedure;

#define NODE_FIELD \
	{"node", "(select public.cypher_node(n.node_id, n.labels, n.properties) from %N as n " \
	"where n.tenant_id operator(pg_catalog.=) $1 and n.node_id operator(pg_catalog.=) p.node_id)", \
	VALUE_NODE}
#define FLOAT_FIELD(name) \
	{name, "public.cypher_from_float(p." name ")", VALUE_FLOAT}
#define INTEGER_FIELD(name) \
	{name, "public.cypher_from_integer(p." name ")", VALUE_INTEGER}

static const Procedure procedures[] = {
	{"graph.pagerank", "graph.pagerank(damping = 0.85) YIELD node, score", 0, 1,
		"public.graph_pagerank(%g, coalesce((public.cypher_to_jsonb(%1))::float8, 0.85))",
	{NODE_FIELD, FLOAT_FIELD("score")}, "PageRank of each node."},
	{"graph.degree", "graph.degree() YIELD node, in_degree, out_degree", 0, 0,
		"public.graph_degree(%g)",
		{NODE_FIELD, INTEGER_FIELD("in_degree"), INTEGER_FIELD("out_degree")},
	"Relationships that enter and leave each node."},
	{"graph.components", "graph.components(strong = false) YIELD node, component", 0, 1,
		"public.graph_components(%g, coalesce(public.cypher_truth(%1), false))",
		{NODE_FIELD, INTEGER_FIELD("component")},
	"Connected components, named by their least node id."},
	{"graph.communities", "graph.communities(resolution = 1.0) YIELD node, community, modularity", 0, 1,
		"public.graph_communities(%g, coalesce((public.cypher_to_jsonb(%1))::float8, 1))",
		{NODE_FIELD, INTEGER_FIELD("community"), FLOAT_FIELD("modularity")},
	"Communities by the Leiden algorithm."},
	{"graph.labelPropagation", "graph.labelPropagation() YIELD node, community", 0, 0,
		"public.graph_label_propagation(%g)",
		{NODE_FIELD, INTEGER_FIELD("community")},
	"Communities by label propagation."},
	{"graph.triangles", "graph.triangles() YIELD node, triangles, clustering", 0, 0,
		"public.graph_triangles(%g)",
		{NODE_FIELD, INTEGER_FIELD("triangles"), FLOAT_FIELD("clustering")},
	"Triangles at each node."},
	{"graph.betweenness", "graph.betweenness(samples = 256) YIELD node, score", 0, 1,
		"public.graph_betweenness(%g, coalesce((public.cypher_to_jsonb(%1))::integer, 256))",
		{NODE_FIELD, FLOAT_FIELD("score")},
	"How many shortest paths lead through each node, estimated."},
	{"graph.khop", "graph.khop(start, hops, direction = 'out') YIELD node, distance", 2, 3,
		"public.graph_khop(%g, public.cypher_id(%1), (public.cypher_to_jsonb(%2))::integer, "
		"null, coalesce(public.cypher_to_jsonb(%3) operator(pg_catalog.#>>) '{}', 'out'), null)",
		{NODE_FIELD, INTEGER_FIELD("distance")},
	"Nodes within so many hops, each with its distance."},
	{"graph.costs", "graph.costs(start, direction = 'out') YIELD node, cost", 1, 2,
		"public.graph_costs(%g, public.cypher_id(%1), null, "
		"coalesce(public.cypher_to_jsonb(%2) operator(pg_catalog.#>>) '{}', 'out'), null)",
		{NODE_FIELD, FLOAT_FIELD("cost")},
	"Least cost from a node to each other one by the weights."},
	{"graph.similar", "graph.similar(node) YIELD node, common, jaccard, adamic_adar", 1, 1,
		"public.graph_similar(%g, public.cypher_id(%1))",
		{NODE_FIELD, INTEGER_FIELD("common"), FLOAT_FIELD("jaccard"),
		FLOAT_FIELD("adamic_adar")},
	"Nodes that share neighbours with a node."},
	{"graph.recommend", "graph.recommend(node) YIELD node, score", 1, 1,
		"public.graph_recommend(%g, public.cypher_id(%1))",
		{NODE_FIELD, FLOAT_FIELD("score")},
	"What nodes like this one lead to and it does not."},
	{"graph.debtrank", "graph.debtrank(nodes) YIELD node, shock, distress", 1, 1,
		"public.graph_debtrank(%g, array(select public.cypher_id(i.v) from "
		"pg_catalog.unnest(public.cypher_items(%1)) as i(v)))",
		{NODE_FIELD, FLOAT_FIELD("shock"), FLOAT_FIELD("distress")},
	"Contagion of a shock along the weights."},
	{"db.labels", "db.labels() YIELD label", 0, 0,
		"(select distinct pg_catalog.unnest(labels) as label from %N where tenant_id operator(pg_catalog.=) $1)",
		{{"label", "public.cypher_from_text(p.label)", VALUE_STRING}},
	"The labels of the graph."},
	{"db.relationshipTypes", "db.relationshipTypes() YIELD relationshipType", 0, 0,
		"(select distinct type from %E where tenant_id operator(pg_catalog.=) $1)",
		{{"relationshipType", "public.cypher_from_text(p.type)", VALUE_STRING}},
	"The types of the graph's relationships."},
	{"db.propertyKeys", "db.propertyKeys() YIELD propertyKey", 0, 0,
		"(select pg_catalog.jsonb_object_keys(properties) as key from %N where tenant_id operator(pg_catalog.=) $1 "
		"union select pg_catalog.jsonb_object_keys(properties) from %E where tenant_id operator(pg_catalog.=) $1)",
		{{"propertyKey", "public.cypher_from_text(p.key)", VALUE_STRING}},
	"The names of properties in the graph."},
	{NULL}
};

static const Procedure *
FindProcedure(const char *name)
{
	for (const Procedure *p = procedures; p->name; p++)
		if (pg_strcasecmp(p->name, name) == 0)
			return p;
	return NULL;
}

/* The template with its marks replaced; arguments are SQL texts */
static void
Expand(Compiler *c, StringInfo out, const char *template, char **args,
	   const char *alias)
{
	for (const char *t = template; *t; t++)
	{
		if (strncmp(t, "p.", 2) == 0 && (t == template || !isalnum((unsigned char) t[-1])))
		{
			appendStringInfo(out, "%s.", alias);
			t++;
		}
		else if (*t != '%')
			appendStringInfoChar(out, *t);
		else if (*++t == 'g')
			appendStringInfoString(out, c->graph_literal);
		else if (*t == 'N')
			appendStringInfoString(out, c->node_table);
		else if (*t == 'E')
			appendStringInfoString(out, c->edge_table);
		else
			appendStringInfoString(out, args[*t - '1']);
	}
}

static char **
Arguments(Compiler *c, Block *block, Clause *clause, const Procedure *p)
{
	char	  **args = palloc(sizeof(char *) * (p->max_args + 1));
	int			n = list_length(clause->items);
	StringInfoData sql;

	if (!clause->implicit && (n < p->min_args || n > p->max_args))
		QueryError(c->query, clause->at, CYPHER_SYNTAX_ERROR,
				   "InvalidNumberOfArguments",
				   "procedure %s cannot have %d arguments", p->signature, n);
	for (int i = 0; i < p->max_args; i++)
	{
		initStringInfo(&sql);
		if (i < n)
		{
			if (HasAggregate(list_nth(clause->items, i)))
				QueryError(c->query, clause->at, CYPHER_SYNTAX_ERROR,
						   "InvalidAggregation",
						   "arguments of a procedure cannot aggregate");
			EmitValue(c, &sql, block->scope, list_nth(clause->items, i));
		}
		else
			appendStringInfoString(&sql, "null::public.cypher_value");
		args[i] = sql.data;
	}
	return args;
}

static void
DeclareField(Compiler *c, Block *block, const Field *field, char *name,
			 const char *alias, int at)
{
	Variable   *v = palloc0(sizeof(Variable));
	StringInfoData sql;

	if (FindVariable(block->scope, name))
		QueryError(c->query, at, CYPHER_SYNTAX_ERROR, "VariableAlreadyBound",
				   "variable \"%s\" is bound already", name);
	initStringInfo(&sql);
	Expand(c, &sql, field->sql, NULL, alias);
	v->name = name;
	v->type = field->type;
	v->value = sql.data;
	block->scope = lappend(list_copy(block->scope), v);
}

/* The query ends with the CALL: its columns are the result */
static void
ReturnFields(Compiler *c, Block *block, Clause *clause)
{
	Clause	   *all = palloc0(sizeof(Clause));

	all->kind = CLAUSE_RETURN;
	all->at = clause->at;
	all->star = true;
	CompileProjection(c, block, all, &c->statement->sql);
}

void
CompileCall(Compiler *c, Block *block, Clause *clause, bool standalone)
{
	const Procedure *p = FindProcedure(clause->name);
	char	  **args;
	char	   *alias = NewAlias(c, 'p');
	ListCell   *cell;

	if (p == NULL)
		QueryError(c->query, clause->at, CYPHER_PROCEDURE_ERROR,
				   "ProcedureNotFound", "no procedure \"%s\"", clause->name);
	if (clause->implicit && !standalone)
		QueryError(c->query, clause->at, CYPHER_SYNTAX_ERROR,
				   "InvalidArgumentPassingMode",
				   "inside a query a procedure is called with arguments");
	if (clause->star && !standalone)
		QueryError(c->query, clause->at, CYPHER_SYNTAX_ERROR,
				   "UnexpectedSyntax", "YIELD * stands alone");
	args = Arguments(c, block, clause, p);
	appendStringInfoString(&block->from, ", lateral ");
	Expand(c, &block->from, p->from, args, alias);
	appendStringInfo(&block->from, " as %s", alias);
	if (clause->has_yield && !clause->star)
	{
		foreach(cell, clause->yields)
		{
			YieldItem  *item = lfirst(cell);
			const Field *field = p->fields;

			while (field->name && strcmp(field->name, item->field) != 0)
				field++;
			if (field->name == NULL)
				QueryError(c->query, item->at, CYPHER_SYNTAX_ERROR,
						   "UndefinedVariable",
						   "procedure %s yields no \"%s\"", p->name,
						   item->field);
			DeclareField(c, block, field, item->name, alias, item->at);
		}
	}
	else if (standalone)
		for (const Field *field = p->fields; field->name; field++)
			DeclareField(c, block, field, pstrdup(field->name), alias,
						 clause->at);
	if (clause->where)
	{
		AndWhere(block);
		EmitTruth(c, &block->where, block->scope, clause->where);
	}
	if (standalone)
		ReturnFields(c, block, clause);
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
