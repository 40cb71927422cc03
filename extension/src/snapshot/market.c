/*-------------------------------------------------------------------------
 *
 * market.c
 *	  The others' part of a state: the benchmark, BTC and the volatility
 *	  index, as they were known at each bar.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>

#include "snapshot/snapshot.h"

#define QUARTER			60
#define YEAR			252
#define YEAR_LEAST		60

/* An old level is no level: four days cover a long weekend */
#define VIX_MAX_AGE		((int64_t) 5 * 86400 * 1000000)

/*
 * For each bar the place of the last row of the other that does not start
 * after it and was known when the bar was; -1 without one.
 */
void
SnapshotLastKnown(const SnapshotBars *bars, const SnapshotOther *other,
				  int *place)
{
	int			next = 0;

	for (int i = 0; i < bars->count; i++)
	{
		int			last;

		while (next < other->count && other->ts[next] <= bars->ts[i])
			next++;
		for (last = next - 1; last >= 0; last--)
			if (other->known_at[last] <= bars->known_at[i])
				break;
		place[i] = last;
	}
}

/* Returns of another series between the bars, if it moved */
typedef struct Steps
{
	double	   *close;
	double	   *step;
	int		   *run;			/* steps in a row up to here */
} Steps;

static Steps
StepsOf(const SnapshotBars *bars, const SnapshotOther *other,
		SnapshotMemory memory)
{
	int			count = bars->count;
	int		   *place = (int *) memory(count);
	Steps		steps;

	steps.close = memory(count);
	steps.step = memory(count);
	steps.run = (int *) memory(count);
	SnapshotLastKnown(bars, other, place);
	for (int i = 0; i < count; i++)
	{
		bool		moved = i > 0 && place[i - 1] >= 0 &&
		place[i] > place[i - 1];

		steps.close[i] = place[i] >= 0 ? other->close[place[i]] : NAN;
		steps.step[i] =
			moved ? log(steps.close[i] / steps.close[i - 1]) : NAN;
		steps.run[i] = moved ? (i > 0 ? steps.run[i - 1] : 0) + 1 : 0;
	}
	return steps;
}

static double
ReturnOver(const Steps *steps, int i, int bars)
{
	return steps->run[i] >= bars
		? steps->close[i] / steps->close[i - bars] - 1 : NAN;
}

/*
 * Correlation and slope of the last bars' returns against the other's.
 */
static void
Compare(const double *own, const double *other, double *correlation,
		double *beta)
{
	double		mean_own = SnapshotSum(own, QUARTER) / QUARTER;
	double		mean_other = SnapshotSum(other, QUARTER) / QUARTER;
	double		sum[3][4] = {{0}};
	double		total[3];

	for (int i = 0; i < QUARTER; i += 4)
		for (int part = 0; part < 4; part++)
		{
			double		x = own[i + part] - mean_own;
			double		y = other[i + part] - mean_other;

			sum[0][part] += x * x;
			sum[1][part] += y * y;
			sum[2][part] += x * y;
		}
	for (int i = 0; i < 3; i++)
		total[i] = (sum[i][0] + sum[i][1]) + (sum[i][2] + sum[i][3]);
	*correlation = total[0] > 0 && total[1] > 0
		? fmax(-1, fmin(1, total[2] / (sqrt(total[0]) * sqrt(total[1])))) : NAN;
	*beta = total[1] > 0 ? total[2] / total[1] : NAN;
}

static void
CompareAll(const SnapshotBars *bars, const double *log_return,
		   const Steps *steps, double *correlation, double *beta)
{
	for (int i = 0; i < bars->count; i++)
	{
		correlation[i] = beta[i] = NAN;
		/* The first bar has no return */
		if (steps->run[i] >= QUARTER)
			Compare(log_return + i + 1 - QUARTER, steps->step + i + 1 - QUARTER,
					&correlation[i], &beta[i]);
	}
}

static void
ComputeBenchmark(const SnapshotBars *bars, const double *log_return,
				 SnapshotMemory memory, double **field)
{
	Steps		steps = StepsOf(bars, &bars->benchmark, memory);

	CompareAll(bars, log_return, &steps, field[SNAPSHOT_CORRELATION_60],
			   field[SNAPSHOT_BETA_60]);
	for (int i = 0; i < bars->count; i++)
	{
		field[SNAPSHOT_BENCHMARK_RETURN_1][i] = exp(steps.step[i]) - 1;
		field[SNAPSHOT_BENCHMARK_RETURN_5][i] = ReturnOver(&steps, i, 5);
		field[SNAPSHOT_BENCHMARK_RETURN_20][i] = ReturnOver(&steps, i, 20);
		field[SNAPSHOT_BENCHMARK_VOL_60][i] = steps.run[i] >= QUARTER
			? sqrt(SnapshotVariance(steps.step + i + 1 - QUARTER, QUARTER))
			: NAN;
	}
}

static void
ComputeBtc(const SnapshotBars *bars, const double *log_return,
		   SnapshotMemory memory, double **field)
{
	Steps		steps = StepsOf(bars, &bars->btc, memory);

	CompareAll(bars, log_return, &steps, field[SNAPSHOT_BTC_CORRELATION_60],
			   field[SNAPSHOT_BTC_BETA_60]);
	for (int i = 0; i < bars->count; i++)
		field[SNAPSHOT_BTC_RETURN_5][i] = ReturnOver(&steps, i, 5);
}

/*
 * The volatility index against its own rows.
 */
static void
ComputeVix(const SnapshotBars *bars, SnapshotMemory memory, double **field)
{
	const SnapshotOther *vix = &bars->vix;
	int		   *place = (int *) memory(bars->count);

	SnapshotLastKnown(bars, vix, place);
	for (int i = 0; i < bars->count; i++)
	{
		int			at = place[i];
		int			year = at + 1 < YEAR ? at + 1 : YEAR;
		bool		fresh = at >= 0 && vix->ts[at] > bars->ts[i] - VIX_MAX_AGE;
		const double *last = vix->close + at;

		field[SNAPSHOT_VIX][i] = fresh ? *last : NAN;
		field[SNAPSHOT_VIX_CHANGE_1][i] =
			fresh && at >= 1 ? *last / last[-1] - 1 : NAN;
		field[SNAPSHOT_VIX_CHANGE_5][i] =
			fresh && at >= 5 ? *last / last[-5] - 1 : NAN;
		field[SNAPSHOT_VIX_RATIO][i] = fresh && year >= YEAR_LEAST
			? *last / (SnapshotSum(last + 1 - year, year) / year) : NAN;
	}
}

void
SnapshotComputeMarket(const SnapshotBars *bars, const double *log_return,
					  SnapshotMemory memory, double **field)
{
	ComputeBenchmark(bars, log_return, memory, field);
	ComputeBtc(bars, log_return, memory, field);
	ComputeVix(bars, memory, field);
}
