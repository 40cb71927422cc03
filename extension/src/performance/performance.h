/*-------------------------------------------------------------------------
 *
 * performance.h
 *	  How good a strategy was: measures of its returns.
 *
 * A return is simple: 0.01 is one percent, of one period. All measures but
 * those of the tails read one running account of the returns, which costs the
 * same for each row however many came before; so they may be used as
 * aggregates of a group and over windows. The tails need every return.
 *
 * Where a measure would divide by zero (no spread, no loss) it is unknown, not
 * 0 and not infinite. The riskless return is taken to be 0.
 *
 *-------------------------------------------------------------------------
 */
#ifndef PERFORMANCE_H
#define PERFORMANCE_H

#include "series/series.h"

/* Sessions of an exchange in a year; markets that never close have 365 */
#define PERFORMANCE_PERIODS		252

/* How sure value at risk and expected shortfall are unless told otherwise */
#define PERFORMANCE_CONFIDENCE	0.95

/* Sums of the powers of deviations from the mean, kept up with each value */
typedef struct Moments
{
	double		n;
	double		mean;
	double		second;			/* sum of squared deviations */
	double		third;			/* of cubed ones */
	double		fourth;			/* and of their fourth power */
} Moments;

/* Everything that the measures need to know of the returns so far */
typedef struct Returns
{
	double		parameter[SERIES_MAX_PARAMETERS];
	Moments		moments;
	double		growth;			/* product of 1 + return */
	double		peak;			/* highest growth, at least the initial 1 */
	double		worst;			/* deepest drawdown, 0 or below */
	double		drawdown_squares;	/* sum of squared drawdowns */
	double		downside_squares;	/* sum of squared negative returns */
	double		gain;			/* sum of positive returns */
	double		loss;			/* sum of negative returns, without sign */
	double		wins;			/* number of positive returns */
	double		losses;			/* number of negative ones */
	double		above;			/* sum of what exceeds omega's threshold */
	double		below;			/* sum of what falls short of it */
} Returns;

/* Two series of returns, one of them a benchmark's */
typedef struct PairedReturns
{
	double		parameter[SERIES_MAX_PARAMETERS];
	Moments		benchmark;
	Moments		active;			/* return minus that of the benchmark */
	double		mean;			/* of the returns */
	double		product;		/* sum of products of both deviations */
} PairedReturns;

/* moments.c */
extern void MomentsStep(Moments *moments, double x);
extern bool MomentsSkewness(const Moments *moments, double *skewness);
extern bool MomentsKurtosis(const Moments *moments, double *kurtosis);

/* returns.c */
extern void ReturnsStart(Returns *returns);
extern void ReturnsStep(Returns *returns, double x);
extern bool ReturnsCagr(const Returns *returns, double periods, double *cagr);
extern bool ReturnsVolatility(const Returns *returns, double periods,
							  double *volatility);
extern bool ReturnsSharpe(const Returns *returns, double periods,
						  double *sharpe);
extern bool ReturnsSortino(const Returns *returns, double periods,
						   double *sortino);
extern bool ReturnsCalmar(const Returns *returns, double periods,
						  double *calmar);

/* normal.c */
extern double NormalProbability(double x);
extern double NormalQuantileOfTail(double tail);

/* trials.c */
extern bool ProbabilisticSharpe(double sharpe, double n, double skewness,
								double kurtosis, double benchmark,
								double *probability);
extern double ExpectedMaximumSharpe(double trials, double variance);

/* quantile.c */
extern double Quantile(double *x, size_t n, double fraction);
extern double MeanUpTo(const double *x, size_t n, double limit);

/* The kinds, by the file that defines them */

/* measure.c */
extern const SeriesKind series_total_return;
extern const SeriesKind series_cagr;
extern const SeriesKind series_volatility;
extern const SeriesKind series_sharpe;
extern const SeriesKind series_sortino;
extern const SeriesKind series_max_drawdown;
extern const SeriesKind series_calmar;
extern const SeriesKind series_ulcer_index;
extern const SeriesKind series_profit_factor;
extern const SeriesKind series_win_rate;
extern const SeriesKind series_omega;
extern const SeriesKind series_return_skewness;
extern const SeriesKind series_return_kurtosis;

/* trials.c */
extern const SeriesKind series_probabilistic_sharpe;
extern const SeriesKind series_deflated_sharpe;

/* benchmark.c */
extern const SeriesKind series_benchmark_beta;
extern const SeriesKind series_benchmark_alpha;
extern const SeriesKind series_information_ratio;

/* For kinds that read Returns; the measure itself is .value */
extern size_t ReturnsKindSize(const SeriesKind *kind, const double *parameter);
extern void ReturnsKindStart(const SeriesKind *kind, void *state,
							 const double *parameter);
extern void ReturnsKindStep(const SeriesKind *kind, void *state,
							const double *input);

#define RETURNS_KIND \
	.inputs = 1, \
	.results = 1, \
	.size = ReturnsKindSize, \
	.start = ReturnsKindStart, \
	.step = ReturnsKindStep

/* The only parameter of most: how many returns make a year */
#define PERIODS_A_YEAR \
	{"number of periods a year", false, 1e-9, 1e9, PERFORMANCE_PERIODS}

#endif							/* PERFORMANCE_H */
