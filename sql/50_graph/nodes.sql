-- Which nodes follow from which rows: the only place that says so. Triggers ask for the
-- rows that changed (part, row_id), graph.rebuild for all of them.
--
-- What the market shares between tenants (instruments, indicators, regimes, snapshots)
-- is in a tenant's graph when a row of the tenant names it, and with nothing but its
-- name: what may be corrected later is asked where it is kept.

-- Each branch has a row_id of the same type: only then a condition on it is one of the
-- branch, and its index is used.
create or replace view graph.node_of_strategy (row_id, key, labels, properties) as
select
    s.strategy_id, s.key, s.labels, s.properties
from graph.strategy_node as s;
comment on view graph.node_of_strategy is 'Nodes that follow from rows of strategy.';

create or replace view graph.node_of_version (row_id, key, labels, properties) as
select v.strategy_id, s.key, s.labels, s.properties
from strategy.version as v
inner join graph.strategy_node as s on v.strategy_id = s.strategy_id
where v.tenant_id = current_tenant()
union all
select
    v.strategy_id, format('config:%s.%s', v.strategy_id, v.version),
    '{Config}',
    jsonb_build_object(
        'strategy_id', v.strategy_id, 'version', v.version,
        'hash', encode(v.config_hash, 'hex')
    )
from strategy.version as v where v.tenant_id = current_tenant()
union all
select
    v.strategy_id, 'indicator:' || (i.value ->> 'indicator'), '{Indicator}',
    jsonb_build_object('indicator', i.value ->> 'indicator')
from strategy.version as v
cross join lateral jsonb_each(v.config -> 'indicators') as i
where v.tenant_id = current_tenant();
comment on view graph.node_of_version is 'Nodes that follow from rows of version.';

create or replace view graph.node_of_backtest (row_id, key, labels, properties) as
select
    b.backtest_id, 'backtest:' || b.backtest_id, '{Backtest}'::text[],
    jsonb_build_object(
        'backtest_id', b.backtest_id, 'as_of', graph.utc(b.as_of),
        'total_return', b.total_return, 'sharpe', b.sharpe,
        'max_drawdown', b.max_drawdown, 'trade_count', b.trade_count
    )
from strategy.backtest as b where b.tenant_id = current_tenant()
union all
select b.backtest_id, s.key, s.labels, s.properties
from strategy.backtest as b
inner join graph.strategy_node as s on b.strategy_id = s.strategy_id
where b.tenant_id = current_tenant()
union all
select
    b.backtest_id, 'instrument:' || s.symbol, '{Instrument,Symbol}',
    jsonb_build_object('symbol', s.symbol)
from strategy.backtest as b cross join lateral unnest(b.symbols) as s (symbol)
where b.tenant_id = current_tenant();
comment on view graph.node_of_backtest is 'Nodes that follow from rows of backtest.';

create or replace view graph.node_of_fill (row_id, key, labels, properties) as
select t.fill_id, t.key, t.labels, t.properties
from graph.trade_node as t
union all
select
    f.fill_id, 'instrument:' || f.symbol, '{Instrument,Symbol}',
    jsonb_build_object('symbol', f.symbol)
from trade.fill as f where f.tenant_id = current_tenant()
union all
select
    f.fill_id, 'member:' || o.placed_by, '{Member,User}',
    jsonb_build_object('login', o.placed_by)
from trade.fill as f
inner join trade.orders as o on f.tenant_id = o.tenant_id and f.order_id = o.order_id
where f.tenant_id = current_tenant()
union all
-- A fill is booked before its position: until then the position has no figures.
select
    f.fill_id,
    format('position:%s.%s', f.account_id, coalesce(p.symbol, f.symbol)), '{Position}',
    jsonb_build_object(
        'account_id', f.account_id, 'symbol', coalesce(p.symbol, f.symbol),
        'quantity', p.quantity, 'cost', p.cost
    )
from trade.fill as f
left join trade.position as p
    on f.tenant_id = p.tenant_id and f.account_id = p.account_id
    and f.instrument_id = p.instrument_id
where f.tenant_id = current_tenant();
comment on view graph.node_of_fill is 'Nodes that follow from rows of fill.';

create or replace view graph.node_of_position (row_id, key, labels, properties) as
select
    p.account_id, format('position:%s.%s', p.account_id, p.symbol),
    '{Position}'::text[],
    jsonb_build_object(
        'account_id', p.account_id, 'symbol', p.symbol, 'quantity', p.quantity,
        'cost', p.cost
    )
from trade.position as p where p.tenant_id = current_tenant()
union all
select
    p.account_id, 'instrument:' || p.symbol, '{Instrument,Symbol}',
    jsonb_build_object('symbol', p.symbol)
