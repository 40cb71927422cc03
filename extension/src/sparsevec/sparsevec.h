/*-------------------------------------------------------------------------
 *
 * sparsevec.h
 *	  The type sparsevec: up to 1,000,000,000 dimensions, of which up to 16,000
 *	  are not zero.
 *
 * Types, formats, names, limits and error texts are those of pgvector 0.8.6.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SPARSEVEC_H
#define SPARSEVEC_H

#include "vector/vector.h"

/* Most dimensions, and most of them that are not zero */
#define SPARSEVEC_MAX_DIM	1000000000
#define SPARSEVEC_MAX_NNZ	16000

/* The value as stored; nnz floats, the elements, follow the indices */
typedef struct SparseVector
{
	int32		vl_len_;		/* varlena header (do not touch directly!) */
	int32		dim;			/* number of dimensions */
	int32		nnz;			/* number of elements that are not zero */
	int32		unused;			/* reserved, always zero */
	int32		indices[FLEXIBLE_ARRAY_MEMBER]; /* from 0, ascending */
} SparseVector;

/* Bytes of a sparsevec with that many elements */
#define SPARSEVEC_SIZE(nnz)	(offsetof(SparseVector, indices) + (nnz) * (sizeof(int32) + sizeof(float)))

/* The elements, finite and not zero */
#define SPARSEVEC_VALUES(x)	((float *) ((x)->indices + (x)->nnz))

#define DatumGetSparseVector(d)		((SparseVector *) PG_DETOAST_DATUM(d))
#define PG_GETARG_SPARSEVEC_P(n)	DatumGetSparseVector(PG_GETARG_DATUM(n))
#define PG_RETURN_SPARSEVEC_P(x)	PG_RETURN_POINTER(x)

/* sparsevec.c: making and checking */
extern const DenseType sparsevec_type;
extern SparseVector *SparsevecAllocate(int dim, int nnz);
extern void SparsevecCheckDim(int64 dim);
extern void SparsevecCheckNnz(int nnz, int dim);
extern void SparsevecCheckIndex(const int32 *indices, int i, int dim);

static inline void
SparsevecCheckElement(float value)
{
	DenseCheckElement(&sparsevec_type, value);
}

static inline void
SparsevecCheckSameDim(const SparseVector *a, const SparseVector *b)
{
	CheckSameDim(sparsevec_type.name, a->dim, b->dim);
}

#endif							/* SPARSEVEC_H */
