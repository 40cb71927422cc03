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

#include "cypher/compile_pattern.h"
#include "cypher/error.h"
#include "cypher/parser.h"

/* Relationships of one MATCH, and how many are compared pair by pair */
#define MAX_EDGES 50
#define MAX_PAIRED 8

void
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
NewNode(Compiler *c, Block *block, char *name, const char *table)
{
	Variable   *v = palloc0(sizeof(Variable));
	char	   *alias = NewAlias(c, 'n');

	v->name = name;
	v->type = VALUE_NODE;
	v->id = psprintf("%s.node_id", alias);
	v->labels = psprintf("%s.labels", alias);
	v->properties = psprintf("%s.properties", alias);
	JoinTable(c, block, table, alias);
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
	CypherValue param;

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
void
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
 * The node table, or where {key: value} may find its rows by the index. The
 * value is known to have a key only when the query runs; if it has none (a
 * list, a date), the second half reads all nodes of the label. What is found
 * is compared with the value all the same.
 */
static const char *
NodeSource(Matcher *m, NodePattern *node, List *before)
{
	Compiler   *c = m->c;
	ListCell   *name;
	ListCell   *value;

	if (node->labels == NIL || node->properties == NULL ||
		node->properties->kind != EXPR_MAP)
		return c->node_table;
	forboth(name, node->properties->names, value, node->properties->args)
	{
		Expression *expr = lfirst(value);
		StringInfoData sql;
		StringInfoData key;

		if (expr->kind == EXPR_CONSTANT || expr->kind == EXPR_PARAMETER ||
			HasAggregate(expr) || UsesVariable(expr, before, false))
			continue;
		initStringInfo(&sql);
		initStringInfo(&key);
		appendStringInfoString(&key, "public.cypher_key(");
		EmitValue(c, &key, before, expr);
		appendStringInfoChar(&key, ')');
		for (int half = 0; half < 2; half++)
		{
			appendStringInfo(&sql, "%s select z.tenant_id, z.node_id, z.labels, z.properties "
							 "from %s as z where z.tenant_id" EQ "$1 and z.labels operator(pg_catalog.@>) ",
							 half == 0 ? "lateral (" : " union all",
							 c->node_table);
			EmitNames(&sql, list_make1(linitial(node->labels)));
			if (half == 0)
			{
				appendStringInfoString(&sql,
									   " and public.graph_key(z.properties, ");
				EmitLiteral(&sql, lfirst(name));
				appendStringInfo(&sql, ")" EQ "%s", key.data);
			}
			else
				appendStringInfo(&sql, " and %s is null)", key.data);
		}
		return sql.data;
	}
	return c->node_table;
}

/*
 * The variable of a node pattern: bound, or a new row of the node table; NULL
 * if nothing is asked of the node, so that the relationship's end will do.
 */
static Variable *
MatchNode(Matcher *m, NodePattern *node, bool needed, List *before)
{
	Compiler   *c = m->c;
	Variable   *v;

	if (node->variable && !m->declare &&
		!FindVariable(m->block->scope, node->variable))
		QueryError(c->query, node->at, CYPHER_SYNTAX_ERROR,
				   "UndefinedVariable", "variable \"%s\" is not defined",
				   node->variable);
	if (node->variable == NULL || UsedOnce(c, node->variable))
	{
		if (!needed && node->labels == NIL && node->properties == NULL)
			return NULL;
		if (node->variable == NULL)
			return NewNode(c, m->block, NULL, NodeSource(m, node, before));
	}
	v = FindVariable(m->block->scope, node->variable);
	if (v)
		return BoundEntity(c, m->block, v, VALUE_NODE, node->at);
	return NewNode(c, m->block, node->variable, NodeSource(m, node, before));
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
		nodes[i] = MatchNode(m, node, needed, before);
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
			bool		right = FromRight(list_nth(part->nodes, i),
										  list_nth(part->nodes, i + 1), before);

			if (m->ends_only && n == 2 && part->variable == NULL &&
				MatchReachable(m, edge, right ? ids[i + 1] : ids[i],
							   right ? &ids[i] : &ids[i + 1], right))
				continue;
			if (right)
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
	Matcher		m = {c, block, NIL, declare, c->ends_only};
	List	   *before = list_copy(block->scope);
	ListCell   *cell;

	CheckPatternNames(c, patterns);
	if (list_length(patterns) > 1)
		m.ends_only = false;
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
