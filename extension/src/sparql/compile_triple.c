/*-------------------------------------------------------------------------
 *
 * compile_triple.c
 *	  Triples as joins: an edge is a row of the edge table, a property or
 *	  label something of the node's row. Variables that are nodes are ids;
 *	  their IRIs are looked up where they are shown.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "sparql/sparql.h"

#define EQ " operator(pg_catalog.=) "

/* Equality of terms: by value, which joins can use, and by type */
char *
SameTerm(const char *a, const char *b)
{
	return psprintf("(%s operator(public.=) %s and public.sparql_term_key(%s)" EQ
					"public.sparql_term_key(%s))", a, b, a, b);
}

/*
 * The id of the node that an IRI names, null if there is none.
 */
char *
LookupNode(Sparql *s, const char *term)
{
	const char *table = s->c.node_table;

	return psprintf("coalesce((select x.node_id from %s as x where x.tenant_id" EQ
					"$1 and x.key" EQ "public.sparql_node_key(%s)), "
					"(select x.node_id from %s as x where x.tenant_id" EQ
					"$1 and x.node_id" EQ "public.sparql_node_id(%s) and x.key is null))",
					table, term, table, term);
}

char *
TermOfNode(Sparql *s, const char *node)
{
	return psprintf("(select public.sparql_node(x.key, x.node_id) from %s as x "
					"where x.tenant_id" EQ "$1 and x.node_id" EQ "%s)",
					s->c.node_table, node);
}

char *
TermOf(Sparql *s, const Binding *binding)
{
	return binding->node ? TermOfNode(s, binding->node) : binding->term;
}

char *
TermParameter(Sparql *s, const Term *term)
{
	CypherValue value = term->kind == TERM_IRI ?
	IriValue(term->name, strlen(term->name)) : term->value;

	return psprintf("$%d", AddParameter(&s->c, PARAMETER_CONSTANT, NULL, &value));
}

bool
HasScheme(const Term *term, const char *scheme)
{
	return term->kind == TERM_IRI &&
		strncmp(term->name, scheme, strlen(scheme)) == 0;
}

/* The name in an IRI of this scheme as a literal of SQL, or NULL */
static char *
NameIn(const Term *term, const char *scheme)
{
	int			length = strlen(scheme);
	char	   *name = DecodeName(term->name + length, strlen(term->name) - length);

	if (name == NULL || *name == '\0')
		return NULL;
	return quote_literal_cstr(name);
}

static void
Nothing(Solutions *g)
{
	AndAlso(&g->where);
	appendStringInfoString(&g->where, "false");
}

/*
 * A term of a pattern is this node.
 */
void
BindNode(Sparql *s, Solutions *g, Term *term, const char *sql)
{
	Binding    *binding;
	char	   *old;

	if (term->kind == TERM_LITERAL)
	{
		Nothing(g);
		return;
	}
	if (term->kind == TERM_IRI)
	{
		AndAlso(&g->where);
		appendStringInfo(&g->where, "%s" EQ "%s", sql,
						 LookupNode(s, TermParameter(s, term)));
		return;
	}
	binding = ScopeBinding(g, term->name);
	if (binding == NULL)
	{
		AddBinding(g, term->name)->node = pstrdup(sql);
		return;
	}
	old = binding->node ? binding->node : LookupNode(s, binding->term);
	AndAlso(&g->where);
	if (binding->maybe)
		appendStringInfo(&g->where, "(%s is null or %s" EQ "%s)",
						 binding->node ? binding->node : binding->term, old, sql);
	else
		appendStringInfo(&g->where, "%s" EQ "%s", old, sql);
	if (binding->maybe || binding->node == NULL)
	{
		binding = AddBinding(g, term->name);
		binding->node = pstrdup(sql);
	}
}

/*
 * A term of a pattern is this term, which is a column or as cheap as one.
 */
