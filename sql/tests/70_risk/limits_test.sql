-- Hard limits: what passes, what is refused and with which code; a bare INSERT raises.
-- Close of 2018-01-03 (day 1): 102. Costs: fee 5 and slippage 5 basis points.
begin;
select plan(57);
\ir ../desk.psql

create function pg_temp.place(
    symbol text, side text, quantity numeric, at timestamptz default '2018-01-03 23:00Z'
)
returns text language sql
as $$
    select coalesce(o.reason_code, o.status)
    from trade.place_order(pg_temp.account(), symbol, side, quantity, as_of => at) as o
$$;
create function pg_temp.bare(symbol text, side text, quantity numeric)
    returns text language sql
as $$
    select format(
        'insert into trade.orders (account_id, instrument_id, symbol, side, quantity, '
        'client_order_id, placed_at) '
        'values (%s, 0, %L, %L, %s, %L, %L)',
        pg_temp.account(), symbol, side, quantity, gen_random_uuid(),
        '2018-01-03 23:00Z'
    )
$$;

-- Position: 20 % of 100,000 at 102 is 196 shares.
select results_eq(
    $$select allowed, reason_code, max_quantity, price
    from risk.check_order(
        pg_temp.account(), 'T01', 'buy', 1000, as_of => '2018-01-03'
    )$$,
    $$values (false, 'POSITION_LIMIT', 196::numeric, 102::numeric)$$,
    'asking tells the limit and how much would pass'
);
select is(
    pg_temp.place('T01', 'buy', 197), 'POSITION_LIMIT',
    '197 shares would be more than 20 % of equity'
);
select is(
    (
        select count(*)::int from trade.orders where tenant_id = 9001
        and status = 'refused'
    ), 1, 'the refused order is kept'
);
select is(
    (
        select count(*)::int from agent.event where tenant_id = 9001
        and type = 'OrderRefused' and payload ->> 'reason_code' = 'POSITION_LIMIT'
    ),
    1, 'and told in an event'
);
select throws_ok(
    pg_temp.bare('T01', 'buy', 197), 'BW102', null, 'a bare insert raises'
);
select is(
    (
        select count(*)::int from trade.orders where tenant_id = 9001
    ), 1, 'and leaves nothing'
);
select is(pg_temp.place('T01', 'buy', 196), 'ready', '196 pass');
select is(pg_temp.place('T01', 'buy', 1), 'POSITION_LIMIT', 'open orders count');
select throws_ok(
    pg_temp.bare('T01', 'buy', 1), 'BW102', null, 'for a bare insert, too'
);

-- Sector: 30 % in S1.
select is(
    pg_temp.place('T02', 'buy', 99), 'SECTOR_LIMIT',
    'the sector would be more than 30 %'
);
select is(pg_temp.place('T02', 'buy', 98), 'ready', 'what fits into the sector passes');
select throws_ok(
    pg_temp.bare('T03', 'sell', 50), 'BW103', null,
    'a short counts in its sector as well'
);
select is(pg_temp.place('T07', 'buy', 190), 'ready', 'another sector is free');
select is(
    pg_temp.place('TC-USD', 'buy', 150), 'ready', 'a coin counts by its asset class'
);

-- Cash: about 100,000 - 196 - 98 - 190 - 150 at 102.
select is(pg_temp.place('T08', 'buy', 190), 'ready', 'there is cash for one more');
select is(
    pg_temp.place('T09', 'buy', 190), 'GROSS_LIMIT',
    'all together must stay below equity'
);
select tenant.set_setting('max_gross_fraction', '2') \g /dev/null
select is(
    pg_temp.place('T09', 'buy', 190), 'INSUFFICIENT_CASH',
    'cash of open orders is set aside'
);
select throws_ok(
    pg_temp.bare('T09', 'buy', 190), 'BW105', null, 'for a bare insert, too'
);

-- Count.
select tenant.set_setting('max_positions', '5') \g /dev/null
select is(
    pg_temp.place('T10', 'buy', 1), 'POSITION_COUNT_LIMIT',
    'open orders count as positions'
);
select throws_ok(
    pg_temp.bare('T10', 'buy', 1), 'BW104', null, 'for a bare insert, too'
);
select is(
    pg_temp.place('T08', 'buy', 1), 'ready',
    'an instrument that is there does not count anew'
);
select tenant.set_setting('max_positions', null) \g /dev/null

-- One statement with two rows that pass alone but not together.
set local bellwether.tenant = 9002;
select throws_ok(
    format(
        'insert into trade.orders (account_id, instrument_id, symbol, side, quantity, '
        'client_order_id, placed_at) '
        'select %s, 0, ''T01'', ''buy'', 150, n::text, ''2018-01-03 23:00Z'' from '
        'generate_series(1, 2) as n',
        pg_temp.account()
    ), 'BW102', null, 'two rows of one statement see each other'
);
select is_empty(
    'select * from trade.orders where tenant_id = 9002', 'and neither stays'
);

