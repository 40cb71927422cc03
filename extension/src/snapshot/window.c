/*-------------------------------------------------------------------------
 *
 * window.c
 *	  Sums of the values of a window.
 *
 * Each window is summed anew: a running sum would carry the rounding of all
 * that has left the window.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>

#include "snapshot/snapshot.h"

/*
 * Four sums side by side: an addition need not wait for the one before.
 */
double
SnapshotSum(const double *x, int n)
{
	double		sum[4] = {0};
	int			i = 0;

	for (; i + 4 <= n; i += 4)
		for (int part = 0; part < 4; part++)
			sum[part] += x[i + part];
	for (; i < n; i++)
		sum[0] += x[i];
	return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

/*
 * Sample variance.
 */
double
SnapshotVariance(const double *x, int n)
{
	double		mean = SnapshotSum(x, n) / n;
	double		sum[4] = {0};
	int			i = 0;

	for (; i + 4 <= n; i += 4)
		for (int part = 0; part < 4; part++)
			sum[part] += (x[i + part] - mean) * (x[i + part] - mean);
	for (; i < n; i++)
		sum[0] += (x[i] - mean) * (x[i] - mean);
	return ((sum[0] + sum[1]) + (sum[2] + sum[3])) / (n - 1);
}

/*
 * The sum of those that are there; returns how many.
 */
int
SnapshotSumKnown(const double *x, int n, double *sum)
{
	int			known = 0;

	*sum = 0;
	for (int i = 0; i < n; i++)
		if (!isnan(x[i]))
		{
			*sum += x[i];
			known++;
		}
	return known;
}
