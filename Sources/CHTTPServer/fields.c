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
	if (fields->count == fields->capacity)
	{
		size_t		capacity = fields->capacity ? fields->capacity * 2 : 16;
		HTTPField  *items = realloc(fields->items, capacity * sizeof(HTTPField));

		if (!items)
			return false;
		fields->items = items;
		fields->capacity = capacity;
	}
	fields->items[fields->count].name = name;
	fields->items[fields->count].value = value;
	fields->count++;
	return true;
}

void
FieldsFree(Fields *fields)
{
	free(fields->items);
	memset(fields, 0, sizeof(Fields));
}
