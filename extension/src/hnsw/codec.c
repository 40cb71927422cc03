/*-------------------------------------------------------------------------
 *
 * codec.c
 *	  Rotation, coding of vectors, preparation of queries.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>
#include <string.h>

#include "hnsw/codec.h"

/* Largest query number at 8 bits a dimension, when the sum cannot overflow */
#define QUERY_WORD_MAX	16383

/*
 * Widths of a step for 1, 2 and 4 bits, in standard deviations of the elements:
 * around the one that is best for a normal distribution (Max, IRE 1960). At 1 bit
 * all are the same.
 */
#define LEVEL_STEPS	4
static const float level_steps[][LEVEL_STEPS] = {
	[1] = {1},
	[2] = {0.85f, 0.9957f, 1.15f},
	[4] = {0.29f, 0.335f, 0.38f, 0.43f}
};

int
HnswCodePadded(int dim)
{
	return (dim + HNSW_CODE_BLOCK - 1) / HNSW_CODE_BLOCK * HNSW_CODE_BLOCK;
}

int
HnswCodeSize(int dim, int bits)
{
	return (int) sizeof(HnswCode) + HnswCodePadded(dim) * bits / 8;
}

/*
 * The signs of the rotation: the same for every index, by splitmix64 (Steele,
 * Lea, Flood, OOPSLA 2014).
 */
void
HnswCodecSigns(HnswCodec *codec)
{
	uint64_t	state = 0;

	for (int i = 0; i < HNSW_ROUNDS * codec->padded; i++)
	{
		uint64_t	z = (state += UINT64_C(0x9E3779B97F4A7C15));

		z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
		z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
		codec->signs[i] = ((z ^ (z >> 31)) & 1) ? 1.0f : -1.0f;
	}
}

/*
 * Walsh-Hadamard transform of a power of two elements, not scaled.
 */
static void
Hadamard(float *x, int count)
{
	for (int half = 1; half < count; half *= 2)
		for (int start = 0; start < count; start += 2 * half)
		{
			float	   *a = x + start;
			float	   *b = x + start + half;

			for (int i = 0; i < half; i++)
			{
				float		sum = a[i] + b[i];

				b[i] = a[i] - b[i];
				a[i] = sum;
			}
		}
}

/*
 * An orthogonal map: signs, then a transform of the largest power of two of
 * elements, in turn from the left and from the right end.
 */
static void
Rotate(const HnswCodec *codec, float *x)
{
	int			count = HNSW_CODE_BLOCK;
	float		scale;

	while (count * 2 <= codec->padded)
		count *= 2;
	scale = 1 / sqrtf((float) count);
	for (int round = 0; round < HNSW_ROUNDS; round++)
	{
		const float *signs = codec->signs + round * codec->padded;
		float	   *part = round % 2 == 0 ? x : x + codec->padded - count;

		for (int i = 0; i < codec->padded; i++)
			x[i] *= signs[i];
		Hadamard(part, count);
		for (int i = 0; i < count; i++)
			part[i] *= scale;
	}
}

/*
 * Copies x, brings it to length 1 if the metric wants it, and rotates it.
 * False if there is no direction to bring to length 1.
 */
static bool
Prepare(const HnswCodec *codec, const float *x, float *out, float *norm)
{
	double		square = 0;

	for (int i = 0; i < codec->dim; i++)
		square += (double) x[i] * x[i];
	memcpy(out, x, sizeof(float) * codec->dim);
	memset(out + codec->dim, 0, sizeof(float) * (codec->padded - codec->dim));
	*norm = (float) square;
	if (codec->metric == HNSW_COSINE)
	{
		double		inverse;

		if (square == 0)
			return false;
		inverse = 1 / sqrt(square);
		for (int i = 0; i < codec->dim; i++)
			out[i] = (float) (out[i] * inverse);
		*norm = 1;
	}
	if (codec->metric != HNSW_L1)
		Rotate(codec, out);
	return true;
}

