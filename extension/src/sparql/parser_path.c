/*-------------------------------------------------------------------------
 *
 * parser_path.c
 *	  Property paths: what may stand between subject and object.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"

#include "sparql/lexer.h"

static SparqlPath *ReadAlternative(Reader *r);

static SparqlPath *
MakePath(SparqlPathKind kind, SparqlPath *left, SparqlPath *right, int at)
{
	SparqlPath *path = palloc0(sizeof(SparqlPath));

	path->kind = kind;
	path->left = left;
	path->right = right;
	path->at = at;
	return path;
}

static char *
ReadPathIri(Reader *r)
{
	if (Is(r, WORD_NAME) && strcmp(r->word.text, "a") == 0)
	{
		NextOf(r);
		return RDF_TYPE;
	}
	return ReadIri(r);
}

/* One IRI behind !, perhaps with ^ */
static void
ReadExcluded(Reader *r, SparqlPath *path)
{
	if (Take(r, '^'))
	{
		path->has_backward = true;
		path->backward = lappend(path->backward, ReadPathIri(r));
	}
	else
	{
		path->has_forward = true;
		path->forward = lappend(path->forward, ReadPathIri(r));
	}
}

static SparqlPath *
ReadNot(Reader *r, int at)
{
	SparqlPath *path = MakePath(SPARQL_PATH_NOT, NULL, NULL, at);

	if (!Take(r, '('))
	{
		ReadExcluded(r, path);
		return path;
	}
	/* !() excludes nothing */
	path->has_forward = Is(r, ')');
	while (!Is(r, ')'))
	{
		ReadExcluded(r, path);
		if (!Take(r, '|') && !Is(r, ')'))
			Surprise(r);
	}
	Need(r, ')');
	return path;
}

static SparqlPath *
ReadElement(Reader *r)
{
	int			at = r->word.at;
	SparqlPath *path;

	check_stack_depth();
	/* twice is not at all */
	if (Take(r, WORD_TYPE))
		return ReadElement(r);
	if (Take(r, '^'))
		return MakePath(SPARQL_PATH_INVERSE, ReadElement(r), NULL, at);
	if (Take(r, '('))
	{
		path = ReadAlternative(r);
		Need(r, ')');
	}
	else if (Take(r, '!'))
		path = ReadNot(r, at);
	else
	{
		path = MakePath(SPARQL_PATH_IRI, NULL, NULL, at);
		path->term = MakeTerm(TERM_IRI, ReadPathIri(r), at);
	}
	if (Take(r, '*'))
		return MakePath(SPARQL_PATH_STAR, path, NULL, at);
	if (Take(r, '+'))
		return MakePath(SPARQL_PATH_PLUS, path, NULL, at);
	if (Take(r, '?'))
		return MakePath(SPARQL_PATH_OPTIONAL, path, NULL, at);
	return path;
}

static SparqlPath *
ReadSequence(Reader *r)
{
	SparqlPath *left = ReadElement(r);

	while (Is(r, '/'))
	{
		int			at = r->word.at;

		NextOf(r);
		left = MakePath(SPARQL_PATH_SEQUENCE, left, ReadElement(r), at);
	}
	return left;
}

static SparqlPath *
ReadAlternative(Reader *r)
{
	SparqlPath *left = ReadSequence(r);

	while (Is(r, '|'))
	{
		int			at = r->word.at;

		NextOf(r);
		left = MakePath(SPARQL_PATH_ALTERNATIVE, left, ReadSequence(r), at);
	}
	return left;
}

/*
 * A variable or a path.
 */
SparqlPath *
ReadPath(Reader *r)
{
	if (Is(r, WORD_VARIABLE))
	{
		SparqlPath *path = MakePath(SPARQL_PATH_IRI, NULL, NULL, r->word.at);

		path->term = ReadTerm(r);
		return path;
	}
	return ReadAlternative(r);
}
