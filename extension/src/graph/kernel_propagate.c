/*-------------------------------------------------------------------------
 *
 * kernel_propagate.c
 *	  Features smoothed over the graph: SGC and APPNP.
 *
 * Wu et al., Simplifying graph convolutional networks, ICML 2019, equation 6;
 * Gasteiger, Bojchevski, Guennemann, Predict then propagate, ICLR 2019,
 * equation 5: with A the adjacency without direction, D the sums of the rows of
 * A + I, and S = D^-1/2 (A + I) D^-1/2,
 *
 *	  Z_0 = H,  Z_k = (1 - a) S Z_(k-1) + a H
 *
 * a = 0 is SGC, S^K H; a > 0 is APPNP, which keeps something of where it came
 * from however many steps it takes.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>
#include <string.h>

#include "graph/kernel.h"

/*
 * One step: to = (1 - restart) S from + restart features.
 */
static void
propagate_step(const kernel_graph *graph, const double *scale,
			   uint32_t dimensions, double restart, const float *features,
			   const float *from, float *to)
{
	uint64_t	steps = 0;

	for (uint32_t n = 0; n < graph->nodes; n++)
	{
		const float *own = from + (size_t) n * dimensions;
		const float *first = features + (size_t) n * dimensions;
		float	   *row = to + (size_t) n * dimensions;
		float		part = (float) ((1 - restart) * scale[n] * scale[n]);

		for (uint32_t k = 0; k < dimensions; k++)
			row[k] = (float) restart * first[k] + part * own[k];
		for (uint64_t i = graph->start[n]; i < graph->start[n + 1]; i++)
		{
			uint32_t	m = graph->node[i];
			const float *other = from + (size_t) m * dimensions;
			double		weight = graph->weight ? graph->weight[i] : 1;

			part = (float) ((1 - restart) * weight * scale[n] * scale[m]);
			for (uint32_t k = 0; k < dimensions; k++)
				row[k] += part * other[k];
		}
		steps += graph->start[n + 1] - graph->start[n] + 1;
		if (steps * dimensions >= GRAPH_CHECK_EVERY)
		{
			steps = 0;
			kernel_check();
		}
	}
}

/*
 * graph is without direction, its weights are from 0. features has a row of
 * dimensions for each node and gets the result.
 */
void
kernel_propagate(const kernel_graph *graph, uint32_t dimensions,
				 uint32_t hops, double restart, float *features)
{
	size_t		size = sizeof(float) * graph->nodes * dimensions;
	double	   *scale = kernel_alloc(sizeof(double) * graph->nodes);
	float	   *from = kernel_alloc(size);
	float	   *to = kernel_alloc(size);

	kernel_strengths(graph, scale);
	for (uint32_t n = 0; n < graph->nodes; n++)
		scale[n] = 1 / sqrt(scale[n] + 1);
	memcpy(from, features, size);
	for (uint32_t hop = 0; hop < hops; hop++)
	{
		float	   *spare = from;

		propagate_step(graph, scale, dimensions, restart, features, from, to);
		from = to;
		to = spare;
	}
	memcpy(features, from, size);
	kernel_free(scale);
	kernel_free(from);
	kernel_free(to);
}
