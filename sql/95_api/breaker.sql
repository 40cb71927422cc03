-- The circuit breaker.
--
-- Example: select state, drawdown, reason from api.breakers;
--          select state, may_close, approval_id
--          from api.resume_breaker(1, 'the feed is repaired');
--          select state from api.close_breaker(1, 'new data feed, drill is over');

create or replace view api.breakers with (security_barrier) as
select
    b.account_id,
    b.state,
    b.triggers,
    b.reason,
    1 - b.value / nullif(b.peak, 0) as drawdown,
    b.evaluated_at,
    b.opened_at,
    b.opened_as_of,
    b.closed_at
from risk.breaker as b
where b.tenant_id = current_tenant();
comment on view api.breakers is
'The circuit breaker of each account: closed, open (shadow decisions only) or closing '
'(asks whether it may), and the drawdown from the peak, deposits taken out.';

create or replace function api.close_breaker(account_id bigint, reason text)
returns risk.breaker
language sql
security definer -- analysts have no rights on risk
set search_path = pg_catalog, pg_temp
as $$ select risk.close_breaker(account_id, reason) $$;
comment on function api.close_breaker(bigint, text) is
'Closes a circuit breaker, whatever its condition.';

create or replace function api.resume_breaker(account_id bigint, reason text)
returns table (
    state text, may_close boolean, question text, approval_id bigint,
    expires_at timestamptz
)
language sql
rows 1
security definer -- analysts have no rights on risk
set search_path = pg_catalog, pg_temp
as $$ select * from risk.resume_breaker($1, $2) $$;
comment on function api.resume_breaker(bigint, text) is
'Asks that an open circuit breaker closes: the question is in api.approvals, says '
'whether the condition to close is met, and closes the breaker when it is approved. '
'With the setting breaker_close auto a breaker whose condition is met closes at once.';

create or replace function api.trip_breaker(account_id bigint, reason text)
returns risk.breaker
language sql
security definer -- analysts have no rights on risk
set search_path = pg_catalog, pg_temp
as $$ select risk.trip_breaker(account_id, reason) $$;
comment on function api.trip_breaker(bigint, text) is
'Opens a circuit breaker by hand, for instance to see that it works.';

create or replace function api.evaluate_breaker(account_id bigint)
returns risk.breaker
language sql
security definer -- analysts have no rights on risk
set search_path = pg_catalog, pg_temp
as $$ select risk.evaluate_breaker(account_id, null) $$;
comment on function api.evaluate_breaker(bigint) is
'Looks at once whether a circuit breaker is to open, or may close; every fill and every '
'cycle does so anyhow.';

create or replace function api.verify_events()
returns table (cycle_id bigint, event_id bigint, day date, problem text)
language sql stable
security definer -- analysts have no rights on agent
set search_path = pg_catalog, pg_temp
as $$ select * from agent.verify_events() $$;
comment on function api.verify_events() is
'What of the tenant''s events was changed or removed since it was written; no rows: '
'nothing.';

create or replace view api.seals with (security_barrier) as
select
    s.day,
    s.events,
    encode(s.hash, 'hex') as hash,
    s.sealed_at
from agent.seal as s
where s.tenant_id = current_tenant();
comment on view api.seals is
'A digest over all events of each day (UTC) and over the seal before it.';
