/*-------------------------------------------------------------------------
 *
 * kernel.c
 *	  Distances between two lists of elements that are not zero.
 *
 * Both lists are walked at once, in order of the indices.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>

#include "sparsevec/kernel.h"

float
SparseL2Squared(SparseView a, SparseView b)
{
	float		sum = 0;
	int			i = 0;
	int			j = 0;

	while (i < a.nnz || j < b.nnz)
	{
		float		difference;

		if (j == b.nnz || (i < a.nnz && a.indices[i] < b.indices[j]))
			difference = a.values[i++];
		else if (i == a.nnz || b.indices[j] < a.indices[i])
			difference = b.values[j++];
		else
			difference = a.values[i++] - b.values[j++];
		sum += difference * difference;
	}
	return sum;
}

/*
 * Neither list is known to be longer, and which index is less is a coin toss:
 * steps are added up, not branched on.
 */
float
SparseInnerProduct(SparseView a, SparseView b)
{
	float		sum = 0;
	int			i = 0;
	int			j = 0;

	while (i < a.nnz && j < b.nnz)
	{
		int32_t		at_a = a.indices[i];
		int32_t		at_b = b.indices[j];

		if (at_a == at_b)
			sum += a.values[i] * b.values[j];
		i += at_a <= at_b;
		j += at_b <= at_a;
	}
	return sum;
}

static float
SquareSum(SparseView a)
{
	float		sum = 0;

	for (int i = 0; i < a.nnz; i++)
		sum += a.values[i] * a.values[i];
	return sum;
}

/*
 * a.b / (|a| |b|), NaN when either length is zero.
 */
double
SparseCosineSimilarity(SparseView a, SparseView b)
{
	float		product = SparseInnerProduct(a, b);

	return (double) product /
		sqrt((double) SquareSum(a) * (double) SquareSum(b));
}

float
SparseL1(SparseView a, SparseView b)
{
	float		sum = 0;
	int			i = 0;
	int			j = 0;

	while (i < a.nnz || j < b.nnz)
	{
		if (j == b.nnz || (i < a.nnz && a.indices[i] < b.indices[j]))
			sum += fabsf(a.values[i++]);
		else if (i == a.nnz || b.indices[j] < a.indices[i])
			sum += fabsf(b.values[j++]);
		else
			sum += fabsf(a.values[i++] - b.values[j++]);
	}
	return sum;
}
