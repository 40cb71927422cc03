/*-------------------------------------------------------------------------
 *
 * kernel.h
 *	  Graph algorithms in plain C: adjacency arrays in, answers out.
 *
 * The files kernel_*.c know nothing of PostgreSQL; test/oracle/graph_kernel.c
 * runs them alone under sanitizers. Three functions connect them with their
 * surroundings: kernel_alloc and kernel_free (port.c: memory of the
 * current context, counted against graph.max_memory, failure does not return)
 * and kernel_check, called at least every GRAPH_CHECK_EVERY steps of a loop
 * (an interrupt does not return).
 *
 * Nodes are numbers from 0 to nodes - 1 here, edges likewise.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GRAPH_KERNEL_H
#define GRAPH_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* No node, no edge */
#define GRAPH_NONE				UINT32_MAX

/* Steps between two calls of kernel_check */
#define GRAPH_CHECK_EVERY		65536

/* Distinct types of edges in one adjacency */
#define GRAPH_MAX_TYPES			65535

/* Spare room of adjacency for changes: one part in so many, and a bit */
#define GRAPH_SPARE_PART		8
#define GRAPH_SPARE_LEAST		64

extern void *kernel_alloc(size_t size);
extern void kernel_free(void *memory);
extern void kernel_check(void);

/* One edge on its way into adjacency */
typedef struct kernel_input
{
	int64_t		edge_id;
	double		weight;
	int64_t		valid_from;		/* INT64_MIN: since ever */
	int64_t		valid_to;		/* INT64_MAX: for ever; not included */
	uint32_t	source;			/* node numbers */
	uint32_t	target;
	uint32_t	type;
} kernel_input;

/* The edges of each node in one direction, by ascending edge_id */
typedef struct kernel_half
{
	uint32_t   *start;			/* first slot of each node */
	uint32_t   *length;			/* slots in use */
	uint32_t   *room;			/* slots it may use before it must move */
	uint32_t   *node;			/* of each slot: the other end */
	uint32_t   *edge;			/* of each slot: the edge */
	uint32_t	used;			/* slots given out */
	uint32_t	capacity;		/* slots allocated */
} kernel_half;

/*
 * Adjacency in both directions, with the edges' values. Small changes are made
 * in place: a node's list that grows moves to the spare room at the end.
 */
typedef struct kernel_csr
{
	uint32_t	nodes;			/* numbers given out, deleted nodes included */
	uint32_t	sorted_nodes;	/* the first ones, ascending in node_id */
	uint32_t	node_capacity;
	int64_t    *node_id;
	uint8_t    *gone;			/* of each node: deleted by a change */
	uint32_t	gone_nodes;

	uint32_t	edges;			/* numbers given out, removed edges included */
	uint32_t	sorted_edges;	/* the first ones, ascending in edge_id */
	uint32_t	edge_capacity;
	uint32_t	live_edges;
	int64_t    *edge_id;
	uint32_t   *source;			/* GRAPH_NONE: the edge was removed */
	uint32_t   *target;
	uint16_t   *type;
	double	   *weight;
	int64_t    *valid_from;
	int64_t    *valid_to;
	bool		timed;			/* some edge has a limited validity */
	uint32_t	negative;		/* edges with a weight below 0 */

	kernel_half out;
	kernel_half in;
} kernel_csr;

/* Which edges count */
typedef struct kernel_view
{
	const kernel_csr *csr;
	bool		out;			/* edges are walked from source to target */
	bool		in;				/* and from target to source */
	const uint8_t *type_counts; /* by type, NULL for all */
	bool		timed;			/* only those valid at as_of */
	int64_t		as_of;
	bool		unit;			/* every edge weighs 1 */
} kernel_view;

static inline double
kernel_weight(const kernel_view *view, uint32_t edge)
{
	return view->unit ? 1 : view->csr->weight[edge];
}

