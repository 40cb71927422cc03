/*-------------------------------------------------------------------------
 *
 * codec.h
 *	  Short codes of vectors, and distances from a query to them: plain C,
 *	  nothing of PostgreSQL.
 *
 * A code is 1, 2, 4 or 8 bits a dimension. For all distances but L1 the vector is
 * first turned by a fixed random rotation, after which its elements look like
 * draws from a normal distribution whatever they were before; heavy tails no
 * longer cost precision. The estimate of an inner product is
 *
 *		x . q  ~  |x|^2 / (c . x)  *  (c . q)
 *
 * where c is the code read as numbers (Gao, Long: RaBitQ, SIGMOD 2024, section
 * 3.2, with more bits a dimension as in Gao et al., arXiv 2409.09913). It is
 * unbiased; its error falls with the square root of the dimensions.
 *
 * L1 knows no rotation: its codes are 8 bits between the least and the largest
 * element of the vector.
 *
 * Bits are their own code (codec_bits.c); of a sparse vector the largest elements
 * are kept with their indices (codec_sparse.c).
 *
 *-------------------------------------------------------------------------
 */
#ifndef HNSW_CODEC_H
#define HNSW_CODEC_H

#include <stdbool.h>
#include <stdint.h>

#include "sparsevec/kernel.h"

/* What a vector of an index consists of; written to the meta page */
typedef enum HnswForm
{
	HNSW_FLOATS = 0,			/* vector and halfvec: rotated, a few bits
								 * each */
	HNSW_BITS = 1,				/* bit: the code is the value */
	HNSW_SPARSE = 2				/* sparsevec: its largest elements */
} HnswForm;

/* What two vectors are compared by; written to the meta page */
typedef enum HnswMetric
{
	HNSW_L2 = 0,				/* squared Euclidean */
	HNSW_INNER_PRODUCT = 1,		/* negative inner product */
	HNSW_COSINE = 2,			/* 1 - cosine; vectors are brought to length 1 */
	HNSW_L1 = 3,				/* taxicab */
	HNSW_HAMMING = 4,			/* bits that differ */
	HNSW_JACCARD = 5			/* 1 - shared ones / all ones */
} HnswMetric;

/* Codes are padded with zeros to a multiple of that many dimensions */
#define HNSW_CODE_BLOCK	64

/* Sign changes and Hadamard transforms of the rotation */
#define HNSW_ROUNDS	4

/* A code as stored; the packed numbers follow */
typedef struct HnswCode
{
	float		factor;			/* |x|^2 / (c . x); L1: width of a step */
	float		norm;			/* |x|^2; L1: least element */
	uint8_t		packed[];
} HnswCode;

/* How vectors of one index are coded */
typedef struct HnswCodec
{
	HnswForm	form;
	HnswMetric	metric;
	int			dim;			/* dimensions of the vectors */
	int			padded;			/* dim rounded up to HNSW_CODE_BLOCK; sparse:
								 * elements that a code has room for */
	int			bits;			/* bits a dimension: 1 to 8; 1 of bits, 16 of
								 * an element of sparse vectors */
	int			size;			/* bytes of a code with its two floats */
	float	   *signs;			/* HNSW_ROUNDS x padded of 1 and -1 */
} HnswCodec;

/* The side of a distance that stays: a query, or a node's own code */
typedef struct HnswQuery
{
	float		scale;			/* (c . q) = scale * integer + offset */
	float		offset;
	float		norm;			/* |q|^2 */
	int8_t	   *bytes;			/* up to 4 bits: padded numbers of -127..127 */
	int16_t    *words;			/* 8 bits: padded numbers of +-range */
	float	   *floats;			/* L1: padded; else room for the rotation */
	uint8_t    *ones;			/* bits: padded / 8 bytes */
	int32_t    *indices;		/* sparse: room for those of a code */
	SparseView	sparse;			/* sparse: the elements */
} HnswQuery;

