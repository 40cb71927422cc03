/*-------------------------------------------------------------------------
 *
 * pattern_test.c
 *	  Bounds of sketches and floors of matches, against looking at all.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pattern/pattern.h"

#define DIM		20
#define COUNT	37

static int	checks = 0;
static int	failures = 0;

static void
Check(bool holds, const char *what, int number)
{
	checks++;
	if (holds)
		return;
	failures++;
	printf("%s: number %d\n", what, number);
}

static int
Random(int below)
{
	static uint32_t state = 7;

	state = state * 1664525u + 1013904223u;
	return (state >> 8) % below;
}

static double
Cosine(const int8_t *a, const int8_t *b)
{
	double		both = 0;
	double		own = 0;
	double		other = 0;

	for (int i = 0; i < DIM; i++)
	{
		both += a[i] * b[i];
		own += a[i] * a[i];
		other += b[i] * b[i];
	}
	return both / sqrt(own) / sqrt(other);
}

/*
 * Codes that lie near a plane
 */
static int32_t
Draw(int8_t *code)
{
	int			along = Random(60) - 30;
	int			across = Random(60) - 30;
	int32_t		squares = 0;

	for (int i = 0; i < DIM; i++)
	{
		code[i] = along + (i % 2 ? across : -across) / (1 + i / 4) + Random(9) - 4;
		squares += code[i] * code[i];
	}
	return squares;
}

static void
MakeBasis(int axes, char *basis)
{
	static float sample[200 * DIM];
	static double moment[DIM * DIM];
	static double scratch[2 * PATTERN_MAX_AXES * DIM];

	memset(moment, 0, sizeof(moment));
	for (int s = 0; s < 200; s++)
	{
		int8_t		code[DIM];
		double		length = sqrt(Draw(code));

		for (int i = 0; i < DIM; i++)
			sample[s * DIM + i] = code[i] / length;
		PatternAddMoment(sample + s * DIM, DIM, moment);
	}
	PatternBasisWrite(sample, 200, DIM, axes, moment, scratch, basis);
}

static void
CheckBounds(int axes)
{
	static char data[PATTERN_BASIS_SIZE(DIM, PATTERN_MAX_AXES)] __attribute__((aligned(8)));
	static char entries[COUNT * PATTERN_ENTRY_SIZE(DIM)];
	static char packed[PATTERN_BLOCK_SIZE(DIM, COUNT)];
	static char body[PATTERN_SKETCH_SIZE(PATTERN_MAX_AXES, COUNT)];
	PatternBasis basis;

	MakeBasis(axes, data);
	Check(PatternBasisOpen(data, PATTERN_BASIS_SIZE(DIM, axes), &basis), "a basis opens", axes);
	Check(!PatternBasisOpen(data, PATTERN_BASIS_SIZE(DIM, axes) - 1, &basis), "a short one does not", axes);
	PatternBasisOpen(data, PATTERN_BASIS_SIZE(DIM, axes), &basis);
	for (int round = 0; round < 300; round++)
	{
		int			count = 1 + Random(COUNT);
		int8_t		code[DIM];
		int32_t		squares;
		double		best = -1;
		double		bound;
		PatternBlock block;
		PatternSketchBlock about = {0};
		PatternView view;

		squares = Draw(code);
		for (int i = 0; i < count; i++)
		{
			PatternEntry entry = {.id = i,.ts = 100 - i,.known_at = i,.known_until = 50 + i};
			int8_t		own[DIM];

			entry.squares = Draw(own);
			memcpy(entries + i * PATTERN_ENTRY_SIZE(DIM), &entry, sizeof(entry));
			memcpy(entries + i * PATTERN_ENTRY_SIZE(DIM) + sizeof(entry), own, DIM);
			best = fmax(best, Cosine(code, own));
		}
		PatternWrite(entries, DIM, count, packed);
		PatternOpen(packed, PATTERN_BLOCK_SIZE(DIM, count), &block);
		PatternSketchWrite(&basis, &block, &about, body);
		PatternLook(&basis, code, squares, &view);
		bound = PatternBound(&view, &about, body, -1);
		Check(bound >= best, "no entry is more alike than the bound", round);
		Check(axes < DIM || bound <= best + 4 * about.error + 0.001, "all axes leave little room", round);
		bound = PatternBound(&view, &about, body, 0.9);
		Check(best < 0.9 || bound >= best, "nor when less need not be told", round);
		Check(about.first_ts == 101 - count && about.last_ts == 100 && about.first_known_at == 0 &&
			  about.last_known_until == 49 + count, "times are told", round);
	}
}

/*
 * With a floor from some matches, all matches give the same best ones.
 */
static void
CheckFloors(void)
{
	enum
	{
		MATCHES = 400
	};
	static PatternMatch all[MATCHES];
	static PatternMatch some[MATCHES];
	static PatternMatch best[2][MATCHES];
	static uint64_t cell[2 * MATCHES];

	for (int round = 0; round < 2000; round++)
	{
		int			k = 1 + Random(12);
		int			gap = Random(7);
		int			count = 100 + Random(MATCHES - 100);
		int			own = Random(100);
		int			part = 0;
		int			kept = 0;
		int			found[2];
		double		least;

		for (int i = 0; i < count; i++)
		{
			all[i] = (PatternMatch)
			{
				.similarity = Random(1000) / 1000.0,.id = i,.group = i % 4,.place = i / 4
			};
			if (Random(3) > 0)
				some[part++] = all[i];
		}
		least = PatternFloor(some, part, k, gap, 0, cell);
		for (int i = 0; i < count; i++)
			if (all[i].similarity >= least)
				some[kept++] = all[i];
		found[0] = PatternThin(all, count, k, gap, 1, own, best[0]);
		found[1] = PatternThin(some, kept, k, gap, 1, own, best[1]);
		Check(found[0] == found[1], "as many are found above a floor", round);
		for (int i = 0; i < found[0] && found[0] == found[1]; i++)
			Check(best[0][i].id == best[1][i].id, "the same are found above a floor", round);
		Check(least == 0 || found[0] == k, "a floor is told where k are found", round);
	}
}

/*
 * A match of one group keeps none of another away: k + 1 groups suffice, and
 * of one group every other cell.
 */
static void
CheckTightFloors(void)
{
	PatternMatch match[12] = {0};
	uint64_t	cell[24];

	for (int i = 0; i < 12; i++)
	{
		match[i].similarity = 1 - i / 16.0;
		match[i].group = i;
	}
	Check(PatternFloor(match, 12, 5, 4, 0, cell) == 1 - 5 / 16.0, "a floor of groups", 0);
	for (int i = 0; i < 12; i++)
	{
		match[i].similarity = 1 - i / 16.0;
		match[i].group = 0;
		match[i].place = 7 * i;
	}
	Check(PatternFloor(match, 12, 5, 4, 0, cell) == 1 - 10 / 16.0, "a floor of cells", 0);
	Check(PatternFloor(match, 10, 5, 4, 0.25, cell) == 0.25, "no floor of ten cells", 0);
}

int
main(void)
{
	int			axes[] = {1, 2, 7, 16, DIM};

	for (int i = 0; i < 5; i++)
		CheckBounds(axes[i]);
	CheckFloors();
	CheckTightFloors();
	printf("pattern: %d checks, %d failures\n", checks, failures);
	return failures > 0;
}
