/*-------------------------------------------------------------------------
 *
 * quantile.c
 *	  Quantiles of a sample by selection, without sorting all of it.
 *
 * Hoare, Algorithm 65: Find, Communications of the ACM 4 (1961), with the
 * median of three as pivot.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>

#include "performance/performance.h"

static inline void
Swap(double *x, size_t a, size_t b)
{
	double		kept = x[a];

	x[a] = x[b];
	x[b] = kept;
}

/*
 * Puts x[k] where sorting would put it: nothing above it stands before it,
 * nothing below it behind it.
 */
static void
Select(double *x, size_t n, size_t k)
{
	size_t		low = 0;
	size_t		high = n - 1;

	while (low < high)
	{
		size_t		i = low;
		size_t		j = high;
		size_t		middle = low + (high - low) / 2;
		double		pivot;

		if (x[middle] < x[low])
			Swap(x, middle, low);
		if (x[high] < x[low])
			Swap(x, high, low);
		if (x[high] < x[middle])
			Swap(x, high, middle);
		pivot = x[middle];
		while (i <= j)
		{
			while (x[i] < pivot)
				i++;
			while (pivot < x[j])
				j--;
			if (i > j)
				break;
			Swap(x, i++, j);
			if (j == 0)
				break;
			j--;
		}
		if (k <= j)
			high = j;
		else if (k >= i)
			low = i;
		else
			return;
	}
}

/*
 * Linear interpolation between the two nearest values, as percentile_cont
 * has it: Hyndman and Fan, Sample Quantiles in Statistical Packages, American
 * Statistician 50 (1996), definition 7. Reorders x; n is at least 1.
 */
double
Quantile(double *x, size_t n, double fraction)
{
	double		place = fraction * (n - 1);
	size_t		k = (size_t) floor(place);
	double		next;

	Select(x, n, k);
	if (k + 1 >= n || place == k)
		return x[k];
	next = x[k + 1];
	for (size_t i = k + 2; i < n; i++)
		next = fmin(next, x[i]);
	return x[k] + (place - k) * (next - x[k]);
}

/*
 * Mean of the values up to the limit; the limit itself if there are none.
 */
double
MeanUpTo(const double *x, size_t n, double limit)
{
	double		sum = 0;
	size_t		count = 0;

	for (size_t i = 0; i < n; i++)
		if (x[i] <= limit)
		{
			sum += x[i];
			count++;
		}
	return count > 0 ? sum / count : limit;
}
