/*-------------------------------------------------------------------------
 *
 * compile_group.c
 *	  Groups: their triples, filters and subgroups as one SELECT. Solutions
 *	  are joined where they agree; a variable that OPTIONAL, UNION or VALUES
 *	  may have left unbound agrees with everything.
 *
 * A group within another is a lateral subquery. Variables that its triples
 * share with what stands before it and that are bound for certain are taken
 * from there ("imported"), so that it is read by index; the answer is the
 * same as joining afterwards.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/builtins.h"

#include "sparql/sparql.h"

#define EQ " operator(pg_catalog.=) "

void
StartSolutions(Solutions *g, List *outer, List *visible)
{
	initStringInfo(&g->from);
	initStringInfo(&g->where);
	g->scope = NIL;
	g->outer = outer;
	g->visible = visible;
}

void
CountTable(Sparql *s, int at)
{
	if (++s->tables > SPARQL_MAX_TABLES)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("a SPARQL query has at most %d triples, paths and groups",
						SPARQL_MAX_TABLES)));
}

void
AndAlso(StringInfo where)
{
	if (where->len > 0)
		appendStringInfoString(where, " and ");
}

/* From and where, after the columns; without tables there is one row */
void
EmitSolutions(StringInfo out, const Solutions *g)
{
	appendStringInfo(out, "from (select) as one%s", g->from.data);
	if (g->where.len > 0)
		appendStringInfo(out, " where %s", g->where.data);
}

/* Later bindings of a name hide earlier ones */
Binding *
FindBinding(List *scope, const char *name)
{
	for (int i = list_length(scope) - 1; i >= 0; i--)
	{
		Binding    *binding = list_nth(scope, i);

		if (strcmp(binding->name, name) == 0)
			return binding;
	}
	return NULL;
}

Binding *
AddBinding(Solutions *g, char *name)
{
	Binding    *binding = palloc0(sizeof(Binding));

	binding->name = name;
	g->scope = lappend(g->scope, binding);
	return binding;
}

/*
 * The binding of a variable that a pattern names: its own, or one imported
 * from the solutions that the group is joined to.
 */
Binding *
ScopeBinding(Solutions *g, const char *name)
{
	Binding    *binding = FindBinding(g->scope, name);
	Binding    *outer;

	if (binding)
		return binding;
	outer = FindBinding(g->outer, name);
	if (outer == NULL || outer->maybe)
		return NULL;
	binding = AddBinding(g, outer->name);
	binding->node = outer->node;
	binding->term = outer->term;
	binding->imported = true;
	return binding;
}

/* The variables that can be seen now, one binding each, imports apart */
static List *
Current(const Solutions *g)
{
	List	   *all = NIL;
	ListCell   *cell;

	foreach(cell, g->scope)
	{
		Binding    *binding = lfirst(cell);

		if (FindBinding(g->scope, binding->name) == binding &&
			!binding->imported)
			all = lappend(all, binding);
	}
	return all;
}

/* A subgroup: what it exports, and the columns of the SELECT that it is */
typedef struct Subgroup
{
	Solutions	g;
	List	   *exports;		/* Binding, of the group */
} Subgroup;

static void
CompileSubgroup(Sparql *s, Subgroup *sub, SparqlGroup *group, List *outer,
				List *visible)
{
	check_stack_depth();
	CountTable(s, group->at);
	StartSolutions(&sub->g, outer, visible);
	CompileGroup(s, &sub->g, group);
	sub->exports = Current(&sub->g);
}

/* select columns from ...; all names in order, as nodes where nodes says */
static void
EmitSubgroup(Sparql *s, StringInfo out, Subgroup *sub, List *names,
			 const bool *nodes)
{
	ListCell   *cell;

	appendStringInfoString(out, "select ");
	foreach(cell, names)
	{
		int			k = foreach_current_index(cell);
		Binding    *binding = FindBinding(sub->exports, lfirst(cell));

		if (k > 0)
			appendStringInfoString(out, ", ");
		if (binding == NULL)
			appendStringInfo(out, "null::%s", nodes[k] ? "bigint" : "public.cypher_value");
		else
			appendStringInfoString(out, nodes[k] ? binding->node :
								   TermOf(s, binding));
		appendStringInfo(out, " as v%d", k + 1);
	}
	if (names == NIL)
		appendStringInfoString(out, "1 as v");
	appendStringInfoChar(out, ' ');
	EmitSolutions(out, &sub->g);
}

/*
 * Columns v1, v2 ... of alias join what is bound already: conditions go to
 * on, new bindings into the scope. optional: all of them can be missing.
 */
