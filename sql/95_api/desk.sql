-- The desk's rows, of the session's tenant only: the tables behind have forced
-- row-level security, which binds the views' owner as well; each view names its tenant
-- once more.

create or replace view api.accounts with (security_barrier) as
select
    a.account_id,
    a.name,
    a.broker,
    a.currency,
    a.cash,
    a.created_at
from trade.account as a
where a.tenant_id = current_tenant();
comment on view api.accounts is 'The tenant''s accounts and their cash.';

create or replace view api.cycles with (security_barrier) as
select
    c.cycle_id,
    c.kind,
    c.symbols,
    c.execute,
    c.strategy_id,
    c.as_of,
    c.account_id,
    c.status,
    c.reason,
    c.trace_id,
    c.created_at,
    c.started_at,
    c.finished_at
from agent.cycle as c
where c.tenant_id = current_tenant();
comment on view api.cycles
    is 'Runs of the four agents; api.cycle(id) tells who said what.';

create or replace view api.decisions with (security_barrier) as
select
    d.decision_id,
    d.cycle_id,
    d.symbol,
    d.action,
    d.side,
    d.quantity,
    d.reason,
    d.as_of,
    d.at
from agent.decision as d
where d.tenant_id = current_tenant();
comment on view api.decisions is 'What cycles decided, one row a symbol.';

create or replace view api.events with (security_barrier) as
select
    e.event_id,
    e.at,
    e.type,
    e.symbol,
    e.cycle_id,
    e.trace_id,
    e.payload
from agent.event as e
where e.tenant_id = current_tenant();
comment on view api.events is 'Everything that happened, append-only.';

create or replace view api.orders with (security_barrier) as
select
    o.order_id,
    o.account_id,
    o.symbol,
    o.side,
    o.quantity,
    o.type,
    o.limit_price,
    o.stop_price,
    o.time_in_force,
    o.status,
    o.reason_code,
    o.reason,
    o.filled_quantity,
    o.average_fill_price,
    o.decision_id,
    o.strategy_id,
    o.client_order_id,
    o.broker_order_id,
    o.reference_price,
    o.placed_at,
    o.sent_at,
    o.updated_at,
    o.origin,
    o.oco,
    o.replaces,
    o.cancel_requested_at,
    o.placed_by
from trade.orders as o
where o.tenant_id = current_tenant();
comment on view api.orders is 'Every order, refused ones with their reason code.';

create or replace view api.fills with (security_barrier) as
select
    f.fill_id,
    f.order_id,
    f.account_id,
    f.symbol,
    f.side,
    f.quantity,
    f.price,
    f.fee,
    f.realised,
    f.broker,
    f.broker_fill_id,
    f.filled_at,
    f.recorded_at
from trade.fill as f
where f.tenant_id = current_tenant();
comment on view api.fills is 'What the brokers executed.';

create or replace view api.positions with (security_barrier) as
select
    p.account_id,
    p.symbol,
    p.quantity,
    p.cost / nullif(p.quantity, 0) as average_cost,
    q.price as last_price,
    p.quantity * q.price as value,
    p.quantity * q.price - p.cost as unrealised,
    p.realised,
    p.fees,
    p.updated_at
from trade.position as p
left join lateral (
    select b.close::numeric as price
    from market.bar as b
    where
        b.instrument_id = p.instrument_id
        and b.bar_interval = '1d'
        and b.known_at <= clock_timestamp()
    order by b.ts desc
    limit 1
) as q on true
where p.tenant_id = current_tenant();
comment on view api.positions is
'What the accounts hold, by average cost and at the last close; closed ones have '
'quantity 0.';

create or replace view api.trades with (security_barrier) as
select
    f.account_id,
    f.symbol,
    case f.side when 'sell' then 'long' else 'short' end as direction,
    f.closed_quantity as quantity,
    f.closed_cost / f.closed_quantity as entry_price,
    f.price as exit_price,
    f.realised,
    f.realised / nullif(f.closed_cost, 0) as realised_fraction,
    f.filled_at as closed_at,
    f.fill_id,
    f.order_id
from trade.fill as f
where f.tenant_id = current_tenant() and f.closed_quantity > 0;
comment on view api.trades is
'Closed trades, one row for each fill that closed something: average cost against '
'exit, profit after fees.';

create or replace view api.equity with (security_barrier) as
select
    e.account_id,
    e.day,
    e.cash,
    e.positions_value,
    e.equity
from trade.equity as e
where e.tenant_id = current_tenant();
comment on view api.equity is
'What each account was worth at the end of each day (UTC), by the closes known then.';

-- Own jobs, and the system's, which work on market data that everybody shares.
create or replace view api.jobs with (security_barrier) as
select
    j.job_id,
    j.kind,
    j.tenant_id = 0 as is_system,
    j.state,
    j.priority,
    j.attempt,
    j.max_attempts,
    j.run_at,
    j.enqueued_at,
    j.started_at,
    null::timestamptz as finished_at,
    j.errors -> -1 ->> 'error' as last_error,
    j.trace_id
from work.job as j
where j.tenant_id in (current_tenant(), 0)
union all
select
    d.job_id,
    d.kind,
    d.tenant_id = 0,
    'dead',
    d.priority,
    d.attempt,
    d.max_attempts,
    null,
    d.enqueued_at,
    null,
    d.died_at,
    d.error,
    d.trace_id
from work.dead as d
where d.tenant_id in (current_tenant(), 0)
union all
select
    f.job_id,
    f.kind,
    f.tenant_id = 0,
    'done',
    null,
    f.attempt,
    null,
    null,
    f.enqueued_at,
    f.started_at,
    f.finished_at,
    null,
    f.trace_id
from work.job_done as f
where f.tenant_id in (current_tenant(), 0);
comment on view api.jobs
    is 'The tenant''s jobs and the system''s: ready, leased, waiting, blocked, done or '
       'dead.';