-- Lowering exposure always passes.
select isnt(pg_temp.trade('T01', 'buy', 190, 102), null, 'a position of 190');
select tenant.set_setting('max_position_fraction', '0.05') \g /dev/null
select tenant.set_setting('max_sector_fraction', '0.05') \g /dev/null
select tenant.set_setting('max_gross_fraction', '0.05') \g /dev/null
select tenant.set_setting('max_positions', '0') \g /dev/null
select is(
    pg_temp.place('T01', 'buy', 1), 'POSITION_LIMIT', 'above the limit nothing is added'
);
select is(pg_temp.place('T01', 'sell', 100), 'ready', 'but a part is sold');
select is(pg_temp.place('T01', 'sell', 90), 'ready', 'and the rest');
select is(
    pg_temp.place('T01', 'sell', 60), 'POSITION_LIMIT',
    'what goes beyond is a new position'
);
select is(
    (
        select max_quantity from risk.check_order(
            pg_temp.account(), 'T01', 'buy', 5, as_of => '2018-01-03'
        )
    ),
    0::numeric, 'nothing may be bought'
);
select tenant.set_setting('max_position_fraction', null) \g /dev/null
select tenant.set_setting('max_sector_fraction', null) \g /dev/null
select tenant.set_setting('max_gross_fraction', null) \g /dev/null
select tenant.set_setting('max_positions', null) \g /dev/null
update trade.orders set status = 'canceled' where tenant_id = 9002 and status = 'ready';
select is(
    pg_temp.place('T01', 'sell', 190, '2018-06-01'), 'ready',
    'not even an old price keeps one in'
);
update trade.orders set status = 'canceled' where tenant_id = 9002 and status = 'ready';

-- Prices.
select is(
    pg_temp.place('T02', 'buy', 1, '2018-01-01'), 'NO_PRICE',
    'before the first bar there is no price'
);
select is(
    pg_temp.place('T02', 'buy', 1, '2018-02-01'), 'STALE_PRICE',
    'a week after the last bar it is too old'
);
select is(pg_temp.place('TIDX', 'buy', 1), 'NOT_TRADABLE', 'an index cannot be bought');
select throws_ok(pg_temp.bare('TIDX', 'buy', 1), 'BW109', null, 'nor inserted');
select is(
    (
        select price from risk.check_order(
            pg_temp.account(), 'T02', 'buy', 1, as_of => '2018-01-04 20:59Z'
        )
    ),
    102::numeric, 'a minute before the close the price is yesterday''s'
);
select is(
    (
        select price from risk.check_order(
            pg_temp.account(), 'T02', 'buy', 1, as_of => '2018-01-04 21:00Z'
        )
    ),
    103::numeric, 'at the close it is today''s'
);

-- Shorts.
select is(
    pg_temp.place('T05', 'sell', 197), 'POSITION_LIMIT',
    'a short is limited like a long'
);
select is(pg_temp.place('T05', 'sell', 10), 'ready', 'a small one passes');
select tenant.set_setting('allow_short', 'false') \g /dev/null
select is(
    pg_temp.place('T06', 'sell', 1), 'SHORT_NOT_ALLOWED',
    'unless the tenant does not want shorts'
);
select throws_ok(
    pg_temp.bare('T06', 'sell', 1), 'BW111', null, 'for a bare insert, too'
);
select tenant.set_setting('allow_short', null) \g /dev/null

-- Halts.
select is(
    (
        select state from api.halt('drill', 'symbol', 'T09')
    ), 'HALTED', 'a symbol is halted'
);
select is(pg_temp.place('T09', 'buy', 1), 'TRADING_HALTED', 'its orders are refused');
select throws_ok(pg_temp.bare('T09', 'buy', 1), 'BW101', null, 'and raise');
select is(pg_temp.place('T10', 'buy', 1), 'ready', 'others are not');
select is((select state from api.resume('symbol', 'T09')), 'ACTIVE', 'it is resumed');
select is(pg_temp.place('T09', 'buy', 1), 'ready', 'and trades');
select api.halt('drill') \g /dev/null
select is(pg_temp.place('T10', 'buy', 1), 'TRADING_HALTED', 'the tenant is halted');
select is(
    (trade.begin_submit(order_id)).status, null,
    'an order on its way is not sent any more'
) from trade.orders where tenant_id = 9002 and symbol = 'T09' and status = 'ready';
select is(
    (
        select status || ' ' || reason_code from trade.orders where tenant_id = 9002
        and symbol = 'T09' and status <> 'refused'
    ),
    'canceled TRADING_HALTED', 'but canceled'
);
set local bellwether.tenant = 9001;
select is(
    pg_temp.place('T08', 'buy', 1), 'ready', 'the halt of one tenant is not another''s'
);
set local bellwether.tenant = 9002;
update risk.state set until = clock_timestamp() - interval '1 second'
where tenant_id = 9002 and scope = 'tenant';
select is(
    pg_temp.place('T10', 'buy', 1), 'ready', 'a halt ends when its time has come'
);
select risk.set_state('tenant', null, 'REDUCING', 'drill') \g /dev/null
select is(
    pg_temp.place('T10', 'buy', 1), 'TRADING_STATE_REDUCING',
    'reducing: nothing is added'
);
select is(pg_temp.place('T01', 'sell', 5), 'ready', 'reducing: exposure is lowered');
select throws_ok($$select api.halt('  ')$$, 'BW120', null, 'a halt needs a reason');
select throws_ok(
    $$select api.halt('x', until => now() - interval '1 day')$$, 'BW120', null,
    'and an end that is to come'
);
select throws_ok(
    $$select api.halt('x', 'symbol', 'NOPE')$$, 'BW121', null,
    'and a symbol that exists'
);

select is_empty(
    $$select l.reason_code from risk.limit as l where not exists (
        select from ops.sqlstate as s where s.code = l.sqlstate
    )$$,
    'each limit has its SQLSTATE in the reference table'
);

select * from finish();
rollback;
