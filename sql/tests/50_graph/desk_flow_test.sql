-- The desk's flows in many orders, two tenants by turns: after each step the graph that
-- the triggers kept is the one that the rows give, byte for byte. A round ends as if it
-- had not been; the orders are drawn from the number of the round.
begin;
select plan(8);
\ir ../roles.psql
\ir ../desk.psql

insert into market.snapshot (
    instrument_id, bar_interval, ts, bar_number, known_at, close, weekday, month,
    split_suspected, text_form, features
)
select
    b.instrument_id, '1d', b.ts, row_number() over (partition by b.instrument_id
    order by b.ts), b.known_at, b.close, extract(isodow from b.ts), 1, false, 'x',
    array_fill(0.5, array[32])::vector
from market.bar as b inner join market.instrument as i using (instrument_id)
where i.symbol in ('T01', 'T02');

create function pg_temp.last_strategy() returns bigint language sql as $$
    select max(strategy_id) from strategy.strategy where tenant_id = current_tenant()
$$;

-- A cycle of the newest strategy with its action and, if wanted, a trade decided there.
create function pg_temp.cycle(symbol text, decide boolean) returns bigint
language plpgsql as $$
declare
    cycle bigint;
    decision bigint;
begin
    with made as (
        insert into agent.cycle (symbols, strategy_id, as_of)
        values (array[cycle.symbol], pg_temp.last_strategy(), '2018-01-05')
        returning cycle_id, as_of
    ), acted as (
        insert into agent.action (
            cycle_id, agent, symbol, model, stance, regime, horizon, snapshot_id, as_of
        )
        select m.cycle_id, 'DataAgent', cycle.symbol, 'm', 1, 'up calm', 5, 7, m.as_of
        from made as m
        returning cycle_id
    )
    select a.cycle_id into cycle from acted as a;
    if decide then
        insert into agent.decision (
            cycle_id, symbol, action, side, quantity, reason, as_of
        ) values (cycle, cycle.symbol, 'EXECUTE', 'buy', 3, 'x', '2018-01-05')
        returning decision_id into decision;
        decision := (trade.place_order(
            pg_temp.account(), cycle.symbol, 'buy', 3, as_of => '2018-01-05 23:00Z',
            decision_id => decision
        )).order_id;
        perform trade.begin_submit(decision);
        perform trade.record_submit(decision, 'acked', 'b' || decision);
        -- In two parts, the second of which proves to be known.
        perform trade.record_fill(
            decision, format('f%s.%s', decision, n), least(n, 2), 100, 0.5,
            '2018-01-05 23:01Z'
        ) from unnest('{1,2,2}'::integer[]) as n;
    end if;
    return cycle;
end
$$;

