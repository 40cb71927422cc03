-- Feature vectors: a random walk is usual, what is missing says nothing.
begin;
select plan(12);

-- A driftless walk of 40 steps a bar at 2 % a bar, 4000 bars, volumes without memory.
select setseed(0.42);
create temporary table walk as
select
    p.number, '1990-01-01'::timestamptz + p.number * interval '1 day' as day,
    array_agg(p.level order by p.step) as path, max(p.level) as high, min(p.level) as low,
    exp(0.4 * sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random())) as volume
from (
    select
        w.number, w.step,
        sum(0.02 / sqrt(40) * sqrt(-2 * ln(1 - w.a)) * cos(2 * pi() * w.b)) over (
            order by w.number, w.step
        ) as level
    from (
        select n.number, s.step, random() as a, random() as b
        from generate_series(1, 4000) as n (number)
        cross join generate_series(1, 40) as s (step)
    ) as w
) as p
group by p.number;
insert into market.instrument (symbol, asset_class) values ('WALK', 'forex'), ('SHORT', 'forex');
insert into market.bar (instrument_id, ts, open, high, low, close, volume, known_at)
select
    i.instrument_id, d.day, exp(d.path[1]), exp(d.high), exp(d.low), exp(d.path[40]), d.volume,
    d.day + interval '1 day'
from market.instrument as i
cross join walk as d
where i.symbol = 'WALK' or (i.symbol = 'SHORT' and d.number <= 300);
\o /dev/null
select market.compute_snapshots(i.instrument_id) from market.instrument as i
where i.symbol in ('WALK', 'SHORT');
\o

create temporary view walked as
select e.name, e.x
from market.snapshot as s
inner join market.instrument as i using (instrument_id)
cross join lateral unnest(market.feature_names(), s.features::real []) as e (name, x)
where i.symbol = 'WALK' and s.bar_number > 300;

select is(cardinality(market.feature_names()), 32, 'a vector has 32 named elements');
select is(
    (
        select string_agg(distinct n.name, ', ') from unnest(market.feature_names()) as n (name)
        where not exists (
            select from information_schema.columns as c
            where c.table_schema = 'market' and c.table_name = 'snapshot' and c.column_name = n.name
        )
    ), null, 'each is named after the field it is made of'
);
-- A trailing year of a walk is one long swing: 3700 bars are only some 15 of them.
select is(
    (
        select string_agg(format('%s %s', w.name, w.mean), ', ')
        from (
            select name, round(avg(x)::numeric, 2) as mean, stddev(x) as deviation
            from walked group by name
        ) as w
        where w.deviation > 0 and abs(w.mean) > 0.35 and w.name <> 'gap'
    ), null, 'of a random walk every element has mean 0'
);
select is(
    (
        select string_agg(format('%s %s', w.name, w.deviation), ', ')
        from (
            select name, round(stddev(x)::numeric, 2) as deviation from walked group by name
        ) as w
        where w.deviation > 0 and w.deviation not between 0.75 and 1.25 and w.name <> 'gap'
    ), null, 'and deviation 1'
);
select is(
    (select string_agg(name, ',') from (select name from walked group by name having stddev(x) = 0 order by name) as n),
    'benchmark_return_20,benchmark_return_5,beta_60,correlation_60,vix,vix_change_5',
    'an element without data says nothing, at every bar'
);
select is(
    (select count(*) from walked where abs(x) > 3), 0::bigint, 'nothing is farther than 3'
);
select is(
    (
        select min(s.bar_number) from market.snapshot as s
        inner join market.instrument as i using (instrument_id)
        where i.symbol = 'WALK' and s.features is not null
    ), 61, 'there is no vector before its 60 returns'
);

-- The past alone.
select is(
    (
        select count(*) from market.snapshot as s
        inner join market.instrument as i using (instrument_id)
        inner join market.instrument as j on j.symbol = 'SHORT'
        inner join market.snapshot as t on j.instrument_id = t.instrument_id and s.ts = t.ts
        where
            i.symbol = 'WALK'
            and (to_jsonb(s) - '{snapshot_id,instrument_id,text_form}'::text [])
            = (to_jsonb(t) - '{snapshot_id,instrument_id,text_form}'::text [])
    ), 300::bigint, 'a series that ends early has the same snapshots as far as it goes'
);

-- Similarity discriminates: of 400 x 400 pairs of a walk far apart, few are much alike.
create temporary view pairs as
with chosen as (
    select s.bar_number, s.features from market.snapshot as s
    inner join market.instrument as i using (instrument_id)
    where i.symbol = 'WALK' and s.bar_number > 300 and s.bar_number % 9 = 0
)
select 1 - (a.features <=> b.features) as similarity
from chosen as a inner join chosen as b on b.bar_number > a.bar_number + 60;
select cmp_ok((select abs(avg(similarity)) from pairs), '<', 0.1::float8, 'two moments are alike by 0 on average');
select ok(
    (select avg((similarity > 0.7)::int) between 0.001 and 0.05 from pairs),
    'at the default of 0.7 a few in a hundred are alike'
);

select is(market._unusual(null, 0, 1), null, 'a missing number is not unusual');
select is(market._unusual(1, 0, null), null, 'nor is one without a scale');
select * from finish();
rollback;
