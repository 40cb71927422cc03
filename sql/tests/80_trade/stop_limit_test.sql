-- Stop-limit orders at the paper broker. Day d has open 100 + d, high 103 + d, low
-- 98 + d, close 101 + d; day 2 is 2018-01-04.
begin;
select plan(9);
\ir ../desk.psql
select tenant.set_setting('slippage_bps', '0') \g /dev/null
select tenant.set_setting('fee_bps', '0') \g /dev/null

create function pg_temp.send(
    symbol text, side text, stop numeric, limit_price numeric, tif text default 'gtc'
)
returns bigint language plpgsql as $$
declare
    o trade.orders;
begin
    o := trade.place_order(
        pg_temp.account(), symbol, side, 10, 'stop_limit', limit_price, stop, tif,
        as_of => '2018-01-03 23:00Z'
    );
    o := trade.begin_submit(o.order_id);
    perform trade.record_submit(
        o.order_id, 'acked',
        trade.paper_submit(
            o.account_id, o.client_order_id, o.symbol, o.side, o.quantity, o.type,
            o.limit_price, o.stop_price, o.time_in_force, o.placed_at
        ) ->> 'broker_order_id'
    );
    perform trade.match_orders(pg_temp.account());
    return o.order_id;
end
$$;
create function pg_temp.filled(id bigint) returns text language sql as $$
    select coalesce(
        (
            select trim_scale(f.price) || ' ' || (f.filled_at at time zone 'UTC')::date
            from trade.fill as f where f.order_id = id
        ),
        (select o.status from trade.orders as o where o.order_id = id)
    )
$$;

select is(
    pg_temp.filled(pg_temp.send('T01', 'buy', 104, 106)), '104 2018-01-04',
    'reached within the bar: at the stop, where the limit allows it'
);
select is(
    pg_temp.filled(pg_temp.send('T04', 'buy', 101, 110)), '102 2018-01-04',
    'beyond the stop at the open: at the open'
);
select is(
    pg_temp.filled(pg_temp.send('T07', 'buy', 101, 101.5)), '101.5 2018-01-04',
    'an open beyond the limit: at the limit, when the bar comes back to it'
);
select is(
    pg_temp.filled(pg_temp.send('T08', 'buy', 104.5, 103.5)), '103 2018-01-05',
    'a limit before the stop: a limit order from the next bar on'
);
select is(
    pg_temp.filled(pg_temp.send('T09', 'buy', 115, 90)), 'acked',
    'reached, and never as good as its limit again'
);
select is(
    pg_temp.filled(pg_temp.send('T10', 'buy', 108, 109, 'day')), 'expired',
    'never reached'
);
select is(
    trade.paper_submit(
        pg_temp.account(), 'x', 'T01', 'buy', 1, 'stop_limit', null, 100, 'gtc', now()
    ) ->> 'status', 'rejected', 'it needs both prices'
);
select throws_ok(
    format(
        $$select trade.place_order(%s, 'T01', 'buy', 1, 'stop_limit', 100)$$,
        pg_temp.account()
    ), 'BW120', null, 'here, too'
);
select is_empty('select * from trade.audit() where not agrees', 'the books agree');

select * from finish();
rollback;
