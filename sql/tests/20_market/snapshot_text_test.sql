-- Snapshots in words.
begin;
select plan(9);

select is(
    market.snapshot_text(
        'AAPL', '2018-02-05', -0.02498, -0.10577, 'down', 'normal', 21.02, -0.127, 2.08, 37.32, 1.7
    ),
    'AAPL 2018-02-05 down 2.5%, month down 11%, trend down normal, rsi 21, 13% below high, '
    || 'heavy volume, vix 37 rising',
    'a day in words'
);
select is(
    market.snapshot_text('BTC-USD', '2014-11-28', null, null, null, null, null, null, null, null, null),
    'BTC-USD 2014-11-28', 'what is missing is left out'
);
select is(
    market.snapshot_text('AAPL', '2018-02-05 14:30+00', 0.0001, null, null, null, null, 0, null, null, null),
    'AAPL 02-05 14:30 flat, at high', 'within a day the hour is told'
);
set local timezone = 'Asia/Tokyo';
set local datestyle = 'German, DMY';
select is(
    market.snapshot_text('AAPL', '2018-02-05 00:00:00+00', null, null, null, null, null, null, null, null, null),
    'AAPL 2018-02-05', 'the session''s zone and style change nothing'
);
set local timezone = 'UTC';
set local datestyle = 'ISO, MDY';
select is(market._percent_text(0.0994, 1), 'up 9.9%', 'small moves have a digit after the point');
select is(market._percent_text(-0.0996, 1), 'down 10%', 'large ones have none');
select is(market._percent_text(0.0004, 1), 'flat', 'none is flat');

-- Word pieces, counted high: each word, number and sign is one; symbol's signs one each,
-- and one more for rsi, vix, the year and a number of three digits; two mark the ends.
-- (The tokenizer of all-MiniLM-L6-v2 says at most 45 for the demo's 24,051 bars.)
create function pg_temp.pieces(symbol text, words text) returns bigint language sql as $$
    select 2 + 4 + length(left(symbol, 7)) + count(*)
    from regexp_matches(
        substr(words, length(left(symbol, 7)) + 1), '[A-Za-z]+|[0-9]+|[^A-Za-z0-9\s]', 'g'
    )
$$;
select cmp_ok(
    (
        select max(pg_temp.pieces('^=/_-.^=/_-.', market.snapshot_text(
            '^=/_-.^=/_-.', m.ts, m.day, m.month, 'sideways', 'stressed', 100, -0.99, m.volume, 9999, m.vix
        )))
        from (
            select * from
                (values ('2023-11-29'::timestamptz), ('2023-11-29 14:35+00')) as t (ts),
                (values (-0.095), (0.994), (500)) as d (day),
                (values (-0.095), (0.994), (500)) as n (month),
                (values (-9), (9)) as v (volume),
                (values (-9), (9)) as x (vix)
        ) as m
    ), '<=', 48::bigint, 'no text has more than 48 word pieces, whatever the symbol'
);
select ok(
    pg_temp.pieces('AAPL', 'AAPL ' || repeat('word ', 40)) > 48, 'the count sees a text that is too long'
);
select * from finish();
rollback;
