/*
 * damage_test.c
 *		Opens damaged copies of a weights file: each must open or be refused
 *		with a sentence; the sanitizers say if a byte outside is touched.
 *
 *	damage_test FILE [COPIES [SEED]]
 *
 * FILE is Tests/ProvidersTests/Resources/small-f32/model.safetensors.  The
 * damage is done to a copy on the heap that ends exactly where the file does.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "safetensors.h"

static size_t
Below(size_t limit)
{
	return (size_t) rand() % limit;
}

/* Bytes that a JSON header's reader cares about. */
static uint8_t
Interesting(void)
{
	static const char bytes[] = "{}[]\",:0123456789\\ \n\t-eF\x00\xff";

	return (uint8_t) bytes[Below(sizeof(bytes))];
}

/* Changes, doubles, removes or cuts; returns the new size. */
static size_t
Damage(uint8_t *bytes, size_t size, size_t header)
{
	for (size_t times = 1 + Below(4); times > 0 && size > 32; times--)
	{
		size_t		limit = header < size ? header : size;
		size_t		at = Below(limit);
		size_t		run = 1 + Below(16);

		switch (Below(6))
		{
			case 0:
				bytes[at] = (uint8_t) rand();
				break;
			case 1:
				bytes[at] = Interesting();
				break;
			case 2:
				bytes[Below(8)] = (uint8_t) rand();
				break;
			case 3:
				if (at + run < size)
				{
					memmove(bytes + at, bytes + at + run, size - at - run);
					size -= run;
				}
				break;
			case 4:
				if (at + 2 * run < size)
					memcpy(bytes + at + run, bytes + at, run);
				break;
			case 5:
				size = 1 + Below(size);
				break;
		}
	}
	return size;
}

/* Reads every byte of every tensor: outside the copy, that is an error. */
static unsigned
Touch(const TensorFile *file)
{
	unsigned	sum = 0;

	for (size_t i = 0; i < file->count; i++)
		for (size_t j = 0; j < file->tensors[i].bytes; j++)
			sum += file->tensors[i].data[j];
	return sum;
}

int
main(int argc, char **argv)
{
	int			copies = argc > 2 ? atoi(argv[2]) : 20000;
	FILE	   *stream = argc > 1 ? fopen(argv[1], "rb") : NULL;
	static uint8_t original[1 << 20];
	static uint8_t changed[1 << 20];
	size_t		size;
	size_t		header = 8;
	unsigned	sum = 0;
	int			opened = 0;

	srand(argc > 3 ? (unsigned) atoi(argv[3]) : 1);
	if (stream == NULL || (size = fread(original, 1, 1 << 20, stream)) < 9)
	{
		fprintf(stderr, "usage: damage_test FILE [COPIES [SEED]]\n");
		return 2;
	}
	fclose(stream);
	for (int i = 0; i < 3; i++)
		header += (size_t) original[i] << (8 * i);
	for (int i = 0; i < copies; i++)
	{
		char		text[400] = "";
		Failure		failure = {text, sizeof(text)};
		TensorFile	file = {0};

		memcpy(changed, original, size);
		file.size = i == 0 ? size : Damage(changed, size, header);
		file.map = malloc(file.size);
		memcpy(file.map, changed, file.size);
		if (TensorFileParse(&file, &failure))
		{
			opened++;
			sum += Touch(&file);
		}
		else if (text[0] == '\0' || i == 0)
		{
			printf("copy %d was refused: \"%s\"\n", i, text);
			return 1;
		}
		free(file.tensors);
		free(file.map);
	}
	printf("damage: %d copies, %d still readable (sum %u), the others refused\n",
		   copies, opened, sum);
	return 0;
}
