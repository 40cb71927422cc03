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

#include "vector/dense.h"

/* Most dimensions of a vector */
#define VECTOR_MAX_DIM	DENSE_MAX_DIM

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
extern const DenseType vector_type;
extern Vector *VectorAllocate(int dim);

static inline void
VectorCheckDim(int dim)
{
	DenseCheckDim(&vector_type, dim);
}

static inline void
VectorCheckExpectedDim(int expected, int dim)
{
	CheckExpectedDim(expected, dim);
}

static inline void
VectorCheckElement(float value)
{
	DenseCheckElement(&vector_type, value);
}

static inline void
VectorCheckSameDim(const Vector *a, const Vector *b)
{
	CheckSameDim(vector_type.name, a->dim, b->dim);
}

#endif							/* VECTOR_H */
