/*-------------------------------------------------------------------------
 *
 * compile_expression.c
 *	  Expressions as SQL, of type cypher_value (EmitValue) or boolean
 *	  (EmitTruth); SQL's own three-valued AND, OR and NOT are Cypher's.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/builtins.h"

#include "cypher/compile.h"
#include "cypher/error.h"

#define BOOLEAN_TYPE TYPE_BIT(VALUE_BOOLEAN)
#define NOT_ARITHMETIC \
	(BOOLEAN_TYPE | MAP_TYPE | NODE_TYPE | EDGE_TYPES | PATH_TYPE)

Variable *
FindVariable(List *scope, const char *name)
{
	for (int i = list_length(scope) - 1; i >= 0; i--)
	{
		Variable   *variable = list_nth(scope, i);

		if (variable->name && strcmp(variable->name, name) == 0)
			return variable;
	}
	return NULL;
}

Variable *
NeedVariable(Compiler *c, List *scope, const char *name, int at)
{
	Variable   *variable = FindVariable(scope, name);

	if (variable == NULL)
		QueryError(c->query, at, CYPHER_SYNTAX_ERROR, "UndefinedVariable",
				   "variable \"%s\" is not defined", name);
	return variable;
}

void
EmitLiteral(StringInfo out, const char *text)
{
	appendStringInfoString(out, quote_literal_cstr(text));
}

/* array['a', 'b']::text[] */
void
EmitNames(StringInfo out, List *names)
{
	ListCell   *cell;
	const char *comma = "";

	appendStringInfoString(out, "array[");
	foreach(cell, names)
	{
		appendStringInfoString(out, comma);
		EmitLiteral(out, lfirst(cell));
		comma = ", ";
	}
	appendStringInfoString(out, "]::text[]");
}

void
EmitVariable(StringInfo out, const Variable *v)
{
	if (v->value)
		appendStringInfoString(out, v->value);
	else if (v->type == VALUE_NODE)
		appendStringInfo(out, "public.cypher_node(%s, %s, %s)", v->id,
						 v->labels, v->properties);
	else
		appendStringInfo(out, "public.cypher_edge(%s, %s, %s, %s, %s)", v->id,
						 v->edge_type, v->start, v->end, v->properties);
}

/*
 * A column instead of the expression, where projections have made one.
 */
bool
EmitReplaced(Compiler *c, StringInfo out, Expression *expr)
{
	ListCell   *cell;

	foreach(cell, c->replacements)
	{
		Replacement *replacement = lfirst(cell);

		if (EqualExpr(replacement->expr, expr))
		{
			appendStringInfoString(out, replacement->sql);
			return true;
		}
	}
	return false;
}

static void
EmitConstant(Compiler *c, StringInfo out, const CypherValue *value)
{
	if (IsNull(value))
		appendStringInfoString(out, "null::public.cypher_value");
	else
		appendStringInfo(out, "$%d",
						 AddParameter(c, PARAMETER_CONSTANT, NULL, value));
}

static void
EmitVariableExpr(Compiler *c, StringInfo out, List *scope, Expression *expr)
{
	Variable   *variable = NeedVariable(c, scope, expr->name, expr->at);

	if (variable->expr)
	{
		/* an alias: the expression it stands for, read where that was */
		EmitValue(c, out, variable->scope, variable->expr);
		return;
	}
	/* the variables of comprehensions are their own columns */
	if (c->grouping && variable->scope == NULL)
		QueryError(c->query, expr->at, CYPHER_SYNTAX_ERROR,
				   "AmbiguousAggregationExpression",
				   "\"%s\" is neither aggregated nor a column to group by",
				   expr->name);
	EmitVariable(out, variable);
}

static void
EmitProperty(Compiler *c, StringInfo out, List *scope, Expression *expr)
{
	Expression *base = linitial(expr->args);
	Variable   *variable = base->kind == EXPR_VARIABLE ?
	FindVariable(scope, base->name) : NULL;

	CheckType(c, scope, base, ~(NUMBER_TYPES | STRING_TYPE | BOOLEAN_TYPE |
								LIST_TYPE | PATH_TYPE),
			  "what has properties");
	if (variable && variable->properties && !c->grouping)
		appendStringInfo(out, "public.cypher_property(%s, ",
						 variable->properties);
	else
	{
		appendStringInfoString(out, "public.cypher_get(");
		EmitValue(c, out, scope, base);
		appendStringInfoString(out, ", ");
	}
	EmitLiteral(out, expr->name);
	appendStringInfoChar(out, ')');
}

