/*-------------------------------------------------------------------------
 *
 * vector.c
 *	  What all files of the vector family share: making, checking, registering.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "bellwether.h"
#include "vector/kernel.h"
#include "vector/vector.h"

void
VectorInit(void)
{
	VectorKernelsChoose();
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

void
VectorCheckDim(int dim)
{
	if (dim < 1)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("vector must have at least 1 dimension")));
	if (dim > VECTOR_MAX_DIM)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("vector cannot have more than %d dimensions",
						VECTOR_MAX_DIM)));
}

void
VectorRefuseElement(float value)
{
	if (isnan(value))
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("NaN not allowed in vector")));
	ereport(ERROR,
			(errcode(ERRCODE_DATA_EXCEPTION),
			 errmsg("infinite value not allowed in vector")));
}
