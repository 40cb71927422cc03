/*-------------------------------------------------------------------------
 *
 * io.c
 *	  The text form {1:1.5,3:2}/5 (index:element, indices from 1, after the slash
 *	  the dimensions), the binary form, and the type modifier.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <errno.h>
#include <stdlib.h>

#include "common/shortest_dec.h"
#include "libpq/pqformat.h"
#include "utils/builtins.h"

#include "sparsevec/sparsevec.h"

PG_FUNCTION_INFO_V1(sparsevec_in);
PG_FUNCTION_INFO_V1(sparsevec_out);
PG_FUNCTION_INFO_V1(sparsevec_typmod_in);
PG_FUNCTION_INFO_V1(sparsevec_recv);
PG_FUNCTION_INFO_V1(sparsevec_send);
PG_FUNCTION_INFO_V1(sparsevec);

/* Digits and sign of an int32 */
#define INDEX_TEXT_LEN	11

typedef struct Entry
{
	int32		index;			/* from 0 */
	float		value;
} Entry;

static void
RefuseSyntax(const char *literal, const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
			 errmsg("invalid input syntax for type sparsevec: \"%s\"",
					literal),
			 detail ? errdetail("%s", detail) : 0));
}

/*
 * A whole number at p; returns where it ends.
 */
static const char *
ParseInteger(const char *literal, const char *p, long *value)
{
	char	   *end;

	*value = strtol(p, &end, 10);
	if (end == p)
		RefuseSyntax(literal, NULL);
	return end;
}

/*
 * An element at p; returns where it ends. What a float cannot tell from zero is
 * refused, because a zero would vanish.
 */
static const char *
ParseValue(const char *literal, const char *p, float *value)
{
	char	   *end;

	errno = 0;
	*value = strtof(p, &end);
	if (end == p)
		RefuseSyntax(literal, NULL);
	if (errno == ERANGE && (*value == 0 || isinf(*value)))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("\"%s\" is out of range for type sparsevec",
						pnstrdup(p, end - p))));
	SparsevecCheckElement(*value);
	return end;
}

/*
 * One index:element at p; returns where it ends. Indices that are no int32 are
 * clamped: they are out of bounds either way.
 */
static const char *
ParseEntry(const char *literal, const char *p, Entry *entry)
{
	long		index;

	p = SkipSpace(ParseInteger(literal, p, &index));
	entry->index = Min(Max(index, (long) PG_INT32_MIN + 1),
					   (long) PG_INT32_MAX) - 1;
	if (*p != ':')
		RefuseSyntax(literal, NULL);
	return ParseValue(literal, SkipSpace(p + 1), &entry->value);
}

/*
 * Reads what stands between the braces; p stands after the first one. Returns
 * the number of entries that are not zero and leaves *rest after the closing
 * brace.
 */
static int
ParseEntries(const char *literal, const char *p, Entry *entries,
			 const char **rest)
{
	int			nnz = 0;

	p = SkipSpace(p);
	if (*p == '}')
	{
		*rest = p + 1;
		return 0;
	}
	for (;;)
	{
		p = SkipSpace(ParseEntry(literal, SkipSpace(p), &entries[nnz]));
		if (entries[nnz].value != 0)
			nnz++;
		if (*p == '}')
			break;
		if (*p != ',')
			RefuseSyntax(literal, NULL);
		p++;
	}
	*rest = p + 1;
	return nnz;
}

static int
CompareEntries(const void *a, const void *b)
{
	const Entry *x = a;
	const Entry *y = b;

	return (x->index > y->index) - (x->index < y->index);
}

/*
 * How many entries a literal can have at most: before it is parsed.
 */
static int
CountEntries(const char *literal)
{
	int			count = 1;

	for (const char *p = literal; *p; p++)
		count += *p == ',';
	if (count > SPARSEVEC_MAX_NNZ)
		SparsevecCheckNnz(SPARSEVEC_MAX_NNZ + 1, SPARSEVEC_MAX_DIM);
	return count;
}

