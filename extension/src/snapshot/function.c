/*-------------------------------------------------------------------------
 *
 * function.c
 *	  snapshot_states(): arrays of bars in, a row for each bar out.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "snapshot/snapshot.h"
#include "vector/vector.h"

PG_FUNCTION_INFO_V1(snapshot_states);

/* Columns of a row before the numbers, and after them */
#define COLUMNS_BEFORE	3
#define COLUMNS_AFTER	3
#define COLUMNS			(COLUMNS_BEFORE + SNAPSHOT_FIELDS + COLUMNS_AFTER)

static double *
Memory(int count)
{
	return MemoryContextAllocHuge(CurrentMemoryContext,
								  sizeof(double) * (Size) Max(count, 1));
}

/*
 * An argument's elements; a missing one is NaN, which only float8 has.
 */
static double *
ReadNumbers(FunctionCallInfo fcinfo, int place, int count)
{
	ArrayType  *array;
	Datum	   *element;
	bool	   *null;
	int			length;
	double	   *number;

	if (PG_ARGISNULL(place))
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
						errmsg("an array of numbers must not be null")));
	array = PG_GETARG_ARRAYTYPE_P(place);
	deconstruct_array(array, FLOAT8OID, sizeof(float8), FLOAT8PASSBYVAL,
					  TYPALIGN_DOUBLE, &element, &null, &length);
	if (length != count)
		ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
						errmsg("arrays of one series must be of one length")));
	number = Memory(count);
	for (int i = 0; i < count; i++)
		number[i] = null[i] ? NAN : DatumGetFloat8(element[i]);
	return number;
}

/*
 * Times, none missing.
 */
static int64_t *
ReadTimes(FunctionCallInfo fcinfo, int place, int *count)
{
	ArrayType  *array;

	if (PG_ARGISNULL(place))
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
						errmsg("an array of times must not be null")));
	array = PG_GETARG_ARRAYTYPE_P(place);
	if (ARR_NDIM(array) > 1 || array_contains_nulls(array))
		ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
						errmsg("times must be an array of one dimension without nulls")));
	*count = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
	return (int64_t *) ARR_DATA_PTR(array);
}

/*
 * The times at which a series' rows became known, as many as it has.
 */
static int64_t *
ReadKnown(FunctionCallInfo fcinfo, int place, int count)
{
	int			length;
	int64_t    *known_at = ReadTimes(fcinfo, place, &length);

	if (length != count)
		ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
						errmsg("arrays of one series must be of one length")));
	return known_at;
}

static void
CheckOrder(const int64_t *ts, int count)
{
	for (int i = 1; i < count; i++)
		if (ts[i] <= ts[i - 1])
			ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION),
							errmsg("times of a series must rise")));
}

/* Three arguments: times, when they became known, closes */
static SnapshotOther
ReadOther(FunctionCallInfo fcinfo, int place)
{
	SnapshotOther other;

	other.ts = ReadTimes(fcinfo, place, &other.count);
	CheckOrder(other.ts, other.count);
	other.known_at = ReadKnown(fcinfo, place + 1, other.count);
	other.close = ReadNumbers(fcinfo, place + 2, other.count);
	return other;
}

static SnapshotBars
ReadBars(FunctionCallInfo fcinfo)
{
	SnapshotBars bars;

	bars.ts = ReadTimes(fcinfo, 0, &bars.count);
	CheckOrder(bars.ts, bars.count);
	bars.known_at = ReadKnown(fcinfo, 1, bars.count);
	bars.open = ReadNumbers(fcinfo, 2, bars.count);
	bars.high = ReadNumbers(fcinfo, 3, bars.count);
	bars.low = ReadNumbers(fcinfo, 4, bars.count);
	bars.close = ReadNumbers(fcinfo, 5, bars.count);
	bars.volume = ReadNumbers(fcinfo, 6, bars.count);
	bars.benchmark = ReadOther(fcinfo, 7);
	bars.btc = ReadOther(fcinfo, 10);
	bars.vix = ReadOther(fcinfo, 13);
	bars.periods = PG_ARGISNULL(16) ? NAN : PG_GETARG_FLOAT8(16);
	if (!(bars.periods > 0 && isfinite(bars.periods)))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("number of periods a year must be positive")));
	return bars;
}

static void
PutText(Datum *value, bool *null, int known, const Datum *word)
{
	*null = known == 0;
	*value = word[known];
}

/*
 * One bar's row; known_at is that of all the bars up to here.
 */
static void
PutRow(ReturnSetInfo *result, double *const *field, const SnapshotBars *bars,
	   int row, int64_t known_at, Vector *features, const Datum *trend,
	   const Datum *volatility)
{
	Datum		value[COLUMNS];
	bool		null[COLUMNS] = {0};
	int			last = COLUMNS_BEFORE + SNAPSHOT_FIELDS;

	value[0] = Int32GetDatum(row + 1);
	value[1] = TimestampTzGetDatum(bars->ts[row]);
	value[2] = TimestampTzGetDatum(known_at);
	for (int k = 0; k < SNAPSHOT_FIELDS; k++)
	{
		double		number = field[k][row];
		bool		whole = k == SNAPSHOT_STREAK || k == SNAPSHOT_DAYS_SINCE_HIGH;

		null[COLUMNS_BEFORE + k] = isnan(number);
		value[COLUMNS_BEFORE + k] = isnan(number) ? (Datum) 0 :
			whole ? Int32GetDatum((int32) number) : Float8GetDatum(number);
	}
	PutText(&value[last], &null[last], SnapshotTrendOf(field, row), trend);
	PutText(&value[last + 1], &null[last + 1],
			SnapshotVolatilityOf(field, row), volatility);
	null[last + 2] = !SnapshotFeaturesOf(field, row, bars->periods, features->x);
	value[last + 2] = PointerGetDatum(features);
	tuplestore_putvalues(result->setResult, result->setDesc, value, null);
}

Datum
snapshot_states(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	SnapshotBars bars;
	double	   *field[SNAPSHOT_FIELDS];
	Vector	   *features = VectorAllocate(SNAPSHOT_FEATURES);
	int64_t		from_ts = PG_ARGISNULL(17) ? PG_INT64_MIN : PG_GETARG_INT64(17);
	int64_t		known_at = PG_INT64_MIN;
	Datum		trend[] = {
		0, CStringGetTextDatum("up"), CStringGetTextDatum("down"),
		CStringGetTextDatum("sideways")
	};
	Datum		volatility[] = {
		0, CStringGetTextDatum("calm"), CStringGetTextDatum("normal"),
		CStringGetTextDatum("stressed")
	};

	InitMaterializedSRF(fcinfo, 0);
	Assert(result->setDesc->natts == COLUMNS);
	bars = ReadBars(fcinfo);
	SnapshotComputeFields(&bars, Memory, field);
	for (int i = 0; i < bars.count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		/* Averages remember all: a late bar makes all that follows late */
		known_at = Max(known_at, bars.known_at[i]);
		if (bars.ts[i] >= from_ts)
			PutRow(result, field, &bars, i, known_at, features, trend,
				   volatility);
	}
	return (Datum) 0;
}
