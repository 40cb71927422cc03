/*-------------------------------------------------------------------------
 *
 * kernel.c
 *	  Vectors as codes, and the scan of a block.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>
#include <string.h>

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

static inline __attribute__((always_inline))
int32_t
Product(const int8_t *a, const int8_t *b, int dim)
{
	int32_t		sum = 0;

	for (int i = 0; i < dim; i++)
		sum += (int16_t) a[i] * (int16_t) b[i];
	return sum;
}

/*
 * The number of elements is known to the compiler where it is the usual one.
 */
static inline __attribute__((always_inline))
int
Scan(const PatternQuery *query, const char *entries, int count, int group,
	 PatternMatch *match, int dim)
{
	double		scale = 1 / sqrt((double) query->squares);
	int			found = 0;

	for (int i = 0; i < count; i++)
	{
		const char *place = entries + (size_t) i * PATTERN_ENTRY_SIZE(dim);
		PatternEntry entry;
		double		similarity;

		/* Blocks are not aligned to eight bytes */
		memcpy(&entry, place, sizeof(entry));
		if (entry.known_at > query->as_of || entry.known_until <= query->as_of ||
			entry.ts >= query->before || entry.ts < query->after ||
			entry.squares == 0)
			continue;
		similarity = Product(query->code,
							 (const int8_t *) place + sizeof(entry), dim) *
			scale / sqrt((double) entry.squares);
		if (similarity < query->min_similarity)
			continue;
		match[found].similarity = similarity;
		match[found].id = entry.id;
		match[found].ts = entry.ts;
		match[found].group = group;
		match[found++].place = entry.place;
	}
	return found;
}

static inline __attribute__((always_inline))
int
ScanAny(const PatternQuery *query, const char *entries, int count, int group,
		PatternMatch *match)
{
	if (query->dim == 32)
		return Scan(query, entries, count, group, match, 32);
	return Scan(query, entries, count, group, match, query->dim);
}

#if defined(__x86_64__)
static __attribute__((target("avx2")))
int
ScanAvx2(const PatternQuery *query, const char *entries, int count, int group,
		 PatternMatch *match)
{
	return ScanAny(query, entries, count, group, match);
}
#endif

/*
 * A query without a direction is like nothing.
 */
int
PatternScan(const PatternQuery *query, const char *entries, int count,
			int group, PatternMatch *match)
{
	if (query->squares == 0)
		return 0;
#if defined(__x86_64__)
	if (__builtin_cpu_supports("avx2"))
		return ScanAvx2(query, entries, count, group, match);
#endif
	return ScanAny(query, entries, count, group, match);
}
