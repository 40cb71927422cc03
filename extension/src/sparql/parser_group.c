/*-------------------------------------------------------------------------
 *
 * parser_group.c
 *	  What stands in braces: triples, FILTER, OPTIONAL, UNION, MINUS, BIND,
 *	  VALUES, groups and queries within.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"

#include "sparql/lexer.h"

static Term *ReadNode(Reader *r, SparqlGroup *group);

static Element *
AddElement(SparqlGroup *group, ElementKind kind, int at)
{
	Element    *element = palloc0(sizeof(Element));

	element->kind = kind;
	element->at = at;
	group->elements = lappend(group->elements, element);
	return element;
}

/* predicate object, object; predicate object ... of a subject */
static void
ReadPredicates(Reader *r, SparqlGroup *group, Term *subject)
{
	for (;;)
	{
		SparqlPath *path = ReadPath(r);

		do
		{
			int			at = r->word.at;
			Term	   *object = ReadNode(r, group);
			Element    *triple = AddElement(group, ELEMENT_TRIPLE, at);

			triple->subject = subject;
			triple->path = path;
			triple->object = object;
		} while (Take(r, ','));
		if (!Is(r, ';'))
			return;
		while (Take(r, ';'))
			;
		if (Is(r, '.') || Is(r, '}') || Is(r, ']') || Is(r, WORD_END))
			return;
	}
}

/* A subject or object; [ ... ] is a variable without a name */
static Term *
ReadNode(Reader *r, SparqlGroup *group)
{
	int			at = r->word.at;
	Term	   *term;

	check_stack_depth();
	if (Is(r, '('))
		SparqlError(r->query, at, SPARQL_NOT_SUPPORTED,
					"a graph has no collections");
	if (!Take(r, '['))
		return ReadTerm(r);
	term = MakeTerm(TERM_VARIABLE, psprintf("\001b%d", ++r->hidden), at);
	if (!Is(r, ']'))
		ReadPredicates(r, group, term);
	Need(r, ']');
	return term;
}

static void
ReadTriples(Reader *r, SparqlGroup *group)
{
	bool		brackets = Is(r, '[');
	int			before = list_length(group->elements);
	Term	   *subject = ReadNode(r, group);

	/* [ property:a 1 ] may stand alone */
	if (brackets && list_length(group->elements) > before &&
		(Is(r, '.') || Is(r, '}')))
		return;
	ReadPredicates(r, group, subject);
}

static Term *
ReadDatum(Reader *r)
{
	if (TakeWord(r, "undef"))
		return NULL;
	if (Is(r, WORD_VARIABLE) || Is(r, WORD_BLANK))
		Surprise(r);
	return ReadTerm(r);
}

/*
 * VALUES ?a { 1 2 } or VALUES (?a ?b) { (1 2) (3 UNDEF) }.
 */
Element *
ReadValues(Reader *r)
{
	Element    *element = palloc0(sizeof(Element));

	element->kind = ELEMENT_VALUES;
	element->at = r->word.at;
	NeedWord(r, "values");
	if (Is(r, WORD_VARIABLE))
	{
		element->names = list_make1(ReadVariable(r));
		Need(r, '{');
		while (!Take(r, '}'))
			element->rows = lappend(element->rows, list_make1(ReadDatum(r)));
		return element;
	}
	Need(r, '(');
	while (!Take(r, ')'))
		element->names = lappend(element->names, ReadVariable(r));
	Need(r, '{');
	while (!Take(r, '}'))
	{
		int			at = r->word.at;
		List	   *row = NIL;

		Need(r, '(');
		while (!Take(r, ')'))
			row = lappend(row, ReadDatum(r));
		if (list_length(row) != list_length(element->names))
			SparqlError(r->query, at, SPARQL_SYNTAX_ERROR,
						"%d values for %d variables", list_length(row),
						list_length(element->names));
		element->rows = lappend(element->rows, row);
	}
	return element;
}

static void
ReadBind(Reader *r, SparqlGroup *group, int at)
{
	Element    *element = AddElement(group, ELEMENT_BIND, at);

	Need(r, '(');
	element->expr = ReadExpr(r);
	NeedWord(r, "as");
	element->name = ReadVariable(r);
	Need(r, ')');
}

/* { } UNION { } ..., or a query in braces */
static void
ReadUnion(Reader *r, SparqlGroup *group, int at)
{
	Element    *element = AddElement(group, ELEMENT_UNION, at);

	do
		element->groups = lappend(element->groups, ReadGroup(r));
	while (TakeWord(r, "union"));
}

static bool
ReadKeyword(Reader *r, SparqlGroup *group)
{
	int			at = r->word.at;

	if (TakeWord(r, "filter"))
		AddElement(group, ELEMENT_FILTER, at)->expr = ReadConstraint(r);
	else if (TakeWord(r, "optional"))
		AddElement(group, ELEMENT_OPTIONAL, at)->groups =
			list_make1(ReadGroup(r));
	else if (TakeWord(r, "minus"))
		AddElement(group, ELEMENT_MINUS, at)->groups = list_make1(ReadGroup(r));
	else if (TakeWord(r, "bind"))
		ReadBind(r, group, at);
	else if (IsWord(r, "values"))
		group->elements = lappend(group->elements, ReadValues(r));
	else if (Is(r, '{'))
		ReadUnion(r, group, at);
	else if (IsWord(r, "graph") || IsWord(r, "service"))
		SparqlError(r->query, at, SPARQL_NOT_SUPPORTED,
					"a query reads the one graph of the call");
	else
		return false;
	return true;
}

SparqlGroup *
ReadGroup(Reader *r)
{
	SparqlGroup *group = palloc0(sizeof(SparqlGroup));

	check_stack_depth();
	group->at = r->word.at;
	Need(r, '{');
	if (IsWord(r, "select"))
	{
		Element    *element = AddElement(group, ELEMENT_SELECT, r->word.at);

		element->select = ReadSelect(r);
		Need(r, '}');
		return group;
	}
	while (!Take(r, '}'))
	{
		if (ReadKeyword(r, group))
		{
			Take(r, '.');
			continue;
		}
		ReadTriples(r, group);
		if (!Take(r, '.') && !Is(r, '}') && !Is(r, WORD_NAME) && !Is(r, '{'))
			Surprise(r);
	}
	return group;
}
