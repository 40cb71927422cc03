/*
 * encoder.h
 *		A BERT-shaped text encoder on OpenBLAS: token ids in, one vector out.
 *
 * The weights are a safetensors file (F32, F16 or BF16) that stays mapped, so
 * that F32 weights cost no memory of the process's own.  The architecture is
 * that of "BERT: Pre-training of Deep Bidirectional Transformers" (Devlin and
 * others, 2018, section 3) with the pooling of "Sentence-BERT" (Reimers and
 * Gurevych, 2019, section 3).
 *
 * An Encoder never changes after EncoderOpen: any number of threads may call
 * EncoderEmbed at the same time.  Every function that can fail writes a
 * sentence for people into the caller's buffer and returns false or NULL.
 */
#ifndef BELLWETHER_ENCODER_H
#define BELLWETHER_ENCODER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Largest sizes accepted: far above any published BERT, far below overflow. */
#define ENCODER_MAX_LAYERS 128
#define ENCODER_MAX_WIDTH 16384
#define ENCODER_MAX_VOCABULARY (1 << 24)
#define ENCODER_MAX_POSITIONS 65536

/*
 * Tokens that go through the dense layers together; a sequence is never cut.
 * Measured with OpenBLAS 0.3.21 on one core: 52 GFLOP/s for 48 rows, 114 for
 * 96, 122 for 384 and no more beyond, where the states leave the L2 cache.
 */
#define ENCODER_BATCH_TOKENS 384

typedef enum EncoderPooling
{
	ENCODER_POOLING_MEAN = 0,	/* the mean of all tokens' states */
	ENCODER_POOLING_CLS = 1		/* the state of the first token */
} EncoderPooling;

typedef struct EncoderShape
{
	int32_t		layers;
	int32_t		heads;			/* divides hidden */
	int32_t		hidden;			/* width of a token's state: the dimensions */
	int32_t		intermediate;	/* width inside the feed-forward layer */
	int32_t		vocabulary;		/* rows of the word embeddings */
	int32_t		positions;		/* longest sequence, in tokens */
	int32_t		types;			/* rows of the sentence type embeddings */
	float		epsilon;		/* added to the variance in layer norm */
	EncoderPooling pooling;
} EncoderShape;

typedef struct Encoder Encoder;

/*
 * Maps the weights and checks that each tensor of the shape is there with its
 * sizes.  Returns NULL with a sentence in error (of error_size bytes) if not.
 */
Encoder    *EncoderOpen(const char *path, const EncoderShape *shape,
						char *error, size_t error_size);

void		EncoderClose(Encoder *encoder);

/*
 * Embeds count sequences, whose ids stand one after the other in tokens and
 * whose lengths are in lengths.  Writes count rows of shape.hidden floats of
 * Euclidean length 1 to vectors.  No padding is computed.
 */
bool		EncoderEmbed(const Encoder *encoder,
						 const int32_t *tokens, const int32_t *lengths,
						 size_t count, float *vectors,
						 char *error, size_t error_size);

/*
 * Threads that OpenBLAS may use inside one call, for the whole process.
 * EncoderOpen sets 1 the first time: parallelism is one encoder call a thread.
 */
void		EncoderSetBlasThreads(int threads);

#endif							/* BELLWETHER_ENCODER_H */
