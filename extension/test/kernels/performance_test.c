/*-------------------------------------------------------------------------
 *
 * performance_test.c
 *	  Quantiles against sorting, moments against two passes, the normal
 *	  quantile against its probability; and every measure's memory.
 *
 * Numbers are compared with empyrical and quantstats in test/oracle; this one
 * runs the same code under the address and undefined behaviour sanitizers.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "performance/performance.h"

#define LONGEST		300

static int	checks = 0;
static int	failures = 0;

static void
Check(double got, double wanted, double tolerance, const char *what, int n)
{
	checks++;
	if (fabs(got - wanted) <= tolerance * fmax(1, fabs(wanted)))
		return;
	failures++;
	printf("%s, n %d: %.17g instead of %.17g\n", what, n, got, wanted);
}

static double
Random(void)
{
	return (double) rand() / RAND_MAX - 0.5;
}

static int
Ascending(const void *a, const void *b)
{
	double		x = *(const double *) a;
	double		y = *(const double *) b;

	return (x > y) - (x < y);
}

/*
 * Few different values (equal ones abound) or many.
 */
static void
CheckQuantile(int n, int different)
{
	double	   *x = malloc(sizeof(double) * n);
	double	   *sorted = malloc(sizeof(double) * n);
	double		fraction = (double) rand() / RAND_MAX;
	double		place = fraction * (n - 1);
	int			k = (int) place;
	double		wanted;

	for (int i = 0; i < n; i++)
		sorted[i] = x[i] = rand() % different;
	qsort(sorted, n, sizeof(double), Ascending);
	wanted = sorted[k];
	if (k + 1 < n)
		wanted += (place - k) * (sorted[k + 1] - sorted[k]);
	Check(Quantile(x, n, fraction), wanted, 1e-12, "quantile", n);
	Check(Quantile(x, n, 0), sorted[0], 0, "lowest", n);
	Check(Quantile(x, n, 1), sorted[n - 1], 0, "highest", n);
	qsort(x, n, sizeof(double), Ascending);
	for (int i = 0; i < n; i++)
		Check(x[i], sorted[i], 0, "a value got lost", n);
	free(x);
	free(sorted);
}

static void
CheckMoments(int n)
{
	double	   *x = malloc(sizeof(double) * n);
	Moments		moments = {0};
	double		mean = 0;
	double		power[5] = {0};

	for (int i = 0; i < n; i++)
	{
		x[i] = Random() + 10;
		MomentsStep(&moments, x[i]);
		mean += x[i] / n;
	}
	for (int i = 0; i < n; i++)
		for (int j = 2; j <= 4; j++)
			power[j] += pow(x[i] - mean, j);
	Check(moments.mean, mean, 1e-12, "mean", n);
	Check(moments.second, power[2], 1e-11, "second moment", n);
	Check(moments.third, power[3], 1e-11, "third moment", n);
	Check(moments.fourth, power[4], 1e-11, "fourth moment", n);
	free(x);
}

static void
CheckNormal(void)
{
	for (double x = -5; x <= 30; x += 0.25)
		Check(NormalQuantileOfTail(NormalProbability(-x)), x, 1e-7,
			  "normal quantile", 0);
	Check(NormalProbability(1.6448536269514722), 0.95, 1e-15,
		  "normal probability", 0);
}

static void
CheckKind(const SeriesKind *kind)
{
	double		parameter[SERIES_MAX_PARAMETERS] = {3, 1, 1};
	void	   *state = calloc(1, kind->size(kind, parameter));

	kind->start(kind, state, parameter);
	for (int row = 1; row <= LONGEST; row++)
	{
		double		input[SERIES_MAX_INPUTS] = {Random() / 5, Random() / 5};
		double		result = NAN;

		kind->step(kind, state, input);
		if (kind->value(kind, state, &result) != SERIES_UNKNOWN)
			Check(isfinite(result), 1, 0, "measure is finite", row);
		else
			Check(row < 20, 1, 0, "measure is known", row);
	}
	free(state);
}

int
main(void)
{
	const SeriesKind *const kinds[] = {
		&series_total_return, &series_cagr, &series_volatility,
		&series_sharpe, &series_sortino, &series_max_drawdown, &series_calmar,
		&series_ulcer_index, &series_profit_factor, &series_win_rate,
		&series_return_skewness, &series_return_kurtosis,
		&series_probabilistic_sharpe, &series_deflated_sharpe,
		&series_benchmark_beta, &series_benchmark_alpha,
		&series_information_ratio, &series_omega,
	};

	srand(1);
	for (int n = 1; n <= LONGEST; n++)
	{
		CheckQuantile(n, 3);
		CheckQuantile(n, RAND_MAX);
		CheckMoments(n);
	}
	CheckNormal();
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		CheckKind(kinds[i]);
	printf("performance kernels: %d checks, %d failures\n", checks, failures);
	return failures > 0;
}
