/*-------------------------------------------------------------------------
 *
 * procedure.c
 *	  CALL name(arguments) YIELD columns, as a function in FROM.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "cypher/error.h"
#include "cypher/procedure.h"

/* The template with its marks replaced; arguments are SQL texts */
static void
Expand(Compiler *c, StringInfo out, const char *template, char **args,
	   const char *alias)
{
	for (const char *t = template; *t; t++)
	{
		if (*t != '%' || *++t == '%')
			appendStringInfoChar(out, *t);
		else if (*t == 'p')
			appendStringInfoString(out, alias);
		else if (*t == 'g')
			appendStringInfoString(out, c->graph_literal);
		else if (*t == 'N')
			appendStringInfoString(out, c->node_table);
		else if (*t == 'E')
			appendStringInfoString(out, c->edge_table);
		else
			appendStringInfoString(out, args[*t - '1']);
	}
}

/* The name of argument i, from the signature */
static char *
ArgumentName(const Procedure *p, int i)
{
	const char *at = strchr(p->signature, '(') + 1;

	for (; i > 0; i--)
		at = strchr(at, ',') + 2;
	return pnstrdup(at, strcspn(at, " ,)"));
}

/*
 * CALL name without parentheses: the parameters of the same names.
 */
static List *
ImplicitArguments(Compiler *c, Clause *clause, const Procedure *p)
{
	List	   *args = NIL;

	for (int i = 0; i < p->max_args; i++)
	{
		Expression *expr = palloc0(sizeof(Expression));
		CypherValue found;

		expr->kind = EXPR_PARAMETER;
		expr->at = expr->end = clause->at;
		expr->name = ArgumentName(p, i);
		if (i >= p->min_args &&
			!MapGet(&c->params, expr->name, strlen(expr->name), &found))
			break;
		args = lappend(args, expr);
	}
	return args;
}

/* Refuse what is known to be of another type */
static void
CheckArgument(Compiler *c, List *scope, Expression *arg, uint32 types,
			  const char *what)
{
	CypherValue value;

	if (types == 0)
		return;
	CheckType(c, scope, arg, types, what);
	if (arg->kind == EXPR_PARAMETER &&
		MapGet(&c->params, arg->name, strlen(arg->name), &value) &&
		!IsNull(&value) && (types & TYPE_BIT(value.type)) == 0)
		QueryError(c->query, arg->at, CYPHER_SYNTAX_ERROR,
				   "InvalidArgumentType", "%s cannot be of type %s", what,
				   ValueTypeName(value.type));
}

static char **
Arguments(Compiler *c, Block *block, Clause *clause, const Procedure *p)
{
	char	  **args = palloc(sizeof(char *) * (p->max_args + 1));
	List	   *exprs = clause->implicit ? ImplicitArguments(c, clause, p) :
	clause->items;
	int			n = list_length(exprs);
	StringInfoData sql;

	if (n < p->min_args || n > p->max_args)
		QueryError(c->query, clause->at, CYPHER_SYNTAX_ERROR,
				   "InvalidNumberOfArguments",
				   "procedure %s cannot have %d arguments", p->signature, n);
	for (int i = 0; i < p->max_args; i++)
	{
		initStringInfo(&sql);
		if (i < n)
		{
			Expression *arg = list_nth(exprs, i);

			if (HasAggregate(arg))
				QueryError(c->query, clause->at, CYPHER_SYNTAX_ERROR,
						   "InvalidAggregation",
						   "arguments of a procedure cannot aggregate");
			CheckArgument(c, block->scope, arg, p->types[i],
						  psprintf("argument %d of %s", i + 1, p->name));
			EmitValue(c, &sql, block->scope, arg);
		}
		else
			appendStringInfoString(&sql, "null::public.cypher_value");
		args[i] = sql.data;
	}
	return args;
}

static void
DeclareField(Compiler *c, Block *block, const ProcedureField *field, char *name,
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
	const Procedure *p = BuiltinProcedure(clause->name);
	char	  **args;
	char	   *alias = NewAlias(c, 'p');
	ListCell   *cell;

	if (p == NULL)
		p = FunctionProcedure(c, clause->name, clause->at);
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
			const ProcedureField *field = p->fields;

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
		for (const ProcedureField *field = p->fields; field->name; field++)
			DeclareField(c, block, field, pstrdup(field->name), alias,
						 clause->at);
	if (clause->where)
	{
		AndWhere(block);
		EmitTruth(c, &block->where, block->scope, clause->where);
	}
	if (standalone && p->fields->name)
		ReturnFields(c, block, clause);
}
