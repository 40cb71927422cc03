/*-------------------------------------------------------------------------
 *
 * ivfflat.c
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

#include "ivfflat/ivfflat.h"

PG_FUNCTION_INFO_V1(ivfflathandler);

int			ivfflat_probes;
int			ivfflat_iterative_scan;
int			ivfflat_max_probes;

static relopt_kind option_kind;

static const struct config_enum_entry iterative_scans[] = {
	{"off", IVFFLAT_ITERATIVE_OFF, false},
	{"relaxed_order", IVFFLAT_ITERATIVE_RELAXED, false},
	{NULL, 0, false}
};

void
IvfflatInit(void)
{
	option_kind = add_reloption_kind();
	add_int_reloption(option_kind, "lists", "Number of inverted lists",
					  IVFFLAT_DEFAULT_LISTS, IVFFLAT_MIN_LISTS, IVFFLAT_MAX_LISTS,
					  AccessExclusiveLock);

	DefineCustomIntVariable("ivfflat.probes",
							"Sets the number of probes",
							"Valid range is 1..lists.", &ivfflat_probes,
							IVFFLAT_DEFAULT_PROBES, IVFFLAT_MIN_LISTS, IVFFLAT_MAX_LISTS,
							PGC_USERSET, 0, NULL, NULL, NULL);
	DefineCustomEnumVariable("ivfflat.iterative_scan",
							 "Sets the mode for iterative scans",
							 NULL, &ivfflat_iterative_scan, IVFFLAT_ITERATIVE_OFF,
							 iterative_scans, PGC_USERSET, 0, NULL, NULL, NULL);
	DefineCustomIntVariable("ivfflat.max_probes",
							"Sets the max number of probes for iterative scans",
							NULL, &ivfflat_max_probes,
							IVFFLAT_MAX_LISTS, IVFFLAT_MIN_LISTS, IVFFLAT_MAX_LISTS,
							PGC_USERSET, 0, NULL, NULL, NULL);
	MarkGUCPrefixReserved("ivfflat");
}

static bytea *
Options(Datum options, bool validate)
{
	static const relopt_parse_elt table[] = {
		{.optname = "lists",.opttype = RELOPT_TYPE_INT,.offset = offsetof(IvfflatOptions, lists)},
	};

	return (bytea *) build_reloptions(options, validate, option_kind, sizeof(IvfflatOptions),
									  table, lengthof(table));
}

static char *
PhaseName(int64 phase)
{
	switch (phase)
	{
		case PROGRESS_CREATEIDX_SUBPHASE_INITIALIZE:
			return "initializing";
		case IVFFLAT_PHASE_KMEANS:
			return "performing k-means";
		case IVFFLAT_PHASE_ASSIGN:
			return "assigning tuples";
		case IVFFLAT_PHASE_LOAD:
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
ivfflathandler(PG_FUNCTION_ARGS)
{
	IndexAmRoutine *am = makeNode(IndexAmRoutine);

	am->amstrategies = IVFFLAT_STRATEGIES;
	am->amsupport = IVFFLAT_PROCS;
	am->amoptsprocnum = 0;
	am->amcanorder = false;
	am->amcanorderbyop = true;
	am->amcanbackward = false;
	am->amcanunique = false;
	am->amcanmulticol = false;
	am->amoptionalkey = true;
	am->amsearcharray = false;
	am->amsearchnulls = false;
	am->amstorage = false;
	am->amclusterable = false;
	am->ampredlocks = false;
	am->amcanparallel = false;
	am->amcaninclude = false;
	am->amusemaintenanceworkmem = false;
	am->amparallelvacuumoptions = VACUUM_OPTION_PARALLEL_BULKDEL;
	am->amkeytype = InvalidOid;

	am->ambuild = IvfflatBuild;
	am->ambuildempty = IvfflatBuildEmpty;
	am->aminsert = IvfflatInsert;
	am->ambulkdelete = IvfflatBulkDelete;
	am->amvacuumcleanup = IvfflatVacuumCleanup;
	am->amcanreturn = NULL;
	am->amcostestimate = IvfflatCostEstimate;
	am->amoptions = Options;
	am->amproperty = NULL;
	am->ambuildphasename = PhaseName;
	am->amvalidate = Validate;
	am->amadjustmembers = NULL;
	am->ambeginscan = IvfflatBeginScan;
	am->amrescan = IvfflatRescan;
	am->amgettuple = IvfflatGetTuple;
	am->amgetbitmap = NULL;
	am->amendscan = IvfflatEndScan;
	am->ammarkpos = NULL;
	am->amrestrpos = NULL;
	am->amestimateparallelscan = NULL;
	am->aminitparallelscan = NULL;
	am->amparallelrescan = NULL;
	PG_RETURN_POINTER(am);
}
