/*-------------------------------------------------------------------------
 *
 * compile_property.c
 *	  {key: value} of a pattern, and WHERE n.key = value, by an index if
 *	  there can be one.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "cypher/compile_pattern.h"
#include "cypher/error.h"

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