static inline bool
kernel_edge_counts(const kernel_view *view, uint32_t edge)
{
	const kernel_csr *csr = view->csr;

	if (view->type_counts != NULL && !view->type_counts[csr->type[edge]])
		return false;
	if (view->timed && (csr->valid_from[edge] > view->as_of ||
						csr->valid_to[edge] <= view->as_of))
		return false;
	return true;
}

/* Does every edge of the adjacency count? Then nobody needs to ask. */
static inline bool
kernel_all_count(const kernel_view *view)
{
	return view->type_counts == NULL && !view->timed;
}

/* A set of nodes */
static inline size_t
kernel_set_size(uint32_t nodes)
{
	return ((size_t) nodes / 64 + 1) * sizeof(uint64_t);
}

static inline bool
kernel_set_has(const uint64_t *set, uint32_t node)
{
	return (set[node >> 6] >> (node & 63)) & 1;
}

static inline void
kernel_set_add(uint64_t *set, uint32_t node)
{
	set[node >> 6] |= UINT64_C(1) << (node & 63);
}

/* kernel_csr.c: adjacency */
extern size_t kernel_csr_size(uint32_t nodes, uint32_t edges);
extern void kernel_csr_build(kernel_csr *csr, const int64_t *node_ids,
							 uint32_t nodes, kernel_input *inputs,
							 uint32_t edges);
extern uint32_t kernel_csr_node(const kernel_csr *csr, int64_t node_id);
extern uint32_t kernel_csr_edge(const kernel_csr *csr, int64_t edge_id);
extern void kernel_csr_remove_edge(kernel_csr *csr, uint32_t edge);
extern bool kernel_csr_add_edge(kernel_csr *csr, const kernel_input *input);
extern bool kernel_csr_add_node(kernel_csr *csr, int64_t node_id);
extern void kernel_csr_remove_node(kernel_csr *csr, uint32_t node);

/* kernel_bfs.c: breadth first, fewest hops */
extern uint32_t kernel_bfs(const kernel_view *view, uint32_t start,
						   uint32_t hops, uint32_t *order, uint32_t *parent,
						   uint32_t *level_end, uint32_t *levels);
extern uint32_t kernel_fewest_hops(const kernel_view *view, uint32_t source,
								   uint32_t target, uint32_t *path);

/* kernel_paths.c: all trails, all shortest paths. False from emit: enough */
typedef bool (*kernel_emit_path) (const uint32_t *edges, uint32_t length,
								  uint32_t end, void *state);
extern void kernel_trails(const kernel_view *view, uint32_t start,
						  uint32_t least, uint32_t most,
						  kernel_emit_path emit, void *state);
extern void kernel_all_fewest_hops(const kernel_view *view, uint32_t source,
								   uint32_t target, kernel_emit_path emit,
								   void *state);

/* A path as its edges in order */
typedef struct kernel_path
{
	uint32_t   *edges;
	uint32_t	length;
	uint32_t	deviation;		/* edges shared with the path it came from */
	double		cost;
} kernel_path;

typedef struct kernel_paths
{
	kernel_path *path;
	uint32_t	count;
	uint32_t	capacity;
} kernel_paths;

/* kernel_dijkstra.c: cheapest paths */
extern uint32_t kernel_negative_edge(const kernel_view *view);
extern uint32_t kernel_cheapest_path(const kernel_view *view,
									 uint32_t source, uint32_t target,
									 uint32_t *path);
extern void kernel_cheapest_costs(const kernel_view *view, uint32_t start,
								  bool forward, double *cost,
								  uint32_t *parent);
extern void kernel_k_cheapest_paths(const kernel_view *view, uint32_t source,
									uint32_t target, uint32_t k,
									kernel_paths *found);

/*
 * The nodes and edges that count, packed: what algorithms over the whole graph
 * work on. A node's list has each edge that leaves it; without direction each
 * edge is in the lists of both its ends, a loop twice.
 */
