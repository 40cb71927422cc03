/*-------------------------------------------------------------------------
 *
 * cache.c
 *	  Indexes that this session used lately: their layout, rotation and the
 *	  buffers their blocks were last seen in outlive a scan.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#include "hnsw/cache.h"

/* Indexes remembered */
#define REMEMBERED	8

typedef struct Slot
{
	RelFileLocator file;		/* a rebuilt index is another file */
	MemoryContext context;		/* holds the index; NULL: the slot is free */
	HnswIndex  *index;
	int			users;			/* scans at work; 0 after each transaction */
} Slot;

static Slot slots[REMEMBERED];
static int	next_victim;

static void
ForgetUsers(XactEvent event, void *arg)
{
	if (event == XACT_EVENT_COMMIT || event == XACT_EVENT_ABORT ||
		event == XACT_EVENT_PREPARE)
		for (int i = 0; i < REMEMBERED; i++)
			slots[i].users = 0;
}

void
HnswCacheInit(void)
{
	RegisterXactCallback(ForgetUsers, NULL);
}

/* Was the file's number used again for another index? */
static bool
SameShape(const HnswIndex *index, const HnswMeta *meta)
{
	return index->codec.form == meta->form && index->metric == meta->metric && index->m == meta->m &&
		index->codec.dim == meta->dimensions && index->codec.bits == meta->code_bits &&
		index->codec.size == HnswMetaCodeSize(meta) &&
		(index->layout.key_pages > 0) == (meta->keys > 0);
}

static Slot *
FreeSlot(void)
{
	for (int i = 0; i < REMEMBERED; i++)
		if (slots[i].context == NULL)
			return &slots[i];
	for (int i = 0; i < REMEMBERED; i++)
	{
		Slot	   *slot = &slots[next_victim++ % REMEMBERED];

		if (slot->users == 0)
			return slot;
	}
	return NULL;
}

/*
 * The index at work, remembered if possible, else in the current context.
 */
HnswIndex *
HnswAcquire(Relation rel, const HnswMeta *meta)
{
	MemoryContext old;
	Slot	   *slot;

	for (int i = 0; i < REMEMBERED; i++)
		if (slots[i].context && RelFileLocatorEquals(slots[i].file, rel->rd_locator) &&
			SameShape(slots[i].index, meta))
		{
			slots[i].users++;
			slots[i].index->rel = rel;
			return slots[i].index;
		}
	slot = FreeSlot();
	if (slot == NULL)
		return HnswOpen(rel, meta, false);
	if (slot->context)
		MemoryContextDelete(slot->context);
	memset(slot, 0, sizeof(Slot));
	slot->file = rel->rd_locator;
	slot->context = AllocSetContextCreate(TopMemoryContext, "hnsw index",
										  ALLOCSET_DEFAULT_SIZES);
	old = MemoryContextSwitchTo(slot->context);
	slot->index = HnswOpen(rel, meta, false);
	MemoryContextSwitchTo(old);
	slot->users = 1;
	return slot->index;
}

void
HnswRelease(HnswIndex *index)
{
	for (int i = 0; i < REMEMBERED; i++)
		if (slots[i].index == index && slots[i].users > 0)
			slots[i].users--;
}
