-- A cycle starts -> the circuit breaker of its account is evaluated, exits that bars
-- have triggered are placed, questions expire, dead jobs are told of, the days that are
-- over are sealed; once a day it is settled what agents' actions brought, and weights
-- follow.

create or replace function agent.on_cycle_started()
returns trigger
language plpgsql
security definer -- whoever starts a cycle has no rights on accounts
set search_path = pg_catalog, pg_temp
as $$
begin
    if new.account_id is not null then
        perform risk.evaluate_breaker(new.account_id, new.as_of);
        perform trade.watch_exits(new.account_id);
    end if;
    perform agent.expire_approvals();
    perform agent.tell_dead_jobs();
    if agent.seal_events() > 0 then
        perform agent.settle_actions();
        perform agent.suggest_weights();
    end if;
    return null;
end
$$;
comment on function agent.on_cycle_started() is
'Trigger function: evaluates the circuit breaker before the cycle goes on.';

create or replace trigger _500_cycle_started after update on agent.cycle
for each row when (old.status = 'queued' and new.status = 'running')
execute function agent.on_cycle_started();
