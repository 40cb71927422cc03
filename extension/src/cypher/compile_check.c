/*-------------------------------------------------------------------------
 *
 * compile_check.c
 *	  What can be said of an expression before it runs: whether it
 *	  aggregates, equals another one, which type it has, whether it is
 *	  constant.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"

#include "cypher/compile.h"
#include "cypher/error.h"
#include "cypher/lexer.h"

bool
IsAggregate(const Expression *expr)
{
	static const char *const names[] = {
		"count", "collect", "sum", "avg", "min", "max", "stDev", "stDevP",
		"percentileCont", "percentileDisc"
	};

	if (expr->kind == EXPR_COUNT_STAR)
		return true;
	if (expr->kind != EXPR_CALL)
		return false;
	for (int i = 0; i < lengthof(names); i++)
		if (pg_strcasecmp(expr->name, names[i]) == 0)
			return true;
	return false;
}

/*
 * Visit an expression and those inside it until a visit says true. Patterns
 * and subqueries are not entered: what they aggregate is their own.
 */
bool
WalkExpr(const Expression *expr, bool (*visit) (const Expression *, void *), void *state)
{
	ListCell   *cell;

	check_stack_depth();
	CHECK_FOR_INTERRUPTS();
	if (expr == NULL)
		return false;
	if (visit(expr, state))
		return true;
	foreach(cell, expr->args)
		if (WalkExpr(lfirst(cell), visit, state))
		return true;
	return WalkExpr(expr->base, visit, state) ||
		WalkExpr(expr->where, visit, state) ||
		WalkExpr(expr->result, visit, state) ||
		WalkExpr(expr->otherwise, visit, state);
}

static bool
VisitAggregate(const Expression *expr, void *state)
{
	return IsAggregate(expr);
}

bool
HasAggregate(const Expression *expr)
{
	return WalkExpr(expr, VisitAggregate, NULL);
}

static bool
VisitVariable(const Expression *expr, void *state)
{
	if (expr->kind == EXPR_VARIABLE)
		return FindVariable((List *) state, expr->name) == NULL;
	if (expr->kind == EXPR_PATTERN || expr->kind == EXPR_SUBQUERY ||
		expr->kind == EXPR_PATTERN_COMPREHENSION ||
		expr->kind == EXPR_SHORTEST)
		return true;
	return false;
}

static bool
VisitAnyVariable(const Expression *expr, void *state)
{
	return expr->kind == EXPR_VARIABLE || VisitVariable(expr, NIL);
}

/*
 * Whether the expression uses a variable that is not in the scope; or, with
 * any, one at all.
 */
bool
UsesVariable(const Expression *expr, List *scope, bool any)
{
	return WalkExpr(expr, any ? VisitAnyVariable : VisitVariable, scope);
}

