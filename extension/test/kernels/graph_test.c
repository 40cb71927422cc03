/*-------------------------------------------------------------------------
 *
 * graph_test.c
 *	  Graph kernels on random graphs, against slow and obvious ones.
 *
 * Built with the address and undefined behaviour sanitizers. Graphs are small
 * and of all shapes: none or one node, loops, parallel edges, zero weights;
 * each is changed in place for a while and compared with one built anew.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "graph/kernel.h"

#define MOST_NODES	24
#define MOST_EDGES	160
#define ROUNDS		800

static int	checks = 0;
static int	failures = 0;
static kernel_random dice = {42};

/* The graph as a list: what the kernels are compared with */
static int64_t node_ids[MOST_NODES];
static bool alive[MOST_NODES];
static uint32_t nodes;
static kernel_input list[MOST_EDGES];
static uint32_t edges;

static void
Expect(bool is_so, const char *what)
{
	checks++;
	if (!is_so)
	{
		failures++;
		printf("graph: %s\n", what);
	}
}

static uint32_t
Below(uint32_t limit)
{
	return kernel_random_below(&dice, limit);
}

static kernel_input
RandomEdge(int64_t edge_id)
{
	kernel_input input = {
		.edge_id = edge_id,
		.weight = Below(5) / 2.0,
		.valid_from = INT64_MIN,
		.valid_to = INT64_MAX,
		.source = Below(nodes),
		.target = Below(nodes),
		.type = Below(3)
	};

	if (Below(8) == 0)
		input.valid_to = 100;
	return input;
}

/*
 * Adjacency of the list, built anew.
 */
static void
Build(kernel_csr *csr)
{
	int64_t    *ids = kernel_alloc(sizeof(int64_t) * nodes);
	kernel_input *inputs = kernel_alloc(sizeof(kernel_input) * edges);

	memcpy(ids, node_ids, sizeof(int64_t) * nodes);
	if (edges > 0)
		memcpy(inputs, list, sizeof(kernel_input) * edges);
	kernel_csr_build(csr, ids, nodes, inputs, edges);
	kernel_free(ids);
	kernel_free(inputs);
}

static void
FreeHalf(kernel_half *half)
{
	kernel_free(half->start);
	kernel_free(half->length);
	kernel_free(half->room);
	kernel_free(half->node);
	kernel_free(half->edge);
}

static void
Free(kernel_csr *csr)
{
	kernel_free(csr->node_id);
	kernel_free(csr->gone);
	kernel_free(csr->edge_id);
	kernel_free(csr->source);
	kernel_free(csr->target);
	kernel_free(csr->type);
	kernel_free(csr->weight);
	kernel_free(csr->valid_from);
	kernel_free(csr->valid_to);
	FreeHalf(&csr->out);
	FreeHalf(&csr->in);
}

/*
 * Does each node's list hold exactly the list's edges, by ascending id?
 */
static void
CheckHalf(const kernel_csr *csr, const kernel_half *half, bool out)
{
	for (uint32_t n = 0; n < nodes; n++)
	{
		uint32_t	wanted = 0;
		uint32_t	node = kernel_csr_node(csr, node_ids[n]);

		Expect((node != GRAPH_NONE) == alive[n], "a node is there or gone");
		if (node == GRAPH_NONE)
			continue;
		for (uint32_t e = 0; e < edges; e++)
			wanted += (out ? list[e].source : list[e].target) == n;
		Expect(half->length[node] == wanted, "length of a list");
		for (uint32_t i = 0; i < half->length[node]; i++)
		{
			uint32_t	edge = half->edge[half->start[node] + i];

			Expect(i == 0 ||
				   csr->edge_id[half->edge[half->start[node] + i - 1]] < csr->edge_id[edge],
				   "a list ascends");
			Expect((out ? csr->source : csr->target)[edge] == node,
				   "the near end");
			Expect((out ? csr->target : csr->source)[edge] ==
				   half->node[half->start[node] + i], "the far end");
		}
	}
}

static void
CheckAdjacency(const kernel_csr *csr)
{
	CheckHalf(csr, &csr->out, true);
	CheckHalf(csr, &csr->in, false);
	Expect(csr->live_edges == edges, "number of edges");
	for (uint32_t e = 0; e < edges; e++)
	{
		uint32_t	edge = kernel_csr_edge(csr, list[e].edge_id);

		Expect(edge != GRAPH_NONE && csr->weight[edge] == list[e].weight &&
			   csr->type[edge] == list[e].type, "an edge's values");
	}
}

