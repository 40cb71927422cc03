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

/* compile_node.c */
extern void JoinTable(Compiler *c, Block *block, const char *table,
					  const char *alias);
extern Variable *BoundEntity(Compiler *c, Block *block, Variable *v,
							 ValueType type, int at);
extern Variable *MatchNode(Matcher *m, NodePattern *node, bool needed,
						   List *before);
extern void MatchLabels(Block *block, Variable *variable, List *labels);

/* compile_edge.c */
extern Variable *MatchEdge(Matcher *m, EdgePattern *edge, char **left,
						   char **right);
extern void AddEdgeRef(Matcher *m, char *id, char *ids, List *types);
extern void MatchEnd(Block *block, char **id, const char *end);

/* compile_property.c */
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
