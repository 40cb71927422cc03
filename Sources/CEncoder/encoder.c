/*
 * encoder.c
 *		Token ids to unit vectors: the forward pass of a BERT.
 *
 * Sequences of a batch stand one after the other as rows of one matrix, so
 * that the dense layers, where the time goes, are few large products without
 * padding.  Only attention looks at one sequence at a time.
 */
#include "encoder.h"

#include <cblas.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "kernels.h"
#include "weights.h"

struct Encoder
{
	EncoderShape shape;
	Weights		weights;
};

/* A batch on its way: rows are tokens. */
typedef struct Batch
{
	const int32_t *tokens;
	const int32_t *lengths;		/* of the sequences */
	size_t		sequences;
	size_t		rows;			/* the sum of lengths */
	size_t		longest;
	float	   *state;			/* rows x hidden */
	float	   *mixed;			/* rows x hidden: what a layer adds to state */
	float	   *wide;			/* rows x max(3 hidden, intermediate) */
	float	   *scores;			/* longest x longest */
} Batch;

static pthread_once_t blas_once = PTHREAD_ONCE_INIT;

static void
UseOneBlasThread(void)
{
	openblas_set_num_threads(1);
}

void
EncoderSetBlasThreads(int threads)
{
	pthread_once(&blas_once, UseOneBlasThread);
	openblas_set_num_threads(threads < 1 ? 1 : threads);
}

static inline bool
CheckSize(const char *name, int32_t value, int32_t limit,
		  const Failure *failure)
{
	return (value >= 1 && value <= limit)
		|| Fail(failure, "%s is %d: it must be between 1 and %d", name, value,
				limit);
}

static bool
CheckShape(const EncoderShape *shape, const Failure *failure)
{
	if (!CheckSize("the number of layers", shape->layers, ENCODER_MAX_LAYERS,
				   failure)
		|| !CheckSize("the hidden size", shape->hidden, ENCODER_MAX_WIDTH,
					  failure)
		|| !CheckSize("the number of heads", shape->heads, shape->hidden,
					  failure)
		|| !CheckSize("the intermediate size", shape->intermediate,
					  ENCODER_MAX_WIDTH, failure)
		|| !CheckSize("the vocabulary", shape->vocabulary,
					  ENCODER_MAX_VOCABULARY, failure)
		|| !CheckSize("the number of positions", shape->positions,
					  ENCODER_MAX_POSITIONS, failure)
		|| !CheckSize("the number of types", shape->types, ENCODER_MAX_WIDTH,
					  failure))
		return false;
	if (shape->hidden % shape->heads != 0)
		return Fail(failure,
					"the hidden size %d is no multiple of the %d heads",
					shape->hidden, shape->heads);
	if (!(shape->epsilon >= 0 && shape->epsilon < 1))
		return Fail(failure,
					"the layer norm's epsilon is not between 0 and 1");
	if (shape->pooling != ENCODER_POOLING_MEAN
		&& shape->pooling != ENCODER_POOLING_CLS)
		return Fail(failure, "pooling %d is unknown", (int) shape->pooling);
	return true;
}

Encoder *
EncoderOpen(const char *path, const EncoderShape *shape, char *error,
			size_t error_size)
{
	Failure		failure = {error, error_size};
	Encoder    *encoder;

	pthread_once(&blas_once, UseOneBlasThread);
	if (!CheckShape(shape, &failure))
		return NULL;
	encoder = calloc(1, sizeof(Encoder));
	if (encoder == NULL)
	{
		Fail(&failure, "out of memory for an encoder");
		return NULL;
	}
	encoder->shape = *shape;
	if (WeightsOpen(&encoder->weights, path, shape, &failure))
		return encoder;
	free(encoder);
	return NULL;
}

void
EncoderClose(Encoder *encoder)
{
	if (encoder == NULL)
		return;
	WeightsClose(&encoder->weights);
	free(encoder);
}

