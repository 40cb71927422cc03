/*-------------------------------------------------------------------------
 *
 * snapshot.h
 *	  The state of an instrument at each of its bars, in one pass: returns,
 *	  momentum, volatility, volume, the benchmark's part, features.
 *
 * Windows in SQL give the same numbers one aggregate at a time (series.h has
 * the kinds, and they are used here); a state of fifty numbers needs twenty
 * of them, with frames that PostgreSQL sums anew for each row. Here a series
 * is a set of columns, and a column is filled in one loop.
 *
 * Plain C that calls nothing of PostgreSQL but for function.c. A number that
 * is not there is NaN. A row depends on itself and the rows before it only.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SNAPSHOT_STATE_H
#define SNAPSHOT_STATE_H

#include <stdbool.h>
#include <stdint.h>

/* Numbers of a feature vector, and how many of them may be missing */
#define SNAPSHOT_FEATURES		32
#define SNAPSHOT_MAX_MISSING	8

/*
 * Features lie on a grid, so that eight bits hold one without loss
 * (pattern/pattern.h): steps of 1/32, in -3..3.
 */
#define SNAPSHOT_FEATURE_LIMIT	3
#define SNAPSHOT_FEATURE_STEPS	32

/* A series that others are compared with, in order of ts */
typedef struct SnapshotOther
{
	int			count;
	const int64_t *ts;			/* microseconds */
	const int64_t *known_at;
	const double *close;
} SnapshotOther;

/* Bars of one instrument, in order of ts; all but close may be missing */
typedef struct SnapshotBars
{
	int			count;
	const int64_t *ts;
	const int64_t *known_at;
	const double *open;
	const double *high;
	const double *low;
	const double *close;
	const double *volume;
	double		periods;		/* bars a year */
	SnapshotOther benchmark;
	SnapshotOther btc;
	SnapshotOther vix;
} SnapshotBars;

/* Numbers of a state, in the order of the SQL type snapshot_state */
typedef enum SnapshotField
{
	SNAPSHOT_RETURN_1,
	SNAPSHOT_RETURN_5,
	SNAPSHOT_RETURN_20,
	SNAPSHOT_RETURN_60,
	SNAPSHOT_GAP,
	SNAPSHOT_RANGE_FRACTION,
	SNAPSHOT_STREAK,
	SNAPSHOT_RSI_7,
	SNAPSHOT_RSI_14,
	SNAPSHOT_EMA_9_DISTANCE,
	SNAPSHOT_EMA_20_DISTANCE,
	SNAPSHOT_EMA_50_DISTANCE,
	SNAPSHOT_EMA_200_DISTANCE,
	SNAPSHOT_MACD,
	SNAPSHOT_MACD_SIGNAL,
	SNAPSHOT_MACD_HISTOGRAM,
	SNAPSHOT_ADX_14,
	SNAPSHOT_STOCHASTIC_K,
	SNAPSHOT_STOCHASTIC_D,
	SNAPSHOT_BOLLINGER_POSITION,
	SNAPSHOT_BOLLINGER_WIDTH,
	SNAPSHOT_DRAWDOWN_252,
	SNAPSHOT_DAYS_SINCE_HIGH,
	SNAPSHOT_ATR_FRACTION,
	SNAPSHOT_REALISED_VOL_5,
	SNAPSHOT_REALISED_VOL_20,
	SNAPSHOT_REALISED_VOL_60,
	SNAPSHOT_REALISED_VOL_252,
	SNAPSHOT_VOL_RATIO,
	SNAPSHOT_PARKINSON_VOL_20,
	SNAPSHOT_PARKINSON_VOL_60,
	SNAPSHOT_SKEW_60,
	SNAPSHOT_KURTOSIS_60,
	SNAPSHOT_HURST_100,
	SNAPSHOT_VOLUME,
	SNAPSHOT_VOLUME_ZSCORE,
	SNAPSHOT_OBV_SLOPE,
	SNAPSHOT_VWAP_DISTANCE,
	SNAPSHOT_CORRELATION_60,
	SNAPSHOT_BETA_60,
	SNAPSHOT_BENCHMARK_RETURN_1,
	SNAPSHOT_BENCHMARK_RETURN_5,
	SNAPSHOT_BENCHMARK_RETURN_20,
	SNAPSHOT_BENCHMARK_VOL_60,
	SNAPSHOT_BTC_RETURN_5,
	SNAPSHOT_BTC_CORRELATION_60,
	SNAPSHOT_BTC_BETA_60,
	SNAPSHOT_VIX,
	SNAPSHOT_VIX_CHANGE_1,
	SNAPSHOT_VIX_CHANGE_5,
	SNAPSHOT_VIX_RATIO,
	SNAPSHOT_FIELDS
} SnapshotField;

typedef enum SnapshotTrend
{
	SNAPSHOT_TREND_UNKNOWN,
	SNAPSHOT_UP,
	SNAPSHOT_DOWN,
	SNAPSHOT_SIDEWAYS
} SnapshotTrend;

typedef enum SnapshotVolatility
{
	SNAPSHOT_VOLATILITY_UNKNOWN,
	SNAPSHOT_CALM,
	SNAPSHOT_NORMAL,
	SNAPSHOT_STRESSED
} SnapshotVolatility;

/* Gives memory for a number of doubles; function.c uses palloc */
typedef double *(*SnapshotMemory) (int count);

/* fields.c: the columns of all bars, each of as many as there are bars */
extern void SnapshotComputeFields(const SnapshotBars *bars,
								  SnapshotMemory memory, double **field);

/* market.c: what the others said, as known at each bar */
extern void SnapshotLastKnown(const SnapshotBars *bars,
							  const SnapshotOther *other, int *place);
extern void SnapshotComputeMarket(const SnapshotBars *bars,
								  const double *log_return,
								  SnapshotMemory memory, double **field);

/* features.c: states and the feature vector of one row */
extern SnapshotTrend SnapshotTrendOf(double *const *field, int row);
extern SnapshotVolatility SnapshotVolatilityOf(double *const *field, int row);
extern bool SnapshotFeaturesOf(double *const *field, int row, double periods,
							   float *feature);

/* window.c: sums of some values side by side */
extern double SnapshotSum(const double *x, int n);
extern double SnapshotVariance(const double *x, int n);
extern int	SnapshotSumKnown(const double *x, int n, double *sum);

#endif							/* SNAPSHOT_STATE_H */
