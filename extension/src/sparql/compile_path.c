/*-------------------------------------------------------------------------
 *
 * compile_path.c
 *	  Property paths. Sequences are triples with variables between,
 *	  alternatives a UNION; what is repeated is a breadth-first search of the
 *	  graph family or, if a step is more than edges of one direction, a
 *	  recursive query. Both visit each node once.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/builtins.h"

#include "sparql/sparql.h"

#define EQ " operator(pg_catalog.=) "

Term *
HiddenVariable(Sparql *s, int at)
{
	Term	   *term = palloc0(sizeof(Term));

	term->kind = TERM_VARIABLE;
	term->name = psprintf(HIDDEN_VARIABLE, ++s->hidden);
	term->at = at;
	return term;
}

static Element *
TripleElement(Term *subject, SparqlPath *path, Term *object)
{
	Element    *element = palloc0(sizeof(Element));

	element->kind = ELEMENT_TRIPLE;
	element->subject = subject;
	element->path = path;
	element->object = object;
	element->at = path->at;
	return element;
}

static SparqlGroup *
PathGroup(Term *subject, SparqlPath *path, Term *object)
{
	SparqlGroup *group = palloc0(sizeof(SparqlGroup));

	group->elements = list_make1(TripleElement(subject, path, object));
	group->at = path->at;
	return group;
}

/* a|b|c as the branches of a UNION, from left to right */
static List *
Branches(Term *subject, SparqlPath *path, Term *object)
{
	check_stack_depth();
	if (path->kind != SPARQL_PATH_ALTERNATIVE)
		return list_make1(PathGroup(subject, path, object));
	return list_concat(Branches(subject, path->left, object),
					   Branches(subject, path->right, object));
}

static SparqlPath *
Inverse(SparqlPath *path)
{
	SparqlPath *inverse;

	if (path->kind == SPARQL_PATH_INVERSE)
		return path->left;
	inverse = palloc0(sizeof(SparqlPath));
	inverse->kind = SPARQL_PATH_INVERSE;
	inverse->left = path;
	inverse->at = path->at;
	return inverse;
}

/* p is none of these */
static void
Exclude(Sparql *s, Solutions *g, const char *t, List *names)
{
	ListCell   *cell;

	foreach(cell, names)
	{
		Term		term = {.kind = TERM_IRI,.name = lfirst(cell)};

		AndAlso(&g->where);
		appendStringInfo(&g->where, "not %s",
						 SameTerm(psprintf("%s.p", t), TermParameter(s, &term)));
	}
}

static void
CompileNot(Sparql *s, Solutions *g, Term *subject, SparqlPath *path,
		   Term *object)
{
	char	   *t;

	if (path->has_forward && path->has_backward)
	{
		SparqlPath *forward = palloc0(sizeof(SparqlPath));
		SparqlPath *backward = palloc0(sizeof(SparqlPath));

		*forward = *backward = *path;
		forward->has_backward = backward->has_forward = false;
		CompileUnion(s, g, list_make2(PathGroup(subject, forward, object),
									  PathGroup(subject, backward, object)));
		return;
	}
	t = TripleTable(s, g, path->at);
	BindNode(s, g, path->has_forward ? subject : object, psprintf("%s.s", t));
	BindObject(s, g, path->has_forward ? object : subject, t);
	Exclude(s, g, t, path->has_forward ? path->forward : path->backward);
}

/* Types and direction if a path is edges of one direction; else false */
static bool
PlainEdges(SparqlPath *path, bool inverse, List **types, bool *in)
{
	check_stack_depth();
	switch (path->kind)
	{
		case SPARQL_PATH_IRI:
			if (!HasScheme(path->term, "edge:") ||
				(*types != NIL && *in != inverse))
				return false;
			*in = inverse;
			*types = lappend(*types, DecodeName(path->term->name + 5,
												strlen(path->term->name) - 5));
			return llast(*types) != NULL;
		case SPARQL_PATH_INVERSE:
			return PlainEdges(path->left, !inverse, types, in);
		case SPARQL_PATH_ALTERNATIVE:
			return PlainEdges(path->left, inverse, types, in) &&
				PlainEdges(path->right, inverse, types, in);
		default:
			return false;
	}
}

