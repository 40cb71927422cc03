/*
 * weights.c
 *		The tensors of a BERT as plain float arrays.
 *
 * Names are those that Hugging Face's BertModel saves, with or without the
 * "bert." that a model with a head on top puts before them.
 */
#include "weights.h"

#include <stdlib.h>
#include <string.h>

#include "kernels.h"

#define NAME_SIZE 100
#define FULL_NAME_SIZE (NAME_SIZE + 10)

/* Floats of a tensor of another type, or one that does not lie on 4 bytes. */
static const float *
Convert(Weights *weights, const Tensor *tensor, size_t count)
{
	float	   *floats = malloc(count * sizeof(float));
	size_t		more = weights->converted_count + 1;
	void	  **longer = realloc(weights->converted, more * sizeof(void *));

	if (longer != NULL)
		weights->converted = longer;
	if (floats == NULL || longer == NULL)
	{
		free(floats);
		return NULL;
	}
	weights->converted[weights->converted_count++] = floats;
	if (tensor->type == TENSOR_F16)
		FromHalf(floats, tensor->data, count);
	else if (tensor->type == TENSOR_BF16)
		FromBrain(floats, tensor->data, count);
	else
		memcpy(floats, tensor->data, count * sizeof(float));
	return floats;
}

/* Finds one tensor of rows x columns; rows 0 means one dimension only. */
static bool
Bind(Weights *weights, const float **target, const char *name,
	 size_t rows, size_t columns, const Failure *failure)
{
	char		prefixed[FULL_NAME_SIZE];
	const Tensor *tensor = TensorFind(&weights->file, name);
	size_t		count = (rows == 0 ? 1 : rows) * columns;
	bool		fits;

	if (tensor == NULL)
	{
		snprintf(prefixed, sizeof(prefixed), "bert.%s", name);
		tensor = TensorFind(&weights->file, prefixed);
	}
	if (tensor == NULL)
		return Fail(failure,
					"the weights have no tensor \"%s\": this is no BERT encoder, "
					"or its config.json is another model's", name);
	if (rows == 0)
		fits = tensor->dimensions == 1 && tensor->shape[0] == columns;
	else
		fits = tensor->dimensions == 2 && tensor->shape[0] == rows
			&& tensor->shape[1] == columns;
	if (!fits)
		return Fail(failure,
					"tensor \"%s\" has other sizes than config.json says "
					"(%zu x %zu)", name, rows, columns);
	if (tensor->type == TENSOR_OTHER)
		return Fail(failure, "tensor \"%s\" is neither F32, F16 nor BF16",
					name);
	if (tensor->type == TENSOR_F32
		&& (uintptr_t) tensor->data % _Alignof(float) == 0)
		*target = (const float *) tensor->data;
	else
		*target = Convert(weights, tensor, count);
	return *target != NULL
		|| Fail(failure, "out of memory for tensor \"%s\"", name);
}

static bool
BindDense(Weights *weights, Dense *dense, const char *name,
		  size_t outputs, size_t inputs, const Failure *failure)
{
	char		full[FULL_NAME_SIZE];

	snprintf(full, sizeof(full), "%s.weight", name);
	if (!Bind(weights, &dense->weight, full, outputs, inputs, failure))
		return false;
	snprintf(full, sizeof(full), "%s.bias", name);
	return Bind(weights, &dense->bias, full, 0, outputs, failure);
}

static bool
BindNorm(Weights *weights, LayerNorm *norm, const char *name, size_t width,
		 const Failure *failure)
{
	char		full[FULL_NAME_SIZE];

	snprintf(full, sizeof(full), "%s.weight", name);
	if (!Bind(weights, &norm->gain, full, 0, width, failure))
		return false;
	snprintf(full, sizeof(full), "%s.bias", name);
	return Bind(weights, &norm->shift, full, 0, width, failure);
}

static bool
BindLayer(Weights *weights, int number, const EncoderShape *shape,
		  const Failure *failure)
{
	Layer	   *layer = &weights->layers[number];
	size_t		hidden = shape->hidden;
	size_t		wide = shape->intermediate;
	struct
	{
		Dense	   *dense;
		const char *name;
		size_t		outputs;
		size_t		inputs;
	}			dense[] = {
		{&layer->query, "attention.self.query", hidden, hidden},
		{&layer->key, "attention.self.key", hidden, hidden},
		{&layer->value, "attention.self.value", hidden, hidden},
		{&layer->attention, "attention.output.dense", hidden, hidden},
		{&layer->widen, "intermediate.dense", wide, hidden},
		{&layer->narrow, "output.dense", hidden, wide},
	};
	char		name[NAME_SIZE];

	for (size_t i = 0; i < sizeof(dense) / sizeof(dense[0]); i++)
	{
		snprintf(name, sizeof(name), "encoder.layer.%d.%s", number,
				 dense[i].name);
		if (!BindDense(weights, dense[i].dense, name,
					   dense[i].outputs, dense[i].inputs, failure))
			return false;
	}
	snprintf(name, sizeof(name), "encoder.layer.%d.attention.output.LayerNorm",
			 number);
	if (!BindNorm(weights, &layer->attention_norm, name, hidden, failure))
		return false;
	snprintf(name, sizeof(name), "encoder.layer.%d.output.LayerNorm", number);
	return BindNorm(weights, &layer->output_norm, name, hidden, failure);
}

/* Binds the embeddings; two types of sentence are BERT's, one is enough. */
static bool
BindEmbeddings(Weights *weights, const EncoderShape *shape,
			   const Failure *failure)
{
	size_t		hidden = shape->hidden;

	return Bind(weights, &weights->words, "embeddings.word_embeddings.weight",
				shape->vocabulary, hidden, failure)
		&& Bind(weights, &weights->positions,
				"embeddings.position_embeddings.weight",
				shape->positions, hidden, failure)
		&& Bind(weights, &weights->types,
				"embeddings.token_type_embeddings.weight",
				shape->types, hidden, failure)
		&& BindNorm(weights, &weights->embedding_norm, "embeddings.LayerNorm",
					hidden, failure);
}

bool
WeightsOpen(Weights *weights, const char *path, const EncoderShape *shape,
			const Failure *failure)
{
	bool		bound;

	memset(weights, 0, sizeof(*weights));
	if (!TensorFileOpen(&weights->file, path, failure))
		return false;
	weights->layers = calloc(shape->layers, sizeof(Layer));
	bound = weights->layers != NULL
		|| Fail(failure, "out of memory for %d layers", shape->layers);
	bound = bound && BindEmbeddings(weights, shape, failure);
	for (int i = 0; bound && i < shape->layers; i++)
		bound = BindLayer(weights, i, shape, failure);
	if (!bound)
		WeightsClose(weights);
	return bound;
}

void
WeightsClose(Weights *weights)
{
	for (size_t i = 0; i < weights->converted_count; i++)
		free(weights->converted[i]);
	free(weights->converted);
	free(weights->layers);
	TensorFileClose(&weights->file);
	memset(weights, 0, sizeof(*weights));
}
