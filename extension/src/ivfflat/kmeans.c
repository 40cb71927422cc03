/*-------------------------------------------------------------------------
 *
 * kmeans.c
 *	  k-means: begun as Arthur and Vassilvitskii (k-means++, SODA 2007) say, gone
 *	  on with the bounds of Hamerly (Making k-means even faster, SDM 2010), which
 *	  spare a point all centers that cannot have become its nearest.
 *
 * Centers of length 1 serve inner product and cosine: on a sphere the Euclidean
 * distance and the angle have the same order.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "miscadmin.h"

#include "ivfflat/kmeans.h"

/* Rounds at most; the last ones move next to nothing */
#define ROUNDS	50

/* Of so many points one may still change its center at the end */
#define SETTLED	1000

typedef struct Kmeans
{
	const IvfflatPoints *points;
	int			k;
	char	   *centers;
	char	   *moved_to;		/* the centers of the next round */
	float	   *sums;			/* k x dim */
	int		   *counts;			/* points of each center */
	float	   *half_gap;		/* half the distance to the nearest other
								 * center */
	float	   *shift;			/* how far each center moved */
	int		   *nearest;		/* of each point: its center */
	float	   *upper;			/* no farther than this from it */
	float	   *lower;			/* no nearer than this to any other */
} Kmeans;

static inline const char *
Point(const Kmeans *kmeans, int i)
{
	return kmeans->points->points + (Size) i * kmeans->points->size;
}

static inline char *
Center(const Kmeans *kmeans, int i)
{
	return kmeans->centers + (Size) i * kmeans->points->size;
}

static inline float
Distance(const Kmeans *kmeans, const void *a, const void *b)
{
	return kmeans->points->element->metric(kmeans->points->dim, a, b);
}

/*
 * Bytes that IvfflatKmeans needs besides the points and the centers.
 */
Size
IvfflatKmeansMemory(const IvfflatPoints *points, int centers)
{
	Size		of_center = points->size + sizeof(float) * points->dim +
	sizeof(int) + 2 * sizeof(float);
	Size		of_point = sizeof(int) + 2 * sizeof(float);

	return add_size(mul_size(of_center, centers), mul_size(of_point, points->count));
}

