/*-------------------------------------------------------------------------
 *
 * fields.c
 *	  The numbers of a state that its own bars give, column by column.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>
#include <string.h>

#include "series/series.h"
#include "snapshot/snapshot.h"

#define MONTH			20		/* bars */
#define QUARTER			60
#define YEAR			252

/* Of 20 volumes, how many must be there */
#define VOLUMES_LEAST	15

/* Bars after which a year's volatility and a quarter's shape are told */
#define SHAPE_LEAST		60

/*
 * Runs an indicator over the rows, as its window aggregate does: a row with a
 * missing input changes nothing, and has the value of the row before it.
 */
static void
RunKind(const SeriesKind *kind, const double *parameter, int count,
		const double *const *input, SnapshotMemory memory, double **result)
{
	size_t		size = kind->size(kind, parameter);
	void	   *state = memory((int) (size / sizeof(double)) + 1);
	double		row[SERIES_MAX_INPUTS];
	double		value[SERIES_MAX_RESULTS];

	memset(state, 0, size);
	kind->start(kind, state, parameter);
	for (int i = 0; i < count; i++)
	{
		bool		complete = true;
		unsigned	known;

		for (int k = 0; k < kind->inputs; k++)
		{
			row[k] = input[k][i];
			complete &= isfinite(row[k]) != 0;
		}
		if (complete)
			kind->step(kind, state, row);
		known = kind->value(kind, state, value);
		for (int k = 0; k < kind->results; k++)
			if (result[k] != NULL)
				result[k][i] = known >> k & 1 ? value[k] : NAN;
	}
}

/*
 * The same of one number a row with one period.
 */
static void
RunPeriod(const SeriesKind *kind, double n, int count, const double *input,
		  SnapshotMemory memory, double *result)
{
	double		parameter[SERIES_MAX_PARAMETERS] = {n, 1};

	RunKind(kind, parameter, count, &input, memory, &result);
}

static void
ComputeReturns(const SnapshotBars *bars, double **field)
{
	static const int horizon[] = {1, 5, 20, 60};

	for (int h = 0; h < 4; h++)
		for (int i = 0; i < bars->count; i++)
			field[SNAPSHOT_RETURN_1 + h][i] = i >= horizon[h]
				? bars->close[i] / bars->close[i - horizon[h]] - 1 : NAN;
	for (int i = 0; i < bars->count; i++)
	{
		field[SNAPSHOT_GAP][i] =
			i > 0 ? bars->open[i] / bars->close[i - 1] - 1 : NAN;
		field[SNAPSHOT_RANGE_FRACTION][i] =
			(bars->high[i] - bars->low[i]) / bars->close[i];
	}
}

static int
Sign(double x)
{
	return (x > 0) - (x < 0);
}

/*
 * Bars in a row with the same sign of the return; a run of no change is 0.
 */
static void
ComputeStreak(int count, const double *log_return, double *streak)
{
	int			run = 0;

	for (int i = 0; i < count; i++)
	{
		if (i < 2 || Sign(log_return[i]) != Sign(log_return[i - 1]))
			run = 0;
		run++;
		streak[i] = i > 0 ? Sign(log_return[i]) * run : NAN;
	}
}

static void
ComputeMomentum(const SnapshotBars *bars, SnapshotMemory memory,
				double **field)
{
	static const int period[] = {9, 20, 50, 200};
	static const double macd[] = {12, 26, 9};
	int			count = bars->count;

	RunPeriod(&series_rsi, 7, count, bars->close, memory,
			  field[SNAPSHOT_RSI_7]);
	RunPeriod(&series_rsi, 14, count, bars->close, memory,
			  field[SNAPSHOT_RSI_14]);
	for (int k = 0; k < 4; k++)
	{
		double	   *distance = field[SNAPSHOT_EMA_9_DISTANCE + k];

		RunPeriod(&series_ema, period[k], count, bars->close, memory,
				  distance);
		for (int i = 0; i < count; i++)
			distance[i] = bars->close[i] / distance[i] - 1;
	}
	RunKind(&series_macd, macd, count, &bars->close, memory,
			&field[SNAPSHOT_MACD]);
	for (int k = 0; k < 3; k++)
		for (int i = 0; i < count; i++)
			field[SNAPSHOT_MACD + k][i] /= bars->close[i];
}