/*
 * Add, remove and replace edges and nodes in place, as changes do.
 */
static void
ChangeInPlace(kernel_csr *csr)
{
	int64_t		next_id = 1000;

	for (int turn = 0; turn < 40; turn++)
	{
		uint32_t	e = edges > 0 ? Below(edges) : 0;
		uint32_t	n;

		switch (Below(4))
		{
			case 0:
			case 1:
				if (edges == MOST_EDGES || nodes == 0)
					break;
				list[edges] = RandomEdge(Below(2) ? next_id++ : -next_id++);
				if (!alive[list[edges].source] || !alive[list[edges].target])
					break;
				{
					kernel_input input = list[edges];

					input.source = kernel_csr_node(csr, node_ids[input.source]);
					input.target = kernel_csr_node(csr, node_ids[input.target]);
					if (kernel_csr_add_edge(csr, &input))
						edges++;
				}
				break;
			case 2:
				if (edges == 0)
					break;
				kernel_csr_remove_edge(csr, kernel_csr_edge(csr, list[e].edge_id));
				list[e] = list[--edges];
				break;
			default:
				if (nodes == 0)
					break;
				n = Below(nodes);
				if (alive[n])
				{
					kernel_csr_remove_node(csr, kernel_csr_node(csr, node_ids[n]));
					for (uint32_t i = edges; i-- > 0;)
						if (list[i].source == n || list[i].target == n)
							list[i] = list[--edges];
				}
				else if (!kernel_csr_add_node(csr, node_ids[n]))
					break;
				alive[n] = !alive[n];
				break;
		}
	}
}

/*
 * Costs between all nodes by Floyd and Warshall; hops with unit weights.
 */
static void
AllCosts(const kernel_view *view, double cost[MOST_NODES][MOST_NODES])
{
	for (uint32_t a = 0; a < nodes; a++)
		for (uint32_t b = 0; b < nodes; b++)
			cost[a][b] = a == b ? 0 : INFINITY;
	for (uint32_t e = 0; e < edges; e++)
	{
		uint32_t	s = list[e].source;
		uint32_t	t = list[e].target;
		double		w = view->unit ? 1 : list[e].weight;

		if ((view->type_counts && !view->type_counts[list[e].type]) ||
			(view->timed && list[e].valid_to <= view->as_of))
			continue;
		if (view->out && w < cost[s][t])
			cost[s][t] = w;
		if (view->in && w < cost[t][s])
			cost[t][s] = w;
	}
	for (uint32_t k = 0; k < nodes; k++)
		for (uint32_t a = 0; a < nodes; a++)
			for (uint32_t b = 0; b < nodes; b++)
				if (cost[a][k] + cost[k][b] < cost[a][b])
					cost[a][b] = cost[a][k] + cost[k][b];
}

/*
 * The cost of a path if its edges lead from source to target, else NAN.
 */
static double
FollowPath(const kernel_view *view, const uint32_t *path, uint32_t length,
		   uint32_t source, uint32_t target)
{
	const kernel_csr *csr = view->csr;
	uint32_t	node = source;
	double		cost = 0;

	for (uint32_t i = 0; i < length; i++)
	{
		uint32_t	e = path[i];

		if (!kernel_edge_counts(view, e))
			return NAN;
		cost += kernel_weight(view, e);
		if (view->out && csr->source[e] == node)
			node = csr->target[e];
		else if (view->in && csr->target[e] == node)
			node = csr->source[e];
		else
			return NAN;
	}
	return node == target ? cost : NAN;
}

