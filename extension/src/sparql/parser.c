/*-------------------------------------------------------------------------
 *
 * parser.c
 *	  The top of SPARQL's recursive-descent parser: prologue, SELECT and ASK,
 *	  solution modifiers, terms.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <ctype.h>

#include "miscadmin.h"

#include "sparql/lexer.h"

/* Prefixes that every query knows */
static const Prefix known_prefixes[] = {
	{"node", "node:"}, {"id", "id:"}, {"label", "label:"},
	{"property", "property:"}, {"edge", "edge:"},
	{"rdf", RDF_NAMESPACE}, {"xsd", XSD_NAMESPACE}
};

void
NextOf(Reader *r)
{
	NextWord(r->query, r->word.end, &r->word);
}

bool
Is(const Reader *r, int type)
{
	return r->word.type == type;
}

bool
IsWord(const Reader *r, const char *keyword)
{
	return r->word.type == WORD_NAME && pg_strcasecmp(r->word.text, keyword) == 0;
}

bool
Take(Reader *r, int type)
{
	if (!Is(r, type))
		return false;
	NextOf(r);
	return true;
}

bool
TakeWord(Reader *r, const char *keyword)
{
	if (!IsWord(r, keyword))
		return false;
	NextOf(r);
	return true;
}

void
Surprise(const Reader *r)
{
	if (r->word.type == WORD_END)
		SparqlError(r->query, r->word.at, SPARQL_SYNTAX_ERROR,
					"the query ends too early");
	SparqlError(r->query, r->word.at, SPARQL_SYNTAX_ERROR,
				"unexpected \"%.*s\"", Min(r->word.end - r->word.at, 40),
				r->query + r->word.at);
}

void
Need(Reader *r, int type)
{
	if (!Take(r, type))
		Surprise(r);
}

void
NeedWord(Reader *r, const char *keyword)
{
	if (!TakeWord(r, keyword))
		Surprise(r);
}

static bool
HasColonFirst(const char *iri)
{
	const char *colon = strchr(iri, ':');

	if (colon == NULL || !isalpha((unsigned char) iri[0]))
		return false;
	for (const char *c = iri; c < colon; c++)
		if (!isalnum((unsigned char) *c) && !strchr("+-.", *c))
			return false;
	return true;
}

bool
AtIri(const Reader *r)
{
	return Is(r, WORD_IRI) || Is(r, WORD_PREFIXED);
}

/* A prefixed name in full */
static char *
Expand(Reader *r)
{
	const char *text = r->word.text;
	int			length = r->word.colon;

	for (int i = list_length(r->prefixes) - 1; i >= 0; i--)
	{
		Prefix	   *prefix = list_nth(r->prefixes, i);

		if (strlen(prefix->name) == length &&
			strncmp(prefix->name, text, length) == 0)
			return psprintf("%s%s", prefix->iri, text + length + 1);
	}
	SparqlError(r->query, r->word.at, SPARQL_PREFIX_ERROR,
				"prefix \"%.*s:\" is not declared", length, text);
}

char *
ReadIri(Reader *r)
{
	char	   *iri;

	if (Is(r, WORD_PREFIXED))
		iri = Expand(r);
	else if (!Is(r, WORD_IRI))
		Surprise(r);
	else if (r->base && !HasColonFirst(r->word.text))
		iri = psprintf("%s%s", r->base, r->word.text);
	else
		iri = r->word.text;
	NextOf(r);
	return iri;
}

char *
ReadVariable(Reader *r)
{
	char	   *name = r->word.text;

	Need(r, WORD_VARIABLE);
	return name;
}

Term *
MakeTerm(TermKind kind, char *name, int at)
{
	Term	   *term = palloc0(sizeof(Term));

	term->kind = kind;
	term->name = name;
	term->at = at;
	return term;
}

