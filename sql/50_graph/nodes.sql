-- Which nodes follow from which rows: the only place that says so. Triggers ask for the
-- rows that changed (part, row_id), graph.rebuild for all of them.
--
-- What the market shares between tenants (instruments, indicators, regimes, snapshots)
-- is in a tenant's graph when a row of the tenant names it, and with nothing but its
-- name: what may be corrected later is asked where it is kept.

-- Example: graph.utc('2018-02-05') -> 2018-02-05T00:00:00.000000Z
create or replace function graph.utc(at timestamptz)
returns text
language sql immutable strict parallel safe
return to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"');
comment on function graph.utc(timestamptz) is
'A moment as text, the same in every session.';

create or replace view graph.node_of as
select
    'strategy' as part, s.strategy_id as row_id, 'strategy:' || s.strategy_id as key,
    '{Strategy}'::text[] as labels,
    jsonb_build_object(
        'strategy_id', s.strategy_id, 'name', s.name, 'status', s.status
    ) as properties
from strategy.strategy as s where s.tenant_id = current_tenant()
union all
select
    'version', v.strategy_id, format('config:%s.%s', v.strategy_id, v.version),
    '{Config}',
    jsonb_build_object(
        'strategy_id', v.strategy_id, 'version', v.version,
        'hash', encode(v.config_hash, 'hex')
    )
from strategy.version as v where v.tenant_id = current_tenant()
union all
select
    'version', v.strategy_id, 'indicator:' || (i.value ->> 'indicator'), '{Indicator}',
    jsonb_build_object('indicator', i.value ->> 'indicator')
from strategy.version as v
cross join lateral jsonb_each(v.config -> 'indicators') as i
where v.tenant_id = current_tenant()
union all
select
    'backtest', b.backtest_id, 'backtest:' || b.backtest_id, '{Backtest}',
    jsonb_build_object(
        'backtest_id', b.backtest_id, 'as_of', graph.utc(b.as_of),
        'total_return', b.total_return, 'sharpe', b.sharpe,
        'max_drawdown', b.max_drawdown, 'trade_count', b.trade_count
    )
from strategy.backtest as b where b.tenant_id = current_tenant()
union all
select
    'backtest', b.backtest_id, 'instrument:' || s.symbol, '{Instrument,Symbol}',
    jsonb_build_object('symbol', s.symbol)
from strategy.backtest as b cross join lateral unnest(b.symbols) as s (symbol)
where b.tenant_id = current_tenant()
union all
select
    'fill', f.fill_id, 'trade:' || f.fill_id, '{Trade}',
    jsonb_build_object(
        'fill_id', f.fill_id, 'account_id', f.account_id, 'symbol', f.symbol,
        'side', f.side, 'quantity', f.quantity, 'price', f.price,
        'filled_at', graph.utc(f.filled_at)
    )
from trade.fill as f where f.tenant_id = current_tenant()
union all
select
    'fill', f.fill_id, 'instrument:' || f.symbol, '{Instrument,Symbol}',
    jsonb_build_object('symbol', f.symbol)
from trade.fill as f where f.tenant_id = current_tenant()
union all
select
    'fill', f.fill_id, 'member:' || o.placed_by, '{Member,User}',
    jsonb_build_object('login', o.placed_by)
from trade.fill as f
inner join trade.orders as o on f.tenant_id = o.tenant_id and f.order_id = o.order_id
where f.tenant_id = current_tenant()
union all
-- A fill is booked before its position: until then the position has no figures.
select
    'fill', f.fill_id, format('position:%s.%s', f.account_id, f.symbol), '{Position}',
    jsonb_build_object(
        'account_id', f.account_id, 'symbol', f.symbol, 'quantity', p.quantity,
        'cost', p.cost
    )
from trade.fill as f
left join trade.position as p
    on f.tenant_id = p.tenant_id and f.account_id = p.account_id
    and f.instrument_id = p.instrument_id