static void
CheckPaths(const kernel_csr *csr)
{
	static double cost[MOST_NODES][MOST_NODES];
	static const uint8_t some_types[] = {1, 0, 1};
	kernel_view view = {.csr = csr,.as_of = 100};
	uint32_t   *path = kernel_alloc(sizeof(uint32_t) * 2 * csr->nodes);
	uint32_t   *order = kernel_alloc(sizeof(uint32_t) * csr->nodes);
	uint32_t   *level_end = kernel_alloc(sizeof(uint32_t) * (csr->nodes + 1));
	uint32_t	direction = 1 + Below(3);

	view.out = direction & 1;
	view.in = direction & 2;
	view.type_counts = Below(2) ? some_types : NULL;
	view.timed = Below(2);
	view.unit = Below(2);
	AllCosts(&view, cost);
	for (int pair = 0; pair < 6; pair++)
	{
		uint32_t	a = Below(nodes);
		uint32_t	b = Below(nodes);
		uint32_t	source = kernel_csr_node(csr, node_ids[a]);
		uint32_t	target = kernel_csr_node(csr, node_ids[b]);
		uint32_t	length;
		kernel_paths found;

		if (source == GRAPH_NONE || target == GRAPH_NONE)
			continue;
		length = kernel_cheapest_path(&view, source, target, path);
		Expect((length == GRAPH_NONE) == isinf(cost[a][b]), "a path is found");
		if (length != GRAPH_NONE)
			Expect(FollowPath(&view, path, length, source, target) == cost[a][b],
				   "the cheapest path");
		kernel_k_cheapest_paths(&view, source, target, 5, &found);
		for (uint32_t i = 0; i < found.count; i++)
		{
			Expect(FollowPath(&view, found.path[i].edges, found.path[i].length,
							  source, target) == found.path[i].cost,
				   "a path of the cheapest");
			Expect(found.path[i].cost >= (i == 0 ? cost[a][b] : found.path[i - 1].cost),
				   "paths by cost");
			kernel_free(found.path[i].edges);
		}
		if (found.path != NULL)
			kernel_free(found.path);
		if (view.unit)
		{
			uint32_t	levels;
			uint32_t	count = kernel_bfs(&view, source, csr->nodes, order, NULL,
										   level_end, &levels);
			bool		met = false;

			length = kernel_fewest_hops(&view, source, target, path);
			Expect((length == GRAPH_NONE) == isinf(cost[a][b]), "hops are found");
			if (length != GRAPH_NONE)
				Expect(FollowPath(&view, path, length, source, target) == cost[a][b],
					   "the fewest hops");
			for (uint32_t i = 0, level = 0; i < count; i++)
			{
				while (i >= level_end[level])
					level++;
				if (order[i] == target)
					met = level == cost[a][b];
			}
			Expect(met == !isinf(cost[a][b]), "distance of the search");
		}
	}
	kernel_free(path);
	kernel_free(order);
	kernel_free(level_end);
}

/* Trails that were given out, and whether each was one */
typedef struct Trails
{
	const kernel_view *view;
	uint32_t	start;
	uint32_t	count;
	uint32_t	hops;			/* GRAPH_NONE: any */
} Trails;

static bool
TakeTrail(const uint32_t *path, uint32_t length, uint32_t end, void *state)
{
	Trails	   *trails = state;

	Expect(!isnan(FollowPath(trails->view, path, length, trails->start, end)),
		   "a trail leads to its end");
	Expect(trails->hops == GRAPH_NONE || length == trails->hops,
		   "all the fewest hops");
	for (uint32_t i = 0; i < length; i++)
		for (uint32_t j = 0; j < i; j++)
			Expect(path[i] != path[j], "an edge once in a trail");
	return ++trails->count < 500;
}

static void
CheckTrails(const kernel_csr *csr)
{
	kernel_view view = {.csr = csr,.out = true,.in = Below(2)};
	uint32_t   *path = kernel_alloc(sizeof(uint32_t) * csr->nodes);
	uint32_t	source = kernel_csr_node(csr, node_ids[Below(nodes)]);
	uint32_t	target = kernel_csr_node(csr, node_ids[Below(nodes)]);
	Trails		trails = {.view = &view,.start = source,.hops = GRAPH_NONE};

	if (source != GRAPH_NONE)
	{
		kernel_trails(&view, source, Below(2), Below(80), TakeTrail, &trails);
		if (target != GRAPH_NONE)
		{
			trails.count = 0;
			trails.hops = kernel_fewest_hops(&view, source, target, path);
			kernel_all_fewest_hops(&view, source, target, TakeTrail, &trails);
			Expect((trails.count > 0) == (trails.hops != GRAPH_NONE),
				   "some of the fewest hops");
		}
	}
	kernel_free(path);
}

/*
 * Rounds as the definition has them: in lists what enters each node.
 */
static void
PlainRounds(const kernel_graph *in, const double *restart, uint32_t rounds,
			double *rank)
{
	double	   *strength = kernel_alloc(sizeof(double) * in->nodes);
	double	   *next = kernel_alloc(sizeof(double) * in->nodes);

	memset(strength, 0, sizeof(double) * in->nodes);
	for (uint64_t i = 0; i < in->slots; i++)
		strength[in->node[i]] += in->weight == NULL ? 1 : in->weight[i];
	for (uint32_t n = 0; n < in->nodes; n++)
		rank[n] = restart == NULL ? 1.0 / in->nodes : restart[n];
	for (uint32_t round = 0; round < rounds; round++)
	{
		double		lost = 0;

		for (uint32_t n = 0; n < in->nodes; n++)
			if (!(strength[n] > 0))
				lost += rank[n];
		for (uint32_t n = 0; n < in->nodes; n++)
		{
			next[n] = (0.15 + 0.85 * lost) * (restart == NULL ? 1.0 / in->nodes : restart[n]);
			for (uint64_t i = in->start[n]; i < in->start[n + 1]; i++)
				if (strength[in->node[i]] > 0)
					next[n] += 0.85 * rank[in->node[i]] *
						(in->weight == NULL ? 1 : in->weight[i]) / strength[in->node[i]];
		}
		memcpy(rank, next, sizeof(double) * in->nodes);
	}
	kernel_free(strength);
	kernel_free(next);
}

