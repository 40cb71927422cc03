-- When something is known.
begin;
select plan(13);
\ir ../demo_market.psql

select is(
    market.as_of('2018-02-05'), '2018-02-05 23:59:59.999999+00'::timestamptz,
    'a bare date means its last microsecond'
);
select is(
    market.as_of('2018-02-05 00:00:00.000001+00'), '2018-02-05 00:00:00.000001+00'::timestamptz,
    'any other moment means itself'
);
select is(market.as_of(null), now(), 'no moment means now');
set local timezone = 'America/New_York';
select is(
    market.as_of('2018-02-05 00:00:00+00'), '2018-02-05 23:59:59.999999+00'::timestamptz,
    'midnight is that of UTC, whatever the session''s zone'
);
set local timezone = 'UTC';

create function pg_temp.id(symbol text) returns integer language sql
as 'select instrument_id from market.instrument as i where i.symbol = $1';
select is(
    market.known_at(pg_temp.id('AAPL'), '2018-02-05'), '2018-02-05 21:00:00+00'::timestamptz,
    'a stock''s bar is known when New York closes, in winter'
);
select is(
    market.known_at(pg_temp.id('AAPL'), '2018-07-02'), '2018-07-02 20:00:00+00'::timestamptz,
    'and in summer'
);
select is(
    market.known_at(pg_temp.id('AAPL'), '2018-07-03'), '2018-07-03 17:00:00+00'::timestamptz,
    'and on a short day'
);
select is(
    market.known_at(pg_temp.id('AAPL'), '2018-07-04'), null, 'a holiday has no bar'
);
select is(
    market.known_at(pg_temp.id('AAPL'), '2000-09-29'), '2000-09-30 00:00:00+00'::timestamptz,
    'before the calendar begins, a bar is known at the end of its day'
);
select is(
    market.known_at(pg_temp.id('BTC-USD'), '2018-07-04'), '2018-07-05 00:00:00+00'::timestamptz,
    'a coin''s bar is known at the next midnight, holidays or not'
);

select is(
    (select b.ts from market.last_bar(pg_temp.id('AAPL'), '1d', '2018-02-05 20:59:59+00') as b),
    '2018-02-02'::timestamptz, 'before the close the last known bar is the one before'
);
select is(
    (select b.ts from market.last_bar(pg_temp.id('AAPL'), '1d', '2018-02-05') as b),
    '2018-02-05'::timestamptz, 'as of a bare date its own bar is known'
);
select is_empty(
    $$select * from market.last_bar(pg_temp.id('AAPL'), '1d', '2010-01-01')$$,
    'before all bars there is none'
);
select * from finish();
rollback;
