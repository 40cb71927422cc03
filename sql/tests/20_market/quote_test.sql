-- Quotes, their freshness, and what a stale one stops.
begin;
select plan(25);
\ir ../roles.psql
\ir ../desk.psql
insert into market.session (calendar, session, open_at, close_at)
select distinct i.calendar, current_date, now() - interval '2 hours',
    now() + interval '1 hour'
from market.instrument as i where i.symbol like 'T0%' and i.calendar is not null
on conflict (calendar, session) do update
set open_at = excluded.open_at, close_at = excluded.close_at;

set local role bellwether_worker;
select throws_ok(
    $$insert into market.quote (instrument_id, ts, bid, ask, known_at)
    values (1, now(), 1, 1, now())$$, '42501', null, 'quotes are not written by hand'
);
select results_eq(
    format($$select * from market.store_quotes('alpaca', jsonb_build_array(
        jsonb_build_object('symbol', 'T01', 'ts', '%1$s', 'bid', '99.9', 'ask', '100.1'),
        jsonb_build_object('symbol', 'T02', 'ts', '%1$s', 'last', '50'),
        jsonb_build_object('symbol', 'T01', 'ts', '%1$s', 'bid', '99', 'ask', '101'),
        jsonb_build_object('symbol', 'TNOPE', 'ts', '%1$s', 'bid', '1', 'ask', '1'),
        jsonb_build_object('symbol', 'T03', 'ts', '%1$s', 'bid', 'NaN', 'ask', '1'),
        jsonb_build_object('symbol', 'T03', 'ts', '%1$s', 'bid', '2', 'ask', '1'),
        jsonb_build_object('symbol', 'T03', 'ts', '%1$s', 'bid', '0', 'ask', '1'),
        jsonb_build_object('symbol', 'T03', 'ts', '%1$s', 'bid', '1'),
        jsonb_build_object('symbol', 'T03', 'ts', '%1$s'),
        jsonb_build_object('symbol', 'T03', 'ts', '2099-01-01T00:00:00Z', 'last', '1'),
        jsonb_build_object('symbol', 'T03', 'ts', '%1$s', 'last', '-1'),
        jsonb_build_object('problem', 'row is no object', 'raw', '7')
    ))$$, to_char(now() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')),
    $$values (2::bigint, 1::bigint, 9::bigint)$$,
    'good quotes are stored beside bad ones'
);
select results_eq(
    $$select line, column_name, reason from market.rejected_row
    where file = 'alpaca:quotes' order by line$$,
    $$values (4, 'symbol', 'is unknown: ''TNOPE'''), (5, 'bid', 'is not a number: ''NaN'''),
    (6, 'bid', 'is above ask: 2 > 1'), (7, 'bid', 'is not above zero'),
    (8, 'bid', 'is there without ask, or ask without bid'), (9, 'price', 'is empty'),
    (10, 'time', 'is of the future'), (11, 'last', 'is not above zero'),
    (12, 'row', 'is no object')$$, 'each fault has its reason'
);
select results_eq(
    $$select rejected from market.store_quotes('alpaca', '[{"problem": "row is no object",
    "raw": "7"}]')$$, 'values (1::bigint)', 'the same nonsense again'
);
select is(
    (select count(*) from market.rejected_row where file = 'alpaca:quotes'), 9::bigint,
    'is noted once'
);
select throws_ok(
    $$select market.watch('{T01,TNOPE}')$$, 'BW310', 'there is no symbol TNOPE',
    'unknown symbols are not watched'
);
select throws_ok(
    $$select market.watch('{T01}', '{7m}')$$, 'BW318', null, 'nor at unknown intervals'
);
select throws_ok(
    $$select market.watch('{T01}', providers => '{nobody}')$$, 'BW332', null,
    'nor by unknown vendors'
);
select throws_ok(
    $$select market.watch('{T01}', series => '{moods}')$$, 'BW331', null,
    'nor for unknown series'
);
select is(market.watch('{T01,T02}', '{}'), 2, 'known ones are');
reset role;

select results_eq(
    $$select symbol, price, source, is_open, stale_reason from market.freshness
    order by symbol$$,
    $$values ('T01', 100::float8, 'alpaca', true, null::text),
    ('T02', 50, 'alpaca', true, null)$$, 'just added they have their time'
);
update market.watch set added_at = clock_timestamp() - interval '1 hour';
select is(
    (select stale_reason from market.freshness where symbol = 'T01'), 'no quote',
    'a watched symbol without news is stale'
);
set local role bellwether_worker;
select market.note_watch_problem('T01', 'yahoo: too many requests') \g /dev/null
reset role;
select is(
    (select stale_reason from market.freshness where symbol = 'T01'),
    'no quote: yahoo: too many requests', 'and says why'
);
set local role bellwether_worker;
select stored from market.store_quotes('yahoo', jsonb_build_array(jsonb_build_object(
    'symbol', 'T01', 'ts',
    to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    'last', '101'
))) \g /dev/null
reset role;
select results_eq(
    $$select price, source, stale_reason, quote_age < '1 minute' from market.freshness
    where symbol = 'T01'$$,
    $$values (101::float8, 'yahoo', null::text, true)$$, 'a quote makes it fresh'
);
select results_eq(
    $$select market.is_stale(i.instrument_id, clock_timestamp()),
        market.is_stale(i.instrument_id, '2018-02-05')
    from market.instrument as i where i.symbol in ('T01', 'T02', 'T03') order by i.symbol$$,
    $$values (false, false), (true, false), (false, false)$$,
    'stale is what is watched and old, and never in the past'
);
update market.session set close_at = clock_timestamp() - interval '1 minute'
where session = current_date;
select ok(
    not exists (select from market.freshness where stale_reason like 'no quote%'),
    'a closed market has no quotes'
);
update market.session set close_at = clock_timestamp() + interval '1 hour'
where session = current_date;

-- The gate of orders.
insert into market.bar (instrument_id, ts, open, high, low, close, volume, known_at)
select i.instrument_id, date_trunc('day', clock_timestamp()) - interval '1 day',
    100, 100, 100, 100, 1e6, clock_timestamp() - interval '3 hours'
from market.instrument as i where i.symbol in ('T01', 'T02');
set local role bellwether_analyst;
select is(
    (
        select reason_code from api.check_order(
            (select min(account_id) from api.accounts), 'T02', 'buy', 1
        )
    ), 'STALE_PRICE', 'nothing is entered on a stale quote'
);
select isnt(
    (
        select coalesce(reason_code, '') from api.check_order(
            (select min(account_id) from api.accounts), 'T01', 'buy', 1
        )
    ), 'STALE_PRICE', 'a fresh one passes'
);
select results_eq(
    $$select price, bar_interval from api.quote('T01', clock_timestamp())$$,
    $$values (101::float8, 'quote')$$, 'the newest price is the quote'
);
select is(
    (select bar_interval from api.quote('T01', clock_timestamp() - interval '2 hours')), '1d',
    'as of before it, the bar'
);
select results_eq(
    $$select symbol, is_stale from api.freshness order by symbol$$,
    $$values ('T01', false), ('T02', true)$$, 'analysts see how fresh it is'
);
reset role;

select matches(
    ops.metrics_text(), 'bellwether_market_data_events_total\{provider="alpaca",event="stored"\} 2',
    'rows stored are a metric'
);
select market.count_feed('yahoo', 'fallback', 3) \g /dev/null
select matches(
    ops.metrics_text(), 'trading_market_data_fallbacks_total\{provider="yahoo"\} 3',
    'fallbacks are a metric'
);
update market.quote set known_at = known_at - interval '40 days', ts = ts - interval '40 days'
where source = 'alpaca';
select is(market.forget_quotes(), 2::bigint, 'old quotes are forgotten');
select is(market.unwatch('{T01,T02,T03}'), 2, 'what is not watched costs nothing');

select * from finish();
rollback;