/* Checks that a sequence's ids are rows of the embeddings. */
static bool
CheckSequence(const EncoderShape *shape, const int32_t *tokens, int32_t length,
			  size_t number, const Failure *failure)
{
	if (length < 1 || length > shape->positions)
		return Fail(failure,
					"sequence %zu has %d tokens: between 1 and %d are possible",
					number, length, shape->positions);
	for (int32_t i = 0; i < length; i++)
		if (tokens[i] < 0 || tokens[i] >= shape->vocabulary)
			return Fail(failure,
						"token %d of sequence %zu is %d: the vocabulary has %d",
						i, number, tokens[i], shape->vocabulary);
	return true;
}

/* target = rows weight^T + bias (bias NULL: none), for all rows of a batch. */
static void
Multiply(const Batch *batch, const float *rows, size_t inputs,
		 const Dense *dense, const float *bias,
		 float *target, size_t outputs, size_t stride)
{
	if (bias != NULL)
		for (size_t i = 0; i < batch->rows; i++)
			memcpy(target + i * stride, bias, outputs * sizeof(float));
	cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans,
				batch->rows, outputs, inputs,
				1.0f, rows, inputs, dense->weight, inputs,
				bias != NULL ? 1.0f : 0.0f, target, stride);
}

/* state = norm(word + position + type). */
static void
LookUp(const Encoder *encoder, Batch *batch)
{
	const Weights *weights = &encoder->weights;
	size_t		hidden = encoder->shape.hidden;
	size_t		row = 0;

	for (size_t i = 0; i < batch->sequences; i++)
		for (int32_t at = 0; at < batch->lengths[i]; at++, row++)
		{
			memcpy(batch->state + row * hidden,
				   weights->words + (size_t) batch->tokens[row] * hidden,
				   hidden * sizeof(float));
			memcpy(batch->mixed + row * hidden,
				   weights->positions + (size_t) at * hidden,
				   hidden * sizeof(float));
		}
	AddNormalise(batch->state, weights->types, batch->mixed,
				 weights->embedding_norm.gain, weights->embedding_norm.shift,
				 encoder->shape.epsilon, batch->rows, hidden);
}

/*
 * mixed = softmax(q k^T / sqrt(width of a head)) v, for each head of each
 * sequence (Vaswani and others, 2017, section 3.2); wide holds q, k and v of a
 * token side by side.
 */
static void
Attend(const Encoder *encoder, Batch *batch)
{
	size_t		hidden = encoder->shape.hidden;
	size_t		width = hidden / encoder->shape.heads;
	size_t		stride = 3 * hidden;
	float		scale = 1.0f / sqrtf((float) width);
	size_t		row = 0;

	for (size_t i = 0; i < batch->sequences; i++)
	{
		size_t		length = batch->lengths[i];

		for (size_t column = 0; column < hidden; column += width)
		{
			const float *query = batch->wide + row * stride + column;

			cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans,
						length, length, width,
						1.0f, query, stride, query + hidden, stride,
						0.0f, batch->scores, length);
			Softmax(batch->scores, scale, length, length);
			cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans,
						length, width, length,
						1.0f, batch->scores, length,
						query + 2 * hidden, stride,
						0.0f, batch->mixed + row * hidden + column, hidden);
		}
		row += length;
	}
}

