/*-------------------------------------------------------------------------
 *
 * kernel_fastrp.c
 *	  FastRP: node embeddings by very sparse random projection.
 *
 * Chen, Sultan, Tian, Chen, Skiena, Fast and accurate network embeddings via
 * very sparse random projection, CIKM 2019: with R of +-sqrt(3) (a chance of 1/6
 * each) and 0, D the degrees and A the adjacency,
 *
 *	  N_0 = D^b R,  N_k = D^-1 A N_(k-1),  N = sum of w_k N_k
 *
 * with the rows of each N_k brought to length 1 before they are added. The row
 * of a node in R depends on the seed and the node's id alone, so a node keeps it
 * when others come and go.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>
#include <string.h>

#include "graph/kernel.h"

/* Keeps the streams of neighbouring ids apart: an odd number from L'Ecuyer's
 * tables of multipliers for 64 bits (Steele, Vigna 2021) */
#define ID_FACTOR	UINT64_C(0xd1342543de82ef95)

static void
random_row(int64_t id, uint64_t seed, double scale, uint32_t dimensions,
		   float *row)
{
	kernel_random random = {seed + (uint64_t) id * ID_FACTOR};
	float		value = (float) (sqrt(3) * scale);

	for (uint32_t i = 0; i < dimensions; i++)
	{
		uint32_t	throw = kernel_random_below(&random, 6);

		row[i] = throw == 0 ? value : throw == 1 ? -value : 0;
	}
}

/*
 * Add the row, brought to the given length, to the sum.
 */
static void
add_row(const float *row, double length, uint32_t dimensions, float *sum)
{
	double		square = 0;
	float		factor;

	for (uint32_t i = 0; i < dimensions; i++)
		square += (double) row[i] * row[i];
	if (square == 0)
		return;
	factor = (float) (length / sqrt(square));
	for (uint32_t i = 0; i < dimensions; i++)
		sum[i] += factor * row[i];
}

/*
 * The mean of the rows of a node's list, by weight.
 */
static void
mean_row(const kernel_graph *graph, uint32_t n, double strength,
		 const float *rows, uint32_t dimensions, float *mean)
{
	memset(mean, 0, sizeof(float) * dimensions);
	if (strength <= 0)
		return;
	for (uint64_t i = graph->start[n]; i < graph->start[n + 1]; i++)
	{
		const float *row = rows + (size_t) graph->node[i] * dimensions;
		float		part = (float) ((graph->weight ? graph->weight[i] : 1) / strength);

		for (uint32_t k = 0; k < dimensions; k++)
			mean[k] += part * row[k];
	}
}

/*
 * ids is by node; weights[k] is that of N_k, from N_0. embedding has room for
 * nodes times dimensions.
 */
void
kernel_fastrp(const kernel_graph *graph, const int64_t *ids,
			  uint32_t dimensions, const double *weights, uint32_t nweights,
			  double exponent, uint64_t seed, float *embedding)
{
	size_t		size = sizeof(float) * graph->nodes * dimensions;
	float	   *rows = kernel_alloc(size);
	float	   *next = kernel_alloc(size);
	double	   *strength = kernel_alloc(sizeof(double) * graph->nodes);

	kernel_strengths(graph, strength);
	memset(embedding, 0, size);
	for (uint32_t k = 0; k < nweights; k++)
	{
		for (uint32_t n = 0; n < graph->nodes; n++)
		{
			float	   *row = next + (size_t) n * dimensions;

			if (k == 0)
				random_row(ids[n], seed,
						   strength[n] > 0 ? pow(strength[n], exponent) : 1,
						   dimensions, row);
			else
				mean_row(graph, n, strength[n], rows, dimensions, row);
			add_row(row, weights[k], dimensions, embedding + (size_t) n * dimensions);
			if (n % 1024 == 0)
				kernel_check();
		}
		{
			float	   *spare = rows;

			rows = next;
			next = spare;
		}
	}
	kernel_free(rows);
	kernel_free(next);
	kernel_free(strength);
}
