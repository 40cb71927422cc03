/*-------------------------------------------------------------------------
 *
 * sparsevec_test.c
 *	  The kernels of sparse vectors against the same vectors written out, in
 *	  double.
 *
 * Lists are exactly as long as the elements, so that under the sanitizers a
 * kernel which reads past an end stops the run.
 *
 *-------------------------------------------------------------------------
 */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sparsevec/kernel.h"

#define MAX_DIM	400

typedef struct List
{
	SparseView	view;
	int32_t    *indices;
	float	   *values;
	double		dense[MAX_DIM];
} List;

static int	checks = 0;
static int	failures = 0;

/*
 * A list of which about one element in that many is not zero.
 */
static void
Fill(List *list, int dim, int one_in)
{
	int			nnz = 0;

	memset(list->dense, 0, sizeof(list->dense));
	for (int i = 0; i < dim; i++)
		if (rand() % one_in == 0)
		{
			list->dense[i] = (float) (2.0 * rand() / RAND_MAX - 1);
			nnz += list->dense[i] != 0;
		}
	list->indices = malloc(sizeof(int32_t) * nnz);
	list->values = malloc(sizeof(float) * nnz);
	nnz = 0;
	for (int i = 0; i < dim; i++)
		if (list->dense[i] != 0)
		{
			list->indices[nnz] = i;
			list->values[nnz++] = list->dense[i];
		}
	list->view = (SparseView)
	{
		nnz, list->indices, list->values
	};
}

static void
Release(List *list)
{
	free(list->indices);
	free(list->values);
}

static void
Check(const char *what, int dim, double got, double wanted, double magnitude)
{
	double		allowed = (dim + 8) * (double) FLT_EPSILON * magnitude;

	checks++;
	if (isnan(wanted) ? isnan(got) : fabs(got - wanted) <= allowed)
		return;
	failures++;
	printf("%s, %d dimensions: %.9g instead of %.9g\n", what, dim, got, wanted);
}

static void
CheckPair(int dim, const List *a, const List *b)
{
	double		l2 = 0;
	double		l1 = 0;
	double		product = 0;
	double		magnitude = 0;
	double		square_a = 0;
	double		square_b = 0;

	for (int i = 0; i < dim; i++)
	{
		double		x = a->dense[i];
		double		y = b->dense[i];

		l2 += (x - y) * (x - y);
		l1 += fabs(x - y);
		product += x * y;
		magnitude += fabs(x * y);
		square_a += x * x;
		square_b += y * y;
	}
	Check("l2_squared", dim, SparseL2Squared(a->view, b->view), l2, l2);
	Check("l1", dim, SparseL1(a->view, b->view), l1, l1);
	Check("inner_product", dim, SparseInnerProduct(a->view, b->view), product, magnitude);
	Check("cosine_similarity", dim, SparseCosineSimilarity(a->view, b->view),
		  product / sqrt(square_a * square_b), 1);
}

int
main(void)
{
	static const int densities[] = {1, 2, 5, 40, 100000};

	srand(1);
	for (int dim = 1; dim <= MAX_DIM; dim++)
		for (size_t i = 0; i < sizeof(densities) / sizeof(*densities); i++)
			for (size_t j = 0; j < sizeof(densities) / sizeof(*densities); j++)
			{
				List		a;
				List		b;

				Fill(&a, dim, densities[i]);
				Fill(&b, dim, densities[j]);
				CheckPair(dim, &a, &b);
				CheckPair(dim, &a, &a);
				Release(&a);
				Release(&b);
			}
	printf("sparsevec kernels: %d checks, %d failures\n", checks, failures);
	return failures > 0;
}