/* "text", perhaps with ^^type */
static Term *
ReadText(Reader *r)
{
	Term	   *term = MakeTerm(TERM_LITERAL, NULL, r->word.at);
	CypherValue text = TextValue(r->word.text);

	NextOf(r);
	term->value = text;
	if (Is(r, WORD_LANGUAGE))
		SparqlError(r->query, r->word.at, SPARQL_NOT_SUPPORTED,
					"strings have no language here");
	if (Take(r, WORD_TYPE))
	{
		int			at = r->word.at;
		char	   *type = ReadIri(r);

		if (!LiteralOfType(type, &text, &term->value))
			SparqlError(r->query, at, SPARQL_LITERAL_ERROR,
						"\"%s\" is no value of the type <%s>", text.data, type);
	}
	return term;
}

/*
 * A variable, an IRI or a literal.
 */
Term *
ReadTerm(Reader *r)
{
	int			at = r->word.at;
	Term	   *term;
	bool		minus = false;

	if (Is(r, WORD_VARIABLE))
		return MakeTerm(TERM_VARIABLE, ReadVariable(r), at);
	if (AtIri(r))
		return MakeTerm(TERM_IRI, ReadIri(r), at);
	if (Is(r, WORD_STRING))
		return ReadText(r);
	if (Is(r, WORD_BLANK))
	{
		/* as a variable that cannot be named elsewhere */
		term = MakeTerm(TERM_VARIABLE, psprintf("\001%s", r->word.text), at);
		NextOf(r);
		return term;
	}
	term = MakeTerm(TERM_LITERAL, NULL, at);
	if (Is(r, '-') || Is(r, '+'))
	{
		minus = Is(r, '-');
		NextOf(r);
		if (!Is(r, WORD_INTEGER) && !Is(r, WORD_DECIMAL))
			Surprise(r);
	}
	if (Is(r, WORD_INTEGER))
		term->value = IntegerValue(minus ? -r->word.integer : r->word.integer);
	else if (Is(r, WORD_DECIMAL))
		term->value = FloatValue(minus ? -r->word.number : r->word.number);
	else if (IsWord(r, "true") || IsWord(r, "false"))
		term->value = BooleanValue(IsWord(r, "true"));
	else
		Surprise(r);
	NextOf(r);
	return term;
}

static void
ReadPrologue(Reader *r)
{
	for (;;)
	{
		if (TakeWord(r, "base"))
		{
			if (!Is(r, WORD_IRI))
				Surprise(r);
			r->base = r->word.text;
			NextOf(r);
		}
		else if (TakeWord(r, "prefix"))
		{
			Prefix	   *prefix = palloc0(sizeof(Prefix));

			if (!Is(r, WORD_PREFIXED) || r->word.text[r->word.colon + 1] != '\0')
				Surprise(r);
			prefix->name = pnstrdup(r->word.text, r->word.colon);
			NextOf(r);
			if (!Is(r, WORD_IRI))
				Surprise(r);
			prefix->iri = ReadIri(r);
			r->prefixes = lappend(r->prefixes, prefix);
		}
		else
			return;
	}
}

/* (expression AS ?name) behind the bracket */
static SelectItem *
ReadNamed(Reader *r, bool needs_name)
{
	SelectItem *item = palloc0(sizeof(SelectItem));

	item->at = r->word.at;
	item->expr = ReadExpr(r);
	if (needs_name || IsWord(r, "as"))
	{
		NeedWord(r, "as");
		item->name = ReadVariable(r);
	}
	Need(r, ')');
	return item;
}

static SelectItem *
ReadColumn(Reader *r)
{
	SelectItem *item;

	if (Take(r, '('))
		return ReadNamed(r, true);
	item = palloc0(sizeof(SelectItem));
	item->at = r->word.at;
	item->name = ReadVariable(r);
	return item;
}

static void
ReadColumns(Reader *r, SelectQuery *select)
{
	r->aggregates = true;
	select->star = Take(r, '*');
	while (!select->star && (Is(r, WORD_VARIABLE) || Is(r, '(')))
		select->items = lappend(select->items, ReadColumn(r));
	if (!select->star && select->items == NIL)
		Surprise(r);
	r->aggregates = false;
}

