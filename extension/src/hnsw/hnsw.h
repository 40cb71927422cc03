/*-------------------------------------------------------------------------
 *
 * hnsw.h
 *	  The access method hnsw: a navigable small world graph over short codes.
 *
 * The graph is that of Malkov and Yashunin (arXiv 1603.09320). It is walked on
 * codes of 1 to 8 bits a dimension (codec.h) that lie densely in index pages;
 * what the walk finds is measured again with the vectors in the heap, so rows
 * come in the order of their true distance.
 *
 * Nodes have dense numbers. Everything about node n is found by arithmetic: the
 * file is a meta page and then groups of 256 nodes, all of the same shape.
 *
 *	block 0          meta page: HnswMeta
 *	block 1          group 0: nodes 0..255
 *	  code pages     HnswCode of node 0, 1, 2, ... (as many as fit a page)
 *	  link pages     HnswNode of node 0, 1, 2, ... each with room for 2m links
 *	  upper page     HnswUpper: 16 of level 1, then one each of level 2..6
 *	  key pages      only if the index has key columns: HnswKey tuples
 *	block 1 + P      group 1: nodes 256..511, ...
 *
 *	one code page                          one link page
 *	+------------------------------+      +--------------------------------+
 *	| page header                  |      | page header                    |
 *	| factor norm | packed bits    | n    | key next twin tid state count  | n
 *	| factor norm | packed bits    | n+1  | link link link ... (2m)        |
 *	| factor norm | packed bits    | n+2  | key next twin tid state count  | n+1
 *	| ...                          |      | ...                            |
 *	+------------------------------+      +--------------------------------+
 *
 * Level: of 16 consecutive nodes one, chosen by a hash, is on level 1; of 16 of
 * those one is on level 2, and so on. So a node's levels follow from its number
 * and need no storage.
 *
 * A code is written once, before its node can be found; readers of codes hold a
 * pin but no lock. Nothing depends on a code but the order of the walk.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HNSW_H
#define HNSW_H

#include "access/amapi.h"
#include "access/generic_xlog.h"
#include "nodes/execnodes.h"
#include "nodes/pathnodes.h"
#include "storage/bufmgr.h"
#include "utils/relcache.h"

#include "hnsw/codec.h"

/* The file of a relation, by the names of PostgreSQL 16 */
#if PG_VERSION_NUM < 160000
#define RelFileLocator	RelFileNode
#define RelFileLocatorEquals	RelFileNodeEquals
#define rd_locator	rd_node
#define InitBufferTag(tag, file, fork, block)	INIT_BUFFERTAG(*(tag), *(file), fork, block)
#define BufferTagsEqual(a, b)	BUFFERTAGS_EQUAL(*(a), *(b))
#endif

/* Options */
#define HNSW_DEFAULT_M	16
#define HNSW_MIN_M	2
#define HNSW_MAX_M	100
#define HNSW_DEFAULT_EF_CONSTRUCTION	64
#define HNSW_MIN_EF_CONSTRUCTION	4
#define HNSW_MAX_EF_CONSTRUCTION	1000
#define HNSW_CODE_BITS_AUTO	0
#define HNSW_MAX_CODE_BITS	8
#define HNSW_CODE_ENTRIES_AUTO	0
#define HNSW_DEFAULT_CODE_ENTRIES	128
#define HNSW_MAX_CODE_ENTRIES	1000

/* Settings */
#define HNSW_DEFAULT_EF_SEARCH	40
#define HNSW_MIN_EF_SEARCH	1
#define HNSW_MAX_EF_SEARCH	1000
#define HNSW_DEFAULT_MAX_SCAN_TUPLES	20000
#define HNSW_MAX_SCAN_MEM_MULTIPLIER	1000

/* Dimensions up to which the default is 8 bits a dimension, above it 4 */
#define HNSW_BYTE_CODE_DIM	2000

/* Dimensions of bit that fit a page, and elements of a sparsevec at most */
#define HNSW_MAX_BITS	64000
#define HNSW_MAX_NNZ	1000

/* Support functions and strategies of operator classes */
#define HNSW_DISTANCE_PROC	1
#define HNSW_HASH_PROC	2
#define HNSW_PROCS	2
#define HNSW_RANGE_STRATEGY	2	/* of the vector column: in a sphere? */
#define HNSW_STRATEGIES	2

