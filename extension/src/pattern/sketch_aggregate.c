/*-------------------------------------------------------------------------
 *
 * sketch_aggregate.c
 *	  pattern_basis() finds the axes along which vectors differ most,
 *	  pattern_sketch() writes what blocks look like along them, and
 *	  pattern_candidates() says from many sketches how alike each block can
 *	  be to a query at most.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/timestamp.h"

#include "pattern/aggregate.h"

PG_FUNCTION_INFO_V1(pattern_basis_step);
PG_FUNCTION_INFO_V1(pattern_basis_value);
PG_FUNCTION_INFO_V1(pattern_sketch_step);
PG_FUNCTION_INFO_V1(pattern_sketch_value);
PG_FUNCTION_INFO_V1(pattern_candidates_step);
PG_FUNCTION_INFO_V1(pattern_candidates_value);

/* Steps to which bounds are rounded up, so that sorting them is counting */
#define BOUND_STEPS		32768

/* Bounds lie between -1 and this, with room for rounding */
#define BOUND_MOST		1.001

typedef struct BasisState
{
	int			dim;
	int			axes;
	int			count;
	int			room;
	float	   *sample;
	double	   *moment;
} BasisState;

typedef struct SketchState
{
	PatternBasis basis;
	int			blocks;
	int			room;
	PatternSketchBlock *about;
	char	  **body;
} SketchState;

/* A block that may hold something alike */
typedef struct Candidate
{
	int			group;
	int			block;
	int			step;			/* its bound */
} Candidate;

typedef struct CandidatesState
{
	int			basis_id;
	bool		has_basis;
	PatternView view;
	TimestampTz as_of;
	TimestampTz before;
	TimestampTz after;
	double		least;
	int			count;
	int			room;
	Candidate  *candidate;
} CandidatesState;

static MemoryContext
AggregateContext(FunctionCallInfo fcinfo)
{
	MemoryContext context;

	if (!AggCheckCallContext(fcinfo, &context))
		elog(ERROR, "pattern function called outside of an aggregate");
	return context;
}

static void
CheckArguments(FunctionCallInfo fcinfo, int first, int last)
{
	for (int i = first; i <= last; i++)
		if (PG_ARGISNULL(i))
			ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
							errmsg("argument %d must not be null", i)));
}

static BasisState *
StartBasis(MemoryContext context, int dim, int axes)
{
	BasisState *state = MemoryContextAllocZero(context, sizeof(BasisState));

	if (axes < 1 || axes > PATTERN_MAX_AXES)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("a basis has 1 to %d axes", PATTERN_MAX_AXES)));
	if (dim > PATTERN_MAX_DIM)
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
						errmsg("a pattern cannot have more than %d dimensions",
							   PATTERN_MAX_DIM)));
	state->dim = dim;
	state->axes = Min(axes, dim);
	state->room = 256;
	state->sample = MemoryContextAlloc(context, (Size) state->room * dim * sizeof(float));
	state->moment = MemoryContextAllocZero(context, (Size) dim * dim * sizeof(double));
	return state;
}

/*
 * state, features, axes: a row without features or without a direction is
 * left out, and so are those that the sample has no room for.
 */
Datum
pattern_basis_step(PG_FUNCTION_ARGS)
{
	MemoryContext context = AggregateContext(fcinfo);
	BasisState *state = PG_ARGISNULL(0) ? NULL : (BasisState *) PG_GETARG_POINTER(0);
	Vector	   *features;
	double		squares = 0;
	float	   *x;

	if (PG_ARGISNULL(1) || (state != NULL && state->count == PATTERN_MAX_SAMPLE))
	{
		if (state == NULL)
			PG_RETURN_NULL();
		PG_RETURN_POINTER(state);
	}
	CheckArguments(fcinfo, 2, 2);
	features = PG_GETARG_VECTOR_P(1);
	if (state == NULL)
		state = StartBasis(context, features->dim, PG_GETARG_INT32(2));
	if (features->dim != state->dim)
		ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION),
						errmsg("different vector dimensions %d and %d",
							   state->dim, features->dim)));
	for (int i = 0; i < state->dim; i++)
		squares += (double) features->x[i] * features->x[i];
	if (squares == 0)
		PG_RETURN_POINTER(state);
	if (state->count == state->room)
	{
		state->room *= 2;
		state->sample = repalloc(state->sample, (Size) state->room * state->dim * sizeof(float));
	}
	x = state->sample + (Size) state->count++ * state->dim;
	for (int i = 0; i < state->dim; i++)
		x[i] = features->x[i] / sqrt(squares);
	PatternAddMoment(x, state->dim, state->moment);
	PG_RETURN_POINTER(state);
}

