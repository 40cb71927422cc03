/*-------------------------------------------------------------------------
 *
 * element_float.c
 *	  Arrays of floats.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "ivfflat/element.h"
#include "vector/kernel.h"
#include "vector/vector.h"

/* So that a center and an entry fit a page */
#define MOST_FLOATS	2000

static Size
FloatsSize(int dim)
{
	return sizeof(float) * dim;
}

static const void *
FloatsRead(Datum value, int *dim, void **copy)
{
	Vector	   *vector = DatumGetVector(value);

	*copy = (Pointer) vector == DatumGetPointer(value) ? NULL : vector;
	*dim = vector->dim;
	return vector->x;
}

static bool
FloatsUnit(int dim, const void *x, void *out)
{
	const float *from = x;
	float	   *to = out;
	double		square = 0;

	for (int i = 0; i < dim; i++)
		square += (double) from[i] * from[i];
	if (square == 0)
		return false;
	for (int i = 0; i < dim; i++)
		to[i] = (float) (from[i] / sqrt(square));
	return true;
}

static float
FloatsMetric(int dim, const void *a, const void *b)
{
	return sqrtf(vector_kernels.l2_squared(dim, a, b));
}

static void
FloatsAdd(int dim, float *sum, const void *x)
{
	const float *from = x;

	for (int i = 0; i < dim; i++)
		sum[i] += from[i];
}

static void
FloatsMiddle(int dim, const float *sum, int count, void *out)
{
	float	   *to = out;

	for (int i = 0; i < dim; i++)
		to[i] = sum[i] / count;
}

static void
FloatsFromNumbers(int dim, const float *numbers, void *out)
{
	memcpy(out, numbers, sizeof(float) * dim);
}

const IvfflatElement ivfflat_floats = {
	.measure = "vector dimensions",
	.most = MOST_FLOATS,
	.size = FloatsSize,
	.read = FloatsRead,
	.unit = FloatsUnit,
	.metric = FloatsMetric,
	.add = FloatsAdd,
	.middle = FloatsMiddle,
	.from_numbers = FloatsFromNumbers
};
