/*-------------------------------------------------------------------------
 *
 * kernel_plain.h
 *	  The loops of kernels for any processor and any type of element: included
 *	  once by each type's file.
 *
 * Independent sums let the compiler use whatever vector registers the target
 * always has, without permission to reorder floating point elsewhere.
 *
 * The including file defines
 *	  Element		type of an element
 *	  Value(x)		an element as float
 *
 *-------------------------------------------------------------------------
 */
/* Number of independent sums */
#define LANES	8

static inline float
Total(const float *lane)
{
	return ((lane[0] + lane[4]) + (lane[1] + lane[5])) +
		((lane[2] + lane[6]) + (lane[3] + lane[7]));
}

static float
L2Squared(int dim, const Element *a, const Element *b)
{
	float		sum[LANES] = {0};
	int			i;

	for (i = 0; i + LANES <= dim; i += LANES)
		for (int lane = 0; lane < LANES; lane++)
		{
			float		difference = Value(a[i + lane]) - Value(b[i + lane]);

			sum[lane] += difference * difference;
		}
	for (int lane = 0; i < dim; i++, lane++)
		sum[lane] += (Value(a[i]) - Value(b[i])) * (Value(a[i]) - Value(b[i]));
	return Total(sum);
}

static float
InnerProduct(int dim, const Element *a, const Element *b)
{
	float		sum[LANES] = {0};
	int			i;

	for (i = 0; i + LANES <= dim; i += LANES)
		for (int lane = 0; lane < LANES; lane++)
			sum[lane] += Value(a[i + lane]) * Value(b[i + lane]);
	for (int lane = 0; i < dim; i++, lane++)
		sum[lane] += Value(a[i]) * Value(b[i]);
	return Total(sum);
}

static float
L1(int dim, const Element *a, const Element *b)
{
	float		sum[LANES] = {0};
	int			i;

	for (i = 0; i + LANES <= dim; i += LANES)
		for (int lane = 0; lane < LANES; lane++)
			sum[lane] += fabsf(Value(a[i + lane]) - Value(b[i + lane]));
	for (int lane = 0; i < dim; i++, lane++)
		sum[lane] += fabsf(Value(a[i]) - Value(b[i]));
	return Total(sum);
}

static double
CosineSimilarity(int dim, const Element *a, const Element *b)
{
	float		product[LANES] = {0};
	float		square_a[LANES] = {0};
	float		square_b[LANES] = {0};
	int			i;

	for (i = 0; i + LANES <= dim; i += LANES)
		for (int lane = 0; lane < LANES; lane++)
		{
			product[lane] += Value(a[i + lane]) * Value(b[i + lane]);
			square_a[lane] += Value(a[i + lane]) * Value(a[i + lane]);
			square_b[lane] += Value(b[i + lane]) * Value(b[i + lane]);
		}
	for (int lane = 0; i < dim; i++, lane++)
	{
		product[lane] += Value(a[i]) * Value(b[i]);
		square_a[lane] += Value(a[i]) * Value(a[i]);
		square_b[lane] += Value(b[i]) * Value(b[i]);
	}
	return (double) Total(product) /
		sqrt((double) Total(square_a) * (double) Total(square_b));
}
