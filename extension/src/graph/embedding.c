/*-------------------------------------------------------------------------
 *
 * embedding.c
 *	  graph_fastrp: embeddings of nodes as vectors.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"

#include "graph/cache.h"
#include "vector/vector.h"

PG_FUNCTION_INFO_V1(graph_fastrp);

/*
 * The weights of the steps; none may be missing or not a number.
 */
static const double *
ReadWeights(ArrayType *array, int *count)
{
	const double *weights = (const double *) ARR_DATA_PTR(array);

	*count = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
	if (array_contains_nulls(array))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("weights must not contain nulls")));
	if (*count < 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("there must be at least one weight")));
	for (int i = 0; i < *count; i++)
		if (!isfinite(weights[i]))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("weight %g is not finite", weights[i])));
	return weights;
}

/*
 * graph, dimensions, weights, exponent, seed, labels, types, direction,
 * weighted, as_of
 */
Datum
graph_fastrp(PG_FUNCTION_ARGS)
{
	static const char *const names[] = {"dimensions", "weights", "exponent", "seed"};
	GraphCall	call;
	const double *weights;
	int			nweights;
	int32		dimensions;
	int64	   *ids;
	float	   *embedding;

	GraphBeginRows(fcinfo);
	for (int i = 0; i < lengthof(names); i++)
		GraphNotNull(fcinfo, i + 1, names[i]);
	GraphNotNull(fcinfo, 8, "weighted");
	dimensions = PG_GETARG_INT32(1);
	VectorCheckDim(dimensions);
	weights = ReadWeights(PG_GETARG_ARRAYTYPE_P(2), &nweights);
	if (!isfinite(PG_GETARG_FLOAT8(3)))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("exponent must be finite")));
	GraphConnect();
	GraphBeginCall(fcinfo, 5, 6, 7, 9, &call);
	if (PG_GETARG_BOOL(8))
		GraphRefuseNegative(&call, "Weights are parts of a whole here; filter by types, or leave weights out.");
	GraphPack(&call, call.filter.direction, PG_GETARG_BOOL(8));

	ids = kernel_alloc(sizeof(int64) * call.packed.nodes);
	for (uint32 n = 0; n < call.packed.nodes; n++)
		ids[n] = GraphNodeId(&call, n);
	embedding = kernel_alloc(sizeof(float) * call.packed.nodes * dimensions);
	kernel_fastrp(&call.packed, ids, dimensions, weights, nweights,
				  PG_GETARG_FLOAT8(3), PG_GETARG_INT64(4), embedding);
	for (uint32 n = 0; n < call.packed.nodes; n++)
	{
		Vector	   *vector = VectorAllocate(dimensions);
		Datum		values[] = {Int64GetDatum(ids[n]), PointerGetDatum(vector)};
		bool		nulls[] = {false, false};

		for (int32 i = 0; i < dimensions; i++)
		{
			vector->x[i] = embedding[(size_t) n * dimensions + i];
			VectorCheckElement(vector->x[i]);
		}
		GraphPut(&call, values, nulls);
		pfree(vector);
	}
	SPI_finish();
	return (Datum) 0;
}
