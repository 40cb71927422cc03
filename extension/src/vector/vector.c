/*-------------------------------------------------------------------------
 *
 * vector.c
 *	  What all files of the vector family share: making, checking, registering.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "bellwether.h"
#include "bit/kernel.h"
#include "halfvec/kernel.h"
#include "vector/kernel.h"
#include "vector/vector.h"

const DenseType vector_type = {"vector", INFINITY};

void
VectorInit(void)
{
	VectorKernelsChoose();
	HalfKernelsChoose();
	BitKernelsChoose();
}

/*
 * A vector of zeros in the current memory context.
 */
Vector *
VectorAllocate(int dim)
{
	Size		size = VECTOR_SIZE(dim);
	Vector	   *result = palloc0(size);

	SET_VARSIZE(result, size);
	result->dim = dim;
	return result;
}