create function pg_temp.step(step text) returns void language plpgsql as $$
#variable_conflict use_column
begin
    case step
    when 'save' then
        perform strategy.save('trend', '{"entry": [">", "quick", "close"],
            "exit": ["<", "quick", "close"], "universe": {"symbols": ["T02"]},
            "indicators": {"quick": {"indicator": "sma", "n": 2}}}');
        perform api.record_backtest('trend', 1, '{T02}');
    when 'at once' then
        -- Strategy and version in one statement: their triggers come after both.
        with s as (
            insert into strategy.strategy (name, status) values ('twice', 'active')
            on conflict do nothing returning strategy_id
        )
        insert into strategy.version (strategy_id, version, config, config_hash)
        select s.strategy_id, 1, '{"indicators": {"slow": {"indicator": "ema"}}}', '\x00'
        from s;
    when 'retire' then
        update strategy.strategy set status = 'retired'
        where tenant_id = current_tenant() and strategy_id = pg_temp.last_strategy();
    when 'cycle' then perform pg_temp.cycle('T01', false);
    when 'trade' then perform pg_temp.cycle('T01', true);
    when 'buy' then
        perform pg_temp.trade('T01', 'buy', 6, 101, 1, '2018-01-04 23:00Z');
    when 'close' then
        perform pg_temp.trade('T01', 'sell', 2, 102, 1, '2018-01-08 23:00Z')
        from trade.position
        where tenant_id = current_tenant() and symbol = 'T01' and quantity > 0;
    when 'flatten' then
        perform pg_temp.trade('T01', 'sell', quantity, 99, 1, '2018-01-09 23:00Z')
        from trade.position
        where tenant_id = current_tenant() and symbol = 'T01' and quantity > 0;
    when 'settle' then
        update agent.action set impact = cycle_id % 3 - 0.5
        where tenant_id = current_tenant();
    when 'unsettle' then
        update agent.action set impact = null
        where tenant_id = current_tenant() and cycle_id % 2 = 0;
    when 'correct' then
        update agent.action set regime = 'down wild', snapshot_id = 8, stance = -1
        where tenant_id = current_tenant() and cycle_id % 2 = 1;
    when 'forget' then
        -- The news that each was shown go with it, one after the other.
        delete from agent.action where tenant_id = current_tenant();
    when 'call' then
        insert into agent.call (task, provider, model, outcome, cost)
        select task, 'local', 'm', 'ok', 0 from unnest('{signal,review}'::text[]) as task;
    when 'news' then
        insert into market.news (
            instrument_id, source, title, published_at, known_at, sentiment
        )
        select instrument_id, 'Wire', md5(current_tenant()::text), at, at, rated
        from market.instrument, (
            values (timestamptz '2018-01-04 12:00Z', 0.25), ('2018-01-03 12:00Z', null)
        ) as w (at, rated)
        where symbol = 'T01';
    when 'relate' then perform graph.correlate('2018-01-19', 10);
    when 'unrelate' then
        update graph.correlation set correlation = -0.1
        where tenant_id = current_tenant() and symbol = 'T01';
    when 'write' then
        perform api.save_document(
            'Playbook', E'Before.\n# Entry\nBuy $T03 and $NOPE above its `sma`.\n'
            '```SQL\nselect 1;\n```\n## Exit\n',
            (
                select name from strategy.strategy
                where tenant_id = current_tenant()
                and strategy_id = pg_temp.last_strategy()
            )
        );
    when 'rewrite' then
        perform api.save_document('Playbook', E'# Entry\n$T04, $T05.\n# Other');
    when 'tear' then perform api.drop_document('Playbook');
    end case;
end
$$;

-- What does not agree with the rows, and what a part's edges want of others.
create function pg_temp.faults() returns setof text language plpgsql as $$
declare
    kept text := graph.export_tenant(current_tenant());
    made text;
begin
    begin
        perform graph.rebuild(current_tenant());
        made := graph.export_tenant(current_tenant());
        raise exception sqlstate 'UNDO1';
    exception when sqlstate 'UNDO1' then null;
    end;
    if kept <> made then
        return next 'made anew it is another';
    end if;
end
$$;
create function pg_temp.open_ends() returns setof text language sql as $$
    select distinct format('%s: %s without %s', e.part, e.type, k.key)
    from graph.edge_of as e
    cross join lateral (values (e.source), (e.target)) as k (key)
    where e.holds and not exists (
        select from graph.node_of as n
        where n.part = e.part and n.row_id = e.row_id and n.key = k.key
    )
$$;

create temporary table fault (round integer, place bigint, step text, fault text);
create temporary table seen (tenant_id integer, kinds text[]) on commit drop;
create function pg_temp.round(number integer) returns void language plpgsql as $$
declare
    wanted record;
    said text;
    faults jsonb := '[]';
    kinds text[] := '{}';
