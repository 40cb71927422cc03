/*-------------------------------------------------------------------------
 *
 * hnsw.c
 *	  The access method: settings, options, handler.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/amapi.h"
#include "access/reloptions.h"
#include "bellwether.h"
#include "commands/progress.h"
#include "commands/vacuum.h"
#include "utils/guc.h"

#include "hnsw/cache.h"
#include "hnsw/filter.h"
#include "hnsw/hnsw.h"
#include "hnsw/range.h"

PG_FUNCTION_INFO_V1(hnswhandler);

int			hnsw_ef_search;
int			hnsw_iterative_scan;
int			hnsw_max_scan_tuples;
double		hnsw_scan_mem_multiplier;

static relopt_kind option_kind;

static const struct config_enum_entry iterative_scans[] = {
	{"off", HNSW_ITERATIVE_OFF, false},
	{"relaxed_order", HNSW_ITERATIVE_RELAXED, false},
	{"strict_order", HNSW_ITERATIVE_STRICT, false},
	{NULL, 0, false}
};

void
HnswInit(void)
{
	HnswKernelsChoose();
	HnswCacheInit();
	HnswRangeInit();
	HnswFilterInit();

	option_kind = add_reloption_kind();
	add_int_reloption(option_kind, "m", "Max number of connections",
					  HNSW_DEFAULT_M, HNSW_MIN_M, HNSW_MAX_M, AccessExclusiveLock);
	add_int_reloption(option_kind, "ef_construction",
					  "Size of the dynamic candidate list for construction",
					  HNSW_DEFAULT_EF_CONSTRUCTION, HNSW_MIN_EF_CONSTRUCTION,
					  HNSW_MAX_EF_CONSTRUCTION, AccessExclusiveLock);
	add_int_reloption(option_kind, "code_bits",
					  "Bits a dimension of the codes that searches walk on: 1, 2, 4 or 8, 0 chooses",
					  HNSW_CODE_BITS_AUTO, HNSW_CODE_BITS_AUTO, HNSW_MAX_CODE_BITS,
					  AccessExclusiveLock);

	add_int_reloption(option_kind, "code_entries",
					  "Elements of a sparsevec that searches walk on: its largest, 0 chooses",
					  HNSW_CODE_ENTRIES_AUTO, HNSW_CODE_ENTRIES_AUTO, HNSW_MAX_CODE_ENTRIES,
					  AccessExclusiveLock);

	DefineCustomIntVariable("hnsw.ef_search",
							"Sets the size of the dynamic candidate list for search",
							"Valid range is 1..1000.", &hnsw_ef_search,
							HNSW_DEFAULT_EF_SEARCH, HNSW_MIN_EF_SEARCH, HNSW_MAX_EF_SEARCH,
							PGC_USERSET, 0, NULL, NULL, NULL);
	DefineCustomEnumVariable("hnsw.iterative_scan",
							 "Sets whether a scan goes on until enough rows pass its filters",
							 NULL, &hnsw_iterative_scan, HNSW_ITERATIVE_STRICT,
							 iterative_scans, PGC_USERSET, 0, NULL, NULL, NULL);
	DefineCustomIntVariable("hnsw.max_scan_tuples",
							"Sets the max number of tuples to visit for iterative scans",
							"A scan that needs more reads the rest of the index in one sweep.",
							&hnsw_max_scan_tuples, HNSW_DEFAULT_MAX_SCAN_TUPLES, 1, INT_MAX,
							PGC_USERSET, 0, NULL, NULL, NULL);
	DefineCustomRealVariable("hnsw.scan_mem_multiplier",
							 "Sets the multiple of work_mem to use for iterative scans",
							 NULL, &hnsw_scan_mem_multiplier, 1, 1,
							 HNSW_MAX_SCAN_MEM_MULTIPLIER,
							 PGC_USERSET, 0, NULL, NULL, NULL);
	MarkGUCPrefixReserved("hnsw");
}

static bytea *
Options(Datum options, bool validate)
{
	static const relopt_parse_elt table[] = {
		{.optname = "m",.opttype = RELOPT_TYPE_INT,.offset = offsetof(HnswOptions, m)},
		{.optname = "ef_construction",.opttype = RELOPT_TYPE_INT,.offset = offsetof(HnswOptions, ef_construction)},
		{.optname = "code_bits",.opttype = RELOPT_TYPE_INT,.offset = offsetof(HnswOptions, code_bits)},
		{.optname = "code_entries",.opttype = RELOPT_TYPE_INT,.offset = offsetof(HnswOptions, code_entries)},
	};

	return (bytea *) build_reloptions(options, validate, option_kind, sizeof(HnswOptions),
									  table, lengthof(table));
}

static char *
PhaseName(int64 phase)
{
	switch (phase)
	{
		case PROGRESS_CREATEIDX_SUBPHASE_INITIALIZE:
			return "initializing";
		case HNSW_PHASE_LOAD:
			return "loading tuples";
		default:
			return NULL;
	}
}

/*
 * Classes are checked where an index is made: what counts is their support
 * function.
 */
static bool
Validate(Oid opclass)
{
	return true;
}

Datum
hnswhandler(PG_FUNCTION_ARGS)
{
	IndexAmRoutine *am = makeNode(IndexAmRoutine);

	am->amstrategies = HNSW_STRATEGIES;
	am->amsupport = HNSW_PROCS;
	am->amoptsprocnum = 0;
	am->amcanorder = false;
	am->amcanorderbyop = true;
	am->amcanbackward = false;
	am->amcanunique = false;
	am->amcanmulticol = true;
	am->amoptionalkey = true;
	am->amsearcharray = true;
	am->amsearchnulls = true;
	am->amstorage = false;
	am->amclusterable = false;
	am->ampredlocks = false;
	am->amcanparallel = false;
	am->amcaninclude = false;
	am->amusemaintenanceworkmem = false;
	am->amparallelvacuumoptions = VACUUM_OPTION_PARALLEL_BULKDEL;
	am->amkeytype = InvalidOid;

	am->ambuild = HnswBuild;
	am->ambuildempty = HnswBuildEmpty;
	am->aminsert = HnswInsert;
	am->ambulkdelete = HnswBulkDelete;
	am->amvacuumcleanup = HnswVacuumCleanup;
	am->amcanreturn = NULL;
	am->amcostestimate = HnswCostEstimate;
	am->amoptions = Options;
	am->amproperty = NULL;
	am->ambuildphasename = PhaseName;
	am->amvalidate = Validate;
	am->amadjustmembers = NULL;
	am->ambeginscan = HnswBeginScan;
	am->amrescan = HnswRescan;
	am->amgettuple = HnswGetTuple;
	am->amgetbitmap = NULL;
	am->amendscan = HnswEndScan;
	am->ammarkpos = NULL;
	am->amrestrpos = NULL;
	am->amestimateparallelscan = NULL;
	am->aminitparallelscan = NULL;
	am->amparallelrescan = NULL;
	PG_RETURN_POINTER(am);
}
