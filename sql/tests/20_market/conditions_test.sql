-- The market as a whole, and the regimes it goes through.
begin;
select plan(34);
\ir ../roles.psql
\ir ../demo_snapshots.psql
set local bellwether.tenant = 1;
select cmp_ok(market.compute_conditions(), '>', 2000, 'each session has a condition');
select is(market.compute_conditions(), 0, 'computing again changes nothing');
select results_eq(
    $$select instruments, round(vix::numeric, 2), known_at, advancing, round(index_return_1::numeric, 4)
    from market.condition where ts = '2018-02-05'$$,
    $$select 3, 37.32, '2018-02-05 21:00+00'::timestamptz, 0::float8, -0.0410$$,
    'two stocks and an index, VIX, when known, how many rose, the index'
);
select is(
    (select (sectors ->> 'Information Technology')::float8 from market.condition where ts = '2018-02-05'),
    (select avg(s.return_20) from market.snapshot as s inner join market.instrument as i using (instrument_id)
    where i.sector = 'Information Technology' and s.ts = '2018-02-05'),
    'a sector is the mean of its stocks'
);
select matches(
    (select text_form from market.condition where ts = '2018-02-05'),
    '^\^GSPC 2018-02-05 down 4\.1%, month down 3%, \d+% below high, 0% advancing, \d+% above average, vix 37 rising',
    'in words'
);
select is(
    (select count(*) from market.condition where vector_dims(features) <> 16), 0::bigint, 'with a vector of 16'
);
select is(
    (select vix from market.condition where ts = '2023-09-01'), null, 'what is not known is missing, not 0'
);

-- When was it like this?
create temporary table answer as
select * from api.similar_conditions('2018-12-24', min_similarity => 0.3);
select cmp_ok((select count(*) from answer), '>', 5::bigint, 'such days are found');
select ok((select bool_and(ts < '2018-12-24' and similarity >= 0.3) from answer), 'earlier ones, alike');
select is(
    (
        select count(*) from answer as a inner join answer as b on a.ts < b.ts
        where (
            select count(*) from market.condition as c where c.ts > a.ts and c.ts <= b.ts
        ) < 5
    ), 0::bigint, 'none overlap'
);
select is(
    (select count(*) from answer where outcome_known_at > '2018-12-24 23:59:59+00'), 0::bigint,
    'what the index did is told as far as known then'
);
select is(
    (select forward_return from answer where rank = 1),
    (
        select o.forward_return from answer as a
        inner join market.snapshot as s using (ts)
        inner join market.instrument as i using (instrument_id)
        inner join market.outcome as o using (snapshot_id)
        where a.rank = 1 and i.symbol = '^GSPC' and o.horizon = 5
    ), 'it is the outcome of the index'
);
select throws_ok($$select * from api.similar_conditions('2018-12-24', 0)$$, 'BW311', null, 'k = 0');
select throws_ok($$select * from api.similar_conditions('2018-12-24', horizon => 7)$$, 'BW312', null, 'a horizon without outcomes');
select throws_ok($$select * from api.similar_conditions('1990-01-01')$$, 'BW313', null, 'before history');
select throws_ok($$select * from api.similar_conditions('2018-12-24', min_similarity => 'NaN')$$, 'BW316', null, 'no number');