/* Whether one end of a path can be anything but a node */
static bool
LeavesNodes(SparqlPath *path)
{
	check_stack_depth();
	switch (path->kind)
	{
		case SPARQL_PATH_IRI:
			return !HasScheme(path->term, "edge:");
		case SPARQL_PATH_NOT:
			return true;
		default:
			return LeavesNodes(path->left) ||
				(path->right && LeavesNodes(path->right));
	}
}

/* The nodes one step from a node, as "select ... as n" */
static void
EmitStep(Sparql *s, StringInfo out, SparqlPath *path, const char *from)
{
	Solutions	inner;
	Term	   *start = HiddenVariable(s, path->at);
	Term	   *end = HiddenVariable(s, path->at);
	bool		as_set = s->as_set;

	StartSolutions(&inner, NIL, NIL);
	AddBinding(&inner, start->name)->node = pstrdup(from);
	s->as_set = true;
	CompilePath(s, &inner, start, path, end);
	s->as_set = as_set;
	appendStringInfo(out, "select %s as n ",
					 ScopeBinding(&inner, end->name)->node);
	EmitSolutions(out, &inner);
}

static void
EmitBreadth(Sparql *s, StringInfo out, List *types, bool in, bool again,
			const char *from)
{
	StringInfoData walk;

	initStringInfo(&walk);
	EmitNames(&walk, types);
	appendStringInfo(out, "select b.node_id as n from public.graph_bfs(%s, %s, null, "
					 "%s, '%s', null) as b where %s is not null",
					 s->c.graph_literal, from, walk.data, in ? "in" : "out", from);
	if (!again)
		return;
	/* at least one step: the start is met again if an edge leads back */
	appendStringInfo(out, " and b.distance operator(pg_catalog.>) 0 union all "
					 "select %s where exists (select 1 from public.graph_bfs(%s, %s, null, "
					 "%s, '%s', null) as b join %s as e on e.tenant_id" EQ "$1 and "
					 "e.%s" EQ "%s and e.%s" EQ "b.node_id and e.type" EQ
					 "any (%s) where %s is not null)",
					 from, s->c.graph_literal, from, walk.data,
					 in ? "in" : "out", s->c.edge_table,
					 in ? "source" : "target", from, in ? "target" : "source",
					 walk.data, from);
}

/* All nodes that a repeated path reaches from a node, each once */
static void
EmitReached(Sparql *s, StringInfo out, SparqlPath *path, bool inverse,
			const char *from)
{
	List	   *types = NIL;
	bool		in = false;
	SparqlPath *step = inverse ? Inverse(path->left) : path->left;
	char	   *w;

	if (path->kind == SPARQL_PATH_OPTIONAL)
	{
		appendStringInfo(out, "select %s as n union ", from);
		EmitStep(s, out, step, from);
		return;
	}
	if (PlainEdges(step, false, &types, &in))
	{
		EmitBreadth(s, out, types, in, path->kind == SPARQL_PATH_PLUS, from);
		return;
	}
	w = NewAlias(&s->c, 'w');
	appendStringInfo(out, "with recursive %s(n) as (", w);
	if (path->kind == SPARQL_PATH_STAR)
		appendStringInfo(out, "select %s", from);
	else
		EmitStep(s, out, step, from);
	appendStringInfo(out, " union select i.n from %s, lateral (", w);
	EmitStep(s, out, step, psprintf("%s.n", w));
	appendStringInfo(out, ") as i) select %s.n from %s", w, w);
}

