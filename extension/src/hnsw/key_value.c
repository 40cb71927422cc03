/*-------------------------------------------------------------------------
 *
 * key_value.c
 *	  The values of key columns as bytes: integers of all widths as int64, so that
 *	  3 finds 3::bigint; text in a deterministic collation and uuid as they are.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/uuid.h"

#include "hnsw/key.h"

/* Longest value of a key column, so that some keys fit a page */
#define LONGEST_KEY	2000

/* Length of NULL among the values of several columns */
#define KEY_NULL	0xFFFF

static bool
IsKeyType(Oid type)
{
	return type == INT2OID || type == INT4OID || type == INT8OID ||
		type == TEXTOID || type == UUIDOID;
}

/*
 * Number of key columns of the definition, which is checked.
 */
int
HnswKeyColumns(Relation rel)
{
	int			columns = IndexRelationGetNumberOfKeyAttributes(rel);

	if (columns > HNSW_MAX_KEYS + 1)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("hnsw index cannot have more than two columns before its vector")));
	if (!OidIsValid(index_getprocid(rel, columns, HNSW_DISTANCE_PROC)))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("the last column of an hnsw index must be a vector")));
	for (int i = 0; i < columns - 1; i++)
	{
		if (!IsKeyType(rel->rd_opcintype[i]))
			ereport(ERROR,
					(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
					 errmsg("type %s cannot be the key of an hnsw index",
							format_type_be(rel->rd_opcintype[i])),
					 errhint("Keys are of type smallint, integer, bigint, text or uuid.")));
		if (OidIsValid(rel->rd_indcollation[i]) &&
			!get_collation_isdeterministic(rel->rd_indcollation[i]))
			ereport(ERROR,
					(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
					 errmsg("key of an hnsw index needs a deterministic collation")));
	}
	return columns - 1;
}

/*
 * A value as bytes. They point to *integer or into the value.
 */
void
HnswKeyBytes(Datum value, Oid type, int64 *integer, HnswKeyValue *key)
{
	key->isnull = false;
	key->data = (char *) integer;
	key->length = sizeof(int64);
	switch (type)
	{
		case INT2OID:
			*integer = DatumGetInt16(value);
			break;
		case INT4OID:
			*integer = DatumGetInt32(value);
			break;
		case INT8OID:
			*integer = DatumGetInt64(value);
			break;
		case UUIDOID:
			key->data = (char *) DatumGetUUIDP(value)->data;
			key->length = UUID_LEN;
			break;
		default:
			{
				struct varlena *text = PG_DETOAST_DATUM_PACKED(value);

				key->data = VARDATA_ANY(text);
				key->length = VARSIZE_ANY_EXHDR(text);
			}
	}
}

/*
 * The values of the key columns as one; that of several columns is palloc'ed.
 */
HnswKeyValue
HnswJoinKeyValues(const HnswKeyValue *parts, int columns)
{
	HnswKeyValue whole = parts[0];
	char	   *at;

	if (columns == 1)
		return whole;
	whole.isnull = false;
	whole.length = 0;
	for (int i = 0; i < columns; i++)
		whole.length += sizeof(uint16) + parts[i].length;
	whole.data = at = palloc(whole.length);
	for (int i = 0; i < columns; i++)
	{
		uint16		length = parts[i].isnull ? KEY_NULL : parts[i].length;

		memcpy(at, &length, sizeof(uint16));
		at += sizeof(uint16);
		/* a null has no data at all */
		if (parts[i].length > 0)
			memcpy(at, parts[i].data, parts[i].length);
		at += parts[i].length;
	}
	return whole;
}

/*
 * The values of the columns of a stored key; they point into it.
 */
void
HnswSplitKey(const HnswKey *stored, int columns, HnswKeyValue *parts)
{
	const char *at = stored->data;

	if (columns == 1)
	{
		parts[0].isnull = stored->isnull;
		parts[0].length = stored->length;
		parts[0].data = stored->data;
		return;
	}
	for (int i = 0; i < columns; i++)
	{
		uint16		length;

		memcpy(&length, at, sizeof(uint16));
		at += sizeof(uint16);
		parts[i].isnull = length == KEY_NULL;
		parts[i].length = parts[i].isnull ? 0 : length;
		parts[i].data = at;
		at += parts[i].length;
	}
}

/*
 * The values of a row's key columns as one; parts and integers are scratch that
 * it points to.
 */
HnswKeyValue
HnswKeyValueOfRow(HnswIndex *index, Datum *values, bool *isnull, HnswKeyValue *parts, int64 *integers)
{
	int			columns = HnswVectorColumn(index->rel) - 1;

	for (int i = 0; i < columns; i++)
	{
		memset(&parts[i], 0, sizeof(HnswKeyValue));
		parts[i].isnull = isnull[i];
		if (!isnull[i])
			HnswKeyBytes(values[i], index->rel->rd_opcintype[i], &integers[i], &parts[i]);
		if (parts[i].length > LONGEST_KEY)
			ereport(ERROR,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					 errmsg("key of %d bytes is too long for hnsw index \"%s\"",
							parts[i].length, RelationGetRelationName(index->rel)),
					 errdetail("The limit is %d bytes.", LONGEST_KEY)));
	}
	return HnswJoinKeyValues(parts, columns);
}