/*
 * What needs high and low is not told of a row that has none.
 */
static void
ComputeRanges(const SnapshotBars *bars, SnapshotMemory memory, double **field)
{
	const double *input[] = {bars->high, bars->low, bars->close};
	const double period[] = {14};
	const double stochastic[] = {14, 3};
	int			count = bars->count;
	double	   *ignored[] = {NULL, field[SNAPSHOT_STOCHASTIC_K]};

	RunKind(&series_adx, period, count, input, memory,
			&field[SNAPSHOT_ADX_14]);
	RunKind(&series_atr, period, count, input, memory,
			&field[SNAPSHOT_ATR_FRACTION]);
	/* The mean of 3 fast %K is the slow one */
	RunKind(&series_stochastic, stochastic, count, input, memory, ignored);
	RunPeriod(&series_sma, 3, count, field[SNAPSHOT_STOCHASTIC_K], memory,
			  field[SNAPSHOT_STOCHASTIC_D]);
	for (int i = 0; i < count; i++)
	{
		field[SNAPSHOT_ATR_FRACTION][i] /= bars->close[i];
		if (isnan(bars->high[i]))
			field[SNAPSHOT_ADX_14][i] = field[SNAPSHOT_ATR_FRACTION][i] =
				field[SNAPSHOT_STOCHASTIC_K][i] =
				field[SNAPSHOT_STOCHASTIC_D][i] = NAN;
	}
}

static void
ComputeBands(const SnapshotBars *bars, SnapshotMemory memory, double **field)
{
	static const double parameter[] = {MONTH, 2};
	int			count = bars->count;
	double	   *band[] = {memory(count), memory(count), memory(count)};

	RunKind(&series_bollinger, parameter, count, &bars->close, memory, band);
	for (int i = 0; i < count; i++)
	{
		double		width = band[0][i] - band[2][i];

		field[SNAPSHOT_BOLLINGER_POSITION][i] =
			width != 0 ? (bars->close[i] - band[2][i]) / width : NAN;
		field[SNAPSHOT_BOLLINGER_WIDTH][i] = width / band[1][i];
	}
}

/*
 * The highest close of a year, the later of equal ones: those that a later
 * close has reached cannot be it any more, so that the rest falls from front
 * to end.
 */
static void
ComputeHigh(const SnapshotBars *bars, SnapshotMemory memory, double **field)
{
	int		   *queue = (int *) memory(bars->count);
	int			front = 0;
	int			end = 0;

	for (int i = 0; i < bars->count; i++)
	{
		while (end > front && bars->close[queue[end - 1]] <= bars->close[i])
			end--;
		queue[end++] = i;
		if (queue[front] <= i - YEAR)
			front++;
		field[SNAPSHOT_DRAWDOWN_252][i] = i + 1 >= MONTH
			? bars->close[i] / bars->close[queue[front]] - 1 : NAN;
		field[SNAPSHOT_DAYS_SINCE_HIGH][i] =
			i + 1 >= MONTH ? i - queue[front] : NAN;
	}
}

/*
 * Sample deviation of the last n returns, a year; the first bar has none.
 */
static void
ComputeDeviation(int count, const double *log_return, int n, double periods,
				 double *result)
{
	for (int i = 0; i < count; i++)
		result[i] = i >= n
			? sqrt(SnapshotVariance(log_return + i + 1 - n, n) * periods) : NAN;
}

/*
 * Parkinson (1980), as series_parkinson_vol: a row without a range is passed
 * over, so the last n ranges are kept side by side.
 */