/* The node that a term is known to be, as SQL, or NULL */
static char *
KnownNode(Sparql *s, Solutions *g, Term *term)
{
	Binding    *binding;

	if (term->kind == TERM_LITERAL)
		return NULL;
	if (term->kind == TERM_IRI)
	{
		char	   *alias = NewAlias(&s->c, 'k');

		CountTable(s, term->at);
		appendStringInfo(&g->from, ", lateral (select %s as n) as %s",
						 LookupNode(s, TermParameter(s, term)), alias);
		AndAlso(&g->where);
		appendStringInfo(&g->where, "%s.n is not null", alias);
		return psprintf("%s.n", alias);
	}
	binding = ScopeBinding(g, term->name);
	return binding && !binding->maybe ? binding->node : NULL;
}

static void
CompileRepeated(Sparql *s, Solutions *g, Term *subject, SparqlPath *path,
				Term *object)
{
	char	   *alias;
	char	   *start;
	bool		inverse = false;
	StringInfoData reached;

	if (LeavesNodes(path->left))
		SparqlError(s->c.query, path->at, SPARQL_NOT_SUPPORTED,
					"a path with *, + or ? has edges only");
	if (subject->kind == TERM_LITERAL || object->kind == TERM_LITERAL)
	{
		AndAlso(&g->where);
		appendStringInfoString(&g->where, "false");
	}
	start = KnownNode(s, g, subject);
	if (start == NULL)
	{
		start = KnownNode(s, g, object);
		inverse = start != NULL;
	}
	if (start == NULL)
	{
		alias = NewAlias(&s->c, 'n');
		CountTable(s, path->at);
		appendStringInfo(&g->from, ", %s as %s", s->c.node_table, alias);
		AndAlso(&g->where);
		appendStringInfo(&g->where, "%s.tenant_id" EQ "$1", alias);
		start = psprintf("%s.node_id", alias);
		BindNode(s, g, subject, start);
	}
	alias = NewAlias(&s->c, 'r');
	CountTable(s, path->at);
	initStringInfo(&reached);
	EmitReached(s, &reached, path, inverse, start);
	appendStringInfo(&g->from, ", lateral (%s) as %s", reached.data, alias);
	BindNode(s, g, inverse ? subject : object, psprintf("%s.n", alias));
}

/*
 * Subject, path, object.
 */
void
CompilePath(Sparql *s, Solutions *g, Term *subject, SparqlPath *path,
			Term *object)
{
	Term	   *between;

	check_stack_depth();
	switch (path->kind)
	{
		case SPARQL_PATH_IRI:
			CompileTriple(s, g, subject, path->term, object);
			break;
		case SPARQL_PATH_INVERSE:
			if (path->left->kind == SPARQL_PATH_SEQUENCE)
			{
				/* ^(a/b) is ^b/^a, so that what is known comes first */
				between = HiddenVariable(s, path->at);
				CompilePath(s, g, subject, Inverse(path->left->right), between);
				CompilePath(s, g, between, Inverse(path->left->left), object);
			}
			else
				CompilePath(s, g, object, path->left, subject);
			break;
		case SPARQL_PATH_SEQUENCE:
			between = HiddenVariable(s, path->at);
			/* a search from the end that is known */
			if (subject->kind == TERM_VARIABLE &&
				ScopeBinding(g, subject->name) == NULL)
			{
				CompilePath(s, g, between, path->right, object);
				CompilePath(s, g, subject, path->left, between);
			}
			else
			{
				CompilePath(s, g, subject, path->left, between);
				CompilePath(s, g, between, path->right, object);
			}
			break;
		case SPARQL_PATH_ALTERNATIVE:
			/* both ends are bound for certain: join them from outside */
			if (subject->kind == TERM_VARIABLE)
				ScopeBinding(g, subject->name);
			if (object->kind == TERM_VARIABLE)
				ScopeBinding(g, object->name);
			CompileUnion(s, g, Branches(subject, path, object));
			break;
		case SPARQL_PATH_NOT:
			CompileNot(s, g, subject, path, object);
			break;
		default:
			CompileRepeated(s, g, subject, path, object);
	}
}
