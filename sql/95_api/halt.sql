-- Stopping, and going on.
--
-- Example: select * from api.halt('feed looks wrong');
--          select * from api.halt('earnings', 'symbol', 'AAPL', '2030-01-01');
--          select * from api.halt('broker does not answer', 'account', '1');
--          select * from api.resume('symbol', 'AAPL', 'over');

create or replace function api.halt(
    reason text, scope text default 'tenant', target text default null,
    until timestamptz default null
)
returns risk.state
language plpgsql
security definer -- analysts have no rights on risk
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    changed risk.state;
begin
    changed := risk.set_state(
        halt.scope, halt.target, 'HALTED', halt.reason, halt.until
    );
    perform agent.record_event(
        'TradingHalted', case halt.scope when 'symbol' then halt.target end,
        to_jsonb(changed) - 'tenant_id'
    );
    return changed;
end
$$;
comment on function api.halt(text, text, text, timestamptz) is
'Halts trading of the tenant, an account, a strategy or a symbol from the next order '
'row on, also of orders that are about to be sent, until '
'a time or until api.resume.';

create or replace function api.resume(
    scope text default 'tenant', target text default null, reason text default 'resumed'
)
returns risk.state
language plpgsql
security definer -- analysts have no rights on risk
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    changed risk.state;
begin
    changed := risk.set_state(resume.scope, resume.target, 'ACTIVE', resume.reason);
    -- The circuit breaker is not resumed but closed (api.close_breaker).
    update risk.state as s
    set
        state = 'ACTIVE', reason = resume.reason, until = null,
        changed_at = clock_timestamp(), changed_by = session_user
    where
        s.tenant_id = changed.tenant_id and s.scope = changed.scope
        and s.target = changed.target and s.source = 'reconcile'
        and s.state <> 'ACTIVE';
    perform agent.record_event(
        'TradingResumed', case resume.scope when 'symbol' then resume.target end,
        to_jsonb(changed) - 'tenant_id'
    );
    return changed;
end
$$;
comment on function api.resume(text, text, text) is
'Ends a halt, that of a failed reconciliation included; the circuit breaker is closed '
'with api.close_breaker.';

create or replace view api.halts with (security_barrier) as
select
    s.scope,
    s.target,
    s.state,
    s.reason,
    s.until,
    s.changed_at,
    s.changed_by,
    s.source
from risk.state as s
where
    s.tenant_id = current_tenant()
    and s.state <> 'ACTIVE'
    and (s.until is null or s.until > clock_timestamp());
comment on view api.halts
    is 'Where trading is held up now, why, since when and by whom.';