static void
ComputeParkinson(const SnapshotBars *bars, SnapshotMemory memory, int n,
				 double *result)
{
	double	   *square = memory(bars->count);
	int			known = 0;

	for (int i = 0; i < bars->count; i++)
	{
		double		range = log(bars->high[i] / bars->low[i]);

		result[i] = NAN;
		if (isnan(range))
			continue;
		square[known++] = range * range;
		if (known >= n)
			result[i] = sqrt(SnapshotSum(square + known - n, n) / n /
							 (4 * M_LN2) * bars->periods);
	}
}

static void
ComputeVolatility(const SnapshotBars *bars, const double *log_return,
				  SnapshotMemory memory, double **field)
{
	static const int period[] = {5, MONTH, QUARTER};
	int			count = bars->count;
	double	   *year = field[SNAPSHOT_REALISED_VOL_252];

	for (int k = 0; k < 3; k++)
		ComputeDeviation(count, log_return, period[k], bars->periods,
						 field[SNAPSHOT_REALISED_VOL_5 + k]);
	for (int i = 0; i < count; i++)
	{
		double		quarter = field[SNAPSHOT_REALISED_VOL_60][i];
		int			n = i < YEAR ? i : YEAR;

		field[SNAPSHOT_VOL_RATIO][i] =
			quarter != 0 ? field[SNAPSHOT_REALISED_VOL_5][i] / quarter : NAN;
		year[i] = i >= SHAPE_LEAST
			? sqrt(SnapshotVariance(log_return + i + 1 - n, n) * bars->periods)
			: NAN;
	}
	ComputeParkinson(bars, memory, MONTH, field[SNAPSHOT_PARKINSON_VOL_20]);
	ComputeParkinson(bars, memory, QUARTER, field[SNAPSHOT_PARKINSON_VOL_60]);
}

/*
 * Population skewness and excess kurtosis of a quarter's returns.
 */
static void
ComputeShape(int count, const double *log_return, double **field)
{
	for (int i = 0; i < count; i++)
	{
		const double *x = log_return + i + 1 - QUARTER;
		double		power[3][4] = {{0}};
		double		moment[3];
		double		mean;

		field[SNAPSHOT_SKEW_60][i] = field[SNAPSHOT_KURTOSIS_60][i] = NAN;
		if (i < SHAPE_LEAST)
			continue;
		mean = SnapshotSum(x, QUARTER) / QUARTER;
		for (int k = 0; k < QUARTER; k += 4)
			for (int part = 0; part < 4; part++)
			{
				double		deviation = x[k + part] - mean;
				double		square = deviation * deviation;

				power[0][part] += square;
				power[1][part] += square * deviation;
				power[2][part] += square * square;
			}
		for (int k = 0; k < 3; k++)
			moment[k] = ((power[k][0] + power[k][1]) +
						 (power[k][2] + power[k][3])) / QUARTER;
		if (moment[0] == 0)
			continue;
		field[SNAPSHOT_SKEW_60][i] = moment[1] / (moment[0] * sqrt(moment[0]));
		field[SNAPSHOT_KURTOSIS_60][i] = moment[2] / (moment[0] * moment[0]) - 3;
	}
}

/*
 * The volume against the 20 before it, in logarithms.
 */
static double
VolumeScore(const double *logarithm, int i)
{
	int			n = i < MONTH ? i : MONTH;
	const double *before = logarithm + i - n;
	double		sum;
	double		mean;
	double		squares = 0;
	int			known = SnapshotSumKnown(before, n, &sum);

	if (known < VOLUMES_LEAST)
		return NAN;
	mean = sum / known;
	for (int k = 0; k < n; k++)
		if (!isnan(before[k]))
			squares += (before[k] - mean) * (before[k] - mean);
	return squares > 0
		? (logarithm[i] - mean) / sqrt(squares / (known - 1)) : NAN;
}

