/*-------------------------------------------------------------------------
 *
 * page.c
 *	  Pages and what is on them, found by arithmetic.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/rel.h"

#include "ivfflat/ivfflat.h"

void
IvfflatInitPage(Page page)
{
	IvfflatPageOpaque *opaque;

	PageInit(page, BLCKSZ, sizeof(IvfflatPageOpaque));
	opaque = IvfflatOpaque(page);
	opaque->next = InvalidBlockNumber;
	opaque->count = 0;
	opaque->page_id = IVFFLAT_PAGE_ID;
}

void
IvfflatFillMetaPage(Page page, const IvfflatMeta *meta)
{
	IvfflatInitPage(page);
	memcpy(PageGetContents(page), meta, sizeof(IvfflatMeta));
	((PageHeader) page)->pd_lower = PageGetContents(page) + sizeof(IvfflatMeta) - (char *) page;
}

void
IvfflatReadMeta(Relation rel, IvfflatMeta *meta)
{
	Buffer		buffer = ReadBuffer(rel, IVFFLAT_META_BLOCK);

	LockBuffer(buffer, BUFFER_LOCK_SHARE);
	memcpy(meta, PageGetContents(BufferGetPage(buffer)), sizeof(IvfflatMeta));
	UnlockReleaseBuffer(buffer);
	if (meta->magic != IVFFLAT_MAGIC || meta->version != IVFFLAT_VERSION)
		ereport(ERROR,
				(errcode(ERRCODE_INDEX_CORRUPTED),
				 errmsg("index \"%s\" is not an ivfflat index of this version",
						RelationGetRelationName(rel)),
				 errhint("Rebuild it with REINDEX.")));
}

BlockNumber
IvfflatListBlock(const IvfflatIndex *index, int list)
{
	return IVFFLAT_FIRST_LIST_BLOCK + list / index->lists_per_page;
}

/*
 * The list on its page.
 */
IvfflatList *
IvfflatListOn(const IvfflatIndex *index, Page page, int list)
{
	return (IvfflatList *) (PageGetContents(page) +
							list % index->lists_per_page * index->list_size);
}

/*
 * An entry of the page, from 0.
 */
IvfflatEntry *
IvfflatEntryOn(const IvfflatIndex *index, Page page, int entry)
{
	return (IvfflatEntry *) (PageGetContents(page) + entry * index->entry_size);
}

/*
 * Says how many entries are on the page: what lies behind them is not logged.
 */
void
IvfflatSetCount(const IvfflatIndex *index, Page page, int count)
{
	IvfflatOpaque(page)->count = count;
	((PageHeader) page)->pd_lower =
		PageGetContents(page) + count * index->entry_size - (char *) page;
}

/*
 * Adds an entry to a page that has room for it.
 */
void
IvfflatAddEntry(const IvfflatIndex *index, Page page, const IvfflatEntry *entry)
{
	int			count = IvfflatOpaque(page)->count;

	Assert(count < index->entries_per_page);
	memcpy(IvfflatEntryOn(index, page, count), entry, index->entry_size);
	IvfflatSetCount(index, page, count + 1);
}

/*
 * Fills in how far each center is from the query, in the order of the lists.
 */
void
IvfflatCompareCenters(const IvfflatIndex *index, const void *query, IvfflatProbe *probes)
{
	int			list = 0;

	while (list < index->lists)
	{
		Buffer		buffer = ReadBuffer(index->rel, IvfflatListBlock(index, list));
		Page		page;
		int			end = Min(list + index->lists_per_page, index->lists);

		CHECK_FOR_INTERRUPTS();
		LockBuffer(buffer, BUFFER_LOCK_SHARE);
		page = BufferGetPage(buffer);
		for (; list < end; list++)
		{
			IvfflatList *stored = IvfflatListOn(index, page, list);

			probes[list].list = list;
			probes[list].first = stored->first;
			probes[list].distance = index->class->distance(index->dim, query, stored->center);
		}
		UnlockReleaseBuffer(buffer);
	}
}