static void
RunLayer(const Encoder *encoder, const Layer *layer, Batch *batch)
{
	size_t		hidden = encoder->shape.hidden;
	size_t		intermediate = encoder->shape.intermediate;
	float		epsilon = encoder->shape.epsilon;
	const Dense *parts[] = {&layer->query, &layer->key, &layer->value};

	for (size_t i = 0; i < 3; i++)
		Multiply(batch, batch->state, hidden, parts[i], parts[i]->bias,
				 batch->wide + i * hidden, hidden, 3 * hidden);
	Attend(encoder, batch);
	Multiply(batch, batch->mixed, hidden, &layer->attention, NULL,
			 batch->wide, hidden, hidden);
	AddNormalise(batch->wide, layer->attention.bias, batch->state,
				 layer->attention_norm.gain, layer->attention_norm.shift,
				 epsilon, batch->rows, hidden);
	memcpy(batch->state, batch->wide, batch->rows * hidden * sizeof(float));

	Multiply(batch, batch->state, hidden, &layer->widen, NULL,
			 batch->wide, intermediate, intermediate);
	AddBiasGelu(batch->wide, layer->widen.bias, batch->rows, intermediate);
	Multiply(batch, batch->wide, intermediate, &layer->narrow, NULL,
			 batch->mixed, hidden, hidden);
	AddNormalise(batch->mixed, layer->narrow.bias, batch->state,
				 layer->output_norm.gain, layer->output_norm.shift,
				 epsilon, batch->rows, hidden);
	memcpy(batch->state, batch->mixed, batch->rows * hidden * sizeof(float));
}

/* One vector a sequence, of length 1. */
static bool
Pool(const Encoder *encoder, const Batch *batch, float *vectors,
	 const Failure *failure)
{
	size_t		hidden = encoder->shape.hidden;
	const float *rows = batch->state;

	for (size_t i = 0; i < batch->sequences; i++)
	{
		float	   *vector = vectors + i * hidden;
		bool		first = encoder->shape.pooling == ENCODER_POOLING_CLS;
		double		length;

		MeanRow(vector, rows, first ? 1 : batch->lengths[i], hidden);
		length = Normalise(vector, hidden);
		if (!(isfinite(length) && length > 0))
			return Fail(failure,
						"the model gives no finite vector: its weights are damaged");
		rows += batch->lengths[i] * hidden;
	}
	return true;
}

/* Runs one batch, whose sequences have been checked and counted. */
static bool
RunBatch(const Encoder *encoder, Batch *batch, float *vectors,
		 const Failure *failure)
{
	size_t		hidden = encoder->shape.hidden;
	size_t		intermediate = encoder->shape.intermediate;
	size_t		wide = intermediate > 3 * hidden ? intermediate : 3 * hidden;
	size_t		scores = batch->longest * batch->longest;
	size_t		floats = batch->rows * (2 * hidden + wide) + scores;
	float	   *space = malloc(floats * sizeof(float));
	bool		pooled;

	if (space == NULL)
		return Fail(failure, "out of memory for %zu tokens", batch->rows);
	batch->state = space;
	batch->mixed = batch->state + batch->rows * hidden;
	batch->wide = batch->mixed + batch->rows * hidden;
	batch->scores = batch->wide + batch->rows * wide;
	LookUp(encoder, batch);
	for (int32_t i = 0; i < encoder->shape.layers; i++)
		RunLayer(encoder, &encoder->weights.layers[i], batch);
	pooled = Pool(encoder, batch, vectors, failure);
	free(space);
	return pooled;
}

bool
EncoderEmbed(const Encoder *encoder, const int32_t *tokens,
			 const int32_t *lengths, size_t count, float *vectors,
			 char *error, size_t error_size)
{
	Failure		failure = {error, error_size};
	size_t		done = 0;

	while (done < count)
	{
		Batch		batch = {.tokens = tokens,.lengths = lengths + done};

		while (done + batch.sequences < count)
		{
			int32_t		length = batch.lengths[batch.sequences];

			if (!CheckSequence(&encoder->shape, tokens + batch.rows, length,
							   done + batch.sequences, &failure))
				return false;
			if (batch.sequences > 0
				&& batch.rows + length > ENCODER_BATCH_TOKENS)
				break;
			batch.rows += length;
			batch.sequences++;
			if ((size_t) length > batch.longest)
				batch.longest = length;
		}
		if (!RunBatch(encoder, &batch, vectors + done * encoder->shape.hidden,
					  &failure))
			return false;
		tokens += batch.rows;
		done += batch.sequences;
	}
	return true;
}
