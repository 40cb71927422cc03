/*-------------------------------------------------------------------------
 *
 * distance.h
 *	  What the distances of all types share.
 *
 *-------------------------------------------------------------------------
 */
#ifndef VECTOR_DISTANCE_H
#define VECTOR_DISTANCE_H

#include "fmgr.h"

/* An SQL function of two arguments, in fcinfo, that gives a float8. */
#define DISTANCE_FUNCTION(name, value) \
PG_FUNCTION_INFO_V1(name); \
Datum \
name(PG_FUNCTION_ARGS) \
{ \
	PG_RETURN_FLOAT8(value); \
} \
extern Datum name(PG_FUNCTION_ARGS)

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