/* The file */
#define HNSW_MAGIC	0xB3770A15
#define HNSW_VERSION	2
#define HNSW_META_BLOCK	0
#define HNSW_GROUP_NODES	256 /* nodes in a group */
#define HNSW_FANOUT	16			/* nodes of a level for one of the next */
#define HNSW_MAX_LEVEL	6
#define HNSW_UPPERS	(HNSW_FANOUT + HNSW_MAX_LEVEL - 1)	/* of a group */
#define HNSW_KEY_PAGES	2		/* of a group, if there are key columns */
#define HNSW_BUCKETS	1024	/* heads of hash chains of keys */
#define HNSW_NONE	0xFFFFFFFF	/* no such node */
#define HNSW_WHOLE	0			/* key of all nodes without key columns */

/* Phase of CREATE INDEX after initializing */
#define HNSW_PHASE_LOAD	2

/* Candidates for the links of a node, where they do not come from a search */
#define HNSW_MOST_CANDIDATES(m)	(6 * (m))

/* Locked (heavyweight) by inserts in share mode; vacuum waits for them */
#define HNSW_INSERT_LOCK	HNSW_META_BLOCK

/* One graph: that of a key, or of the whole index */
typedef struct HnswRoot
{
	uint32		entry;			/* where searches begin, HNSW_NONE if empty */
	uint32		head;			/* of a key: latest node, a chain by
								 * HnswNode.next */
	uint32		count;			/* of a key: nodes in the chain */
} HnswRoot;

typedef struct HnswMeta
{
	uint32		magic;
	uint32		version;
	uint32		metric;			/* HnswMetric */
	uint32		dimensions;
	uint32		m;				/* links of a node at upper levels; 2m below */
	uint32		ef_construction;
	uint32		code_bits;
	uint32		keys;			/* leading key columns: 0 to 2 */
	uint32		node_count;		/* numbers handed out so far */
	uint32		free_head;		/* numbers to use again, by HnswNode.next */
	uint32		key_pages;		/* key pages in use */
	float		largest_norm;	/* largest |x|; L1: widest step of a code */
	float		code_error;		/* what codes do not hold, as a fraction */
	uint32		form;			/* HnswForm */
	uint32		code_entries;	/* sparse: elements that a code has room for */
	HnswRoot	whole;			/* the graph of an index without keys */
	uint32		buckets[HNSW_BUCKETS];	/* key page + 1 of each hash chain */
} HnswMeta;

/* What a node is; a page of zeros holds free nodes */
typedef enum HnswState
{
	HNSW_FREE = 0,				/* never used, or given up while in the making */
	HNSW_LIVE = 1,				/* stands for the heap row at tid */
	HNSW_DEAD = 2,				/* tombstone: walked through, never returned */
	HNSW_LISTED = 3				/* in the list of numbers to use again */
} HnswState;

typedef struct HnswNode
{
	uint32		key;			/* whose graph: HNSW_WHOLE or an HnswKey's
								 * place */
	uint32		next;			/* next in the key's chain, or in the free
								 * list */
	uint32		twin;			/* next node with the very same code */
	ItemPointerData tid;		/* heap row */
	uint8		state;			/* HnswState */
	uint8		unused;
	uint16		count;			/* links in use */
	uint16		linked;			/* 0: a twin, found through its first one only */
	uint32		links[FLEXIBLE_ARRAY_MEMBER];	/* level 0, 2m at most */
} HnswNode;

typedef struct HnswUpper
{
	uint32		key;			/* as in HnswNode */
	uint32		count;			/* links in use */
	uint32		links[FLEXIBLE_ARRAY_MEMBER];	/* m at most */
} HnswUpper;

/* The special space of every page */
typedef struct HnswPageOpaque
{
	uint16		kind;			/* HnswPageKind */
	uint16		page_id;		/* HNSW_PAGE_ID, for pg_filedump and the like */
} HnswPageOpaque;

typedef enum HnswPageKind
{
	HNSW_PAGE_META = 1,
	HNSW_PAGE_CODE,
	HNSW_PAGE_LINK,
	HNSW_PAGE_UPPER,
	HNSW_PAGE_KEY
} HnswPageKind;

#define HNSW_PAGE_ID	0xFF95

/* Bytes of a page between header and special space */
#define HNSW_PAGE_ROOM	(BLCKSZ - MAXALIGN(SizeOfPageHeaderData) - MAXALIGN(sizeof(HnswPageOpaque)))

/* A place in a group: page of the group, byte of the page */
typedef struct HnswPlace
{
	uint16		page;
	uint16		offset;
} HnswPlace;

