/*-------------------------------------------------------------------------
 *
 * codec_bits.c
 *	  Codes of bits: the bits themselves, in whole blocks.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "bit/kernel.h"
#include "hnsw/codec.h"

/* Bytes of a value, and of its code */
#define VALUE_BYTES(codec)	(((codec)->dim + 7) / 8)
#define CODE_BYTES(codec)	((codec)->padded / 8)

void
HnswEncodeBits(const HnswCodec *codec, const uint8_t *bits, HnswCode *code)
{
	code->factor = 0;
	code->norm = 0;
	memcpy(code->packed, bits, VALUE_BYTES(codec));
	memset(code->packed + VALUE_BYTES(codec), 0, CODE_BYTES(codec) - VALUE_BYTES(codec));
}

void
HnswQueryFromBits(const HnswCodec *codec, const uint8_t *bits, HnswQuery *query)
{
	memcpy(query->ones, bits, VALUE_BYTES(codec));
}

/*
 * The distance itself.
 */
float
HnswBitsDistance(const HnswCodec *codec, const HnswQuery *query, const HnswCode *code)
{
	if (codec->metric == HNSW_HAMMING)
		return bit_kernels.hamming(CODE_BYTES(codec), query->ones, code->packed);
	return bit_kernels.jaccard(CODE_BYTES(codec), query->ones, code->packed);
}
