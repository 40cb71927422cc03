-- Exit plans: each opened position has a stop, a target, a time and what would prove it
-- wrong; each bar that comes is looked at.
-- Day d has open 100 + d, high 103 + d, low 98 + d, close 101 + d; the last is of Friday
-- 2018-01-19 with a close of 114.
begin;
select plan(40);
\ir ../desk.psql

-- Opens a position by a decision with an exit plan; the time is after the last bar.
create function pg_temp.open(
    symbol text, side text, plan jsonb, price numeric default 114
)
returns bigint language plpgsql as $$
declare
    cycle bigint := api.run_cycle(
        array[symbol], true, 'test', as_of => '2018-01-19 21:30Z'
    );
    placed trade.orders;
begin
    perform agent.decide(cycle, jsonb_build_array(jsonb_build_object(
        'symbol', symbol, 'action', 'EXECUTE', 'side', side, 'quantity', 10,
        'exit_plan', plan
    )));
    select o.* into placed from trade.orders as o
    inner join agent.decision as d using (tenant_id, decision_id)
    where d.cycle_id = cycle;
    perform trade.begin_submit(placed.order_id);
    perform trade.record_fill(
        placed.order_id, 'f' || placed.order_id, 10, price, 0, '2018-01-19 21:31Z'
    );
    return placed.order_id;
end
$$;
create function pg_temp.bar(
    symbol text, day date, low float8, high float8, close float8
)
returns integer language plpgsql as $$
begin
    insert into market.bar (instrument_id, ts, open, high, low, close, known_at)
    select i.instrument_id, bar.day, bar.close, bar.high, bar.low, bar.close,
        bar.day + interval '21 hours'
    from market.instrument as i where i.symbol = bar.symbol;
    return trade.watch_exits(pg_temp.account());
end
$$;
create function pg_temp.plan(symbol text) returns setof trade.exit_plan language sql
as $$
    select p.* from trade.exit_plan as p
    where p.tenant_id = current_tenant() and p.symbol = plan.symbol
    order by p.plan_id desc limit 1
$$;

-- What the decision says.
select pg_temp.open('T01', 'buy', '{
    "stop": 110, "target": "120.5", "until": "2018-02-01", "close_below": 112,
    "invalidation": "earnings disappoint"
}') \g /dev/null
select results_eq(
    $$select direction, entry_price, stop_price, target_price, exit_by, close_below,
        invalidation, status from pg_temp.plan('T01')$$,
    $$values (1, 114::numeric, 110.0, 120.5, timestamptz '2018-02-01', 112.0,
        'earnings disappoint', 'active')$$, 'the plan of the decision'
);
select is(
    (select count(*)::int from agent.event where tenant_id = 9001
    and type = 'ExitPlanned' and cycle_id is not null), 1, 'with its event in the cycle'
);
select is(trade.watch_exits(pg_temp.account()), 0, 'nothing has happened yet');
-- What it does not say, or says wrongly.
select pg_temp.open('T02', 'buy', null) \g /dev/null
select results_eq(
    $$select stop_price, target_price, exit_by, invalidation from pg_temp.plan('T02')$$,
    $$values (round(114 * 0.94, 8), round(114 * 1.12, 8),
        timestamptz '2018-02-18 21:31Z', 'a close below 107.1600')$$,
    'without one: two and four average ranges (3 % when unknown) and thirty days'
);
select pg_temp.open(
    'T03', 'buy',
    '{"stop": 200, "target": "NaN", "until": "soon", "close_below": -5}'
) \g /dev/null
select results_eq(
    $$select stop_price, target_price, exit_by, close_below from pg_temp.plan('T03')$$,
    $$values (round(114 * 0.94, 8), round(114 * 1.12, 8),
        timestamptz '2018-02-18 21:31Z', null::numeric)$$,
    'nonsense is as if it were not there'
);
select pg_temp.open('T04', 'sell', '{"stop": 118, "target": 105}') \g /dev/null
select results_eq(
    $$select direction, stop_price, target_price from pg_temp.plan('T04')$$,
    $$values (-1, 118::numeric, 105::numeric)$$, 'a short has them the other way round'
);
select pg_temp.open('T05', 'buy', '[1, 2]') \g /dev/null
select is(
    (select status from pg_temp.plan('T05')), 'active', 'a plan that is no object is none'
);

