/*-------------------------------------------------------------------------
 *
 * sparql.h
 *	  SPARQL 1.1 over the graphs of create_graph: the tree of a query and
 *	  what the parts of the compiler share.
 *
 * A graph is read as these triples; the schemes of the IRIs are prefixes that
 * every query knows:
 *
 *	  node:KEY  property:NAME  literal		a property of a node
 *	  node:KEY  rdf:type       label:NAME	a label of a node
 *	  node:KEY  edge:TYPE      node:KEY		an edge
 *
 * A node without a key is id:NUMBER. Terms are values of type cypher_value; an
 * IRI is a map whose one key is the character U+0000, which no JSON can hold.
 * Unbound variables and errors of expressions are SQL's null.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SPARQL_H
#define SPARQL_H

#include "cypher/compile.h"

/* grammar, unknown functions */
#define SPARQL_SYNTAX_ERROR MAKE_SQLSTATE('S','Q','0','0','1')
/* a prefix that is not declared */
#define SPARQL_PREFIX_ERROR MAKE_SQLSTATE('S','Q','0','0','2')
/* what SPARQL has and this has not */
#define SPARQL_NOT_SUPPORTED MAKE_SQLSTATE('S','Q','0','0','3')
/* variables and aggregates where they cannot stand */
#define SPARQL_SCOPE_ERROR MAKE_SQLSTATE('S','Q','0','0','4')
/* a literal that is no value of its type */
#define SPARQL_LITERAL_ERROR MAKE_SQLSTATE('S','Q','0','0','5')

/* Tables and functions that the FROM of one query may name */
#define SPARQL_MAX_TABLES 50

#define RDF_NAMESPACE "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
#define XSD_NAMESPACE "http://www.w3.org/2001/XMLSchema#"
#define RDF_TYPE RDF_NAMESPACE "type"

/* What the compiler calls variables that a query cannot name */
#define HIDDEN_VARIABLE "\001%d"

typedef enum TermKind
{
	TERM_VARIABLE,
	TERM_IRI,
	TERM_LITERAL
} TermKind;

typedef struct Term
{
	TermKind	kind;
	char	   *name;			/* of the variable; text of the IRI */
	CypherValue value;			/* of a literal */
	int			at;
} Term;

typedef enum SparqlPathKind
{
	SPARQL_PATH_IRI,			/* term, which may be a variable */
	SPARQL_PATH_INVERSE,		/* left */
	SPARQL_PATH_SEQUENCE,		/* left, right */
	SPARQL_PATH_ALTERNATIVE,	/* left, right */
	SPARQL_PATH_STAR,			/* left */
	SPARQL_PATH_PLUS,
	SPARQL_PATH_OPTIONAL,
	SPARQL_PATH_NOT				/* names forward, backward */
} SparqlPathKind;

typedef struct SparqlPath
{
	SparqlPathKind kind;
	Term	   *term;
	struct SparqlPath *left;
	struct SparqlPath *right;
	List	   *forward;		/* char */
	List	   *backward;
	bool		has_forward;
	bool		has_backward;
	int			at;
} SparqlPath;

typedef enum SparqlExprKind
{
	SPARQL_TERM,				/* term */
	SPARQL_OR,
	SPARQL_AND,
	SPARQL_NOT,
	SPARQL_COMPARE,				/* name: the operator */
	SPARQL_IN,					/* args[0] in the others; negated */
	SPARQL_CALL,				/* name(args), also arithmetic */
	SPARQL_IF,
	SPARQL_COALESCE,
	SPARQL_BOUND,
	SPARQL_EXISTS,				/* group; negated */
	SPARQL_AGGREGATE			/* name(args), distinct; no args: * */
} SparqlExprKind;

typedef struct SparqlExpr
{
	SparqlExprKind kind;
	char	   *name;
	Term	   *term;
	List	   *args;			/* SparqlExpr */
	struct SparqlGroup *group;
	char	   *separator;
	bool		negated;
	bool		distinct;
	int			at;
} SparqlExpr;

typedef enum ElementKind
{
	ELEMENT_TRIPLE,				/* subject, path, object */
	ELEMENT_FILTER,				/* expr */
	ELEMENT_BIND,				/* expr as name */
	ELEMENT_OPTIONAL,			/* groups[0] */
	ELEMENT_MINUS,				/* groups[0] */
	ELEMENT_UNION,				/* groups; one: a group in braces */
	ELEMENT_VALUES,				/* names, rows: List of Term, NULL: UNDEF */
	ELEMENT_SELECT				/* select */
} ElementKind;

typedef struct Element
{
	ElementKind kind;
	Term	   *subject;
	SparqlPath *path;
	Term	   *object;
	SparqlExpr *expr;
	char	   *name;
	List	   *groups;			/* SparqlGroup */
	List	   *names;			/* char */
	List	   *rows;
	struct SelectQuery *select;
	int			at;
} Element;

