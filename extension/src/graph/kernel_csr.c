/*-------------------------------------------------------------------------
 *
 * kernel_csr.c
 *	  Adjacency arrays: building them, and changing a few edges in place.
 *
 *-------------------------------------------------------------------------
 */
#include <stdlib.h>
#include <string.h>

#include "graph/kernel.h"

static uint32_t
with_spare(uint32_t count)
{
	uint64_t	wanted = (uint64_t) count + count / GRAPH_SPARE_PART +
	GRAPH_SPARE_LEAST;

	return wanted < GRAPH_NONE ? (uint32_t) wanted : GRAPH_NONE - 1;
}

/*
 * Bytes that adjacency of so many nodes and edges takes.
 */
size_t
kernel_csr_size(uint32_t nodes, uint32_t edges)
{
	size_t		a_node = sizeof(int64_t) + 1 + 6 * sizeof(uint32_t);
	size_t		an_edge = 3 * sizeof(int64_t) + sizeof(double) +
	2 * sizeof(uint32_t) + sizeof(uint16_t) + 4 * sizeof(uint32_t);

	return with_spare(nodes) * a_node + with_spare(edges) * an_edge;
}

static int
compare_inputs(const void *a, const void *b)
{
	int64_t		id_a = ((const kernel_input *) a)->edge_id;
	int64_t		id_b = ((const kernel_input *) b)->edge_id;

	return (id_a > id_b) - (id_a < id_b);
}

static void
sort_inputs(kernel_input *inputs, uint32_t edges)
{
	for (uint32_t e = 1; e < edges; e++)
		if (inputs[e - 1].edge_id > inputs[e].edge_id)
		{
			qsort(inputs, edges, sizeof(kernel_input), compare_inputs);
			return;
		}
}

/*
 * Lists by near end, by counting; within a list by edge, that is by edge_id.
 */
static void
build_half(kernel_half *half, uint32_t nodes, uint32_t node_capacity,
		   uint32_t edges, uint32_t capacity, const uint32_t *near,
		   const uint32_t *far)
{
	uint32_t	slot = 0;

	half->start = kernel_alloc(sizeof(uint32_t) * node_capacity);
	half->length = kernel_alloc(sizeof(uint32_t) * node_capacity);
	half->room = kernel_alloc(sizeof(uint32_t) * node_capacity);
	half->node = kernel_alloc(sizeof(uint32_t) * capacity);
	half->edge = kernel_alloc(sizeof(uint32_t) * capacity);
	half->used = edges;
	half->capacity = capacity;

	memset(half->room, 0, sizeof(uint32_t) * node_capacity);
	memset(half->length, 0, sizeof(uint32_t) * node_capacity);
	for (uint32_t e = 0; e < edges; e++)
		half->room[near[e]]++;
	kernel_check();
	for (uint32_t n = 0; n < nodes; n++)
	{
		half->start[n] = slot;
		slot += half->room[n];
	}
	for (uint32_t e = 0; e < edges; e++)
	{
		uint32_t	n = near[e];
		uint32_t	place = half->start[n] + half->length[n]++;

		half->node[place] = far[e];
		half->edge[place] = e;
	}
	kernel_check();
}

static void
set_edge(kernel_csr *csr, uint32_t e, const kernel_input *input)
{
	csr->edge_id[e] = input->edge_id;
	csr->source[e] = input->source;
	csr->target[e] = input->target;
	csr->type[e] = (uint16_t) input->type;
	csr->weight[e] = input->weight;
	csr->valid_from[e] = input->valid_from;
	csr->valid_to[e] = input->valid_to;
	if (input->valid_from != INT64_MIN || input->valid_to != INT64_MAX)
		csr->timed = true;
	if (input->weight < 0)
		csr->negative++;
}

/*
 * Build adjacency from ascending node ids and from edges in any order, which
 * are sorted in place.
 */
void
kernel_csr_build(kernel_csr *csr, const int64_t *node_ids, uint32_t nodes,
				 kernel_input *inputs, uint32_t edges)
{
	uint32_t	node_capacity = with_spare(nodes);
	uint32_t	capacity = with_spare(edges);

	memset(csr, 0, sizeof(*csr));
	csr->nodes = csr->sorted_nodes = nodes;
	csr->node_capacity = node_capacity;
	csr->node_id = kernel_alloc(sizeof(int64_t) * node_capacity);
	csr->gone = kernel_alloc(node_capacity);
	if (nodes > 0)
		memcpy(csr->node_id, node_ids, sizeof(int64_t) * nodes);
	memset(csr->gone, 0, node_capacity);

	sort_inputs(inputs, edges);
	kernel_check();
	csr->edges = csr->sorted_edges = csr->live_edges = edges;
	csr->edge_capacity = capacity;
	csr->edge_id = kernel_alloc(sizeof(int64_t) * capacity);
	csr->source = kernel_alloc(sizeof(uint32_t) * capacity);
	csr->target = kernel_alloc(sizeof(uint32_t) * capacity);
	csr->type = kernel_alloc(sizeof(uint16_t) * capacity);
	csr->weight = kernel_alloc(sizeof(double) * capacity);
	csr->valid_from = kernel_alloc(sizeof(int64_t) * capacity);
	csr->valid_to = kernel_alloc(sizeof(int64_t) * capacity);
	for (uint32_t e = 0; e < edges; e++)
		set_edge(csr, e, &inputs[e]);

	build_half(&csr->out, nodes, node_capacity, edges, capacity, csr->source,
			   csr->target);
	build_half(&csr->in, nodes, node_capacity, edges, capacity, csr->target,
			   csr->source);
}

