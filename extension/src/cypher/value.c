/*-------------------------------------------------------------------------
 *
 * value.c
 *	  Making and reading values; the layout is explained in value.h.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "cypher/error.h"
#include "cypher/value.h"

CypherValue
NullValue(void)
{
	CypherValue value = {.type = VALUE_NULL};

	return value;
}

CypherValue
BooleanValue(bool boolean)
{
	CypherValue value = {.type = VALUE_BOOLEAN};

	value.integer = boolean;
	return value;
}

CypherValue
IntegerValue(int64 integer)
{
	CypherValue value = {.type = VALUE_INTEGER};

	value.integer = integer;
	return value;
}

CypherValue
FloatValue(double number)
{
	CypherValue value = {.type = VALUE_FLOAT};

	value.number = number;
	return value;
}

CypherValue
StringValue(const char *data, int length)
{
	CypherValue value = {.type = VALUE_STRING};

	value.data = data;
	value.length = length;
	return value;
}

CypherValue
TextValue(const char *text)
{
	return StringValue(text, strlen(text));
}

/* Bytes that AppendItem writes at most */
static Size
ItemSize(const CypherValue *value)
{
	if (IsContainer(value))
		return value->size;
	if (value->type == VALUE_STRING)
		return 5 + (Size) value->length;
	return 33 + (IsTemporal(value) ? value->length : 0);
}

static void
AppendItem(StringInfo out, const CypherValue *value)
{
	char		tag = value->type;
	uint32		length = value->length;

	if (IsContainer(value))
	{
		appendBinaryStringInfo(out, value->data, value->size);
		return;
	}
	appendBinaryStringInfo(out, &tag, 1);
	switch (value->type)
	{
		case VALUE_BOOLEAN:
			appendStringInfoChar(out, value->integer ? 1 : 0);
			break;
		case VALUE_INTEGER:
			appendBinaryStringInfo(out, (const char *) &value->integer, 8);
			break;
		case VALUE_FLOAT:
			appendBinaryStringInfo(out, (const char *) &value->number, 8);
			break;
		case VALUE_STRING:
			appendBinaryStringInfo(out, (const char *) &length, 4);
			appendBinaryStringInfo(out, value->data, value->length);
			break;
		case VALUE_DURATION:
			appendBinaryStringInfo(out, (const char *) &value->integer, 8);
			appendBinaryStringInfo(out, (const char *) &value->day, 8);
			appendBinaryStringInfo(out, (const char *) &value->seconds, 8);
			appendBinaryStringInfo(out, (const char *) &value->nanos, 8);
			break;
		case VALUE_DATE:
		case VALUE_LOCALTIME:
		case VALUE_TIME:
		case VALUE_LOCALDATETIME:
		case VALUE_DATETIME:
			appendBinaryStringInfo(out, (const char *) &value->day, 8);
			appendBinaryStringInfo(out, (const char *) &value->nanos, 8);
			appendBinaryStringInfo(out, (const char *) &value->offset, 4);
			appendBinaryStringInfo(out, (const char *) &length, 4);
			appendBinaryStringInfo(out, value->data ? value->data : "",
								   length);
			break;
		default:
			break;
	}
}

static inline uint32
ReadUint32(const char *at)
{
	uint32		number;

	memcpy(&number, at, 4);
	return number;
}

static inline int64
ReadInt64(const char *at)
{
	int64		number;

	memcpy(&number, at, 8);
	return number;
}

/*
 * The value of an item; strings and containers point into it.
 */
CypherValue
ReadItem(const char *item)
{
	CypherValue value = {.type = (ValueType) *item};
	const char *body = item + 1;

	switch (value.type)
	{
		case VALUE_NULL:
			break;
		case VALUE_BOOLEAN:
			value.integer = *body;
			break;
		case VALUE_INTEGER:
			value.integer = ReadInt64(body);
			break;
		case VALUE_FLOAT:
			memcpy(&value.number, body, 8);
			break;
		case VALUE_STRING:
			value.length = ReadUint32(body);
			value.data = body + 4;
			break;
		case VALUE_DURATION:
			value.integer = ReadInt64(body);
			value.day = ReadInt64(body + 8);
			value.seconds = ReadInt64(body + 16);
			value.nanos = ReadInt64(body + 24);
			break;
		case VALUE_DATE:
		case VALUE_LOCALTIME:
		case VALUE_TIME:
		case VALUE_LOCALDATETIME:
		case VALUE_DATETIME:
			value.day = ReadInt64(body);
			value.nanos = ReadInt64(body + 8);
			value.offset = (int32) ReadUint32(body + 16);
			value.length = ReadUint32(body + 20);
			value.data = body + 24;
			break;
		case VALUE_LIST:
		case VALUE_MAP:
		case VALUE_NODE:
		case VALUE_RELATIONSHIP:
		case VALUE_PATH:
			value.length = ReadUint32(body);
			value.data = item;
			value.size = 5 + 4 * value.length;
			if (value.length > 0)
				value.size += ReadUint32(body + 4 * value.length);
			break;
	}
	return value;
}

CypherValue
ItemOf(const CypherValue *container, int place)
{
	const char *ends = container->data + 5;
	const char *items = ends + 4 * container->length;

	Assert(place >= 0 && place < container->length);
	return ReadItem(items +
					(place == 0 ? 0 : ReadUint32(ends + 4 * (place - 1))));
}

