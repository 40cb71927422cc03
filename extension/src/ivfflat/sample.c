/*-------------------------------------------------------------------------
 *
 * sample.c
 *	  The centers of a table: k-means over a sample of its rows. Random numbers
 *	  begin alike for every build, so that equal tables have equal indexes.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/tableam.h"
#include "commands/progress.h"
#include "miscadmin.h"
#include "utils/backend_progress.h"
#include "utils/rel.h"
#include "utils/sampling.h"

#include "ivfflat/ivfflat.h"
#include "ivfflat/kmeans.h"

/* Rows of the sample for each list, and at least */
#define SAMPLE_PER_LIST	50
#define SAMPLE_LEAST	10000

#define SEED	UINT64CONST(0x62656c6c)

typedef struct Sample
{
	const IvfflatIndex *index;
	IvfflatPoints points;
	int			room;
	double		seen;
	pg_prng_state random;
} Sample;

/*
 * Takes a row into the sample, by Vitter's algorithm R (ACM TOMS 11, 1985).
 */
static void
SampleRow(Relation rel, ItemPointer tid, Datum *values, bool *isnull, bool alive, void *state)
{
	Sample	   *sample = state;
	int			place = sample->points.count;

	if (isnull[0])
		return;
	if (place == sample->room)
	{
		double		drawn = pg_prng_double(&sample->random) * (sample->seen + 1);

		sample->seen++;
		if (drawn >= sample->room)
			return;
		place = (int) drawn;
	}
	else
		sample->seen++;
	if (IvfflatStorePoint(sample->index, values[0], sample->points.unit,
						  sample->points.points + place * sample->points.size) &&
		place == sample->points.count)
		sample->points.count++;
}

static void
TakeSample(Sample *sample, Relation heap, IndexInfo *info)
{
	BlockSamplerData blocks;

	BlockSampler_Init(&blocks, RelationGetNumberOfBlocks(heap), sample->room,
					  pg_prng_uint32(&sample->random));
	while (BlockSampler_HasMore(&blocks))
		table_index_build_range_scan(heap, sample->index->rel, info, false, true, false,
									 BlockSampler_Next(&blocks), 1, SampleRow, sample, NULL);
}

static void
RandomPoint(Sample *sample, char *out)
{
	float	   *numbers = palloc(sizeof(float) * sample->points.dim);
	const IvfflatElement *element = sample->points.element;

	for (int i = 0; i < sample->points.dim; i++)
		numbers[i] = (float) pg_prng_double(&sample->random);
	element->from_numbers(sample->points.dim, numbers, out);
	if (sample->points.unit)
		element->unit(sample->points.dim, out, out);
	pfree(numbers);
}

/*
 * The centers for the lists, one after the other, palloc'ed; heap is NULL for an
 * index of nothing.
 */
char *
IvfflatFindCenters(const IvfflatIndex *index, Relation heap, IndexInfo *info)
{
	const IvfflatClass *class = index->class;
	Sample		sample = {.index = index};
	IvfflatPoints *points = &sample.points;
	char	   *centers;
	Size		memory;
	int			distinct = 0;

	points->element = class->element;
	points->dim = index->dim;
	points->unit = class->metric == IVFFLAT_COSINE || class->metric == IVFFLAT_INNER_PRODUCT;
	points->size = index->value_size;
	sample.room = heap ? Max(index->lists * SAMPLE_PER_LIST, SAMPLE_LEAST) : 1;
	pg_prng_seed(&sample.random, SEED);

	points->count = sample.room;
	memory = add_size(mul_size(points->size, add_size(sample.room, index->lists)),
					  IvfflatKmeansMemory(points, index->lists));
	points->count = 0;
	if (memory > (Size) maintenance_work_mem * 1024)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("memory required is %zu MB, maintenance_work_mem is %d MB",
						memory / (1024 * 1024) + 1, maintenance_work_mem / 1024)));
	centers = MemoryContextAllocHuge(CurrentMemoryContext,
									 mul_size(points->size, index->lists));
	points->points = MemoryContextAllocHuge(CurrentMemoryContext,
											mul_size(points->size, sample.room));
	if (heap)
	{
		pgstat_progress_update_param(PROGRESS_CREATEIDX_SUBPHASE, IVFFLAT_PHASE_KMEANS);
		TakeSample(&sample, heap, info);
	}
	if (points->count > index->lists)
		IvfflatKmeans(points, index->lists, centers, &sample.random);
	else
	{
		/* As many as there are, then any */
		distinct = IvfflatDistinct(points);
		memcpy(centers, points->points, distinct * points->size);
		for (int i = distinct; i < index->lists; i++)
			RandomPoint(&sample, centers + i * points->size);
	}
	pfree(points->points);
	return centers;
}
