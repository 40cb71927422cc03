/*-------------------------------------------------------------------------
 *
 * pattern.h
 *	  Exact nearest neighbours among blocks of packed vectors.
 *
 * An index like hnsw answers approximately, and what it finds depends on rows
 * that came later: an answer as of a day could change when the next day is
 * inserted. Here all are compared, and that is made cheap instead: vectors on
 * a grid (multiples of 1/32 in -127/32 .. 127/32) fit eight bits an element
 * without loss, and some hundred of them with their times lie side by side in
 * one value. Cosines come from whole numbers, so they are the same on every
 * machine and in any order. Vectors of texts are put on the grid first
 * (pattern_round), which changes their cosines by some ten thousandths.
 *
 *-------------------------------------------------------------------------
 */
#ifndef PATTERN_H
#define PATTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Elements of a vector at most, and steps of the grid in a unit */
#define PATTERN_MAX_DIM		2000
#define PATTERN_STEPS		32
#define PATTERN_MAX_CODE	127

/* Entries of a block at most */
#define PATTERN_MAX_ENTRIES	100000

/*
 * What a block begins with. Columns follow, each with a value an entry: ids,
 * times, when they became known and when they were replaced (int64 each),
 * numbers within the group, squares (int32 each), codes (dim bytes each). A
 * search reads codes and squares of all, the rest only of those alike.
 */
typedef struct PatternHeader
{
	int32_t		dim;
	int32_t		count;
} PatternHeader;

/* An entry without its codes */
typedef struct PatternEntry
{
	int64_t		id;
	int64_t		ts;				/* microseconds, as a timestamptz */
	int64_t		known_at;
	int64_t		known_until;
	int32_t		place;			/* number within its group */
	int32_t		squares;		/* sum of the squared codes */
} PatternEntry;

/* Bytes of an entry, and of a block */
#define PATTERN_ENTRY_SIZE(dim)		(sizeof(PatternEntry) + (size_t) (dim))
#define PATTERN_BLOCK_SIZE(dim, n)	(sizeof(PatternHeader) + (n) * PATTERN_ENTRY_SIZE(dim))

/* Where a block's columns are; not aligned to eight bytes */
typedef struct PatternBlock
{
	int			dim;
	int			count;
	const char *id;
	const char *ts;
	const char *known_at;
	const char *known_until;
	const char *place;
	const char *squares;
	const int8_t *code;
} PatternBlock;

/* What is sought, and among which entries */
typedef struct PatternQuery
{
	int32_t		dim;
	int32_t		squares;
	int64_t		as_of;			/* known_at <= as_of < known_until */
	int64_t		before;			/* ts < before */
	int64_t		after;			/* ts >= after */
	double		min_similarity;
	int8_t		code[PATTERN_MAX_DIM];
} PatternQuery;

typedef struct PatternMatch
{
	double		similarity;
	int64_t		id;
	int64_t		ts;
	int32_t		group;
	int32_t		place;
} PatternMatch;

/* kernel.c: codes of a vector; false if it is not on the grid */
extern bool PatternEncode(const float *x, int dim, int8_t *code,
						  int32_t *squares);

/* Writes a block of entries, each followed by its codes as they were packed */
extern void PatternWrite(const char *entries, int dim, int count, char *block);

/* Finds the columns; false if the length is not that of a block */
extern bool PatternOpen(const char *data, size_t size, PatternBlock *block);

/* Writes those of a block that qualify; room for all of its entries */
extern int	PatternScan(const PatternQuery *query, const PatternBlock *block,
						int group, PatternMatch *match);

/* thin.c: how many of the best matches suffice to find k of them */
extern int64_t PatternNeeded(int k, int gap);

/* Puts the best so many first; returns how many are left */
extern int	PatternKeep(PatternMatch *match, int count, int needed);

/* The best k, the nearest first; returns how many. Sorts in place. */
extern int	PatternThin(PatternMatch *match, int count, int k, int gap,
						int own_group, int own_place, PatternMatch *best);

/*
 * How alike the best are at least, given the matches of some blocks: k that
 * may all be taken lie at or above it. Without that many it is least. Sorts
 * in place.
 */
extern double PatternFloor(PatternMatch *match, int count, int k, int gap,
						   double least, uint64_t *cell);

