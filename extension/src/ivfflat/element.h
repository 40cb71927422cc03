/*-------------------------------------------------------------------------
 *
 * element.h
 *	  Arrays of one kind of element, as lists and k-means need them: floats,
 *	  halves and bits.
 *
 *-------------------------------------------------------------------------
 */
#ifndef IVFFLAT_ELEMENT_H
#define IVFFLAT_ELEMENT_H

/* What can be done with arrays of one kind of element */
typedef struct IvfflatElement
{
	const char *measure;		/* what must be the same for two arrays */
	int			most;			/* dimensions of an index at most */

	/* bytes of an array */
	Size		(*size) (int dim);
	/* the array in a value; *copy is what the caller frees, or NULL */
	const void *(*read) (Datum value, int *dim, void **copy);
	/* the same direction at length 1; false if it has none */
	bool		(*unit) (int dim, const void *x, void *out);
	/* a distance that obeys the triangle inequality */
	float		(*metric) (int dim, const void *a, const void *b);
	/* adds x to a sum */
	void		(*add) (int dim, float *sum, const void *x);
	/* what is in the middle of count arrays of that sum */
	void		(*middle) (int dim, const float *sum, int count, void *out);
	/* a point of no importance, from numbers of 0 to 1 */
	void		(*from_numbers) (int dim, const float *numbers, void *out);
} IvfflatElement;

extern const IvfflatElement ivfflat_floats;
extern const IvfflatElement ivfflat_halves;
extern const IvfflatElement ivfflat_bits;

#endif							/* IVFFLAT_ELEMENT_H */
