-- Which edges follow from which rows; see nodes.sql. `holds` is false for an edge that
-- has been and no longer is.

create or replace view graph.edge_of as
select
    'version' as part, v.strategy_id as row_id,
    format('config:%s.%s', v.strategy_id, v.version) as source,
    'strategy:' || v.strategy_id as target, 'APPLIES_TO' as type,
    '{}'::jsonb as properties, 1::double precision as weight, true as holds
from strategy.version as v where v.tenant_id = current_tenant()
union all
select
    'version', v.strategy_id, w.source, 'indicator:' || (i.value ->> 'indicator'),
    'USES_INDICATOR', '{}', 1, true
from strategy.version as v
cross join lateral jsonb_each(v.config -> 'indicators') as i
cross join lateral (
    values (format('config:%s.%s', v.strategy_id, v.version)),
    ('strategy:' || v.strategy_id)
) as w (source)
where v.tenant_id = current_tenant()
union all
select
    'backtest', b.backtest_id, 'strategy:' || b.strategy_id,
    'backtest:' || b.backtest_id, 'HAS_BACKTEST',
    jsonb_build_object('version', b.version), 1, true
from strategy.backtest as b
where b.tenant_id = current_tenant() and b.strategy_id is not null
union all
select
    'backtest', b.backtest_id, 'backtest:' || b.backtest_id, 'instrument:' || s.symbol,
    'USES_SYMBOL', '{}', 1, true
from strategy.backtest as b cross join lateral unnest(b.symbols) as s (symbol)
where b.tenant_id = current_tenant()
union all
select
    'fill', f.fill_id, 'trade:' || f.fill_id, 'instrument:' || f.symbol, 'USES_SYMBOL',
    '{}', 1, true
from trade.fill as f where f.tenant_id = current_tenant()
union all
select
    'fill', f.fill_id, 'member:' || o.placed_by, 'trade:' || f.fill_id, 'PLACED',
    jsonb_build_object('order_id', o.order_id), 1, true
from trade.fill as f
inner join trade.orders as o on f.tenant_id = o.tenant_id and f.order_id = o.order_id
where f.tenant_id = current_tenant()
union all
-- What a fill did not close, it opened.
select
    'fill', f.fill_id, 'trade:' || f.fill_id,
    format('position:%s.%s', f.account_id, f.symbol), 'OPENED_POSITION',
    jsonb_build_object('quantity', f.quantity - f.closed_quantity), 1, true
from trade.fill as f
where f.tenant_id = current_tenant() and f.closed_quantity < f.quantity
union all
select
    'executed', d.cycle_id, 'trade:' || f.fill_id, s.target, 'EXECUTED_DURING', '{}', 1,
    true
from agent.decision as d
inner join trade.orders as o
    on d.tenant_id = o.tenant_id and d.decision_id = o.decision_id
inner join trade.fill as f on o.tenant_id = f.tenant_id and o.order_id = f.order_id
inner join agent.action as a
    on d.tenant_id = a.tenant_id and d.cycle_id = a.cycle_id and d.symbol = a.symbol
    and a.agent = 'DataAgent'
cross join lateral (
    values ('regime:' || a.regime), ('snapshot:' || a.snapshot_id)
) as s (target)
where d.tenant_id = current_tenant() and s.target is not null
union all
select
    'position', p.account_id, format('position:%s.%s', p.account_id, p.symbol),
    'instrument:' || p.symbol, 'USES_SYMBOL', '{}', 1, true
from trade.position as p where p.tenant_id = current_tenant()
union all
select
    'call', c.call_id, 'call:' || c.call_id, 'task:' || c.task, 'FOR_TASK', '{}', 1,
    true
from agent.call as c where c.tenant_id = current_tenant()
union all
select
    'action', a.cycle_id, format('action:%s.%s.%s', a.cycle_id, a.agent, a.symbol),
    'instrument:' || a.symbol, 'APPLIES_TO', '{}', 1, true
