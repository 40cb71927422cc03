-- What was earned.
--
-- Example: select total_return, sharpe, max_drawdown from api.performance(1);
--          select symbol, sum(realised) from api.lots(1) group by symbol;

create or replace view api.returns with (security_barrier) as
select
    r.account_id,
    r.day,
    r.equity,
    r.flow,
    r.return_fraction
from trade.daily_return as r
where r.tenant_id = current_tenant();
comment on view api.returns is
'What each account earned each day as a fraction; flow (deposits and withdrawals) is '
'taken out.';

create or replace function api.performance(
    account_id bigint, since date default null, until date default null
)
returns table (
    days integer, total_return double precision, sharpe double precision,
    sortino double precision, max_drawdown double precision,
    best_day double precision, worst_day double precision, trades integer,
    winning_trades integer, realised numeric, fees numeric, paid_in numeric
)
language sql stable
security definer -- analysts have no rights on trade
set search_path = pg_catalog, pg_temp
as $$ select * from trade.performance(account_id, since, until) $$;
comment on function api.performance(bigint, date, date) is
'What an account earned between two days, deposits and withdrawals taken out.';

create or replace function api.lots(account_id bigint)
returns table (
    symbol text, direction integer, quantity numeric, opened_by bigint,
    opened_at timestamptz, closed_by bigint, closed_at timestamptz, cost numeric,
    proceeds numeric, realised numeric
)
language sql stable
security definer -- analysts have no rights on trade
set search_path = pg_catalog, pg_temp
as $$ select * from trade.fifo(account_id) $$;
comment on function api.lots(bigint) is
'The lots of an account, first in first out: closed ones with what they earned. The '
'books themselves are by average cost.';

create or replace view api.strategy_books with (security_barrier) as
select
    f.strategy_id,
    f.account_id,
    f.symbol,
    (f.book).quantity as quantity,
    (f.book).cost as cost,
    (f.book).realised as realised,
    (f.book).fees as fees
from (
    select
        o.strategy_id,
        b.account_id,
        b.symbol,
        trade.book_of(b.side, b.quantity, b.price, b.fee order by b.revision) as book
    from trade.fill as b
    inner join trade.orders as o
        on b.tenant_id = o.tenant_id and b.order_id = o.order_id
    where b.tenant_id = current_tenant()
    group by o.strategy_id, b.account_id, b.symbol
) as f;
comment on view api.strategy_books is
'What each strategy holds and has earned, by average cost of its own fills; null: '
'orders without a strategy.';

create or replace view api.leaderboard with (security_barrier) as
select
    a.agent,
    count(*) as actions,
    count(a.impact) filter (where a.stance <> 0) as settled,
    count(*) filter (where a.impact > 0) as right_calls,
    avg((a.impact > 0)::integer) filter (where a.stance <> 0 and a.impact is not null)
        as hit_rate,
    avg(a.impact) filter (where a.stance <> 0) as mean_impact,
    sum(a.pnl) as pnl,
    coalesce(w.weight, 1) as weight,
    coalesce(w.reason, 'no record yet: even') as why_this_weight,
    w.evidence,
    w.at as weight_since
from agent.action as a
left join lateral (
    select
        k.weight,
        k.reason,
        k.evidence,
        k.at
    from agent.weight as k
    where
        k.tenant_id = a.tenant_id and k.agent = a.agent and k.regime = ''
        and k.status = 'applied'
    order by k.weight_id desc
    limit 1
) as w on true
where a.tenant_id = current_tenant()
group by a.agent, w.weight, w.reason, w.evidence, w.at;
comment on view api.leaderboard is
'How right each agent was, what it brought, how much its word counts, and why.';

create or replace view api.agent_weights with (security_barrier) as
select
    w.weight_id,
    w.agent,
    w.regime,
    w.weight,
    w.status,
    w.reason,
    w.evidence,
    w.at
from agent.weight as w
where w.tenant_id = current_tenant();
comment on view api.agent_weights is
'Every weight that was suggested or applied, with its reason and evidence.';
