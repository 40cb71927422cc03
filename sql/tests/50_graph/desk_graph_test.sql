-- The graph follows the rows, in their transaction, inside the tenant's walls; made anew
-- it is the same.
begin;
select plan(47);
\ir ../roles.psql
\ir ../desk.psql

create function pg_temp.edges(wanted text) returns setof text language sql as $$
    select format('%s > %s', e ->> 'source', e ->> 'target')
    from jsonb_array_elements(graph.export_tenant(current_tenant()) -> 'edges') as e
    where e ->> 'type' = wanted
$$;
-- Ids are not the same in every run.
create function pg_temp.named(text) returns text language sql as $$
    select regexp_replace($1, '\d+\.(T\d\d)', 'A.\1')
$$;
create function pg_temp.same(note text) returns text language plpgsql as $$
declare
    before text := graph.export_tenant(current_tenant())::text;
    made jsonb := graph.rebuild(current_tenant());
begin
    return is(
        graph.export_tenant(current_tenant())::text, before, note || ': made anew, the same'
    );
end
$$;

select is(
    graph.export_tenant(9001), '{"nodes": [], "edges": []}', 'a new desk has no graph'
);

-- Strategies.
select strategy.save('trend', '{"entry": [">", "quick", "calm"], "indicators": {
    "quick": {"indicator": "sma", "n": 2}, "calm": {"indicator": "ema", "n": 5}
}, "exit": ["<", "quick", "calm"], "universe": {"symbols": ["T01"]}}') as saved \gset
select strategy_id as strategy from strategy.strategy where name = 'trend' \gset
select set_eq(
    'select pg_temp.edges(''USES_INDICATOR'')',
    format($$values ('strategy:%1$s > indicator:sma'), ('strategy:%1$s > indicator:ema'),
        ('config:%1$s.1 > indicator:sma'), ('config:%1$s.1 > indicator:ema')$$, :strategy),
    'a strategy uses the indicators of its documents'
);
select set_eq(
    'select pg_temp.edges(''APPLIES_TO'')',
    format('values (''config:%1$s.1 > strategy:%1$s'')', :strategy),
    'a document is a strategy''s'
);
select is(
    (select properties ->> 'status' from desk.node where key = 'strategy:' || :strategy),
    'draft', 'with its status'
);
update strategy.strategy set status = 'active' where strategy_id = :strategy;
select is(
    (select properties ->> 'status' from desk.node where key = 'strategy:' || :strategy),
    'active', 'which follows'
);
select (api.record_backtest('trend', 1, '{T01}'))[1] as backtest \gset
select set_eq(
    'select pg_temp.edges(''HAS_BACKTEST'')',
    format('values (''strategy:%s > backtest:%s'')', :strategy, :backtest), 'backtests'
);

-- Trades.
select pg_temp.trade('T01', 'buy', 10, 100) as bought \gset
select pg_temp.trade('T01', 'sell', 4, 101) as sold \gset
select pg_temp.trade('T02', 'buy', 5, 100) as other \gset
select set_eq(
    'select pg_temp.named(e) from pg_temp.edges(''OPENED_POSITION'') as e',
    (
        select format('values (%L), (%L)',
            format('trade:%s > position:A.T01',
                max(f.fill_id) filter (where f.order_id = :bought)),
            format('trade:%s > position:A.T02',
                max(f.fill_id) filter (where f.order_id = :other)))
        from trade.fill as f
    ), 'what closes opens nothing'
);
select is(
    (
        select properties ->> 'quantity' from desk.node
        where tenant_id = 9001 and key like 'position:%T01'
    ), '6', 'a position has its quantity'
);
select is(
    (select count(*)::int from pg_temp.edges('PLACED')), 3, 'somebody placed each trade'
);
select is(
    (
        select labels from desk.node
        where tenant_id = 9001 and key = 'member:' || session_user
    ), '{Member,User}', 'by both names'
);