void
BindTerm(Sparql *s, Solutions *g, Term *term, const char *sql)
{
	Binding    *binding;
	const char *old;

	if (term->kind != TERM_VARIABLE)
	{
		AndAlso(&g->where);
		appendStringInfoString(&g->where, SameTerm(sql, TermParameter(s, term)));
		return;
	}
	binding = ScopeBinding(g, term->name);
	if (binding == NULL)
	{
		AddBinding(g, term->name)->term = pstrdup(sql);
		return;
	}
	old = binding->node ? binding->node : binding->term;
	AndAlso(&g->where);
	if (binding->maybe)
		appendStringInfo(&g->where, "(%s is null or ", old);
	if (binding->node)
		appendStringInfo(&g->where, "%s" EQ "%s", binding->node,
						 LookupNode(s, sql));
	else
		appendStringInfoString(&g->where, SameTerm(binding->term, sql));
	if (binding->maybe)
	{
		appendStringInfoChar(&g->where, ')');
		AddBinding(g, term->name)->term = pstrdup(sql);
	}
}

/* The row of the node that a term is, joined once for a variable */
static char *
NodeRow(Sparql *s, Solutions *g, Term *term)
{
	Binding    *binding = term->kind == TERM_VARIABLE ?
	ScopeBinding(g, term->name) : NULL;
	char	   *alias;

	if (binding && binding->row)
		return binding->row;
	alias = NewAlias(&s->c, 'n');
	CountTable(s, term->at);
	appendStringInfo(&g->from, ", %s as %s", s->c.node_table, alias);
	AndAlso(&g->where);
	appendStringInfo(&g->where, "%s.tenant_id" EQ "$1", alias);
	BindNode(s, g, term, psprintf("%s.node_id", alias));
	if (term->kind == TERM_VARIABLE)
		ScopeBinding(g, term->name)->row = alias;
	return alias;
}

static void
CompileProperty(Sparql *s, Solutions *g, Term *subject, Term *predicate,
				Term *object)
{
	char	   *name = NameIn(predicate, "property:");
	char	   *row;
	char	   *value;

	if (name == NULL || object->kind == TERM_IRI)
	{
		Nothing(g);
		name = "''";
	}
	row = NodeRow(s, g, subject);
	value = psprintf("public.cypher_property(%s.properties, %s)", row, name);
	if (object->kind == TERM_LITERAL && object->value.type >= VALUE_STRING)
	{
		char	   *parameter = TermParameter(s, object);

		/* by the index that graph_index makes, then by the type */
		AndAlso(&g->where);
		appendStringInfo(&g->where, "public.graph_key(%s.properties, %s)" EQ
						 "public.cypher_key(%s) and public.sparql_term_key(%s)" EQ
						 "public.sparql_term_key(%s)", row, name, parameter,
						 value, parameter);
		return;
	}
	AndAlso(&g->where);
	appendStringInfo(&g->where, "%s is not null", value);
	BindTerm(s, g, object, value);
}

static void
CompileLabel(Sparql *s, Solutions *g, Term *subject, Term *object)
{
	char	   *row = NodeRow(s, g, subject);
	char	   *alias;

	if (object->kind != TERM_VARIABLE)
	{
		char	   *name = HasScheme(object, "label:") ?
		NameIn(object, "label:") : NULL;

		AndAlso(&g->where);
		if (name)
			appendStringInfo(&g->where, "%s.labels operator(pg_catalog.@>) "
							 "array[%s]::text[]", row, name);
		else
			appendStringInfoString(&g->where, "false");
		return;
	}
	alias = NewAlias(&s->c, 'l');
	CountTable(s, object->at);
	appendStringInfo(&g->from, ", lateral (select distinct public.sparql_iri("
					 "'label:', l.name) as v from pg_catalog.unnest(%s.labels) as l(name)) as %s",
					 row, alias);
	BindTerm(s, g, object, psprintf("%s.v", alias));
}

