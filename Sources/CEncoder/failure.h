/*
 * failure.h
 *		How a function of this library says what went wrong.
 */
#ifndef BELLWETHER_FAILURE_H
#define BELLWETHER_FAILURE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* The caller's buffer for one sentence. */
typedef struct Failure
{
	char	   *text;
	size_t		size;			/* bytes; 0: no text is wanted */
} Failure;

/* Writes the sentence and returns false, for "return Fail(...)". */
__attribute__((format(printf, 2, 3)))
static inline bool
Fail(const Failure *failure, const char *format, ...)
{
	va_list		arguments;

	va_start(arguments, format);
	if (failure->size > 0)
		vsnprintf(failure->text, failure->size, format, arguments);
	va_end(arguments);
	return false;
}

#endif							/* BELLWETHER_FAILURE_H */