-- Regimes.
select set_eq(
    'select as_of::date from market.regime_model',
    $$select make_date(y, 1, 1) from generate_series(2014, 2023) as y$$,
    'each start of a year with enough history has a model'
);
select is(
    (select count(*) from (select model_id from market.regime group by model_id having count(*) <> 5) as m),
    0::bigint, 'of five regimes'
);
select is(
    (select round(max(abs(s.total - 1))::numeric, 9) from (select sum(share) as total from market.regime group by model_id) as s),
    0::numeric, 'whose shares are all'
);
select is(
    (select round(max(abs(s.total - 1))::numeric, 9) from (
        select sum(probability) as total from market.regime_transition group by model_id, went_from
    ) as s), 0::numeric, 'each goes somewhere'
);
select ok(
    (select bool_and(stays > 0.6) from market.regime_transition), 'and mostly stays for days'
);
select is(
    (select count(*) from market.snapshot where features is not null and bar_interval = '1d'),
    (select count(*) from market.snapshot_regime), 'each snapshot with a vector belongs to one'
);
select ok(
    (
        select bool_and(
            k.probability = (select max(p) from unnest(k.probabilities) as p)
            and abs((select sum(p) from unnest(k.probabilities) as p) - 1) < 1e-9
            and k.probabilities[k.regime] = k.probability
        ) from market.snapshot_regime as k
    ), 'the likeliest one'
);
select ok(
    (
        select bool_and(k.known_at >= s.known_at and m.as_of <= k.known_at)
        from market.snapshot_regime as k inner join market.snapshot as s using (snapshot_id)
        inner join market.regime_model as m using (model_id)
    ), 'judged by a model found before'
);
select cmp_ok(
    (
        select avg((a.name = b.name)::int)
        from (select m.as_of, r.name from market.regime as r inner join market.regime_model as m using (model_id)) as a
        left join (
            select m.as_of, r.name from market.regime as r inner join market.regime_model as m using (model_id)
        ) as b on b.as_of = a.as_of - interval '1 year' and a.name = b.name
        where a.as_of > '2014-01-01'
    ), '>', 0.0, 'names come again'
);
select is(
    market._regime_names(
        '{"[1.1,0.9,0.8,-0.7,-0.6,0.8,-0.5]","[-1,-1,-0.5,0.9,0.8,-1,2]"}', '{}', '{}'
    ), '{calm rise,stressed fall}', 'names are words for the middle'
);
select is(
    market._regime_names(
        '{"[1.1,0.9,0.8,-0.7,-0.6,0.8,-0.5]","[1,1,1,-0.9,-0.8,0.3,1]","[0.3,0.3,0.3,0,0,0,0]"}',
        '{"[0.4,0.4,0.4,0,0,0,0]"}', '{rise}'
    ), '{calm rise,calm rise below the high,rise}',
    'no two are equal, and one near a limit keeps its name'
);
-- Filter by hand: 0.5 0.5 -> fit (0.9, 0.1); then moved by 0.8/0.2 and fit (0.5, 0.5).
select is(
    (
        select array_agg(round(p::numeric, 6) order by n) from (
            select market._regime_filter(f.fit, '{0.8,0.2,0.2,0.8}') over (order by f.n rows unbounded preceding) as b
            from (values (1, '{0.9,0.1}'::float8[]), (2, '{0.5,0.5}')) as f (n, fit) order by f.n desc limit 1
        ) as l, unnest(l.b) with ordinality as u (p, n)
    ), '{0.740000,0.260000}', 'the chain is filtered forwards'
);

-- Nobody looks ahead: what comes later changes neither.
create temporary table told as
select c.ts, to_jsonb(c) as told from market.condition as c where c.known_at <= '2018-06-15 23:59+00';
create temporary table judged as
select k.snapshot_id, g.name, k.probability from market.snapshot_regime as k
inner join market.regime as g using (model_id, regime) where k.known_at <= '2018-06-15 23:59+00';
update market.bar set close = close * 0.7, low = low * 0.6, known_at = known_at + interval '1 second'
where ts > '2018-06-15' and bar_interval = '1d';
select cmp_ok((select sum(market.compute_snapshots(i.instrument_id)) from market.instrument as i
where i.symbol in ('AAPL', 'NVDA', '^GSPC', '^VIX', 'BTC-USD')), '>', 1000::bigint, 'the future is another');
delete from market.snapshot_version;
select cmp_ok(market.compute_conditions(), '>', 100, 'and so are its conditions');
select is_empty(
    $$select c.ts from told as t left join market.condition as c using (ts) where to_jsonb(c) is distinct from t.told$$,
    'conditions of the past stay'
);
select is_empty(
    $$select j.snapshot_id from judged as j left join market.snapshot_regime as k using (snapshot_id)
    left join market.regime as g using (model_id, regime)
    where (g.name, k.probability) is distinct from (j.name, j.probability)$$,
    'and so do regimes'
);
set local role bellwether_analyst;
select results_eq(
    $$select regime, probability > 0.5 from api.regime('AAPL', '2018-02-05')$$,
    $$select r.regime, r.probability > 0.5 from api.snapshot_regimes as r where r.symbol = 'AAPL' and r.ts = '2018-02-05'$$,
    'analysts may ask'
);
select is_empty($$select * from api.regime('AAPL', '2013-12-05')$$, 'before the first model there is none');
reset role;
select * from finish();
rollback;
