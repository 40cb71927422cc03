-- The limits beside those of size and sector: net, leverage, size of an order, price,
-- rate, loss of the day, missing bars, the risk graph; tiers and members; clamps.
-- Close of day d is 101 + d; day 1 is 2018-01-03, at 23:00 the price is 102.
begin;
select plan(60);
\ir ../roles.psql
\ir ../desk.psql

create function pg_temp.place(
    symbol text, side text, quantity numeric, limit_price numeric default null,
    at timestamptz default '2018-01-03 23:00Z'
)
returns text language sql
as $$
    select coalesce(o.reason_code, o.status)
    from trade.place_order(
        pg_temp.account(), symbol, side, quantity,
        case when limit_price is null then 'market' else 'limit' end, limit_price,
        as_of => at
    ) as o
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
-- Takes back all open orders.
create function pg_temp.clear() returns void language sql as $$
    update trade.orders set status = 'canceled'
    where tenant_id = current_tenant() and status = 'ready'
$$;
create function pg_temp.set(name text, value jsonb) returns void language sql
as 'select tenant.set_setting(name, value)';

-- Net exposure.
select pg_temp.set('max_gross_fraction', '4') \g /dev/null
select pg_temp.set('max_net_fraction', '0.15') \g /dev/null
select is(pg_temp.place('T01', 'buy', 150), 'NET_LIMIT', '15.3 % long is too much');
select throws_ok(pg_temp.bare('T01', 'buy', 150), 'BW112', null, 'a bare insert raises');
select is(pg_temp.place('T01', 'sell', 150), 'NET_LIMIT', 'so is 15.3 % short');
select is(pg_temp.place('T01', 'buy', 140), 'ready', '14.3 % pass');
select is(
    pg_temp.place('T07', 'buy', 10), 'NET_LIMIT', 'open orders of all instruments count'
);
select is(
    pg_temp.place('T07', 'sell', 140), 'ready',
    'a sell does not count on the side of the buys'
);
select is(
    pg_temp.place('T08', 'buy', 10), 'NET_LIMIT', 'and makes no room before it is filled'
);
select pg_temp.clear(), pg_temp.set('max_net_fraction', null) \g /dev/null

-- Leverage: what is bought as a multiple of equity.
select pg_temp.set('max_leverage', '0.1') \g /dev/null
select is(pg_temp.place('T01', 'buy', 99), 'LEVERAGE_LIMIT', '10.1 % of equity');
select throws_ok(pg_temp.bare('T01', 'buy', 99), 'BW113', null, 'a bare insert raises');
select is(pg_temp.place('T01', 'sell', 99), 'ready', 'a short borrows no money');
select is(pg_temp.place('T02', 'buy', 97), 'ready', '9.9 % pass');
select pg_temp.clear(), pg_temp.set('max_leverage', null) \g /dev/null

-- The size of one order.
select pg_temp.set('max_order_fraction', '0.05') \g /dev/null
select is(pg_temp.place('T01', 'buy', 50), 'ORDER_SIZE_LIMIT', '5.1 % at once');
select throws_ok(pg_temp.bare('T01', 'buy', 50), 'BW114', null, 'a bare insert raises');
select is(pg_temp.place('T01', 'buy', 48), 'ready', 'but in parts');
select is(pg_temp.place('T01', 'buy', 48), 'ready', 'it passes');
select pg_temp.clear(), pg_temp.set('max_order_fraction', null) \g /dev/null

-- The collar: 10 % around 102.
select is(
    pg_temp.place('T01', 'buy', 1, 113), 'PRICE_COLLAR', 'buying 10.8 % too dear'
);
select is(pg_temp.place('T01', 'sell', 1, 91), 'PRICE_COLLAR', 'or selling too cheap');
select is(pg_temp.place('T01', 'buy', 1, 50), 'ready', 'a good price is no mistake');
select is(pg_temp.place('T01', 'buy', 1, 112), 'ready', 'within the collar');
select pg_temp.clear() \g /dev/null

-- The rate, in market time.
select pg_temp.set('max_orders_per_minute', '2') \g /dev/null
select is(
    pg_temp.place('T01', 'buy', 1, at => '2018-01-04 23:00Z'), 'ready', 'one'
);
select is(
    pg_temp.place('T01', 'buy', 1, at => '2018-01-04 23:00:30Z'), 'ready', 'two'
);
select is(
    pg_temp.place('T01', 'buy', 1, at => '2018-01-04 23:00:59Z'), 'ORDER_RATE_LIMIT',
    'three within a minute'
);
select is(
    pg_temp.place('T01', 'buy', 1, at => '2018-01-04 23:01:30Z'), 'ready',
    'a minute later one may again'
);
select pg_temp.clear(), pg_temp.set('max_orders_per_minute', null) \g /dev/null

