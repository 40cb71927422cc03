/*
 * safetensors.h
 *		Reads the safetensors format: named tensors in a mapped file.
 *
 * A file is 8 bytes with the header's length (little endian), the header (a
 * JSON object: name -> dtype, shape, data_offsets) and the data.  Source:
 * https://github.com/huggingface/safetensors, README, section "Format".
 */
#ifndef BELLWETHER_SAFETENSORS_H
#define BELLWETHER_SAFETENSORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "failure.h"

#define TENSOR_MAX_DIMENSIONS 8
#define TENSOR_MAX_COUNT 100000
#define TENSOR_MAX_HEADER 100000000 /* bytes: the format's own limit */

typedef enum TensorType
{
	TENSOR_F32,
	TENSOR_F16,
	TENSOR_BF16,
	TENSOR_OTHER				/* known to the format, not to us */
} TensorType;

typedef struct Tensor
{
	const char *name;			/* in the mapping, not NUL-terminated */
	size_t		name_length;
	TensorType	type;
	int			dimensions;
	uint64_t	shape[TENSOR_MAX_DIMENSIONS];
	const uint8_t *data;		/* in the mapping, any alignment */
	size_t		bytes;
} Tensor;

typedef struct TensorFile
{
	uint8_t    *map;
	size_t		size;			/* bytes mapped */
	Tensor	   *tensors;		/* sorted by name, malloc'ed */
	size_t		count;
} TensorFile;

/* Maps and reads a file; on failure nothing is left open. */
extern bool TensorFileOpen(TensorFile *file, const char *path,
						   const Failure *failure);

/* Reads a header that is already in memory: file->map and size are set. */
extern bool TensorFileParse(TensorFile *file, const Failure *failure);

extern void TensorFileClose(TensorFile *file);

/* The tensor of that name, or NULL. */
extern const Tensor *TensorFind(const TensorFile *file, const char *name);

#endif							/* BELLWETHER_SAFETENSORS_H */