static void
CompileEdge(Sparql *s, Solutions *g, Term *subject, Term *predicate,
			Term *object)
{
	char	   *type = NameIn(predicate, "edge:");
	char	   *e = NewAlias(&s->c, 'e');

	CountTable(s, predicate->at);
	appendStringInfo(&g->from, ", %s as %s", s->c.edge_table, e);
	AndAlso(&g->where);
	appendStringInfo(&g->where, "%s.tenant_id" EQ "$1 and %s.type" EQ "%s",
					 e, e, type ? type : "null");
	BindNode(s, g, subject, psprintf("%s.source", e));
	BindNode(s, g, object, psprintf("%s.target", e));
	/* edges beside each other are one triple */
	if (!s->as_set)
		appendStringInfo(&g->where, " and not exists (select 1 from %s as d where "
						 "d.tenant_id" EQ "$1 and d.source" EQ "%s.source and "
						 "d.type" EQ "%s.type and d.target" EQ "%s.target and "
						 "d.edge_id operator(pg_catalog.<) %s.edge_id)",
						 s->c.edge_table, e, e, e, e);
}

/*
 * All triples as a table: s, p, o_node (null for labels and literals), o.
 */
char *
TripleTable(Sparql *s, Solutions *g, int at)
{
	char	   *alias = NewAlias(&s->c, 't');
	CypherValue rdf_type = IriValue(RDF_TYPE, strlen(RDF_TYPE));

	CountTable(s, at);
	appendStringInfo(&g->from,
					 ", lateral (select n.node_id as s, public.sparql_iri('property:', k.key) as p, "
					 "null::bigint as o_node, public.cypher_from_jsonb(k.value) as o "
					 "from %s as n, pg_catalog.jsonb_each(n.properties) as k "
					 "where n.tenant_id" EQ "$1 and pg_catalog.jsonb_typeof(k.value) operator(pg_catalog.<>) 'null' "
					 "union all select n.node_id, $%d, null, public.sparql_iri('label:', l.name) "
					 "from %s as n, lateral (select distinct u.name from "
					 "pg_catalog.unnest(n.labels) as u(name)) as l where n.tenant_id" EQ "$1 "
					 "union all select e.source, public.sparql_iri('edge:', e.type), e.target, "
					 "%s from (select distinct d.source, d.type, d.target from %s as d "
					 "where d.tenant_id" EQ "$1) as e) as %s",
					 s->c.node_table,
					 AddParameter(&s->c, PARAMETER_CONSTANT, NULL, &rdf_type),
					 s->c.node_table, TermOfNode(s, "e.target"),
					 s->c.edge_table, alias);
	return alias;
}

/*
 * The object of a row of TripleTable.
 */
void
BindObject(Sparql *s, Solutions *g, Term *object, const char *triples)
{
	Binding    *binding = object->kind == TERM_VARIABLE ?
	ScopeBinding(g, object->name) : NULL;

	if ((binding && binding->node && !binding->maybe) ||
		HasScheme(object, "node:") || HasScheme(object, "id:"))
		BindNode(s, g, object, psprintf("%s.o_node", triples));
	else
		BindTerm(s, g, object, psprintf("%s.o", triples));
}

/*
 * A triple whose predicate is an IRI or a variable.
 */
void
CompileTriple(Sparql *s, Solutions *g, Term *subject, Term *predicate,
			  Term *object)
{
	char	   *t;

	if (predicate->kind == TERM_VARIABLE)
	{
		t = TripleTable(s, g, predicate->at);
		BindNode(s, g, subject, psprintf("%s.s", t));
		BindTerm(s, g, predicate, psprintf("%s.p", t));
		BindObject(s, g, object, t);
	}
	else if (HasScheme(predicate, "property:"))
		CompileProperty(s, g, subject, predicate, object);
	else if (HasScheme(predicate, "edge:"))
		CompileEdge(s, g, subject, predicate, object);
	else if (strcmp(predicate->name, RDF_TYPE) == 0)
		CompileLabel(s, g, subject, object);
	else
	{
		/* no such triple, but its variables are there */
		t = TripleTable(s, g, predicate->at);
		Nothing(g);
		BindNode(s, g, subject, psprintf("%s.s", t));
		BindObject(s, g, object, t);
	}
}
