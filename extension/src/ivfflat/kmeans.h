/*-------------------------------------------------------------------------
 *
 * kmeans.h
 *	  Centers of a set of points.
 *
 *-------------------------------------------------------------------------
 */
#ifndef IVFFLAT_KMEANS_H
#define IVFFLAT_KMEANS_H

#include "common/pg_prng.h"

#include "ivfflat/element.h"

/* The points, and what is wanted of them */
typedef struct IvfflatPoints
{
	const IvfflatElement *element;
	int			dim;
	bool		unit;			/* centers have length 1 */
	Size		size;			/* bytes of a point */
	int			count;
	char	   *points;			/* one after the other */
} IvfflatPoints;

extern Size IvfflatKmeansMemory(const IvfflatPoints *points, int centers);
extern void IvfflatKmeans(const IvfflatPoints *points, int count, char *centers,
						  pg_prng_state *random);
extern int	IvfflatDistinct(IvfflatPoints *points);

#endif							/* IVFFLAT_KMEANS_H */
