/*-------------------------------------------------------------------------
 *
 * spread.c
 *	  How outcomes spread, and whether they win more often than usual.
 *
 * Sums go over sorted values, so that they do not depend on the order in
 * which outcomes came.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>
#include <stdlib.h>

#include "pattern/pattern.h"

static int
ByDouble(const void *a, const void *b)
{
	double		x = *(const double *) a;
	double		y = *(const double *) b;

	return (x > y) - (x < y);
}

static int
ByStretch(const void *a, const void *b)
{
	int64_t		x = ((const PatternOutcome *) a)->stretch;
	int64_t		y = ((const PatternOutcome *) b)->stretch;

	return (x > y) - (x < y);
}

static double
SortedMean(double *value, int n)
{
	double		sum = 0;

	qsort(value, n, sizeof(double), ByDouble);
	for (int i = 0; i < n; i++)
		sum += value[i];
	return sum / n;
}

/*
 * Linear between the two nearest (Hyndman and Fan 1996, definition 7), as
 * percentile_cont does it.
 */
static double
Percentile(const double *sorted, int n, double share)
{
	double		place = share * (n - 1);
	int			first = (int) floor(place);
	int			second = (int) ceil(place);

	if (first == second)
		return sorted[first];
	return sorted[first] + (place - first) * (sorted[second] - sorted[first]);
}

/*
 * n^2 / sum(m^2) with m outcomes in a stretch (Kish 1965): as if those of a
 * stretch were one.
 */
static double
EffectiveNumber(PatternOutcome *outcome, int n)
{
	double		squares = 0;
	int			start = 0;

	qsort(outcome, n, sizeof(PatternOutcome), ByStretch);
	for (int i = 1; i <= n; i++)
		if (i == n || outcome[i].stretch != outcome[start].stretch)
		{
			squares += (double) (i - start) * (i - start);
			start = i;
		}
	return (double) n * n / squares;
}

void
PatternMeasure(PatternOutcome *outcome, int n, double *value,
			   PatternSpread *spread)
{
	static const double share[PATTERN_PERCENTILES] = {0.05, 0.25, 0.5, 0.75, 0.95};
	int			wins = 0;

	spread->n = n;
	spread->effective_n = EffectiveNumber(outcome, n);
	for (int i = 0; i < n; i++)
	{
		value[i] = outcome[i].max_gain;
		wins += outcome[i].forward_return > 0;
	}
	spread->win_rate = (double) wins / n;
	spread->mean_gain = SortedMean(value, n);
	for (int i = 0; i < n; i++)
		value[i] = outcome[i].max_loss;
	spread->mean_loss = SortedMean(value, n);
	for (int i = 0; i < n; i++)
		value[i] = outcome[i].forward_return;
	spread->mean = SortedMean(value, n);
	for (int i = 0; i < PATTERN_PERCENTILES; i++)
		spread->percentile[i] = Percentile(value, n, share[i]);
}

/*
 * The chance of a number of wins no likelier than this one. In logarithms:
 * the chance of no win in a thousand is no double. The tolerance is R's
 * (binom.test): what is as likely as what was seen counts, despite rounding.
 */
double
PatternBinomial(int wins, int n, double p)
{
	double		log_odds;
	double		log_chance;
	double		log_seen;
	double		chance = 0;

	if (n == 0)
		return 1;
	if (p <= 0 || p >= 1)
		return wins == (p <= 0 ? 0 : n);
	log_odds = log(p / (1 - p));
	log_seen = n * log(1 - p);
	for (int k = 1; k <= wins; k++)
		log_seen += log_odds + log((double) (n - k + 1) / k);
	log_chance = n * log(1 - p);
	for (int k = 0; k <= n; k++)
	{
		if (k > 0)
			log_chance += log_odds + log((double) (n - k + 1) / k);
		if (log_chance <= log_seen + 1e-7 && log_chance > -700)
			chance += exp(log_chance);
	}
	return chance < 1 ? chance : 1;
}
