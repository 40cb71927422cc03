/*-------------------------------------------------------------------------
 *
 * init.c
 *	  Module magic and the one place where the families register.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"

#include "bellwether.h"

PG_MODULE_MAGIC;

PGDLLEXPORT void _PG_init(void);

void
_PG_init(void)
{
	TenantInit();
	VectorInit();
	GraphInit();
	CypherInit();
	HnswInit();
	IvfflatInit();
}
