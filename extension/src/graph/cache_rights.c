/*-------------------------------------------------------------------------
 *
 * cache_rights.c
 *	  May this caller use cached adjacency? (cache.c, check 1)
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_policy.h"
#include "catalog/pg_proc.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "rewrite/rewriteHandler.h"
#include "rewrite/rowsecurity.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/rls.h"
#include "utils/syscache.h"

#include "graph/cache_entry.h"

/*
 * Is it the expression tenant_id = current_tenant()?
 */
static bool
IsTenantPolicy(Relation rel, Expr *expr, Oid current_tenant)
{
	OpExpr	   *op = (OpExpr *) expr;
	Node	   *left;
	Node	   *right;

	if (expr == NULL || !IsA(expr, OpExpr) || list_length(op->args) != 2)
		return false;
	left = linitial(op->args);
	right = lsecond(op->args);
	return get_opcode(op->opno) == F_INT4EQ &&
		IsA(left, Var) &&
		((Var *) left)->varattno == get_attnum(RelationGetRelid(rel), "tenant_id") &&
		IsA(right, FuncExpr) &&
		((FuncExpr *) right)->funcid == current_tenant;
}

/*
 * Does the caller see exactly the tenant's rows of this table?
 */
bool
GraphSeesTenant(Relation rel)
{
	List	   *policies;
	RowSecurityPolicy *policy;
	oidvector  *no_arguments;
	Oid			current_tenant;
	AttrNumber	attnum;
	Node	   *tenant_default;

	if (check_enable_rls(RelationGetRelid(rel), InvalidOid, true) != RLS_ENABLED)
		return true;
	if (!row_security)
		return false;			/* the query will say what is wrong with that */

	policies = rel->rd_rsdesc->policies;
	if (list_length(policies) != 1)
		return false;
	policy = linitial(policies);
	if (!policy->permissive || policy->hassublinks ||
		(policy->polcmd != '*' && policy->polcmd != ACL_SELECT_CHR) ||
		ARR_DIMS(policy->roles)[0] != 1 ||
		((Oid *) ARR_DATA_PTR(policy->roles))[0] != ACL_ID_PUBLIC)
		return false;

	no_arguments = buildoidvector(NULL, 0);
	current_tenant = GetSysCacheOid3(PROCNAMEARGSNSP, Anum_pg_proc_oid,
									 CStringGetDatum("current_tenant"),
									 PointerGetDatum(no_arguments),
									 ObjectIdGetDatum(get_namespace_oid("public", false)));
	if (!OidIsValid(current_tenant) ||
		!IsTenantPolicy(rel, policy->qual, current_tenant))
		return false;

	attnum = get_attnum(RelationGetRelid(rel), "tenant_id");
	tenant_default = build_column_default(rel, attnum);
	return tenant_default != NULL && IsA(tenant_default, FuncExpr) &&
		((FuncExpr *) tenant_default)->funcid == current_tenant;
}

bool
GraphMayRead(const Graph *graph)
{
	Oid			user = GetUserId();

#if PG_VERSION_NUM >= 160000
	if (object_aclcheck(NamespaceRelationId, graph->schema, user, ACL_USAGE) != ACLCHECK_OK)
		return false;
#else
	if (pg_namespace_aclcheck(graph->schema, user, ACL_USAGE) != ACLCHECK_OK)
		return false;
#endif
	return pg_class_aclcheck(graph->node, user, ACL_SELECT) == ACLCHECK_OK &&
		pg_class_aclcheck(graph->edge, user, ACL_SELECT) == ACLCHECK_OK;
}
