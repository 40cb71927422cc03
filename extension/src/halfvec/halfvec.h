/*-------------------------------------------------------------------------
 *
 * halfvec.h
 *	  The type halfvec: up to 16,000 finite elements of 16 bits.
 *
 * Types, formats, names, limits and error texts are those of pgvector 0.8.6.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HALFVEC_H
#define HALFVEC_H

#include "halfvec/half.h"
#include "vector/vector.h"

/* Most dimensions of a halfvec */
#define HALFVEC_MAX_DIM	DENSE_MAX_DIM

/* The value as stored */
typedef struct HalfVector
{
	int32		vl_len_;		/* varlena header (do not touch directly!) */
	int16		dim;			/* number of elements */
	int16		unused;			/* reserved, always zero */
	Half		x[FLEXIBLE_ARRAY_MEMBER];	/* the elements, finite */
} HalfVector;

/* Bytes of a halfvec with that many elements */
#define HALFVEC_SIZE(dim)	(offsetof(HalfVector, x) + sizeof(Half) * (dim))

#define DatumGetHalfVector(d)		((HalfVector *) PG_DETOAST_DATUM(d))
#define PG_GETARG_HALFVEC_P(n)	DatumGetHalfVector(PG_GETARG_DATUM(n))
#define PG_RETURN_HALFVEC_P(x)	PG_RETURN_POINTER(x)

/* halfvec.c: making and checking */
extern const DenseType halfvec_type;
extern HalfVector *HalfvecAllocate(int dim);
extern Half HalfvecElement(float value);

static inline void
HalfvecCheckDim(int dim)
{
	DenseCheckDim(&halfvec_type, dim);
}

static inline void
HalfvecCheckElement(Half half)
{
	if (unlikely(HalfIsNaN(half) || HalfIsInf(half)))
		DenseRefuseElement(&halfvec_type, HalfToFloat(half));
}

static inline void
HalfvecCheckSameDim(const HalfVector *a, const HalfVector *b)
{
	CheckSameDim(halfvec_type.name, a->dim, b->dim);
}

#endif							/* HALFVEC_H */