/* Shape of a group, and where everything is in it */
typedef struct HnswLayout
{
	int			code_pages;
	int			link_pages;
	int			upper_pages;
	int			key_pages;
	int			pages;			/* of a group in all */
	int			code_size;
	int			node_size;
	int			upper_size;
	HnswPlace	codes[HNSW_GROUP_NODES];
	HnswPlace	nodes[HNSW_GROUP_NODES];
	HnswPlace	uppers[HNSW_UPPERS];
} HnswLayout;

/* Where time went: shown by hnsw_last_scan() */
typedef struct HnswCounters
{
	int64		nodes;			/* nodes whose links were followed */
	int64		codes;			/* codes compared */
	int64		ranked;			/* vectors measured in the heap */
	int64		pages;			/* index pages read */
	int64		returned;		/* rows returned */
	int64		swept;			/* nodes read one after the other at the end */
} HnswCounters;

/* An index at work, in pages or (while it is built) in memory */
typedef struct HnswIndex
{
	Relation	rel;
	HnswMetric	metric;
	int			m;
	int			ef_construction;
	HnswCodec	codec;
	HnswLayout	layout;
	char	  **groups;			/* pages of each group in memory, NULL: on
								 * disk */
	uint32		group_count;
	uint32		group_room;
	struct HnswShared *shared;	/* of a parallel build, else NULL */
	struct dsa_area *area;		/* where its groups are */
	bool		building;		/* changes are logged at the end, all at once */
	Buffer	   *recent;			/* where each block was last seen */
	BlockNumber recent_room;
	uint32		peeks;			/* codes read without a pin, so far */
	HnswCounters counters;
} HnswIndex;

typedef struct HnswCandidate
{
	float		distance;
	uint32		node;
} HnswCandidate;

/* A binary heap, or just an array */
typedef struct HnswHeap
{
	HnswCandidate *items;
	int			count;
	int			room;
} HnswHeap;

/* A walk over one level; kept between walks to reuse its memory */
typedef struct HnswWalk
{
	HnswIndex  *index;
	uint32		limit;			/* nodes from this number on are unknown */
	uint64	   *visited;		/* a bit a node */
	HnswHeap	open;			/* to be expanded, nearest first */
	HnswHeap	found;			/* best so far, farthest first */
	HnswHeap	rest;			/* seen, too far for found; if kept */
	HnswHeap	evicted;		/* pushed out of found; if kept */
	bool		keep;			/* keep rest and evicted for another round */
	HnswHeap	touched;		/* nodes with a visited bit, to clear them */
	const uint32 *keys;			/* whose graphs are walked; sorted */
	int			key_count;
	HnswCandidate *fresh;		/* scratch: 2m */
	uint32	   *links;			/* scratch: 2m */
} HnswWalk;

/* A node about to be inserted: its links on each level */
typedef struct HnswLinks
{
	int			level;
	int			count[HNSW_MAX_LEVEL + 1];
	uint32	   *links[HNSW_MAX_LEVEL + 1];
	uint32		twin_of;		/* a node with the same code, or HNSW_NONE */
} HnswLinks;

/* Scratch of inserts */
typedef struct HnswInserter
{
	HnswIndex  *index;
	HnswWalk	walk;
	HnswQuery	query;			/* the new vector */
	HnswQuery	other;			/* a node's code as query */
	HnswCode   *code;			/* the new code */
	HnswCode   *code_copy;
	float	   *work;			/* padded floats */
	HnswLinks	links;
	HnswCandidate *candidates;
	HnswCandidate *kept;
	uint32	   *old_links;
	uint32	   *new_links;
	uint32	   *tree_links;
} HnswInserter;

/* What an index remembers of all codes, from one of them */
typedef struct HnswCodeNote
{
	float		error;			/* what the code does not hold, as a fraction */
	float		norm;			/* |x|; L1: the width of a step, or what is
								 * left out */
} HnswCodeNote;

/*
 * How the values of a type are read, coded and measured. What read gives is
 * opaque to all but these functions: floats, bits or a SparseVector.
 */