from agent.action as a where a.tenant_id = current_tenant()
union all
select
    'action', a.cycle_id, 'snapshot:' || a.snapshot_id, 'instrument:' || a.symbol,
    'APPLIES_TO', '{}', 1, true
from agent.action as a
where a.tenant_id = current_tenant() and a.snapshot_id is not null
union all
select
    'action', a.cycle_id, format('action:%s.%s.%s', a.cycle_id, a.agent, a.symbol),
    s.target, 'EXECUTED_DURING', '{}', 1, true
from agent.action as a
cross join lateral (
    values ('regime:' || a.regime), ('snapshot:' || a.snapshot_id)
) as s (target)
where a.tenant_id = current_tenant() and s.target is not null
union all
select
    'action', a.cycle_id, format('action:%s.%s.%s', a.cycle_id, a.agent, a.symbol),
    'strategy:' || c.strategy_id, 'AFFECTED_STRATEGY', '{}', 1, true
from agent.action as a
inner join agent.cycle as c on a.tenant_id = c.tenant_id and a.cycle_id = c.cycle_id
inner join strategy.strategy as s
    on c.tenant_id = s.tenant_id and c.strategy_id = s.strategy_id
where a.tenant_id = current_tenant()
union all
-- Five settled signals or more, and a gain on average.
select
    'performance', r.strategy_id, 'strategy:' || r.strategy_id, 'regime:' || r.regime,
    'PERFORMS_WELL_IN',
    jsonb_build_object('actions', r.actions, 'mean_impact', r.mean_impact), 1,
    r.actions >= 5 and r.mean_impact > 0
from (
    select
        c.strategy_id, a.regime, count(*) as actions,
        -- numeric: the same sum in whatever order the rows come
        avg(a.impact::numeric) as mean_impact
    from agent.action as a
    inner join agent.cycle as c on a.tenant_id = c.tenant_id and a.cycle_id = c.cycle_id
    inner join strategy.strategy as s
        on c.tenant_id = s.tenant_id and c.strategy_id = s.strategy_id
    where
        a.tenant_id = current_tenant() and a.agent = 'DataAgent' and a.stance <> 0
        and a.impact is not null and a.regime is not null
    group by c.strategy_id, a.regime
) as r
union all
select
    'influence', f.cycle_id, format('action:%s.%s.%s', f.cycle_id, f.agent, f.symbol),
    'news:' || f.news_id, 'INFLUENCED_BY', '{}', 1, true
from graph.influence as f where f.tenant_id = current_tenant()
union all
select
    'influence', f.cycle_id, 'news:' || f.news_id, 'instrument:' || f.symbol,
    'APPLIES_TO', '{}', 1, true
from graph.influence as f where f.tenant_id = current_tenant()
union all
select
    'setup', p.fill_id, 'trade:' || p.fill_id,
    format('setup:%s.%s', p.account_id, p.fill_id), 'DESCRIBED_IN', '{}', 1, true
from agent.setup as p where p.tenant_id = current_tenant()
union all
select
    'setup', p.fill_id, format('setup:%s.%s', p.account_id, p.fill_id), s.target,
    s.type, '{}', 1, true
from agent.setup as p
cross join lateral (
    values ('instrument:' || p.symbol, 'APPLIES_TO'),
    ('snapshot:' || p.snapshot_id, 'EXECUTED_DURING')
) as s (target, type)
where p.tenant_id = current_tenant()
union all
-- A shock passes on by the shared part of the variance; what moves against it is a
-- hedge and passes nothing on.
select
    'correlation', c.instrument_id, 'instrument:' || c.symbol, 'instrument:' || c.other,
    'RELATES_TO',
    jsonb_build_object(
        'correlation', c.correlation, 'bars', c.bars, 'as_of', graph.utc(c.as_of)
    ),
    case when c.correlation > 0 then c.correlation * c.correlation else 0 end,
    abs(c.correlation) >= 0.3
from graph.correlation as c where c.tenant_id = current_tenant();
comment on view graph.edge_of is
'Edges of the graph `desk` as they follow from the rows of the session''s tenant.';
