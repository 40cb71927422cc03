/*-------------------------------------------------------------------------
 *
 * relation.c
 *	  Relations as callers name them.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/syscache.h"

#include "bellwether.h"

/*
 * A regclass may be any number: one without a relation is the caller's
 * mistake, which opening it would tell of as ours.
 */
void
RequireRelation(Oid relid)
{
	if (!SearchSysCacheExists1(RELOID, ObjectIdGetDatum(relid)))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("there is no relation with OID %u", relid)));
}