-- Missing bars. The last session of the calendar is that of 2018-01-19.
select is(
    pg_temp.place('T03', 'buy', 1, at => '2018-01-20 12:00Z'), 'ready',
    'on a Saturday the bar of Friday is the last'
);
delete from market.bar as b using market.instrument as i
where b.instrument_id = i.instrument_id and i.symbol in ('T03', 'TC-USD')
and b.ts = '2018-01-19';
select is(
    pg_temp.place('T03', 'buy', 1, at => '2018-01-19 21:30Z'), 'ready',
    'within the hour after the close the bar may be on its way'
);
select is(
    pg_temp.place('T03', 'buy', 1, at => '2018-01-19 22:00Z'), 'MISSING_BAR',
    'then it is missing'
);
select is(
    (
        select reason from risk.check_order(
            pg_temp.account(), 'T03', 'buy', 1, as_of => '2018-01-19 22:00Z'
        )
    ),
    'a bar of T03 missing since 2018-01-18 21:00:00+00: the feed lags or has a gap',
    'and the reason says which'
);
select is(
    pg_temp.place('TC-USD', 'buy', 1, at => '2018-01-20 00:30Z'), 'ready',
    'a coin has a bar every day'
);
select is(
    pg_temp.place('TC-USD', 'buy', 1, at => '2018-01-20 01:00Z'), 'MISSING_BAR',
    'missing after its hour, too'
);
select pg_temp.set('max_missing_bars', '1') \g /dev/null
select is(
    pg_temp.place('TC-USD', 'buy', 1, at => '2018-01-20 01:00Z'), 'ready',
    'unless one may be missing'
);
select pg_temp.clear(), pg_temp.set('max_missing_bars', null) \g /dev/null

-- The risk graph.
insert into risk.score (symbol, score, reason) values ('T04', 0.9, 'three hops from bad');
select is(pg_temp.place('T04', 'buy', 1), 'ready', 'its score counts only if it is asked');
select pg_temp.set('graph_risk_mode', '"warn"') \g /dev/null
select is(pg_temp.place('T04', 'buy', 1), 'ready', 'warn lets it pass');
select is(
    (
        select payload ->> 'reason' from agent.event
        where tenant_id = 9001 and type = 'GraphRiskWarning'
    ), 'three hops from bad', 'with an event'
);
select pg_temp.set('graph_risk_mode', '"block"') \g /dev/null
select is(pg_temp.place('T04', 'buy', 1), 'GRAPH_RISK', 'block does not');
select throws_ok(pg_temp.bare('T04', 'buy', 1), 'BW119', null, 'a bare insert raises');
insert into risk.score (symbol, score, reason) values ('T04', 0.1, 'fine again');
select is(pg_temp.place('T04', 'buy', 1), 'ready', 'the newest score counts');
select throws_ok(
    $$select tenant.set_setting('graph_risk_mode', '"maybe"')$$, 'BW011', null,
    'there are three modes'
);
select pg_temp.clear(), pg_temp.set('graph_risk_mode', null) \g /dev/null

-- The loss of the day: 150 bought at 102 fall to 30, 10.8 % of equity are gone.
select pg_temp.trade('T05', 'buy', 150, 102, at => '2018-01-03 23:00Z') \g /dev/null
-- Another past, not a correction that arrives today: known a moment earlier.
update market.bar as b
set open = 30, high = 31, low = 29, close = 30,
    known_at = b.known_at - interval '1 microsecond'
from market.instrument as i
where b.instrument_id = i.instrument_id and i.symbol = 'T05' and b.ts = '2018-01-04';
select is(
    pg_temp.place('T06', 'buy', 1, at => '2018-01-04 23:00Z'), 'DAILY_LOSS_LIMIT',
    'nothing is entered after a loss of 10.8 %'
);
select is(
    pg_temp.place('T05', 'sell', 150, at => '2018-01-04 23:00Z'), 'ready',
    'but it is sold'
);
select is(
    pg_temp.place('T06', 'buy', 1, at => '2018-01-05 00:00Z'), 'ready',
    'the next day is another'
);
select pg_temp.clear() \g /dev/null
select trade.deposit(pg_temp.account(), 5000, '2018-01-04 10:00Z') \g /dev/null
select is(
    pg_temp.place('T06', 'buy', 1, at => '2018-01-04 23:00Z'), 'DAILY_LOSS_LIMIT',
    'a deposit is no profit'
);
select pg_temp.clear() \g /dev/null

-- What only lowers exposure passes all of them at once.
do $$
declare
    name text;
begin
    foreach name in array '{max_position_fraction,max_sector_fraction,max_positions,
        max_gross_fraction,max_net_fraction,max_leverage,max_order_fraction,
        max_price_deviation,max_daily_loss_fraction,max_price_age_days}'::text[]
    loop
        perform tenant.set_setting(name, '0');
    end loop;
    perform tenant.set_setting('max_orders_per_minute', '1');
    perform tenant.set_setting('graph_risk_mode', '"block"');
    insert into risk.score (symbol, score, reason) values ('T05', 1, 'drill');
