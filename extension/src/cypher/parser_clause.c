/*-------------------------------------------------------------------------
 *
 * parser_clause.c
 *	  The clauses of a query.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"

#include "cypher/error.h"
#include "cypher/parser.h"

static Clause *
MakeClause(Parser *parser, ClauseKind kind)
{
	Clause	   *clause = palloc0(sizeof(Clause));

	clause->kind = kind;
	clause->at = parser->token.at;
	return clause;
}

static Expression *
ParseWhere(Parser *parser)
{
	return AcceptKeyword(parser, "WHERE") ? ParseExpr(parser) : NULL;
}

static Clause *
ParseMatch(Parser *parser)
{
	Clause	   *clause = MakeClause(parser, CLAUSE_MATCH);

	clause->optional = AcceptKeyword(parser, "OPTIONAL");
	ExpectKeyword(parser, "MATCH");
	clause->patterns = ParsePatterns(parser);
	clause->where = ParseWhere(parser);
	return clause;
}

static Clause *
ParseUnwind(Parser *parser)
{
	Clause	   *clause = MakeClause(parser, CLAUSE_UNWIND);

	Advance(parser);
	clause->expr = ParseExpr(parser);
	ExpectKeyword(parser, "AS");
	clause->name = ExpectName(parser);
	return clause;
}

static ReturnItem *
ParseReturnItem(Parser *parser)
{
	ReturnItem *item = palloc0(sizeof(ReturnItem));
	int			start = parser->token.at;

	item->expr = ParseExpr(parser);
	if (AcceptKeyword(parser, "AS"))
	{
		item->name = ExpectName(parser);
		item->aliased = true;
	}
	else if (item->expr->kind == EXPR_VARIABLE &&
			 parser->query[start] != '(')
		item->name = item->expr->name;
	else
		item->name = pnstrdup(parser->query + start, parser->last_end - start);
	return item;
}

static void
ParseOrder(Parser *parser, Clause *clause)
{
	do
	{
		SortItem   *item = palloc0(sizeof(SortItem));

		item->expr = ParseExpr(parser);
		item->descending = AcceptKeyword(parser, "DESC") ||
			AcceptKeyword(parser, "DESCENDING");
		if (!item->descending && !AcceptKeyword(parser, "ASC"))
			AcceptKeyword(parser, "ASCENDING");
		clause->order = lappend(clause->order, item);
	} while (Accept(parser, ','));
}

/* The body that WITH and RETURN share */
static Clause *
ParseReturn(Parser *parser, ClauseKind kind)
{
	Clause	   *clause = MakeClause(parser, kind);

	Advance(parser);
	clause->distinct = AcceptKeyword(parser, "DISTINCT");
	if (Accept(parser, '*'))
		clause->star = true;
	else
		clause->items = list_make1(ParseReturnItem(parser));
	while (Accept(parser, ','))
		clause->items = lappend(clause->items, ParseReturnItem(parser));
	if (AtKeyword(parser, "ORDER"))
	{
		Advance(parser);
		ExpectKeyword(parser, "BY");
		ParseOrder(parser, clause);
	}
	if (AcceptKeyword(parser, "SKIP"))
		clause->skip = ParseExpr(parser);
	if (AcceptKeyword(parser, "LIMIT"))
		clause->limit = ParseExpr(parser);
	if (kind == CLAUSE_WITH)
		clause->where = ParseWhere(parser);
	return clause;
}

/* variable.key = value, variable = map, variable += map, variable:Label */
static SetItem *
ParseSetItem(Parser *parser, bool remove)
{
	SetItem    *item = palloc0(sizeof(SetItem));
	Expression *target;

	item->at = parser->token.at;
	target = ParsePostfix(parser);
	if (target->kind == EXPR_LABELS)
	{
		item->kind = SET_LABELS;
		item->labels = target->names;
		item->target = linitial(target->args);
	}
	else if (target->kind == EXPR_PROPERTY)
	{
		item->kind = SET_PROPERTY;
		item->key = target->name;
		item->target = linitial(target->args);
	}
	else
	{
		item->kind = SET_ALL;
		item->target = target;
	}
	if (item->kind != SET_PROPERTY && item->target->kind != EXPR_VARIABLE)
		Unexpected(parser);
	if (remove)
	{
		if (item->kind == SET_ALL)
			Unexpected(parser);
		return item;
	}
	if (item->kind == SET_LABELS)
		return item;
	if (item->kind == SET_ALL && Accept(parser, TOKEN_ADD))
		item->kind = SET_ADD;
	else
		Expect(parser, '=');
	item->value = ParseExpr(parser);
	return item;
}