static float
LargestMagnitude(int count, const float *x)
{
	float		largest = 0;

	for (int i = 0; i < count; i++)
		largest = fmaxf(largest, fabsf(x[i]));
	return largest;
}

/* Nearest of the levels of so many bits, from 0 */
static inline int
Level(float x, float inverse_step, int bits)
{
	int			half = 1 << (bits - 1);
	float		level = floorf(x * inverse_step) + half;

	return level < 0 ? 0 : (level > 2 * half - 1 ? 2 * half - 1 : (int) level);
}

/*
 * c . x and c . c for a width of step.
 */
static void
LevelProducts(int count, const float *x, float step, int bits, float *product, float *square)
{
	float		inverse = 1 / step;
	float		most = (1 << (bits - 1)) - 0.5f;

	*product = 0;
	*square = 0;
	for (int i = 0; i < count; i++)
	{
		float		level = floorf(x[i] * inverse) + 0.5f;

		level = fminf(fmaxf(level, -most), most);
		*product += level * x[i];
		*square += level * level;
	}
}

static void
EncodeLevels(const HnswCodec *codec, const float *x, HnswCode *code, float *product,
			 float *square)
{
	const float *steps = level_steps[codec->bits];
	float		deviation = sqrtf(code->norm / codec->padded);
	float		best = -1;
	float		step = 1;
	int			bytes = 8 * codec->bits;	/* of a block */

	for (int i = 0; i < LEVEL_STEPS && steps[i] > 0; i++)
	{
		float		p;
		float		s;

		LevelProducts(codec->padded, x, deviation * steps[i], codec->bits, &p, &s);
		if (p * p > best * s)
		{
			best = p * p / s;
			step = deviation * steps[i];
			*product = p;
			*square = s;
		}
	}
	memset(code->packed, 0, codec->size - sizeof(HnswCode));
	for (int i = 0; i < codec->padded; i++)
	{
		int			in_block = i % HNSW_CODE_BLOCK;

		code->packed[i / HNSW_CODE_BLOCK * bytes + in_block % bytes] |=
			Level(x[i], 1 / step, codec->bits) << (in_block / bytes * codec->bits);
	}
}

static void
EncodeBytes(const HnswCodec *codec, const float *x, HnswCode *code, float *product,
			float *square)
{
	float		inverse = 127 / LargestMagnitude(codec->padded, x);
	int8_t	   *packed = (int8_t *) code->packed;

	*product = 0;
	*square = 0;
	for (int i = 0; i < codec->padded; i++)
	{
		float		level = rintf(x[i] * inverse);

		level = fminf(fmaxf(level, -127), 127);
		packed[i] = (int8_t) level;
		*product += level * x[i];
		*square += level * level;
	}
}

static void
EncodeTaxicab(const HnswCodec *codec, const float *x, HnswCode *code)
{
	float		low = x[0];
	float		high = x[0];
	float		inverse;

	for (int i = 1; i < codec->dim; i++)
	{
		low = fminf(low, x[i]);
		high = fmaxf(high, x[i]);
	}
	code->norm = low;
	code->factor = high / 255 - low / 255;
	inverse = code->factor > 0 ? 1 / code->factor : 0;
	for (int i = 0; i < codec->padded; i++)
	{
		float		level = i < codec->dim ? rintf((x[i] - low) * inverse) : 0;

		code->packed[i] = (uint8_t) fminf(fmaxf(level, 0), 255);
	}
}

/*
 * Codes x; work has room for padded floats. False if x has no place in an
 * index of this metric (a zero vector has no cosine). *error is the part of x
 * that the code does not hold, as a fraction of what it holds.
 */
