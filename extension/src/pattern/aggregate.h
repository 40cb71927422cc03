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

/*
 * What was last read by another question comes faster from memory when all of
 * it is asked for at once.
 */
extern void PatternPrefetch(const char *place, Size size);

#endif							/* PATTERN_AGGREGATE_H */
