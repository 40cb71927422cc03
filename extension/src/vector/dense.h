/*-------------------------------------------------------------------------
 *
 * dense.h
 *	  What vector and halfvec share: limits, the text form, arrays.
 *
 * Both are written [1,2,3] and refuse the same things in the same words, but
 * for the name of the type.
 *
 *-------------------------------------------------------------------------
 */
#ifndef VECTOR_DENSE_H
#define VECTOR_DENSE_H

#include <math.h>

#include "fmgr.h"
#include "utils/array.h"

/* Most dimensions of a vector or halfvec */
#define DENSE_MAX_DIM	16000

/* A type of finite numbers, as error texts and parsers need to know it */
typedef struct DenseType
{
	const char *name;			/* as SQL spells it */
	float		beyond;			/* least magnitude that does not fit */
} DenseType;

/* dense.c */
extern void DenseCheckDim(const DenseType *type, int dim);
extern void DenseRefuseElement(const DenseType *type, float value);
extern int	DenseParse(const DenseType *type, const char *literal, float *element);
extern char *DenseText(int dim, const float *element);
extern int32 DenseTypmod(const DenseType *type, ArrayType *modifiers, int most);
extern Datum *DenseArrayElements(ArrayType *array, int *dim);
extern float DenseElementAsFloat(Datum element, Oid type);

/*
 * White space as array input understands it, whatever the locale.
 */
static inline const char *
SkipSpace(const char *p)
{
	while (*p == ' ' || (*p >= '\t' && *p <= '\r'))
		p++;
	return p;
}

/*
 * NaN and infinity have no place in a distance.
 */
static inline void
DenseCheckElement(const DenseType *type, float value)
{
	if (unlikely(!isfinite(value)))
		DenseRefuseElement(type, value);
}

/*
 * A column declared with n dimensions takes no others; -1 takes any.
 */
static inline void
CheckExpectedDim(int expected, int dim)
{
	if (unlikely(expected != -1 && expected != dim))
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("expected %d dimensions, not %d", expected, dim)));
}

/*
 * Two values in one operation have the same dimensions.
 */
static inline void
CheckSameDim(const char *type, int a, int b)
{
	if (unlikely(a != b))
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("different %s dimensions %d and %d", type, a, b)));
}

/*
 * The binary forms keep a field for later.
 */
static inline void
CheckUnused(int unused)
{
	if (unused != 0)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("expected unused to be 0, not %d", unused)));
}

#endif							/* VECTOR_DENSE_H */
