/*
 * weights.h
 *		The tensors of a BERT as plain float arrays.
 */
#ifndef BELLWETHER_WEIGHTS_H
#define BELLWETHER_WEIGHTS_H

#include "encoder.h"
#include "failure.h"
#include "safetensors.h"

/* y = x weight^T + bias; weight has a row for each value of y. */
typedef struct Dense
{
	const float *weight;
	const float *bias;
} Dense;

typedef struct LayerNorm
{
	const float *gain;
	const float *shift;
} LayerNorm;

typedef struct Layer
{
	Dense		query;
	Dense		key;
	Dense		value;
	Dense		attention;		/* output of the attention heads */
	LayerNorm	attention_norm;
	Dense		widen;			/* hidden -> intermediate */
	Dense		narrow;			/* intermediate -> hidden */
	LayerNorm	output_norm;
} Layer;

typedef struct Weights
{
	const float *words;			/* vocabulary x hidden */
	const float *positions;		/* positions x hidden */
	const float *types;			/* row 0 serves: there is one sentence */
	LayerNorm	embedding_norm;
	Layer	   *layers;			/* malloc'ed */

	TensorFile	file;			/* F32 tensors are used where they lie */
	void	  **converted;		/* other types, as floats; malloc'ed */
	size_t		converted_count;
} Weights;

/* Opens and binds all tensors; on failure nothing is left allocated. */
extern bool WeightsOpen(Weights *weights, const char *path,
						const EncoderShape *shape, const Failure *failure);

extern void WeightsClose(Weights *weights);

#endif							/* BELLWETHER_WEIGHTS_H */