/*
 * Few rounds and many, even restarts and others, against the plain ones.
 */
static void
CheckRounds(const kernel_graph *graph)
{
	static const uint32_t rounds[] = {1, 2, 3, 8, 9, 20, 33};
	double	   *restart = kernel_alloc(sizeof(double) * graph->nodes);
	double	   *score = kernel_alloc(sizeof(double) * graph->nodes);
	double	   *plain = kernel_alloc(sizeof(double) * graph->nodes);
	kernel_rank_rounds prepared;

	memset(restart, 0, sizeof(double) * graph->nodes);
	if (graph->nodes > 0)
	{
		restart[0] = 0.25;
		restart[graph->nodes / 2] += 0.75;
	}
	kernel_prepare_rounds(graph, &prepared);
	for (size_t i = 0; i < sizeof(rounds) / sizeof(rounds[0]); i++)
		for (int even = 0; even < 2; even++)
		{
			kernel_pagerank(&prepared, even ? NULL : restart, 0.85, rounds[i], score);
			PlainRounds(graph, even ? NULL : restart, rounds[i], plain);
			for (uint32_t n = 0; n < graph->nodes; n++)
				Expect(fabs(score[n] - plain[n]) < 1e-13, "rounds are the plain ones");
		}
	kernel_free_rounds(&prepared);
	kernel_free(restart);
	kernel_free(score);
	kernel_free(plain);
}

static void
CheckRandomRounds(const kernel_csr *csr, bool out, bool weighted)
{
	kernel_view view = {.csr = csr,.out = out,.in = true};
	kernel_graph graph;

	kernel_project(&view, NULL, weighted, &graph);
	CheckRounds(&graph);
	kernel_free_graph(&graph);
}

/*
 * Lists of every length up to 200, in cycles and outside of them.
 */
static void
CheckLongLists(void)
{
	kernel_graph graph = {.nodes = 400};

	graph.start = kernel_alloc(sizeof(uint64_t) * 401);
	graph.node = kernel_alloc(sizeof(uint32_t) * 400 * 200);
	graph.original = kernel_alloc(sizeof(uint32_t) * 400);
	graph.start[0] = 0;
	for (uint32_t n = 0; n < 400; n++)
	{
		for (uint32_t i = 0; i < (n < 200 ? n : n % 7); i++)
			graph.node[graph.slots++] = (n * 3 + i * (n % 5 + 1)) % (n % 2 ? 300 : 150);
		graph.start[n + 1] = graph.slots;
		graph.original[n] = n;
	}
	CheckRounds(&graph);
	kernel_free_graph(&graph);
}

/*
 * Run what works on the packed graph: the sanitizers look on.
 */
