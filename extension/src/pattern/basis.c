/*-------------------------------------------------------------------------
 *
 * basis.c
 *	  The axes along which vectors differ most: the eigenvectors of the
 *	  largest eigenvalues of the mean of x x' over a sample, found by
 *	  orthogonal iteration (Golub and Van Loan, Matrix Computations, 8.2.4).
 *	  What is found with a basis does not depend on it, only how fast: neither
 *	  need the axes have converged, nor the sample be a good one.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>
#include <string.h>

#include "pattern/pattern.h"

/* Rounds of the iteration */
#define ROUNDS			40

/* Shorter than this is nothing but rounding */
#define NOTHING			1e-9

/* Room that codes leave on both sides of what the sample shows */
#define MARGIN			1.1

/* The smallest step of a code */
#define MIN_SCALE		1e-6

void
PatternAddMoment(const float *x, int dim, double *moment)
{
	for (int i = 0; i < dim; i++)
		for (int j = 0; j <= i; j++)
			moment[(size_t) i * dim + j] += (double) x[i] * x[j];
}

static double
Dot(const double *a, const double *b, int dim)
{
	double		sum = 0;

	for (int i = 0; i < dim; i++)
		sum += a[i] * b[i];
	return sum;
}

/*
 * Gram and Schmidt, twice over so that rounding leaves no trace. An axis of
 * which nothing is left becomes zero.
 */
static void
Orthonormalise(double *axis, int axes, int dim)
{
	for (int a = 0; a < axes; a++)
	{
		double	   *own = axis + (size_t) a * dim;
		double		before = sqrt(Dot(own, own, dim));
		double		length;

		for (int turn = 0; turn < 2; turn++)
			for (int b = 0; b < a; b++)
			{
				const double *other = axis + (size_t) b * dim;
				double		share = Dot(own, other, dim);

				for (int i = 0; i < dim; i++)
					own[i] -= share * other[i];
			}
		length = sqrt(Dot(own, own, dim));
		for (int i = 0; i < dim; i++)
			own[i] = length > NOTHING * before ? own[i] / length : 0;
	}
}

/*
 * Axes that are alike in no way to begin with, the same every time (the
 * generator of Numerical Recipes, 7.1)
 */
static void
Begin(double *axis, int axes, int dim)
{
	uint32_t	state = 1;

	for (int i = 0; i < axes * dim; i++)
	{
		state = state * 1664525u + 1013904223u;
		axis[i] = state / 4294967296.0 - 0.5;
	}
}

/*
 * product = moment axis, of a matrix whose lower triangle is given
 */
static void
Multiply(const double *moment, const double *axis, double *product, int dim)
{
	memset(product, 0, dim * sizeof(double));
	for (int i = 0; i < dim; i++)
	{
		const double *row = moment + (size_t) i * dim;
		double		sum = row[i] * axis[i];

		for (int j = 0; j < i; j++)
		{
			sum += row[j] * axis[j];
			product[j] += row[j] * axis[i];
		}
		product[i] += sum;
	}
}

/*
 * Codes reach from the least to the greatest coordinate of the sample, and
 * somewhat farther.
 */
static void
WriteRange(const float *sample, int count, int dim, const float *axis,
		   float *middle, float *scale)
{
	double		least = INFINITY;
	double		most = -INFINITY;

	for (int s = 0; s < count; s++)
	{
		double		sum = 0;

		for (int i = 0; i < dim; i++)
			sum += (double) axis[i] * sample[(size_t) s * dim + i];
		least = fmin(least, sum);
		most = fmax(most, sum);
	}
	*middle = (least + most) / 2;
	*scale = fmax((most - least) / 2 * MARGIN / PATTERN_MAX_CODE, MIN_SCALE);
}

void
PatternBasisWrite(const float *sample, int count, int dim, int axes,
				  const double *moment, double *scratch, char *basis)
{
	PatternBasisHeader header = {dim, axes};
	double	   *axis = scratch;
	double	   *product = scratch + (size_t) axes * dim;
	float	   *middle = (float *) (basis + sizeof(header));
	float	   *scale = middle + axes;
	float	   *written = scale + axes;

	Begin(axis, axes, dim);
	Orthonormalise(axis, axes, dim);
	for (int round = 0; round < ROUNDS; round++)
	{
		for (int a = 0; a < axes; a++)
			Multiply(moment, axis + (size_t) a * dim, product + (size_t) a * dim, dim);
		memcpy(axis, product, (size_t) axes * dim * sizeof(double));
		Orthonormalise(axis, axes, dim);
	}
	memcpy(basis, &header, sizeof(header));
	for (int i = 0; i < axes * dim; i++)
		written[i] = axis[i];
	for (int a = 0; a < axes; a++)
		WriteRange(sample, count, dim, written + (size_t) a * dim,
				   &middle[a], &scale[a]);
}

bool
PatternBasisOpen(const char *data, size_t size, PatternBasis *basis)
{
	PatternBasisHeader header;

	if (size < sizeof(header))
		return false;
	memcpy(&header, data, sizeof(header));
	if (header.dim < 1 || header.dim > PATTERN_MAX_DIM || header.axes < 1 ||
		header.axes > PATTERN_MAX_AXES ||
		size != PATTERN_BASIS_SIZE(header.dim, header.axes))
		return false;
	basis->dim = header.dim;
	basis->axes = header.axes;
	basis->middle = (const float *) (data + sizeof(header));
	basis->scale = basis->middle + header.axes;
	basis->axis = basis->scale + header.axes;
	return true;
}

double
PatternProject(const PatternBasis *basis, const float *x, double *coordinate)
{
	double		left[PATTERN_MAX_DIM];
	double		squares = 0;

	for (int i = 0; i < basis->dim; i++)
		left[i] = x[i];
	for (int a = 0; a < basis->axes; a++)
	{
		const float *axis = basis->axis + (size_t) a * basis->dim;

		coordinate[a] = 0;
		for (int i = 0; i < basis->dim; i++)
			coordinate[a] += (double) axis[i] * x[i];
		for (int i = 0; i < basis->dim; i++)
			left[i] -= coordinate[a] * axis[i];
	}
	for (int i = 0; i < basis->dim; i++)
		squares += left[i] * left[i];
	return sqrt(squares);
}
