/*-------------------------------------------------------------------------
 *
 * cache.c
 *	  Compiled queries of this session, with their plans. A query is compiled
 *	  anew for another graph, and for parameters of another kind, since only
 *	  scalars can use an index. The plans look after changed search paths,
 *	  roles and tables themselves; queries that call functions of the graph's
 *	  schema are compiled again when a function of the database has changed.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

#include "cypher/execute.h"

/* Compiled queries that a session keeps */
#define MAX_PROGRAMS 512

/* Longest text of a query that is kept, in bytes */
#define MAX_CACHED_QUERY (64 * 1024)

typedef struct ProgramKey
{
	Oid			node;
	Oid			edge;
	uint64		hash;
} ProgramKey;

typedef struct ProgramEntry
{
	ProgramKey	key;
	char	   *text;			/* graph, parameters, query */
	Program    *program;
	MemoryContext context;
	uint64		functions;		/* functions_changed when it was made */
} ProgramEntry;

static HTAB *programs = NULL;
static uint64 functions_changed = 0;

/* The language, the graph's name, the parameters' names and kinds, the query */
static char *
CacheText(const char *query, const Graph *graph, const CypherValue *params,
		  bool other)
{
	StringInfoData text;

	initStringInfo(&text);
	appendStringInfo(&text, "%s%s\n", other ? "sparql " : "", graph->name);
	for (int i = 0; i < params->length; i += 2)
	{
		CypherValue key = ItemOf(params, i);
		CypherValue value = ItemOf(params, i + 1);

		appendBinaryStringInfo(&text, key.data, key.length);
		appendStringInfoString(&text, value.type >= VALUE_STRING ? " s\n" :
							   " o\n");
	}
	appendStringInfoString(&text, query);
	return text.data;
}

static void
FreeStatement(Statement *statement)
{
	if (statement && statement->plan)
		SPI_freeplan(statement->plan);
}

static void
FreeSetItems(List *items)
{
	ListCell   *cell;

	foreach(cell, items)
		FreeStatement(((SetStepItem *) lfirst(cell))->evaluate);
}

static void
FreeProgram(ProgramEntry *entry)
{
	ListCell   *part;
	ListCell   *cell;

	foreach(part, entry->program->parts)
		foreach(cell, lfirst(part))
	{
		Step	   *step = lfirst(cell);

		FreeStatement(step->read);
		FreeSetItems(step->set);
		if (step->create)
			FreeStatement(step->create->evaluate);
		if (step->merge)
		{
			FreeStatement(step->merge->match);
			FreeStatement(step->merge->create->evaluate);
			FreeSetItems(step->merge->on_create);
			FreeSetItems(step->merge->on_match);
		}
	}
	MemoryContextDelete(entry->context);
}

static void
Drop(ProgramEntry *entry)
{
	FreeProgram(entry);
	hash_search(programs, &entry->key, HASH_REMOVE, NULL);
}

static void
DropAll(void)
{
	HASH_SEQ_STATUS scan;
	ProgramEntry *entry;

	hash_seq_init(&scan, programs);
	while ((entry = hash_seq_search(&scan)) != NULL)
		Drop(entry);
}

static void
CountFunctionChange(Datum arg, int cacheid, uint32 hashvalue)
{
	functions_changed++;
}

static void
MakePrograms(void)
{
	HASHCTL		ctl = {0};

	ctl.keysize = sizeof(ProgramKey);
	ctl.entrysize = sizeof(ProgramEntry);
	ctl.hcxt = TopMemoryContext;
	programs = hash_create("cypher programs", 64, &ctl,
						   HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	CacheRegisterSyscacheCallback(PROCOID, CountFunctionChange, (Datum) 0);
}

/*
 * The compiled form of a query, kept from an earlier call or made now.
 */
Program *
CachedProgram(const char *query, const Graph *graph, const CypherValue *params,
			  CompileCallback compile)
{
	ProgramKey	key;
	ProgramEntry *entry;
	char	   *text;
	bool		found;
	MemoryContext context;
	MemoryContext old;
	Program    *program;

	if (strlen(query) > MAX_CACHED_QUERY)
		return compile ? compile(query, graph) :
			CompileQuery(query, graph, params);
	if (programs == NULL)
		MakePrograms();
	text = CacheText(query, graph, params, compile != NULL);
	memset(&key, 0, sizeof(key));
	key.node = graph->node;
	key.edge = graph->edge;
	key.hash = hash_bytes_extended((unsigned char *) text, strlen(text), 0);
	entry = hash_search(programs, &key, HASH_FIND, NULL);
	if (entry && entry->program->calls_functions &&
		entry->functions != functions_changed && cypher_depth == 1)
	{
		Drop(entry);
		entry = NULL;
	}
	if (entry && strcmp(entry->text, text) == 0 &&
		(!entry->program->calls_functions ||
		 entry->functions == functions_changed))
		return entry->program;

	/* under the caller's context until it is whole */
	context = AllocSetContextCreate(CurrentMemoryContext, "cypher program",
									ALLOCSET_DEFAULT_SIZES);
	old = MemoryContextSwitchTo(context);
	program = compile ? compile(pstrdup(query), graph) :
		CompileQuery(pstrdup(query), graph, params);
	text = pstrdup(text);
	MemoryContextSwitchTo(old);
	if (entry)
		return program;
	if (hash_get_num_entries(programs) >= MAX_PROGRAMS)
	{
		if (cypher_depth > 1)
			return program;
		DropAll();
	}
	MemoryContextSetParent(context, TopMemoryContext);
	entry = hash_search(programs, &key, HASH_ENTER, &found);
	entry->text = text;
	entry->program = program;
	program->kept = true;
	entry->context = context;
	entry->functions = functions_changed;
	return program;
}
