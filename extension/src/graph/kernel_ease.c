/*-------------------------------------------------------------------------
 *
 * kernel_ease.c
 *	  EASE: recommendation by a linear model of what goes together.
 *
 * Steck, Embarrassingly shallow autoencoders for sparse data, WWW 2019,
 * section 3: with X the weights from nodes to items and r the regularisation,
 *
 *	  P = (X^T X + r I)^-1,  B_ij = - P_ij / P_jj (0 on the diagonal),  S = X B
 *
 * B is the linear model that tells each item from the others with the least
 * squares; S holds the scores. The inverse comes by Cholesky's factors (Golub,
 * Van Loan, Matrix Computations, 4.2); all three steps are dot products of rows,
 * taken block by block so that the rows stay in the processor's cache.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>
#include <string.h>

#include "graph/kernel.h"

/* Rows of a block: so many of 2000 numbers fit a cache of 1 MB */
#define BLOCK_ROWS	48

/*
 * Eight sums side by side, which the compiler turns into vector instructions
 * without changing the order of the additions from machine to machine.
 */
static double
dot(const double *a, const double *b, uint32_t from, uint32_t to)
{
	double		sum[8] = {0};
	double		rest = 0;
	uint32_t	k = from;

	for (; k + 8 <= to; k += 8)
		for (int i = 0; i < 8; i++)
			sum[i] += a[k + i] * b[k + i];
	for (; k < to; k++)
		rest += a[k] * b[k];
	return rest + ((sum[0] + sum[4]) + (sum[1] + sum[5])) +
		((sum[2] + sum[6]) + (sum[3] + sum[7]));
}

/*
 * The lower factor of a positive definite matrix, in its place.
 */
static void
factorise(double *matrix, uint32_t size)
{
	for (uint32_t block = 0; block < size; block += BLOCK_ROWS)
	{
		uint32_t	end = block + BLOCK_ROWS < size ? block + BLOCK_ROWS : size;

		for (uint32_t i = block; i < size; i++)
		{
			double	   *row = matrix + (size_t) i * size;

			for (uint32_t j = block; j < end && j <= i; j++)
			{
				const double *other = matrix + (size_t) j * size;
				double		left = row[j] - dot(row, other, 0, j);

				row[j] = i == j ? sqrt(left) : left / other[j];
			}
			kernel_check();
		}
	}
}

/*
 * The transposed inverse of a lower factor: row i is column i of the inverse,
 * zero before place i.
 */
static void
invert_factor(const double *factor, uint32_t size, double *inverse)
{
	memset(inverse, 0, sizeof(double) * size * size);
	for (uint32_t block = 0; block < size; block += BLOCK_ROWS)
	{
		uint32_t	end = block + BLOCK_ROWS < size ? block + BLOCK_ROWS : size;

		for (uint32_t k = block; k < size; k++)
		{
			const double *row = factor + (size_t) k * size;

			for (uint32_t i = block; i < end && i <= k; i++)
			{
				double	   *column = inverse + (size_t) i * size;

				column[k] = ((i == k ? 1 : 0) - dot(row, column, i, k)) / row[k];
			}
			kernel_check();
		}
	}
}

/*
 * The product of the transposed inverse factor with itself, turned: the inverse
 * of the matrix.
 */
static void
square_inverse(const double *inverse, uint32_t size, double *result)
{
	for (uint32_t block = 0; block < size; block += BLOCK_ROWS)
	{
		uint32_t	end = block + BLOCK_ROWS < size ? block + BLOCK_ROWS : size;

		for (uint32_t j = block; j < size; j++)
		{
			const double *column = inverse + (size_t) j * size;

			for (uint32_t i = block; i < end && i <= j; i++)
			{
				double		value = dot(inverse + (size_t) i * size, column, j, size);

				result[(size_t) i * size + j] = value;
				result[(size_t) j * size + i] = value;
			}
			kernel_check();
		}
	}
}

/*
 * Number the nodes that something leads to; item gets GRAPH_NONE for others.
 */
static uint32_t
number_items(const kernel_graph *out, uint32_t *item)
{
	uint32_t	items = 0;

	memset(item, 0xff, sizeof(uint32_t) * out->nodes);
	for (uint64_t i = 0; i < out->slots; i++)
		item[out->node[i]] = 0;
	for (uint32_t n = 0; n < out->nodes; n++)
		if (item[n] != GRAPH_NONE)
			item[n] = items++;
	return items;
}

static double
slot_weight(const kernel_graph *graph, uint64_t slot)
{
	return graph->weight == NULL ? 1 : graph->weight[slot];
}

/*
 * X^T X + r I
 */
static void
gram_matrix(const kernel_graph *out, const kernel_ease *model,
			double regularisation, double *gram)
{
	uint64_t	steps = 0;

	memset(gram, 0, sizeof(double) * model->items * model->items);
	for (uint32_t n = 0; n < out->nodes; n++)
		for (uint64_t i = out->start[n]; i < out->start[n + 1]; i++)
		{
			double	   *row = gram + (size_t) model->item[out->node[i]] * model->items;
			double		weight = slot_weight(out, i);

			for (uint64_t j = out->start[n]; j < out->start[n + 1]; j++)
				row[model->item[out->node[j]]] += weight * slot_weight(out, j);
			steps += out->start[n + 1] - out->start[n];
			if (steps >= GRAPH_CHECK_EVERY)
			{
				steps = 0;
				kernel_check();
			}
		}
	for (uint32_t i = 0; i < model->items; i++)
		gram[(size_t) i * model->items + i] += regularisation;
}

/*
 * The model of a graph, where out lists what each node leads to;
 * regularisation is above 0. The caller frees it.
 */
void
kernel_ease_model(const kernel_graph *out, double regularisation,
				  kernel_ease *model)
{
	double	   *spare;
	size_t		size;

	model->item = kernel_alloc(sizeof(uint32_t) * out->nodes);
	model->items = number_items(out, model->item);
	size = sizeof(double) * model->items * model->items;
	model->inverse = kernel_alloc(size);
	spare = kernel_alloc(size);
	gram_matrix(out, model, regularisation, model->inverse);
	factorise(model->inverse, model->items);
	invert_factor(model->inverse, model->items, spare);
	square_inverse(spare, model->items, model->inverse);
	kernel_free(spare);
}

void
kernel_free_ease(kernel_ease *model)
{
	kernel_free(model->item);
	kernel_free(model->inverse);
}

/*
 * Scores of all nodes for one: -infinity for what is no item, and for what it
 * leads to already.
 */
void
kernel_ease_scores(const kernel_graph *out, const kernel_ease *model,
				   uint32_t start, double *score)
{
	uint32_t	items = model->items;
	double	   *sum = kernel_alloc(sizeof(double) * items);

	memset(sum, 0, sizeof(double) * items);
	for (uint64_t i = out->start[start]; i < out->start[start + 1]; i++)
	{
		const double *row = model->inverse + (size_t) model->item[out->node[i]] * items;
		double		weight = slot_weight(out, i);

		for (uint32_t j = 0; j < items; j++)
			sum[j] -= weight * row[j];
	}
	for (uint32_t n = 0; n < out->nodes; n++)
	{
		uint32_t	j = model->item[n];

		score[n] = j == GRAPH_NONE ? -INFINITY :
			sum[j] / model->inverse[(size_t) j * items + j];
	}
	for (uint64_t i = out->start[start]; i < out->start[start + 1]; i++)
		score[out->node[i]] = -INFINITY;
	kernel_free(sum);
	kernel_check();
}
