/*-------------------------------------------------------------------------
 *
 * kernel_avx2.h
 *	  The loops of kernels with AVX2, for any type of element that can be loaded
 *	  as eight floats: included once by each type's file.
 *
 * Four registers of eight sums hide the latency of the multiply-add. All types
 * add in the same order: a halfvec is as far from another as the vectors of
 * the same numbers, to the last bit.
 *
 * The including file defines
 *	  AVX2				target attribute of every function
 *	  Element			type of an element
 *	  LoadEight(p)		the eight elements at p
 *	  LoadTail(p, n)	the n (0..7) elements at p, then zeros; reads no further
 *
 *-------------------------------------------------------------------------
 */
/* Floats in one register, and in one round of four registers */
#define LANES	8
#define ROUND	(4 * LANES)

static inline AVX2 float
Total(__m256 sum)
{
	__m128		four = _mm_add_ps(_mm256_castps256_ps128(sum),
								  _mm256_extractf128_ps(sum, 1));
	__m128		two = _mm_add_ps(four, _mm_movehl_ps(four, four));

	return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
}

static inline AVX2 __m256
TotalOfFour(const __m256 *sum)
{
	return _mm256_add_ps(_mm256_add_ps(sum[0], sum[1]),
						 _mm256_add_ps(sum[2], sum[3]));
}

/* Each term adds what eight dimensions give to a register of sums. */

static inline AVX2 __m256
L2Term(__m256 sum, __m256 a, __m256 b)
{
	__m256		difference = _mm256_sub_ps(a, b);

	return _mm256_fmadd_ps(difference, difference, sum);
}

static inline AVX2 __m256
ProductTerm(__m256 sum, __m256 a, __m256 b)
{
	return _mm256_fmadd_ps(a, b, sum);
}

static inline AVX2 __m256
L1Term(__m256 sum, __m256 a, __m256 b)
{
	__m256		difference = _mm256_sub_ps(a, b);

	return _mm256_add_ps(sum,
						 _mm256_andnot_ps(_mm256_set1_ps(-0.0f), difference));
}

/* A sum over all dimensions of one of the terms above */
#define SUM_KERNEL(name, Term) \
static AVX2 float \
name(int dim, const Element *a, const Element *b) \
{ \
	__m256		sum[4] = {_mm256_setzero_ps(), _mm256_setzero_ps(), \
						  _mm256_setzero_ps(), _mm256_setzero_ps()}; \
	int			i = 0; \
\
	for (; i + ROUND <= dim; i += ROUND) \
		for (int r = 0; r < 4; r++) \
			sum[r] = Term(sum[r], LoadEight(a + i + r * LANES), \
						  LoadEight(b + i + r * LANES)); \
	for (; i + LANES <= dim; i += LANES) \
		sum[0] = Term(sum[0], LoadEight(a + i), \
					  LoadEight(b + i)); \
	if (i < dim) \
		sum[1] = Term(sum[1], LoadTail(a + i, dim - i), \
					  LoadTail(b + i, dim - i)); \
	return Total(TotalOfFour(sum)); \
}

SUM_KERNEL(L2Squared, L2Term)
SUM_KERNEL(InnerProduct, ProductTerm)
SUM_KERNEL(L1, L1Term)

/* The three sums of a cosine, two registers each */
typedef struct CosineSums
{
	__m256		product[2];
	__m256		square_a[2];
	__m256		square_b[2];
} CosineSums;

static inline AVX2 void
CosineTerm(CosineSums *sums, int r, __m256 a, __m256 b)
{
	sums->product[r] = _mm256_fmadd_ps(a, b, sums->product[r]);
	sums->square_a[r] = _mm256_fmadd_ps(a, a, sums->square_a[r]);
	sums->square_b[r] = _mm256_fmadd_ps(b, b, sums->square_b[r]);
}

static AVX2 double
CosineSimilarity(int dim, const Element *a, const Element *b)
{
	__m256		zero = _mm256_setzero_ps();
	CosineSums	sums = {{zero, zero}, {zero, zero}, {zero, zero}};
	int			i = 0;
	float		square_a;
	float		square_b;

	for (; i + 2 * LANES <= dim; i += 2 * LANES)
	{
		CosineTerm(&sums, 0, LoadEight(a + i), LoadEight(b + i));
		CosineTerm(&sums, 1, LoadEight(a + i + LANES),
				   LoadEight(b + i + LANES));
	}
	if (i + LANES <= dim)
	{
		CosineTerm(&sums, 0, LoadEight(a + i), LoadEight(b + i));
		i += LANES;
	}
	if (i < dim)
		CosineTerm(&sums, 1, LoadTail(a + i, dim - i),
				   LoadTail(b + i, dim - i));

	square_a = Total(_mm256_add_ps(sums.square_a[0], sums.square_a[1]));
	square_b = Total(_mm256_add_ps(sums.square_b[0], sums.square_b[1]));
	return (double) Total(_mm256_add_ps(sums.product[0], sums.product[1])) /
		sqrt((double) square_a * (double) square_b);
}