static bool
EqualStrings(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static bool
EqualExprLists(const List *a, const List *b)
{
	ListCell   *x;
	ListCell   *y;

	if (list_length(a) != list_length(b))
		return false;
	forboth(x, a, y, b)
		if (!EqualExpr(lfirst(x), lfirst(y)))
		return false;
	return true;
}

static bool
EqualNames(const List *a, const List *b)
{
	ListCell   *x;
	ListCell   *y;

	if (list_length(a) != list_length(b))
		return false;
	forboth(x, a, y, b)
		if (strcmp(lfirst(x), lfirst(y)) != 0)
		return false;
	return true;
}

/*
 * The same expression, word for word; patterns and subqueries as they are
 * written.
 */
bool
EqualExpr(const Expression *a, const Expression *b)
{
	check_stack_depth();
	if (a == b)
		return true;
	/* one of them may have been written to SQL already, which folds it */
	if (a && b && a->kind != b->kind &&
		(a->kind == EXPR_CONSTANT || b->kind == EXPR_CONSTANT))
	{
		(void) FoldConstant(unconstify(Expression *, a));
		(void) FoldConstant(unconstify(Expression *, b));
	}
	if (a == NULL || b == NULL || a->kind != b->kind || a->op != b->op ||
		a->distinct != b->distinct || a->star != b->star)
		return false;
	if (a->pattern || b->pattern || a->clauses || b->clauses)
		return a->text && b->text && a->end - a->at == b->end - b->at &&
			memcmp(a->text, b->text, a->end - a->at) == 0;
	if (a->kind == EXPR_CONSTANT)
		return a->value.type == b->value.type &&
			OrderValues(&a->value, &b->value) == 0;
	return EqualStrings(a->name, b->name) &&
		EqualStrings(a->accumulator, b->accumulator) &&
		EqualNames(a->names, b->names) && EqualExprLists(a->args, b->args) &&
		EqualExpr(a->base, b->base) && EqualExpr(a->where, b->where) &&
		EqualExpr(a->result, b->result) &&
		EqualExpr(a->otherwise, b->otherwise);
}

/* The type of a sum, difference, product ... of these types */
static ValueType
ArithmeticType(Operator op, ValueType left, ValueType right)
{
	bool		numbers = left >= VALUE_INTEGER && right >= VALUE_INTEGER;

	if (op == OP_POWER)
		return numbers ? VALUE_FLOAT : VALUE_NULL;
	if (numbers)
		return left == VALUE_INTEGER && right == VALUE_INTEGER ?
			VALUE_INTEGER : VALUE_FLOAT;
	if (op == OP_ADD && (left == VALUE_LIST || right == VALUE_LIST))
		return VALUE_LIST;
	if (op == OP_ADD && left == VALUE_STRING && right == VALUE_STRING)
		return VALUE_STRING;
	return VALUE_NULL;
}

static ValueType
OperatorType(Compiler *c, List *scope, const Expression *expr)
{
	switch (expr->op)
	{
		case OP_ADD:
		case OP_SUBTRACT:
		case OP_MULTIPLY:
		case OP_DIVIDE:
		case OP_MODULO:
		case OP_POWER:
			return ArithmeticType(expr->op,
								  StaticType(c, scope, linitial(expr->args)),
								  StaticType(c, scope, lsecond(expr->args)));
		case OP_NEGATE:
		case OP_PLUS:
			return StaticType(c, scope, linitial(expr->args));
		case OP_INDEX:
			return VALUE_NULL;
		case OP_SLICE:
			return VALUE_LIST;
		default:
			return VALUE_BOOLEAN;
	}
}

static ValueType
CallType(const Expression *expr)
{
	const Function *function;

	if (pg_strcasecmp(expr->name, "count") == 0)
		return VALUE_INTEGER;
	if (pg_strcasecmp(expr->name, "collect") == 0)
		return VALUE_LIST;
	if (pg_strcasecmp(expr->name, "exists") == 0)
		return VALUE_BOOLEAN;
	if (pg_strcasecmp(expr->name, "startNode") == 0 ||
		pg_strcasecmp(expr->name, "endNode") == 0)
		return VALUE_NODE;
	if (IsAggregate(expr))
		return VALUE_NULL;
	function = FindFunction(expr->name, strlen(expr->name));
	return function ? function->result : VALUE_NULL;
}

/*
 * The type that a value surely has if it is not null; VALUE_NULL: not known.
 */
ValueType
StaticType(Compiler *c, List *scope, const Expression *expr)
{
	Variable   *variable;

	check_stack_depth();
	CHECK_FOR_INTERRUPTS();
	switch (expr->kind)
	{
		case EXPR_CONSTANT:
			return expr->value.type;
		case EXPR_VARIABLE:
			variable = FindVariable(scope, expr->name);
			if (variable == NULL)
				return VALUE_NULL;
			if (variable->expr)
				return StaticType(c, variable->scope, variable->expr);
			return variable->type;
		case EXPR_OPERATOR:
			return OperatorType(c, scope, expr);
		case EXPR_CALL:
			return CallType(expr);
		case EXPR_COUNT_STAR:
			return VALUE_INTEGER;
		case EXPR_LIST:
		case EXPR_COMPREHENSION:
		case EXPR_PATTERN_COMPREHENSION:
			return VALUE_LIST;
		case EXPR_MAP:
		case EXPR_PROJECTION:
			return VALUE_MAP;
		case EXPR_LABELS:
		case EXPR_QUANTIFIER:
		case EXPR_PATTERN:
			return VALUE_BOOLEAN;
		case EXPR_SUBQUERY:
			return expr->op == OP_EXISTS ? VALUE_BOOLEAN : VALUE_INTEGER;
		case EXPR_SHORTEST:
			return expr->pattern->kind == PATH_SHORTEST ? VALUE_PATH :
				VALUE_LIST;
		default:
			return VALUE_NULL;
	}
}

/*
 * Refuse an expression whose type is known and not among these.
 */
void
CheckType(Compiler *c, List *scope, const Expression *expr, uint32 types,
		  const char *what)
{
	ValueType	type = StaticType(c, scope, expr);

	if (type != VALUE_NULL && (types & TYPE_BIT(type)) == 0)
		QueryError(c->query, expr->at, CYPHER_SYNTAX_ERROR,
				   "InvalidArgumentType", "%s cannot be of type %s", what,
				   ValueTypeName(type));
}

/*
 * Lists and maps of constants become constants, in place, so that a long
 * literal is one parameter.
 */
bool
FoldConstant(Expression *expr)
{
	CypherValue *items;
	int			n = 0;
	ListCell   *cell;
	ListCell   *name;

	check_stack_depth();
	if (expr->kind == EXPR_CONSTANT)
		return true;
	if (expr->kind != EXPR_LIST && expr->kind != EXPR_MAP)
		return false;
	foreach(cell, expr->args)
		if (!FoldConstant(lfirst(cell)))
		return false;
	items = CypherAlloc(sizeof(CypherValue) * (2 * list_length(expr->args) + 1));
	if (expr->kind == EXPR_LIST)
	{
		foreach(cell, expr->args)
			items[n++] = ((Expression *) lfirst(cell))->value;
		expr->value = ListValue(items, n);
	}
	else
	{
		forboth(name, expr->names, cell, expr->args)
		{
			items[n++] = TextValue(lfirst(name));
			items[n++] = ((Expression *) lfirst(cell))->value;
		}
		expr->value = MapValue(items, n / 2);
	}
	/* a map keeps its items: MERGE creates with it and then matches with them */
	if (expr->kind == EXPR_LIST)
		expr->args = NIL;
	expr->kind = EXPR_CONSTANT;
	return true;
}

typedef struct NameCount
{
	char		name[NAMEDATALEN];
	int			count;
} NameCount;

/*
 * How often each name stands in the text: one that stands once is declared
 * and not used. Longer names than the table holds count as used.
 */
void
CountNames(Compiler *c)
{
	HASHCTL		ctl = {0};
	Token		token;
	Token		before = {0};

	ctl.keysize = NAMEDATALEN;
	ctl.entrysize = sizeof(NameCount);
	ctl.hcxt = CurrentMemoryContext;
	c->names = hash_create("names of a query", 64, &ctl,
						   HASH_ELEM | HASH_STRINGS | HASH_CONTEXT);
	NextToken(c->query, 0, &token);
	while (token.type != TOKEN_END)
	{
		if ((token.type == TOKEN_NAME || token.type == TOKEN_QUOTED_NAME) &&
			strlen(token.text) < NAMEDATALEN)
		{
			bool		found;
			NameCount  *entry = hash_search(c->names, token.text, HASH_ENTER,
											&found);

			entry->count = found ? entry->count + 1 : 1;
		}
		if (token.type == '*' && before.type == TOKEN_NAME &&
			(pg_strcasecmp(before.text, "RETURN") == 0 ||
			 pg_strcasecmp(before.text, "WITH") == 0 ||
			 pg_strcasecmp(before.text, "DISTINCT") == 0))
			c->star = true;
		before = token;
		NextToken(c->query, before.end, &token);
	}
}

bool
UsedOnce(Compiler *c, const char *name)
{
	NameCount  *entry;

	if (c->star || strlen(name) >= NAMEDATALEN)
		return false;
	entry = hash_search(c->names, name, HASH_FIND, NULL);
	return entry && entry->count == 1;
}