typedef struct SparqlGroup
{
	List	   *elements;
	int			at;
} SparqlGroup;

/* One column of SELECT, one key of GROUP BY; expr NULL: the variable */
typedef struct SelectItem
{
	SparqlExpr *expr;
	char	   *name;
	int			at;
} SelectItem;

typedef struct OrderKey
{
	SparqlExpr *expr;
	bool		descending;
} OrderKey;

typedef struct SelectQuery
{
	bool		ask;
	bool		distinct;		/* also REDUCED */
	bool		star;
	List	   *items;			/* SelectItem */
	SparqlGroup *where;
	List	   *group_by;		/* SelectItem */
	List	   *having;			/* SparqlExpr */
	List	   *order;			/* OrderKey */
	int64		limit;			/* -1: none */
	int64		offset;
	int			at;
} SelectQuery;

/* A variable of a solution: a node by its id, or a term; text is SQL */
typedef struct Binding
{
	char	   *name;
	char	   *node;
	char	   *term;
	char	   *row;			/* alias of the node's row, if it is joined */
	bool		maybe;			/* can be unbound */
	bool		imported;		/* from the solutions that this is joined to */
} Binding;

/* The FROM and WHERE of one SELECT */
typedef struct Solutions
{
	StringInfoData from;
	StringInfoData where;
	List	   *scope;			/* Binding */
	List	   *outer;			/* Binding: to be joined with; not to be seen */
	List	   *visible;		/* Binding: seen by FILTER besides scope */
} Solutions;

typedef struct Sparql
{
	Compiler	c;				/* text, graph, parameters, aliases */
	int			tables;			/* named so far */
	int			hidden;			/* variables made so far */
	bool		as_set;			/* how often a solution occurs is not asked */
	List	   *aggregates;		/* Replacement of grouped queries, or NIL */
	bool		grouped;
} Sparql;

/* error.c */
extern void pg_attribute_noreturn() SparqlError(const char *query, int at, int sqlstate,
												const char *format,...)
			pg_attribute_printf(4, 5);

/* parser.c */
extern SelectQuery *ParseSparql(const char *query);

/* compile.c */
extern Program *CompileSparql(const char *query, const Graph *graph);
extern void CompileSelect(Sparql *s, StringInfo out, SelectQuery *select,
						  List **columns);

/* compile_group.c */
extern void StartSolutions(Solutions *g, List *outer, List *visible);
extern Binding *FindBinding(List *scope, const char *name);
extern Binding *ScopeBinding(Solutions *g, const char *name);
extern Binding *AddBinding(Solutions *g, char *name);
extern void CountTable(Sparql *s, int at);
extern void AndAlso(StringInfo where);
extern void EmitSolutions(StringInfo out, const Solutions *g);
extern void CompileGroup(Sparql *s, Solutions *g, SparqlGroup *group);
extern void CompileExists(Sparql *s, StringInfo out, Solutions *g,
						  SparqlGroup *group);
extern void CompileBind(Sparql *s, Solutions *g, char *name,
						SparqlExpr *expr, int at);
extern void CompileUnion(Sparql *s, Solutions *g, List *groups);

/* compile_triple.c */
extern char *LookupNode(Sparql *s, const char *term);
extern char *TermOfNode(Sparql *s, const char *node);
extern char *TermOf(Sparql *s, const Binding *binding);
extern char *TermParameter(Sparql *s, const Term *term);
extern char *SameTerm(const char *a, const char *b);
extern void BindNode(Sparql *s, Solutions *g, Term *term, const char *sql);
extern void BindTerm(Sparql *s, Solutions *g, Term *term, const char *sql);
extern bool HasScheme(const Term *term, const char *scheme);
extern void CompileTriple(Sparql *s, Solutions *g, Term *subject, Term *predicate,
						  Term *object);
extern char *TripleTable(Sparql *s, Solutions *g, int at);
extern void BindObject(Sparql *s, Solutions *g, Term *object,
					   const char *triples);

/* compile_path.c */
extern void CompilePath(Sparql *s, Solutions *g, Term *subject, SparqlPath *path,
						Term *object);
extern Term *HiddenVariable(Sparql *s, int at);

/* compile_expression.c */
extern void EmitTermOf(Sparql *s, StringInfo out, Solutions *g,
					   SparqlExpr *expr);
extern void EmitTruthOf(Sparql *s, StringInfo out, Solutions *g,
						SparqlExpr *expr);

/* term.c */
extern CypherValue IriValue(const char *text, int length);
extern bool IriText(const CypherValue *value, CypherValue *text);
extern char *DecodeName(const char *text, int length);
extern bool LiteralOfType(const char *type, const CypherValue *text,
						  CypherValue *value);

/* function.c */
extern bool KnownFunction(const char *name, int nargs, char **found);

#endif							/* SPARQL_H */