end
$$;
select is(
    pg_temp.place('T05', 'sell', 100, 1, at => '2018-06-01'), 'ready',
    'no limit keeps anybody in'
);
select is(
    pg_temp.place('T05', 'sell', 50, 1, at => '2018-06-01'), 'ready', 'whatever the rate'
);
select pg_temp.clear() \g /dev/null
delete from tenant.setting where tenant_id = 9001;

-- Tiers and members: the tightest bound counts.
select is(risk.bounds() ->> 'max_leverage', '2.0', 'the bound is the default');
select risk.set_tier(9001, 'trial') \g /dev/null
select is(
    (risk.bounds() ->> 'max_leverage', risk.bounds() ->> 'allow_short')::text,
    '(1,false)', 'or the tier''s'
);
select pg_temp.set('max_leverage', '0.5') \g /dev/null
select is(risk.bounds() ->> 'max_leverage', '0.5', 'or the tenant''s, if that is tighter');
select is(
    pg_temp.place('T01', 'sell', 1), 'SHORT_NOT_ALLOWED', 'and binds orders'
);
delete from risk.tenant_tier where tenant_id = 9001;
select risk.set_member_limit('test_junior', 'max_order_fraction', '0.01') \g /dev/null
select risk.set_member_limit('test_junior', 'graph_risk_mode', '"warn"') \g /dev/null
select is(
    (
        risk.bounds('test_junior') ->> 'max_order_fraction',
        risk.bounds('test_junior') ->> 'graph_risk_mode',
        risk.bounds('test_senior') ->> 'max_order_fraction'
    )::text, '(0.01,warn,0.25)', 'a member can be bound more tightly'
);
select pg_temp.set('graph_risk_mode', '"block"') \g /dev/null
select is(
    risk.bounds('test_junior') ->> 'graph_risk_mode', 'block', 'never more loosely'
);
select throws_ok(
    $$select risk.set_member_limit('test_junior', 'fee_bps', '0')$$, 'BW011', null,
    'only limits are bound'
);
delete from tenant.setting where tenant_id = 9001;

-- Clamps: 20 % of the equity of 105,000 at 102.
select pg_temp.set('on_limit', '"clamp"') \g /dev/null
select results_eq(
    $$select status, quantity from trade.place_order(
        pg_temp.account(), 'T08', 'buy', 1000, client_order_id => 'clamped',
        as_of => '2018-01-03 23:00Z')$$,
    $$values ('ready', 205::numeric)$$, 'an entry is cut to what fits'
);
select results_eq(
    $$select c.before, c.after, c.reason_code from risk.clamp as c
    inner join trade.orders as o using (tenant_id, order_id)
    where o.client_order_id = 'clamped'$$,
    $$values (1000::numeric, 205::numeric, 'POSITION_LIMIT')$$, 'and what was cut is kept'
);
select results_eq(
    $$select status, quantity from trade.place_order(
        pg_temp.account(), 'T08', 'buy', 1000, client_order_id => 'clamped',
        as_of => '2018-01-03 23:00Z')$$,
    $$values ('ready', 205::numeric)$$, 'asking again is the same order'
);
select throws_ok(
    $$select trade.place_order(
        pg_temp.account(), 'T08', 'buy', 205, client_order_id => 'clamped',
        as_of => '2018-01-03 23:00Z')$$, 'BW122', null, 'asking for another is not'
);
select is(
    (select count(*)::int from risk.clamp where tenant_id = 9001), 1,
    'nothing was cut twice'
);
select is(
    pg_temp.place('T08', 'buy', 10), 'POSITION_LIMIT', 'where nothing fits it is refused'
);
select is(
    (
        select max(quantity) from trade.orders
        where tenant_id = 9001 and status = 'refused' and symbol = 'T08'
    ), 10::numeric, 'at its full size'
);
select is(
    pg_temp.place('T01', 'buy', 1, at => '2018-02-01'), 'STALE_PRICE',
    'what is not a matter of size is refused'
);

-- A correction that arrives today does not change what an order was judged by.
update market.bar as b set close = 50, low = 50
from market.instrument as i
where b.instrument_id = i.instrument_id and i.symbol = 'T10' and b.ts = '2018-01-03';
select is(
    (select price from risk.last_close(
        (select instrument_id from market.instrument where symbol = 'T10'),
        '2018-01-03 23:00Z'
    )), 102::numeric, 'the price of then is what was told then'
);
select is(
    (select price from risk.last_close(
        (select instrument_id from market.instrument where symbol = 'T10'),
        '2018-01-04 12:00Z'
    )), 102::numeric, 'until the correction came'
);

select * from finish();
rollback;