typedef struct HnswType
{
	const char *different;		/* error text for a query of other dimensions */
	HnswForm	form;
	/* the elements in a value; *copy is what the caller frees, or NULL */
	const void *(*read) (Datum value, int *dim, void **copy);
	bool		(*same) (int dim, const void *a, const void *b);
	/* elements that are all zero */
	const void *(*zeros) (int dim);
	/* |x|, by which estimates of its distances err in proportion */
	double		(*length) (int dim, const void *x);
	/* codes x; work as HnswCodecWork says; false if x has no place */
	bool		(*encode) (const HnswCodec *codec, const void *x, HnswCode *code,
						   float *work, HnswCodeNote *note);
	/* prepares x as query; it must live as long */
	bool		(*query) (const HnswCodec *codec, const void *x, HnswQuery *query);
	/* the distance that rows are ordered by; the same order as the operator's */
	double		(*distance) (HnswMetric metric, int dim, const void *a, const void *b);
} HnswType;

typedef struct HnswClass
{
	PGFunction	distance;		/* support function 1 tells class and metric */
	HnswMetric	metric;
	const HnswType *type;
} HnswClass;

/* hnsw.c */
extern int	hnsw_ef_search;
extern int	hnsw_iterative_scan;
extern int	hnsw_max_scan_tuples;
extern double hnsw_scan_mem_multiplier;

typedef enum HnswIterativeScan
{
	HNSW_ITERATIVE_OFF,
	HNSW_ITERATIVE_RELAXED,
	HNSW_ITERATIVE_STRICT
} HnswIterativeScan;

typedef struct HnswOptions
{
	int32		vl_len_;
	int			m;
	int			ef_construction;
	int			code_bits;
	int			code_entries;
} HnswOptions;

/* column.c: what an index is over */
extern const HnswClass *HnswClassOf(Relation rel);
extern int	HnswVectorColumn(Relation rel);
extern const HnswClass *HnswFindClass(PGFunction distance);
extern void HnswChooseCode(const HnswClass *class, const HnswOptions *options, HnswMeta *meta);
extern void HnswCodecInit(HnswCodec *codec, const HnswMeta *meta);
extern int	HnswMetaCodeSize(const HnswMeta *meta);
extern int	HnswCodecWork(const HnswCodec *codec);

/* type.c: the types */
extern const HnswType hnsw_type_vector;
extern const HnswType hnsw_type_halfvec;
extern const HnswType hnsw_type_sparsevec;
extern const HnswType hnsw_type_bit;

/* cost.c */
extern void HnswCostEstimate(PlannerInfo *root, IndexPath *path, double loop_count,
							 Cost *startup, Cost *total, Selectivity *selectivity,
							 double *correlation, double *pages);

/* store.c: pages and what is in them */
extern void HnswMakeMeta(Relation rel, HnswMeta *meta);
extern void HnswFillMeta(HnswMeta *meta, const HnswClass *class, int dim, int keys,
						 const HnswOptions *options);
extern void HnswReadMeta(Relation rel, HnswMeta *meta);
extern void HnswFillMetaPage(Page page, const HnswMeta *meta);
extern HnswMeta *HnswPageMeta(Page page);
extern HnswIndex *HnswOpen(Relation rel, const HnswMeta *meta, bool in_memory);
extern void HnswAddGroup(HnswIndex *index);
extern int	HnswLevelOf(uint32 node);
extern BlockNumber HnswBlockOf(const HnswIndex *index, uint32 node, HnswPlace place);
extern HnswPlace HnswCodePlace(const HnswIndex *index, uint32 node);
extern HnswPlace HnswNodePlace(const HnswIndex *index, uint32 node);
extern HnswPlace HnswUpperPlace(const HnswIndex *index, uint32 node, int level);
extern void HnswInitPage(const HnswIndex *index, Page page, int page_of_group);
extern char *HnswMemory(HnswIndex *index, uint32 node, HnswPlace place);
extern Buffer HnswPin(HnswIndex *index, BlockNumber block);
extern bool HnswReadNode(HnswIndex *index, uint32 node, HnswNode *copy, uint32 *links);
extern int	HnswLiveOnPage(HnswIndex *index, uint32 *node, HnswCandidate *live);
extern int	HnswReadLinks(HnswIndex *index, uint32 node, int level, const uint32 *keys,
						  int key_count, uint32 *links);
extern void HnswReadCode(HnswIndex *index, uint32 node, HnswCode *copy);
extern void HnswDistances(HnswIndex *index, const HnswQuery *query, HnswCandidate *items, int count);
extern HnswQuery HnswMakeQuery(const HnswCodec *codec);

