/*-------------------------------------------------------------------------
 *
 * kernel.c
 *	  Vectors as codes, and the scan of a block.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>
#include <stddef.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "pattern/pattern.h"

bool
PatternEncode(const float *x, int dim, int8_t *code, int32_t *squares)
{
	*squares = 0;
	for (int i = 0; i < dim; i++)
	{
		float		steps = x[i] * PATTERN_STEPS;

		if (!(fabsf(steps) <= PATTERN_MAX_CODE) || steps != rintf(steps))
			return false;
		code[i] = (int8_t) steps;
		*squares += code[i] * code[i];
	}
	return true;
}

/* Bytes of the columns before the codes, of an entry */
static const size_t column_size[] = {8, 8, 8, 8, 4, 4};
static const size_t column_offset[] = {
	offsetof(PatternEntry, id), offsetof(PatternEntry, ts),
	offsetof(PatternEntry, known_at), offsetof(PatternEntry, known_until),
	offsetof(PatternEntry, place), offsetof(PatternEntry, squares)
};

void
PatternWrite(const char *entries, int dim, int count, char *block)
{
	PatternHeader header = {dim, count};
	size_t		stride = PATTERN_ENTRY_SIZE(dim);

	memcpy(block, &header, sizeof(header));
	block += sizeof(header);
	for (int c = 0; c < 6; c++)
		for (int i = 0; i < count; i++, block += column_size[c])
			memcpy(block, entries + i * stride + column_offset[c],
				   column_size[c]);
	for (int i = 0; i < count; i++, block += dim)
		memcpy(block, entries + i * stride + sizeof(PatternEntry), dim);
}

bool
PatternOpen(const char *data, size_t size, PatternBlock *block)
{
	PatternHeader header;
	const char **column[] = {
		&block->id, &block->ts, &block->known_at, &block->known_until,
		&block->place, &block->squares
	};

	if (size < sizeof(header))
		return false;
	memcpy(&header, data, sizeof(header));
	if (header.dim < 1 || header.dim > PATTERN_MAX_DIM || header.count < 0 ||
		header.count > PATTERN_MAX_ENTRIES ||
		size != PATTERN_BLOCK_SIZE(header.dim, header.count))
		return false;
	block->dim = header.dim;
	block->count = header.count;
	data += sizeof(header);
	for (int c = 0; c < 6; c++)
	{
		*column[c] = data;
		data += column_size[c] * header.count;
	}
	block->code = (const int8_t *) data;
	return true;
}

static inline int64_t
Long(const char *column, int i)
{
	int64_t		value;

	memcpy(&value, column + (size_t) i * sizeof(value), sizeof(value));
	return value;
}

static inline int32_t
Short(const char *column, int i)
{
	int32_t		value;

	memcpy(&value, column + (size_t) i * sizeof(value), sizeof(value));
	return value;
}

static bool
IsKnown(const PatternQuery *query, const PatternBlock *block, int i)
{
	int64_t		ts = Long(block->ts, i);

	return ts < query->before && ts >= query->after &&
		Long(block->known_at, i) <= query->as_of &&
		Long(block->known_until, i) > query->as_of;
}

typedef int32_t (*Product) (const int8_t *a, const int8_t *b, int dim);

static inline __attribute__((always_inline))
int32_t
AnyProduct(const int8_t *a, const int8_t *b, int dim)
{
	int32_t		sum = 0;

	for (int i = 0; i < dim; i++)
		sum += (int16_t) a[i] * (int16_t) b[i];
	return sum;
}

/*
 * Most entries are not alike enough: their squared products say so, without
 * a root or a division. The bound leaves room for rounding, and what passes
 * is compared exactly.
 */
static inline __attribute__((always_inline))
int
Scan(const PatternQuery *query, const PatternBlock *block, int group,
	 PatternMatch *match, Product product, int dim)
{
	double		scale = 1 / sqrt((double) query->squares);
	double		least = query->min_similarity;
	double		bound = least * least * query->squares * (1 - 1e-9);
	int			found = 0;

	for (int i = 0; i < block->count; i++)
	{
		double		sum = product(query->code, block->code + (size_t) i * dim, dim);
		double		squares = Short(block->squares, i);
		double		similarity;

		if (squares == 0 || (least > 0 && (sum <= 0 || sum * sum < bound * squares)))
			continue;
		similarity = sum * scale / sqrt(squares);
		if (similarity < least || !IsKnown(query, block, i))
			continue;
		match[found].similarity = similarity;
		match[found].id = Long(block->id, i);
		match[found].ts = Long(block->ts, i);
		match[found].group = group;
		match[found++].place = Short(block->place, i);
	}
	return found;
}

#if defined(__x86_64__)
/*
 * 32 codes at once, so dim is a multiple of it. Sizes times codes with their
 * signs moved: pairs of products stay below 2^15, since no code is -128.
 */
static inline __attribute__((always_inline, target("avx2")))
int32_t
Avx2Product(const int8_t *a, const int8_t *b, int dim)
{
	__m256i		fours = _mm256_setzero_si256();
	__m128i		half;

	for (int i = 0; i < dim; i += 32)
	{
		__m256i		x = _mm256_loadu_si256((const __m256i *) (a + i));
		__m256i		y = _mm256_loadu_si256((const __m256i *) (b + i));
		__m256i		pairs = _mm256_maddubs_epi16(_mm256_abs_epi8(x),
												 _mm256_sign_epi8(y, x));

		fours = _mm256_add_epi32(
								 fours, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
	}
	half = _mm_add_epi32(_mm256_castsi256_si128(fours),
						 _mm256_extracti128_si256(fours, 1));
	half = _mm_add_epi32(half, _mm_shuffle_epi32(half, 0x4e));
	half = _mm_add_epi32(half, _mm_shuffle_epi32(half, 0xb1));
	return _mm_cvtsi128_si32(half);
}

static __attribute__((target("avx2")))
int
ScanAvx2(const PatternQuery *query, const PatternBlock *block, int group,
		 PatternMatch *match)
{
	if (block->dim == 32)
		return Scan(query, block, group, match, Avx2Product, 32);
	if (block->dim % 32 == 0)
		return Scan(query, block, group, match, Avx2Product, block->dim);
	return Scan(query, block, group, match, AnyProduct, block->dim);
}
#endif

/*
 * A query without a direction is like nothing.
 */
int
PatternScan(const PatternQuery *query, const PatternBlock *block, int group,
			PatternMatch *match)
{
	if (query->squares == 0)
		return 0;
#if defined(__x86_64__)
	if (__builtin_cpu_supports("avx2"))
		return ScanAvx2(query, block, group, match);
#endif
	return Scan(query, block, group, match, AnyProduct, block->dim);
}