static void
EmitFunction(Compiler *c, StringInfo out, List *scope, const char *name,
			 List *args)
{
	ListCell   *cell;
	const char *comma = "";

	appendStringInfo(out, "public.%s(", name);
	foreach(cell, args)
	{
		appendStringInfoString(out, comma);
		EmitValue(c, out, scope, lfirst(cell));
		comma = ", ";
	}
	appendStringInfoChar(out, ')');
}

/* Operators whose answer is a value; false: it is a condition */
static bool
EmitArithmetic(Compiler *c, StringInfo out, List *scope, Expression *expr)
{
	const char *name;
	ListCell   *cell;

	switch (expr->op)
	{
		case OP_ADD:
			name = "cypher_add";
			break;
		case OP_SUBTRACT:
			name = "cypher_subtract";
			break;
		case OP_MULTIPLY:
			name = "cypher_multiply";
			break;
		case OP_DIVIDE:
			name = "cypher_divide";
			break;
		case OP_MODULO:
			name = "cypher_modulo";
			break;
		case OP_POWER:
			name = "cypher_power";
			break;
		case OP_NEGATE:
			name = "cypher_negate";
			break;
		case OP_PLUS:
			CheckType(c, scope, linitial(expr->args), NUMBER_TYPES,
					  "the operand of +");
			EmitValue(c, out, scope, linitial(expr->args));
			return true;
		case OP_INDEX:
			EmitFunction(c, out, scope, "cypher_index", expr->args);
			return true;
		case OP_SLICE:
			EmitFunction(c, out, scope, "cypher_slice", expr->args);
			return true;
		default:
			return false;
	}
	foreach(cell, expr->args)
	{
		uint32		refused = NOT_ARITHMETIC;

		if (expr->op != OP_ADD)
			refused |= LIST_TYPE | STRING_TYPE;
		else if (StaticType(c, scope, linitial(expr->args)) == VALUE_LIST ||
				 StaticType(c, scope, lsecond(expr->args)) == VALUE_LIST)
			refused = 0;
		CheckType(c, scope, lfirst(cell), ~refused, "an operand");
	}
	EmitFunction(c, out, scope, name, expr->args);
	return true;
}

/* a OP b of conditions */
static void
EmitLogic(Compiler *c, StringInfo out, List *scope, Expression *expr)
{
	ListCell   *cell;

	foreach(cell, expr->args)
		CheckType(c, scope, lfirst(cell), BOOLEAN_TYPE,
				  "the operand of a logical operator");
	if (expr->op == OP_NOT)
	{
		appendStringInfoString(out, "(not ");
		EmitTruth(c, out, scope, linitial(expr->args));
	}
	else
	{
		appendStringInfoChar(out, '(');
		EmitTruth(c, out, scope, linitial(expr->args));
		appendStringInfoString(out, expr->op == OP_OR ? " or " :
							   expr->op == OP_AND ? " and " :
							   " operator(pg_catalog.<>) ");
		EmitTruth(c, out, scope, lsecond(expr->args));
	}
	appendStringInfoChar(out, ')');
}

static const char *
ConditionName(Operator op)
{
	switch (op)
	{
		case OP_EQ:
			return "cypher_eq";
		case OP_NE:
			return "cypher_ne";
		case OP_LT:
			return "cypher_lt";
		case OP_LE:
			return "cypher_le";
		case OP_GT:
			return "cypher_gt";
		case OP_GE:
			return "cypher_ge";
		case OP_IN:
			return "cypher_in";
		case OP_STARTS_WITH:
			return "cypher_starts_with";
		case OP_ENDS_WITH:
			return "cypher_ends_with";
		case OP_CONTAINS:
			return "cypher_contains";
		default:
			return "cypher_matches";
	}
}

