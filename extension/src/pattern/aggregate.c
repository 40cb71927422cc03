/*-------------------------------------------------------------------------
 *
 * aggregate.c
 *	  pattern_block() packs vectors into a block, pattern_nearest() finds the
 *	  nearest in many blocks, pattern_floor() says how alike they are at
 *	  least.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "access/htup_details.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"
#include "utils/typcache.h"

#include "pattern/aggregate.h"
#include "vector/vector.h"

PG_FUNCTION_INFO_V1(pattern_block_step);
PG_FUNCTION_INFO_V1(pattern_block_value);
PG_FUNCTION_INFO_V1(pattern_nearest_step);
PG_FUNCTION_INFO_V1(pattern_nearest_value);
PG_FUNCTION_INFO_V1(pattern_floor_value);

/* Matches that a search may gather */
#define MAX_MATCHES		(1 << 25)

/* Matches beyond those needed before the rest is thrown away */
#define MATCHES_AT_ONCE	4096

/* Entries packed so far */
typedef struct BlockState
{
	int			dim;
	int			count;
	int			room;
	char	   *entries;
} BlockState;

typedef struct NearestState
{
	PatternQuery query;
	int			k;
	int			gap;
	int64		needed;
	int			own_group;
	int			own_place;
	int			count;
	int			room;
	PatternMatch *match;
} NearestState;

static MemoryContext
AggregateContext(FunctionCallInfo fcinfo)
{
	MemoryContext context;

	if (!AggCheckCallContext(fcinfo, &context))
		elog(ERROR, "pattern function called outside of an aggregate");
	return context;
}

void
PatternEncodeVector(const Vector *vector, int8_t *code, int32_t *squares)
{
	if (vector->dim > PATTERN_MAX_DIM)
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
						errmsg("a pattern cannot have more than %d dimensions",
							   PATTERN_MAX_DIM)));
	if (!PatternEncode(vector->x, vector->dim, code, squares))
		ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION),
						errmsg("elements of a pattern must be multiples of 1/%d between -%g and %g",
							   PATTERN_STEPS,
							   (double) PATTERN_MAX_CODE / PATTERN_STEPS,
							   (double) PATTERN_MAX_CODE / PATTERN_STEPS)));
}

static void
CheckArguments(FunctionCallInfo fcinfo, int first, int last)
{
	for (int i = first; i <= last; i++)
		if (PG_ARGISNULL(i))
			ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
							errmsg("argument %d must not be null", i)));
}

/*
 * state, id, place, ts, known_at, known_until, features: a row without
 * features is left out.
 */
Datum
pattern_block_step(PG_FUNCTION_ARGS)
{
	MemoryContext context = AggregateContext(fcinfo);
	BlockState *state =
	PG_ARGISNULL(0) ? NULL : (BlockState *) PG_GETARG_POINTER(0);
	PatternEntry entry = {0};
	int8_t		code[PATTERN_MAX_DIM];
	Vector	   *features;
	char	   *place;

	if (PG_ARGISNULL(6))
	{
		if (state == NULL)
			PG_RETURN_NULL();
		PG_RETURN_POINTER(state);
	}
	CheckArguments(fcinfo, 1, 5);
	features = PG_GETARG_VECTOR_P(6);
	PatternEncodeVector(features, code, &entry.squares);
	entry.id = PG_GETARG_INT64(1);
	entry.place = PG_GETARG_INT32(2);
	entry.ts = PG_GETARG_TIMESTAMPTZ(3);
	entry.known_at = PG_GETARG_TIMESTAMPTZ(4);
	entry.known_until = PG_GETARG_TIMESTAMPTZ(5);
	if (state == NULL)
	{
		state = MemoryContextAllocZero(context, sizeof(BlockState));
		state->dim = features->dim;
	}
	if (features->dim != state->dim)
		ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION),
						errmsg("different vector dimensions %d and %d",
							   state->dim, features->dim)));
	if (state->count == PATTERN_MAX_ENTRIES)
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
						errmsg("a block cannot have more than %d patterns",
							   PATTERN_MAX_ENTRIES)));
	if (state->count == state->room)
	{
		char	   *larger;

		state->room = state->room > 0 ? 2 * state->room : 128;
		larger = MemoryContextAlloc(context, state->room * PATTERN_ENTRY_SIZE(state->dim));
		if (state->count > 0)
		{
			memcpy(larger, state->entries, state->count * PATTERN_ENTRY_SIZE(state->dim));
			pfree(state->entries);
		}
		state->entries = larger;
	}
	place = state->entries + state->count++ * PATTERN_ENTRY_SIZE(state->dim);
	memcpy(place, &entry, sizeof(entry));
	memcpy(place + sizeof(entry), code, state->dim);
	PG_RETURN_POINTER(state);
}

