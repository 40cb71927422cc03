/*-------------------------------------------------------------------------
 *
 * function_list.c
 *	  Functions of lists, and those that strings share with them.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/int.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"

#include "cypher/error.h"
#include "cypher/function.h"

/* Items that range may make */
#define MAX_RANGE 50000000

enum
{
	TAG_HEAD,
	TAG_LAST
};

static CypherValue
Coalesce(const Function *function, CypherValue *args, int nargs)
{
	for (int i = 0; i < nargs; i++)
		if (!IsNull(&args[i]))
			return args[i];
	return NullValue();
}

static CypherValue
SizeOf(const Function *function, CypherValue *args, int nargs)
{
	if (args[0].type == VALUE_STRING)
		return IntegerValue(pg_mbstrlen_with_len(args[0].data,
												 args[0].length));
	if (args[0].type == VALUE_MAP)
		return IntegerValue(args[0].length / 2);
	return IntegerValue(args[0].length);
}

static CypherValue
IsEmpty(const Function *function, CypherValue *args, int nargs)
{
	return BooleanValue(args[0].length == 0);
}

static CypherValue
HeadLast(const Function *function, CypherValue *args, int nargs)
{
	if (args[0].length == 0)
		return NullValue();
	return ItemOf(&args[0], function->tag == TAG_HEAD ? 0 :
				  args[0].length - 1);
}

static CypherValue
Tail(const Function *function, CypherValue *args, int nargs)
{
	CypherValue *items = palloc(sizeof(CypherValue) * (args[0].length + 1));

	for (int i = 1; i < args[0].length; i++)
		items[i - 1] = ItemOf(&args[0], i);
	return ListValue(items, Max(args[0].length - 1, 0));
}

static CypherValue
ReverseString(const CypherValue *string)
{
	char	   *out = palloc(string->length + 1);
	int			at = 0;

	while (at < string->length)
	{
		int			width = Min(pg_mblen(string->data + at),
								string->length - at);

		memcpy(out + string->length - at - width, string->data + at, width);
		at += width;
	}
	return StringValue(out, string->length);
}

static CypherValue
Reverse(const Function *function, CypherValue *args, int nargs)
{
	int			n = args[0].length;
	CypherValue *items;

	if (args[0].type == VALUE_STRING)
		return ReverseString(&args[0]);
	items = palloc(sizeof(CypherValue) * (n + 1));
	for (int i = 0; i < n; i++)
		items[i] = ItemOf(&args[0], n - 1 - i);
	return ListValue(items, n);
}

static CypherValue
Range(const Function *function, CypherValue *args, int nargs)
{
	int64		start = args[0].integer;
	int64		end = args[1].integer;
	int64		step = nargs > 2 ? args[2].integer : 1;
	uint64		n;
	CypherValue *items;

	if (step == 0)
		ArgumentError("NumberOutOfRange", "the step of range must not be 0");
	if (step > 0 ? start > end : start < end)
		return ListValue(NULL, 0);
	n = step > 0 ? ((uint64) end - (uint64) start) / (uint64) step :
		((uint64) start - (uint64) end) / (0 - (uint64) step);
	if (n >= MAX_RANGE)
		ArgumentError("NumberOutOfRange", "a range has at most %d items",
					  MAX_RANGE);
	items = CypherAlloc(sizeof(CypherValue) * (n + 1));
	for (uint64 i = 0; i <= n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		items[i] = IntegerValue(start + (int64) i * step);
	}
	return ListValue(items, n + 1);
}

const Function list_functions[] = {
	{"coalesce", "coalesce(value, ...) :: Any", 1, CYPHER_MAX_ARGUMENTS,
		FUNCTION_NULLS, {ANY_TYPE, ANY_TYPE, ANY_TYPE, ANY_TYPE, ANY_TYPE},
	VALUE_NULL, Coalesce, 0, "The first value that is not null."},
	{"size", "size(list | string | map) :: Integer", 1, 1, FUNCTION_PLAIN,
		{LIST_TYPE | STRING_TYPE | MAP_TYPE}, VALUE_INTEGER, SizeOf, 0,
	"The number of items, characters or entries."},
	{"isEmpty", "isEmpty(list | string | map) :: Boolean", 1, 1,
		FUNCTION_PLAIN, {LIST_TYPE | STRING_TYPE | MAP_TYPE}, VALUE_BOOLEAN,
	IsEmpty, 0, "Whether there is nothing in it."},
	{"head", "head(list) :: Any", 1, 1, FUNCTION_PLAIN, {LIST_TYPE},
	VALUE_NULL, HeadLast, TAG_HEAD, "The first item, null if there is none."},
	{"last", "last(list) :: Any", 1, 1, FUNCTION_PLAIN, {LIST_TYPE},
	VALUE_NULL, HeadLast, TAG_LAST, "The last item, null if there is none."},
	{"tail", "tail(list) :: List", 1, 1, FUNCTION_PLAIN, {LIST_TYPE},
	VALUE_LIST, Tail, 0, "All items but the first."},
	{"reverse", "reverse(list | string) :: List | String", 1, 1,
		FUNCTION_PLAIN, {LIST_TYPE | STRING_TYPE}, VALUE_NULL, Reverse, 0,
	"The items or characters from the last to the first."},
	{"range", "range(start, end, step = 1) :: List", 2, 3, FUNCTION_PLAIN,
		{INTEGER_TYPE, INTEGER_TYPE, INTEGER_TYPE}, VALUE_LIST, Range, 0,
	"The integers from start to end, both included."},
	{NULL}
};
