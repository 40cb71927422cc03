-- Who is asking.

create or replace function api.whoami()
returns jsonb
language sql stable
security definer -- the registry of tenants is the owner's
set search_path = pg_catalog, pg_temp
as $$
    select jsonb_build_object('tenant_id', t.tenant_id, 'tenant', t.name)
    from tenant.tenant as t where t.tenant_id = public.current_tenant()
$$;
comment on function api.whoami() is 'The tenant that this session or key belongs to.';