-- Agents.
insert into agent.cycle (symbols, strategy_id, as_of)
select '{T01}', :strategy, '2018-01-05' from generate_series(1, 5);
insert into market.news (
    instrument_id, source, title, published_at, known_at, sentiment
)
select i.instrument_id, 'Wire', w.title, w.at, w.at, 0.5
from market.instrument as i
cross join (
    values ('known', timestamptz '2018-01-04 12:00Z'),
    ('too old', timestamptz '2017-12-01 12:00Z'),
    ('too late', timestamptz '2018-01-09 12:00Z')
) as w (title, at)
where i.symbol = 'T01';
insert into agent.action (
    cycle_id, agent, symbol, model, stance, regime, horizon, snapshot_id, as_of, impact
)
select c.cycle_id, 'DataAgent', 'T01', 'm', 1, 'up calm', 5, 7, c.as_of, 0.01
from agent.cycle as c where c.tenant_id = 9001;
select set_eq(
    'select pg_temp.edges(''PERFORMS_WELL_IN'')',
    format('values (''strategy:%s > regime:up calm'')', :strategy),
    'five gains are doing well'
);
select is(
    (select count(*)::int from pg_temp.edges('AFFECTED_STRATEGY')), 5, 'actions of it'
);
select pg_temp.same('everything');
select set_eq(
    $$select split_part(e, '> ', 2) from pg_temp.edges('INFLUENCED_BY') as e
    where e like '%news:%'$$,
    $$select 'news:' || n.news_id from market.news as n where n.title = 'known'$$,
    'an action comes from the news that were shown'
);
select is(
    (select count(*)::int from pg_temp.edges('INFLUENCED_BY')), 10,
    'each of them, and from how favourable they were together'
);
select set_eq(
    $$select properties ->> 'mean' as mean, properties ->> 'rated' as rated from desk.node
    where tenant_id = 9001 and labels = '{SentimentSnapshot}'$$,
    $$values ('0.500000', '1')$$, 'which is the mean of those that were rated'
);
select results_eq(
    $$select news, rated, mean from api.sentiment('T01', '2018-01-05')$$,
    'values (1::bigint, 1::bigint, 0.5::float8)', 'anybody may ask for it'
);

-- Documents.
select api.save_document(
    'Playbook', E'# Entry\nBuy $T01 above its `sma`.\n```sql\nselect 1\n```', 'trend'
) as document \gset
select set_eq(
    $$select e from unnest('{DOCUMENTED_BY,HAS_SECTION,IMPLEMENTED_BY,RELATES_TO}'::text[])
    as t (type) cross join lateral pg_temp.edges(t.type) as e$$,
    format($$values ('strategy:%s > doc:%2$s'), ('doc:%2$s > section:%2$s.1'),
        ('section:%2$s.1 > snippet:%2$s.1.1'), ('section:%2$s.1 > instrument:T01'),
        ('section:%2$s.1 > indicator:sma')$$, :strategy, :document),
    'a strategy is documented, section by section'
);
select is(
    api.save_document('Playbook', E'# Entry\nBuy $T01 above its `sma`.\n```sql\nselect 1\n```'),
    :document::bigint, 'saved again it is the same one'
);
select results_eq(
    $$select title, section, heading, excerpt from api.search_documents('"buy" -nothing')$$,
    $$values ('Playbook', 1, 'Entry',
        E'**Buy** $T01 above its `sma`.\n```sql\nselect 1\n```')$$, 'and is found'
);
select throws_ok(
    $$select api.save_document('x', 'y', 'no such strategy')$$, 'BW340', null,
    'about strategies that there are'
);
insert into agent.setup (
    account_id, fill_id, instrument_id, symbol, direction, snapshot_id, features,
    opened_at, closed_at, realised, return_fraction
)
select
    f.account_id, f.fill_id, f.instrument_id, f.symbol, 1, 7,
    array_fill(0.5, array[32])::vector, f.filled_at, f.filled_at, 4, 0.01