static void
CheckPacked(const kernel_csr *csr)
{
	kernel_view view = {.csr = csr,.out = true,.in = true};
	kernel_graph graph;
	kernel_rank_rounds rounds;
	kernel_rank_order order;
	uint32_t   *group;
	double	   *score;
	double	   *strength;
	uint64_t   *triangles;
	double		sum = 0;

	kernel_project(&view, NULL, true, &graph);
	group = kernel_alloc(sizeof(uint32_t) * graph.nodes);
	score = kernel_alloc(sizeof(double) * graph.nodes);
	strength = kernel_alloc(sizeof(double) * graph.nodes);
	triangles = kernel_alloc(sizeof(uint64_t) * graph.nodes);

	kernel_prepare_order(&graph, &order);
	kernel_pagerank_limit(&order, NULL, 0.85, 2000, 1e-15, strength);
	kernel_free_order(&order);
	kernel_prepare_rounds(&graph, &rounds);
	kernel_pagerank(&rounds, NULL, 0.85, 300, score);
	kernel_free_rounds(&rounds);
	for (uint32_t n = 0; n < graph.nodes; n++)
		Expect(fabs(score[n] - strength[n]) < 1e-12, "rounds come to the limit");
	for (uint32_t n = 0; n < graph.nodes; n++)
		sum += score[n];
	Expect(graph.nodes == 0 || fabs(sum - 1) < 1e-12, "ranks sum to 1");
	kernel_free_graph(&graph);
	{
		uint32_t   *all = kernel_alloc(sizeof(uint32_t) * csr->nodes);

		kernel_weak_components(&view, NULL, &graph, all);
		for (uint32_t n = 0; n < graph.nodes; n++)
			Expect(all[all[n]] == all[n] && all[n] <= n, "a component's name");
		kernel_free(all);
	}
	kernel_free_graph(&graph);
	kernel_project(&view, NULL, true, &graph);
	kernel_strong_components(&graph, group, NULL);
	kernel_leiden(&graph, 1, 3, 7, group);
	for (uint32_t n = 0; n < graph.nodes; n++)
		Expect(group[group[n]] == group[n], "a community's name");
	kernel_label_propagation(&graph, 10, 7, group);
	kernel_betweenness(&graph, 5, 7, true, score);
	for (uint32_t n = 0; n < graph.nodes; n++)
		score[n] = n % 3 == 0;
	kernel_debtrank(&graph, Below(2), 50, 1e-9, score);
	for (uint32_t n = 0; n < graph.nodes; n++)
		Expect(score[n] >= 0 && score[n] <= 1, "distress is a part");
	if (graph.nodes > 0)
		kernel_rp3beta(&graph, &graph, 0, 0.6, score);
	{
		float	   *features = kernel_alloc(sizeof(float) * graph.nodes * 3);

		for (uint32_t i = 0; i < graph.nodes * 3; i++)
			features[i] = i % 5 == 0;
		kernel_propagate(&graph, 3, 4, 0.25, features);
		for (uint32_t i = 0; i < graph.nodes * 3; i++)
			Expect(isfinite(features[i]), "a feature is finite");
		kernel_free(features);
	}
	if (graph.nodes > 0)
	{
		kernel_ease model;

		kernel_ease_model(&graph, 0.5, &model);
		for (uint32_t i = 0; i < model.items; i++)
			Expect(model.inverse[(size_t) i * model.items + i] > 0,
				   "an inverse is positive");
		kernel_ease_scores(&graph, &model, 0, score);
		kernel_free_ease(&model);
	}
	{
		static const double weights[] = {0.5, 1, 2};
		float	   *embedding = kernel_alloc(sizeof(float) * graph.nodes * 5);
		int64_t    *ids = kernel_alloc(sizeof(int64_t) * graph.nodes);

		for (uint32_t n = 0; n < graph.nodes; n++)
			ids[n] = csr->node_id[graph.original[n]];
		kernel_fastrp(&graph, ids, 5, weights, 3, -0.5, 7, embedding);
		for (uint32_t i = 0; i < graph.nodes * 5; i++)
			Expect(isfinite(embedding[i]), "an embedding is finite");
		kernel_free(embedding);
		kernel_free(ids);
	}
	kernel_simplify(&graph);
	kernel_triangles(&graph, triangles);
	if (graph.nodes > 0)
		kernel_common_neighbours(&graph, 0, group, score);
	kernel_free(group);
	kernel_free(score);
	kernel_free(strength);
	kernel_free(triangles);
	kernel_free_graph(&graph);
}

int
main(void)
{
	for (int round = 0; round < ROUNDS; round++)
	{
		kernel_csr	csr;
		uint32_t	wanted;

		nodes = round < 2 ? (uint32_t) round : Below(MOST_NODES) + 1;
		for (uint32_t n = 0; n < nodes; n++)
		{
			node_ids[n] = (int64_t) n * (1 + round % 3) - 5;
			alive[n] = true;
		}
		wanted = nodes == 0 ? 0 : Below(MOST_EDGES / 2);
		for (edges = 0; edges < wanted; edges++)
			list[edges] = RandomEdge(round % 2 ? edges : 500 - (int64_t) edges);
		Build(&csr);
		CheckAdjacency(&csr);
		ChangeInPlace(&csr);
		CheckAdjacency(&csr);
		if (nodes > 0)
		{
			CheckPaths(&csr);
			CheckTrails(&csr);
		}
		CheckRandomRounds(&csr, true, true);
		CheckRandomRounds(&csr, false, round % 2 == 0);
		CheckPacked(&csr);
		Free(&csr);
	}
	CheckLongLists();
	printf("graph kernels: %d checks, %d failures\n", checks, failures);
	return failures > 0;
}