/* basis.c: the axes along which vectors differ most */

/* Axes of a basis, and vectors that it is made from, at most */
#define PATTERN_MAX_AXES	64
#define PATTERN_MAX_SAMPLE	8192

/*
 * A basis as it is stored: middle and scale of the codes along each axis,
 * then the axes, orthonormal or zero, dim numbers each.
 */
typedef struct PatternBasisHeader
{
	int32_t		dim;
	int32_t		axes;
} PatternBasisHeader;

typedef struct PatternBasis
{
	int			dim;
	int			axes;
	const float *middle;
	const float *scale;
	const float *axis;
} PatternBasis;

#define PATTERN_BASIS_SIZE(dim, axes)	(sizeof(PatternBasisHeader) + \
										 (size_t) (axes) * ((dim) + 2) * sizeof(float))

/* Adds a vector to the lower triangle of the sum of x x' */
extern void PatternAddMoment(const float *x, int dim, double *moment);

/*
 * Writes a basis of vectors of length one; scratch has room for two times
 * axes * dim numbers.
 */
extern void PatternBasisWrite(const float *sample, int count, int dim,
							  int axes, const double *moment,
							  double *scratch, char *basis);

/* Finds its parts; false if the length is not that of a basis. Aligned. */
extern bool PatternBasisOpen(const char *data, size_t size,
							 PatternBasis *basis);

/* Coordinates of a vector of length one, and the length of what they leave */
extern double PatternProject(const PatternBasis *basis, const float *x,
							 double *coordinate);

/* sketch.c: what a block looks like along the axes */

/*
 * A sketch begins with a header and what is said of each block. Then follow,
 * a block after the other, an entry's rest in steps of 1/255, rounded down
 * (one byte each), and the codes of an axis of all entries, axis after axis;
 * both filled up to a multiple of eight entries with the last one.
 */
typedef struct PatternSketchHeader
{
	int32_t		axes;
	int32_t		blocks;
} PatternSketchHeader;

typedef struct PatternSketchBlock
{
	int32_t		block;			/* its number */
	int32_t		count;			/* entries, filled up */
	int64_t		first_ts;
	int64_t		last_ts;
	int64_t		first_known_at;
	int64_t		last_known_until;
	double		error;			/* no entry is farther from its codes */
} PatternSketchBlock;

#define PATTERN_FILLED(n)	(((n) + 7) / 8 * 8)
#define PATTERN_SKETCH_SIZE(axes, n)	((size_t) PATTERN_FILLED(n) * ((axes) + 1))

/* A query as it looks along the axes of a basis */
typedef struct PatternView
{
	int			axes;
	float		start[PATTERN_MAX_AXES];	/* middle less coordinate */
	float		scale[PATTERN_MAX_AXES];
	float		rest;
} PatternView;

extern void PatternLook(const PatternBasis *basis, const int8_t *code,
						int32_t squares, PatternView *view);

/* Writes what a sketch says of a block, and its codes */
extern void PatternSketchWrite(const PatternBasis *basis,
							   const PatternBlock *block,
							   PatternSketchBlock *about, char *body);

/*
 * No entry of a block is more like the query than this; min_similarity or
 * somewhat less if none is that much.
 */
extern double PatternBound(const PatternView *view,
						   const PatternSketchBlock *about, const char *body,
						   double min_similarity);

/* spread.c: what followed, over the neighbours of a pattern */
typedef struct PatternOutcome
{
	double		forward_return;
	double		max_gain;
	double		max_loss;
	int64_t		stretch;		/* of time; outcomes in one tell the same */
} PatternOutcome;

/* Percentiles that are told */
#define PATTERN_PERCENTILES	5

typedef struct PatternSpread
{
	int			n;
	double		effective_n;
	double		mean;
	double		percentile[PATTERN_PERCENTILES];	/* 5, 25, 50, 75, 95 */
	double		win_rate;
	double		mean_gain;
	double		mean_loss;
} PatternSpread;

/* At least one outcome; they are put into another order. Room for n values. */
extern void PatternMeasure(PatternOutcome *outcome, int n, double *value,
						   PatternSpread *spread);

/* Two-sided exact binomial test */
extern double PatternBinomial(int wins, int n, double p);

#endif							/* PATTERN_H */
