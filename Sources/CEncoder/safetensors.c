/*
 * safetensors.c
 *		Reads the safetensors format; every offset is checked before use.
 *
 * The header is read by a cursor that never passes its end.  Escapes in
 * strings are stepped over, not decoded: no tensor we look for has any.
 */
#include "safetensors.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEADER_LENGTH_BYTES 8
#define MAX_NESTING 16			/* of JSON values that are stepped over */

typedef struct Cursor
{
	const char *at;
	const char *end;
} Cursor;

/* A string's bytes between its quotes. */
typedef struct Span
{
	const char *start;
	size_t		length;
} Span;

static inline bool
IsSpace(char c)
{
	return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static inline bool
IsDigit(char c)
{
	return c >= '0' && c <= '9';
}

static void
SkipSpace(Cursor *cursor)
{
	while (cursor->at < cursor->end && IsSpace(*cursor->at))
		cursor->at++;
}

/* Steps over one expected character, white space before it included. */
static bool
Take(Cursor *cursor, char expected)
{
	SkipSpace(cursor);
	if (cursor->at >= cursor->end || *cursor->at != expected)
		return false;
	cursor->at++;
	return true;
}

static bool
TakeString(Cursor *cursor, Span *span)
{
	if (!Take(cursor, '"'))
		return false;
	span->start = cursor->at;
	while (cursor->at < cursor->end && *cursor->at != '"')
	{
		if ((unsigned char) *cursor->at < ' ')
			return false;
		if (*cursor->at == '\\' && ++cursor->at == cursor->end)
			return false;
		cursor->at++;
	}
	span->length = cursor->at - span->start;
	return Take(cursor, '"');
}

static bool
TakeNumber(Cursor *cursor, uint64_t *number)
{
	SkipSpace(cursor);
	if (cursor->at >= cursor->end || !IsDigit(*cursor->at))
		return false;
	*number = 0;
	for (; cursor->at < cursor->end && IsDigit(*cursor->at); cursor->at++)
	{
		uint64_t	digit = (uint64_t) (*cursor->at - '0');

		if (__builtin_mul_overflow(*number, (uint64_t) 10, number)
			|| __builtin_add_overflow(*number, digit, number))
			return false;
	}
	return true;
}

/* Reads "[n, n, ...]" with at most limit numbers; returns how many, or -1. */
static int
TakeNumbers(Cursor *cursor, uint64_t *numbers, int limit)
{
	int			count = 0;

	if (!Take(cursor, '['))
		return -1;
	if (Take(cursor, ']'))
		return 0;
	do
	{
		if (count == limit || !TakeNumber(cursor, &numbers[count++]))
			return -1;
	} while (Take(cursor, ','));
	return Take(cursor, ']') ? count : -1;
}

/* Steps over the string map of "__metadata__" or any other value. */
static bool
SkipValue(Cursor *cursor, int nesting)
{
	Span		ignored;
	char		close;

	SkipSpace(cursor);
	if (cursor->at >= cursor->end || nesting > MAX_NESTING)
		return false;
	if (*cursor->at == '"')
		return TakeString(cursor, &ignored);
	if (*cursor->at != '{' && *cursor->at != '[')
	{
		const char *start = cursor->at;

		while (cursor->at < cursor->end && !IsSpace(*cursor->at)
			   && strchr(",]}", *cursor->at) == NULL)
			cursor->at++;
		return cursor->at > start;
	}
	close = *cursor->at == '{' ? '}' : ']';
	cursor->at++;
	if (Take(cursor, close))
		return true;
	do
	{
		if (close == '}'
			&& !(TakeString(cursor, &ignored) && Take(cursor, ':')))
			return false;
		if (!SkipValue(cursor, nesting + 1))
			return false;
	} while (Take(cursor, ','));
	return Take(cursor, close);
}

static bool
SpanEquals(Span span, const char *text)
{
	return span.length == strlen(text)
		&& memcmp(span.start, text, span.length) == 0;
}

static TensorType
TypeNamed(Span name)
{
	if (SpanEquals(name, "F32"))
		return TENSOR_F32;
	if (SpanEquals(name, "F16"))
		return TENSOR_F16;
	if (SpanEquals(name, "BF16"))
		return TENSOR_BF16;
	return TENSOR_OTHER;
}

/* Checks that the shape's number of values fills the bytes exactly. */
static bool
ShapeFits(const Tensor *tensor)
{
	uint64_t	bytes = tensor->type == TENSOR_F32 ? 4 : 2;

	if (tensor->type == TENSOR_OTHER)
		return true;
	for (int i = 0; i < tensor->dimensions; i++)
		if (__builtin_mul_overflow(bytes, tensor->shape[i], &bytes))
			return false;
	return bytes == tensor->bytes;
}

/* Reads one tensor's object; data are the bytes after the header. */
static bool
TakeTensor(Cursor *cursor, Tensor *tensor, const uint8_t *data,
		   size_t data_size)
{
	uint64_t	offsets[2] = {0, 0};
	bool		typed = false,
				shaped = false,
				placed = false;

	if (!Take(cursor, '{'))
		return false;
	do
	{
		Span		key;
		Span		type;

		if (!TakeString(cursor, &key) || !Take(cursor, ':'))
			return false;
		if (SpanEquals(key, "dtype"))
		{
			if (!(typed = TakeString(cursor, &type)))
				return false;
			tensor->type = TypeNamed(type);
		}
		else if (SpanEquals(key, "shape"))
		{
			tensor->dimensions = TakeNumbers(cursor, tensor->shape,
											 TENSOR_MAX_DIMENSIONS);
			if (!(shaped = tensor->dimensions >= 0))
				return false;
		}
		else if (SpanEquals(key, "data_offsets"))
		{
			if (!(placed = TakeNumbers(cursor, offsets, 2) == 2))
				return false;
		}
		else if (!SkipValue(cursor, 0))
			return false;
	} while (Take(cursor, ','));
	if (!Take(cursor, '}') || !typed || !shaped || !placed)
		return false;
	if (offsets[0] > offsets[1] || offsets[1] > data_size)
		return false;
	tensor->data = data + offsets[0];
	tensor->bytes = offsets[1] - offsets[0];
	return ShapeFits(tensor);
}

static int
CompareNames(const char *a, size_t a_length, const char *b, size_t b_length)
{
	size_t		shorter = a_length < b_length ? a_length : b_length;
	int			order = memcmp(a, b, shorter);

	if (order != 0)
		return order;
	return (a_length > b_length) - (a_length < b_length);
}

static int
CompareTensors(const void *a, const void *b)
{
	const Tensor *left = a;
	const Tensor *right = b;

	return CompareNames(left->name, left->name_length,
						right->name, right->name_length);
}

/* Makes room for one more tensor. */
static bool
Grow(TensorFile *file, size_t *capacity, const Failure *failure)
{
	Tensor	   *larger;

	if (file->count < *capacity)
		return true;
	if (file->count >= TENSOR_MAX_COUNT)
		return Fail(failure, "it has more than %d tensors", TENSOR_MAX_COUNT);
	*capacity = *capacity == 0 ? 64 : *capacity * 2;
	larger = realloc(file->tensors, *capacity * sizeof(Tensor));
	if (larger == NULL)
		return Fail(failure, "out of memory for the list of tensors");
	file->tensors = larger;
	return true;
}

/* Reads the header's object into file->tensors. */
static bool
TakeHeader(TensorFile *file, Cursor *cursor, const Failure *failure)
{
	const uint8_t *data = (const uint8_t *) cursor->end;
	size_t		data_size = file->map + file->size - data;
	size_t		capacity = 0;
	bool		more;

	if (!Take(cursor, '{'))
		return Fail(failure, "its header is not a JSON object");
	more = !Take(cursor, '}');
	while (more)
	{
		Span		name;

		if (!TakeString(cursor, &name) || !Take(cursor, ':'))
			return Fail(failure, "its header is damaged near byte %td",
						cursor->at - (const char *) file->map);
		if (SpanEquals(name, "__metadata__"))
		{
			if (!SkipValue(cursor, 0))
				return Fail(failure, "its metadata are damaged");
		}
		else
		{
			Tensor	   *tensor;

			if (!Grow(file, &capacity, failure))
				return false;
			tensor = &file->tensors[file->count];
			memset(tensor, 0, sizeof(*tensor));
			tensor->name = name.start;
			tensor->name_length = name.length;
			if (!TakeTensor(cursor, tensor, data, data_size))
				return Fail(failure,
							"its entry \"%.*s\" is damaged "
							"or lies outside the file",
							(int) (name.length < 100 ? name.length : 100),
							name.start);
			file->count++;
		}
		more = Take(cursor, ',');
		if (!more && !Take(cursor, '}'))
			return Fail(failure, "its header does not end");
	}
	SkipSpace(cursor);
	return cursor->at == cursor->end
		|| Fail(failure, "something follows its header's object");
}

bool
TensorFileParse(TensorFile *file, const Failure *failure)
{
	uint64_t	length = 0;
	Cursor		cursor;

	if (file->size < HEADER_LENGTH_BYTES)
		return Fail(failure, "it is shorter than a safetensors file can be");
	for (int i = HEADER_LENGTH_BYTES; i-- > 0;)
		length = length << 8 | file->map[i];
	if (length > TENSOR_MAX_HEADER
		|| length > file->size - HEADER_LENGTH_BYTES)
		return Fail(failure, "its header would be %llu bytes long: "
					"it is truncated or no safetensors file",
					(unsigned long long) length);
	cursor.at = (const char *) file->map + HEADER_LENGTH_BYTES;
	cursor.end = cursor.at + length;
	if (!TakeHeader(file, &cursor, failure))
		return false;
	if (file->count == 0)
		return Fail(failure, "it holds no tensors");
	qsort(file->tensors, file->count, sizeof(Tensor), CompareTensors);
	for (size_t i = 1; i < file->count; i++)
		if (CompareTensors(&file->tensors[i - 1], &file->tensors[i]) == 0)
			return Fail(failure, "it names a tensor twice");
	return true;
}

bool
TensorFileOpen(TensorFile *file, const char *path, const Failure *failure)
{
	struct stat status;
	int			descriptor = open(path, O_RDONLY | O_CLOEXEC);
	char		reason[256];
	Failure		inner = {reason, sizeof(reason)};

	memset(file, 0, sizeof(*file));
	if (descriptor < 0)
		return Fail(failure, "cannot open \"%s\": %s", path, strerror(errno));
	if (fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)
		|| status.st_size == 0)
	{
		close(descriptor);
		return Fail(failure, "\"%s\" is empty or not a file", path);
	}
	file->size = status.st_size;
	file->map = mmap(NULL, file->size, PROT_READ, MAP_SHARED, descriptor, 0);
	close(descriptor);
	if (file->map == MAP_FAILED)
	{
		memset(file, 0, sizeof(*file));
		return Fail(failure, "cannot map \"%s\": %s", path, strerror(errno));
	}
	if (TensorFileParse(file, &inner))
		return true;
	TensorFileClose(file);
	return Fail(failure, "\"%s\" cannot be read: %s", path, reason);
}

void
TensorFileClose(TensorFile *file)
{
	if (file->map != NULL)
		munmap(file->map, file->size);
	free(file->tensors);
	memset(file, 0, sizeof(*file));
}

const Tensor *
TensorFind(const TensorFile *file, const char *name)
{
	Tensor		wanted = {.name = name,.name_length = strlen(name)};

	return bsearch(&wanted, file->tensors, file->count, sizeof(Tensor),
				   CompareTensors);
}