static void
JoinColumns(Sparql *s, Solutions *g, StringInfo on, const char *alias,
			List *bindings, bool optional)
{
	ListCell   *cell;

	foreach(cell, bindings)
	{
		Binding    *new = palloc0(sizeof(Binding));
		Binding    *sub = lfirst(cell);
		Binding    *old = ScopeBinding(g, sub->name);
		char	   *column = psprintf("%s.v%d", alias,
									  foreach_current_index(cell) + 1);

		new->name = sub->name;
		new->maybe = sub->maybe || optional;
		if (sub->node)
			new->node = column;
		else
			new->term = column;
		if (old)
		{
			bool		nodes = old->node && new->node;
			char	   *a = nodes ? old->node : TermOf(s, old);
			char	   *b = nodes ? new->node : TermOf(s, new);

			AndAlso(on);
			appendStringInfoChar(on, '(');
			if (old->maybe)
				appendStringInfo(on, "%s is null or ",
								 old->node ? old->node : old->term);
			if (sub->maybe)
				appendStringInfo(on, "%s is null or ", column);
			if (nodes)
				appendStringInfo(on, "%s" EQ "%s)", a, b);
			else if (old->node && !old->maybe)
				appendStringInfo(on, "%s" EQ "%s)", old->node,
								 LookupNode(s, b));
			else
				appendStringInfo(on, "%s)", SameTerm(a, b));
			/* what is bound for certain stays as it is */
			if (!old->maybe)
				continue;
			new->maybe = new->maybe && old->maybe;
			if (nodes)
				new->node = psprintf("coalesce(%s, %s)", old->node, new->node);
			else
			{
				new->term = psprintf("coalesce(%s, %s)", a, b);
				new->node = NULL;
			}
		}
		g->scope = lappend(g->scope, new);
	}
}

static void
CompileOptionalGroup(Sparql *s, Solutions *g, SparqlGroup *group)
{
	Subgroup	sub;
	StringInfoData on;
	StringInfoData body;
	char	   *alias;
	List	   *names = NIL;
	bool	   *nodes;
	ListCell   *cell;

	CompileSubgroup(s, &sub, group, g->scope,
					list_concat_copy(g->visible, g->scope));
	nodes = palloc0(sizeof(bool) * (list_length(sub.exports) + 1));
	foreach(cell, sub.exports)
	{
		Binding    *binding = lfirst(cell);

		nodes[foreach_current_index(cell)] = binding->node != NULL;
		names = lappend(names, binding->name);
	}
	alias = NewAlias(&s->c, 'o');
	initStringInfo(&on);
	initStringInfo(&body);
	EmitSubgroup(s, &body, &sub, names, nodes);
	JoinColumns(s, g, &on, alias, sub.exports, true);
	/* ON would see the table before it only */
	appendStringInfo(&g->from, " left join lateral (select * from (%s) as %s where %s) as %s on true",
					 body.data, alias, on.len > 0 ? on.data : "true", alias);
}

/*
 * Groups of which each solution counts; one group is a group in braces.
 */
void
CompileUnion(Sparql *s, Solutions *g, List *groups)
{
	int			n = list_length(groups);
	Subgroup   *subs = palloc0(sizeof(Subgroup) * n);
	List	   *all = NIL;		/* Binding: kind and certainty of columns */
	List	   *names = NIL;
	bool	   *nodes;
	StringInfoData body;
	char	   *alias = NewAlias(&s->c, 'u');
	ListCell   *cell;
	List	   *outer = list_copy(g->scope);

	for (int i = 0; i < n; i++)
		CompileSubgroup(s, &subs[i], list_nth(groups, i), outer, NIL);
	for (int i = 0; i < n; i++)
		foreach(cell, subs[i].exports)
	{
		Binding    *binding = lfirst(cell);
		Binding    *column = FindBinding(all, binding->name);

		if (column)
			continue;
		column = palloc0(sizeof(Binding));
		column->name = binding->name;
		column->node = "";
		for (int k = 0; k < n; k++)
		{
			Binding    *in = FindBinding(subs[k].exports, binding->name);

			if (in == NULL || in->maybe)
				column->maybe = true;
			if (in && in->node == NULL)
				column->node = NULL;
		}
		all = lappend(all, column);
		names = lappend(names, column->name);
	}
	nodes = palloc0(sizeof(bool) * (list_length(all) + 1));
	foreach(cell, all)
		nodes[foreach_current_index(cell)] = ((Binding *) lfirst(cell))->node != NULL;
	initStringInfo(&body);
	for (int i = 0; i < n; i++)
	{
		if (i > 0)
			appendStringInfoString(&body, " union all ");
		EmitSubgroup(s, &body, &subs[i], names, nodes);
	}
	appendStringInfo(&g->from, ", lateral (%s) as %s", body.data, alias);
	JoinColumns(s, g, &g->where, alias, all, false);
}

