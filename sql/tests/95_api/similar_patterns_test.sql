-- When was the market like this?
begin;
select plan(40);
\ir ../roles.psql
\ir ../demo_snapshots.psql
set local bellwether.tenant = 1;
create temporary table answer as
select * from api.similar_patterns('AAPL', '2018-02-05', min_similarity => 0.6);
create function pg_temp.ask(variadic arguments text []) returns text language sql immutable as $$
    select format('select * from api.similar_patterns(%s)', array_to_string(arguments, ', '))
$$;

select is((select count(*) from answer), 50::bigint, 'fifty neighbours come by default');
select results_eq(
    'select rank from answer', 'select generate_series(1, 50)', 'they are ranked'
);
select is(
    (select count(*) from answer as a inner join answer as b on a.rank < b.rank and a.similarity < b.similarity),
    0::bigint, 'the most similar first'
);
select ok((select bool_and(similarity >= 0.6) from answer), 'none below the similarity asked for');
select ok((select bool_and(ts < '2018-02-05') from answer), 'all are earlier');
select cmp_ok((select count(distinct symbol) from answer), '>', 2::bigint, 'of any instrument');

-- Thinning, checked against all candidates in plain SQL.
create temporary table place as
select a.rank, a.similarity, s.instrument_id, s.bar_number from answer as a
inner join market.snapshot as s using (snapshot_id);
select is(
    (
        select count(*) from place as a inner join place as b
            on a.rank < b.rank and a.instrument_id = b.instrument_id
            and abs(a.bar_number - b.bar_number) < 5
    ), 0::bigint, 'two neighbours of one instrument are at least 5 bars apart'
);
select is(
    (
        select count(*) from place as p inner join market.snapshot as asked using (instrument_id)
        where asked.ts = '2018-02-05' and abs(p.bar_number - asked.bar_number) < 5
    ), 0::bigint, 'and so from the day itself'
);
create temporary table candidate as
select s.snapshot_id, s.instrument_id, s.bar_number, 1 - (s.features <=> asked.features) as similarity
from market.snapshot as s
inner join market.snapshot as asked on asked.ts = '2018-02-05'
inner join market.instrument as i on asked.instrument_id = i.instrument_id and i.symbol = 'AAPL'
where
    s.ts < '2018-02-05' and s.features is not null
    and not (s.instrument_id = asked.instrument_id and asked.bar_number - s.bar_number < 5);
select is(
    (
        select count(*) from candidate as c
        where
            c.similarity > (select min(similarity) from place)
            and not exists (
                select from place as p
                where
                    p.instrument_id = c.instrument_id and abs(p.bar_number - c.bar_number) < 5
                    and p.similarity >= c.similarity
            )
    ), 0::bigint, 'and nothing better was left out'
);
select cmp_ok(
    (select max(abs(p.similarity - c.similarity)) from place as p inner join candidate as c using (instrument_id, bar_number)),
    '<', 1e-12::float8, 'similarity is 1 - cosine distance'
);
select is(
    (
        select count(*) from answer as a
        left join market.outcome as o on a.snapshot_id = o.snapshot_id and o.horizon = 5
        where (a.forward_return, a.max_gain, a.max_loss, a.outcome_known_at)
            is distinct from (o.forward_return, o.max_gain, o.max_loss, o.known_at)
    ), 0::bigint, 'what followed is told as it was'
);
select ok(
    (select bool_and(outcome_known_at <= market.as_of('2018-02-05')) from answer),
    'if it was known that day'
);
select is(
    (
        select count(*) from api.similar_patterns('NVDA', '2018-02-06', min_similarity => -1, k => 1000)
        where ts > '2018-01-30' and (forward_return, max_gain, max_loss, outcome_known_at) is distinct from (null, null, null, null)
    ), 0::bigint, 'what had not yet followed is null'
);
select ok(
    (select count(*) > 0 from api.similar_patterns('NVDA', '2018-02-06', min_similarity => -1, k => 1000) where ts > '2018-01-30'),
    'and there are such neighbours'
);
select is(
    (select count(*) from answer where (select count(*) from jsonb_object_keys(differences)) <> 5),
    0::bigint, 'the five largest differences are told'
);

-- Moments.
select is(
    (select string_agg(p::text, ',') from api.similar_patterns('AAPL', '2018-02-05') as p),
    (select string_agg(p::text, ',') from api.similar_patterns('AAPL', '2018-02-05 23:59+00') as p),
    'a bare date is the end of its day'
);
select isnt(
    (select string_agg(p::text, ',') from api.similar_patterns('AAPL', '2018-02-05') as p),
    (select string_agg(p::text, ',') from api.similar_patterns('AAPL', '2018-02-05 20:59+00') as p),
    'before the close the day is not known'
);
select is_empty(
    $$select * from api.similar_patterns('AAPL', '2013-02-01')$$, 'too little history has no neighbours'
);