typedef struct kernel_graph
{
	uint32_t	nodes;
	uint64_t	slots;
	uint64_t   *start;			/* nodes + 1 */
	uint32_t   *node;			/* of each slot: the other end */
	double	   *weight;			/* of each slot; NULL: all 1 */
	uint32_t   *original;		/* of each node: its number in adjacency */
} kernel_graph;

/* A random number generator that is the same everywhere */
typedef struct kernel_random
{
	uint64_t	state;
} kernel_random;

/*
 * SplitMix64: Steele, Lea, Flood, Fast splittable pseudorandom number
 * generators, OOPSLA 2014.
 */
static inline uint64_t
kernel_random_next(kernel_random *random)
{
	uint64_t	z = (random->state += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

/* A number below limit (its bias is below limit / 2^32) */
static inline uint32_t
kernel_random_below(kernel_random *random, uint32_t limit)
{
	return (uint32_t) (((kernel_random_next(random) >> 32) * limit) >> 32);
}

/* kernel_project.c */
extern uint32_t *kernel_pack_nodes(const kernel_csr *csr,
								   const uint8_t *node_counts,
								   kernel_graph *graph);
extern void kernel_project(const kernel_view *view,
						   const uint8_t *node_counts, bool weighted,
						   kernel_graph *graph);
extern void kernel_free_graph(kernel_graph *graph);
extern void kernel_shuffle(uint32_t *items, uint32_t count,
						   kernel_random *random);

/* Lists of that many entries or more are not told apart by their length */
#define GRAPH_LONG_LIST		64

/*
 * Lists of numbers (kernel_lists.c). Where they are sorted by length, the shortest
 * first, four of one length lie side by side: their first entries, then their
 * second ones.
 */
typedef struct kernel_lists
{
	uint32_t	rows;
	uint32_t   *row;			/* of each list: whose it is; NULL: its place */
	uint64_t   *start;			/* rows + 1 */
	uint32_t   *from;
	double	   *weight;			/* of each entry; NULL: all 1 */
	uint32_t   *first;			/* of each length up to GRAPH_LONG_LIST: where
								 * its lists begin; NULL: they are not sorted */
} kernel_lists;

/* kernel_lists.c */
extern void kernel_begin_lists(kernel_lists *lists, uint32_t rows,
							   uint64_t entries, bool named, bool weighted);
extern void kernel_free_lists(kernel_lists *lists);
extern void kernel_sort_lists(kernel_lists *lists);
extern void kernel_set_sums(const kernel_lists *lists, const double *share,
							double *to);
extern double kernel_pass_sums(const kernel_lists *lists, const double *share,
							   double scale, const double *per_strength,
							   double *to);
extern void kernel_add_sums(const kernel_lists *lists, const double *share,
							double scale, double *to);

/* Lengths of walks that nodes are told apart by */
#define GRAPH_RANK_LEVELS	8

/*
 * A graph made ready for rounds of PageRank (kernel_pagerank.c). Nodes that lead
 * on have a number: first the core's, then those that nothing enters.
 */
typedef struct kernel_rank_rounds
{
	uint32_t	nodes;			/* of the graph */
	uint32_t	core;
	uint32_t	numbers;
	uint32_t	active[GRAPH_RANK_LEVELS];	/* numbers below are ends of walks
											 * of that many steps in the core */
	uint32_t   *node;			/* of each number: its node */
	double	   *per_strength;	/* of each number */
	double	   *entered;		/* of each in the core: what comes in one step
								 * where every node has 1 */
	kernel_lists late;			/* of each end of the longest walks: those
								 * among them that lead to it */
	kernel_lists early[GRAPH_RANK_LEVELS - 1];	/* of the core: ends of walks
												 * of just so many steps that
												 * lead to it */
	kernel_lists outer;			/* of the core: those outside that lead to it */
	kernel_lists last;			/* of nodes that do not lead on: all */
} kernel_rank_rounds;

/*
 * A graph made ready for solving PageRank's equations: its nodes in an order in
 * which strong components come after those that lead to them.
 */
typedef struct kernel_rank_order
{
	uint32_t   *node;			/* of each place */
	kernel_lists lists;			/* of each place: those that lead to it,
								 * itself left out */
	double	   *per_strength;
	double	   *own;			/* weight of edges to itself */
	uint32_t	components;
	uint32_t   *end;			/* of each: the place behind its last */
} kernel_rank_order;

/* kernel_rank.c */
extern void kernel_strengths(const kernel_graph *graph, double *strength);
extern double *kernel_invert_strengths(const kernel_graph *in);
extern void kernel_prepare_rounds(const kernel_graph *in,
								  kernel_rank_rounds *rounds);
extern void kernel_free_rounds(kernel_rank_rounds *rounds);

/* kernel_rank_order.c */
extern void kernel_prepare_order(const kernel_graph *in,
								 kernel_rank_order *order);
extern void kernel_free_order(kernel_rank_order *order);

/* kernel_pagerank.c */
extern uint32_t kernel_pagerank(const kernel_rank_rounds *prepared,
								const double *restart, double damping,
								uint32_t iterations, double *rank);
extern uint32_t kernel_pagerank_limit(const kernel_rank_order *prepared,
									  const double *restart, double damping,
									  uint32_t iterations, double tolerance,
									  double *rank);

/* kernel_components.c */
extern void kernel_weak_components(const kernel_view *view,
								   const uint8_t *node_counts,
								   kernel_graph *graph, uint32_t *component);
extern void kernel_strong_components(const kernel_graph *graph,
									 uint32_t *component, uint32_t *order);

/* kernel_communities.c */
extern double kernel_leiden(const kernel_graph *graph, double resolution,
							uint32_t iterations, uint64_t seed,
							uint32_t *community);
extern uint32_t kernel_label_propagation(const kernel_graph *graph,
										 uint32_t iterations, uint64_t seed,
										 uint32_t *community);
extern double kernel_modularity(const kernel_graph *graph, double resolution,
								const uint32_t *community);

/* kernel_triangles.c: on the simple graph without direction */
extern void kernel_simplify(kernel_graph *graph);
extern uint64_t kernel_triangles(const kernel_graph *graph,
								 uint64_t *triangles);
extern void kernel_common_neighbours(const kernel_graph *graph,
									 uint32_t start, uint32_t *common,
									 double *adamic_adar);

/* kernel_betweenness.c */
extern void kernel_betweenness(const kernel_graph *graph, uint32_t samples,
							   uint64_t seed, bool undirected, double *score);

/* kernel_contagion.c */
extern uint32_t kernel_debtrank(const kernel_graph *graph, bool linear,
								uint32_t iterations, double tolerance,
								double *distress);

/* kernel_recommend.c */
extern void kernel_rp3beta(const kernel_graph *out, const kernel_graph *in,
						   uint32_t start, double beta, double *score);

/* The inverse that EASE's scores come from */
typedef struct kernel_ease
{
	uint32_t	items;
	uint32_t   *item;			/* of each node: its number, or GRAPH_NONE */
	double	   *inverse;		/* items times items */
} kernel_ease;

/* kernel_ease.c */
extern void kernel_ease_model(const kernel_graph *out, double regularisation,
							  kernel_ease *model);
extern void kernel_free_ease(kernel_ease *model);
extern void kernel_ease_scores(const kernel_graph *out,
							   const kernel_ease *model, uint32_t start,
							   double *score);

/* kernel_propagate.c */
extern void kernel_propagate(const kernel_graph *graph, uint32_t dimensions,
							 uint32_t hops, double restart, float *features);

/* kernel_fastrp.c */
extern void kernel_fastrp(const kernel_graph *graph, const int64_t *ids,
						  uint32_t dimensions, const double *weights,
						  uint32_t nweights, double exponent, uint64_t seed,
						  float *embedding);

#endif							/* GRAPH_KERNEL_H */
