/*
 * fields.c
 *		A growing list of names and values.
 */
#include "fields.h"

#include <stdlib.h>
#include <string.h>

bool
FieldsAdd(Fields *fields, const char *name, const char *value)
{
	size_t		name_size = strlen(name) + 1;
	size_t		value_size = strlen(value) + 1;
	char	   *text;

	if (fields->count == fields->capacity)
	{
		size_t		capacity = fields->capacity ? fields->capacity * 2 : 16;
		HTTPField  *items = realloc(fields->items, capacity * sizeof(HTTPField));

		if (!items)
			return false;
		fields->items = items;
		fields->capacity = capacity;
	}
	text = malloc(name_size + value_size);
	if (!text)
		return false;
	memcpy(text, name, name_size);
	memcpy(text + name_size, value, value_size);
	fields->items[fields->count].name = text;
	fields->items[fields->count].value = text + name_size;
	fields->count++;
	return true;
}

void
FieldsFree(Fields *fields)
{
	for (size_t i = 0; i < fields->count; i++)
		free((char *) fields->items[i].name);
	free(fields->items);
	memset(fields, 0, sizeof(Fields));
}