/* Where solutions of a subgroup agree with those here */
static void
EmitAgreement(Sparql *s, StringInfo out, List *scope, List *exports,
			  const char *between, bool both_bound)
{
	ListCell   *cell;
	bool		first = true;

	foreach(cell, exports)
	{
		Binding    *b = lfirst(cell);
		Binding    *a = FindBinding(scope, b->name);
		const char *x;
		const char *y;

		if (a == NULL)
			continue;
		x = a->node ? a->node : a->term;
		y = b->node ? b->node : b->term;
		if (!first)
			appendStringInfoString(out, between);
		first = false;
		if (both_bound)
		{
			appendStringInfo(out, "(%s is not null and %s is not null)", x, y);
			continue;
		}
		appendStringInfo(out, "(%s is null or %s is null or ", x, y);
		if (a->node && b->node)
			appendStringInfo(out, "%s" EQ "%s)", x, y);
		else
			appendStringInfo(out, "%s)", SameTerm(TermOf(s, a), TermOf(s, b)));
	}
	if (first)
		appendStringInfoString(out, both_bound ? "false" : "true");
}

/*
 * exists (select ...) of a group, with the variables here put in.
 */
void
CompileExists(Sparql *s, StringInfo out, Solutions *g, SparqlGroup *group)
{
	Subgroup	sub;
	bool		as_set = s->as_set;
	List	   *scope = list_concat_copy(g->visible, g->scope);

	s->as_set = true;
	CompileSubgroup(s, &sub, group, scope, scope);
	s->as_set = as_set;
	AndAlso(&sub.g.where);
	EmitAgreement(s, &sub.g.where, scope, sub.exports, " and ", false);
	appendStringInfoString(out, "exists (select 1 ");
	EmitSolutions(out, &sub.g);
	appendStringInfoChar(out, ')');
}

/* Solutions that agree with one of the group, sharing a variable, go away */
static void
CompileMinus(Sparql *s, Solutions *g, SparqlGroup *group)
{
	Subgroup	sub;
	bool		as_set = s->as_set;
	bool		imported = false;
	List	   *outer = g->scope;
	ListCell   *cell;

	/* what triples alone import is bound on both sides */
	foreach(cell, group->elements)
		if (((Element *) lfirst(cell))->kind != ELEMENT_TRIPLE)
		outer = NIL;
	s->as_set = true;
	CompileSubgroup(s, &sub, group, outer, NIL);
	s->as_set = as_set;
	foreach(cell, sub.g.scope)
		imported |= ((Binding *) lfirst(cell))->imported;
	AndAlso(&sub.g.where);
	EmitAgreement(s, &sub.g.where, g->scope, sub.exports, " and ", false);
	if (!imported)
	{
		appendStringInfoString(&sub.g.where, " and (");
		EmitAgreement(s, &sub.g.where, g->scope, sub.exports, " or ", true);
		appendStringInfoChar(&sub.g.where, ')');
	}
	AndAlso(&g->where);
	appendStringInfoString(&g->where, "not exists (select 1 ");
	EmitSolutions(&g->where, &sub.g);
	appendStringInfoChar(&g->where, ')');
}

/*
 * expr as a new variable; computed once, however often it is used.
 */
void
CompileBind(Sparql *s, Solutions *g, char *name, SparqlExpr *expr, int at)
{
	char	   *alias = NewAlias(&s->c, 'b');
	StringInfoData sql;
	Binding    *binding;

	if (FindBinding(g->scope, name))
		SparqlError(s->c.query, at, SPARQL_SCOPE_ERROR,
					"variable ?%s is bound already", name);
	CountTable(s, at);
	/* not into the FROM at once: the expression may have subqueries */
	initStringInfo(&sql);
	EmitTermOf(s, &sql, g, expr);
	appendStringInfo(&g->from, ", lateral (select %s as v offset 0) as %s",
					 sql.data, alias);
	binding = AddBinding(g, name);
	binding->term = psprintf("%s.v", alias);
	binding->maybe = true;
}

