-- A cycle starts -> the circuit breaker of its account is evaluated, questions expire,
-- the days that are over are sealed.

create or replace function agent.on_cycle_started()
returns trigger
language plpgsql
security definer -- whoever starts a cycle has no rights on accounts
set search_path = pg_catalog, pg_temp
as $$
begin
    if new.account_id is not null then
        perform risk.evaluate_breaker(new.account_id, new.as_of);
    end if;
    perform agent.expire_approvals();
    perform agent.seal_events();
    return null;
end
$$;
comment on function agent.on_cycle_started() is
'Trigger function: evaluates the circuit breaker before the cycle goes on.';

create or replace trigger _500_cycle_started after update on agent.cycle
for each row when (old.status = 'queued' and new.status = 'running')
execute function agent.on_cycle_started();
