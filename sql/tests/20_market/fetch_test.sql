-- What was fetched is remembered: the row is there before the first request, only what is
-- missing is asked for, and a bad value never stops the good ones.
begin;
select plan(38);
\ir ../roles.psql

insert into market.instrument (symbol, asset_class, calendar) values
('T.NYSE', 'equity', 'XTST'), ('TBTC-USD', 'crypto', null), ('T.B', 'equity', 'XTST'),
('TEU/USD', 'forex', null), ('^TIDX', 'index', 'XTST');
insert into market.session (calendar, session, open_at, close_at) values
('XTST', '2018-02-01', '2018-02-01 14:30+00', '2018-02-01 21:00+00'),
('XTST', '2018-02-02', '2018-02-02 14:30+00', '2018-02-02 18:00+00'),
('XTST', '2018-02-05', '2018-02-05 14:30+00', '2018-02-05 21:00+00');
create function pg_temp.id(symbol text) returns int language sql as
$$select instrument_id from market.instrument as i where i.symbol = id.symbol$$;

-- What vendors call it, and who is asked.
select results_eq(
    $$select provider, vendor_symbol from market.providers_for('TBTC-USD', 'bars')$$,
    $$values ('alpaca', 'TBTC/USD'), ('binance', 'TBTCUSDT'), ('bybit', 'TBTCUSDT'),
    ('yahoo', 'TBTC-USD')$$, 'a coin has a name at each vendor'
);
select results_eq(
    $$select provider, vendor_symbol from market.providers_for('T.B', 'bars')$$,
    $$values ('alpaca', 'T.B'), ('yahoo', 'T-B')$$, 'a class of shares is written differently'
);
select results_eq(
    $$select provider, vendor_symbol from market.providers_for('TEU/USD', 'bars')$$,
    $$values ('yahoo', 'TEUUSD=X')$$, 'a currency is at one vendor only'
);
select results_eq(
    $$select provider from market.providers_for('TBTC-USD', 'bars', '{yahoo,bybit}')$$,
    $$values ('yahoo'), ('bybit')$$, 'a list is kept in its order, and nobody else is asked'
);
update market.provider set is_enabled = false where provider = 'bybit';
select results_eq(
    $$select provider from market.providers_for('TBTC-USD', 'funding')$$,
    $$values ('binance')$$, 'who is switched off is not asked'
);
select results_eq(
    $$select provider from market.providers_for('TBTC-USD', 'funding', '{bybit}')$$,
    $$values ('bybit')$$, 'unless somebody names it'
);
insert into market.provider_symbol values ('binance', pg_temp.id('TBTC-USD'), null);
select is_empty(
    $$select provider from market.providers_for('TBTC-USD', 'funding')$$,
    'what a vendor does not have is written down'
);