from trade.position as p where p.tenant_id = current_tenant();
comment on view graph.node_of_position is 'Nodes that follow from rows of position.';

create or replace view graph.node_of_call (row_id, key, labels, properties) as
select
    c.call_id, 'call:' || c.call_id, '{AICall}'::text[],
    jsonb_build_object(
        'call_id', c.call_id, 'at', graph.utc(c.at), 'provider', c.provider,
        'model', c.model, 'outcome', c.outcome, 'cost', c.cost
    )
from agent.call as c where c.tenant_id = current_tenant()
union all
select
    c.call_id, 'task:' || c.task, '{TaskType}',
    jsonb_build_object('task', c.task)
from agent.call as c where c.tenant_id = current_tenant()
union all
select c.call_id, s.key, s.labels, s.properties
from agent.call as c
inner join agent.cycle as y on c.tenant_id = y.tenant_id and c.cycle_id = y.cycle_id
inner join graph.strategy_node as s on y.strategy_id = s.strategy_id
where c.tenant_id = current_tenant();
comment on view graph.node_of_call is 'Nodes that follow from rows of call.';

create or replace view graph.node_of_action (row_id, key, labels, properties) as
select a.cycle_id, a.key, a.labels, a.properties
from graph.action_node as a
union all
select c.cycle_id, s.key, s.labels, s.properties
from agent.cycle as c
inner join graph.strategy_node as s on c.strategy_id = s.strategy_id
where
    c.tenant_id = current_tenant() and exists (
        select from agent.action as a
        where a.tenant_id = c.tenant_id and a.cycle_id = c.cycle_id
    )
union all
select
    a.cycle_id, 'instrument:' || a.symbol, '{Instrument,Symbol}',
    jsonb_build_object('symbol', a.symbol)
from agent.action as a where a.tenant_id = current_tenant()
union all
select
    a.cycle_id, 'regime:' || a.regime, '{Regime}',
    jsonb_build_object('regime', a.regime)
from agent.action as a where a.tenant_id = current_tenant() and a.regime is not null
union all
select
    a.cycle_id, 'snapshot:' || a.snapshot_id, '{IndicatorSnapshot}',
    jsonb_build_object('snapshot_id', a.snapshot_id, 'symbol', a.symbol)
from agent.action as a
where a.tenant_id = current_tenant() and a.snapshot_id is not null;
comment on view graph.node_of_action is 'Nodes that follow from rows of action.';

create or replace view graph.node_of_executed (row_id, key, labels, properties) as
select x.cycle_id, t.key, t.labels, t.properties
from graph.execution as x inner join graph.trade_node as t on x.fill_id = t.fill_id
union all
select
    x.cycle_id, 'regime:' || x.regime, '{Regime}',
    jsonb_build_object('regime', x.regime)
from graph.execution as x where x.regime is not null
union all
select
    x.cycle_id, 'snapshot:' || x.snapshot_id, '{IndicatorSnapshot}',
    jsonb_build_object('snapshot_id', x.snapshot_id, 'symbol', x.symbol)
from graph.execution as x where x.snapshot_id is not null;
comment on view graph.node_of_executed is 'Nodes that follow from rows of executed.';

create or replace view graph.node_of_performance (row_id, key, labels, properties) as
select r.strategy_id, s.key, s.labels, s.properties
from graph.performance as r
inner join graph.strategy_node as s on r.strategy_id = s.strategy_id
union all
select
    r.strategy_id, 'regime:' || r.regime, '{Regime}',
    jsonb_build_object('regime', r.regime)
from graph.performance as r;
comment on view graph.node_of_performance is 'Nodes that follow from rows of performance.';

create or replace view graph.node_of_correlation (row_id, key, labels, properties) as
select
    c.instrument_id::bigint, 'instrument:' || s.symbol,
    '{Instrument,Symbol}'::text[],
    jsonb_build_object('symbol', s.symbol)
from graph.correlation as c
cross join lateral (values (c.symbol), (c.other)) as s (symbol)
where c.tenant_id = current_tenant();
comment on view graph.node_of_correlation is 'Nodes that follow from rows of correlation.';

create or replace view graph.node_of_influence (row_id, key, labels, properties) as
select
    f.cycle_id, 'news:' || f.news_id, '{NewsItem}'::text[],
    jsonb_build_object(
        'news_id', f.news_id, 'symbol', f.symbol, 'source', n.source,
        'published_at', graph.utc(n.published_at)
    )
from graph.influence as f inner join market.news as n on f.news_id = n.news_id
where f.tenant_id = current_tenant()
union all
select f.cycle_id, a.key, a.labels, a.properties
from graph.influence as f
inner join graph.action_node as a
    on f.cycle_id = a.cycle_id and f.agent = a.agent and f.symbol = a.symbol
