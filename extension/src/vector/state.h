/*-------------------------------------------------------------------------
 *
 * state.h
 *	  The state of avg over vectors: double precision[], the number of vectors
 *	  and then a sum for each dimension. Before the first vector it is {0}.
 *
 *-------------------------------------------------------------------------
 */
#ifndef VECTOR_STATE_H
#define VECTOR_STATE_H

#include "utils/array.h"

/* Sums of a state, and how many: the count stands in front of them */
#define STATE_VALUES(state)		((float8 *) ARR_DATA_PTR(state))
#define STATE_DIM(state)		(ARR_DIMS(state)[0] - 1)

/* aggregate.c */
extern void VectorCheckState(ArrayType *state, const char *caller);
extern ArrayType *VectorWritableState(FunctionCallInfo fcinfo, ArrayType *old, int dim);

#endif							/* VECTOR_STATE_H */
