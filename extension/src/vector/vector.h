/*-------------------------------------------------------------------------
 *
 * vector.h
 *	  The type vector: up to 16,000 finite float4 elements.
 *
 * Types, formats, names, limits and error texts are those of pgvector 0.8.6,
 * so that what was written for it works here unchanged.
 *
 *-------------------------------------------------------------------------
 */
#ifndef VECTOR_H
#define VECTOR_H

#include <math.h>

#include "fmgr.h"
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

/* Most dimensions of a vector */
#define VECTOR_MAX_DIM	16000

/* The value as stored */
typedef struct Vector
{
	int32		vl_len_;		/* varlena header (do not touch directly!) */
	int16		dim;			/* number of elements */
	int16		unused;			/* reserved, always zero */
	float		x[FLEXIBLE_ARRAY_MEMBER];	/* the elements, finite */
} Vector;

/* Bytes of a vector with that many elements */
#define VECTOR_SIZE(dim)	(offsetof(Vector, x) + sizeof(float) * (dim))

#define DatumGetVector(d)		((Vector *) PG_DETOAST_DATUM(d))
#define PG_GETARG_VECTOR_P(n)	DatumGetVector(PG_GETARG_DATUM(n))
#define PG_RETURN_VECTOR_P(x)	PG_RETURN_POINTER(x)

/* vector.c: making and checking */
extern Vector *VectorAllocate(int dim);
extern void VectorCheckDim(int dim);
extern void VectorRefuseElement(float value);

/*
 * NaN and infinity have no place in a distance.
 */
static inline void
VectorCheckElement(float value)
{
	if (unlikely(!isfinite(value)))
		VectorRefuseElement(value);
}

/*
 * A column declared vector(n) takes n dimensions; -1 takes any.
 */
static inline void
VectorCheckExpectedDim(int expected, int dim)
{
	if (unlikely(expected != -1 && expected != dim))
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("expected %d dimensions, not %d", expected, dim)));
}

/*
 * Two vectors in one operation have the same dimensions.
 */
static inline void
VectorCheckSameDim(const Vector *a, const Vector *b)
{
	if (unlikely(a->dim != b->dim))
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("different vector dimensions %d and %d", a->dim,
						b->dim)));
}

#endif							/* VECTOR_H */