-- Bars that come.
select is(pg_temp.bar('T01', '2018-01-22', 113, 118, 116), 0, 'nothing is reached');
select is(
    (select checked_until from pg_temp.plan('T01')), timestamptz '2018-01-22 21:00Z',
    'the bar was looked at'
);
select is(pg_temp.bar('T01', '2018-01-23', 109.5, 121, 115), 1, 'stop and target: an exit');
select results_eq(
    $$select p.status, p.triggered_by, o.side, o.quantity, o.type, o.status, o.placed_at
    from pg_temp.plan('T01') as p
    inner join trade.orders as o on p.exit_order_id = o.order_id$$,
    $$values ('triggered', 'stop', 'sell', 10::numeric, 'market', 'ready',
        timestamptz '2018-01-23 21:00:00.000001Z')$$, 'of the two the stop came first'
);
select is(trade.watch_exits(pg_temp.account()), 0, 'once');
select is(pg_temp.bar('T02', '2018-01-22', 114, 130, 129), 1, 'a target');
select is((select triggered_by from pg_temp.plan('T02')), 'target', 'is reached');
select is(pg_temp.bar('T04', '2018-01-22', 110, 118, 111), 1, 'the stop of a short');
select results_eq(
    $$select o.side, p.triggered_by from pg_temp.plan('T04') as p
    inner join trade.orders as o on p.exit_order_id = o.order_id$$,
    $$values ('buy', 'stop')$$, 'is bought back'
);
select pg_temp.open('T06', 'buy', '{"stop": 90, "close_below": 113}') \g /dev/null
select is(
    pg_temp.bar('T06', '2018-01-22', 110, 115, 114), 0, 'below within the bar is not proof'
);
select is(pg_temp.bar('T06', '2018-01-23', 110, 115, 112), 1, 'a close below is');
select is((select triggered_by from pg_temp.plan('T06')), 'proved wrong', 'and says so');
select pg_temp.open('T07', 'buy', '{"until": "2018-01-23T12:00:00Z"}') \g /dev/null
select is(pg_temp.bar('T07', '2018-01-22', 113, 115, 114), 0, 'not yet');
select is(pg_temp.bar('T07', '2018-01-23', 113, 115, 114), 1, 'its time is over');
select is((select triggered_by from pg_temp.plan('T07')), 'time', 'by the clock');

-- The exit is done: the plan is closed, the position not watched any more.
select exit_order_id as leaving from pg_temp.plan('T01') \gset
select trade.begin_submit(:leaving) \g /dev/null
select trade.record_fill(:leaving, 'out', 10, 110, 0, '2018-01-24 14:30Z') \g /dev/null
select is((select status from pg_temp.plan('T01')), 'closed', 'the plan is closed');
select is_empty(
    $$select * from work.watched_position as w
    inner join market.instrument as i using (instrument_id)
    where w.tenant_id = 9001 and i.symbol = 'T01'$$, 'nothing is watched'
);
select is(pg_temp.bar('T01', '2018-01-24', 1, 2, 1), 0, 'nor sold twice');

-- An exit that fails is tried again with the next bar.
select exit_order_id as leaving from pg_temp.plan('T02') \gset
update trade.orders set status = 'canceled' where order_id = :leaving;
select is(pg_temp.bar('T02', '2018-01-24', 128, 131, 130), 1, 'it was canceled: again');
select isnt(
    (select exit_order_id from pg_temp.plan('T02')), :leaving::bigint, 'with a new order'
);
select api.halt('drill') \g /dev/null
select is(pg_temp.bar('T05', '2018-01-22', 50, 60, 55), 0, 'halted: nothing goes out');
select is(
    (select title from api.alerts where kind = 'exit_refused'), 'Exit of T05 refused',
    'but somebody hears of it'
);
select is((select status from pg_temp.plan('T05')), 'active', 'the plan stays');
select api.resume() \g /dev/null
select is(pg_temp.bar('T05', '2018-01-24', 50, 60, 55), 1, 'and goes out after the halt');

-- The circuit breaker does not keep anybody in.
select pg_temp.open('T08', 'buy', '{"stop": 110}') \g /dev/null
select api.trip_breaker(pg_temp.account(), 'drill') \g /dev/null
select is(pg_temp.bar('T08', '2018-01-22', 100, 115, 105), 1, 'with the breaker open, too');
select api.close_breaker(pg_temp.account(), 'over') \g /dev/null

-- More of the same, less of the same, the other way.
select pg_temp.open('T09', 'buy', '{"stop": 110, "target": 130}') \g /dev/null
select pg_temp.trade('T09', 'buy', 5, 114, 0, '2018-01-19 21:40Z') \g /dev/null
select is(
    (select stop_price from pg_temp.plan('T09')), 110::numeric,
    'more by hand keeps the plan'
);
select pg_temp.open('T09', 'buy', '{"stop": 111, "target": 140}') \g /dev/null
select results_eq(
    $$select status, stop_price from trade.exit_plan
    where tenant_id = 9001 and symbol = 'T09' order by plan_id$$,
    $$values ('replaced', 110::numeric), ('active', 111)$$,
    'a decision with a plan replaces it'
);
select pg_temp.trade('T09', 'sell', 20, 114, 0, '2018-01-19 21:50Z') \g /dev/null
select is((select status from pg_temp.plan('T09')), 'active', 'less keeps it');
select pg_temp.trade('T09', 'sell', 15, 114, 0, '2018-01-19 21:55Z') \g /dev/null
select is(
    (select direction from pg_temp.plan('T09')), -1, 'through zero it is another position'
);

-- By hand.
select results_eq(
    $$select stop_price, target_price from api.set_exit_plan(
        pg_temp.account(), 'T09', 120, 90)$$, 'values (120::numeric, 90::numeric)',
    'a plan can be changed'
);
select throws_ok(
    $$select api.set_exit_plan(pg_temp.account(), 'T09', 100)$$, 'BW120', null,
    'not so that it ends the position at once'
);
select throws_ok(
    $$select api.set_exit_plan(pg_temp.account(), 'T14', 100)$$, 'BW126', null,
    'nor one of nothing'
);
select is_empty('select * from trade.audit() where not agrees', 'the books agree');

select * from finish();
rollback;