static void *
Allocate(Size size, int count)
{
	return MemoryContextAllocExtended(CurrentMemoryContext, mul_size(size, Max(count, 1)),
									  MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
}

/*
 * One point is drawn after the other, the likelier the farther it is from those
 * drawn before.
 */
static void
Begin(Kmeans *kmeans, pg_prng_state *random)
{
	int			count = kmeans->points->count;
	int			drawn = (int) (pg_prng_double(random) * count);

	for (int i = 0; i < count; i++)
		kmeans->upper[i] = kmeans->lower[i] = INFINITY;
	for (int c = 0; c < kmeans->k; c++)
	{
		double		total = 0;
		double		at;

		CHECK_FOR_INTERRUPTS();
		memcpy(Center(kmeans, c), Point(kmeans, drawn), kmeans->points->size);
		for (int i = 0; i < count; i++)
		{
			float		distance = Distance(kmeans, Point(kmeans, i), Center(kmeans, c));

			if (distance < kmeans->upper[i])
			{
				kmeans->lower[i] = kmeans->upper[i];
				kmeans->upper[i] = distance;
				kmeans->nearest[i] = c;
			}
			else if (distance < kmeans->lower[i])
				kmeans->lower[i] = distance;
			total += (double) kmeans->upper[i] * kmeans->upper[i];
		}
		at = pg_prng_double(random) * total;
		for (drawn = 0; drawn < count - 1; drawn++)
		{
			at -= (double) kmeans->upper[drawn] * kmeans->upper[drawn];
			if (at < 0)
				break;
		}
	}
}

/*
 * Every center moves to the middle of its points; one without points to the
 * point that is farthest from its own.
 */
static void
Move(Kmeans *kmeans)
{
	const IvfflatPoints *points = kmeans->points;
	int			dim = points->dim;

	memset(kmeans->sums, 0, sizeof(float) * dim * kmeans->k);
	memset(kmeans->counts, 0, sizeof(int) * kmeans->k);
	for (int i = 0; i < points->count; i++)
	{
		int			c = kmeans->nearest[i];

		points->element->add(dim, kmeans->sums + (Size) c * dim, Point(kmeans, i));
		kmeans->counts[c]++;
	}
	for (int c = 0; c < kmeans->k; c++)
	{
		char	   *to = kmeans->moved_to + (Size) c * points->size;

		CHECK_FOR_INTERRUPTS();
		if (kmeans->counts[c] > 0)
		{
			points->element->middle(dim, kmeans->sums + (Size) c * dim, kmeans->counts[c], to);
			if (points->unit && !points->element->unit(dim, to, to))
				memcpy(to, Center(kmeans, c), points->size);
		}
		else
		{
			int			farthest = 0;

			for (int i = 1; i < points->count; i++)
				if (kmeans->upper[i] > kmeans->upper[farthest])
					farthest = i;
			memcpy(to, Point(kmeans, farthest), points->size);
			/* Not for the next one without points */
			kmeans->upper[farthest] = 0;
		}
		kmeans->shift[c] = Distance(kmeans, Center(kmeans, c), to);
		memcpy(Center(kmeans, c), to, points->size);
	}
}

/*
 * The bounds hold again after the centers moved.
 */
static void
Widen(Kmeans *kmeans)
{
	float		largest = 0;

	for (int c = 0; c < kmeans->k; c++)
		largest = Max(largest, kmeans->shift[c]);
	for (int i = 0; i < kmeans->points->count; i++)
	{
		kmeans->upper[i] += kmeans->shift[kmeans->nearest[i]];
		kmeans->lower[i] -= largest;
	}
	for (int c = 0; c < kmeans->k; c++)
		kmeans->half_gap[c] = INFINITY;
	for (int a = 0; a < kmeans->k; a++)
	{
		CHECK_FOR_INTERRUPTS();
		for (int b = a + 1; b < kmeans->k; b++)
		{
			float		half = Distance(kmeans, Center(kmeans, a), Center(kmeans, b)) / 2;

			kmeans->half_gap[a] = Min(kmeans->half_gap[a], half);
			kmeans->half_gap[b] = Min(kmeans->half_gap[b], half);
		}
	}
}

/*
 * Gives every point its nearest center; returns how many changed.
 */
static int
Assign(Kmeans *kmeans)
{
	int			changed = 0;

	for (int i = 0; i < kmeans->points->count; i++)
	{
		int			before = kmeans->nearest[i];
		float		safe = Max(kmeans->half_gap[before], kmeans->lower[i]);

		if (kmeans->upper[i] <= safe)
			continue;
		kmeans->upper[i] = Distance(kmeans, Point(kmeans, i), Center(kmeans, before));
		if (kmeans->upper[i] <= safe)
			continue;
		CHECK_FOR_INTERRUPTS();
		kmeans->lower[i] = INFINITY;
		for (int c = 0; c < kmeans->k; c++)
		{
			float		distance;

			if (c == before)
				continue;
			distance = Distance(kmeans, Point(kmeans, i), Center(kmeans, c));
			if (distance < kmeans->upper[i])
			{
				kmeans->lower[i] = kmeans->upper[i];
				kmeans->upper[i] = distance;
				kmeans->nearest[i] = c;
			}
			else if (distance < kmeans->lower[i])
				kmeans->lower[i] = distance;
		}
		changed += kmeans->nearest[i] != before;
	}
	return changed;
}

/*
 * Fills in so many centers; there are more points than that.
 */
void
IvfflatKmeans(const IvfflatPoints *points, int count, char *centers, pg_prng_state *random)
{
	Kmeans		kmeans = {.points = points,.k = count,.centers = centers};

	kmeans.moved_to = Allocate(points->size, count);
	kmeans.sums = Allocate(sizeof(float) * points->dim, count);
	kmeans.counts = Allocate(sizeof(int), count);
	kmeans.half_gap = Allocate(sizeof(float), count);
	kmeans.shift = Allocate(sizeof(float), count);
	kmeans.nearest = Allocate(sizeof(int), points->count);
	kmeans.upper = Allocate(sizeof(float), points->count);
	kmeans.lower = Allocate(sizeof(float), points->count);
	Begin(&kmeans, random);
	for (int round = 0; round < ROUNDS; round++)
	{
		Move(&kmeans);
		Widen(&kmeans);
		if (Assign(&kmeans) <= points->count / SETTLED)
			break;
	}
	pfree(kmeans.moved_to);
	pfree(kmeans.sums);
	pfree(kmeans.counts);
	pfree(kmeans.half_gap);
	pfree(kmeans.shift);
	pfree(kmeans.nearest);
	pfree(kmeans.upper);
	pfree(kmeans.lower);
}

static int
ComparePoints(const void *a, const void *b, void *size)
{
	return memcmp(a, b, *(Size *) size);
}

/*
 * Moves points that differ to the front, and returns how many they are.
 */
int
IvfflatDistinct(IvfflatPoints *points)
{
	int			distinct = 0;

	qsort_arg(points->points, points->count, points->size, ComparePoints, &points->size);
	for (int i = 0; i < points->count; i++)
	{
		char	   *point = points->points + i * points->size;
		char	   *last = points->points + (distinct - 1) * points->size;

		if (distinct > 0 && memcmp(point, last, points->size) == 0)
			continue;
		memmove(last + points->size, point, points->size);
		distinct++;
	}
	return distinct;
}
