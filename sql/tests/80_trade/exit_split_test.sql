-- Exit plans across a split, and on quotes; brackets at another's broker.
begin;
select plan(17);
\ir ../desk.psql
select tenant.set_setting('slippage_bps', '0') \g /dev/null

-- A plan of T01, whose bar of 2018-01-08 is split 2 for 1.
select pg_temp.trade('T01', 'buy', 10, 101) \g /dev/null
update trade.exit_plan set stop_price = 90, target_price = 130, close_below = 95,
    checked_until = '2018-01-04 00:00Z', exit_by = '2100-01-01'
where tenant_id = 9001;
update market.bar as b
set open = open / 2, high = high / 2, low = low / 2, close = close / 2, volume = 2000,
    -- Another past, not a correction.
    known_at = b.known_at - interval '1 microsecond'
from market.instrument as i
where b.instrument_id = i.instrument_id and i.symbol = 'T01' and b.ts >= '2018-01-08';
select is(trade.watch_exits(pg_temp.account()), 0, 'a split is no loss of half');
select results_eq(
    $$select stop_price, target_price, close_below, split_factor, status
    from trade.exit_plan where tenant_id = 9001$$,
    $$values (45::numeric, 65::numeric, 47.5::numeric, 0.5::numeric, 'active')$$,
    'the plan''s prices were halved'
);
select is(
    (
        select count(*)::int from agent.event
        where tenant_id = 9001 and type = 'ExitPlanChanged'
        and payload ->> 'reason' = 'split'
    ), 1, 'once, and it is written down'
);
select is(trade.watch_exits(pg_temp.account()), 0, 'looking again');
select is(
    (select split_factor from trade.exit_plan where tenant_id = 9001), 0.5,
    'changes nothing'
);

-- Quotes: bid 46.5 stands, 44 is below the stop.
insert into market.quote (instrument_id, ts, bid, ask, known_at)
select instrument_id, '2018-01-22 15:00Z', 46.5, 70, '2018-01-22 15:00Z'
from market.instrument where symbol = 'T01';
select is(
    (
        select count(*)::int from work.job
        where kind = 'match_orders' and tenant_id = 9001
        and payload = jsonb_build_object('account_id', pg_temp.account())
    ), 1, 'a quote has the account looked at'
);
select is(
    trade.watch_exits(pg_temp.account()), 0,
    'neither the stop nor, at the bid, the target; nor is a quote a close'
);
-- A price at about half of the last close may be another split: the day's bar decides.
insert into market.quote (instrument_id, ts, bid, ask, known_at)
select instrument_id, '2018-01-22 15:01Z', 28, 28.1, '2018-01-22 15:01Z'
from market.instrument where symbol = 'T01';
select is(trade.watch_exits(pg_temp.account()), 0, 'what looks like a split waits');
insert into market.quote (instrument_id, ts, bid, ask, known_at)
select instrument_id, '2018-01-22 15:02Z', 44, 44.1, '2018-01-22 15:02Z'
from market.instrument where symbol = 'T01';
select is(trade.watch_exits(pg_temp.account()), 1, 'a bid below the stop');
select results_eq(
    $$select triggered_by, status, triggered_at from trade.exit_plan
    where tenant_id = 9001$$,
    $$values ('stop', 'triggered', timestamptz '2018-01-22 15:02Z')$$,
    'triggers it at its time'
);
select results_eq(
    $$select side, quantity, status from trade.orders
    where tenant_id = 9001 order by order_id desc limit 1$$,
    $$values ('sell', 10::numeric, 'ready')$$, 'and the position is sold'
);

-- A bracket of parts of shares at another's broker: one order is out, the profit is
-- watched here.
insert into trade.account (name, broker) values ('live', 'alpaca')
returning account_id as live \gset
select trade.deposit(:live, 100000) \g /dev/null
insert into market.bar (instrument_id, ts, open, high, low, close, known_at)
select instrument_id, date_trunc('day', now(), 'UTC') - interval '1 day', 100, 103, 98,
    101, date_trunc('day', now(), 'UTC')
from market.instrument where symbol = 'T05';
select order_id as entry
from trade.place_bracket(:live, 'T05', 'buy', 10.5, 120, 90) \gset
select trade.begin_submit(:entry), trade.record_submit(:entry, 'acked', 'b1'),
    trade.record_fill(:entry, 'f1', 10.5, 101, 0, clock_timestamp()) \g /dev/null
select results_eq(
    format(
        'select type, side, stop_price from trade.orders where oco = %s', :entry
    ), $$values ('stop', 'sell', 90::numeric)$$, 'the stop stands at the broker'
);
select results_eq(
    format(
        'select stop_price, target_price from trade.exit_plan where account_id = %s',
        :live
    ), $$values (90::numeric, 120::numeric)$$, 'the plan has the bracket''s prices'
);
select order_id as stop from trade.orders where oco = :entry \gset
select trade.begin_submit(:stop), trade.record_submit(:stop, 'acked', 'b2')
\g /dev/null
insert into market.quote (instrument_id, ts, bid, ask, known_at)
select instrument_id, clock_timestamp(), 89, 89.5, clock_timestamp()
from market.instrument where symbol = 'T05';
select is(
    trade.watch_exits(:live), 0, 'below the stop it is the broker''s to sell'
);
insert into market.quote (instrument_id, ts, bid, ask, known_at)
select instrument_id, clock_timestamp(), 121, 121.5, clock_timestamp()
from market.instrument where symbol = 'T05';
select is(trade.watch_exits(:live), 0, 'at the profit the stop is taken out first');
select isnt(
    (select cancel_requested_at from trade.orders where order_id = :stop), null,
    'the broker is asked to'
);
select trade.record_cancel(:stop, 'canceled') \g /dev/null
select is(trade.watch_exits(:live), 1, 'and then it is sold');

select * from finish();
rollback;
