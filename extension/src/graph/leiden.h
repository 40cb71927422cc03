/*-------------------------------------------------------------------------
 *
 * leiden.h
 *	  What the files of the community algorithms share (kernel_leiden*.c,
 *	  kernel_communities.c).
 *
 *-------------------------------------------------------------------------
 */
#ifndef GRAPH_LEIDEN_H
#define GRAPH_LEIDEN_H

#include <string.h>

#include "graph/kernel.h"

/* A gain below this part of 2m is rounding */
#define LEAST_GAIN	1e-12

/* A graph whose nodes may stand for many */
typedef struct leiden_level
{
	kernel_graph graph;			/* original is unused above the first level */
	double	   *total;			/* of each node: weight of its slots */
	double		all;			/* of all slots: 2m */
	double		resolution;
	kernel_random *random;
} leiden_level;

/* Weights from one node to the communities around it */
typedef struct leiden_around
{
	double	   *weight;			/* by community; 0 between uses */
	uint32_t   *found;
	uint32_t	count;
} leiden_around;

static inline void *
leiden_alloc_zero(size_t size)
{
	void	   *memory = kernel_alloc(size);

	memset(memory, 0, size);
	return memory;
}

static inline void
leiden_begin_around(leiden_around *a, uint32_t nodes)
{
	a->weight = leiden_alloc_zero(sizeof(double) * nodes);
	a->found = kernel_alloc(sizeof(uint32_t) * nodes);
	a->count = 0;
}

static inline void
leiden_end_around(leiden_around *a)
{
	kernel_free(a->weight);
	kernel_free(a->found);
}

static inline double
leiden_slot_weight(const kernel_graph *graph, uint64_t slot)
{
	return graph->weight == NULL ? 1 : graph->weight[slot];
}

static inline void
leiden_add_around(leiden_around *a, uint32_t community, double weight)
{
	if (weight == 0)
		return;
	if (a->weight[community] == 0)
		a->found[a->count++] = community;
	a->weight[community] += weight;
}

static inline void
leiden_clear_around(leiden_around *a)
{
	for (uint32_t i = 0; i < a->count; i++)
		a->weight[a->found[i]] = 0;
	a->count = 0;
}

/* kernel_leiden_move.c: the two ways in which nodes change their community */
extern void leiden_move_nodes(const leiden_level *l, uint32_t *community);
extern void leiden_refine(const leiden_level *l, const uint32_t *community,
						  uint32_t *part);

/* kernel_communities.c */
extern uint32_t *leiden_random_order(uint32_t nodes, kernel_random *random);
extern uint32_t *leiden_block_order(uint32_t nodes, kernel_random *random);
extern void leiden_name_communities(uint32_t *community, uint32_t nodes);

#endif							/* GRAPH_LEIDEN_H */
