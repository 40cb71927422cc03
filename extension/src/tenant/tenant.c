/*-------------------------------------------------------------------------
 *
 * tenant.c
 *	  Who is asking: a setting that a session cannot choose for itself.
 *
 * bellwether.tenant is PGC_SUSET: an analyst's login carries it by ALTER ROLE
 * ... IN DATABASE ... SET, the worker and the gateway may set it because they
 * were granted SET ON PARAMETER. Policies call current_tenant() and never
 * current_setting(), which would read a placeholder set before the library
 * was loaded.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/guc.h"

#include "bellwether.h"

/* -1 means unset: the system's own tenant is 0 */
#define TENANT_UNSET	(-1)

static int	tenant = TENANT_UNSET;

PG_FUNCTION_INFO_V1(current_tenant);

void
TenantInit(void)
{
	DefineCustomIntVariable("bellwether.tenant",
							"Tenant whose rows this session may see.",
							"Unset (-1) means that reading tenant data is an error.",
							&tenant, TENANT_UNSET, TENANT_UNSET, PG_INT32_MAX,
							PGC_SUSET, 0, NULL, NULL, NULL);
	MarkGUCPrefixReserved("bellwether");
}

/*
 * The session's tenant, or an error if there is none.
 */
Datum
current_tenant(PG_FUNCTION_ARGS)
{
	if (tenant == TENANT_UNSET)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("no tenant is set for this session"),
				 errhint("Log in as a role that belongs to a tenant, or set bellwether.tenant if you may.")));

	PG_RETURN_INT32(tenant);
}
