/*-------------------------------------------------------------------------
 *
 * cache_base.c
 *	  Snapshots as the base of cached adjacency (cache.c, checks 4 and 5).
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/transam.h"
#include "access/xact.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

#include "graph/cache_entry.h"

/*
 * The 64-bit id of a transaction id that is not far in the future.
 */
static uint64
WideXid(TransactionId xid)
{
	FullTransactionId next = ReadNextFullTransactionId();

	return U64FromFullTransactionId(next) -
		(uint64) (int64) (int32) (XidFromFullTransactionId(next) - xid);
}

static bool
IsRunning(const CacheBase *base, uint64 xid)
{
	for (int i = 0; i < base->nrunning; i++)
		if (base->running[i] == xid)
			return true;
	return false;
}

bool
GraphBaseSees(const CacheBase *base, uint64 xid)
{
	if (xid < base->xmin)
		return true;
	return xid < base->xmax && !IsRunning(base, xid);
}

/*
 * Does the snapshot see every transaction that the base sees?
 */
bool
GraphSeesBase(Snapshot snapshot, const CacheBase *base)
{
	if (WideXid(snapshot->xmax) < base->xmax)
		return false;
	for (uint32 i = 0; i < snapshot->xcnt; i++)
		if (GraphBaseSees(base, WideXid(snapshot->xip[i])))
			return false;
	return true;
}

/*
 * Make the snapshot the base, whose list is in that context. A snapshot does not list its own transaction as
 * running; the base must, since its changes are still to come.
 */
void
GraphSetBase(CacheBase *base, MemoryContext context, Snapshot snapshot)
{
	TransactionId own = GetTopTransactionIdIfAny();

	if (base->capacity < (int) snapshot->xcnt + 1)
	{
		base->capacity = snapshot->xcnt + 16;
		base->running = MemoryContextAlloc(context,
										   sizeof(uint64) * base->capacity);
	}
	base->xmin = WideXid(snapshot->xmin);
	base->xmax = WideXid(snapshot->xmax);
	base->nrunning = 0;
	for (uint32 i = 0; i < snapshot->xcnt; i++)
		base->running[base->nrunning++] = WideXid(snapshot->xip[i]);
	if (TransactionIdIsValid(own))
	{
		base->running[base->nrunning++] = WideXid(own);
		base->xmin = Min(base->xmin, WideXid(own));
	}
}

/*
 * Does the snapshot see exactly what the base sees? Then there is nothing to
 * look for.
 */
bool
GraphSeesSame(Snapshot snapshot, const CacheBase *base)
{
	if (TransactionIdIsValid(GetTopTransactionIdIfAny()) ||
		WideXid(snapshot->xmax) != base->xmax ||
		snapshot->xcnt != base->nrunning)
		return false;
	for (uint32 i = 0; i < snapshot->xcnt; i++)
		if (WideXid(snapshot->xip[i]) != base->running[i])
			return false;
	return true;
}
