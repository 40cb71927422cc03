-- The paper broker. Day d has open 100 + d, high 103 + d, low 98 + d, close 101 + d;
-- day 2 is Thursday 2018-01-04, day 3 Friday, day 4 Monday 2018-01-08. Slippage 5, fee
-- 5 basis points.
begin;
select plan(29);
\ir ../desk.psql

create function pg_temp.submit(
    id text, symbol text, side text, type text default 'market', limit_price numeric
        default null,
    stop_price numeric default null, tif text default 'day', at timestamptz
        default '2018-01-03 23:00Z'
) returns text language sql
as $$
    select trade.paper_submit(
        pg_temp.account(), id, symbol, side, 10, type, limit_price, stop_price, tif, at
    ) ->> 'status'
$$;
create function pg_temp.fill(id text)
returns table (price numeric, filled_at timestamptz, state text) language plpgsql
as $$
begin
    select f.price, f.filled_at into price, filled_at
    from trade.paper_fills(pg_temp.account(), id) as f;
    state := trade.paper_order(pg_temp.account(), id) ->> 'status';
    return next;
end
$$;

select is(
    trade.paper_order(pg_temp.account(), 'm1'), null,
    'an order that was never sent is not known'
);
select is(pg_temp.submit('m1', 'T01', 'buy'), 'accepted', 'an order is accepted');
select is(
    pg_temp.submit('m1', 'T01', 'buy'), 'duplicate', 'a second time it is a duplicate'
);
select is(
    pg_temp.submit('x1', 'NOPE', 'buy'), 'rejected', 'what is not traded is rejected'
);
select is(pg_temp.submit('x2', 'TIDX', 'buy'), 'rejected', 'an index is not traded');
select is(pg_temp.submit('x3', 'T01', 'hold'), 'rejected', 'nonsense is rejected');

select results_eq(
    $$select * from pg_temp.fill('m1')$$,
    $$values (102 * 1.0005, timestamptz '2018-01-04 14:30Z', 'filled')$$,
    'a market order fills at the next session''s open, made worse by slippage'
);
select results_eq(
    $$select broker_fill_id, quantity, fee
    from trade.paper_fills(pg_temp.account(), 'm1')$$,
    format(
        $$values (
            'paper-%s-m1-1', 10::numeric, round(10 * 102 * 1.0005 * 0.0005, 8)
        )$$, pg_temp.account()
    ),
    'with a fee, and an id that is always the same'
);
select is(
    (
        select count(*)::int from trade.paper_fills(pg_temp.account(), 'm1')
    ), 1, 'asking again fills nothing more'
);
select is(
    pg_temp.submit(
        'm2', 'T01', 'sell', at => '2018-01-05 21:00Z'
    ), 'accepted', 'a sell on Friday evening'
);
select results_eq(
    $$select * from pg_temp.fill('m2')$$,
    $$values (
        104 * 0.9995, timestamptz '2018-01-08 14:30Z', 'filled'
    )$$, 'fills on Monday, slippage against it'
);
select is(
    pg_temp.submit(
        'm3', 'T01', 'buy', at => '2018-01-04 14:30Z'
    ), 'accepted', 'at the very open'
);
select is(
    (select filled_at from pg_temp.fill('m3')), timestamptz '2018-01-05 14:30Z',
    'it is too late for this session'
);
select is(
    pg_temp.submit(
        'c1', 'TC-USD', 'buy', at => '2018-01-05 23:59:59.999999Z'
    ), 'accepted', 'a coin'
);
select is(
    (select filled_at from pg_temp.fill('c1')), timestamptz '2018-01-06 00:00Z',
    'trades at weekends'
);
select is(
    pg_temp.submit(
        'm4', 'T01', 'buy', at => '2018-01-19 23:00Z'
    ), 'accepted', 'after the last bar'
);
select results_eq(
    $$select * from pg_temp.fill('m4')$$, $$values (
        null::numeric, null::timestamptz, 'accepted'
    )$$,
    'an order waits for the next'
);

-- By the range of the bar; day 2: open 102, high 105, low 100.
select results_eq(
    $$select id, (pg_temp.submit(id, 'T01', side, type, lim, stop)) from (values
        ('l1', 'buy', 'limit', 103, null), ('l2', 'buy', 'limit', 101, null),
        ('l3', 'buy', 'limit', 99, null),
        ('l4', 'sell', 'limit', 104, null), ('s1', 'buy', 'stop', null, 104),
        ('s2', 'sell', 'stop', null, 101),
        ('s3', 'sell', 'stop', null, 103), ('s4', 'sell', 'stop', null, 99)
    ) as o (id, side, type, lim, stop)$$,
    $$select id, 'accepted' from unnest('{l1,l2,l3,l4,s1,s2,s3,s4}'::text[]) as id$$,
    'limit and stop orders'
);
select results_eq(
    format('select * from pg_temp.fill(%L)', id),
    format('values (%L::numeric, %L::timestamptz, %L)', price, at, state), what
) from (values
    (
        'l1', 102.0, '2018-01-04 14:30Z', 'filled',
        'a limit above the open fills at the open'
    ),
    (
        'l2', 101.0, '2018-01-04 21:00Z', 'filled',
        'one that the bar reaches at the limit, known at its end'
    ),
    ('l3', null, null, 'expired', 'one that it does not reach expires with the day'),
    ('l4', 104.0, '2018-01-04 21:00Z', 'filled', 'a sell limit within the bar'),
    (
        's1', 104 * 1.0005, '2018-01-04 21:00Z', 'filled',
        'a buy stop within the bar, with slippage'
    ),
    (
        's2', 101 * 0.9995, '2018-01-04 21:00Z', 'filled',
        'a sell stop within the bar, with slippage'
    ),
    (
        's3', 102 * 0.9995, '2018-01-04 14:30Z', 'filled',
        'a stop beyond the open fills at the open'
    ),
    ('s4', null, null, 'expired', 'a stop that is not reached expires')
) as e (id, price, at, state, what);
select pg_temp.submit('g1', 'T01', 'buy', 'stop', null, 110, 'gtc') \g /dev/null
select results_eq(
    $$select price, filled_at from pg_temp.fill('g1')$$,
    $$values (110 * 1.0005, timestamptz '2018-01-11 21:00Z')$$,
    'an order that is good till canceled waits for its bar: day 7 has a high of 110'
);

-- The whole way through the desk's own book.
select order_id as bought from trade.place_order(
    pg_temp.account(), 'T02', 'buy', 10, as_of => '2018-01-03'
) \gset
select order_id as missed from trade.place_order(
    pg_temp.account(), 'T03', 'buy', 10, 'limit', 90, as_of => '2018-01-03'
) \gset
do $$
declare
    o trade.orders;
begin
    for o in select * from trade.open_orders(pg_temp.account()) loop
        o := trade.begin_submit(o.order_id);
        perform trade.record_submit(
            o.order_id, 'acked',
            trade.paper_submit(
                o.account_id, o.client_order_id, o.symbol, o.side, o.quantity, o.type,
                o.limit_price,
                o.stop_price, o.time_in_force, o.placed_at
            ) ->> 'broker_order_id', null
        );
    end loop;
end
$$;
select is(trade.match_orders(pg_temp.account()), 1, 'one of two orders is filled');
select results_eq(
    format(
        'select status from trade.orders where order_id in (%s, %s) order by order_id',
        :bought, :missed
    ),
    $$values ('filled'), ('expired')$$, 'the other has expired'
);

select * from finish();
rollback;