where f.tenant_id = current_tenant()
union all
select
    'position', p.account_id, format('position:%s.%s', p.account_id, p.symbol),
    '{Position}',
    jsonb_build_object(
        'account_id', p.account_id, 'symbol', p.symbol, 'quantity', p.quantity,
        'cost', p.cost
    )
from trade.position as p where p.tenant_id = current_tenant()
union all
select
    'position', p.account_id, 'instrument:' || p.symbol, '{Instrument,Symbol}',
    jsonb_build_object('symbol', p.symbol)
from trade.position as p where p.tenant_id = current_tenant()
union all
select
    'call', c.call_id, 'call:' || c.call_id, '{AICall}',
    jsonb_build_object(
        'call_id', c.call_id, 'at', graph.utc(c.at), 'provider', c.provider,
        'model', c.model, 'outcome', c.outcome, 'cost', c.cost
    )
from agent.call as c where c.tenant_id = current_tenant()
union all
select
    'call', c.call_id, 'task:' || c.task, '{TaskType}',
    jsonb_build_object('task', c.task)
from agent.call as c where c.tenant_id = current_tenant()
union all
select
    'action', a.cycle_id, format('action:%s.%s.%s', a.cycle_id, a.agent, a.symbol),
    '{AgentAction}',
    jsonb_build_object(
        'cycle_id', a.cycle_id, 'agent', a.agent, 'symbol', a.symbol, 'model', a.model,
        'stance', a.stance, 'as_of', graph.utc(a.as_of), 'impact', a.impact
    )
from agent.action as a where a.tenant_id = current_tenant()
union all
select
    'action', a.cycle_id, 'instrument:' || a.symbol, '{Instrument,Symbol}',
    jsonb_build_object('symbol', a.symbol)
from agent.action as a where a.tenant_id = current_tenant()
union all
select
    'action', a.cycle_id, 'regime:' || a.regime, '{Regime}',
    jsonb_build_object('regime', a.regime)
from agent.action as a where a.tenant_id = current_tenant() and a.regime is not null
union all
select
    'action', a.cycle_id, 'snapshot:' || a.snapshot_id, '{IndicatorSnapshot}',
    jsonb_build_object('snapshot_id', a.snapshot_id, 'symbol', a.symbol)
from agent.action as a
where a.tenant_id = current_tenant() and a.snapshot_id is not null
union all
select
    'correlation', c.instrument_id, 'instrument:' || s.symbol, '{Instrument,Symbol}',
    jsonb_build_object('symbol', s.symbol)
from graph.correlation as c
cross join lateral (values (c.symbol), (c.other)) as s (symbol)
where c.tenant_id = current_tenant()
union all
select
    'influence', f.cycle_id, 'news:' || f.news_id, '{NewsItem}',
    jsonb_build_object(
        'news_id', f.news_id, 'symbol', f.symbol, 'source', n.source,
        'published_at', graph.utc(n.published_at)
    )
from graph.influence as f inner join market.news as n on f.news_id = n.news_id
where f.tenant_id = current_tenant()
union all
select
    'setup', p.fill_id, format('setup:%s.%s', p.account_id, p.fill_id),
    '{TradePattern}',
    jsonb_build_object(
        'account_id', p.account_id, 'fill_id', p.fill_id, 'symbol', p.symbol,
        'direction', p.direction, 'return_fraction', p.return_fraction
    )
from agent.setup as p where p.tenant_id = current_tenant()
union all
select
    'setup', p.fill_id, 'instrument:' || p.symbol, '{Instrument,Symbol}',
    jsonb_build_object('symbol', p.symbol)
from agent.setup as p where p.tenant_id = current_tenant()
union all
select
    'setup', p.fill_id, 'snapshot:' || p.snapshot_id, '{IndicatorSnapshot}',
    jsonb_build_object('snapshot_id', p.snapshot_id, 'symbol', p.symbol)
from agent.setup as p where p.tenant_id = current_tenant();
comment on view graph.node_of is
'Nodes of the graph `desk` as they follow from the rows of the session''s tenant.';