Datum
sparsevec_in(PG_FUNCTION_ARGS)
{
	const char *literal = PG_GETARG_CSTRING(0);
	int32		typmod = PG_GETARG_INT32(2);
	Entry	   *entries = palloc(sizeof(Entry) * CountEntries(literal));
	const char *p = SkipSpace(literal);
	int			nnz;
	long		dim;
	SparseVector *result;

	if (*p != '{')
		RefuseSyntax(literal, "Vector contents must start with \"{\".");
	nnz = ParseEntries(literal, p + 1, entries, &p);
	p = SkipSpace(p);
	if (*p != '/')
		RefuseSyntax(literal, "Unexpected end of input.");
	p = ParseInteger(literal, SkipSpace(p + 1), &dim);
	if (*SkipSpace(p) != '\0')
		RefuseSyntax(literal, "Junk after closing.");
	SparsevecCheckDim(dim);
	CheckExpectedDim(typmod, dim);

	qsort(entries, nnz, sizeof(Entry), CompareEntries);
	result = SparsevecAllocate(dim, nnz);
	for (int i = 0; i < nnz; i++)
	{
		result->indices[i] = entries[i].index;
		SPARSEVEC_VALUES(result)[i] = entries[i].value;
		SparsevecCheckIndex(result->indices, i, dim);
	}
	pfree(entries);
	PG_RETURN_SPARSEVEC_P(result);
}

/*
 * The shortest text that reads back as the same floats.
 */
Datum
sparsevec_out(PG_FUNCTION_ARGS)
{
	SparseVector *vector = PG_GETARG_SPARSEVEC_P(0);
	const float *value = SPARSEVEC_VALUES(vector);
	char	   *text =
	palloc((FLOAT_SHORTEST_DECIMAL_LEN + INDEX_TEXT_LEN + 2) * vector->nnz +
		   INDEX_TEXT_LEN + 4);
	char	   *p = text;

	*p++ = '{';
	for (int i = 0; i < vector->nnz; i++)
	{
		if (i > 0)
			*p++ = ',';
		p += pg_ltoa(vector->indices[i] + 1, p);
		*p++ = ':';
		p += float_to_shortest_decimal_bufn(value[i], p);
	}
	*p++ = '}';
	*p++ = '/';
	pg_ltoa(vector->dim, p);
	PG_FREE_IF_COPY(vector, 0);
	PG_RETURN_CSTRING(text);
}

Datum
sparsevec_typmod_in(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(DenseTypmod(&sparsevec_type, PG_GETARG_ARRAYTYPE_P(0),
								SPARSEVEC_MAX_DIM));
}

/*
 * Binary: dim, nnz and unused as int32, then the indices from 0, ascending,
 * then the elements as float4.
 */
Datum
sparsevec_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buffer = (StringInfo) PG_GETARG_POINTER(0);
	int32		typmod = PG_GETARG_INT32(2);
	int32		dim = pq_getmsgint(buffer, sizeof(int32));
	int32		nnz = pq_getmsgint(buffer, sizeof(int32));
	int32		unused = pq_getmsgint(buffer, sizeof(int32));
	SparseVector *result;
	float	   *value;

	SparsevecCheckDim(dim);
	SparsevecCheckNnz(nnz, dim);
	CheckExpectedDim(typmod, dim);
	CheckUnused(unused);

	result = SparsevecAllocate(dim, nnz);
	value = SPARSEVEC_VALUES(result);
	for (int i = 0; i < nnz; i++)
	{
		result->indices[i] = pq_getmsgint(buffer, sizeof(int32));
		SparsevecCheckIndex(result->indices, i, dim);
	}
	for (int i = 0; i < nnz; i++)
	{
		value[i] = pq_getmsgfloat4(buffer);
		SparsevecCheckElement(value[i]);
		if (value[i] == 0)
			ereport(ERROR,
					(errcode(ERRCODE_DATA_EXCEPTION),
					 errmsg("binary representation of sparsevec cannot contain zero values")));
	}
	PG_RETURN_SPARSEVEC_P(result);
}

Datum
sparsevec_send(PG_FUNCTION_ARGS)
{
	SparseVector *vector = PG_GETARG_SPARSEVEC_P(0);
	const float *value = SPARSEVEC_VALUES(vector);
	StringInfoData buffer;

	pq_begintypsend(&buffer);
	enlargeStringInfo(&buffer, SPARSEVEC_SIZE(vector->nnz));
	pq_sendint32(&buffer, vector->dim);
	pq_sendint32(&buffer, vector->nnz);
	pq_sendint32(&buffer, vector->unused);
	for (int i = 0; i < vector->nnz; i++)
		pq_sendint32(&buffer, vector->indices[i]);
	for (int i = 0; i < vector->nnz; i++)
		pq_sendfloat4(&buffer, value[i]);
	PG_RETURN_BYTEA_P(pq_endtypsend(&buffer));
}

/*
 * The length cast: sparsevec to sparsevec(n) checks, it never cuts.
 */
Datum
sparsevec(PG_FUNCTION_ARGS)
{
	SparseVector *vector = PG_GETARG_SPARSEVEC_P(0);
	int32		typmod = PG_GETARG_INT32(1);

	CheckExpectedDim(typmod, vector->dim);
	PG_RETURN_SPARSEVEC_P(vector);
}
