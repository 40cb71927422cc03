/*-------------------------------------------------------------------------
 *
 * type.c
 *	  What an index is over: how vector, halfvec, sparsevec and bit are read,
 *	  coded and measured.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "bit/kernel.h"
#include "halfvec/halfvec.h"
#include "halfvec/kernel.h"
#include "hnsw/hnsw.h"
#include "sparsevec/sparsevec.h"
#include "utils/varbit.h"
#include "vector/kernel.h"
#include "vector/vector.h"

/* vector and halfvec: floats */

static const void *
ReadVector(Datum value, int *dim, void **copy)
{
	Vector	   *vector = DatumGetVector(value);

	*copy = (Pointer) vector == DatumGetPointer(value) ? NULL : vector;
	*dim = vector->dim;
	return vector->x;
}

/*
 * Halves as floats: they are as far from each other, to the last bit.
 */
static const void *
ReadHalfvec(Datum value, int *dim, void **copy)
{
	HalfVector *vector = DatumGetHalfVector(value);
	float	   *floats = palloc(sizeof(float) * vector->dim);

	half_kernels.to_floats(vector->dim, vector->x, floats);
	*copy = floats;
	*dim = vector->dim;
	if ((Pointer) vector != DatumGetPointer(value))
		pfree(vector);
	return floats;
}

static bool
SameFloats(int dim, const void *a, const void *b)
{
	return memcmp(a, b, sizeof(float) * dim) == 0;
}

static const void *
ZeroFloats(int dim)
{
	return palloc0(sizeof(float) * dim);
}

static double
FloatsLength(int dim, const void *x)
{
	const float *floats = x;
	double		square = 0;

	for (int i = 0; i < dim; i++)
		square += (double) floats[i] * floats[i];
	return sqrt(square);
}

static bool
EncodeFloats(const HnswCodec *codec, const void *x, HnswCode *code, float *work,
			 HnswCodeNote *note)
{
	if (!HnswEncode(codec, x, code, work, &note->error))
		return false;
	note->norm = codec->metric == HNSW_L1 ? code->factor : sqrtf(code->norm);
	return true;
}

static bool
QueryFloats(const HnswCodec *codec, const void *x, HnswQuery *query)
{
	return HnswQueryFromVector(codec, x, query);
}

static double
FloatsDistance(HnswMetric metric, int dim, const void *a, const void *b)
{
	switch (metric)
	{
		case HNSW_L2:
			return vector_kernels.l2_squared(dim, a, b);
		case HNSW_INNER_PRODUCT:
			return -vector_kernels.inner_product(dim, a, b);
		case HNSW_COSINE:
			return 1 - vector_kernels.cosine_similarity(dim, a, b);
		case HNSW_L1:
			return vector_kernels.l1(dim, a, b);
		default:
			elog(ERROR, "vectors have no metric %d", metric);
	}
}

const HnswType hnsw_type_vector = {
	.different = "different vector dimensions %d and %d",
	.form = HNSW_FLOATS,
	.read = ReadVector,
	.same = SameFloats,
	.zeros = ZeroFloats,
	.length = FloatsLength,
	.encode = EncodeFloats,
	.query = QueryFloats,
	.distance = FloatsDistance,
};

const HnswType hnsw_type_halfvec = {
	.different = "different halfvec dimensions %d and %d",
	.form = HNSW_FLOATS,
	.read = ReadHalfvec,
	.same = SameFloats,
	.zeros = ZeroFloats,
	.length = FloatsLength,
	.encode = EncodeFloats,
	.query = QueryFloats,
	.distance = FloatsDistance,
};

/* sparsevec */

static inline SparseView
ViewOf(const void *x)
{
	const SparseVector *vector = x;
	SparseView	view = {vector->nnz, vector->indices, SPARSEVEC_VALUES(vector)};

	return view;
}

static const void *
ReadSparsevec(Datum value, int *dim, void **copy)
{
	SparseVector *vector = DatumGetSparseVector(value);

	*copy = (Pointer) vector == DatumGetPointer(value) ? NULL : vector;
	*dim = vector->dim;
	return vector;
}

