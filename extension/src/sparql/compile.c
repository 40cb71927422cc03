/*-------------------------------------------------------------------------
 *
 * compile.c
 *	  SELECT and ASK: groups of solutions, what is projected, order and
 *	  limits, as one statement.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/builtins.h"

#include "sparql/sparql.h"

/* One column of the result while its SELECT is put together */
typedef struct Column
{
	char	   *name;
	Binding    *binding;		/* NULL: never bound */
} Column;

static void
FindAggregates(List *exprs, List **found)
{
	ListCell   *cell;

	check_stack_depth();
	foreach(cell, exprs)
	{
		SparqlExpr *expr = lfirst(cell);

		if (expr->kind == SPARQL_AGGREGATE)
			*found = lappend(*found, expr);
		else
			FindAggregates(expr->args, found);
	}
}

/* All aggregates of a query, where they may stand */
static List *
AggregatesOf(SelectQuery *select)
{
	List	   *found = NIL;
	ListCell   *cell;

	foreach(cell, select->items)
	{
		SelectItem *item = lfirst(cell);

		if (item->expr)
			FindAggregates(list_make1(item->expr), &found);
	}
	FindAggregates(select->having, &found);
	foreach(cell, select->order)
		FindAggregates(list_make1(((OrderKey *) lfirst(cell))->expr), &found);
	return found;
}

/* Whether it is the same if a solution occurs more than once */
static bool
IgnoresCount(SelectQuery *select, List *aggregates)
{
	ListCell   *cell;

	if (select->ask)
		return true;
	if (aggregates == NIL)
		return select->distinct || select->group_by != NIL;
	foreach(cell, aggregates)
	{
		SparqlExpr *expr = lfirst(cell);

		if (!expr->distinct && strcmp(expr->name, "min") != 0 &&
			strcmp(expr->name, "max") != 0)
			return false;
	}
	return true;
}

/* count(*) of solutions that differ: all their variables as one row */
static void
EmitWholeSolution(StringInfo out, Solutions *g)
{
	ListCell   *cell;
	bool		first = true;

	appendStringInfoString(out, "row(");
	foreach(cell, g->scope)
	{
		Binding    *binding = lfirst(cell);

		if (FindBinding(g->scope, binding->name) != binding ||
			binding->name[0] == HIDDEN_NAME)
			continue;
		if (!first)
			appendStringInfoString(out, ", ");
		first = false;
		if (binding->node)
			appendStringInfoString(out, binding->node);
		else
			appendStringInfo(out, "public.sparql_term_key(%s)", binding->term);
	}
	appendStringInfoString(out, first ? "1)" : ")");
}

static void
EmitAggregation(Sparql *s, StringInfo out, Solutions *g, SparqlExpr *expr)
{
	StringInfoData arg;
	const char *term;

	if (expr->args == NIL)
	{
		appendStringInfoString(out, "public.cypher_from_integer(pg_catalog.count(");
		if (expr->distinct)
		{
			appendStringInfoString(out, "distinct ");
			EmitWholeSolution(out, g);
		}
		else
			appendStringInfoChar(out, '*');
		appendStringInfoString(out, "))");
		return;
	}
	initStringInfo(&arg);
	EmitTermOf(s, &arg, g, linitial(expr->args));
	term = arg.data;
	if (strcmp(expr->name, "count") == 0)
	{
		appendStringInfo(out, expr->distinct ?
						 "public.cypher_from_integer(pg_catalog.count(distinct public.sparql_term_key(%s)))" :
						 "public.cypher_from_integer(pg_catalog.count(%s))", term);
		return;
	}
	appendStringInfo(out, "public.sparql_aggregate('%s', pg_catalog.array_agg(public.cypher_reserve(%s)), %s, %s)",
					 expr->name, term, expr->distinct ? "true" : "false",
					 expr->separator ? quote_literal_cstr(expr->separator) : "null");
}

/*
 * From solutions to one for each group: keys and aggregates become columns of
 * a subquery, g what is over it.
 */