Datum
pattern_basis_value(PG_FUNCTION_ARGS)
{
	const BasisState *state;
	Size		size;
	bytea	   *basis;

	AggregateContext(fcinfo);
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	state = (const BasisState *) PG_GETARG_POINTER(0);
	if (state->count == 0)
		PG_RETURN_NULL();
	size = VARHDRSZ + PATTERN_BASIS_SIZE(state->dim, state->axes);
	basis = palloc(size);
	SET_VARSIZE(basis, size);
	PatternBasisWrite(state->sample, state->count, state->dim, state->axes, state->moment,
					  palloc(2 * (Size) state->axes * state->dim * sizeof(double)),
					  VARDATA(basis));
	PG_RETURN_BYTEA_P(basis);
}

/*
 * The value must be aligned, so not packed.
 */
static PatternBasis
OpenBasis(const bytea * data)
{
	PatternBasis basis;

	if (!PatternBasisOpen(VARDATA(data), VARSIZE(data) - VARHDRSZ, &basis))
		ereport(ERROR, (errcode(ERRCODE_DATA_CORRUPTED),
						errmsg("a basis of patterns has a wrong length")));
	return basis;
}

/*
 * state, block, entries, basis: the basis is that of the first row, and lives
 * as long as the state.
 */
Datum
pattern_sketch_step(PG_FUNCTION_ARGS)
{
	MemoryContext context = AggregateContext(fcinfo);
	MemoryContext old;
	SketchState *state = PG_ARGISNULL(0) ? NULL : (SketchState *) PG_GETARG_POINTER(0);
	PatternSketchBlock *about;
	PatternBlock block;

	if (PG_ARGISNULL(2))
	{
		if (state == NULL)
			PG_RETURN_NULL();
		PG_RETURN_POINTER(state);
	}
	CheckArguments(fcinfo, 1, 3);
	old = MemoryContextSwitchTo(context);
	if (state == NULL)
	{
		state = palloc0(sizeof(SketchState));
		state->basis = OpenBasis(PG_GETARG_BYTEA_P_COPY(3));
		state->room = 8;
		state->about = palloc(state->room * sizeof(PatternSketchBlock));
		state->body = palloc(state->room * sizeof(char *));
	}
	if (state->blocks == state->room)
	{
		state->room *= 2;
		state->about = repalloc(state->about, state->room * sizeof(PatternSketchBlock));
		state->body = repalloc(state->body, state->room * sizeof(char *));
	}
	block = PatternOpenBlock(PG_GETARG_BYTEA_PP(2), state->basis.dim);
	if (block.count > 0)
	{
		about = &state->about[state->blocks];
		memset(about, 0, sizeof(*about));
		about->block = PG_GETARG_INT32(1);
		state->body[state->blocks] = palloc(PATTERN_SKETCH_SIZE(state->basis.axes, block.count));
		PatternSketchWrite(&state->basis, &block, about, state->body[state->blocks++]);
	}
	MemoryContextSwitchTo(old);
	PG_RETURN_POINTER(state);
}

