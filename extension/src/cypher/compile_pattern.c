/*-------------------------------------------------------------------------
 *
 * compile_pattern.c
 *	  Patterns as joins. Each node is a row of the node table, each
 *	  relationship a row of the edge table, a variable-length one a call of
 *	  graph_trails; relationships of one MATCH are all different.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/builtins.h"

#include "cypher/compile.h"
#include "cypher/error.h"
#include "cypher/parser.h"

/* A relationship of the pattern, for the rule that they differ */
typedef struct EdgeRef
{
	char	   *id;				/* SQL of its id, or NULL */
	char	   *ids;			/* SQL of the array of ids */
	List	   *types;
} EdgeRef;

typedef struct Matcher
{
	Compiler   *c;
	Block	   *block;
	List	   *edges;			/* EdgeRef */
	bool		declare;		/* new variables are allowed */
	bool		only_ends;		/* only whether there is a match counts */
} Matcher;

/* Relationships of one MATCH, and how many are compared pair by pair */
#define MAX_EDGES 50
#define MAX_PAIRED 8

#define EQ " operator(pg_catalog.=) "

static void
VariableConflict(Compiler *c, const char *name, int at)
{
	QueryError(c->query, at, CYPHER_SYNTAX_ERROR, "VariableTypeConflict",
			   "variable \"%s\" is something else already", name);
}

/* From table as alias, of this tenant */
static void
JoinTable(Compiler *c, Block *block, const char *table, const char *alias)
{
	appendStringInfo(&block->from, ", %s as %s", table, alias);
	AndWhere(block);
	appendStringInfo(&block->where, "%s.tenant_id" EQ "$1", alias);
}

static Variable *
NewNode(Compiler *c, Block *block, char *name)
{
	Variable   *v = palloc0(sizeof(Variable));
	char	   *alias = NewAlias(c, 'n');

	v->name = name;
	v->type = VALUE_NODE;
	v->id = psprintf("%s.node_id", alias);
	v->labels = psprintf("%s.labels", alias);
	v->properties = psprintf("%s.properties", alias);
	JoinTable(c, block, c->node_table, alias);
	block->scope = lappend(block->scope, v);
	return v;
}

/* A variable that is bound already, as a node or relationship */
static Variable *
BoundEntity(Compiler *c, Block *block, Variable *v, ValueType type, int at)
{
	Variable   *native;

	if (v->type != type && v->type != VALUE_NULL)
		VariableConflict(c, v->name, at);
	if (v->id)
		return v;
	native = palloc0(sizeof(Variable));
	native->name = v->name;
	native->type = type;
	native->value = v->value;
	native->id = psprintf("public.cypher_id(%s)", v->value);
	return native;
}

/*
 * The index that graph_index makes is used by comparing keys; only for values
 * that surely have one.
 */
static bool
HasKey(Compiler *c, const Expression *value)
{
	ValueType	type = VALUE_NULL;
	Value		param;

	if (value->kind == EXPR_CONSTANT)
		type = value->value.type;
	else if (value->kind == EXPR_PARAMETER &&
			 MapGet(&c->params, value->name, strlen(value->name), &param))
		type = param.type;
	return type >= VALUE_STRING;
}

/*
 * variable.key = value by the index; false if it cannot help.
 */
bool
CompileEquality(Compiler *c, Block *block, Variable *variable,
				const char *key, Expression *value)
{
	if (variable == NULL || variable->labels == NULL ||
		variable->properties == NULL || !HasKey(c, value))
		return false;
	AndWhere(block);
	appendStringInfo(&block->where, "public.graph_key(%s, ",
					 variable->properties);
	EmitLiteral(&block->where, key);
	appendStringInfoString(&block->where, ")" EQ "public.cypher_key(");
	EmitValue(c, &block->where, block->scope, value);
	appendStringInfoChar(&block->where, ')');
	return true;
}

static void
CheckProperties(Compiler *c, Expression *properties)
{
	if (properties && properties->kind == EXPR_PARAMETER)
		QueryError(c->query, properties->at, CYPHER_SYNTAX_ERROR,
				   "InvalidParameterUse",
				   "a parameter cannot stand for the properties of a pattern that is matched");
}