from trade.fill as f
where f.tenant_id = 9001 and f.order_id = :sold
on conflict do nothing;
select set_eq(
    'select pg_temp.edges(''DESCRIBED_IN'')',
    format($$select format('trade:%%s > setup:%%s.%%s', f.fill_id, f.account_id, f.fill_id)
    from trade.fill as f where f.order_id = %s$$, :sold),
    'what was closed is described in its pattern'
);
update agent.action set impact = -0.2 where tenant_id = 9001 and cycle_id = (
    select min(cycle_id) from agent.cycle where tenant_id = 9001
);
select is_empty(
    'select pg_temp.edges(''PERFORMS_WELL_IN'')', 'one great loss takes it back'
);
insert into agent.decision (cycle_id, symbol, action, side, quantity, reason, as_of)
select max(cycle_id), 'T01', 'EXECUTE', 'buy', 1, 'x', '2018-01-05' from agent.cycle
where tenant_id = 9001 returning decision_id as decision \gset
select order_id as third from trade.place_order(
    pg_temp.account(), 'T03', 'buy', 1, as_of => '2018-01-03 23:00Z',
    decision_id => :decision
) \gset
select trade.begin_submit(:third) is null as sent,
    trade.record_submit(:third, 'acked', 'b-third') is null as acked \gset
select trade.record_fill(:third, 'f-third', 1, 100, 0, '2018-01-03 23:01Z') as filled \gset
select set_eq(
    $$select pg_temp.edges('EXECUTED_DURING') as e$$,
    format(
        $$select format('trade:%%s > %%s', f.fill_id, w.target)
        from trade.fill as f
        cross join (values ('regime:up calm'), ('snapshot:7')) as w (target)
        where f.order_id = %s
        union all
        select format('action:%%s.DataAgent.T01 > %%s', a.cycle_id, w.target)
        from agent.action as a
        cross join (values ('regime:up calm'), ('snapshot:7')) as w (target)
        union all
        select format('setup:%%s.%%s > snapshot:7', p.account_id, p.fill_id)
        from agent.setup as p$$, :third
    ), 'trades and actions have a regime and a snapshot'
);
insert into agent.call (task, provider, model, outcome, cost)
values ('signal', 'local', 'm', 'ok', 0);
select is((select count(*)::int from pg_temp.edges('FOR_TASK')), 1, 'a call has a task');
-- Which models spoke for which strategy, with what task, at what price.
insert into agent.call (cycle_id, step, symbol, task, provider, model, outcome, cost)
select min(a.cycle_id), 'Validator', 'T01', 'Validator', 'local', 'm', 'ok', 0.25
from agent.action as a inner join agent.cycle as c using (tenant_id, cycle_id)
where a.tenant_id = 9001 and c.strategy_id is not null
returning call_id as strategic_call \gset
select set_eq(
    $$select e from pg_temp.edges('AFFECTED_STRATEGY') as e where e ~ '^call:'$$,
    format('values (''call:%s > strategy:%s'')', :strategic_call, :strategy),
    'and the strategy that its cycle was for'
);
select is(
    (
        select answer from cypher('desk', $$
            match (t:TaskType)<-[:FOR_TASK]-(c:AICall)-[:AFFECTED_STRATEGY]->(s:Strategy)
            return c.model as model, c.cost as cost, t.task as task, s.name as strategy
        $$) as answer
    )::text,
    '{"cost": 0.25, "task": "Validator", "model": "m", "strategy": "trend"}',
    'which a question walks'
);

