-- Which edges follow from which rows; see nodes.sql. `holds` is false for an edge that
-- has been and no longer is. An edge joins the rows of both its ends: while a deletion
-- cascades, one may be gone before the other.

-- Each branch has a row_id of the same type: only then a condition on it is one of the
-- branch, and its index is used.
create or replace view graph.edge_of_version (
    row_id, source, target, type, properties, weight, holds
) as
select
    v.strategy_id,
    format('config:%s.%s', v.strategy_id, v.version),
    'strategy:' || v.strategy_id, 'APPLIES_TO',
    '{}'::jsonb, 1::double precision, true
from strategy.version as v
inner join graph.strategy_node as s on v.strategy_id = s.strategy_id
where v.tenant_id = current_tenant()
union all
select
    v.strategy_id, w.source, 'indicator:' || (i.value ->> 'indicator'),
    'USES_INDICATOR', '{}', 1, true
from strategy.version as v
inner join graph.strategy_node as s on v.strategy_id = s.strategy_id
cross join lateral jsonb_each(v.config -> 'indicators') as i
cross join lateral (
    values (format('config:%s.%s', v.strategy_id, v.version)),
    ('strategy:' || v.strategy_id)
) as w (source)
where v.tenant_id = current_tenant();
comment on view graph.edge_of_version is 'Edges that follow from rows of version.';

create or replace view graph.edge_of_backtest (
    row_id, source, target, type, properties, weight, holds
) as
select
    b.backtest_id, 'strategy:' || b.strategy_id,
    'backtest:' || b.backtest_id, 'HAS_BACKTEST',
    jsonb_build_object('version', b.version), 1, true
from strategy.backtest as b
inner join graph.strategy_node as s on b.strategy_id = s.strategy_id
where b.tenant_id = current_tenant()
union all
select
    b.backtest_id, 'backtest:' || b.backtest_id, 'instrument:' || s.symbol,
    'USES_SYMBOL', '{}', 1, true
from strategy.backtest as b cross join lateral unnest(b.symbols) as s (symbol)
where b.tenant_id = current_tenant();
comment on view graph.edge_of_backtest is 'Edges that follow from rows of backtest.';

create or replace view graph.edge_of_fill (
    row_id, source, target, type, properties, weight, holds
) as
select
    f.fill_id, 'trade:' || f.fill_id, 'instrument:' || f.symbol, 'USES_SYMBOL',
    '{}'::jsonb, 1::double precision, true
from trade.fill as f where f.tenant_id = current_tenant()
union all
select
    f.fill_id, 'member:' || o.placed_by, 'trade:' || f.fill_id, 'PLACED',
    jsonb_build_object('order_id', o.order_id), 1, true
from trade.fill as f
inner join trade.orders as o on f.tenant_id = o.tenant_id and f.order_id = o.order_id
where f.tenant_id = current_tenant()
union all
-- What a fill did not close, it opened.
select
    f.fill_id, 'trade:' || f.fill_id,
    format('position:%s.%s', f.account_id, coalesce(p.symbol, f.symbol)),
    'OPENED_POSITION',
    jsonb_build_object('quantity', f.quantity - f.closed_quantity), 1, true
from trade.fill as f
left join trade.position as p
    on f.tenant_id = p.tenant_id and f.account_id = p.account_id
    and f.instrument_id = p.instrument_id
where f.tenant_id = current_tenant() and f.closed_quantity < f.quantity;
comment on view graph.edge_of_fill is 'Edges that follow from rows of fill.';

create or replace view graph.edge_of_executed (
    row_id, source, target, type, properties, weight, holds
) as
select
    x.cycle_id, 'trade:' || x.fill_id, s.target, 'EXECUTED_DURING', '{}'::jsonb, 1,
    true
from graph.execution as x
cross join lateral (
    values ('regime:' || x.regime), ('snapshot:' || x.snapshot_id)
) as s (target)
where s.target is not null;
comment on view graph.edge_of_executed is 'Edges that follow from rows of executed.';

create or replace view graph.edge_of_position (
    row_id, source, target, type, properties, weight, holds
) as
select
    p.account_id, format('position:%s.%s', p.account_id, p.symbol),
    'instrument:' || p.symbol, 'USES_SYMBOL', '{}'::jsonb, 1::double precision, true