Datum
pattern_block_value(PG_FUNCTION_ARGS)
{
	const BlockState *state;
	Size		size;
	bytea	   *block;

	AggregateContext(fcinfo);
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	state = (const BlockState *) PG_GETARG_POINTER(0);
	size = VARHDRSZ + PATTERN_BLOCK_SIZE(state->dim, state->count);
	block = palloc(size);
	SET_VARSIZE(block, size);
	PatternWrite(state->entries, state->dim, state->count, VARDATA(block));
	PG_RETURN_BYTEA_P(block);
}

/*
 * Arguments 3 to 11: query, as_of, before, after, min_similarity, k, gap,
 * own group, own place. They are those of the first row.
 */
static NearestState *
StartNearest(FunctionCallInfo fcinfo, MemoryContext context)
{
	NearestState *state =
	MemoryContextAllocZero(context, sizeof(NearestState));
	Vector	   *vector;

	CheckArguments(fcinfo, 3, 11);
	vector = PG_GETARG_VECTOR_P(3);
	state->query.dim = vector->dim;
	PatternEncodeVector(vector, state->query.code, &state->query.squares);
	state->query.as_of = PG_GETARG_TIMESTAMPTZ(4);
	state->query.before = PG_GETARG_TIMESTAMPTZ(5);
	state->query.after = PG_GETARG_TIMESTAMPTZ(6);
	state->query.min_similarity = PG_GETARG_FLOAT8(7);
	state->k = PG_GETARG_INT32(8);
	state->gap = PG_GETARG_INT32(9);
	state->own_group = PG_GETARG_INT32(10);
	state->own_place = PG_GETARG_INT32(11);
	if (state->k < 1 || state->gap < 0 || isnan(state->query.min_similarity))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("k must be positive, gap not negative, and min_similarity a number")));
	state->needed = PatternNeeded(state->k, state->gap);
	return state;
}

PatternBlock
PatternOpenBlock(const bytea * data, int dim)
{
	PatternBlock block;

	if (!PatternOpen(VARDATA_ANY(data), VARSIZE_ANY_EXHDR(data), &block))
		ereport(ERROR, (errcode(ERRCODE_DATA_CORRUPTED),
						errmsg("a block of patterns has a wrong length")));
	if (block.dim != dim)
		ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION),
						errmsg("different vector dimensions %d and %d",
							   block.dim, dim)));
	return block;
}

void
PatternPrefetch(const char *place, Size size)
{
	for (Size offset = 0; offset < size; offset += PG_CACHE_LINE_SIZE / 2)
		__builtin_prefetch(place + offset);
}

static void
MakeRoom(NearestState *state, int more)
{
	if (state->count + more <= state->room)
		return;
	if (state->count > MAX_MATCHES)
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
						errmsg("more than %d patterns are alike", MAX_MATCHES),
						errhint("Raise min_similarity.")));
	state->room = Max(2 * state->room, state->count + more + 1024);
	if (state->match == NULL)
		state->match = palloc(state->room * sizeof(PatternMatch));
	else
		state->match = repalloc_huge(state->match, (Size) state->room * sizeof(PatternMatch));
}

