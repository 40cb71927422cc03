/*-------------------------------------------------------------------------
 *
 * column.c
 *	  What an index is over: its operator class, dimensions, and the form of its
 *	  codes.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "utils/rel.h"

#include "hnsw/hnsw.h"

extern Datum vector_l2_squared_distance(PG_FUNCTION_ARGS);
extern Datum vector_negative_inner_product(PG_FUNCTION_ARGS);
extern Datum cosine_distance(PG_FUNCTION_ARGS);
extern Datum l1_distance(PG_FUNCTION_ARGS);
extern Datum halfvec_l2_squared_distance(PG_FUNCTION_ARGS);
extern Datum halfvec_negative_inner_product(PG_FUNCTION_ARGS);
extern Datum halfvec_cosine_distance(PG_FUNCTION_ARGS);
extern Datum halfvec_l1_distance(PG_FUNCTION_ARGS);
extern Datum sparsevec_l2_squared_distance(PG_FUNCTION_ARGS);
extern Datum sparsevec_negative_inner_product(PG_FUNCTION_ARGS);
extern Datum sparsevec_cosine_distance(PG_FUNCTION_ARGS);
extern Datum sparsevec_l1_distance(PG_FUNCTION_ARGS);
extern Datum hamming_distance(PG_FUNCTION_ARGS);
extern Datum jaccard_distance(PG_FUNCTION_ARGS);

/* Errors of codes before any was measured, by bits a dimension: those of normal
 * distributions (Max, IRE 1960); and for the elements that a code of a sparse
 * vector has no room for */
static const float code_errors[] = {[1] = 0.756f,[2] = 0.367f,[4] = 0.12f,[8] = 0.012f};
#define SPARSE_ERROR	0.05f

/* Bits of a sparse vector's element in a code, besides its index */
#define SPARSE_CODE_BITS	16

/* An operator class is known by its support function 1 */
static const HnswClass classes[] = {
	{vector_l2_squared_distance, HNSW_L2, &hnsw_type_vector},
	{vector_negative_inner_product, HNSW_INNER_PRODUCT, &hnsw_type_vector},
	{cosine_distance, HNSW_COSINE, &hnsw_type_vector},
	{l1_distance, HNSW_L1, &hnsw_type_vector},
	{halfvec_l2_squared_distance, HNSW_L2, &hnsw_type_halfvec},
	{halfvec_negative_inner_product, HNSW_INNER_PRODUCT, &hnsw_type_halfvec},
	{halfvec_cosine_distance, HNSW_COSINE, &hnsw_type_halfvec},
	{halfvec_l1_distance, HNSW_L1, &hnsw_type_halfvec},
	{sparsevec_l2_squared_distance, HNSW_L2, &hnsw_type_sparsevec},
	{sparsevec_negative_inner_product, HNSW_INNER_PRODUCT, &hnsw_type_sparsevec},
	{sparsevec_cosine_distance, HNSW_COSINE, &hnsw_type_sparsevec},
	{sparsevec_l1_distance, HNSW_L1, &hnsw_type_sparsevec},
	{hamming_distance, HNSW_HAMMING, &hnsw_type_bit},
	{jaccard_distance, HNSW_JACCARD, &hnsw_type_bit},
};

/*
 * Number of the vector column, from 1: it is the last.
 */
int
HnswVectorColumn(Relation rel)
{
	return IndexRelationGetNumberOfKeyAttributes(rel);
}

/*
 * The class with this support function, or NULL.
 */
const HnswClass *
HnswFindClass(PGFunction distance)
{
	for (int i = 0; i < lengthof(classes); i++)
		if (classes[i].distance == distance)
			return &classes[i];
	return NULL;
}

const HnswClass *
HnswClassOf(Relation rel)
{
	FmgrInfo   *distance = index_getprocinfo(rel, HnswVectorColumn(rel), HNSW_DISTANCE_PROC);
	const HnswClass *class = HnswFindClass(distance->fn_addr);

	if (class == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("operator class of index \"%s\" has a distance that hnsw does not know",
						RelationGetRelationName(rel))));
	return class;
}

