/*-------------------------------------------------------------------------
 *
 * codec_sparse.c
 *	  Codes of sparse vectors: the elements of largest magnitude.
 *
 * A code has room for a fixed number of elements. Each is kept with its index,
 * its value as a half relative to the largest one, so that neither large nor small
 * vectors leave the range of halves. What the lengths are made of is counted in
 * full: only the products that small elements would have are missing.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "halfvec/half.h"
#include "hnsw/codec.h"

/* HnswCode.packed: how many elements, then room for their indices and values */
#define CODE_COUNT(code)	(((uint32_t *) (code)->packed)[0])
#define CODE_INDICES(code)	((int32_t *) (code)->packed + 1)
#define CODE_VALUES(codec, code)	((Half *) (CODE_INDICES(code) + (codec)->padded))

int
HnswSparseCodeSize(int entries)
{
	int			size = (int) sizeof(HnswCode) + 4 + 6 * entries;

	return (size + 7) / 8 * 8;
}

static int
LargerFirst(const void *a, const void *b)
{
	float		x = *(const float *) a;
	float		y = *(const float *) b;

	return x > y ? -1 : x < y;
}

/*
 * The least magnitude that is kept, and how many of exactly that magnitude.
 */
static float
Threshold(SparseView x, int most, float *work, int *ties)
{
	float		threshold;

	*ties = x.nnz;
	if (x.nnz <= most)
		return 0;
	for (int i = 0; i < x.nnz; i++)
		work[i] = fabsf(x.values[i]);
	qsort(work, x.nnz, sizeof(float), LargerFirst);
	threshold = work[most - 1];
	*ties = 0;
	for (int i = 0; i < most; i++)
		*ties += work[i] == threshold;
	return threshold;
}

/*
 * Sum of squares, or of magnitudes for L1.
 */
static double
Length(HnswMetric metric, SparseView x)
{
	double		sum = 0;

	for (int i = 0; i < x.nnz; i++)
		sum += metric == HNSW_L1 ? fabs((double) x.values[i])
			: (double) x.values[i] * x.values[i];
	return sum;
}

static float
LargestMagnitude(SparseView x)
{
	float		largest = 0;

	for (int i = 0; i < x.nnz; i++)
		largest = fmaxf(largest, fabsf(x.values[i]));
	return largest;
}

/*
 * Codes x; work has room for its elements. False if x has no place in an index of
 * this metric. *error is the length of what the code leaves out, as a fraction of
 * the whole; *lost the most that an L1 distance can be less than its estimate.
 */
bool
HnswEncodeSparse(const HnswCodec *codec, SparseView x, HnswCode *code, float *work,
				 float *error, float *lost)
{
	double		length = Length(codec->metric, x);
	double		left_out = 0;
	float		largest = LargestMagnitude(x);
	int			ties;
	float		threshold = Threshold(x, codec->padded, work, &ties);
	uint32_t	count = 0;

	*error = 0;
	*lost = 0;
	if (codec->metric == HNSW_COSINE && length == 0)
		return false;
	memset(code, 0, codec->size);
	for (int i = 0; i < x.nnz; i++)
	{
		float		magnitude = fabsf(x.values[i]);

		if (magnitude > threshold || (magnitude == threshold && ties-- > 0))
		{
			CODE_INDICES(code)[count] = x.indices[i];
			CODE_VALUES(codec, code)[count++] = HalfFromFloat(x.values[i] / largest);
		}
		else
			left_out += codec->metric == HNSW_L1 ? magnitude : (double) magnitude * magnitude;
	}
	CODE_COUNT(code) = count;
	code->factor = largest;
	code->norm = (float) length;
	if (codec->metric == HNSW_COSINE)
	{
		code->factor = (float) (largest / sqrt(length));
		code->norm = 1;
	}
	if (codec->metric == HNSW_L1)
		*lost = (float) (2 * left_out);
	else if (length > 0)
		*error = (float) sqrt(left_out / length);
	return true;
}

/*
 * A query that is the vector; it must live as long. False as for encoding.
 */
bool
HnswQueryFromSparse(const HnswCodec *codec, SparseView x, HnswQuery *query)
{
	double		length = Length(codec->metric, x);

	query->sparse = x;
	query->scale = 1;
	query->norm = (float) length;
	if (codec->metric == HNSW_COSINE)
	{
		query->scale = length > 0 ? (float) (1 / sqrt(length)) : 0;
		query->norm = 1;
		return length > 0;
	}
	return true;
}

/*
 * Elements of a code. One that is read without a lock may be anything.
 */
static inline int
CountOf(const HnswCodec *codec, const HnswCode *code)
{
	uint32_t	count = CODE_COUNT(code);

	return count < (uint32_t) codec->padded ? (int) count : codec->padded;
}

/*
 * A query that stands for a node's own vector, from what its code holds.
 */
void
HnswQueryFromSparseCode(const HnswCodec *codec, const HnswCode *code, HnswQuery *query)
{
	int			count = CountOf(codec, code);

	for (int i = 0; i < count; i++)
	{
		query->indices[i] = CODE_INDICES(code)[i];
		query->floats[i] = HalfToFloat(CODE_VALUES(codec, code)[i]) * code->factor;
	}
	query->scale = 1;
	query->norm = code->norm;
	query->sparse.nnz = count;
	query->sparse.indices = query->indices;
	query->sparse.values = query->floats;
}

/*
 * Product of the elements that both have.
 */
static float
Product(const HnswCodec *codec, const HnswQuery *query, const HnswCode *code)
{
	const int32_t *indices = CODE_INDICES(code);
	const Half *values = CODE_VALUES(codec, code);
	int			count = CountOf(codec, code);
	float		sum = 0;
	int			i = 0;
	int			j = 0;

	while (i < count && j < query->sparse.nnz)
	{
		int32_t		ours = indices[i];
		int32_t		theirs = query->sparse.indices[j];

		if (ours == theirs)
			sum += HalfToFloat(values[i]) * query->sparse.values[j];
		i += ours <= theirs;
		j += theirs <= ours;
	}
	return sum * code->factor * query->scale;
}

/*
 * What the elements that both have take off the sum of both lengths.
 */
static float
Overlap(const HnswCodec *codec, const HnswQuery *query, const HnswCode *code)
{
	const int32_t *indices = CODE_INDICES(code);
	const Half *values = CODE_VALUES(codec, code);
	int			count = CountOf(codec, code);
	float		sum = 0;
	int			i = 0;
	int			j = 0;

	while (i < count && j < query->sparse.nnz)
	{
		int32_t		ours = indices[i];
		int32_t		theirs = query->sparse.indices[j];

		if (ours == theirs)
		{
			float		x = HalfToFloat(values[i]) * code->factor;
			float		y = query->sparse.values[j];

			sum += fabsf(x) + fabsf(y) - fabsf(x - y);
		}
		i += ours <= theirs;
		j += theirs <= ours;
	}
	return sum;
}

float
HnswSparseDistance(const HnswCodec *codec, const HnswQuery *query, const HnswCode *code)
{
	switch (codec->metric)
	{
		case HNSW_L1:
			return code->norm + query->norm - Overlap(codec, query, code);
		case HNSW_L2:
			return code->norm + query->norm - 2 * Product(codec, query, code);
		case HNSW_COSINE:
			return 1 - Product(codec, query, code);
		default:
			return -Product(codec, query, code);
	}
}