from trade.position as p where p.tenant_id = current_tenant();
comment on view graph.edge_of_position is 'Edges that follow from rows of position.';

create or replace view graph.edge_of_call (
    row_id, source, target, type, properties, weight, holds
) as
select
    c.call_id, 'call:' || c.call_id, 'task:' || c.task, 'FOR_TASK', '{}'::jsonb, 1,
    true
from agent.call as c where c.tenant_id = current_tenant()
union all
select
    c.call_id, 'call:' || c.call_id, s.key, 'AFFECTED_STRATEGY', '{}', 1, true
from agent.call as c
inner join agent.cycle as y on c.tenant_id = y.tenant_id and c.cycle_id = y.cycle_id
inner join graph.strategy_node as s on y.strategy_id = s.strategy_id
where c.tenant_id = current_tenant();
comment on view graph.edge_of_call is 'Edges that follow from rows of call.';

create or replace view graph.edge_of_action (
    row_id, source, target, type, properties, weight, holds
) as
select
    a.cycle_id, format('action:%s.%s.%s', a.cycle_id, a.agent, a.symbol),
    'instrument:' || a.symbol, 'APPLIES_TO', '{}'::jsonb, 1::double precision, true
from agent.action as a where a.tenant_id = current_tenant()
union all
select
    a.cycle_id, 'snapshot:' || a.snapshot_id, 'instrument:' || a.symbol,
    'APPLIES_TO', '{}', 1, true
from agent.action as a
where a.tenant_id = current_tenant() and a.snapshot_id is not null
union all
select
    a.cycle_id, format('action:%s.%s.%s', a.cycle_id, a.agent, a.symbol),
    s.target, 'EXECUTED_DURING', '{}', 1, true
from agent.action as a
cross join lateral (
    values ('regime:' || a.regime), ('snapshot:' || a.snapshot_id)
) as s (target)
where a.tenant_id = current_tenant() and s.target is not null
union all
select
    a.cycle_id, format('action:%s.%s.%s', a.cycle_id, a.agent, a.symbol),
    'strategy:' || c.strategy_id, 'AFFECTED_STRATEGY', '{}', 1, true
from agent.action as a
inner join agent.cycle as c on a.tenant_id = c.tenant_id and a.cycle_id = c.cycle_id
inner join strategy.strategy as s
    on c.tenant_id = s.tenant_id and c.strategy_id = s.strategy_id
where a.tenant_id = current_tenant();
comment on view graph.edge_of_action is 'Edges that follow from rows of action.';

create or replace view graph.edge_of_performance (
    row_id, source, target, type, properties, weight, holds
) as
select
    r.strategy_id, 'strategy:' || r.strategy_id, 'regime:' || r.regime,
    'PERFORMS_WELL_IN',
    jsonb_build_object('actions', r.actions, 'mean_impact', r.mean_impact), 1, r.well
from graph.performance as r;
comment on view graph.edge_of_performance is 'Edges that follow from rows of performance.';

create or replace view graph.edge_of_influence (
    row_id, source, target, type, properties, weight, holds
) as
select
    f.cycle_id, a.key, 'news:' || f.news_id, 'INFLUENCED_BY', '{}'::jsonb,
    1::double precision, true
from graph.influence as f
inner join graph.action_node as a
    on f.cycle_id = a.cycle_id and f.agent = a.agent and f.symbol = a.symbol
where f.tenant_id = current_tenant()
union all
select
    f.cycle_id, 'news:' || f.news_id, 'instrument:' || f.symbol,
    'APPLIES_TO', '{}', 1, true
from graph.influence as f where f.tenant_id = current_tenant()
union all
select
    m.cycle_id, m.key, 'instrument:' || m.symbol, 'APPLIES_TO', '{}', 1,
    true
from graph.sentiment as m
union all
select
    m.cycle_id, a.key, m.key as news_key, 'INFLUENCED_BY', '{}', 1, true
from graph.sentiment as m
inner join graph.action_node as a
    on m.cycle_id = a.cycle_id and m.agent = a.agent and m.symbol = a.symbol;
comment on view graph.edge_of_influence is 'Edges that follow from rows of influence.';