Datum
pattern_sketch_value(PG_FUNCTION_ARGS)
{
	const SketchState *state;
	PatternSketchHeader header;
	Size		size = VARHDRSZ + sizeof(header);
	bytea	   *sketch;
	char	   *place;

	AggregateContext(fcinfo);
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	state = (const SketchState *) PG_GETARG_POINTER(0);
	for (int i = 0; i < state->blocks; i++)
		size += sizeof(PatternSketchBlock) +
			PATTERN_SKETCH_SIZE(state->basis.axes, state->about[i].count);
	header.axes = state->basis.axes;
	header.blocks = state->blocks;
	sketch = palloc(size);
	SET_VARSIZE(sketch, size);
	place = VARDATA(sketch);
	memcpy(place, &header, sizeof(header));
	place += sizeof(header);
	memcpy(place, state->about, header.blocks * sizeof(PatternSketchBlock));
	place += header.blocks * sizeof(PatternSketchBlock);
	for (int i = 0; i < state->blocks; i++)
	{
		Size		length = PATTERN_SKETCH_SIZE(header.axes, state->about[i].count);

		memcpy(place, state->body[i], length);
		place += length;
	}
	PG_RETURN_BYTEA_P(sketch);
}

/*
 * Arguments 5 to 9: query, as_of, before, after, min_similarity. They are
 * those of the first row.
 */
static CandidatesState *
StartCandidates(FunctionCallInfo fcinfo, MemoryContext context)
{
	CandidatesState *state = MemoryContextAllocZero(context, sizeof(CandidatesState));

	CheckArguments(fcinfo, 5, 9);
	state->as_of = PG_GETARG_TIMESTAMPTZ(6);
	state->before = PG_GETARG_TIMESTAMPTZ(7);
	state->after = PG_GETARG_TIMESTAMPTZ(8);
	state->least = PG_GETARG_FLOAT8(9);
	if (isnan(state->least))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("min_similarity must be a number")));
	state->room = 1024;
	state->candidate = MemoryContextAlloc(context, state->room * sizeof(Candidate));
	return state;
}

/*
 * The query along the axes of another basis than before
 */
static void
Look(CandidatesState *state, int basis_id, const bytea * data, const Vector *query)
{
	PatternBasis basis = OpenBasis(data);
	int8_t		code[PATTERN_MAX_DIM];
	int32_t		squares;

	if (basis.dim != query->dim)
		ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION),
						errmsg("different vector dimensions %d and %d",
							   basis.dim, query->dim)));
	PatternEncodeVector(query, code, &squares);
	PatternLook(&basis, code, squares, &state->view);
	state->basis_id = basis_id;
	state->has_basis = true;
}

static void
AddCandidate(CandidatesState *state, int group, int block, double bound)
{
	Candidate  *candidate;

	if (state->count == state->room)
	{
		state->room *= 2;
		state->candidate = repalloc_huge(state->candidate, (Size) state->room * sizeof(Candidate));
	}
	candidate = &state->candidate[state->count++];
	candidate->group = group;
	candidate->block = block;
	candidate->step = (int) ceil((bound + 1) / (BOUND_MOST + 1) * (BOUND_STEPS - 1));
	candidate->step = Max(0, Min(candidate->step, BOUND_STEPS - 1));
}

