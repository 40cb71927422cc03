/*-------------------------------------------------------------------------
 *
 * element_bit.c
 *	  Arrays of bits, in PostgreSQL's order: the first is the highest of a byte.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/varbit.h"

#include "bit/kernel.h"
#include "ivfflat/element.h"

/* So that a center and an entry fit a page */
#define MOST_BITS	64000

static Size
BitsSize(int dim)
{
	return ((Size) dim + BITS_PER_BYTE - 1) / BITS_PER_BYTE;
}

static const void *
BitsRead(Datum value, int *dim, void **copy)
{
	VarBit	   *bits = DatumGetVarBitP(value);

	*copy = (Pointer) bits == DatumGetPointer(value) ? NULL : bits;
	*dim = VARBITLEN(bits);
	return VARBITS(bits);
}

/*
 * Bits have no length: they are what they are.
 */
static bool
BitsUnit(int dim, const void *x, void *out)
{
	if (out != x)
		memcpy(out, x, BitsSize(dim));
	return true;
}

static float
BitsMetric(int dim, const void *a, const void *b)
{
	return (float) bit_kernels.hamming(BitsSize(dim), a, b);
}

static inline bool
IsSet(const uint8 *bits, int i)
{
	return (bits[i / BITS_PER_BYTE] & (HIGHBIT >> i % BITS_PER_BYTE)) != 0;
}

static void
BitsAdd(int dim, float *sum, const void *x)
{
	for (int i = 0; i < dim; i++)
		sum[i] += IsSet(x, i);
}

/*
 * A bit is what most have there.
 */
static void
BitsMiddle(int dim, const float *sum, int count, void *out)
{
	uint8	   *to = out;

	memset(to, 0, BitsSize(dim));
	for (int i = 0; i < dim; i++)
		if (2 * sum[i] > count)
			to[i / BITS_PER_BYTE] |= HIGHBIT >> i % BITS_PER_BYTE;
}

static void
BitsFromNumbers(int dim, const float *numbers, void *out)
{
	BitsMiddle(dim, numbers, 1, out);
}

const IvfflatElement ivfflat_bits = {
	.measure = "bit lengths",
	.most = MOST_BITS,
	.size = BitsSize,
	.read = BitsRead,
	.unit = BitsUnit,
	.metric = BitsMetric,
	.add = BitsAdd,
	.middle = BitsMiddle,
	.from_numbers = BitsFromNumbers
};