static void
CompileGrouping(Sparql *s, Solutions *g, SelectQuery *select, List *aggregates)
{
	Solutions	grouped;
	StringInfoData columns;
	StringInfoData keys;
	char	   *alias = NewAlias(&s->c, 'g');
	int			n = 0;
	ListCell   *cell;

	StartSolutions(&grouped, NIL, NIL);
	initStringInfo(&columns);
	initStringInfo(&keys);
	foreach(cell, select->group_by)
	{
		SelectItem *item = lfirst(cell);
		Binding    *key;
		Binding    *column;

		if (item->expr)
		{
			if (item->name == NULL)
				item->name = psprintf(HIDDEN_VARIABLE, ++s->hidden);
			CompileBind(s, g, item->name, item->expr, item->at);
		}
		key = FindBinding(g->scope, item->name);
		column = AddBinding(&grouped, item->name);
		column->maybe = true;
		n++;
		if (key && key->node)
			column->node = psprintf("%s.v%d", alias, n);
		else
			column->term = psprintf("%s.v%d", alias, n);
		if (key == NULL)
		{
			appendStringInfo(&columns, "null::public.cypher_value as v%d, ", n);
			continue;
		}
		appendStringInfo(&columns, "%s as v%d, ",
						 key->node ? key->node : key->term, n);
		appendStringInfo(&keys, "%s%s", keys.len > 0 ? ", " : " group by ",
						 key->node ? key->node : key->term);
		/* 1 and 1.0 are two groups */
		if (key->term)
			appendStringInfo(&keys, ", public.sparql_term_key(%s)", key->term);
	}
	foreach(cell, aggregates)
	{
		Replacement *replacement = palloc(sizeof(Replacement));

		n++;
		replacement->expr = lfirst(cell);
		replacement->sql = psprintf("%s.v%d", alias, n);
		EmitAggregation(s, &columns, g, lfirst(cell));
		appendStringInfo(&columns, " as v%d, ", n);
		s->aggregates = lappend(s->aggregates, replacement);
	}
	appendStringInfo(&grouped.from, ", (select %s1 as one ", columns.data);
	EmitSolutions(&grouped.from, g);
	/* keys that are never bound make one group, if there is a solution */
	if (keys.len == 0 && select->group_by != NIL)
		appendStringInfoString(&keys, " group by (select 1)");
	appendStringInfo(&grouped.from, "%s) as %s", keys.data, alias);
	*g = grouped;
	s->grouped = true;
}

static List *
MakeColumns(Sparql *s, Solutions *g, SelectQuery *select)
{
	List	   *columns = NIL;
	ListCell   *cell;
	ListCell   *seen;

	if (select->star)
	{
		if (s->grouped)
			SparqlError(s->c.query, select->at, SPARQL_SCOPE_ERROR,
						"a grouped query names its columns");
		foreach(cell, g->scope)
		{
			Binding    *binding = lfirst(cell);
			Column	   *column = palloc0(sizeof(Column));
			bool		known = binding->name[0] == HIDDEN_NAME;

			foreach(seen, columns)
				known |= strcmp(((Column *) lfirst(seen))->name, binding->name) == 0;
			if (known)
				continue;
			column->name = binding->name;
			column->binding = FindBinding(g->scope, binding->name);
			columns = lappend(columns, column);
		}
		return columns;
	}
	foreach(cell, select->items)
	{
		SelectItem *item = lfirst(cell);
		Column	   *column = palloc0(sizeof(Column));

		foreach(seen, columns)
			if (strcmp(((Column *) lfirst(seen))->name, item->name) == 0)
			SparqlError(s->c.query, item->at, SPARQL_SCOPE_ERROR,
						"two columns are called ?%s", item->name);
		column->name = item->name;
		if (item->expr)
			CompileBind(s, g, item->name, item->expr, item->at);
		column->binding = FindBinding(g->scope, item->name);
		if (column->binding == NULL && s->grouped)
			SparqlError(s->c.query, item->at, SPARQL_SCOPE_ERROR,
						"variable ?%s is not grouped, aggregated or selected",
						item->name);
		columns = lappend(columns, column);
	}
	return columns;
}

/* select columns v1, v2 ...; types apart with distinct */
static void
EmitColumns(StringInfo out, List *columns, bool distinct)
{
	StringInfoData keys;
	ListCell   *cell;

	initStringInfo(&keys);
	appendStringInfo(out, "select %s", distinct ? "distinct " : "");
	foreach(cell, columns)
	{
		int			n = foreach_current_index(cell) + 1;
		Binding    *binding = ((Column *) lfirst(cell))->binding;

		appendStringInfo(out, "%s%s as v%d", n > 1 ? ", " : "",
						 binding == NULL ? "null::public.cypher_value" :
						 binding->node ? binding->node : binding->term, n);
		if (distinct && binding && binding->term)
			appendStringInfo(&keys, ", public.sparql_term_key(%s)", binding->term);
	}
	if (columns == NIL)
		appendStringInfoString(out, "1 as v");
	appendStringInfo(out, "%s ", keys.data);
}

/* The distinct solutions as a table of their own */
static void
CompileDistinct(Sparql *s, Solutions *g, List *columns)
{
	Solutions	distinct;
	char	   *alias = NewAlias(&s->c, 'd');
	ListCell   *cell;

	StartSolutions(&distinct, NIL, NIL);
	appendStringInfoString(&distinct.from, ", (");
	EmitColumns(&distinct.from, columns, true);
	EmitSolutions(&distinct.from, g);
	appendStringInfo(&distinct.from, ") as %s", alias);
	foreach(cell, columns)
	{
		Column	   *column = lfirst(cell);
		Binding    *binding = AddBinding(&distinct, column->name);
		char	   *sql = psprintf("%s.v%d", alias, foreach_current_index(cell) + 1);

		binding->maybe = column->binding == NULL || column->binding->maybe;
		if (column->binding && column->binding->node)
			binding->node = sql;
		else
			binding->term = sql;
		column->binding = binding;
	}
	*g = distinct;
}