static void
AddSketch(CandidatesState *state, int group, const bytea * data)
{
	const char *place = VARDATA_ANY(data);
	Size		left = VARSIZE_ANY_EXHDR(data);
	const char *body;
	PatternSketchHeader header;
	bool		is_whole = left >= sizeof(header);

	PatternPrefetch(place, left);
	if (is_whole)
	{
		memcpy(&header, place, sizeof(header));
		place += sizeof(header);
		left -= sizeof(header);
		is_whole = header.axes == state->view.axes && header.blocks >= 0 &&
			left / sizeof(PatternSketchBlock) >= header.blocks;
	}
	body = is_whole ? place + header.blocks * sizeof(PatternSketchBlock) : NULL;
	for (int i = 0; is_whole && i < header.blocks; i++, place += sizeof(PatternSketchBlock))
	{
		PatternSketchBlock about;
		Size		length;
		double		bound;

		memcpy(&about, place, sizeof(about));
		length = PATTERN_SKETCH_SIZE(header.axes, about.count);
		is_whole = about.count >= 0 && about.count <= PATTERN_FILLED(PATTERN_MAX_ENTRIES) &&
			body + length <= VARDATA_ANY(data) + VARSIZE_ANY_EXHDR(data);
		if (is_whole && about.first_ts < state->before && about.last_ts >= state->after &&
			about.first_known_at <= state->as_of && about.last_known_until > state->as_of)
		{
			bound = PatternBound(&state->view, &about, body, state->least);
			if (bound >= state->least)
				AddCandidate(state, group, about.block, bound);
		}
		body += length;
	}
	if (!is_whole)
		ereport(ERROR, (errcode(ERRCODE_DATA_CORRUPTED),
						errmsg("a sketch of patterns has a wrong length")));
}

/*
 * state, sketch, group, basis_id, basis, and the query. The basis is looked
 * at when its id is another than that of the row before.
 */
Datum
pattern_candidates_step(PG_FUNCTION_ARGS)
{
	MemoryContext context = AggregateContext(fcinfo);
	CandidatesState *state = PG_ARGISNULL(0) ? StartCandidates(fcinfo, context) :
	(CandidatesState *) PG_GETARG_POINTER(0);

	if (PG_ARGISNULL(1))
		PG_RETURN_POINTER(state);
	CheckArguments(fcinfo, 2, 5);
	if (!state->has_basis || state->basis_id != PG_GETARG_INT32(3))
		Look(state, PG_GETARG_INT32(3), PG_GETARG_BYTEA_P(4), PG_GETARG_VECTOR_P(5));
	AddSketch(state, PG_GETARG_INT32(2), PG_GETARG_BYTEA_PP(1));
	PG_RETURN_POINTER(state);
}

/*
 * Sorts by counting how many have each step (Knuth 5.2, algorithm D).
 */
static void
SortByBound(const CandidatesState *state, Datum *group, Datum *block, Datum *bound)
{
	int		   *place = palloc0((BOUND_STEPS + 1) * sizeof(int));

	for (int i = 0; i < state->count; i++)
		place[state->candidate[i].step + 1]++;
	for (int s = 0; s < BOUND_STEPS; s++)
		place[s + 1] += place[s];
	for (int i = 0; i < state->count; i++)
	{
		const Candidate *candidate = &state->candidate[i];
		int			own = place[candidate->step]++;

		group[own] = Int32GetDatum(candidate->group);
		block[own] = Int32GetDatum(candidate->block);
		bound[own] = Float8GetDatum(candidate->step * (BOUND_MOST + 1) / (BOUND_STEPS - 1) - 1);
	}
	pfree(place);
}

/*
 * Groups, blocks and bounds, those that can be most alike last.
 */
Datum
pattern_candidates_value(PG_FUNCTION_ARGS)
{
	const CandidatesState *state;
	TupleDesc	desc;
	Datum	   *column[3];
	Datum		value[3];
	bool		null[3] = {0};
	Size		size;

	AggregateContext(fcinfo);
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	state = (const CandidatesState *) PG_GETARG_POINTER(0);
	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "pattern_candidates must return a row");
	size = Max(state->count, 1) * sizeof(Datum);
	for (int c = 0; c < 3; c++)
		column[c] = MemoryContextAllocHuge(CurrentMemoryContext, size);
	SortByBound(state, column[0], column[1], column[2]);
	value[0] = PointerGetDatum(construct_array(column[0], state->count, INT4OID, sizeof(int32),
											   true, TYPALIGN_INT));
	value[1] = PointerGetDatum(construct_array(column[1], state->count, INT4OID, sizeof(int32),
											   true, TYPALIGN_INT));
	value[2] = PointerGetDatum(construct_array(column[2], state->count, FLOAT8OID, sizeof(float8),
											   FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), value, null)));
}