static bool
SameSparsevec(int dim, const void *a, const void *b)
{
	SparseView	x = ViewOf(a);
	SparseView	y = ViewOf(b);

	return x.nnz == y.nnz && memcmp(x.indices, y.indices, sizeof(int32) * x.nnz) == 0 &&
		memcmp(x.values, y.values, sizeof(float) * x.nnz) == 0;
}

static const void *
ZeroSparsevec(int dim)
{
	return SparsevecAllocate(dim, 0);
}

static double
SparsevecLength(int dim, const void *x)
{
	SparseView	view = ViewOf(x);
	double		square = 0;

	for (int i = 0; i < view.nnz; i++)
		square += (double) view.values[i] * view.values[i];
	return sqrt(square);
}

static bool
EncodeSparsevec(const HnswCodec *codec, const void *x, HnswCode *code, float *work,
				HnswCodeNote *note)
{
	SparseView	view = ViewOf(x);
	float		lost;

	if (view.nnz > HNSW_MAX_NNZ)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("sparsevec cannot have more than %d non-zero elements for hnsw index",
						HNSW_MAX_NNZ)));
	if (!HnswEncodeSparse(codec, view, code, work, &note->error, &lost))
		return false;
	note->norm = codec->metric == HNSW_L1 ? lost : sqrtf(code->norm);
	return true;
}

static bool
QuerySparsevec(const HnswCodec *codec, const void *x, HnswQuery *query)
{
	return HnswQueryFromSparse(codec, ViewOf(x), query);
}

static double
SparsevecDistance(HnswMetric metric, int dim, const void *a, const void *b)
{
	switch (metric)
	{
		case HNSW_L2:
			return SparseL2Squared(ViewOf(a), ViewOf(b));
		case HNSW_INNER_PRODUCT:
			return -SparseInnerProduct(ViewOf(a), ViewOf(b));
		case HNSW_COSINE:
			return 1 - SparseCosineSimilarity(ViewOf(a), ViewOf(b));
		case HNSW_L1:
			return SparseL1(ViewOf(a), ViewOf(b));
		default:
			elog(ERROR, "sparse vectors have no metric %d", metric);
	}
}

const HnswType hnsw_type_sparsevec = {
	.different = "different sparsevec dimensions %d and %d",
	.form = HNSW_SPARSE,
	.read = ReadSparsevec,
	.same = SameSparsevec,
	.zeros = ZeroSparsevec,
	.length = SparsevecLength,
	.encode = EncodeSparsevec,
	.query = QuerySparsevec,
	.distance = SparsevecDistance,
};

/* bit */

static const void *
ReadBit(Datum value, int *dim, void **copy)
{
	VarBit	   *bits = DatumGetVarBitP(value);

	*copy = (Pointer) bits == DatumGetPointer(value) ? NULL : bits;
	*dim = VARBITLEN(bits);
	return VARBITS(bits);
}

static bool
SameBits(int dim, const void *a, const void *b)
{
	return memcmp(a, b, (dim + BITS_PER_BYTE - 1) / BITS_PER_BYTE) == 0;
}

static const void *
ZeroBits(int dim)
{
	return palloc0((dim + BITS_PER_BYTE - 1) / BITS_PER_BYTE);
}

/*
 * Codes of bits do not err.
 */
static double
BitsLength(int dim, const void *x)
{
	return 0;
}

static bool
EncodeBits(const HnswCodec *codec, const void *x, HnswCode *code, float *work,
		   HnswCodeNote *note)
{
	HnswEncodeBits(codec, x, code);
	note->error = 0;
	note->norm = 0;
	return true;
}

static bool
QueryBits(const HnswCodec *codec, const void *x, HnswQuery *query)
{
	HnswQueryFromBits(codec, x, query);
	return true;
}

static double
BitsDistance(HnswMetric metric, int dim, const void *a, const void *b)
{
	uint32		bytes = (dim + BITS_PER_BYTE - 1) / BITS_PER_BYTE;

	return metric == HNSW_HAMMING ? bit_kernels.hamming(bytes, a, b)
		: bit_kernels.jaccard(bytes, a, b);
}

const HnswType hnsw_type_bit = {
	.different = "different bit lengths %d and %d",
	.form = HNSW_BITS,
	.read = ReadBit,
	.same = SameBits,
	.zeros = ZeroBits,
	.length = BitsLength,
	.encode = EncodeBits,
	.query = QueryBits,
	.distance = BitsDistance,
};
