/*-------------------------------------------------------------------------
 *
 * value.h
 *	  A value of Cypher: how it looks in memory and in a datum.
 *
 * Cypher's null is SQL's NULL wherever a datum stands alone; VALUE_NULL occurs
 * inside lists, maps and between C functions.
 *
 * A datum of type cypher_value is a varlena that holds one item. An item is a
 * tag (one byte, a ValueType) and a body:
 *
 *	  boolean		1 byte
 *	  integer		int64
 *	  float			float8
 *	  string		uint32 length, bytes
 *	  container		uint32 n, uint32 end of item 1..n from the first item, items
 *	  temporal		the fields that the type has, see value.c
 *
 * Nothing is aligned; everything is read by memcpy. Containers are
 *
 *	  list			the items
 *	  map			key, value, key, value ...; keys are strings in byte order
 *	  node			id, list of labels, map of properties [, true if deleted]
 *	  relationship	id, type, start id, end id, map [, true if deleted]
 *	  path			node, relationship, node ... node
 *
 *-------------------------------------------------------------------------
 */
#ifndef CYPHER_VALUE_H
#define CYPHER_VALUE_H

#include "fmgr.h"
#include "lib/stringinfo.h"
#include "utils/jsonb.h"

/* In the order in which ORDER BY puts them; the two kinds of number mix */
typedef enum ValueType
{
	VALUE_NULL = 0,
	VALUE_MAP,
	VALUE_NODE,
	VALUE_RELATIONSHIP,
	VALUE_LIST,
	VALUE_PATH,
	VALUE_DATETIME,
	VALUE_LOCALDATETIME,
	VALUE_DATE,
	VALUE_TIME,
	VALUE_LOCALTIME,
	VALUE_DURATION,
	VALUE_STRING,
	VALUE_BOOLEAN,
	VALUE_INTEGER,
	VALUE_FLOAT
} ValueType;

/*
 * One value; strings and containers point into memory that somebody else owns
 * (a datum, or what a function has allocated in its context).
 */
typedef struct CypherValue
{
	ValueType	type;
	int32		length;			/* bytes of a string or zone name; items */
	int32		offset;			/* seconds east of UTC */
	int32		size;			/* bytes of a container's item */
	const char *data;			/* string, zone name, or a container's item */
	double		number;			/* float */
	int64		integer;		/* integer, boolean; months of a duration */
	int64		day;			/* since 1970-01-01; days of a duration */
	int64		seconds;		/* of a duration */
	int64		nanos;			/* of the day; of a duration's last second */
} CypherValue;

/* Places of the items of nodes and relationships */
#define NODE_ID				0
#define NODE_LABELS			1
#define NODE_PROPERTIES		2
#define NODE_DELETED		3
#define EDGE_ID				0
#define EDGE_TYPE			1
#define EDGE_START			2
#define EDGE_END			3
#define EDGE_PROPERTIES		4
#define EDGE_DELETED		5

/* Three-valued logic */
typedef enum Truth
{
	NO = 0,
	YES = 1,
	UNKNOWN = 2
} Truth;

static inline bool
IsNull(const CypherValue *value)
{
	return value->type == VALUE_NULL;
}

static inline bool
IsNumber(const CypherValue *value)
{
	return value->type >= VALUE_INTEGER;
}

static inline bool
IsContainer(const CypherValue *value)
{
	return value->type >= VALUE_MAP && value->type <= VALUE_PATH;
}

static inline bool
IsTemporal(const CypherValue *value)
{
	return value->type >= VALUE_DATETIME && value->type <= VALUE_DURATION;
}

/* value.c: making and reading */
extern CypherValue NullValue(void);
extern CypherValue BooleanValue(bool boolean);
extern CypherValue IntegerValue(int64 integer);
extern CypherValue FloatValue(double number);
extern CypherValue StringValue(const char *data, int length);
extern CypherValue TextValue(const char *text);
extern CypherValue ListValue(const CypherValue *items, int n);
extern CypherValue MapValue(CypherValue *pairs, int n);
extern CypherValue NodeValue(int64 id, const CypherValue *labels, const CypherValue *properties,
							 bool deleted);
extern CypherValue EdgeValue(int64 id, const CypherValue *type, int64 start, int64 end,
							 const CypherValue *properties, bool deleted);
extern CypherValue ContainerValue(ValueType type, const CypherValue *items, int n);
extern CypherValue ReadItem(const char *item);
extern CypherValue ItemOf(const CypherValue *container, int place);
extern bool MapGet(const CypherValue *map, const char *key, int length,
				   CypherValue *found);
extern CypherValue PropertiesOf(const CypherValue *value);
extern bool IsDeleted(const CypherValue *value);
extern double NumberOf(const CypherValue *value);
extern char *StringOf(const CypherValue *value);
extern const char *ValueTypeName(ValueType type);
extern CypherValue DatumToValue(Datum datum);
extern Datum ValueToDatum(const CypherValue *value);

/* limit.c */
extern void CypherReserve(Size bytes);
extern void *CypherAlloc(Size bytes);

/* compare.c */
extern int	CompareNumbers(const CypherValue *a, const CypherValue *b);
extern int	OrderValues(const CypherValue *a, const CypherValue *b);
extern Truth EqualValues(const CypherValue *a, const CypherValue *b);
extern bool ComparableValues(const CypherValue *a, const CypherValue *b, int *order);
extern uint32 HashValue(const CypherValue *value, uint32 seed);

/* json.c */
extern CypherValue JsonbToValue(Jsonb *jsonb);
extern Jsonb *ValueToJsonb(const CypherValue *value);
extern Jsonb *ValueToProperties(const CypherValue *value);
extern Jsonb *RowToJsonb(const char *const *names, const CypherValue *values,
						 int n);
extern char *FloatText(double number);
extern char *ValueText(const CypherValue *value);

/* One argument of a function over cypher_value */
#define ARG_VALUE(n) DatumToValue(PG_GETARG_DATUM(n))
#define RETURN_VALUE(value) \
	do { \
		CypherValue		result_ = (value); \
		if (IsNull(&result_)) \
			PG_RETURN_NULL(); \
		return ValueToDatum(&result_); \
	} while (0)

#endif							/* CYPHER_VALUE_H */