-- Filters.
select is(
    (select array_agg(distinct symbol) from api.similar_patterns('AAPL', '2018-02-05', filters => '{"symbol": "NVDA"}', min_similarity => 0)),
    '{NVDA}', 'one symbol only'
);
select is(
    (select array_agg(distinct symbol order by symbol) from api.similar_patterns('AAPL', '2018-02-05', filters => '{"asset_class": ["crypto", "index"]}', min_similarity => -1, k => 1000)),
    '{BTC-USD,^GSPC,^VIX}', 'classes only'
);
select is(
    (select array_agg(distinct symbol order by symbol) from api.similar_patterns('BTC-USD', '2018-02-05', filters => '{"sector": "Information Technology"}', min_similarity => 0)),
    '{AAPL,NVDA}', 'a sector only'
);
select results_eq(
    $$select count(*) > 3, min(s.rsi_14) >= 60 from api.similar_patterns('AAPL', '2018-02-05', k => 1000, filters => '{"rsi_14": {"min": 60}}', min_similarity => -1) as p
    inner join market.snapshot as s using (snapshot_id)$$,
    'values (true, true)', 'a number at least so large only'
);
select results_eq(
    $$select count(*) > 3, max(s.rsi_14) <= 40 from api.similar_patterns('AAPL', '2018-02-05', k => 1000, filters => '{"rsi_14": {"max": 40}}', min_similarity => -1) as p
    inner join market.snapshot as s using (snapshot_id)$$,
    'values (true, true)', 'a number at most so large only'
);
select results_eq(
    $$select count(*) > 3, min(s.rsi_14) >= 40 and max(s.rsi_14) <= 60 from api.similar_patterns('AAPL', '2018-02-05', k => 1000, filters => '{"rsi_14": {"min": 40, "max": 60}}', min_similarity => -1) as p
    inner join market.snapshot as s using (snapshot_id)$$,
    'values (true, true)', 'a number between two only'
);
select is(
    (select array_agg(distinct regime) from api.similar_patterns('AAPL', '2018-02-05', filters => '{"regime": "down stressed"}', min_similarity => 0)),
    '{"down stressed"}', 'a regime only'
);
select ok(
    (select min(ts) >= '2015-01-01' and max(ts) = '2015-12-31' from api.similar_patterns('AAPL', '2018-02-05', k => 1000, horizon => 1, filters => '{"from": "2015-01-01", "to": "2015-12-31", "asset_class": "equity"}', min_similarity => -1)),
    'a span of time only, its last day with it'
);
select ok(
    (select min(ts) >= '2017-02-05' from api.similar_patterns('AAPL', '2018-02-05', lookback => '1 year', min_similarity => 0)),
    'no farther back than asked'
);
select is_empty(
    $$select * from api.similar_patterns('AAPL', '2018-02-05', filters => '{"symbol": "NVDA", "asset_class": "crypto"}')$$,
    'filters hold together'
);

-- Bad questions.
select throws_ok(pg_temp.ask($$'NOPE'$$), 'BW310', $$there is no symbol 'NOPE'$$, 'an unknown symbol is told');
select throws_ok(pg_temp.ask($$'AAPL'$$, 'k => 0'), 'BW311', 'k is 0', 'no neighbours are no question');
select throws_ok(pg_temp.ask($$'AAPL'$$, 'k => 1000000000'), 'BW311', 'k is 1000000000', 'too many neither');
select throws_ok(pg_temp.ask($$'AAPL'$$, 'horizon => 7'), 'BW312', 'no outcomes are kept for a horizon of 7 bars', 'nor a horizon without outcomes');
select throws_ok(pg_temp.ask($$'AAPL'$$, $$'2010-01-01'$$), 'BW313', null, 'before history there is nothing');
select throws_ok(pg_temp.ask($$'AAPL'$$, $$filters => '{"colour": "red"}'$$), 'BW314', $$unknown filter 'colour'$$, 'an unknown filter is told');
select throws_ok(pg_temp.ask($$'AAPL'$$, $$filters => '{"from": "yesterday-ish"}'$$), 'BW315', null, 'a filter of the wrong kind, too');
select throws_ok(pg_temp.ask($$'AAPL'$$, $$min_similarity => 'NaN'$$), 'BW316', 'min_similarity is NaN', 'a similarity that is none, too');
select throws_ok(pg_temp.ask($$'AAPL'$$, $$by => 'magic'$$), 'BW317', $$by is 'magic'$$, 'comparing by what is not there, too');
select throws_ok(pg_temp.ask($$'AAPL'$$, $$by => 'text'$$), 'BW320', null, 'by text needs an embedding');
select is(
    (select hint from (select market.as_of(null)) as x cross join lateral (select s.hint from ops.sqlstate as s where s.code = 'BW314') as h),
    'Keys are symbol, asset_class, sector, regime, session, from, to, and numbers of the snapshot.', 'the hint names the keys'
);

-- As an analyst.
set local role bellwether_analyst;
select is(
    (select count(*) from api.similar_patterns('AAPL', '2018-02-05', k => 10)), 10::bigint,
    'analysts may ask'
);
reset role;
select * from finish();
rollback;
