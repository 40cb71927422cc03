/*-------------------------------------------------------------------------
 *
 * distance.h
 *	  What the distances of all types share.
 *
 *-------------------------------------------------------------------------
 */
#ifndef VECTOR_DISTANCE_H
#define VECTOR_DISTANCE_H

/*
 * Rounding may carry a cosine past its range; NaN stays.
 */
static inline double
ClampCosine(double cosine)
{
	if (cosine > 1)
		return 1;
	if (cosine < -1)
		return -1;
	return cosine;
}

#endif							/* VECTOR_DISTANCE_H */
