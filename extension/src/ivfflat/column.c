/*-------------------------------------------------------------------------
 *
 * column.c
 *	  What an index is over: its operator class, dimensions, values.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "catalog/pg_type.h"
#include "utils/rel.h"

#include "halfvec/kernel.h"
#include "ivfflat/ivfflat.h"
#include "vector/kernel.h"
#include "vector/vector.h"

extern Datum vector_l2_squared_distance(PG_FUNCTION_ARGS);
extern Datum vector_negative_inner_product(PG_FUNCTION_ARGS);
extern Datum cosine_distance(PG_FUNCTION_ARGS);
extern Datum halfvec_l2_squared_distance(PG_FUNCTION_ARGS);
extern Datum halfvec_negative_inner_product(PG_FUNCTION_ARGS);
extern Datum halfvec_cosine_distance(PG_FUNCTION_ARGS);
extern Datum hamming_distance(PG_FUNCTION_ARGS);

static float
FloatsL2(int dim, const void *a, const void *b)
{
	return vector_kernels.l2_squared(dim, a, b);
}

static float
FloatsNegativeProduct(int dim, const void *a, const void *b)
{
	return -vector_kernels.inner_product(dim, a, b);
}

static float
HalvesL2(int dim, const void *a, const void *b)
{
	return half_kernels.l2_squared(dim, a, b);
}

static float
HalvesNegativeProduct(int dim, const void *a, const void *b)
{
	return -half_kernels.inner_product(dim, a, b);
}

static float
HalvesNegativeCosine(int dim, const void *a, const void *b)
{
	return (float) -half_kernels.cosine_similarity(dim, a, b);
}

static float
BitsHamming(int dim, const void *a, const void *b)
{
	return ivfflat_bits.metric(dim, a, b);
}

/* An operator class is known by its support function 1 */
static const IvfflatClass classes[] = {
	{vector_l2_squared_distance, IVFFLAT_L2, &ivfflat_floats, FloatsL2, false},
	{vector_negative_inner_product, IVFFLAT_INNER_PRODUCT, &ivfflat_floats, FloatsNegativeProduct, false},
	{cosine_distance, IVFFLAT_COSINE, &ivfflat_floats, FloatsNegativeProduct, true},
	{halfvec_l2_squared_distance, IVFFLAT_L2, &ivfflat_halves, HalvesL2, false},
	{halfvec_negative_inner_product, IVFFLAT_INNER_PRODUCT, &ivfflat_halves, HalvesNegativeProduct, false},
	/* At length 1 halves would lose what tells near ones apart */
	{halfvec_cosine_distance, IVFFLAT_COSINE, &ivfflat_halves, HalvesNegativeCosine, false},
	{hamming_distance, IVFFLAT_HAMMING, &ivfflat_bits, BitsHamming, false},
};

static const IvfflatClass *
ClassOf(Relation rel)
{
	FmgrInfo   *distance = index_getprocinfo(rel, 1, IVFFLAT_DISTANCE_PROC);

	for (int i = 0; i < lengthof(classes); i++)
		if (classes[i].function == distance->fn_addr)
			return &classes[i];
	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 errmsg("operator class of index \"%s\" has a distance that ivfflat does not know",
					RelationGetRelationName(rel))));
}

/*
 * The meta page of a new index, from the definition and options.
 */
void
IvfflatMakeMeta(Relation rel, IvfflatMeta *meta)
{
	IvfflatOptions *options = (IvfflatOptions *) rel->rd_options;
	const IvfflatClass *class = ClassOf(rel);
	Form_pg_attribute column = TupleDescAttr(RelationGetDescr(rel), 0);
	int			dim = column->atttypmod;

	/* The modifier of bit varying is no number of dimensions */
	if (column->atttypid == VARBITOID)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("type not supported for ivfflat index")));
	if (dim < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("column does not have dimensions")));
	if (dim > class->element->most)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("column cannot have more than %d dimensions for ivfflat index",
						class->element->most)));
	/* On a line all directions are one of two */
	if (dim == 1 && (class->metric == IVFFLAT_INNER_PRODUCT || class->metric == IVFFLAT_COSINE))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("dimensions must be greater than one for this opclass")));
	memset(meta, 0, sizeof(IvfflatMeta));
	meta->magic = IVFFLAT_MAGIC;
	meta->version = IVFFLAT_VERSION;
	meta->metric = class->metric;
	meta->dimensions = dim;
	meta->lists = options ? options->lists : IVFFLAT_DEFAULT_LISTS;
}

/*
 * An index at work; its sizes follow from the meta page.
 */
void
IvfflatOpen(Relation rel, const IvfflatMeta *meta, IvfflatIndex *index)
{
	index->rel = rel;
	index->class = ClassOf(rel);
	index->dim = meta->dimensions;
	index->lists = meta->lists;
	index->value_size = index->class->element->size(index->dim);
	index->list_size = MAXALIGN(offsetof(IvfflatList, center) + index->value_size);
	index->entry_size = MAXALIGN(offsetof(IvfflatEntry, value) + index->value_size);
	index->lists_per_page = IVFFLAT_PAGE_ROOM / index->list_size;
	index->entries_per_page = IVFFLAT_PAGE_ROOM / index->entry_size;
}

/*
 * Copies a value to out as an entry or a query has it. False if it has no place in
 * the index: a vector of length zero has no cosine.
 */
bool
IvfflatStore(const IvfflatIndex *index, Datum value, void *out)
{
	bool		cosine = index->class->metric == IVFFLAT_COSINE;

	if (!IvfflatStorePoint(index, value, cosine, out))
		return false;
	if (cosine && !index->class->unit)
		IvfflatStorePoint(index, value, false, out);
	return true;
}

/*
 * Copies the elements of a value to out, brought to length 1 if wanted. False if
 * it has no length to bring to 1.
 */
bool
IvfflatStorePoint(const IvfflatIndex *index, Datum value, bool unit, void *out)
{
	const IvfflatElement *element = index->class->element;
	bool		stored = true;
	int			dim;
	void	   *copy;
	const void *given = element->read(value, &dim, &copy);

	CheckExpectedDim(index->dim, dim);
	if (unit)
		stored = element->unit(dim, given, out);
	else
		memcpy(out, given, index->value_size);
	if (copy)
		pfree(copy);
	return stored;
}