/*
 * Bits a dimension: the least that lose nothing, fewer where codes get long.
 */
static void
ChooseFloatCode(const HnswOptions *options, HnswMeta *meta)
{
	int			bits = options ? options->code_bits : HNSW_CODE_BITS_AUTO;
	uint32		largest;

	if (bits == HNSW_CODE_BITS_AUTO)
		bits = meta->metric == HNSW_L1 || meta->dimensions <= HNSW_BYTE_CODE_DIM ? 8 : 4;
	if (bits != 1 && bits != 2 && bits != 4 && bits != 8)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("code_bits must be 1, 2, 4 or 8"),
				 errhint("Leave it out to have it chosen.")));
	if (meta->metric == HNSW_L1 && bits != 8)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("taxicab distance needs code_bits of 8")));
	largest = (HNSW_PAGE_ROOM - sizeof(HnswCode)) * 8 / bits / HNSW_CODE_BLOCK *
		HNSW_CODE_BLOCK;
	if (meta->dimensions > largest)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("column cannot have more than %u dimensions for hnsw index with code_bits of %d",
						largest, bits)));
	meta->code_bits = bits;
	meta->code_error = code_errors[bits];
}

/*
 * The form of the codes of a new index; metric and dimensions are known.
 */
void
HnswChooseCode(const HnswClass *class, const HnswOptions *options, HnswMeta *meta)
{
	int			entries = options ? options->code_entries : HNSW_CODE_ENTRIES_AUTO;

	meta->form = class->type->form;
	if (meta->form != HNSW_SPARSE && entries != HNSW_CODE_ENTRIES_AUTO)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("code_entries is for sparsevec only")));
	if (meta->form == HNSW_FLOATS)
	{
		ChooseFloatCode(options, meta);
		return;
	}
	if (options && options->code_bits != HNSW_CODE_BITS_AUTO)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("code_bits is for vector and halfvec only")));
	if (meta->form == HNSW_BITS)
	{
		if (meta->dimensions > HNSW_MAX_BITS)
			ereport(ERROR,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					 errmsg("column cannot have more than %d dimensions for hnsw index",
							HNSW_MAX_BITS)));
		meta->code_bits = 1;
		return;
	}
	if (entries == HNSW_CODE_ENTRIES_AUTO)
		entries = HNSW_DEFAULT_CODE_ENTRIES;
	meta->code_entries = Min(entries, meta->dimensions);
	meta->code_bits = SPARSE_CODE_BITS;
	meta->code_error = SPARSE_ERROR;
}

int
HnswMetaCodeSize(const HnswMeta *meta)
{
	return meta->form == HNSW_SPARSE ? HnswSparseCodeSize(meta->code_entries)
		: HnswCodeSize(meta->dimensions, meta->code_bits);
}

/*
 * The codec of an index, in the current memory context.
 */
void
HnswCodecInit(HnswCodec *codec, const HnswMeta *meta)
{
	codec->form = meta->form;
	codec->metric = meta->metric;
	codec->dim = meta->dimensions;
	codec->padded = meta->form == HNSW_SPARSE ? meta->code_entries
		: HnswCodePadded(codec->dim);
	codec->bits = meta->code_bits;
	codec->size = HnswMetaCodeSize(meta);
	if (codec->form != HNSW_FLOATS)
		return;
	codec->signs = palloc(mul_size(sizeof(float) * HNSW_ROUNDS, codec->padded));
	HnswCodecSigns(codec);
}

/*
 * Floats that coding needs as scratch.
 */
int
HnswCodecWork(const HnswCodec *codec)
{
	return codec->form == HNSW_SPARSE ? Max(codec->padded, HNSW_MAX_NNZ) : codec->padded;
}