bool
HnswEncode(const HnswCodec *codec, const float *x, HnswCode *code, float *work,
		   float *error)
{
	float		product = 0;
	float		square = 0;
	double		cosine2;

	*error = 0;
	if (codec->metric == HNSW_L1)
	{
		EncodeTaxicab(codec, x, code);
		*error = code->factor;
		return true;
	}
	if (!Prepare(codec, x, work, &code->norm))
		return false;
	if (code->norm < 1e-30f || !isfinite(code->norm))
	{
		/* too short or too long for float arithmetic: a direction of its own */
		code->factor = 0;
		memset(code->packed, 0, codec->size - sizeof(HnswCode));
		return true;
	}
	if (codec->bits == 8)
		EncodeBytes(codec, work, code, &product, &square);
	else
		EncodeLevels(codec, work, code, &product, &square);
	code->factor = code->norm / product;
	cosine2 = (double) product * product / ((double) square * code->norm);
	*error = cosine2 < 1 ? (float) sqrt(1 / cosine2 - 1) : 0;
	return true;
}

/*
 * Largest magnitude of query words: the sum over all dimensions fits 31 bits.
 */
static int
QueryWordMax(int padded)
{
	int			range = INT32_MAX / 127 / padded;

	return range < QUERY_WORD_MAX ? range : QUERY_WORD_MAX;
}

/* The number that lies in the middle of 0 and the highest level */
static inline float
MiddleLevel(int bits)
{
	return ((1 << bits) - 1) / 2.0f;
}

/*
 * A query of the vector's own precision. False as for HnswEncode.
 */
bool
HnswQueryFromVector(const HnswCodec *codec, const float *x, HnswQuery *query)
{
	int			range = codec->bits == 8 ? QueryWordMax(codec->padded) : 127;
	int64_t		total = 0;
	float		largest;
	float		inverse;

	if (!Prepare(codec, x, query->floats, &query->norm))
		return false;
	query->offset = 0;
	if (codec->metric == HNSW_L1)
		return true;
	largest = LargestMagnitude(codec->padded, query->floats);
	query->scale = largest / range;
	inverse = largest > 0 ? range / largest : 0;
	for (int i = 0; i < codec->padded; i++)
	{
		int			level = (int) rintf(query->floats[i] * inverse);

		if (codec->bits == 8)
			query->words[i] = (int16_t) level;
		else
			query->bytes[i] = (int8_t) level;
		total += level;
	}
	if (codec->bits != 8)
		query->offset = -MiddleLevel(codec->bits) * query->scale * (float) total;
	return true;
}

/*
 * A query that stands for a node's own vector, from what its code holds.
 */
void
HnswQueryFromCode(const HnswCodec *codec, const HnswCode *code, HnswQuery *query)
{
	int			total = 0;

	if (codec->form == HNSW_BITS)
	{
		HnswQueryFromBits(codec, code->packed, query);
		return;
	}
	if (codec->form == HNSW_SPARSE)
	{
		HnswQueryFromSparseCode(codec, code, query);
		return;
	}
	query->norm = code->norm;
	query->offset = 0;
	if (codec->metric == HNSW_L1)
	{
		for (int i = 0; i < codec->padded; i++)
			query->floats[i] = code->norm + code->factor * code->packed[i];
	}
	else if (codec->bits != 8)
	{
		int			bytes = 8 * codec->bits;
		int			most = (1 << codec->bits) - 1;

		for (int i = 0; i < codec->padded; i++)
		{
			int			in_block = i % HNSW_CODE_BLOCK;
			int			field = code->packed[i / HNSW_CODE_BLOCK * bytes + in_block % bytes] >>
			(in_block / bytes * codec->bits) & most;

			query->bytes[i] = (int8_t) (2 * field - most);
			total += 2 * field - most;
		}
		query->scale = code->factor / 2;
		query->offset = -MiddleLevel(codec->bits) * query->scale * (float) total;
	}
	else
	{
		const int8_t *packed = (const int8_t *) code->packed;

		for (int i = 0; i < codec->padded; i++)
			query->words[i] = packed[i];
		query->scale = code->factor;
	}
}
