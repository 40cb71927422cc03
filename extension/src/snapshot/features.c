/*-------------------------------------------------------------------------
 *
 * features.c
 *	  States and the feature vector of one row.
 *
 * The features are 32 numbers without a unit. Each is measured in the
 * instrument's own trailing volatility (60 bars) or has no unit by nature, so
 * that a calm stock and a wild coin can be alike; nothing is taken from later
 * rows, nor from the sample as a whole. Centres and scales are those of a
 * driftless random walk of 40 steps a bar, for which each has mean 0 and
 * deviation 1 (sql/tests/20_market/snapshot_features_test.sql makes one and
 * checks it), so a direction is what is unusual about a bar. Where such a walk
 * says nothing (the market's part, the gap) they are set by hand, as noted.
 * Clipped to -3..3, in steps of 1/32. A missing number is 0: it adds nothing
 * to a likeness, and makes a row less like those that know more.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>

#include "snapshot/snapshot.h"

/* Bars before which a trend is not told */
#define TREND_LEAST		60

SnapshotTrend
SnapshotTrendOf(double *const *field, int row)
{
	double		near = field[SNAPSHOT_EMA_50_DISTANCE][row];
	double		far = field[SNAPSHOT_EMA_200_DISTANCE][row];

	if (isnan(near) || row + 1 < TREND_LEAST)
		return SNAPSHOT_TREND_UNKNOWN;
	if (near > 0 && (isnan(far) || far > 0))
		return SNAPSHOT_UP;
	if (near < 0 && (isnan(far) || far < 0))
		return SNAPSHOT_DOWN;
	return SNAPSHOT_SIDEWAYS;
}

/*
 * Against the instrument's own past year.
 */
SnapshotVolatility
SnapshotVolatilityOf(double *const *field, int row)
{
	double		month = field[SNAPSHOT_REALISED_VOL_20][row];
	double		year = field[SNAPSHOT_REALISED_VOL_252][row];

	if (isnan(month) || isnan(year))
		return SNAPSHOT_VOLATILITY_UNKNOWN;
	if (month < 0.75 * year)
		return SNAPSHOT_CALM;
	return month > 1.5 * year ? SNAPSHOT_STRESSED : SNAPSHOT_NORMAL;
}

/*
 * How many scales a number is from its centre, on the grid; NaN if missing.
 */
static double
Unusual(double x, double centre, double scale)
{
	double		value = (x - centre) / scale;

	if (isnan(value))
		return NAN;
	value = fmax(-SNAPSHOT_FEATURE_LIMIT, fmin(SNAPSHOT_FEATURE_LIMIT, value));
	return rint(value * SNAPSHOT_FEATURE_STEPS) / SNAPSHOT_FEATURE_STEPS;
}

/*
 * A volatility of 0 measures nothing.
 */
static double
NotZero(double x)
{
	return x == 0 ? NAN : x;
}

/*
 * False where too much is missing.
 */
bool
SnapshotFeaturesOf(double *const *field, int row, double periods,
				   float *feature)
{
#define OF(name) (field[SNAPSHOT_ ## name][row])
	double		sigma = NotZero(OF(REALISED_VOL_60)) / sqrt(periods);
	double		benchmark_sigma = NotZero(OF(BENCHMARK_VOL_60));
	double		vol_20 = NotZero(OF(REALISED_VOL_20));
	double		number[SNAPSHOT_FEATURES] = {
		/* moves */
		Unusual(OF(RETURN_1), 0, sigma),
		Unusual(OF(RETURN_5), 0, sigma * sqrt(5)),
		Unusual(OF(RETURN_20), 0, sigma * sqrt(20)),
		Unusual(OF(RETURN_60), 0, sigma * sqrt(60)),
		Unusual(OF(RSI_7), 50, 17),
		Unusual(OF(RSI_14), 50, 12),
		Unusual(OF(EMA_9_DISTANCE), 0, 1.35 * sigma),
		Unusual(OF(EMA_20_DISTANCE), 0, 2.15 * sigma),
		Unusual(OF(EMA_50_DISTANCE), 0, 3.6 * sigma),
		Unusual(OF(EMA_200_DISTANCE), 0, 7.6 * sigma),
		Unusual(OF(MACD_HISTOGRAM), 0, 0.34 * sigma),
		Unusual(OF(BOLLINGER_POSITION), 0.5, 0.33),
		Unusual(OF(STOCHASTIC_K), 50, 29.5),
		Unusual(OF(ADX_14), 24, 10),
		/* volatility */
		Unusual(log(NotZero(OF(REALISED_VOL_5)) / vol_20), -0.11, 0.37),
		Unusual(log(vol_20 / NotZero(OF(REALISED_VOL_60))), -0.02, 0.14),
		Unusual(log(vol_20 / NotZero(OF(REALISED_VOL_252))), -0.025, 0.16),
		Unusual(log(NotZero(OF(PARKINSON_VOL_20)) / vol_20), -0.1, 0.11),
		/* about a quarter of the variance comes overnight */
		Unusual(OF(GAP), 0, 0.5 * sigma),
		Unusual(OF(RANGE_FRACTION), 1.42 * sigma, 0.48 * sigma),
		/* volume */
		Unusual(OF(VOLUME_ZSCORE), 0, 1.09),
		Unusual(OF(OBV_SLOPE), 0, 0.245),
		Unusual(OF(VWAP_DISTANCE), 0, 2.6 * sigma),
		/* the past year */
		Unusual(OF(DRAWDOWN_252), -10 * sigma, 7.5 * sigma),
		Unusual(log(1 + OF(DAYS_SINCE_HIGH)), 4.1, 1.5),
		Unusual(OF(SKEW_60), 0, 0.29),
		/* the market: most go with it */
		Unusual(OF(CORRELATION_60), 0.5, 0.3),
		Unusual(OF(BETA_60), 1, 0.5),
		/* the volatility index moves about 6 % a day */
		Unusual(log(OF(VIX_RATIO)), 0, 0.25),
		Unusual(OF(VIX_CHANGE_5), 0, 0.06 * sqrt(5)),
		Unusual(OF(BENCHMARK_RETURN_5), 0, benchmark_sigma * sqrt(5)),
		Unusual(OF(BENCHMARK_RETURN_20), 0, benchmark_sigma * sqrt(20)),
	};
#undef OF
	int			missing = 0;

	for (int i = 0; i < SNAPSHOT_FEATURES; i++)
	{
		missing += isnan(number[i]);
		feature[i] = isnan(number[i]) ? 0 : (float) number[i];
	}
	return missing <= SNAPSHOT_MAX_MISSING;
}