-- What is missing.
set local role bellwether_worker;
select throws_ok(
    $$select market.begin_fetch('yahoo', 'T.NOPE', 'bars', '1d', '2018-01-01', '2018-02-01')$$,
    'BW310', 'there is no symbol T.NOPE', 'an unknown symbol is said'
);
select throws_ok(
    $$select market.begin_fetch('yahoo', 'T.NYSE', 'bars', '1d', '2018-02-01', '2018-02-01')$$,
    'BW330', null, 'nothing is no time'
);
select throws_ok(
    $$insert into market.fetch_state (provider, instrument_id, series, bar_interval, wanted)
    values ('yahoo', 1, 'bars', '1d', 'empty')$$,
    '42501', null, 'what was fetched is not written by hand'
);
select results_eq(
    $$select missing_from, missing_to from market.begin_fetch(
        'yahoo', 'T.NYSE', 'bars', '1d', '2018-01-01', '2018-03-01')$$,
    $$values ('2018-01-01'::timestamptz, '2018-03-01'::timestamptz)$$, 'all is missing'
);
select results_eq(
    'select status, wanted from market.fetch_state',
    $$values ('running', tstzrange('2018-01-01', '2018-03-01'))$$,
    'the row is there before anything is asked'
);
select lives_ok(
    $$select market.note_page(fetch_id, '2018-01-01', '2018-02-01', 21, 1)
    from market.fetch_state$$, 'a page is noted'
);
select results_eq(
    $$select missing_from, missing_to from market.begin_fetch(
        'yahoo', 'T.NYSE', 'bars', '1d', '2017-12-01', '2018-03-01')$$,
    $$values ('2017-12-01'::timestamptz, '2018-01-01'::timestamptz),
    ('2018-02-01', '2018-03-01')$$, 'what was stored is not asked for again'
);
select results_eq(
    $$select missing_from, missing_to from market.begin_fetch(
        'alpaca', 'T.NYSE', 'bars', '1d', '2018-01-01', '2018-03-01')$$,
    $$values ('2018-02-01'::timestamptz, '2018-03-01'::timestamptz)$$,
    'not even of another vendor'
);
select is_empty(
    $$select from market.begin_fetch(
        'yahoo', 'T.NYSE', 'bars', '1d', '2018-01-05', '2018-01-06')$$,
    'what is there needs no request'
);
select results_eq(
    $$select status from market.fetch_state where provider = 'yahoo'$$, $$values ('done')$$,
    'and is done'
);
select results_eq(
    $$select missing_from from market.begin_fetch(
        'yahoo', 'T.NYSE', 'bars', '1d', '2018-01-05', '2018-01-06', true)$$,
    $$values ('2018-01-05'::timestamptz)$$, 'unless it is wanted again'
);
select results_eq(
    $$select event, n from market.feed_counter where provider = 'yahoo' order by event$$,
    $$values ('rejected', 1::bigint), ('stored', 21::bigint)$$, 'the rows are counted'
);
select lives_ok(
    $$select market.end_fetch(fetch_id, 'failed', repeat('x', 9999)) from market.fetch_state$$,
    'a reason of any length is kept'
);

-- Funding, open interest, ratios.
select results_eq(
    $$select * from market.store_derivatives('binance', 'TBTC-USD', 'funding', '[
        {"ts": "2018-02-05T00:00:00Z", "value": "0.0001"},
        {"ts": "2018-02-05T08:00:00Z", "value": "NaN", "raw": "{NaN}"},
        {"ts": "2018-02-05T08:00:00Z", "value": "-0.0002"},
        {"ts": "2018-02-05T08:00:00Z", "value": "-0.0002"},
        {"ts": "2099-02-05T08:00:00Z", "value": "0.1"},
        {"ts": "yesterday", "value": "0.1"},
        {"ts": "2018-02-05T16:00:00Z", "value": "7"},
        {"ts": "2018-02-05T16:00:00Z", "value": null},
        {"problem": "row is no object", "raw": "17"}
    ]')$$,
    $$values (2::bigint, 6::bigint)$$, 'the good ones are stored, the bad ones are not'
);
select results_eq(
    $$select line, column_name, reason, raw = '{NaN}' from market.rejected_row
    where file = 'binance:TBTC-USD:funding' order by line limit 2$$,
    $$values (2, 'value', 'is not a number: ''NaN''', true),
    (5, 'time', 'is of the future', false)$$, 'each with its reason'
);
select results_eq(
    $$select stored from market.store_derivatives('binance', 'TBTC-USD', 'open_interest', '[
        {"ts": "2018-02-05T08:00:00Z", "value": "1000"}]')
    union all
    select stored from market.store_derivatives('binance', 'TBTC-USD', 'long_short_ratio', '[
        {"ts": "2018-02-05T08:00:00Z", "value": "1.5"}]')
    union all
    select stored from market.store_derivatives('bybit', 'TBTC-USD', 'long_short_ratio', '[
        {"ts": "2018-02-05T08:00:00Z", "value": "9"}]')$$,
    $$values (1::bigint), (1), (0)$$, 'two series of one row, the first to tell counts'
);
select results_eq(
    'select open_interest, long_short_ratio from market.open_interest',
    $$values (1000::float8, 1.5::float8)$$, 'side by side'
);
select throws_ok(
    $$select market.store_derivatives('bybit', 'TBTC-USD', 'moods', '[]')$$, 'BW331', null,
    'an unknown series is said'
);
reset role;
select is(
    (select count(*) from work.job where kind = 'compute_snapshots'), 0::bigint,
    'without bars nobody computes snapshots'
);
insert into market.bar (instrument_id, bar_interval, ts, open, high, low, close, volume, known_at)
select pg_temp.id('TBTC-USD'), '1h', d, 10, 11, 9, 10, 5, d + interval '1 hour'
from generate_series(timestamptz '2018-02-05 00:00Z', '2018-02-05 09:00Z', '1 hour') as d;
select market.compute_snapshots(pg_temp.id('TBTC-USD'), '1h', null) \g /dev/null
select results_eq(
    $$select funding_rate, open_interest, long_short_ratio, funding_zscore, spread
    from market.snapshot where ts = '2018-02-05 08:00Z'$$,
    $$values (-0.0002::float8, 1000::float8, 1.5::float8, null::float8, null::float8)$$,
    'they reach the snapshot; what is missing is null'
);
select results_eq(
    $$select funding_rate, open_interest, long_short_ratio
    from market.snapshot where ts = '2018-02-05 05:00Z'$$,
    $$values (0.0001::float8, null::float8, null::float8)$$, 'and not before they were known'
);