static void
EmitCondition(Compiler *c, StringInfo out, List *scope, Expression *expr)
{
	switch (expr->op)
	{
		case OP_OR:
		case OP_XOR:
		case OP_AND:
		case OP_NOT:
			EmitLogic(c, out, scope, expr);
			break;
		case OP_IS_NULL:
		case OP_IS_NOT_NULL:
			{
				Expression *arg = linitial(expr->args);
				Variable   *variable = arg->kind == EXPR_VARIABLE ?
				FindVariable(scope, arg->name) : NULL;

				appendStringInfoChar(out, '(');
				if (variable && variable->id && !c->grouping)
					appendStringInfoString(out, variable->id);
				else
					EmitValue(c, out, scope, arg);
				appendStringInfoString(out, expr->op == OP_IS_NULL ?
									   " is null)" : " is not null)");
				break;
			}
		case OP_IN:
			CheckType(c, scope, lsecond(expr->args), LIST_TYPE,
					  "the right side of IN");
			/* FALLTHROUGH */
		default:
			EmitFunction(c, out, scope, ConditionName(expr->op), expr->args);
	}
}

static void
EmitLabels(Compiler *c, StringInfo out, List *scope, Expression *expr)
{
	Expression *base = linitial(expr->args);
	Variable   *variable = base->kind == EXPR_VARIABLE ?
	FindVariable(scope, base->name) : NULL;

	CheckType(c, scope, base, NODE_TYPE | EDGE_TYPES, "what has labels");
	if (variable && variable->labels && !c->grouping)
		appendStringInfo(out, "(%s operator(pg_catalog.@>) ",
						 variable->labels);
	else
	{
		appendStringInfoString(out, "public.cypher_has_labels(");
		EmitValue(c, out, scope, base);
		appendStringInfoString(out, ", ");
	}
	EmitNames(out, expr->names);
	appendStringInfoChar(out, ')');
}

/* What is written more than once grows with each nesting */
static void
CheckLength(StringInfo out)
{
	if (out->len > MAX_SQL_LENGTH)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("the query is too complex"),
				 errdetail("Its SQL would be longer than %d bytes.",
						   MAX_SQL_LENGTH)));
}

static void
EmitCase(Compiler *c, StringInfo out, List *scope, Expression *expr)
{
	Expression *base = expr->base;
	bool		once = base && base->kind != EXPR_VARIABLE && base->kind != EXPR_CONSTANT &&
	base->kind != EXPR_PARAMETER && base->kind != EXPR_PROPERTY &&
	!HasAggregate(base);
	char	   *alias = once ? NewAlias(c, 'x') : NULL;

	if (once)
		appendStringInfoString(out, "(select ");
	appendStringInfoString(out, "case");
	for (int i = 0; i < list_length(expr->args); i += 2)
	{
		appendStringInfoString(out, " when ");
		if (expr->base)
		{
			appendStringInfoString(out, "public.cypher_eq(");
			if (once)
				appendStringInfo(out, "%s.v", alias);
			else
				EmitValue(c, out, scope, base);
			appendStringInfoString(out, ", ");
			EmitValue(c, out, scope, list_nth(expr->args, i));
			appendStringInfoChar(out, ')');
		}
		else
			EmitTruth(c, out, scope, list_nth(expr->args, i));
		appendStringInfoString(out, " then ");
		EmitValue(c, out, scope, list_nth(expr->args, i + 1));
	}
	if (expr->otherwise)
	{
		appendStringInfoString(out, " else ");
		EmitValue(c, out, scope, expr->otherwise);
	}
	appendStringInfoString(out, " end");
	if (once)
	{
		appendStringInfoString(out, " from (select ");
		EmitValue(c, out, scope, base);
		appendStringInfo(out, " as v offset 0) as %s)", alias);
	}
}

static void
EmitArray(Compiler *c, StringInfo out, List *scope, List *args)
{
	ListCell   *cell;
	const char *comma = "";

	appendStringInfoString(out, "array[");
	foreach(cell, args)
	{
		appendStringInfoString(out, comma);
		EmitValue(c, out, scope, lfirst(cell));
		comma = ", ";
	}
	appendStringInfoString(out, "]::public.cypher_value[]");
}

static void
EmitMap(Compiler *c, StringInfo out, List *scope, Expression *expr)
{
	appendStringInfoString(out, "public.cypher_map(");
	EmitNames(out, expr->names);
	appendStringInfoString(out, ", ");
	EmitArray(c, out, scope, expr->args);
	appendStringInfoChar(out, ')');
}

static void
EmitMapProjection(Compiler *c, StringInfo out, List *scope, Expression *expr)
{
	appendStringInfoString(out, "public.cypher_project(");
	EmitValue(c, out, scope, expr->base);
	appendStringInfoString(out, ", ");
	if (expr->star)
		appendStringInfoString(out, "null");
	else
		EmitNames(out, expr->names);
	appendStringInfoString(out, ", ");
	EmitMap(c, out, scope, expr->result);
	appendStringInfoChar(out, ')');
}

