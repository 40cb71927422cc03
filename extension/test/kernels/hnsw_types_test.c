/*-------------------------------------------------------------------------
 *
 * hnsw_types_test.c
 *	  Codes of sparse vectors and of bits: exact where nothing is left out, no
 *	  further off than they say where something is, and harmless when they are
 *	  read while they change.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bit/kernel.h"
#include "hnsw/codec.h"

/* Dimensions of the sparse vectors, and most of their elements */
#define DIM	500
#define MOST	60

typedef struct Sparse
{
	int			nnz;
	int32_t		indices[MOST];
	float		values[MOST];
} Sparse;

static int	checks = 0;
static int	failures = 0;

static void
Expect(int holds, const char *what, double got, double wanted)
{
	checks++;
	if (holds)
		return;
	failures++;
	printf("%s: %.9g, not %.9g\n", what, got, wanted);
}

static SparseView
ViewOf(const Sparse *x)
{
	return (SparseView)
	{
		x->nnz, x->indices, x->values
	};
}

static void
Fill(Sparse *x, int nnz, float scale)
{
	int			at = 0;

	x->nnz = nnz;
	for (int i = 0; i < nnz; i++)
	{
		at += 1 + rand() % (DIM / MOST);
		x->indices[i] = at - 1;
		x->values[i] = scale * (float) (2.0 * rand() / RAND_MAX - 1);
	}
}

static double
Exact(HnswMetric metric, SparseView a, SparseView b)
{
	switch (metric)
	{
		case HNSW_L2:
			return SparseL2Squared(a, b);
		case HNSW_INNER_PRODUCT:
			return -SparseInnerProduct(a, b);
		case HNSW_COSINE:
			return 1 - SparseCosineSimilarity(a, b);
		default:
			return SparseL1(a, b);
	}
}

static double
Size		(HnswMetric metric, SparseView x)
{
	double		sum = 0;

	for (int i = 0; i < x.nnz; i++)
		sum += metric == HNSW_L1 ? fabsf(x.values[i]) : x.values[i] * x.values[i];
	return metric == HNSW_L1 ? sum : sqrt(sum);
}

/*
 * The estimate for a vector and a query, with codes of that many elements.
 */
static void
CheckSparse(HnswMetric metric, int entries, const Sparse *x, const Sparse *q)
{
	HnswCodec	codec = {.form = HNSW_SPARSE,.metric = metric,.dim = DIM,.padded = entries,
	.size = HnswSparseCodeSize(entries)};
	HnswCode   *code = malloc(codec.size);
	HnswQuery	query = {.indices = malloc(sizeof(int32_t) * entries),
	.floats = malloc(sizeof(float) * entries)};
	float		work[MOST];
	float		error;
	float		lost;
	double		size_x = Size (metric, ViewOf(x));
	double		size_q = Size (metric, ViewOf(q));
	double		exact = Exact(metric, ViewOf(x), ViewOf(q));
	double		allowed;
	double		got;

	if (HnswEncodeSparse(&codec, ViewOf(x), code, work, &error, &lost) &&
		HnswQueryFromSparse(&codec, ViewOf(q), &query))
	{
		got = HnswSparseDistance(&codec, &query, code);
		if (metric == HNSW_L1)
			allowed = lost + (size_x + size_q) / 1000;
		else
			allowed = 2 * (error + 1.0 / 1000) * (metric == HNSW_COSINE ? 1 : size_x * size_q) +
				(metric == HNSW_L2 ? size_x * size_x + size_q * size_q : 0) / 1e6;
		Expect(fabs(got - exact) <= allowed, "estimate", got, exact);
		Expect(x->nnz > entries || (error == 0 && lost == 0), "nothing left out", error, 0);
		/* a code as query is the vector that it holds */
		HnswQueryFromCode(&codec, code, &query);
		got = HnswSparseDistance(&codec, &query, code);
		if (metric == HNSW_L2 && x->nnz <= entries)
			Expect(fabs(got) <= size_x * size_x / 500, "itself", got, 0);
		/* what is read while it changes may be wrong, never out of bounds */
		for (int i = 0; i < codec.size; i++)
			((uint8_t *) code)[i] = rand();
		HnswSparseDistance(&codec, &query, code);
		HnswQueryFromCode(&codec, code, &query);
	}
	else
		Expect(metric == HNSW_COSINE && (size_x == 0 || size_q == 0), "refused", size_x, size_q);
	free(query.indices);
	free(query.floats);
	free(code);
}

static void
CheckBits(HnswMetric metric, int dim)
{
	HnswCodec	codec = {.form = HNSW_BITS,.metric = metric,.dim = dim,
	.padded = HnswCodePadded(dim),.bits = 1,.size = HnswCodeSize(dim, 1)};
	int			bytes = (dim + 7) / 8;
	HnswCode   *code = malloc(codec.size);
	HnswQuery	query = {.ones = calloc(codec.padded / 8, 1)};
	uint8_t    *a = malloc(bytes);
	uint8_t    *b = malloc(bytes);
	double		exact;
	double		got;

	for (int i = 0; i < bytes; i++)
	{
		a[i] = rand();
		b[i] = rand();
	}
	a[bytes - 1] &= 0xFF << (bytes * 8 - dim);
	b[bytes - 1] &= 0xFF << (bytes * 8 - dim);
	exact = metric == HNSW_HAMMING ? bit_kernels.hamming(bytes, a, b)
		: bit_kernels.jaccard(bytes, a, b);
	HnswEncodeBits(&codec, a, code);
	HnswQueryFromBits(&codec, b, &query);
	got = HnswCodeDistance(&codec, &query, code);
	Expect((float) exact == got, "bits", got, exact);
	HnswQueryFromCode(&codec, code, &query);
	got = HnswCodeDistance(&codec, &query, code);
	Expect(got == (metric == HNSW_JACCARD && bit_kernels.hamming(bytes, a, a) == 0 &&
				   bit_kernels.jaccard(bytes, a, a) == 1), "the same bits", got, 0);
	free(query.ones);
	free(code);
	free(a);
	free(b);
}

int
main(void)
{
	srand(1);
	BitKernelsChoose();
	for (int round = 0; round < 2000; round++)
		for (HnswMetric metric = HNSW_L2; metric <= HNSW_L1; metric++)
		{
			static const float scales[] = {1, 1e-6f, 1e6f};
			float		scale = scales[rand() % 3];
			Sparse		x;
			Sparse		q;

			Fill(&x, rand() % (MOST + 1), scale);
			Fill(&q, rand() % (MOST + 1), scale);
			CheckSparse(metric, 1 + rand() % 70, &x, &q);
		}
	for (int dim = 1; dim <= 300; dim++)
	{
		CheckBits(HNSW_HAMMING, dim);
		CheckBits(HNSW_JACCARD, dim);
	}
	CheckBits(HNSW_HAMMING, 64000);
	printf("hnsw codes of sparse vectors and bits: %d checks, %d failures\n", checks, failures);
	return failures > 0;
}
