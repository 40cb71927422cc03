-- A new tenant gets its paper account and its usual schedules. The session's tenant is
-- the new one by then (see tenant.create_tenant).

create or replace function trade.on_tenant_created()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    perform trade.open_account('paper');
    perform agent.default_schedules();
    -- At the commit the session is no longer inside the new tenant's walls.
    set constraints trade._900_balance immediate;
    set constraints trade._900_balance deferred;
    return null;
end
$$;
comment on function trade.on_tenant_created()
    is 'Trigger function: opens the paper account of a new tenant, sets its schedules.';

create or replace trigger _500_tenant_created after insert on tenant.tenant
for each row when (new.tenant_id > 0) execute function trade.on_tenant_created();