/* Whether SQL for the expression is a condition by nature */
static bool
IsCondition(const Expression *expr)
{
	switch (expr->kind)
	{
		case EXPR_OPERATOR:
			return expr->op <= OP_GE ||
				(expr->op >= OP_IN && expr->op <= OP_IS_NOT_NULL);
		case EXPR_LABELS:
		case EXPR_QUANTIFIER:
		case EXPR_PATTERN:
			return true;
		case EXPR_SUBQUERY:
			return expr->op == OP_EXISTS;
		case EXPR_CALL:
			return pg_strcasecmp(expr->name, "exists") == 0;
		default:
			return false;
	}
}

static void
EmitConditionExpr(Compiler *c, StringInfo out, List *scope, Expression *expr)
{
	switch (expr->kind)
	{
		case EXPR_OPERATOR:
			EmitCondition(c, out, scope, expr);
			break;
		case EXPR_LABELS:
			EmitLabels(c, out, scope, expr);
			break;
		case EXPR_QUANTIFIER:
			EmitQuantifier(c, out, scope, expr);
			break;
		case EXPR_CALL:
			EmitCall(c, out, scope, expr);
			break;
		default:
			EmitPatternExists(c, out, scope, expr);
	}
}

void
EmitTruth(Compiler *c, StringInfo out, List *scope, Expression *expr)
{
	check_stack_depth();
	CHECK_FOR_INTERRUPTS();
	if (IsCondition(expr) && c->replacements == NIL)
	{
		EmitConditionExpr(c, out, scope, expr);
		return;
	}
	if (expr->kind == EXPR_CONSTANT && expr->value.type == VALUE_BOOLEAN)
	{
		appendStringInfoString(out, expr->value.integer ? "true" : "false");
		return;
	}
	CheckType(c, scope, expr, BOOLEAN_TYPE, "a condition");
	appendStringInfoString(out, "public.cypher_truth(");
	EmitValue(c, out, scope, expr);
	appendStringInfoChar(out, ')');
}

void
EmitValue(Compiler *c, StringInfo out, List *scope, Expression *expr)
{
	check_stack_depth();
	CHECK_FOR_INTERRUPTS();
	CheckLength(out);
	if (EmitReplaced(c, out, expr))
		return;
	if (IsAggregate(expr))
	{
		EmitAggregate(c, out, scope, expr);
		return;
	}
	if (FoldConstant(expr))
	{
		EmitConstant(c, out, &expr->value);
		return;
	}
	if (expr->kind == EXPR_PATTERN)
		QueryError(c->query, expr->at, CYPHER_SYNTAX_ERROR,
				   "UnexpectedSyntax",
				   "a pattern is a condition, not a value");
	if (IsCondition(expr))
	{
		appendStringInfoString(out, "public.cypher_from_boolean(");
		EmitConditionExpr(c, out, scope, expr);
		appendStringInfoChar(out, ')');
		return;
	}
	switch (expr->kind)
	{
		case EXPR_PARAMETER:
			appendStringInfo(out, "$%d",
							 AddParameter(c, PARAMETER_NAMED, expr->name,
										  NULL));
			break;
		case EXPR_VARIABLE:
			EmitVariableExpr(c, out, scope, expr);
			break;
		case EXPR_PROPERTY:
			EmitProperty(c, out, scope, expr);
			break;
		case EXPR_OPERATOR:
			EmitArithmetic(c, out, scope, expr);
			break;
		case EXPR_CALL:
			EmitCall(c, out, scope, expr);
			break;
		case EXPR_CASE:
			EmitCase(c, out, scope, expr);
			break;
		case EXPR_LIST:
			appendStringInfoString(out, "public.cypher_list(");
			EmitArray(c, out, scope, expr->args);
			appendStringInfoChar(out, ')');
			break;
		case EXPR_MAP:
			EmitMap(c, out, scope, expr);
			break;
		case EXPR_PROJECTION:
			EmitMapProjection(c, out, scope, expr);
			break;
		case EXPR_COMPREHENSION:
		case EXPR_REDUCE:
			EmitList(c, out, scope, expr);
			break;
		default:
			EmitPatternList(c, out, scope, expr);
	}
}
