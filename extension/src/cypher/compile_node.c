/*-------------------------------------------------------------------------
 *
 * compile_node.c
 *	  A node of a pattern: a row of the node table, or a variable that is
 *	  bound already.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "cypher/compile_pattern.h"
#include "cypher/error.h"

/* From table as alias, of this tenant */
void
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
Variable *
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

void
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
Variable *
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