begin
    for wanted in
        select s.step, t.tenant, row_number() over (
            order by md5(format('%s %s %s', number, s.step, t.tenant))
        ) as place
        from unnest('{save,"at once",retire,cycle,trade,buy,close,flatten,settle,
            unsettle,correct,forget,call,news,relate,unrelate,write,rewrite,tear}'::text[]
        ) as s (step)
        cross join unnest('{9001,9002}'::integer[]) as t (tenant)
        order by place
    loop
        perform set_config('bellwether.tenant', wanted.tenant::text, true);
        perform pg_temp.step(wanted.step);
        kinds := kinds || array(
            select distinct type from desk.edge where type <> all (kinds)
        );
        for said in select pg_temp.faults() loop
            faults := faults || jsonb_build_object(
                'place', wanted.place, 'step', wanted.step, 'fault', said
            );
        end loop;
    end loop;
    -- A step in one tenant changes nothing in the other.
    for wanted in select unnest('{9001,9002}'::integer[]) as tenant loop
        perform set_config('bellwether.tenant', wanted.tenant::text, true);
        for said in select pg_temp.faults() union all select pg_temp.open_ends() loop
            faults := faults || jsonb_build_object('place', 0, 'fault', said);
        end loop;
    end loop;
    raise exception sqlstate 'UNDO2' using message = faults::text,
    detail = kinds::text;
exception when sqlstate 'UNDO2' then
    get stacked diagnostics said = pg_exception_detail;
    insert into fault select number, f.* from jsonb_to_recordset(sqlerrm::jsonb)
        as f (place bigint, step text, fault text);
    insert into seen values (number, said::text[]);
end
$$;
\o /dev/null
select pg_temp.round(n) from generate_series(1, 4) as n;
\o
select is_empty(
    'select * from fault', 'the graph is what the rows say, whatever comes first'
);
select set_eq(
    'select distinct unnest(kinds) from seen', $$values ('AFFECTED_STRATEGY'),
    ('APPLIES_TO'), ('DESCRIBED_IN'), ('DOCUMENTED_BY'), ('EXECUTED_DURING'),
    ('FOR_TASK'), ('HAS_BACKTEST'), ('HAS_SECTION'), ('IMPLEMENTED_BY'),
    ('INFLUENCED_BY'), ('OPENED_POSITION'), ('PLACED'), ('RELATES_TO'),
    ('USES_INDICATOR'), ('USES_SYMBOL')$$,
    'edges of these types came about'
);

-- A tenant's rows change in its own sessions only.
set local bellwether.tenant = 9001;
select throws_ok(
    $$insert into agent.call (tenant_id, task, provider, model, outcome, cost)
    values (9001, 'signal', 'local', 'm', 'ok', 0), (9002, 'signal', 'local', 'm', 'ok', 0)$$,
    'BW013', 'rows of tenant 9002 cannot change in a session of tenant 9001',
    'who passes the walls is told'
);
\o /dev/null
select pg_temp.step('write');
\o
set local bellwether.tenant = 9002;
select throws_ok(
    'update memory.section set body = ''x''', 'BW013', null, 'also of updates'
);
select throws_ok('delete from memory.section', 'BW013', null, 'and of deletions');
set local bellwether.tenant = 9001;

-- What is named is what counts.
select results_eq(
    $$select section, heading, symbols, indicators from memory.split_document(
    E'\n# One #\n$T01, x$T02, $T01-, $T03. `sma` `nope` sma\n~~~\n$T04\n# no\n~~~\n### Two'
    )$$,
    $$values (1, 'One', '{T01,T03}'::text[], '{sma}'::text[]), (2, 'Two', '{}', '{}')$$,
    'instruments and indicators outside of code'
);
select results_eq(
    $$select heading, snippets from memory.split_document(
    E'pre\n````sql more\na\n```\n# \n````\n# Last\n```\nopen')$$,
    $$values ('', '[{"language": "sql", "code": "a\n```\n# "}]'::jsonb),
        ('Last', '[{"language": "", "code": "open"}]')$$,
    'code between fences, also one that is not closed'
);
select is_empty(
    'select * from memory.split_document(E''\n\n'')', 'nothing has no sections'
);
select * from finish();
rollback;
