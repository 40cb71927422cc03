/*-------------------------------------------------------------------------
 *
 * compile_pattern.c
 *	  MATCH: the parts of its pattern as joins, and its WHERE. Each node is a
 *	  row of the node table, each relationship a row of the edge table, a
 *	  variable-length one a call of graph_trails.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/builtins.h"

#include "cypher/compile_pattern.h"
#include "cypher/error.h"
#include "cypher/parser.h"

void
VariableConflict(Compiler *c, const char *name, int at)
{
	QueryError(c->query, at, CYPHER_SYNTAX_ERROR, "VariableTypeConflict",
			   "variable \"%s\" is something else already", name);
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
