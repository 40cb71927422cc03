/*-------------------------------------------------------------------------
 *
 * compile_edge.c
 *	  A relationship of a pattern: a row of the edge table between two ids.
 *	  Relationships of one MATCH are all different.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "cypher/compile_pattern.h"
#include "cypher/error.h"

/* Relationships of one MATCH, and how many are compared pair by pair */
#define MAX_EDGES 50
#define MAX_PAIRED 8

static void
MatchType(Block *block, const char *type, List *types)
{
	ListCell   *cell;
	const char *comma = "";

	if (types == NIL)
		return;
	AndWhere(block);
	appendStringInfo(&block->where, "%s", type);
	if (list_length(types) == 1)
	{
		appendStringInfoString(&block->where, EQ);
		EmitLiteral(&block->where, linitial(types));
		return;
	}
	appendStringInfoString(&block->where,
						   " operator(pg_catalog.=) any (array[");
	foreach(cell, types)
	{
		appendStringInfoString(&block->where, comma);
		EmitLiteral(&block->where, lfirst(cell));
		comma = ", ";
	}
	appendStringInfoString(&block->where, "]::text[])");
}

static bool
Disjoint(const List *a, const List *b)
{
	ListCell   *x;
	ListCell   *y;

	if (a == NIL || b == NIL)
		return false;
	foreach(x, a)
		foreach(y, b)
		if (strcmp(lfirst(x), lfirst(y)) == 0)
		return false;
	return true;
}

/* Two relationships differ; those of different types do anyway */
static void
DifferFrom(Block *block, char *id, char *ids, List *types, EdgeRef *other)
{
	StringInfo	where = &block->where;

	if (Disjoint(other->types, types))
		return;
	AndWhere(block);
	if (id && other->id)
		appendStringInfo(where, "%s operator(pg_catalog.<>) %s", id,
						 other->id);
	else if (id)
		appendStringInfo(where, "%s operator(pg_catalog.<>) all (%s)", id,
						 other->ids);
	else if (other->id)
		appendStringInfo(where, "%s operator(pg_catalog.<>) all (%s)",
						 other->id, ids);
	else
		appendStringInfo(where, "not %s operator(pg_catalog.&&) %s", ids,
						 other->ids);
}

/* In long patterns one condition for all: pairs would burden the planner */
static void
DifferFromAll(Matcher *m, char *id)
{
	ListCell   *cell;
	StringInfo	where = &m->block->where;

	AndWhere(m->block);
	appendStringInfo(where, "%s operator(pg_catalog.<>) all (array[]::bigint[]",
					 id);
	foreach(cell, m->edges)
	{
		EdgeRef    *other = lfirst(cell);

		appendStringInfo(where, " operator(pg_catalog.||) %s",
						 other->id ? other->id : other->ids);
	}
	appendStringInfoChar(where, ')');
}

/* Relationships of one MATCH are all different */
void
AddEdgeRef(Matcher *m, char *id, char *ids, List *types)
{
	EdgeRef    *ref = palloc(sizeof(EdgeRef));
	ListCell   *cell;

	if (list_length(m->edges) >= MAX_EDGES)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("a MATCH has at most %d relationships", MAX_EDGES)));

	if (id && list_length(m->edges) >= MAX_PAIRED)
		DifferFromAll(m, id);
	else
		foreach(cell, m->edges)
			DifferFrom(m->block, id, ids, types, lfirst(cell));
	ref->id = id;
	ref->ids = ids;
	ref->types = types;
	m->edges = lappend(m->edges, ref);
}

/* id = expression, or the node's id if it has none yet */
void
MatchEnd(Block *block, char **id, const char *end)
{
	if (*id == NULL)
	{
		*id = pstrdup(end);
		return;
	}
	AndWhere(block);
	appendStringInfo(&block->where, "%s" EQ "%s", end, *id);
}

/*
 * One step over one relationship between nodes with these ids.
 */
Variable *
MatchEdge(Matcher *m, EdgePattern *edge, char **left, char **right)
{
	Compiler   *c = m->c;
	Block	   *block = m->block;
	Variable   *v = palloc0(sizeof(Variable));
	Variable   *bound = edge->variable ?
	FindVariable(block->scope, edge->variable) : NULL;
	char	   *alias = NewAlias(c, 'e');
	bool		directed = edge->to_left || edge->to_right;

	if (bound)
		bound = BoundEntity(c, block, bound, VALUE_RELATIONSHIP, edge->at);
	else if (edge->variable && !m->declare)
		QueryError(c->query, edge->at, CYPHER_SYNTAX_ERROR,
				   "UndefinedVariable", "variable \"%s\" is not defined",
				   edge->variable);
	if (directed)
		JoinTable(c, block, c->edge_table, alias);
	else
	{
		/* each edge seen from both of its ends */
		char	   *both = psprintf("(select tenant_id, edge_id, source, target, type, properties, "
									"source as near, target as far, false as turned from %s "
									"union all select tenant_id, edge_id, source, target, type, "
									"properties, target, source, true from %s)",
									c->edge_table, c->edge_table);

		JoinTable(c, block, both, alias);
		AndWhere(block);
		appendStringInfo(&block->where,
						 "not (%s.turned and %s.near" EQ "%s.far)",
						 alias, alias, alias);
	}
	v->name = edge->variable;
	v->type = VALUE_RELATIONSHIP;
	v->id = psprintf("%s.edge_id", alias);
	v->edge_type = psprintf("%s.type", alias);
	v->start = psprintf("%s.source", alias);
	v->end = psprintf("%s.target", alias);
	v->properties = psprintf("%s.properties", alias);
	if (bound)
	{
		AndWhere(block);
		appendStringInfo(&block->where, "%s" EQ "%s", v->id, bound->id);
	}
	MatchEnd(block, left, psprintf("%s.%s", alias, directed ?
								   (edge->to_left ? "target" : "source") :
								   "near"));
	MatchEnd(block, right, psprintf("%s.%s", alias, directed ?
									(edge->to_left ? "source" : "target") :
									"far"));
	MatchType(block, v->edge_type, edge->types);
	AddEdgeRef(m, v->id, NULL, edge->types);
	if (edge->variable && !bound)
		block->scope = lappend(block->scope, v);
	return v;
}
