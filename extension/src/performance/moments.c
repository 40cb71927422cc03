/*-------------------------------------------------------------------------
 *
 * moments.c
 *	  Mean and central moments up to the fourth, kept up with each value.
 *
 * Pebay, Formulas for Robust, One-Pass Parallel Computation of Covariances
 * and Arbitrary-Order Statistical Moments, Sandia SAND2008-6212 (2008),
 * section 2. Equal values have a spread of exactly zero.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>

#include "performance/performance.h"

void
MomentsStep(Moments *moments, double x)
{
	double		before = moments->n;
	double		n = before + 1;
	double		delta = x - moments->mean;
	double		share = delta / n;
	double		square = delta * share * before;

	moments->n = n;
	moments->mean += share;
	moments->fourth += square * share * share * (n * n - 3 * n + 3) +
		6 * share * share * moments->second - 4 * share * moments->third;
	moments->third += square * share * (n - 2) - 3 * share * moments->second;
	moments->second += square;
}

/*
 * Population skewness: third central moment over the second to the 3/2.
 */
bool
MomentsSkewness(const Moments *moments, double *skewness)
{
	double		variance = moments->second / moments->n;

	if (!(variance > 0))
		return false;
	*skewness = moments->third / moments->n / (variance * sqrt(variance));
	return true;
}

/*
 * Population kurtosis, 3 for the normal distribution.
 */
bool
MomentsKurtosis(const Moments *moments, double *kurtosis)
{
	double		variance = moments->second / moments->n;

	if (!(variance > 0))
		return false;
	*kurtosis = moments->fourth / moments->n / (variance * variance);
	return true;
}
