/*-------------------------------------------------------------------------
 *
 * column.c
 *	  What an index is over: its operator class, dimensions, values.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "access/genam.h"
#include "catalog/pg_type.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "hnsw/hnsw.h"
#include "vector/kernel.h"
#include "vector/vector.h"

extern Datum vector_l2_squared_distance(PG_FUNCTION_ARGS);
extern Datum vector_negative_inner_product(PG_FUNCTION_ARGS);
extern Datum cosine_distance(PG_FUNCTION_ARGS);
extern Datum l1_distance(PG_FUNCTION_ARGS);

/* An operator class is known by its support function 1 */
static const HnswClass classes[] = {
	{vector_l2_squared_distance, HNSW_L2, false},
	{vector_negative_inner_product, HNSW_INNER_PRODUCT, false},
	{cosine_distance, HNSW_COSINE, false},
	{l1_distance, HNSW_L1, false},
};

/*
 * Number of the vector column, from 1: it is the last.
 */
int
HnswVectorColumn(Relation rel)
{
	return IndexRelationGetNumberOfKeyAttributes(rel);
}

const HnswClass *
HnswClassOf(Relation rel)
{
	FmgrInfo   *distance = index_getprocinfo(rel, HnswVectorColumn(rel), HNSW_DISTANCE_PROC);

	for (int i = 0; i < lengthof(classes); i++)
		if (classes[i].distance == distance->fn_addr)
			return &classes[i];
	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 errmsg("operator class of index \"%s\" has a distance that hnsw does not know",
					RelationGetRelationName(rel))));
}

/*
 * Dimensions of the indexed column, fixed by its type.
 */
int
HnswDimensionsOf(Relation rel)
{
	int			dim = TupleDescAttr(RelationGetDescr(rel), HnswVectorColumn(rel) - 1)->atttypmod;

	if (dim < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("column does not have dimensions")));
	return dim;
}

/*
 * The elements of a value. *copy is what the caller frees, or NULL.
 */
const float *
HnswFloats(const HnswClass *class, Datum value, int *dim, void **copy)
{
	Vector	   *vector = DatumGetVector(value);

	*copy = (Pointer) vector == DatumGetPointer(value) ? NULL : vector;
	*dim = vector->dim;
	return vector->x;
}

/*
 * The distance that rows are ordered by; the same order as the operator's.
 */
double
HnswExactDistance(HnswMetric metric, int dim, const float *a, const float *b)
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
	}
	pg_unreachable();
}
