-- Nodes that more than one part of the graph names, and what parts are made of. A part
-- brings the nodes at both ends of its edges: the triggers of one statement, or of
-- statements inside one, may then come in any order.

-- Example: graph.utc('2018-02-05') -> 2018-02-05T00:00:00.000000Z
create or replace function graph.utc(at timestamptz)
returns text
language sql immutable strict parallel safe
return to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"');
comment on function graph.utc(timestamptz) is
'A moment as text, the same in every session.';

create or replace view graph.strategy_node as
select
    s.strategy_id, 'strategy:' || s.strategy_id as key, '{Strategy}'::text[] as labels,
    jsonb_build_object(
        'strategy_id', s.strategy_id, 'name', s.name, 'status', s.status
    ) as properties
from strategy.strategy as s where s.tenant_id = current_tenant();
comment on view graph.strategy_node is 'Strategies as nodes.';

create or replace view graph.trade_node as
select
    f.fill_id, 'trade:' || f.fill_id as key, '{Trade}'::text[] as labels,
    jsonb_build_object(
        'fill_id', f.fill_id, 'account_id', f.account_id, 'symbol', f.symbol,
        'side', f.side, 'quantity', f.quantity, 'price', f.price,
        'filled_at', graph.utc(f.filled_at)
    ) as properties
from trade.fill as f where f.tenant_id = current_tenant();
comment on view graph.trade_node is 'Fills as nodes.';

create or replace view graph.action_node as
select
    a.cycle_id, a.agent, a.symbol,
    format('action:%s.%s.%s', a.cycle_id, a.agent, a.symbol) as key,
    '{AgentAction}'::text[] as labels,
    jsonb_build_object(
        'cycle_id', a.cycle_id, 'agent', a.agent, 'symbol', a.symbol, 'model', a.model,
        'stance', a.stance, 'as_of', graph.utc(a.as_of), 'impact', a.impact
    ) as properties
from agent.action as a where a.tenant_id = current_tenant();
comment on view graph.action_node is 'Agents'' actions as nodes.';

create or replace view graph.execution as
select
    d.cycle_id, f.fill_id, a.symbol, a.regime, a.snapshot_id
from agent.decision as d
inner join trade.orders as o
    on d.tenant_id = o.tenant_id and d.decision_id = o.decision_id
inner join trade.fill as f on o.tenant_id = f.tenant_id and o.order_id = f.order_id
inner join agent.action as a
    on d.tenant_id = a.tenant_id and d.cycle_id = a.cycle_id and d.symbol = a.symbol
    and a.agent = 'DataAgent'
where d.tenant_id = current_tenant();
comment on view graph.execution is
'Fills of decisions with the state of the market that the decision saw.';

-- Five settled signals or more, and a gain on average, are doing well.
create or replace view graph.performance as
select
    r.strategy_id, r.regime, r.actions, r.mean_impact,
    r.actions >= 5 and r.mean_impact > 0 as well
from (
    select
        c.strategy_id, a.regime,
        count(a.impact) filter (where a.stance <> 0) as actions,
        -- numeric: the same sum in whatever order the rows come
        coalesce(avg(a.impact::numeric) filter (where a.stance <> 0), 0) as mean_impact
    from agent.action as a
    inner join agent.cycle as c on a.tenant_id = c.tenant_id and a.cycle_id = c.cycle_id
    inner join strategy.strategy as s
        on c.tenant_id = s.tenant_id and c.strategy_id = s.strategy_id
    where
        a.tenant_id = current_tenant() and a.agent = 'DataAgent'
        and a.regime is not null
    group by c.strategy_id, a.regime
) as r;
comment on view graph.performance is 'How a strategy''s signals fared in each regime.';

create or replace view graph.sentiment as
select
    f.cycle_id, f.agent, f.symbol,
    format('sentiment:%s.%s.%s', f.cycle_id, f.agent, f.symbol) as key,
    count(*) as news, count(n.sentiment) as rated,
    avg(n.sentiment::numeric) as mean, min(n.sentiment) as lowest,
    max(n.sentiment) as highest
from graph.influence as f inner join market.news as n on f.news_id = n.news_id
where f.tenant_id = current_tenant()
group by f.cycle_id, f.agent, f.symbol
having count(n.sentiment) > 0;
comment on view graph.sentiment is
'How favourable the news were, together, that an agent was shown.';