/* The loops that depend on the instruction set */
typedef struct HnswCodeKernels
{
	/*
	 * Sum of code fields times query bytes. In a block of 64 dimensions, of 8
	 * bytes for each bit, the lowest field of byte i is that of dimension i,
	 * the next that of dimension i + (bytes of the block), and so on.
	 */
	/* fields of 1 bit (0..1) */
	int32_t		(*dot_bits) (int padded, const uint8_t *code, const int8_t *query);
	/* of 2 bits (0..3) */
	int32_t		(*dot_pairs) (int padded, const uint8_t *code, const int8_t *query);
	/* of 4 bits (0..15) */
	int32_t		(*dot_nibbles) (int padded, const uint8_t *code, const int8_t *query);
	/* sum of code bytes (-127..127) times query words */
	int32_t		(*dot_bytes) (int padded, const int8_t *code, const int16_t *query);
	/* sum of |query - low - step * code| */
	float		(*l1_bytes) (int dim, const uint8_t *code, float low, float step,
							 const float *query);
} HnswCodeKernels;

extern const HnswCodeKernels hnsw_kernels_plain;
#if defined(__x86_64__)
extern const HnswCodeKernels hnsw_kernels_avx2;
#endif
extern HnswCodeKernels hnsw_kernels;
extern void HnswKernelsChoose(void);

/* codec.c; memory comes from the caller */
extern int	HnswCodePadded(int dim);
extern int	HnswCodeSize(int dim, int bits);
extern void HnswCodecSigns(HnswCodec *codec);
extern bool HnswEncode(const HnswCodec *codec, const float *x, HnswCode *code,
					   float *work, float *error);
extern bool HnswQueryFromVector(const HnswCodec *codec, const float *x, HnswQuery *query);
extern void HnswQueryFromCode(const HnswCodec *codec, const HnswCode *code, HnswQuery *query);

/* codec_bits.c */
extern void HnswEncodeBits(const HnswCodec *codec, const uint8_t *bits, HnswCode *code);
extern void HnswQueryFromBits(const HnswCodec *codec, const uint8_t *bits, HnswQuery *query);
extern float HnswBitsDistance(const HnswCodec *codec, const HnswQuery *query,
							  const HnswCode *code);

/* codec_sparse.c */
extern int	HnswSparseCodeSize(int entries);
extern bool HnswEncodeSparse(const HnswCodec *codec, SparseView x, HnswCode *code,
							 float *work, float *error, float *lost);
extern bool HnswQueryFromSparse(const HnswCodec *codec, SparseView x, HnswQuery *query);
extern void HnswQueryFromSparseCode(const HnswCodec *codec, const HnswCode *code,
									HnswQuery *query);
extern float HnswSparseDistance(const HnswCodec *codec, const HnswQuery *query,
								const HnswCode *code);

/*
 * The estimated distance from the query to a code.
 */
static inline float
HnswCodeDistance(const HnswCodec *codec, const HnswQuery *query, const HnswCode *code)
{
	int32_t		sum;
	float		product;

	if (codec->form == HNSW_BITS)
		return HnswBitsDistance(codec, query, code);
	if (codec->form == HNSW_SPARSE)
		return HnswSparseDistance(codec, query, code);
	if (codec->metric == HNSW_L1)
		return hnsw_kernels.l1_bytes(codec->dim, code->packed, code->norm,
									 code->factor, query->floats);
	if (codec->bits == 8)
		sum = hnsw_kernels.dot_bytes(codec->padded, (const int8_t *) code->packed,
									 query->words);
	else if (codec->bits == 4)
		sum = hnsw_kernels.dot_nibbles(codec->padded, code->packed, query->bytes);
	else if (codec->bits == 2)
		sum = hnsw_kernels.dot_pairs(codec->padded, code->packed, query->bytes);
	else
		sum = hnsw_kernels.dot_bits(codec->padded, code->packed, query->bytes);
	product = code->factor * (query->scale * (float) sum + query->offset);
	if (codec->metric == HNSW_L2)
		return code->norm + query->norm - 2 * product;
	if (codec->metric == HNSW_COSINE)
		return 1 - product;
	return -product;
}

#endif							/* HNSW_CODEC_H */