-- Correlations: the bars of the desk all move alike.
select is(graph.correlate('2018-01-19', 10), 3, 'three instruments, three pairs');
select set_eq(
    $$select e from pg_temp.edges('RELATES_TO') as e where e like 'instrument:%'$$,
    $$values ('instrument:T01 > instrument:T02'), ('instrument:T01 > instrument:T03'),
        ('instrument:T02 > instrument:T03')$$,
    'they relate'
);
-- Step 1: 0.1 to each of the others; step 2: they pass that on once, also back.
select results_eq(
    'select reached, round(distress::numeric, 9) from api.contagion(''T01'', 0.1)',
    $$values ('T01', 0.3), ('T02', 0.2), ('T03', 0.2)$$,
    'a shock goes round where all move alike'
);
select is(
    (select round(sum(loss), 6) from api.contagion('T01', 0.1)),
    (
        select round(sum(p.value * case p.symbol when 'T01' then 0.3 else 0.2 end), 6)
        from api.positions as p
    ), 'and costs its part of what is held'
);
update graph.correlation set correlation = -0.1 where symbol = 'T01' and other = 'T02';
select is(
    (
        select count(*)::int from pg_temp.edges('RELATES_TO') as e
        where e like 'instrument:%'
    ), 2,
    'what hardly moves together is not related'
);
update graph.correlation set correlation = 1 where symbol = 'T01' and other = 'T02';
delete from agent.action where tenant_id = 9001 and cycle_id = (
    select min(cycle_id) from agent.cycle where tenant_id = 9001
);
select is(
    (select count(*)::int from pg_temp.edges('AFFECTED_STRATEGY')), 5,
    'what is deleted leaves the graph'
);
select throws_ok(
    'select * from api.contagion(''NOPE'')', 'BW310', null, 'an unknown symbol'
);
select is(api.neighbourhood('Instrument', 'NOPE'), null, 'an unknown node');

select pg_temp.same('after all of it');

-- docs/reference/graph-schema.md is what the views make of these rows, one of each kind.
\set page `cat docs/reference/graph-schema.md`
create temporary table page on commit drop as
select string_to_array(btrim(l, '| '), ' | ') as cells
from regexp_split_to_table(:'page', E'\n') as l where l like '| %';
select set_eq(
    $$select p.cells[1] as a, split_part(p.cells[2], '`', 2) as b, p.cells[3] as c
    from page as p
    where p.cells[2] like '`%'$$,
    $$select array_to_string(n.labels, ', ') as a, split_part(n.key, ':', 1) || ':' as b, (
        select string_agg(k, ', ' order by k) from jsonb_object_keys(n.properties) as k
    ) as c from graph.node_of as n$$,
    'the page tells all nodes'
);
select set_eq(
    $$select p.cells[1] as a, p.cells[2] as b, rtrim(p.cells[3], ' |') as c,
        coalesce(p.cells[4], '') as d
    from page as p where p.cells[1] ~ '^[A-Z_]+$'$$,
    $$select e.type as a, string_agg(distinct split_part(e.source, ':', 1), ', ') as b,
        string_agg(distinct split_part(e.target, ':', 1), ', ') as c,
        coalesce(string_agg(distinct k, ', '), '') as d
    from graph.edge_of as e left join lateral jsonb_object_keys(e.properties) as k on true
    group by e.type$$,
    'and all edges'
);

select ok(api.drop_document('Playbook'), 'a document goes');
select is_empty(
    $$select key from desk.node where tenant_id = 9001 and key ~ '^(doc|section|snippet)'$$,
    'and all of it'
);

-- Roles.
\o /dev/null
select tenant.add_member(9001, 'desk_graph_one', 'reader');
select tenant.add_member(9002, 'desk_graph_two', 'reader');
\o
set local role desk_graph_one;
select cmp_ok(
    jsonb_array_length(api.neighbourhood('Symbol', 'T01', 2) -> 'nodes'), '>', 10,
    'a reader sees what is around a symbol'
);
select throws_ok(
    'select graph.rebuild(9001)', '42501', null, 'but makes no graph'
);
reset role;
set local bellwether.tenant = 9002;
set local role desk_graph_two;
select is(
    (select count(*)::int from desk.node) + (select count(*)::int from desk.edge), 0,
    'another tenant sees nothing of it'
);
select is(api.neighbourhood('Symbol', 'T01', 2), null, 'nor by the door');
reset role;
set local bellwether.tenant = 9001;

-- By the operator, from outside.
set local bellwether.tenant = 0;
create temporary table kept on commit drop as select graph.export_tenant(9001) as graph;
select graph.delete_tenant(9001) as removed \gset
select is(
    graph.export_tenant(9001), '{"nodes": [], "edges": []}', 'deleted'
);
select graph.rebuild(9001) as made \gset
select is(graph.export_tenant(9001), (select k.graph from kept as k), 'and brought back');
select is(current_tenant(), 0, 'the operator is where it was');

select * from finish();
rollback;