static void
ReadGroupBy(Reader *r, SelectQuery *select)
{
	do
	{
		SelectItem *item;

		if (Take(r, '('))
			item = ReadNamed(r, false);
		else
		{
			item = palloc0(sizeof(SelectItem));
			item->at = r->word.at;
			if (Is(r, WORD_VARIABLE))
				item->name = ReadVariable(r);
			else
				item->expr = ReadConstraint(r);
		}
		select->group_by = lappend(select->group_by, item);
	} while (Is(r, '(') || Is(r, WORD_VARIABLE) || AtIri(r) ||
			 (Is(r, WORD_NAME) && !IsWord(r, "having") && !IsWord(r, "order") &&
			  !IsWord(r, "limit") && !IsWord(r, "offset") && !IsWord(r, "values")));
}

static void
ReadOrder(Reader *r, SelectQuery *select)
{
	do
	{
		OrderKey   *key = palloc0(sizeof(OrderKey));

		key->descending = IsWord(r, "desc");
		if (TakeWord(r, "desc") || TakeWord(r, "asc"))
		{
			Need(r, '(');
			key->expr = ReadExpr(r);
			Need(r, ')');
		}
		else
			key->expr = ReadConstraint(r);
		select->order = lappend(select->order, key);
	} while (Is(r, '(') || Is(r, WORD_VARIABLE) || AtIri(r) ||
			 (Is(r, WORD_NAME) && !IsWord(r, "limit") && !IsWord(r, "offset") &&
			  !IsWord(r, "values")));
}

static int64
ReadCount(Reader *r)
{
	int64		count = r->word.integer;

	Need(r, WORD_INTEGER);
	return count;
}

static void
ReadModifiers(Reader *r, SelectQuery *select)
{
	r->aggregates = true;
	if (TakeWord(r, "group"))
	{
		NeedWord(r, "by");
		r->aggregates = false;
		ReadGroupBy(r, select);
		r->aggregates = true;
	}
	if (TakeWord(r, "having"))
		do
			select->having = lappend(select->having, ReadConstraint(r));
		while (Is(r, '('));
	if (TakeWord(r, "order"))
	{
		NeedWord(r, "by");
		ReadOrder(r, select);
	}
	r->aggregates = false;
	while (IsWord(r, "limit") || IsWord(r, "offset"))
	{
		if (TakeWord(r, "limit"))
			select->limit = ReadCount(r);
		else
		{
			NextOf(r);
			select->offset = ReadCount(r);
		}
	}
	if (IsWord(r, "values"))
		select->where->elements = lappend(select->where->elements,
										  ReadValues(r));
}

/*
 * SELECT or ASK with everything behind it.
 */
SelectQuery *
ReadSelect(Reader *r)
{
	SelectQuery *select = palloc0(sizeof(SelectQuery));

	check_stack_depth();
	select->at = r->word.at;
	select->limit = -1;
	if (TakeWord(r, "ask"))
		select->ask = true;
	else
	{
		if (IsWord(r, "construct") || IsWord(r, "describe") ||
			IsWord(r, "insert") || IsWord(r, "delete"))
			SparqlError(r->query, r->word.at, SPARQL_NOT_SUPPORTED,
						"only SELECT and ASK are there");
		NeedWord(r, "select");
		select->distinct = TakeWord(r, "distinct") || TakeWord(r, "reduced");
		ReadColumns(r, select);
	}
	if (IsWord(r, "from"))
		SparqlError(r->query, r->word.at, SPARQL_NOT_SUPPORTED,
					"the graph is an argument of the call, not a clause");
	TakeWord(r, "where");
	select->where = ReadGroup(r);
	ReadModifiers(r, select);
	return select;
}

SelectQuery *
ParseSparql(const char *query)
{
	Reader		r = {.query = query};
	SelectQuery *select;

	for (int i = 0; i < lengthof(known_prefixes); i++)
		r.prefixes = lappend(r.prefixes,
							 unconstify(Prefix *, &known_prefixes[i]));
	NextOf(&r);
	ReadPrologue(&r);
	select = ReadSelect(&r);
	if (!Is(&r, WORD_END))
		Surprise(&r);
	return select;
}
