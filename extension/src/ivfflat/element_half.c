/*-------------------------------------------------------------------------
 *
 * element_half.c
 *	  Arrays of half precision.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "halfvec/halfvec.h"
#include "halfvec/kernel.h"
#include "ivfflat/element.h"

/* So that a center and an entry fit a page */
#define MOST_HALVES	4000

static Size
HalvesSize(int dim)
{
	return sizeof(Half) * dim;
}

static const void *
HalvesRead(Datum value, int *dim, void **copy)
{
	HalfVector *vector = DatumGetHalfVector(value);

	*copy = (Pointer) vector == DatumGetPointer(value) ? NULL : vector;
	*dim = vector->dim;
	return vector->x;
}

static bool
HalvesUnit(int dim, const void *x, void *out)
{
	const Half *from = x;
	Half	   *to = out;
	double		square = 0;

	for (int i = 0; i < dim; i++)
		square += (double) HalfToFloat(from[i]) * HalfToFloat(from[i]);
	if (square == 0)
		return false;
	for (int i = 0; i < dim; i++)
		to[i] = HalfFromFloat((float) (HalfToFloat(from[i]) / sqrt(square)));
	return true;
}

static float
HalvesMetric(int dim, const void *a, const void *b)
{
	return sqrtf(half_kernels.l2_squared(dim, a, b));
}

static void
HalvesAdd(int dim, float *sum, const void *x)
{
	const Half *from = x;

	for (int i = 0; i < dim; i++)
		sum[i] += HalfToFloat(from[i]);
}

static void
HalvesMiddle(int dim, const float *sum, int count, void *out)
{
	Half	   *to = out;

	for (int i = 0; i < dim; i++)
		to[i] = HalfFromFloat(sum[i] / count);
}

static void
HalvesFromNumbers(int dim, const float *numbers, void *out)
{
	HalvesMiddle(dim, numbers, 1, out);
}

const IvfflatElement ivfflat_halves = {
	.measure = "halfvec dimensions",
	.most = MOST_HALVES,
	.size = HalvesSize,
	.read = HalvesRead,
	.unit = HalvesUnit,
	.metric = HalvesMetric,
	.add = HalvesAdd,
	.middle = HalvesMiddle,
	.from_numbers = HalvesFromNumbers
};
