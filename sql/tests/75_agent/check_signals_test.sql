-- What the limits say to the wishes of a cycle before a model is asked about them: as
-- to the orders that come of them. Close of 2018-01-03: 102, equity 100,000.
begin;
select plan(9);
\ir ../desk.psql

select api.run_cycle('{T01,T02,T08}', true, 'test', as_of => '2018-01-03 23:00Z') as id \gset
create function pg_temp.check(id bigint) returns table (
    allowed boolean, reason_code text, max_quantity numeric, clamped_quantity numeric
) language sql as $$
    select c.allowed, c.reason_code, c.max_quantity, c.clamped_quantity
    from agent.check_signals(id, '[
        {"symbol": "T08", "side": "buy", "quantity": 1000},
        {"symbol": "T01", "side": "buy", "quantity": 10},
        {"symbol": "T02", "side": "sell", "quantity": 5}]') as c
$$;
select pg_temp.trade('T02', 'buy', 5, 100) \g /dev/null

select results_eq(
    format('select * from pg_temp.check(%s)', :id),
    $$values (false, 'POSITION_LIMIT', 196::numeric, null::numeric),
        (true, null, 196, null), (true, null, 201, null)$$,
    'one answer a wish, in their order; what is above a limit is refused'
);
select tenant.set_setting('on_limit', '"clamp"') \g /dev/null
select results_eq(
    format('select * from pg_temp.check(%s)', :id),
    $$values (false, 'POSITION_LIMIT', 196::numeric, 196::numeric),
        (true, null, 196, null), (true, null, 201, null)$$,
    'or cut to what fits, if the tenant wants that'
);
select is(
    (
        select c.clamped_quantity from agent.check_signals(
            :id, '[{"symbol": "T08", "side": "buy", "quantity": 196}]'
        ) as c
    ), null, 'what fits is not cut again'
);
select is(
    (
        select o.quantity from trade.place_order(
            pg_temp.account(), 'T08', 'buy', 1000, as_of => '2018-01-03 23:00Z',
            dry_run => true
        ) as o
    ), 196::numeric, 'an order is cut to the same'
);
select results_eq(
    format(
        'select allowed, reason_code, clamped_quantity from agent.check_signals(%s, %L)',
        :id, '[{"symbol": "TIDX", "side": "buy", "quantity": 1}]'
    ), $$values (false, 'NOT_TRADABLE', null::numeric)$$,
    'where no size would pass nothing is left'
);

-- Whoever asked for the cycle is bound, not the worker that runs it.
update agent.cycle set created_by = 'test_junior' where cycle_id = :id;
select risk.set_member_limit('test_junior', 'max_order_fraction', '0.01') \g /dev/null
select results_eq(
    format('select * from pg_temp.check(%s)', :id),
    $$values (false, 'POSITION_LIMIT', 9::numeric, 9::numeric),
        (false, 'ORDER_SIZE_LIMIT', 9, 9), (true, null, 9, null)$$,
    'by the bounds of whoever asked for the cycle'
);
select api.halt('a test', 'symbol', 'T08') \g /dev/null
select results_eq(
    format('select * from pg_temp.check(%s)', :id),
    $$values (false, 'TRADING_HALTED', 0::numeric, null::numeric),
        (false, 'ORDER_SIZE_LIMIT', 9, 9), (true, null, 9, null)$$,
    'a halt is not a matter of size'
);

select throws_ok(
    $$select * from agent.check_signals(-1, '[]')$$, 'BW402', null,
    'a cycle that is not there has no wishes'
);
set local bellwether.tenant = 9002;
select throws_ok(
    format('select * from agent.check_signals(%s, %L)', :id, '[]'), 'BW402', null,
    'nor has another tenant''s'
);

select * from finish();
rollback;