/* What a bar traded, in several forms; missing where it did not */
typedef struct Traded
{
	double	   *logarithm;
	double	   *volume;			/* with the sign of the return */
	double	   *turnover;
	double	   *priced;			/* volume where there is a range */
} Traded;

static Traded
TradedOf(const SnapshotBars *bars, const double *log_return,
		 SnapshotMemory memory)
{
	int			count = bars->count;
	Traded		traded = {
		memory(count), memory(count), memory(count), memory(count)
	};

	for (int i = 0; i < count; i++)
	{
		double		volume = bars->volume[i];

		traded.logarithm[i] = log(volume);
		traded.volume[i] =
			isnan(log_return[i]) ? NAN : Sign(log_return[i]) * volume;
		traded.turnover[i] =
			volume * (bars->high[i] + bars->low[i] + bars->close[i]) / 3;
		traded.priced[i] = isnan(bars->high[i]) ? NAN : volume;
	}
	return traded;
}

static void
ComputeVolume(const SnapshotBars *bars, const double *log_return,
			  SnapshotMemory memory, double **field)
{
	Traded		traded = TradedOf(bars, log_return, memory);

	for (int i = 0; i < bars->count; i++)
	{
		int			first = i + 1 - MONTH;
		double		volume;
		double		signed_volume;
		double		turnover;
		double		priced;
		bool		enough;

		field[SNAPSHOT_VOLUME][i] = bars->volume[i];
		field[SNAPSHOT_VOLUME_ZSCORE][i] = VolumeScore(traded.logarithm, i);
		field[SNAPSHOT_OBV_SLOPE][i] = field[SNAPSHOT_VWAP_DISTANCE][i] = NAN;
		if (first < 0)
			continue;
		enough = SnapshotSumKnown(bars->volume + first, MONTH, &volume) >=
			VOLUMES_LEAST;
		/* From bar 21 on all of the frame have a return */
		if (enough && first > 0 &&
			SnapshotSumKnown(traded.volume + first, MONTH, &signed_volume) > 0)
			field[SNAPSHOT_OBV_SLOPE][i] = signed_volume / volume;
		if (enough &&
			SnapshotSumKnown(traded.turnover + first, MONTH, &turnover) > 0 &&
			SnapshotSumKnown(traded.priced + first, MONTH, &priced) > 0)
			field[SNAPSHOT_VWAP_DISTANCE][i] =
				bars->close[i] / (turnover / priced) - 1;
	}
}

static double *
Logarithms(int count, const double *x, SnapshotMemory memory)
{
	double	   *result = memory(count);

	for (int i = 0; i < count; i++)
		result[i] = log(x[i]);
	return result;
}

/*
 * Fills every column; field[k] is given memory here.
 */
void
SnapshotComputeFields(const SnapshotBars *bars, SnapshotMemory memory,
					  double **field)
{
	int			count = bars->count;
	double	   *log_return = memory(count);

	for (int k = 0; k < SNAPSHOT_FIELDS; k++)
		field[k] = memory(count);
	for (int i = 0; i < count; i++)
		log_return[i] = i > 0 ? log(bars->close[i] / bars->close[i - 1]) : NAN;
	ComputeReturns(bars, field);
	ComputeStreak(count, log_return, field[SNAPSHOT_STREAK]);
	ComputeMomentum(bars, memory, field);
	ComputeRanges(bars, memory, field);
	ComputeBands(bars, memory, field);
	ComputeHigh(bars, memory, field);
	ComputeVolatility(bars, log_return, memory, field);
	ComputeShape(count, log_return, field);
	RunPeriod(&series_hurst, 100, count,
			  Logarithms(count, bars->close, memory), memory,
			  field[SNAPSHOT_HURST_100]);
	ComputeVolume(bars, log_return, memory, field);
	SnapshotComputeMarket(bars, log_return, memory, field);
}