CypherValue
ContainerValue(ValueType type, const CypherValue *items, int n)
{
	StringInfoData item;
	char		tag = type;
	uint32		count = n;
	int			first = 5 + 4 * n;
	Size		size = first + 16;

	if (n > (MaxAllocSize - 64) / 8)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many items in one value")));
	for (int i = 0; i < n; i++)
		size += ItemSize(&items[i]);
	CypherReserve(size);
	initStringInfo(&item);
	enlargeStringInfo(&item, Min(size, MaxAllocSize - 64));
	appendBinaryStringInfo(&item, &tag, 1);
	appendBinaryStringInfo(&item, (const char *) &count, 4);
	memset(item.data + item.len, 0, 4 * n);
	item.len += 4 * n;
	for (int i = 0; i < n; i++)
	{
		uint32		end;

		AppendItem(&item, &items[i]);
		end = item.len - first;
		memcpy(item.data + 5 + 4 * i, &end, 4);
	}
	return ReadItem(item.data);
}

CypherValue
ListValue(const CypherValue *items, int n)
{
	return ContainerValue(VALUE_LIST, items, n);
}

static int
CompareBytes(const char *a, int alen, const char *b, int blen)
{
	int			order = memcmp(a, b, Min(alen, blen));

	if (order != 0)
		return order;
	return alen < blen ? -1 : alen > blen ? 1 : 0;
}

/* By key, and of equal keys the later one last */
static int
ComparePairs(const void *a, const void *b)
{
	const CypherValue *x = a;
	const CypherValue *y = b;
	int			order = CompareBytes(x->data, x->length, y->data, y->length);

	if (order != 0)
		return order;
	return x->size < y->size ? -1 : x->size > y->size ? 1 : 0;
}

/*
 * A map of n pairs key, value, which are rearranged; of equal keys the last
 * one counts.
 */
CypherValue
MapValue(CypherValue *pairs, int n)
{
	int			kept = 0;

	/* a string has no size: it says where the pair stood */
	for (int i = 0; i < n; i++)
		pairs[2 * i].size = i;
	if (n > 1)
		qsort(pairs, n, 2 * sizeof(CypherValue), ComparePairs);
	for (int i = 0; i < n; i++)
	{
		if (kept > 0 &&
			CompareBytes(pairs[2 * kept - 2].data, pairs[2 * kept - 2].length,
						 pairs[2 * i].data, pairs[2 * i].length) == 0)
			kept--;
		pairs[2 * kept] = pairs[2 * i];
		pairs[2 * kept + 1] = pairs[2 * i + 1];
		kept++;
	}
	return ContainerValue(VALUE_MAP, pairs, 2 * kept);
}

CypherValue
NodeValue(int64 id, const CypherValue *labels, const CypherValue *properties, bool deleted)
{
	CypherValue items[4] = {IntegerValue(id), *labels, *properties,
	BooleanValue(true)};

	return ContainerValue(VALUE_NODE, items, deleted ? 4 : 3);
}

CypherValue
EdgeValue(int64 id, const CypherValue *type, int64 start, int64 end,
		  const CypherValue *properties, bool deleted)
{
	CypherValue items[6] = {IntegerValue(id), *type, IntegerValue(start),
	IntegerValue(end), *properties, BooleanValue(true)};

	return ContainerValue(VALUE_RELATIONSHIP, items, deleted ? 6 : 5);
}

bool
MapGet(const CypherValue *map, const char *key, int length, CypherValue *found)
{
	int			low = 0;
	int			high = map->length / 2;

	while (low < high)
	{
		int			middle = low + (high - low) / 2;
		CypherValue at = ItemOf(map, 2 * middle);
		int			order = CompareBytes(at.data, at.length, key, length);

		if (order == 0)
		{
			*found = ItemOf(map, 2 * middle + 1);
			return true;
		}
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

/*
 * The map of a map, node or relationship; those deleted have none to read.
 */
CypherValue
PropertiesOf(const CypherValue *value)
{
	if (value->type == VALUE_MAP)
		return *value;
	if (IsDeleted(value))
		ereport(ERROR,
				(errcode(CYPHER_ENTITY_NOT_FOUND),
				 errmsg("EntityNotFound: DeletedEntityAccess: the %s was deleted",
						ValueTypeName(value->type))));
	return ItemOf(value, value->type == VALUE_NODE ? NODE_PROPERTIES :
				  EDGE_PROPERTIES);
}

bool
IsDeleted(const CypherValue *value)
{
	return (value->type == VALUE_NODE && value->length > NODE_DELETED) ||
		(value->type == VALUE_RELATIONSHIP && value->length > EDGE_DELETED);
}

double
NumberOf(const CypherValue *value)
{
	return value->type == VALUE_FLOAT ? value->number : value->integer;
}

char *
StringOf(const CypherValue *value)
{
	return pnstrdup(value->data, value->length);
}

const char *
ValueTypeName(ValueType type)
{
	static const char *const names[] = {
		"Null", "Map", "Node", "Relationship", "List", "Path", "DateTime",
		"LocalDateTime", "Date", "Time", "LocalTime", "Duration", "String",
		"Boolean", "Integer", "Float"
	};

	return names[type];
}

CypherValue
DatumToValue(Datum datum)
{
	struct varlena *bytes = PG_DETOAST_DATUM_PACKED(datum);

	return ReadItem(VARDATA_ANY(bytes));
}

Datum
ValueToDatum(const CypherValue *value)
{
	StringInfoData out;

	/* and what StringInfo puts behind */
	Size		size = VARHDRSZ + ItemSize(value) + 1;

	/* no more than it takes: there can be millions */
	CypherReserve(size);
	out.data = palloc(size);
	out.maxlen = size;
	out.len = VARHDRSZ;
	out.cursor = 0;
	AppendItem(&out, value);
	SET_VARSIZE(out.data, out.len);
	return PointerGetDatum(out.data);
}