static List *
ParseSetItems(Parser *parser, bool remove)
{
	List	   *items = NIL;

	do
		items = lappend(items, ParseSetItem(parser, remove));
	while (Accept(parser, ','));
	return items;
}

static Clause *
ParseMerge(Parser *parser)
{
	Clause	   *clause = MakeClause(parser, CLAUSE_MERGE);

	Advance(parser);
	clause->patterns = list_make1(ParsePatternPart(parser));
	while (AcceptKeyword(parser, "ON"))
	{
		bool		create = AcceptKeyword(parser, "CREATE");

		if (!create)
			ExpectKeyword(parser, "MATCH");
		ExpectKeyword(parser, "SET");
		if (create)
			clause->on_create = list_concat(clause->on_create,
											ParseSetItems(parser, false));
		else
			clause->on_match = list_concat(clause->on_match,
										   ParseSetItems(parser, false));
	}
	return clause;
}

static Clause *
ParseDelete(Parser *parser)
{
	Clause	   *clause = MakeClause(parser, CLAUSE_DELETE);

	clause->detach = AcceptKeyword(parser, "DETACH");
	ExpectKeyword(parser, "DELETE");
	do
		clause->items = lappend(clause->items, ParseExpr(parser));
	while (Accept(parser, ','));
	return clause;
}

static Clause *
ParseCallClause(Parser *parser)
{
	Clause	   *clause = MakeClause(parser, CLAUSE_CALL);

	Advance(parser);
	clause->name = ExpectName(parser);
	while (Accept(parser, '.'))
		clause->name = psprintf("%s.%s", clause->name, ExpectName(parser));
	clause->implicit = !Accept(parser, '(');
	if (!clause->implicit && !Accept(parser, ')'))
	{
		do
			clause->items = lappend(clause->items, ParseExpr(parser));
		while (Accept(parser, ','));
		Expect(parser, ')');
	}
	if (AcceptKeyword(parser, "YIELD"))
	{
		clause->has_yield = true;
		if (Accept(parser, '*'))
			clause->star = true;
		else if (!Accept(parser, '-'))
		{
			do
			{
				YieldItem  *item = palloc0(sizeof(YieldItem));

				item->at = parser->token.at;
				item->field = ExpectName(parser);
				item->name = AcceptKeyword(parser, "AS") ?
					ExpectName(parser) : item->field;
				clause->yields = lappend(clause->yields, item);
			} while (Accept(parser, ','));
		}
		clause->where = ParseWhere(parser);
	}
	return clause;
}

static Clause *
ParseCreate(Parser *parser)
{
	Clause	   *clause = MakeClause(parser, CLAUSE_CREATE);

	Advance(parser);
	clause->patterns = ParsePatterns(parser);
	return clause;
}

static Clause *
ParseSet(Parser *parser, ClauseKind kind)
{
	Clause	   *clause = MakeClause(parser, kind);

	Advance(parser);
	clause->items = ParseSetItems(parser, kind == CLAUSE_REMOVE);
	return clause;
}

static Clause *
ParseClause(Parser *parser)
{
	if (AtKeyword(parser, "MATCH") || AtKeyword(parser, "OPTIONAL"))
		return ParseMatch(parser);
	if (AtKeyword(parser, "UNWIND"))
		return ParseUnwind(parser);
	if (AtKeyword(parser, "WITH"))
		return ParseReturn(parser, CLAUSE_WITH);
	if (AtKeyword(parser, "RETURN"))
		return ParseReturn(parser, CLAUSE_RETURN);
	if (AtKeyword(parser, "CREATE"))
		return ParseCreate(parser);
	if (AtKeyword(parser, "MERGE"))
		return ParseMerge(parser);
	if (AtKeyword(parser, "SET"))
		return ParseSet(parser, CLAUSE_SET);
	if (AtKeyword(parser, "REMOVE"))
		return ParseSet(parser, CLAUSE_REMOVE);
	if (AtKeyword(parser, "DELETE") || AtKeyword(parser, "DETACH"))
		return ParseDelete(parser);
	if (AtKeyword(parser, "CALL"))
		return ParseCallClause(parser);
	Unexpected(parser);
}

/*
 * Clauses up to UNION, a semicolon or this token.
 */
List *
ParseClauses(Parser *parser, int end)
{
	List	   *clauses = NIL;

	check_stack_depth();
	do
	{
		CHECK_FOR_INTERRUPTS();
		clauses = lappend(clauses, ParseClause(parser));
	} while (!At(parser, end) && !At(parser, ';') &&
			 !AtKeyword(parser, "UNION"));
	return clauses;
}