/* {key: value} of a node or relationship whose properties are this SQL */
static void
MatchProperties(Compiler *c, Block *block, Variable *variable,
				const char *properties, Expression *map)
{
	ListCell   *name;
	ListCell   *value;

	if (map == NULL)
		return;
	CheckProperties(c, map);
	forboth(name, map->names, value, map->args)
	{
		if (HasAggregate(lfirst(value)))
			QueryError(c->query, map->at, CYPHER_SYNTAX_ERROR,
					   "InvalidAggregation",
					   "a pattern cannot have aggregates");
		/* equal keys are equal values */
		if (CompileEquality(c, block, variable, lfirst(name), lfirst(value)))
			continue;
		AndWhere(block);
		if (variable && variable->value && !variable->properties)
			appendStringInfo(&block->where,
							 "public.cypher_eq(public.cypher_get(%s, ",
							 variable->value);
		else
			appendStringInfo(&block->where,
							 "public.cypher_eq(public.cypher_property(%s, ",
							 properties);
		EmitLiteral(&block->where, lfirst(name));
		appendStringInfoString(&block->where, "), ");
		EmitValue(c, &block->where, block->scope, lfirst(value));
		appendStringInfoChar(&block->where, ')');
	}
}

static void
MatchLabels(Block *block, Variable *variable, List *labels)
{
	ListCell   *cell;

	if (labels == NIL)
		return;
	/* one condition a label: so partial indexes of each are found */
	foreach(cell, labels)
	{
		AndWhere(block);
		if (variable->labels)
			appendStringInfo(&block->where, "%s operator(pg_catalog.@>) ",
							 variable->labels);
		else
			appendStringInfo(&block->where, "public.cypher_has_labels(%s, ",
							 variable->value);
		EmitNames(&block->where, list_make1(lfirst(cell)));
		if (!variable->labels)
			appendStringInfoChar(&block->where, ')');
	}
}

/*
 * The variable of a node pattern: bound, or a new row of the node table; NULL
 * if nothing is asked of the node, so that the relationship's end will do.
 */
static Variable *
MatchNode(Matcher *m, NodePattern *node, bool needed)
{
	Compiler   *c = m->c;
	Variable   *v;

	if (node->variable == NULL || UsedOnce(c, node->variable))
	{
		if (!needed && node->labels == NIL && node->properties == NULL)
			return NULL;
		if (node->variable == NULL)
			return NewNode(c, m->block, NULL);
	}
	v = FindVariable(m->block->scope, node->variable);
	if (v)
		return BoundEntity(c, m->block, v, VALUE_NODE, node->at);
	if (!m->declare)
		QueryError(c->query, node->at, CYPHER_SYNTAX_ERROR,
				   "UndefinedVariable", "variable \"%s\" is not defined",
				   node->variable);
	return NewNode(c, m->block, node->variable);
}

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
static void
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
static void
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
static Variable *
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
Direction(const EdgePattern *edge, bool reversed)
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

/* Walks refuse to start from null, which an OPTIONAL MATCH may have left */
static void
NotNull(Block *block, const char *id)
{
	AndWhere(block);
	appendStringInfo(&block->where, "%s is not null", id);
}

/*
 * Many steps: one row for each trail from start. Returns the SQL of the list
 * that stands for it in a path.
 */