/* change.c: changes to pages, logged */
extern GenericXLogState *HnswStart(HnswIndex *index);
extern Page HnswTouch(GenericXLogState *state, Buffer buffer);
extern Page HnswRegister(HnswIndex *index, GenericXLogState *state, Buffer buffer, int page_of_group);
extern void HnswFinish(GenericXLogState *state);
extern void HnswEnsureGroup(HnswIndex *index, uint32 node);
extern uint32 HnswNewNumber(HnswIndex *index, float norm);
extern void HnswWriteNode(HnswIndex *index, uint32 node, const HnswNode *head,
						  const HnswCode *code, const HnswLinks *links);
extern bool HnswChangeLinks(HnswIndex *index, uint32 node, int level, uint32 key,
							const uint32 *old, int old_count, const uint32 *new, int new_count);
extern bool HnswAddTwin(HnswIndex *index, uint32 first, uint32 key, uint32 twin);

/* walk.c: searching the graph */
extern void HnswWalkInit(HnswWalk *walk, HnswIndex *index, uint32 limit, bool keep);
extern void HnswWalkReset(HnswWalk *walk);
extern void HnswWalkGrow(HnswWalk *walk, uint32 limit);
extern void HnswWalkEnter(HnswWalk *walk, const HnswQuery *query, uint32 node, int ef);
extern void HnswWalkDescend(HnswWalk *walk, const HnswQuery *query, HnswCandidate *at,
							int from_level, int to_level);
extern void HnswWalkLevel(HnswWalk *walk, const HnswQuery *query, int level, int ef);
extern void HnswWalkPause(HnswWalk *walk, HnswHeap *aside);
extern void HnswWalkResume(HnswWalk *walk, const HnswHeap *aside);
extern void HnswWalkAgain(HnswWalk *walk, const HnswQuery *query, int ef);
extern void HnswPush(HnswHeap *heap, HnswCandidate item);
extern void HnswOffer(HnswHeap *best, HnswCandidate item, int most);
extern void HnswTurn(HnswHeap *heap);
extern HnswCandidate HnswPopNearest(HnswHeap *heap);
extern void HnswSort(HnswHeap *heap);

static inline bool
HnswVisited(const HnswWalk *walk, uint32 node)
{
	return (walk->visited[node / 64] & (UINT64CONST(1) << (node % 64))) != 0;
}

/* select.c: which links a node keeps */
extern int	HnswSelect(HnswInserter *inserter, HnswCandidate *candidates, int fixed, int count,
					   int most);
extern bool HnswTreeRoom(HnswInserter *inserter, uint32 node, uint32 key);
extern int	HnswPrune(HnswInserter *inserter, uint32 node, int level, uint32 key,
					  const uint32 *links, int count, int most, uint32 *result);

/* insert.c */
extern void HnswInserterInit(HnswInserter *inserter, HnswIndex *index);
extern bool HnswLinkBack(HnswInserter *inserter, uint32 to, int level, uint32 key, uint32 node);
extern bool HnswInsertValue(HnswInserter *inserter, const HnswClass *class, Datum value,
							ItemPointer tid, uint32 key, HnswMeta *memory_meta, float *error);
extern bool HnswInsert(Relation rel, Datum *values, bool *isnull, ItemPointer tid,
					   Relation heap, IndexUniqueCheck unique, bool unchanged,
					   struct IndexInfo *info);

/* connect.c */
extern uint32 HnswConnect(HnswInserter *inserter, HnswMeta *memory_meta, const HnswMeta *meta);

/* build.c */
extern IndexBuildResult *HnswBuild(Relation heap, Relation rel, struct IndexInfo *info);
extern void HnswBuildEmpty(Relation rel);

/* scan.c, rank.c */
extern IndexScanDesc HnswBeginScan(Relation rel, int keys, int orders);
extern void HnswRescan(IndexScanDesc scan, ScanKey keys, int nkeys, ScanKey orders, int norders);
extern bool HnswGetTuple(IndexScanDesc scan, ScanDirection direction);
extern void HnswEndScan(IndexScanDesc scan);

/* vacuum.c */
extern IndexBulkDeleteResult *HnswBulkDelete(IndexVacuumInfo *info, IndexBulkDeleteResult *stats,
											 IndexBulkDeleteCallback callback, void *state);
extern IndexBulkDeleteResult *HnswVacuumCleanup(IndexVacuumInfo *info, IndexBulkDeleteResult *stats);

/*
 * Has level 0 a tree (HnswPrune)?  By inner products the longest vectors are the
 * nearest of all: a tree would take up the links of those few.
 */
static inline bool
HnswHasTree(const HnswIndex *index)
{
	return index->codec.metric != HNSW_INNER_PRODUCT;
}

#endif							/* HNSW_H */
