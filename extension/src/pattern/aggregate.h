/*-------------------------------------------------------------------------
 *
 * aggregate.h
 *	  What the aggregates over blocks share. Errors are raised.
 *
 *-------------------------------------------------------------------------
 */
#ifndef PATTERN_AGGREGATE_H
#define PATTERN_AGGREGATE_H

#include "postgres.h"

#include "pattern/pattern.h"
#include "vector/vector.h"

/* Codes of a vector that is on the grid */
extern void PatternEncodeVector(const Vector *vector, int8_t *code,
								int32_t *squares);

/* A block of that many dimensions, in the memory of its value */
extern PatternBlock PatternOpenBlock(const bytea * data, int dim);

#endif							/* PATTERN_AGGREGATE_H */