create or replace view graph.edge_of_setup (
    row_id, source, target, type, properties, weight, holds
) as
select
    p.fill_id, t.key, format('setup:%s.%s', p.account_id, p.fill_id),
    'DESCRIBED_IN', '{}'::jsonb, 1::double precision, true
from agent.setup as p inner join graph.trade_node as t on p.fill_id = t.fill_id
where p.tenant_id = current_tenant()
union all
select
    p.fill_id, format('setup:%s.%s', p.account_id, p.fill_id), s.target,
    s.type, '{}', 1, true
from agent.setup as p
cross join lateral (
    values ('instrument:' || p.symbol, 'APPLIES_TO'),
    ('snapshot:' || p.snapshot_id, 'EXECUTED_DURING')
) as s (target, type)
where p.tenant_id = current_tenant();
comment on view graph.edge_of_setup is 'Edges that follow from rows of setup.';

create or replace view graph.edge_of_document (
    row_id, source, target, type, properties, weight, holds
) as
select
    d.document_id, 'strategy:' || d.strategy_id, 'doc:' || d.document_id,
    'DOCUMENTED_BY', '{}'::jsonb, 1::double precision, true
from memory.document as d
inner join graph.strategy_node as s on d.strategy_id = s.strategy_id
where d.tenant_id = current_tenant()
union all
select
    c.document_id, 'doc:' || c.document_id,
    format('section:%s.%s', c.document_id, c.section), 'HAS_SECTION', '{}', 1, true
from memory.section as c
inner join memory.document as d
    on c.tenant_id = d.tenant_id and c.document_id = d.document_id
where c.tenant_id = current_tenant()
union all
-- What a text names passes no shock on: weight 0.
select
    c.document_id, format('section:%s.%s', c.document_id, c.section),
    m.target, 'RELATES_TO', '{}', 0, true
from memory.section as c
cross join lateral (
    select 'instrument:' || n.symbol from unnest(c.symbols) as n (symbol)
    union all
    select 'indicator:' || n.indicator from unnest(c.indicators) as n (indicator)
) as m (target)
where c.tenant_id = current_tenant()
union all
select
    n.document_id, format('section:%s.%s', n.document_id, n.section),
    format('snippet:%s.%s.%s', n.document_id, n.section, n.snippet), 'IMPLEMENTED_BY',
    '{}', 1, true
from memory.snippet as n
inner join memory.section as c
    on n.tenant_id = c.tenant_id and n.document_id = c.document_id
    and n.section = c.section
where n.tenant_id = current_tenant();
comment on view graph.edge_of_document is 'Edges that follow from rows of document.';

create or replace view graph.edge_of_correlation (
    row_id, source, target, type, properties, weight, holds
) as
-- A shock passes on by the shared part of the variance; what moves against it is a
-- hedge and passes nothing on.
select
    c.instrument_id::bigint, 'instrument:' || c.symbol,
    'instrument:' || c.other,
    'RELATES_TO',
    jsonb_build_object(
        'correlation', c.correlation, 'bars', c.bars, 'as_of', graph.utc(c.as_of)
    ),
    case when c.correlation > 0 then c.correlation * c.correlation else 0 end,
    abs(c.correlation) >= 0.3
from graph.correlation as c where c.tenant_id = current_tenant();
comment on view graph.edge_of_correlation is 'Edges that follow from rows of correlation.';

create or replace view graph.edge_of as
select 'version' as part, v.* from graph.edge_of_version as v
union all
select 'backtest', v.* from graph.edge_of_backtest as v
union all
select 'fill', v.* from graph.edge_of_fill as v
union all
select 'executed', v.* from graph.edge_of_executed as v
union all
select 'position', v.* from graph.edge_of_position as v
union all
select 'call', v.* from graph.edge_of_call as v
union all
select 'action', v.* from graph.edge_of_action as v
union all
select 'performance', v.* from graph.edge_of_performance as v
union all
select 'influence', v.* from graph.edge_of_influence as v
union all
select 'setup', v.* from graph.edge_of_setup as v
union all
select 'document', v.* from graph.edge_of_document as v
union all
select 'correlation', v.* from graph.edge_of_correlation as v;
comment on view graph.edge_of is
'Edges of the graph `desk` as they follow from the rows of the session''s tenant.';
