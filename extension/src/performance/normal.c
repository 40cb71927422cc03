/*-------------------------------------------------------------------------
 *
 * normal.c
 *	  The standard normal distribution.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>

#include "performance/performance.h"

/* Beyond this many standard deviations no double is left */
#define NORMAL_END		40

/*
 * Probability of a value up to x.
 */
double
NormalProbability(double x)
{
	return erfc(-x / sqrt(2)) / 2;
}

/*
 * The value that is exceeded with probability tail, by bisection to the last
 * digit. Of the tail and not of 1 - tail, which would round a small one away.
 */
double
NormalQuantileOfTail(double tail)
{
	double		low = -NORMAL_END;
	double		high = NORMAL_END;

	for (;;)
	{
		double		middle = low + (high - low) / 2;

		if (middle <= low || middle >= high)
			return middle;
		if (NormalProbability(-middle) > tail)
			low = middle;
		else
			high = middle;
	}
}
