/*-------------------------------------------------------------------------
 *
 * hnsw_codec_test.c
 *	  Codes of 1, 2, 4 and 8 bits: the same sums from every instruction set, for
 *	  all dimensions, and estimates no further off than their theory.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hnsw/codec.h"

static int	checks = 0;
static int	failures = 0;

static void
Expect(int holds, const char *what, int dim, double got, double wanted)
{
	checks++;
	if (holds)
		return;
	failures++;
	printf("%s, %d dimensions: %.9g, not %.9g\n", what, dim, got, wanted);
}

/* A number of a normal distribution (Box, Muller, 1958) */
static float
Normal(void)
{
	double		u = (rand() + 1.0) / (RAND_MAX + 1.0);
	double		v = (rand() + 1.0) / (RAND_MAX + 1.0);

	return (float) (sqrt(-2 * log(u)) * cos(2 * M_PI * v));
}

/*
 * Sums against those of plain C, on bytes that are any.
 */
static void
CompareKernels(int dim)
{
	int			padded = HnswCodePadded(dim);
	uint8_t    *code = malloc(padded);
	int8_t	   *bytes = malloc(padded);
	int16_t    *words = malloc(sizeof(int16_t) * padded);

	for (int i = 0; i < padded; i++)
	{
		code[i] = rand();
		bytes[i] = rand() % 255 - 127;
		words[i] = rand() % 2001 - 1000;
	}
#define COMPARE(kernel, query) \
	Expect(hnsw_kernels.kernel(padded, (void *) code, query) == \
		   hnsw_kernels_plain.kernel(padded, (void *) code, query), #kernel, dim, \
		   hnsw_kernels.kernel(padded, (void *) code, query), \
		   hnsw_kernels_plain.kernel(padded, (void *) code, query))
	COMPARE(dot_bits, bytes);
	COMPARE(dot_pairs, bytes);
	COMPARE(dot_nibbles, bytes);
	COMPARE(dot_bytes, words);
	free(code);
	free(bytes);
	free(words);
}

/*
 * Estimated inner products, from a query and from another code, against true
 * ones: the mean error is as large as it may be, and without a bias.
 */
static void
CompareEstimates(int dim, int bits, double deviation)
{
	HnswCodec	codec = {.form = HNSW_FLOATS,.metric = HNSW_INNER_PRODUCT,.dim = dim,
		.padded = HnswCodePadded(dim),.bits = bits,.size = HnswCodeSize(dim, bits)
	};
	HnswQuery	query = {0};
	HnswQuery	other = {0};
	HnswCode   *code = malloc(codec.size);
	HnswCode   *other_code = malloc(codec.size);
	float	   *work = malloc(sizeof(float) * codec.padded);
	float	   *x = malloc(sizeof(float) * dim);
	float	   *y = malloc(sizeof(float) * dim);
	double		squares = 0;
	double		sum = 0;
	double		other_squares = 0;
	int			rounds = 200;

	codec.signs = malloc(sizeof(float) * HNSW_ROUNDS * codec.padded);
	HnswCodecSigns(&codec);
	query.floats = malloc(sizeof(float) * codec.padded);
	query.bytes = malloc(codec.padded);
	query.words = malloc(sizeof(int16_t) * codec.padded);
	other = query;
	other.floats = malloc(sizeof(float) * codec.padded);
	other.bytes = malloc(codec.padded);
	other.words = malloc(sizeof(int16_t) * codec.padded);
	for (int round = 0; round < rounds; round++)
	{
		double		truth = 0;
		double		x2 = 0;
		double		y2 = 0;
		double		wrong;
		float		error;

		for (int i = 0; i < dim; i++)
		{
			x[i] = Normal() * Normal();
			y[i] = x[i] + Normal();
			truth += (double) x[i] * y[i];
			x2 += (double) x[i] * x[i];
			y2 += (double) y[i] * y[i];
		}
		HnswEncode(&codec, x, code, work, &error);
		HnswQueryFromVector(&codec, y, &query);
		wrong = (-HnswCodeDistance(&codec, &query, code) - truth) / sqrt(x2 * y2);
		sum += wrong;
		squares += wrong * wrong;
		HnswEncode(&codec, y, other_code, work, &error);
		HnswQueryFromCode(&codec, other_code, &other);
		wrong = (-HnswCodeDistance(&codec, &other, code) - truth) / sqrt(x2 * y2);
		other_squares += wrong * wrong;
	}
	Expect(sqrt(squares / rounds) < 1.5 * deviation / sqrt(dim), "error", dim,
		   sqrt(squares / rounds), deviation / sqrt(dim));
	Expect(fabs(sum / rounds) < 5 * deviation / sqrt((double) dim * rounds), "bias", dim,
		   sum / rounds, 0);
	Expect(sqrt(other_squares / rounds) < 3 * deviation / sqrt(dim) + 0.4 * (bits == 1),
		   "error between codes", dim, sqrt(other_squares / rounds), deviation / sqrt(dim));
	free(codec.signs);
	free(query.floats);
	free(query.bytes);
	free(query.words);
	free(other.floats);
	free(other.bytes);
	free(other.words);
	free(code);
	free(other_code);
	free(work);
	free(x);
	free(y);
}

int
main(void)
{
	HnswKernelsChoose();
	srand(5);
	for (int dim = 1; dim <= 300; dim++)
		CompareKernels(dim);
	for (int dim = 128; dim <= 1536; dim *= 2)
	{
		CompareEstimates(dim, 1, 0.756);
		CompareEstimates(dim, 2, 0.367);
		CompareEstimates(dim, 4, 0.12);
		CompareEstimates(dim, 8, 0.02);
	}
	printf("hnsw codes: %d of %d checks failed\n", failures, checks);
	return failures > 0;
}