static void
EmitOrder(Sparql *s, StringInfo out, Solutions *g, SelectQuery *select)
{
	ListCell   *cell;

	foreach(cell, select->order)
	{
		OrderKey   *key = lfirst(cell);

		appendStringInfoString(out, foreach_current_index(cell) > 0 ? ", " :
							   " order by ");
		EmitTermOf(s, out, g, key->expr);
		/* unbound first, then IRIs, then literals */
		appendStringInfoString(out, key->descending ? " desc nulls last" :
							   " asc nulls first");
	}
	if (select->limit >= 0)
		appendStringInfo(out, " limit " INT64_FORMAT, select->limit);
	if (select->offset > 0)
		appendStringInfo(out, " offset " INT64_FORMAT, select->offset);
}

/*
 * A SELECT with columns v1, v2 ..., nodes as ids; columns gets a Binding each.
 */
void
CompileSelect(Sparql *s, StringInfo out, SelectQuery *select, List **columns)
{
	Solutions	g;
	List	   *aggregates = AggregatesOf(select);
	List	   *outer_aggregates = s->aggregates;
	bool		outer_grouped = s->grouped;
	List	   *made;
	ListCell   *cell;

	s->aggregates = NIL;
	s->grouped = false;
	s->as_set = IgnoresCount(select, aggregates);
	StartSolutions(&g, NIL, NIL);
	CompileGroup(s, &g, select->where);
	if (aggregates || select->group_by)
		CompileGrouping(s, &g, select, aggregates);
	foreach(cell, select->having)
	{
		AndAlso(&g.where);
		EmitTruthOf(s, &g.where, &g, lfirst(cell));
	}
	made = MakeColumns(s, &g, select);
	if (select->distinct)
	{
		CompileDistinct(s, &g, made);
		/* other variables are gone, aggregates too */
		s->grouped = true;
		s->aggregates = NIL;
	}
	EmitColumns(out, made, false);
	EmitSolutions(out, &g);
	EmitOrder(s, out, &g, select);
	s->aggregates = outer_aggregates;
	s->grouped = outer_grouped;
	*columns = NIL;
	foreach(cell, made)
	{
		Column	   *column = lfirst(cell);
		Binding    *binding = palloc0(sizeof(Binding));

		binding->name = column->name;
		binding->maybe = column->binding == NULL || column->binding->maybe;
		if (column->binding && column->binding->node)
			binding->node = "";
		else
			binding->term = "";
		*columns = lappend(*columns, binding);
	}
}

/* The whole query: nodes become their IRIs, in the order of the subquery */
static void
CompileResult(Sparql *s, Program *program, SelectQuery *select)
{
	StringInfo	out = &s->c.statement->sql;
	StringInfoData inner;
	List	   *columns;
	ListCell   *cell;

	initStringInfo(&inner);
	CompileSelect(s, &inner, select, &columns);
	if (select->ask)
	{
		program->ncolumns = 1;
		program->columns = palloc(sizeof(char *));
		program->columns[0] = "ask";
		appendStringInfo(out, "select public.cypher_from_boolean(exists (%s))",
						 inner.data);
		return;
	}
	program->ncolumns = list_length(columns);
	program->columns = palloc(sizeof(char *) * (program->ncolumns + 1));
	appendStringInfoString(out, "select ");
	foreach(cell, columns)
	{
		int			n = foreach_current_index(cell);
		Binding    *binding = lfirst(cell);
		char	   *sql = psprintf("r.v%d", n + 1);

		program->columns[n] = binding->name;
		appendStringInfo(out, "%s%s as c%d", n > 0 ? ", " : "",
						 binding->node ? TermOfNode(s, sql) : sql, n + 1);
	}
	appendStringInfo(out, " from (%s) as r", inner.data);
}

Program *
CompileSparql(const char *query, const Graph *graph)
{
	Sparql		s = {.c = {.query = query,.graph = *graph}};
	SelectQuery *select = ParseSparql(query);
	Program    *program = palloc0(sizeof(Program));
	Step	   *step = palloc0(sizeof(Step));

	s.c.node_table = psprintf("%s.node", quote_identifier(graph->name));
	s.c.edge_table = psprintf("%s.edge", quote_identifier(graph->name));
	s.c.graph_literal = quote_literal_cstr(graph->name);
	s.c.statement = NewStatement();
	CompileResult(&s, program, select);
	step->kind = STEP_READ;
	step->read = s.c.statement;
	step->read->ncolumns = program->ncolumns;
	program->parts = list_make1(list_make1(step));
	return program;
}
