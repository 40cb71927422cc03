/*-------------------------------------------------------------------------
 *
 * compile_trail.c
 *	  Variable-length patterns and shortest paths: calls of the walks of the
 *	  graph family in FROM.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "cypher/compile_pattern.h"
#include "cypher/error.h"

/* The relationships with these ids as a list, in order */
static char *
EdgeList(Compiler *c, const char *trail, bool reversed)
{
	char	   *e = NewAlias(c, 'e');

	return psprintf("public.cypher_list(array(select public.cypher_edge("
					"%s.edge_id, %s.type, %s.source, %s.target, %s.properties) "
					"from pg_catalog.unnest(%s.edge_ids) with ordinality as u(id, i) "
					"join %s as %s on %s.tenant_id" EQ "$1 and %s.edge_id" EQ
					"u.id order by u.i%s))",
					e, e, e, e, e, trail, c->edge_table, e, e, e,
					reversed ? " desc" : "");
}

/* Nodes and relationships of a trail as a list, for paths */
static char *
TrailList(Compiler *c, const char *trail, bool reversed)
{
	return psprintf("public.cypher_list(array(select x.v from ("
					"select 2 operator(pg_catalog.*) u.i as k, "
					"public.cypher_edge(e.edge_id, e.type, e.source, e.target, e.properties) as v "
					"from pg_catalog.unnest(%s.edge_ids) with ordinality as u(id, i) "
					"join %s as e on e.tenant_id" EQ "$1 and e.edge_id" EQ "u.id "
					"union all select 2 operator(pg_catalog.*) u.i operator(pg_catalog.-) 1, "
					"public.cypher_node(n.node_id, n.labels, n.properties) "
					"from pg_catalog.unnest(%s.node_ids) with ordinality as u(id, i) "
					"join %s as n on n.tenant_id" EQ "$1 and n.node_id" EQ "u.id"
					") as x order by x.k%s))",
					trail, c->edge_table, trail, c->node_table,
					reversed ? " desc" : "");
}

static void
EmitHops(StringInfo out, int64 hops)
{
	if (hops < 0)
		appendStringInfoString(out, "null");
	else
		appendStringInfo(out, "%d", (int) Min(hops, PG_INT32_MAX));
}

static void
EmitTypes(StringInfo out, List *types)
{
	if (types == NIL)
		appendStringInfoString(out, "null");
	else
		EmitNames(out, types);
}

static const char *
TrailDirection(const EdgePattern *edge, bool reversed)
{
	if (!edge->to_left && !edge->to_right)
		return "any";
	return edge->to_left != reversed ? "in" : "out";
}

/* All relationships of a trail must have these properties */
static void
MatchTrailProperties(Compiler *c, Block *block, const char *trail, Expression *map)
{
	Block		inner;
	Variable	edge = {0};
	char	   *e;

	if (map == NULL)
		return;
	e = NewAlias(c, 'e');
	StartBlock(&inner, block->scope);
	edge.type = VALUE_RELATIONSHIP;
	MatchProperties(c, &inner, &edge, psprintf("%s.properties", e), map);
	if (inner.where.len == 0)
		return;
	AndWhere(block);
	appendStringInfo(&block->where,
					 "not exists (select 1 from pg_catalog.unnest(%s.edge_ids) as u(id) "
					 "join %s as %s on %s.tenant_id" EQ "$1 and %s.edge_id" EQ "u.id "
					 "where (%s) is not true)",
					 trail, c->edge_table, e, e, e, inner.where.data);
}

/*
 * Walks refuse to start from null, which an OPTIONAL MATCH may have left. The
 * condition need not be looked at before the walk is called, so that the walk
 * gets some number.
 */
static char *
NotNull(Block *block, const char *id)
{
	AndWhere(block);
	appendStringInfo(&block->where, "%s is not null", id);
	return psprintf("coalesce(%s, 0)", id);
}

/*
 * Many steps: one row for each trail from start. Returns the SQL of the list
 * that stands for it in a path.
 */
char *
MatchTrail(Matcher *m, EdgePattern *edge, char *start, char **end,
		   bool reversed)
{
	Compiler   *c = m->c;
	Block	   *block = m->block;
	char	   *alias = NewAlias(c, 't');
	Variable   *bound = edge->variable ?
	FindVariable(block->scope, edge->variable) : NULL;

	if (bound && bound->type != VALUE_LIST && bound->type != VALUE_NULL)
		VariableConflict(c, edge->variable, edge->at);
	if (!bound && edge->variable && !m->declare)
		QueryError(c->query, edge->at, CYPHER_SYNTAX_ERROR,
				   "UndefinedVariable", "variable \"%s\" is not defined",
				   edge->variable);
	appendStringInfo(&block->from, ", lateral public.graph_trails(%s, %s, ",
					 c->graph_literal, NotNull(block, start));
	EmitHops(&block->from, edge->min < 0 ? 1 : edge->min);
	appendStringInfoString(&block->from, ", ");
	EmitHops(&block->from, edge->max);
	appendStringInfoString(&block->from, ", ");
	EmitTypes(&block->from, edge->types);
	appendStringInfo(&block->from, ", '%s', null) as %s",
					 TrailDirection(edge, reversed), alias);
	MatchEnd(block, end, psprintf("%s.end_id", alias));
	MatchTrailProperties(c, block, alias, edge->properties);
	AddEdgeRef(m, NULL, psprintf("%s.edge_ids", alias), edge->types);
	if (bound)
	{
		AndWhere(block);
		appendStringInfo(&block->where, "public.cypher_eq(%s, ",
						 EdgeList(c, alias, reversed));
		EmitVariable(&block->where, bound);
		appendStringInfoChar(&block->where, ')');
	}
	else if (edge->variable)
	{
		Variable   *v = palloc0(sizeof(Variable));

		v->name = edge->variable;
		v->type = VALUE_LIST;
		v->hops = true;
		v->value = EdgeList(c, alias, reversed);
		block->scope = lappend(block->scope, v);
	}
	return TrailList(c, alias, reversed);
}