/*
 * Place of an id in an ascending array, GRAPH_NONE if it is not there.
 */
static uint32_t
find_sorted(const int64_t *ids, uint32_t count, int64_t id)
{
	uint32_t	low = 0;
	uint32_t	high = count;

	while (low < high)
	{
		uint32_t	middle = low + (high - low) / 2;

		if (ids[middle] < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low < count && ids[low] == id ? low : GRAPH_NONE;
}

/*
 * Number of the node with this id, GRAPH_NONE if there is none (any more).
 */
uint32_t
kernel_csr_node(const kernel_csr *csr, int64_t node_id)
{
	uint32_t	n = find_sorted(csr->node_id, csr->sorted_nodes, node_id);

	if (n != GRAPH_NONE && !csr->gone[n])
		return n;
	for (n = csr->sorted_nodes; n < csr->nodes; n++)
		if (csr->node_id[n] == node_id && !csr->gone[n])
			return n;
	return GRAPH_NONE;
}

/*
 * Number of the edge with this id, GRAPH_NONE if there is none (any more).
 */
uint32_t
kernel_csr_edge(const kernel_csr *csr, int64_t edge_id)
{
	uint32_t	e = find_sorted(csr->edge_id, csr->sorted_edges, edge_id);

	if (e != GRAPH_NONE && csr->source[e] != GRAPH_NONE)
		return e;
	for (e = csr->sorted_edges; e < csr->edges; e++)
		if (csr->edge_id[e] == edge_id && csr->source[e] != GRAPH_NONE)
			return e;
	return GRAPH_NONE;
}

static void
remove_slot(kernel_half *half, uint32_t near, uint32_t edge)
{
	uint32_t	start = half->start[near];
	uint32_t	length = half->length[near];

	for (uint32_t i = start; i < start + length; i++)
		if (half->edge[i] == edge)
		{
			size_t		behind = start + length - i - 1;

			memmove(&half->edge[i], &half->edge[i + 1], sizeof(uint32_t) * behind);
			memmove(&half->node[i], &half->node[i + 1], sizeof(uint32_t) * behind);
			half->length[near]--;
			return;
		}
}

void
kernel_csr_remove_edge(kernel_csr *csr, uint32_t edge)
{
	remove_slot(&csr->out, csr->source[edge], edge);
	remove_slot(&csr->in, csr->target[edge], edge);
	csr->source[edge] = GRAPH_NONE;
	csr->target[edge] = GRAPH_NONE;
	csr->live_edges--;
	if (csr->weight[edge] < 0)
		csr->negative--;
}

/*
 * Room for one more slot of a node; its list may move. False if none is left.
 */
static bool
make_room(kernel_half *half, uint32_t near)
{
	uint32_t	length = half->length[near];
	uint64_t	room = (uint64_t) length + length / 2 + 4;

	if (length < half->room[near])
		return true;
	if (half->used + room > half->capacity)
		room = length + 1;
	if (half->used + room > half->capacity)
		return false;
	memcpy(&half->node[half->used], &half->node[half->start[near]],
		   sizeof(uint32_t) * length);
	memcpy(&half->edge[half->used], &half->edge[half->start[near]],
		   sizeof(uint32_t) * length);
	half->start[near] = half->used;
	half->room[near] = (uint32_t) room;
	half->used += (uint32_t) room;
	return true;
}

/*
 * Put an edge into a node's list, where its id belongs.
 */
static void
insert_slot(const kernel_csr *csr, kernel_half *half, uint32_t near,
			uint32_t far, uint32_t edge)
{
	uint32_t	start = half->start[near];
	uint32_t	i = start + half->length[near]++;

	while (i > start && csr->edge_id[half->edge[i - 1]] > csr->edge_id[edge])
	{
		half->edge[i] = half->edge[i - 1];
		half->node[i] = half->node[i - 1];
		i--;
	}
	half->edge[i] = edge;
	half->node[i] = far;
}

/*
 * Add an edge whose ends are known. False, and nothing done, without room.
 */
bool
kernel_csr_add_edge(kernel_csr *csr, const kernel_input *input)
{
	uint32_t	e = csr->edges;

	if (e == csr->edge_capacity || !make_room(&csr->out, input->source) ||
		!make_room(&csr->in, input->target))
		return false;
	set_edge(csr, e, input);
	insert_slot(csr, &csr->out, input->source, input->target, e);
	insert_slot(csr, &csr->in, input->target, input->source, e);
	csr->edges++;
	csr->live_edges++;
	return true;
}

static void
empty_list(kernel_half *half, uint32_t node)
{
	half->start[node] = half->used;
	half->length[node] = 0;
	half->room[node] = 0;
}

/*
 * Add a node without edges. False, and nothing done, without room.
 */
bool
kernel_csr_add_node(kernel_csr *csr, int64_t node_id)
{
	uint32_t	n = csr->nodes;

	if (n == csr->node_capacity)
		return false;
	csr->node_id[n] = node_id;
	csr->gone[n] = 0;
	empty_list(&csr->out, n);
	empty_list(&csr->in, n);
	csr->nodes++;
	return true;
}

/*
 * Remove a node and what edges it still has.
 */
void
kernel_csr_remove_node(kernel_csr *csr, uint32_t node)
{
	while (csr->out.length[node] > 0)
		kernel_csr_remove_edge(csr, csr->out.edge[csr->out.start[node] +
												  csr->out.length[node] - 1]);
	while (csr->in.length[node] > 0)
		kernel_csr_remove_edge(csr, csr->in.edge[csr->in.start[node] +
												 csr->in.length[node] - 1]);
	csr->gone[node] = 1;
	csr->gone_nodes++;
}
