/*-------------------------------------------------------------------------
 *
 * compile_pattern.h
 *	  What the parts of the pattern compiler share.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CYPHER_COMPILE_PATTERN_H
#define CYPHER_COMPILE_PATTERN_H

#include "cypher/compile.h"

#define EQ " operator(pg_catalog.=) "

/* A relationship of the pattern, for the rule that they differ */
typedef struct EdgeRef
{
	char	   *id;				/* SQL of its id, or NULL */
	char	   *ids;			/* SQL of the array of ids */
	List	   *types;
} EdgeRef;

typedef struct Matcher
{
	Compiler   *c;
	Block	   *block;
	List	   *edges;			/* EdgeRef */
	bool		declare;		/* new variables are allowed */
	bool		ends_only;		/* how often nodes are met does not count */
} Matcher;

/* compile_pattern.c */
extern void VariableConflict(Compiler *c, const char *name, int at);
extern void AddEdgeRef(Matcher *m, char *id, char *ids, List *types);
extern void MatchEnd(Block *block, char **id, const char *end);
extern void MatchProperties(Compiler *c, Block *block, Variable *variable,
							const char *properties, Expression *map);

/* compile_trail.c */
extern char *MatchTrail(Matcher *m, EdgePattern *edge, char *start,
						char **end, bool reversed);
extern bool MatchReachable(Matcher *m, EdgePattern *edge, char *start,
						   char **end, bool reversed);
extern char *MatchShortest(Matcher *m, PatternPart *part, EdgePattern *edge,
						   const char *start, const char *end);

#endif							/* CYPHER_COMPILE_PATTERN_H */