/*
 * shortestPath and allShortestPaths between two nodes that are bound.
 */
char *
MatchShortest(Matcher *m, PatternPart *part, EdgePattern *edge,
			  const char *start, const char *end)
{
	Compiler   *c = m->c;
	Block	   *block = m->block;
	char	   *alias = NewAlias(c, 't');
	int64		min = edge->variable_length ? edge->min : 1;
	int64		max = edge->variable_length ? edge->max : 1;

	if (min > 1)
		QueryError(c->query, edge->at, CYPHER_SYNTAX_ERROR,
				   "InvalidRelationshipPattern",
				   "a shortest path begins at 0 or 1 hops");
	appendStringInfo(&block->from,
					 ", lateral public.graph_all_shortest_paths(%s, %s, %s, ",
					 c->graph_literal, NotNull(block, start),
					 NotNull(block, end));
	EmitTypes(&block->from, edge->types);
	appendStringInfo(&block->from, ", '%s', null, %s) as %s",
					 TrailDirection(edge, false),
					 part->kind == PATH_SHORTEST ? "1" : "null", alias);
	AndWhere(block);
	appendStringInfo(&block->where, "pg_catalog.cardinality(%s.edge_ids) "
					 "operator(pg_catalog.>=) %d", alias, min == 0 ? 0 : 1);
	if (max >= 0)
	{
		AndWhere(block);
		appendStringInfo(&block->where, "pg_catalog.cardinality(%s.edge_ids) "
						 "operator(pg_catalog.<=) %d", alias,
						 (int) Min(max, PG_INT32_MAX));
	}
	MatchTrailProperties(c, block, alias, edge->properties);
	if (edge->variable)
	{
		Variable   *v = palloc0(sizeof(Variable));

		v->name = edge->variable;
		v->type = VALUE_LIST;
		v->hops = true;
		v->value = EdgeList(c, alias, false);
		block->scope = lappend(block->scope, v);
	}
	return TrailList(c, alias, false);
}

/*
 * Where only the ends of trails count and how often they are met does not:
 * a breadth-first search from start. A node that is reached within so many
 * hops is reached by a trail, since a shortest way repeats nothing. The start
 * itself is met again if a relationship leads back to it from a node within
 * one hop less; an undirected trail needs a cycle for that. False: nothing is
 * done.
 */
bool
MatchReachable(Matcher *m, EdgePattern *edge, char *start, char **end,
			   bool reversed)
{
	Compiler   *c = m->c;
	Block	   *block = m->block;
	int64		min = edge->min < 0 ? 1 : edge->min;
	bool		any = !edge->to_left && !edge->to_right;
	bool		inward = edge->to_left != reversed;
	char	   *alias = NewAlias(c, 't');
	char	   *from;
	StringInfoData walk;

	if (edge->properties || min > 1 ||
		(edge->max >= 0 && edge->max < Max(min, 1)) ||
		(edge->variable && !UsedOnce(c, edge->variable)))
		return false;
	from = NotNull(block, start);
	initStringInfo(&walk);
	EmitTypes(&walk, edge->types);
	appendStringInfo(&walk, ", '%s', null)", TrailDirection(edge, reversed));
	appendStringInfo(&block->from, ", lateral (select b.node_id as end_id from "
					 "public.graph_bfs(%s, %s, ", c->graph_literal, from);
	EmitHops(&block->from, edge->max);
	appendStringInfo(&block->from, ", %s as b where "
					 "b.distance operator(pg_catalog.>=) %d", walk.data,
					 (int) min);
	if (min > 0 && any)
	{
		appendStringInfo(&block->from, " union all select %s where "
						 "public.cypher_returns(%s, %s, ", start,
						 c->graph_literal, from);
		EmitHops(&block->from, edge->max);
		appendStringInfoString(&block->from, ", ");
		EmitTypes(&block->from, edge->types);
		appendStringInfoChar(&block->from, ')');
	}
	else if (min > 0)
	{
		appendStringInfo(&block->from, " union all select %s where "
						 "exists (select 1 from public.graph_bfs(%s, %s, ",
						 start, c->graph_literal, from);
		EmitHops(&block->from, edge->max < 0 ? -1 : edge->max - 1);
		appendStringInfo(&block->from, ", %s as b join %s as e on "
						 "e.tenant_id" EQ "$1 and e.%s" EQ "%s and e.%s" EQ "b.node_id",
						 walk.data, c->edge_table,
						 inward ? "source" : "target", start,
						 inward ? "target" : "source");
		if (edge->types)
		{
			appendStringInfoString(&block->from, " and e.type" EQ "any (");
			EmitNames(&block->from, edge->types);
			appendStringInfoChar(&block->from, ')');
		}
		appendStringInfoChar(&block->from, ')');
	}
	appendStringInfo(&block->from, ") as %s", alias);
	MatchEnd(block, end, psprintf("%s.end_id", alias));
	return true;
}