/*
 * Throws away what cannot be among the best any more. From then on whatever
 * is less like the query than the last one kept need not be looked at.
 */
static void
KeepNeeded(NearestState *state)
{
	if (state->count < state->needed + MATCHES_AT_ONCE)
		return;
	state->count = PatternKeep(state->match, state->count, state->needed);
	state->query.min_similarity = state->match[state->count - 1].similarity;
}

/*
 * state, block, group, and the query.
 */
Datum
pattern_nearest_step(PG_FUNCTION_ARGS)
{
	MemoryContext context = AggregateContext(fcinfo);
	MemoryContext old;
	NearestState *state = PG_ARGISNULL(0) ? StartNearest(fcinfo, context) :
	(NearestState *) PG_GETARG_POINTER(0);
	PatternBlock block;

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		PG_RETURN_POINTER(state);
	block = PatternOpenBlock(PG_GETARG_BYTEA_PP(1), state->query.dim);
	PatternPrefetch(block.squares, (Size) block.count * (block.dim + sizeof(int32_t)));
	old = MemoryContextSwitchTo(context);
	MakeRoom(state, block.count);
	MemoryContextSwitchTo(old);
	state->count += PatternScan(&state->query, &block, PG_GETARG_INT32(2),
								state->match + state->count);
	KeepNeeded(state);
	PG_RETURN_POINTER(state);
}

/*
 * An array of pattern_match, the nearest first.
 */
Datum
pattern_nearest_value(PG_FUNCTION_ARGS)
{
	NearestState *state;
	PatternMatch *best;
	Datum	   *row;
	Oid			type;
	TupleDesc	desc;
	int			found;

	AggregateContext(fcinfo);
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	state = (NearestState *) PG_GETARG_POINTER(0);
	type = get_element_type(get_fn_expr_rettype(fcinfo->flinfo));
	if (!OidIsValid(type))
		elog(ERROR, "pattern_nearest must return an array");
	desc = lookup_rowtype_tupdesc(type, -1);
	found = Min(state->k, state->count);
	best = MemoryContextAllocHuge(CurrentMemoryContext,
								  Max(found, 1) * sizeof(PatternMatch));
	found = PatternThin(state->match, state->count, found, state->gap,
						state->own_group, state->own_place, best);
	/* The heap is used up: a value may be asked for once */
	state->count = 0;
	row = palloc(Max(found, 1) * sizeof(Datum));
	for (int i = 0; i < found; i++)
	{
		Datum		value[] = {
			Int64GetDatum(best[i].id), Int32GetDatum(best[i].group),
			Int32GetDatum(best[i].place), TimestampTzGetDatum(best[i].ts),
			Float8GetDatum(best[i].similarity)
		};
		bool		null[lengthof(value)] = {0};

		row[i] = HeapTupleGetDatum(heap_form_tuple(desc, value, null));
	}
	ReleaseTupleDesc(desc);
	PG_RETURN_ARRAYTYPE_P(construct_array(row, found, type, -1, false,
										  TYPALIGN_DOUBLE));
}

/*
 * How alike the nearest k are at least, whatever other blocks hold.
 */
Datum
pattern_floor_value(PG_FUNCTION_ARGS)
{
	NearestState *state;
	uint64_t   *cell;
	double		least;

	AggregateContext(fcinfo);
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	state = (NearestState *) PG_GETARG_POINTER(0);
	cell = palloc(Min(2 * ((Size) state->k + 1), (Size) state->count + 1) * sizeof(uint64_t));
	least = PatternFloor(state->match, state->count, state->k, state->gap,
						 state->query.min_similarity, cell);
	/* The heap is used up: a value may be asked for once */
	state->count = 0;
	PG_RETURN_FLOAT8(least);
}
