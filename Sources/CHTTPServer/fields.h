/*
 * fields.h
 *		A growing list of names and values that belong to somebody else.
 */
#ifndef BELLWETHER_HTTP_FIELDS_H
#define BELLWETHER_HTTP_FIELDS_H

#include "http_server.h"

typedef struct Fields
{
	HTTPField  *items;
	size_t		count;
	size_t		capacity;
} Fields;

/* Adds both, which must live as long as the list; false when memory is short. */
bool		FieldsAdd(Fields *fields, const char *name, const char *value);
void		FieldsFree(Fields *fields);

#endif