where f.tenant_id = current_tenant()
union all
select
    f.cycle_id, 'instrument:' || f.symbol, '{Instrument,Symbol}',
    jsonb_build_object('symbol', f.symbol)
from graph.influence as f where f.tenant_id = current_tenant()
union all
select
    m.cycle_id, m.key, '{SentimentSnapshot}',
    jsonb_build_object(
        'cycle_id', m.cycle_id, 'agent', m.agent, 'symbol', m.symbol, 'news', m.news,
        'rated', m.rated, 'mean', round(m.mean, 6), 'lowest', m.lowest,
        'highest', m.highest
    )
from graph.sentiment as m;
comment on view graph.node_of_influence is 'Nodes that follow from rows of influence.';

create or replace view graph.node_of_setup (row_id, key, labels, properties) as
select p.fill_id, t.key, t.labels, t.properties
from agent.setup as p inner join graph.trade_node as t on p.fill_id = t.fill_id
where p.tenant_id = current_tenant()
union all
select
    p.fill_id, format('setup:%s.%s', p.account_id, p.fill_id),
    '{TradePattern}',
    jsonb_build_object(
        'account_id', p.account_id, 'fill_id', p.fill_id, 'symbol', p.symbol,
        'direction', p.direction, 'return_fraction', p.return_fraction
    )
from agent.setup as p where p.tenant_id = current_tenant()
union all
select
    p.fill_id, 'instrument:' || p.symbol, '{Instrument,Symbol}',
    jsonb_build_object('symbol', p.symbol)
from agent.setup as p where p.tenant_id = current_tenant()
union all
select
    p.fill_id, 'snapshot:' || p.snapshot_id, '{IndicatorSnapshot}',
    jsonb_build_object('snapshot_id', p.snapshot_id, 'symbol', p.symbol)
from agent.setup as p where p.tenant_id = current_tenant();
comment on view graph.node_of_setup is 'Nodes that follow from rows of setup.';

create or replace view graph.node_of_document (row_id, key, labels, properties) as
select
    d.document_id, 'doc:' || d.document_id, '{Doc}'::text[],
    jsonb_build_object('document_id', d.document_id, 'title', d.title)
from memory.document as d where d.tenant_id = current_tenant()
union all
select d.document_id, s.key, s.labels, s.properties
from memory.document as d
inner join graph.strategy_node as s on d.strategy_id = s.strategy_id
where d.tenant_id = current_tenant()
union all
select
    c.document_id, format('section:%s.%s', c.document_id, c.section),
    '{Section,DocSection}',
    jsonb_build_object(
        'document_id', c.document_id, 'section', c.section, 'heading', c.heading,
        'depth', c.depth
    )
from memory.section as c where c.tenant_id = current_tenant()
union all
select
    c.document_id, 'instrument:' || m.symbol, '{Instrument,Symbol}',
    jsonb_build_object('symbol', m.symbol)
from memory.section as c cross join lateral unnest(c.symbols) as m (symbol)
where c.tenant_id = current_tenant()
union all
select
    c.document_id, 'indicator:' || m.indicator, '{Indicator}',
    jsonb_build_object('indicator', m.indicator)
from memory.section as c cross join lateral unnest(c.indicators) as m (indicator)
where c.tenant_id = current_tenant()
union all
select
    n.document_id,
    format('snippet:%s.%s.%s', n.document_id, n.section, n.snippet), '{CodeSnippet}',
    jsonb_build_object(
        'document_id', n.document_id, 'section', n.section, 'snippet', n.snippet,
        'language', n.language
    )
from memory.snippet as n where n.tenant_id = current_tenant();
comment on view graph.node_of_document is 'Nodes that follow from rows of document.';

create or replace view graph.node_of as
select 'strategy' as part, v.* from graph.node_of_strategy as v
union all
select 'version', v.* from graph.node_of_version as v
union all
select 'backtest', v.* from graph.node_of_backtest as v
union all
select 'fill', v.* from graph.node_of_fill as v
union all
select 'position', v.* from graph.node_of_position as v
union all
select 'call', v.* from graph.node_of_call as v
union all
select 'action', v.* from graph.node_of_action as v
union all
select 'executed', v.* from graph.node_of_executed as v
union all
select 'performance', v.* from graph.node_of_performance as v
union all
select 'correlation', v.* from graph.node_of_correlation as v
union all
select 'influence', v.* from graph.node_of_influence as v
union all
select 'setup', v.* from graph.node_of_setup as v
union all
select 'document', v.* from graph.node_of_document as v;
comment on view graph.node_of is
'Nodes of the graph `desk` as they follow from the rows of the session''s tenant.';