static char *
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
	NotNull(block, start);
	appendStringInfo(&block->from, ", lateral public.graph_trails(%s, %s, ",
					 c->graph_literal, start);
	EmitHops(&block->from, edge->min < 0 ? 1 : edge->min);
	appendStringInfoString(&block->from, ", ");
	EmitHops(&block->from, edge->max);
	appendStringInfoString(&block->from, ", ");
	EmitTypes(&block->from, edge->types);
	appendStringInfo(&block->from, ", '%s', null) as %s",
					 Direction (edge, reversed), alias);
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
static char *
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
	NotNull(block, start);
	NotNull(block, end);
	appendStringInfo(&block->from,
					 ", lateral public.graph_all_shortest_paths(%s, %s, %s, ",
					 c->graph_literal, start, end);
	EmitTypes(&block->from, edge->types);
	appendStringInfo(&block->from, ", '%s', null, %s) as %s",
					 Direction (edge, false),
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

static bool
Restricted(const NodePattern *node)
{
	return node->labels != NIL || node->properties != NULL;
}

/* Whether trails should be sought from the right end */
static bool
FromRight(const NodePattern *left, const NodePattern *right, List *before)
{
	bool		left_bound = left->variable &&
	FindVariable(before, left->variable);
	bool		right_bound = right->variable &&
	FindVariable(before, right->variable);

	if (left_bound || right_bound)
		return !left_bound;
	return !Restricted(left) && Restricted(right);
}

static void
AppendPathItem(StringInfo path, const char *sql)
{
	appendStringInfo(path, "%s%s", path->len > 0 ? ", " : "", sql);
}

static char *
EntitySql(const Variable *variable)
{
	StringInfoData sql;

	initStringInfo(&sql);
	EmitVariable(&sql, variable);
	return sql.data;
}

static void
DeclarePath(Matcher *m, PatternPart *part, const char *items)
{
	Variable   *v = palloc0(sizeof(Variable));

	if (FindVariable(m->block->scope, part->variable))
		QueryError(m->c->query, part->at, CYPHER_SYNTAX_ERROR,
				   "VariableAlreadyBound", "variable \"%s\" is bound already",
				   part->variable);
	v->name = part->variable;
	v->type = VALUE_PATH;
	v->value = psprintf("public.cypher_path(array[%s]::public.cypher_value[])",
						items);
	m->block->scope = lappend(m->block->scope, v);
}

static void
MatchPart(Matcher *m, PatternPart *part, List *before)
{
	Compiler   *c = m->c;
	int			n = list_length(part->nodes);
	Variable  **nodes = palloc0(sizeof(Variable *) * n);
	char	  **ids = palloc0(sizeof(char *) * n);
	StringInfoData path;

	initStringInfo(&path);
	/* nodes first: trails start from one that stands before them in FROM */
	for (int i = 0; i < n; i++)
	{
		NodePattern *node = list_nth(part->nodes, i);
		bool		needed = n == 1 || part->variable ||
		part->kind != PATH_ANY ||
		(i > 0 && ((EdgePattern *) list_nth(part->edges, i - 1))->variable_length) ||
		(i < n - 1 && ((EdgePattern *) list_nth(part->edges, i))->variable_length);

		CHECK_FOR_INTERRUPTS();
		nodes[i] = MatchNode(m, node, needed);
		ids[i] = nodes[i] ? nodes[i]->id : NULL;
		/* a lone bound node must not be null */
		if (n == 1 && nodes[i]->id && node->variable &&
			FindVariable(before, node->variable))
		{
			AndWhere(m->block);
			appendStringInfo(&m->block->where, "%s is not null", ids[i]);
		}
	}
	for (int i = 0; i < n; i++)
	{
		EdgePattern *edge;
		char	   *item;

		if (part->variable)
			AppendPathItem(&path, EntitySql(nodes[i]));
		if (i == n - 1)
			break;
		edge = list_nth(part->edges, i);
		if (part->kind != PATH_ANY)
			item = MatchShortest(m, part, edge, ids[i], ids[i + 1]);
		else if (edge->variable_length)
		{
			if (FromRight(list_nth(part->nodes, i),
						  list_nth(part->nodes, i + 1), before))
				item = MatchTrail(m, edge, ids[i + 1], &ids[i], true);
			else
				item = MatchTrail(m, edge, ids[i], &ids[i + 1], false);
		}
		else
		{
			Variable   *v = MatchEdge(m, edge, &ids[i], &ids[i + 1]);

			MatchProperties(c, m->block, NULL, v->properties,
							edge->properties);
			item = EntitySql(v);
		}
		if (part->variable)
			AppendPathItem(&path, item);
	}
	if (part->variable)
		DeclarePath(m, part, path.data);
	for (int i = 0; i < n; i++)
	{
		NodePattern *node = list_nth(part->nodes, i);

		if (nodes[i] == NULL)
			continue;
		MatchLabels(m->block, nodes[i], node->labels);
		MatchProperties(c, m->block, nodes[i], nodes[i]->properties,
						node->properties);
	}
}

/* The conditions of WHERE one by one, those that an index serves twice */
static void
MatchWhere(Compiler *c, Block *block, Expression *where)
{
	check_stack_depth();
	if (where->kind == EXPR_OPERATOR && where->op == OP_AND)
	{
		ListCell   *cell;

		foreach(cell, where->args)
			MatchWhere(c, block, lfirst(cell));
		return;
	}
	if (where->kind == EXPR_OPERATOR && where->op == OP_EQ)
	{
		for (int i = 0; i < 2; i++)
		{
			Expression *property = list_nth(where->args, i);
			Expression *value = list_nth(where->args, 1 - i);
			Expression *base = property->kind == EXPR_PROPERTY ?
			linitial(property->args) : NULL;

			if (base && base->kind == EXPR_VARIABLE &&
				CompileEquality(c, block,
								FindVariable(block->scope, base->name),
								property->name, value))
				return;
		}
	}
	AndWhere(block);
	EmitTruth(c, &block->where, block->scope, where);
}

/* A name may stand for one kind of thing in a MATCH, a relationship once */
static void
CheckPatternNames(Compiler *c, List *patterns)
{
	List	   *edges = NIL;
	ListCell   *p;
	ListCell   *cell;
	ListCell   *seen;

	foreach(p, patterns)
	{
		PatternPart *part = lfirst(p);

		foreach(cell, part->edges)
		{
			EdgePattern *edge = lfirst(cell);

			if (edge->variable == NULL)
				continue;
			foreach(seen, edges)
				if (strcmp(lfirst(seen), edge->variable) == 0)
				QueryError(c->query, edge->at, CYPHER_SYNTAX_ERROR,
						   "RelationshipUniquenessViolation",
						   "relationship \"%s\" stands twice in the pattern",
						   edge->variable);
			edges = lappend(edges, edge->variable);
		}
	}
	foreach(p, patterns)
	{
		PatternPart *part = lfirst(p);

		foreach(cell, part->nodes)
		{
			NodePattern *node = lfirst(cell);

			foreach(seen, edges)
				if (node->variable && strcmp(lfirst(seen), node->variable) == 0)
				VariableConflict(c, node->variable, node->at);
		}
		foreach(seen, edges)
			if (part->variable && strcmp(lfirst(seen), part->variable) == 0)
			QueryError(c->query, part->at, CYPHER_SYNTAX_ERROR,
					   "VariableAlreadyBound",
					   "variable \"%s\" is bound already",
					   part->variable);
	}
}

void
CompileMatch(Compiler *c, Block *block, List *patterns, Expression *where,
			 bool declare)
{
	Matcher		m = {c, block, NIL, declare, false};
	List	   *before = list_copy(block->scope);
	ListCell   *cell;

	CheckPatternNames(c, patterns);
	foreach(cell, patterns)
		MatchPart(&m, lfirst(cell), before);
	if (where)
	{
		if (HasAggregate(where))
			QueryError(c->query, where->at, CYPHER_SYNTAX_ERROR,
					   "InvalidAggregation", "WHERE cannot have aggregates");
		MatchWhere(c, block, where);
	}
}

/*
 * The columns that carry a variable out of a subquery, and the variable as
 * it is read from there; native ones stay so if wanted.
 */
void
ExportVariable(StringInfo columns, Variable *v, const char *alias, int number,
			   bool native)
{
	const char *comma = columns->len > 0 ? ", " : "";
	Variable	was = *v;

	v->expr = NULL;
	v->scope = NIL;
	if (!native || was.value || was.properties == NULL)
	{
		appendStringInfo(columns, "%s", comma);
		EmitVariable(columns, &was);
		appendStringInfo(columns, " as c%d", number);
		v->value = psprintf("%s.c%d", alias, number);
		v->id = v->labels = v->edge_type = v->start = v->end = NULL;
		v->properties = NULL;
		return;
	}
	appendStringInfo(columns, "%s%s as c%d_id, %s as c%d_properties", comma,
					 was.id, number, was.properties, number);
	v->id = psprintf("%s.c%d_id", alias, number);
	v->properties = psprintf("%s.c%d_properties", alias, number);
	if (was.type == VALUE_NODE)
	{
		appendStringInfo(columns, ", %s as c%d_labels", was.labels, number);
		v->labels = psprintf("%s.c%d_labels", alias, number);
		return;
	}
	appendStringInfo(columns,
					 ", %s as c%d_type, %s as c%d_start, %s as c%d_end",
					 was.edge_type, number, was.start, number, was.end,
					 number);
	v->edge_type = psprintf("%s.c%d_type", alias, number);
	v->start = psprintf("%s.c%d_start", alias, number);
	v->end = psprintf("%s.c%d_end", alias, number);
}

/*
 * OPTIONAL MATCH: a lateral left join; what it declares comes out of it.
 */
void
CompileOptional(Compiler *c, Block *block, Clause *clause)
{
	Block		inner;
	StringInfoData columns;
	char	   *alias = NewAlias(c, 'o');
	int			n = list_length(block->scope);

	StartBlock(&inner, list_copy(block->scope));
	CompileMatch(c, &inner, clause->patterns, clause->where, true);
	initStringInfo(&columns);
	for (int i = n; i < list_length(inner.scope); i++)
	{
		Variable   *v = list_nth(inner.scope, i);

		if (v->name == NULL)
			continue;
		ExportVariable(&columns, v, alias, i, true);
		block->scope = lappend(block->scope, v);
	}
	appendStringInfo(&block->from, " left join lateral (select %s from ",
					 columns.data);
	EmitFrom(&block->from, &inner);
	appendStringInfo(&block->from, ") as %s on true", alias);
}

/*
 * A pattern as a condition, EXISTS { } and COUNT { }.
 */
void
EmitPatternExists(Compiler *c, StringInfo out, List *scope, Expression *expr)
{
	if (expr->kind == EXPR_PATTERN)
	{
		Block		inner;

		if (list_length(expr->pattern->edges) == 0)
			QueryError(c->query, expr->at, CYPHER_SYNTAX_ERROR,
					   "UnexpectedSyntax", "a pattern needs a relationship");
		StartBlock(&inner, list_copy(scope));
		CompileMatch(c, &inner, list_make1(expr->pattern), NULL, false);
		appendStringInfoString(out, "exists (select 1 from ");
		EmitFrom(out, &inner);
		appendStringInfoChar(out, ')');
		return;
	}
	appendStringInfoString(out, "exists (");
	CompileSubquery(c, out, scope, expr->clauses);
	appendStringInfoChar(out, ')');
}

/*
 * Pattern comprehension, COUNT { }, shortestPath(...) as a value.
 */
void
EmitPatternList(Compiler *c, StringInfo out, List *scope, Expression *expr)
{
	Block		inner;
	Expression *result = expr->result;

	if (expr->kind == EXPR_SUBQUERY)
	{
		appendStringInfoString(out,
							   "public.cypher_from_integer((select pg_catalog.count(*) from (");
		CompileSubquery(c, out, scope, expr->clauses);
		appendStringInfo(out, ") as %s))", NewAlias(c, 'q'));
		return;
	}
	StartBlock(&inner, list_copy(scope));
	if (expr->kind == EXPR_SHORTEST)
	{
		result = MakeExpr(EXPR_VARIABLE, expr->at);
		result->name = "shortest path";
		expr->pattern->variable = result->name;
	}
	CompileMatch(c, &inner, list_make1(expr->pattern), expr->where,
				 expr->kind == EXPR_PATTERN_COMPREHENSION);
	if (HasAggregate(result))
		QueryError(c->query, result->at, CYPHER_SYNTAX_ERROR,
				   "InvalidAggregation",
				   "aggregates cannot stand inside a pattern comprehension");
	if (expr->kind == EXPR_SHORTEST && expr->pattern->kind == PATH_SHORTEST)
	{
		appendStringInfoString(out, "(select ");
		EmitValue(c, out, inner.scope, result);
		appendStringInfoString(out, " from ");
		EmitFrom(out, &inner);
		appendStringInfoString(out, " limit 1)");
		return;
	}
	appendStringInfoString(out, "public.cypher_list(array(select ");
	EmitValue(c, out, inner.scope, result);
	appendStringInfoString(out, " from ");
	EmitFrom(out, &inner);
	appendStringInfoString(out, "))");
}
