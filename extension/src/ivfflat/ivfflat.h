/*-------------------------------------------------------------------------
 *
 * ivfflat.h
 *	  The access method ivfflat: rows in lists around centers, whole vectors in
 *	  the index.
 *
 * A build finds the centers of a sample by k-means; each row belongs to the list
 * of its nearest center. A scan compares the query with all centers, reads the
 * lists of the nearest few (ivfflat.probes) and returns their rows by distance.
 *
 *	block 0        meta page: IvfflatMeta
 *	block 1 ...    list pages: IvfflatList of list 0, 1, 2, ... (dense)
 *	after them     entry pages, a chain for each list
 *
 *	one list page                         one entry page
 *	+-----------------------------+      +-----------------------------+
 *	| page header                 |      | page header                 |
 *	| first insert | center       | 0    | tid | vector                |
 *	| first insert | center       | 1    | tid | vector                |
 *	| ...                         |      | ...                         |
 *	+-----------------------------+      | next page of the list count |
 *	                                     +-----------------------------+
 *
 * All items of an index have one size, so nothing needs a line pointer.
 *
 * Locks: a list page before its entry pages, an entry page before the one that
 * follows it.
 *
 *-------------------------------------------------------------------------
 */
#ifndef IVFFLAT_H
#define IVFFLAT_H

#include "access/amapi.h"
#include "access/generic_xlog.h"
#include "nodes/execnodes.h"
#include "nodes/pathnodes.h"
#include "storage/bufmgr.h"

#include "ivfflat/element.h"

/* Options */
#define IVFFLAT_DEFAULT_LISTS	100
#define IVFFLAT_MIN_LISTS	1
#define IVFFLAT_MAX_LISTS	32768

/* Settings */
#define IVFFLAT_DEFAULT_PROBES	1

/* Support functions and strategies of operator classes */
#define IVFFLAT_DISTANCE_PROC	1
#define IVFFLAT_PROCS	1
#define IVFFLAT_STRATEGIES	1

/* The file */
#define IVFFLAT_MAGIC	0xB3770B21
#define IVFFLAT_VERSION	1
#define IVFFLAT_META_BLOCK	0
#define IVFFLAT_FIRST_LIST_BLOCK	1
#define IVFFLAT_PAGE_ID	0xFF94

/* Phases of CREATE INDEX after initializing */
#define IVFFLAT_PHASE_KMEANS	2
#define IVFFLAT_PHASE_ASSIGN	3
#define IVFFLAT_PHASE_LOAD	4

/* What rows are ordered by */
typedef enum IvfflatMetric
{
	IVFFLAT_L2 = 0,				/* squared Euclidean */
	IVFFLAT_INNER_PRODUCT = 1,	/* negative inner product */
	IVFFLAT_COSINE = 2,			/* negative cosine */
	IVFFLAT_HAMMING = 3			/* bits that differ */
} IvfflatMetric;

/* An operator class, known by its support function */
typedef struct IvfflatClass
{
	PGFunction	function;
	IvfflatMetric metric;
	const IvfflatElement *element;
	float		(*distance) (int dim, const void *a, const void *b);
	bool		unit;			/* vectors are stored at length 1 */
} IvfflatClass;

typedef struct IvfflatMeta
{
	uint32		magic;
	uint32		version;
	uint32		metric;			/* IvfflatMetric */
	uint32		dimensions;
	uint32		lists;
} IvfflatMeta;

/* A list as stored */
typedef struct IvfflatList
{
	BlockNumber first;			/* its first entry page, or InvalidBlockNumber */
	BlockNumber insert;			/* where to look for room */
	char		center[FLEXIBLE_ARRAY_MEMBER];
} IvfflatList;

/* A row as stored */
typedef struct IvfflatEntry
{
	ItemPointerData tid;		/* heap row */
	uint16		unused;
	char		value[FLEXIBLE_ARRAY_MEMBER];
} IvfflatEntry;

/* The special space of every page */
typedef struct IvfflatPageOpaque
{
	BlockNumber next;			/* of the same list, or InvalidBlockNumber */
	uint16		count;			/* entries, or lists */
	uint16		page_id;		/* IVFFLAT_PAGE_ID, for pg_filedump and the
								 * like */
} IvfflatPageOpaque;

