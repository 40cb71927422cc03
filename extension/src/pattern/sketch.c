/*-------------------------------------------------------------------------
 *
 * sketch.c
 *	  What a block looks like along a few axes, and how alike its entries can
 *	  be at most.
 *
 * Vectors u and v of length one have the cosine 1 - |u - v|^2 / 2. Along
 * orthonormal axes their distance has two parts: that of their coordinates,
 * and that of what the coordinates leave, which is at least the difference
 * of the lengths of the two rests. Coordinates are rounded to codes, so an
 * entry is up to `error` nearer than its codes say, and not more. (Lower
 * bounds of distances by some coordinates: Faloutsos, Ranganathan and
 * Manolopoulos, SIGMOD 1994, section 3.)
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

/* Steps of a rest */
#define REST_STEPS		255

/* More than what rounding to float adds to a distance, or takes from it */
#define ROUNDING		1e-6
#define BOUND_ROUNDING	2e-5

static void
Normalise(const int8_t *code, int dim, int32_t squares, float *x)
{
	double		scale = squares > 0 ? 1 / sqrt((double) squares) : 0;

	for (int i = 0; i < dim; i++)
		x[i] = code[i] * scale;
}

void
PatternLook(const PatternBasis *basis, const int8_t *code, int32_t squares,
			PatternView *view)
{
	float		x[PATTERN_MAX_DIM];
	double		coordinate[PATTERN_MAX_AXES];

	Normalise(code, basis->dim, squares, x);
	view->axes = basis->axes;
	view->rest = PatternProject(basis, x, coordinate);
	for (int a = 0; a < basis->axes; a++)
	{
		view->start[a] = basis->middle[a] - coordinate[a];
		view->scale[a] = basis->scale[a];
	}
}

static int8_t
Round(double coordinate, float middle, float scale)
{
	double		steps = rint((coordinate - middle) / scale);

	return (int8_t) fmin(fmax(steps, -PATTERN_MAX_CODE), PATTERN_MAX_CODE);
}

static void
Describe(const PatternBlock *block, PatternSketchBlock *about)
{
	for (int i = 0; i < block->count; i++)
	{
		int64_t		ts,
					known_at,
					known_until;

		memcpy(&ts, block->ts + i * sizeof(ts), sizeof(ts));
		memcpy(&known_at, block->known_at + i * sizeof(ts), sizeof(ts));
		memcpy(&known_until, block->known_until + i * sizeof(ts), sizeof(ts));
		if (i == 0 || ts < about->first_ts)
			about->first_ts = ts;
		if (i == 0 || ts > about->last_ts)
			about->last_ts = ts;
		if (i == 0 || known_at < about->first_known_at)
			about->first_known_at = known_at;
		if (i == 0 || known_until > about->last_known_until)
			about->last_known_until = known_until;
	}
}

void
PatternSketchWrite(const PatternBasis *basis, const PatternBlock *block,
				   PatternSketchBlock *about, char *body)
{
	int			count = PATTERN_FILLED(block->count);
	float		x[PATTERN_MAX_DIM];
	double		coordinate[PATTERN_MAX_AXES];

	Describe(block, about);
	about->count = count;
	about->error = 0;
	for (int i = 0; i < count; i++)
	{
		int			entry = i < block->count ? i : block->count - 1;
		int32_t		squares;
		double		rest;
		double		error = 0;

		memcpy(&squares, block->squares + entry * sizeof(squares), sizeof(squares));
		Normalise(block->code + (size_t) entry * block->dim, block->dim, squares, x);
		rest = PatternProject(basis, x, coordinate);
		body[i] = (char) (uint8_t) fmin(floor(rest * REST_STEPS), REST_STEPS);
		for (int a = 0; a < basis->axes; a++)
		{
			int8_t		code = Round(coordinate[a], basis->middle[a], basis->scale[a]);
			double		off = coordinate[a] - basis->middle[a] - (double) basis->scale[a] * code;

			body[(size_t) (a + 1) * count + i] = code;
			error += off * off;
		}
		about->error = fmax(about->error, sqrt(error));
	}
	about->error += ROUNDING;
}

/*
 * The square of the least distance that one may have to the query, if it is
 * below what is given
 */
static float
Least(const PatternView *view, float error, float least, int count,
	  const char *body)
{
	for (int i = 0; i < count; i++)
	{
		float		squares = 0;
		float		rest = (uint8_t) body[i];
		float		near;
		float		apart;

		for (int a = 0; a < view->axes; a++)
		{
			float		step = view->start[a] + view->scale[a] *
			(int8_t) body[(size_t) (a + 1) * count + i];

			squares += step * step;
		}
		near = fmaxf(sqrtf(squares) - error, 0);
		apart = fmaxf(fmaxf(rest / REST_STEPS - view->rest,
							view->rest - (rest + 1) / REST_STEPS), 0);
		least = fminf(least, near * near + apart * apart);
	}
	return least;
}

#if defined(__x86_64__)
/*
 * Eight bytes as numbers
 */
static inline __attribute__((always_inline, target("avx2,fma")))
__m256
Signed(const char *from)
{
	__m128i		byte = _mm_loadl_epi64((const __m128i *) from);

	return _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(byte));
}

static inline __attribute__((always_inline, target("avx2,fma")))
__m256
Unsigned(const char *from)
{
	__m128i		byte = _mm_loadl_epi64((const __m128i *) from);

	return _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(byte));
}

/*
 * From this on codes say that a squared distance is not below least
 */
static inline float
Enough(float least, float error)
{
	float		distance = sqrtf(least) + error;

	return distance * distance;
}

/*
 * Adds the squared distances along some axes of eight entries.
 */