static void
CompileValues(Sparql *s, Solutions *g, Element *element)
{
	StringInfoData rows;
	List	   *columns = NIL;
	char	   *alias = NewAlias(&s->c, 'v');
	ListCell   *cell;
	ListCell   *value;

	CountTable(s, element->at);
	foreach(cell, element->names)
	{
		Binding    *column = palloc0(sizeof(Binding));

		if (FindBinding(columns, lfirst(cell)))
			SparqlError(s->c.query, element->at, SPARQL_SCOPE_ERROR,
						"variable ?%s stands twice", (char *) lfirst(cell));
		column->name = lfirst(cell);
		column->term = "";
		columns = lappend(columns, column);
	}
	initStringInfo(&rows);
	foreach(cell, element->rows)
	{
		CHECK_FOR_INTERRUPTS();
		appendStringInfo(&rows, "%s(1", rows.len > 0 ? ", " : "");
		foreach(value, (List *) lfirst(cell))
		{
			Binding    *column = list_nth(columns, foreach_current_index(value));

			if (lfirst(value))
				appendStringInfo(&rows, ", %s", TermParameter(s, lfirst(value)));
			else
			{
				column->maybe = true;
				appendStringInfoString(&rows, ", null::public.cypher_value");
			}
		}
		appendStringInfoChar(&rows, ')');
	}
	if (element->rows == NIL)
	{
		appendStringInfoString(&rows, "(1");
		foreach(cell, columns)
			appendStringInfoString(&rows, ", null::public.cypher_value");
		appendStringInfoChar(&rows, ')');
		AndAlso(&g->where);
		appendStringInfoString(&g->where, "false");
	}
	appendStringInfo(&g->from, ", (values %s) as %s(one", rows.data, alias);
	foreach(cell, columns)
		appendStringInfo(&g->from, ", v%d", foreach_current_index(cell) + 1);
	appendStringInfoChar(&g->from, ')');
	JoinColumns(s, g, &g->where, alias, columns, false);
}

static void
CompileSubselect(Sparql *s, Solutions *g, Element *element)
{
	StringInfoData sql;
	List	   *columns;
	char	   *alias = NewAlias(&s->c, 'q');
	bool		as_set = s->as_set;

	check_stack_depth();
	CountTable(s, element->at);
	initStringInfo(&sql);
	CompileSelect(s, &sql, element->select, &columns);
	s->as_set = as_set;
	appendStringInfo(&g->from, ", (%s) as %s", sql.data, alias);
	JoinColumns(s, g, &g->where, alias, columns, false);
}

/* Order within a run of triples: searches last, from ends that are known */
static int
Rank(const Element *element)
{
	switch (element->path->kind)
	{
		case SPARQL_PATH_IRI:
			return element->path->term->kind == TERM_VARIABLE ? 1 : 0;
		case SPARQL_PATH_INVERSE:
			return element->path->left->kind == SPARQL_PATH_IRI ? 0 : 2;
		default:
			return 2;
	}
}

static void
CompileTriples(Sparql *s, Solutions *g, List *elements, int from, int to)
{
	for (int rank = 0; rank <= 2; rank++)
		for (int i = from; i < to; i++)
		{
			Element    *element = list_nth(elements, i);

			CHECK_FOR_INTERRUPTS();
			if (element->kind == ELEMENT_TRIPLE && Rank(element) == rank)
				CompilePath(s, g, element->subject, element->path,
							element->object);
		}
}

static void
CompileElement(Sparql *s, Solutions *g, Element *element)
{
	switch (element->kind)
	{
		case ELEMENT_BIND:
			CompileBind(s, g, element->name, element->expr, element->at);
			break;
		case ELEMENT_OPTIONAL:
			CompileOptionalGroup(s, g, linitial(element->groups));
			break;
		case ELEMENT_MINUS:
			CompileMinus(s, g, linitial(element->groups));
			break;
		case ELEMENT_UNION:
			CompileUnion(s, g, element->groups);
			break;
		case ELEMENT_VALUES:
			CompileValues(s, g, element);
			break;
		case ELEMENT_SELECT:
			CompileSubselect(s, g, element);
			break;
		default:
			/* a filter holds for the whole group */
			break;
	}
}

/*
 * The elements of a group in order, its filters at the end.
 */
void
CompileGroup(Sparql *s, Solutions *g, SparqlGroup *group)
{
	int			n = list_length(group->elements);
	ListCell   *cell;

	for (int i = 0; i < n; i++)
	{
		Element    *element = list_nth(group->elements, i);
		int			to = i;

		/* filters do not end a run of triples */
		while (to < n && ((Element *) list_nth(group->elements, to))->kind <= ELEMENT_FILTER)
			to++;
		if (to > i)
		{
			CompileTriples(s, g, group->elements, i, to);
			i = to - 1;
		}
		else
			CompileElement(s, g, element);
	}
	foreach(cell, group->elements)
	{
		Element    *element = lfirst(cell);

		if (element->kind != ELEMENT_FILTER)
			continue;
		/* in brackets of its own, since "or" may stand in it */
		AndAlso(&g->where);
		appendStringInfoChar(&g->where, '(');
		EmitTruthOf(s, &g->where, g, element->expr);
		appendStringInfoChar(&g->where, ')');
	}
}