/* Bytes of a page between header and special space */
#define IVFFLAT_PAGE_ROOM	(BLCKSZ - MAXALIGN(SizeOfPageHeaderData) - MAXALIGN(sizeof(IvfflatPageOpaque)))

/* An index at work */
typedef struct IvfflatIndex
{
	Relation	rel;
	const IvfflatClass *class;
	int			dim;
	int			lists;
	Size		value_size;		/* bytes of a vector as stored */
	Size		list_size;
	Size		entry_size;
	int			lists_per_page;
	int			entries_per_page;
} IvfflatIndex;

/* A list, with how far its center is */
typedef struct IvfflatProbe
{
	float		distance;
	int			list;
	BlockNumber first;
} IvfflatProbe;

/* ivfflat.c */
extern int	ivfflat_probes;
extern int	ivfflat_iterative_scan;
extern int	ivfflat_max_probes;

typedef enum IvfflatIterativeScan
{
	IVFFLAT_ITERATIVE_OFF,
	IVFFLAT_ITERATIVE_RELAXED
} IvfflatIterativeScan;

typedef struct IvfflatOptions
{
	int32		vl_len_;
	int			lists;
} IvfflatOptions;

/* column.c: what an index is over */
extern void IvfflatMakeMeta(Relation rel, IvfflatMeta *meta);
extern void IvfflatOpen(Relation rel, const IvfflatMeta *meta, IvfflatIndex *index);
extern bool IvfflatStore(const IvfflatIndex *index, Datum value, void *out);
extern bool IvfflatStorePoint(const IvfflatIndex *index, Datum value, bool unit, void *out);

/* page.c: pages and what is on them */
extern void IvfflatReadMeta(Relation rel, IvfflatMeta *meta);
extern void IvfflatInitPage(Page page);
extern void IvfflatFillMetaPage(Page page, const IvfflatMeta *meta);
extern BlockNumber IvfflatListBlock(const IvfflatIndex *index, int list);
extern IvfflatList *IvfflatListOn(const IvfflatIndex *index, Page page, int list);
extern IvfflatEntry *IvfflatEntryOn(const IvfflatIndex *index, Page page, int entry);
extern void IvfflatAddEntry(const IvfflatIndex *index, Page page, const IvfflatEntry *entry);
extern void IvfflatSetCount(const IvfflatIndex *index, Page page, int count);
extern void IvfflatCompareCenters(const IvfflatIndex *index, const void *query,
								  IvfflatProbe *probes);

static inline IvfflatPageOpaque *
IvfflatOpaque(Page page)
{
	return (IvfflatPageOpaque *) PageGetSpecialPointer(page);
}

/* build.c */
extern IndexBuildResult *IvfflatBuild(Relation heap, Relation rel, struct IndexInfo *info);
extern void IvfflatBuildEmpty(Relation rel);

/* sample.c: centers from a sample of the table */
extern char *IvfflatFindCenters(const IvfflatIndex *index, Relation heap, struct IndexInfo *info);

/* insert.c */
extern bool IvfflatInsert(Relation rel, Datum *values, bool *isnull, ItemPointer tid,
						  Relation heap, IndexUniqueCheck unique, bool unchanged,
						  struct IndexInfo *info);

/* scan.c */
extern IndexScanDesc IvfflatBeginScan(Relation rel, int keys, int orders);
extern void IvfflatRescan(IndexScanDesc scan, ScanKey keys, int nkeys, ScanKey orders, int norders);
extern bool IvfflatGetTuple(IndexScanDesc scan, ScanDirection direction);
extern void IvfflatEndScan(IndexScanDesc scan);

/* vacuum.c */
extern IndexBulkDeleteResult *IvfflatBulkDelete(IndexVacuumInfo *info, IndexBulkDeleteResult *stats,
												IndexBulkDeleteCallback callback, void *state);
extern IndexBulkDeleteResult *IvfflatVacuumCleanup(IndexVacuumInfo *info, IndexBulkDeleteResult *stats);

/* cost.c */
extern void IvfflatCostEstimate(PlannerInfo *root, IndexPath *path, double loop_count,
								Cost *startup, Cost *total, Selectivity *selectivity,
								double *correlation, double *pages);

#endif							/* IVFFLAT_H */