static inline __attribute__((always_inline, target("avx2,fma")))
__m256
Along(const PatternView *view, int first, int last, int count,
	  const char *code, __m256 squares)
{
	for (int a = first; a < last; a++)
	{
		__m256		scale = _mm256_set1_ps(view->scale[a]);
		__m256		start = _mm256_set1_ps(view->start[a]);
		__m256		step = _mm256_fmadd_ps(Signed(code + (size_t) (a + 1) * count),
										   scale, start);

		squares = _mm256_fmadd_ps(step, step, squares);
	}
	return squares;
}

/*
 * Eight entries at once. Mostly half of the axes show that none of them is
 * nearer than what is known already.
 */
static __attribute__((target("avx2,fma")))
float
LeastAvx2(const PatternView *view, float error, float least, int count,
		  const char *body)
{
	const __m256 zero = _mm256_setzero_ps();
	const __m256 unit = _mm256_set1_ps(1.0f / REST_STEPS);
	const __m256 rest = _mm256_set1_ps(view->rest);
	const __m256 off = _mm256_set1_ps(error);
	int			half = view->axes / 2;
	float		before = least;
	__m256		enough = _mm256_set1_ps(Enough(least, error));

	for (int i = 0; i < count; i += 8)
	{
		__m256		squares = Along(view, 0, half, count, body + i, zero);
		__m256		own;
		__m256		near;
		__m256		apart;
		float		lane[8];

		if (_mm256_movemask_ps(_mm256_cmp_ps(squares, enough,
											 _CMP_LE_OQ)) == 0)
			continue;
		squares = Along(view, half, view->axes, count, body + i, squares);
		near = _mm256_max_ps(_mm256_sub_ps(_mm256_sqrt_ps(squares), off), zero);
		own = _mm256_mul_ps(unit, Unsigned(body + i));
		apart = _mm256_max_ps(_mm256_sub_ps(own, rest),
							  _mm256_sub_ps(_mm256_sub_ps(rest, own), unit));
		apart = _mm256_max_ps(apart, zero);
		near = _mm256_fmadd_ps(near, near, _mm256_mul_ps(apart, apart));
		_mm256_storeu_ps(lane, near);
		for (int j = 0; j < 8; j++)
			least = lane[j] < least ? lane[j] : least;
		if (least < before)
			enough = _mm256_set1_ps(Enough(least, error));
		before = least;
	}
	return least;
}

/*
 * The bytes of some of sixteen entries as numbers; those of others are 0.
 */
static inline __attribute__((always_inline, target("avx512f,avx512bw,avx512vl")))
__m512
SignedWide(const char *from, __mmask16 mask)
{
	__m128i		byte = _mm_maskz_loadu_epi8(mask, from);

	return _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(byte));
}

static inline __attribute__((always_inline, target("avx512f,avx512bw,avx512vl")))
__m512
AlongWide(const PatternView *view, int first, int last, int count,
		  const char *code, __mmask16 mask, __m512 squares)
{
	for (int a = first; a < last; a++)
	{
		__m512		scale = _mm512_set1_ps(view->scale[a]);
		__m512		start = _mm512_set1_ps(view->start[a]);
		__m512		step = _mm512_fmadd_ps(SignedWide(code + (size_t) (a + 1) * count, mask),
										   scale, start);

		squares = _mm512_fmadd_ps(step, step, squares);
	}
	return squares;
}

/*
 * Sixteen entries at once, the last time eight if that many are left.
 */
static __attribute__((target("avx512f,avx512bw,avx512vl")))
float
LeastAvx512(const PatternView *view, float error, float least, int count,
			const char *body)
{
	const __m512 zero = _mm512_setzero_ps();
	const __m512 unit = _mm512_set1_ps(1.0f / REST_STEPS);
	const __m512 rest = _mm512_set1_ps(view->rest);
	const __m512 off = _mm512_set1_ps(error);
	int			half = view->axes / 2;
	__m512		enough = _mm512_set1_ps(Enough(least, error));

	for (int i = 0; i < count; i += 16)
	{
		__mmask16	mask = count - i >= 16 ? 0xffff : 0x00ff;
		__m512		squares = AlongWide(view, 0, half, count, body + i, mask, zero);
		__m512		own;
		__m512		near;
		__m512		apart;
		float		nearest;

		if (_mm512_mask_cmp_ps_mask(mask, squares, enough, _CMP_LE_OQ) == 0)
			continue;
		squares = AlongWide(view, half, view->axes, count, body + i, mask, squares);
		near = _mm512_max_ps(_mm512_sub_ps(_mm512_sqrt_ps(squares), off), zero);
		own = _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm_maskz_loadu_epi8(mask, body + i)));
		own = _mm512_mul_ps(unit, own);
		apart = _mm512_max_ps(_mm512_sub_ps(own, rest),
							  _mm512_sub_ps(_mm512_sub_ps(rest, own), unit));
		apart = _mm512_max_ps(apart, zero);
		near = _mm512_fmadd_ps(near, near, _mm512_mul_ps(apart, apart));
		nearest = _mm512_mask_reduce_min_ps(mask, near);
		if (nearest < least)
		{
			least = nearest;
			enough = _mm512_set1_ps(Enough(least, error));
		}
	}
	return least;
}
#endif

double
PatternBound(const PatternView *view, const PatternSketchBlock *about,
			 const char *body, double min_similarity)
{
	float		least = 2 * (1 - min_similarity) + 4 * BOUND_ROUNDING;

#if defined(__x86_64__)
	if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl"))
		least = LeastAvx512(view, about->error, least, about->count, body);
	else if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
		least = LeastAvx2(view, about->error, least, about->count, body);
	else
#endif
		least = Least(view, about->error, least, about->count, body);
	return 1 - least / 2.0 + BOUND_ROUNDING;
}