-- Gaps.
insert into market.bar (instrument_id, ts, close, known_at)
select pg_temp.id('T.NYSE'), d, 10, d + interval '21 hours'
from unnest('{2018-02-01,2018-02-05}'::timestamptz[]) as d;
select results_eq(
    $$select first_bar, bars from market.gaps('T.NYSE', '1d', '2018-01-01', '2018-03-01')$$,
    $$values ('2018-02-02'::timestamptz, 1::bigint)$$,
    'a session without a bar is a gap, a Saturday is none'
);
select results_eq(
    $$select first_bar, last_bar, bars from market.gaps(
        'T.NYSE', '1h', '2018-02-02', '2018-02-05')$$,
    $$values ('2018-02-02 14:00Z'::timestamptz, '2018-02-02 17:00Z'::timestamptz, 4::bigint)$$,
    'the early close has four hours, the first of them half'
);
delete from market.bar where bar_interval = '1h' and ts in ('2018-02-05 03:00Z', '2018-02-05 04:00Z', '2018-02-05 07:00Z');
select results_eq(
    $$select first_bar, last_bar, bars from market.gaps(
        'TBTC-USD', '1h', '2018-02-05', '2018-02-05 10:00Z')$$,
    $$values ('2018-02-05 03:00Z'::timestamptz, '2018-02-05 04:00Z'::timestamptz, 2::bigint),
    ('2018-02-05 07:00Z', '2018-02-05 07:00Z', 1)$$, 'a coin trades all day'
);
select is(
    market.last_complete(pg_temp.id('T.NYSE'), '1d', '2018-02-05 20:59Z'),
    '2018-02-03'::timestamptz, 'before the close the last bar is Friday''s'
);
select is(
    market.last_complete(pg_temp.id('T.NYSE'), '1d', '2018-02-05 21:00Z'),
    '2018-02-06'::timestamptz, 'at the close it is Monday''s'
);
select is(
    market.last_complete(pg_temp.id('TBTC-USD'), '15m', '2018-02-05 20:59Z'),
    '2018-02-05 20:45Z'::timestamptz, 'a coin''s quarter ends on the quarter'
);
select is_empty(
    $$select from market.begin_fetch('yahoo', 'TBTC-USD', 'bars', '4h',
        date_bin('4 hours', now(), '2000-01-01 00:00+00'), now())$$,
    'what is not complete is not asked for'
);
set local role bellwether_worker;
select market.stage('bars') \g /dev/null
insert into pg_temp.staged_bar (line, symbol, date, close) values
(1, 'T.NYSE', '2018-02-01T13:00:00Z', '1'), (2, 'T.NYSE', '2018-02-01T14:00:00Z', '1'),
(3, 'T.NYSE', '2018-02-01T21:00:00Z', '1'), (4, 'TBTC-USD', '2018-02-01T21:00:00Z', '1'),
(5, 'T.NYSE', 'nonsense', '1');
select is(market.drop_closed_bars('1h'), 2::bigint, 'before the open and after the close');
select results_eq(
    'select line from pg_temp.staged_bar order by line', 'values (2), (4), (5)',
    'nothing else goes'
);
reset role;
select throws_ok(
    $$select * from api.gaps('T.NOPE', '2018-01-01')$$, 'BW310', null,
    'gaps of nothing are refused'
);

select * from finish();
rollback;
