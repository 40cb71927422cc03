/*-------------------------------------------------------------------------
 *
 * lexer.h
 *	  Words of a SPARQL query, and what the parts of its parser share.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SPARQL_LEXER_H
#define SPARQL_LEXER_H

#include "sparql/sparql.h"

/* Types of word; other punctuation is its own character */
typedef enum WordType
{
	WORD_END = 256,
	WORD_NAME,					/* keyword or name of a function */
	WORD_VARIABLE,				/* ?name */
	WORD_IRI,					/* <text> */
	WORD_PREFIXED,				/* prefix:local, text is all of it */
	WORD_BLANK,					/* _:name */
	WORD_INTEGER,
	WORD_DECIMAL,				/* also doubles */
	WORD_STRING,
	WORD_LANGUAGE,				/* @en */
	WORD_TYPE,					/* ^^ */
	WORD_AND,					/* && */
	WORD_OR,					/* || */
	WORD_NE,					/* != */
	WORD_LE,					/* <= */
	WORD_GE						/* >= */
} WordType;

typedef struct Word
{
	int			type;
	int			at;
	int			end;
	char	   *text;			/* name, variable, IRI, string */
	int			colon;			/* length of the prefix */
	int64		integer;
	double		number;
} Word;

typedef struct Prefix
{
	char	   *name;
	char	   *iri;
} Prefix;

typedef struct Reader
{
	const char *query;
	Word		word;			/* the next one */
	List	   *prefixes;		/* Prefix, later ones count */
	char	   *base;
	int			hidden;			/* variables made so far */
	bool		aggregates;		/* may stand in the expression being read */
} Reader;

/* lexer.c */
extern void NextWord(const char *query, int from, Word *word);

/* parser.c */
extern void NextOf(Reader *r);
extern bool Is(const Reader *r, int type);
extern bool IsWord(const Reader *r, const char *keyword);
extern bool Take(Reader *r, int type);
extern bool TakeWord(Reader *r, const char *keyword);
extern void Need(Reader *r, int type);
extern void NeedWord(Reader *r, const char *keyword);
extern void pg_attribute_noreturn() Surprise(const Reader *r);
extern char *ReadIri(Reader *r);
extern bool AtIri(const Reader *r);
extern Term *MakeTerm(TermKind kind, char *name, int at);
extern Term *ReadTerm(Reader *r);
extern char *ReadVariable(Reader *r);
extern SelectQuery *ReadSelect(Reader *r);

/* parser_group.c */
extern SparqlGroup *ReadGroup(Reader *r);
extern Element *ReadValues(Reader *r);

/* parser_path.c */
extern SparqlPath *ReadPath(Reader *r);

/* parser_expression.c */
extern SparqlExpr *ReadExpr(Reader *r);
extern SparqlExpr *ReadConstraint(Reader *r);
extern SparqlExpr *MakeSparqlExpr(SparqlExprKind kind, int at);

#endif							/* SPARQL_LEXER_H */
