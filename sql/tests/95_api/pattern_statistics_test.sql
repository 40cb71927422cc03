-- What followed when the market was like this?
begin;
select plan(22);
\ir ../roles.psql
\ir ../demo_snapshots.psql
create temporary table answer as select * from api.pattern_statistics('AAPL', '2018-02-05', min_similarity => 0.5);
create temporary table neighbour as select * from api.similar_patterns('AAPL', '2018-02-05', min_similarity => 0.5);

select results_eq(
    'select horizon, verdict from answer', $$values (1, 'ok'), (5, 'ok'), (20, 'ok')$$,
    'each horizon has its line'
);
select results_eq(
    $$select n, round(mean::numeric, 12), round(median::numeric, 12), round(win_rate::numeric, 12)
    from answer where horizon = 5$$,
    $$select count(forward_return)::int, round(avg(forward_return)::numeric, 12),
        round(percentile_cont(0.5) within group (order by forward_return)::numeric, 12),
        round(avg((forward_return > 0)::int) filter (where forward_return is not null), 12)
    from neighbour$$,
    'they are those of the neighbours that are told'
);
select results_eq(
    $$select round(p05::numeric, 12), round(p25::numeric, 12), round(p75::numeric, 12), round(p95::numeric, 12)
    from answer where horizon = 5$$,
    $$select
        round(percentile_cont(0.05) within group (order by forward_return)::numeric, 12),
        round(percentile_cont(0.25) within group (order by forward_return)::numeric, 12),
        round(percentile_cont(0.75) within group (order by forward_return)::numeric, 12),
        round(percentile_cont(0.95) within group (order by forward_return)::numeric, 12)
    from neighbour$$,
    'percentiles, too'
);
select is(
    (
        select count(*) from answer as a
        inner join (
            select o.horizon, count(*) as n from neighbour as b
            inner join market.outcome as o using (snapshot_id)
            where o.known_at < '2018-02-06' group by o.horizon
        ) as k using (horizon)
        where a.n = k.n
    ), 3::bigint, 'n counts what was known that day, by horizon'
);
-- Wilson (1927), z = 1.959964: from R's binom::binom.confint(38, 50, methods = "wilson")
select ok(
    abs((v.s).win_rate_low - 0.6258731624) < 1e-9 and abs((v.s).win_rate_high - 0.8570260860) < 1e-9,
    'the interval of 38 wins in 50 is Wilson''s'
)
from (
    select memory.neighbour_statistics(
        (select s.snapshot_id from market.snapshot as s inner join market.instrument as i using (instrument_id) where i.symbol = 'AAPL' and s.ts = '2018-02-05'),
        '2020-01-01',
        (
            (select array_agg(w.snapshot_id) from (
                select o.snapshot_id from market.outcome as o
                where o.horizon = 5 and o.forward_return > 0 order by o.snapshot_id limit 38
            ) as w)
            || (select array_agg(w.snapshot_id) from (
                select o.snapshot_id from market.outcome as o
                where o.horizon = 5 and o.forward_return < 0 order by o.snapshot_id limit 12
            ) as w)
        ),
        '{5}'
    ) as s
) as v;
select ok(
    (select bool_and(win_rate_low < win_rate and win_rate < win_rate_high) from answer),
    'the rate is in its interval'
);
select results_eq(
    'select round(base_win_rate::numeric, 12), round(base_mean::numeric, 12) from answer order by horizon',
    $$select round(avg((o.forward_return > 0)::int), 12), round(avg(o.forward_return)::numeric, 12)
    from market.outcome as o
    inner join market.snapshot as s using (snapshot_id)
    inner join market.instrument as i on s.instrument_id = i.instrument_id
    where i.symbol = 'AAPL' and o.known_at <= '2018-02-05 21:00+00'
    group by o.horizon order by o.horizon$$,
    'the base rate is that of the same symbol, as known that day'
);
select ok(
    (select bool_and(effective_n <= n and effective_n >= 1) from answer),
    'neighbours of the same days count less'
);

-- effective_n by hand: three of one day and one apart are 16 / (9 + 1) = 1.6.
select is(
    (
        select round((memory.neighbour_statistics(
            (select max(s.snapshot_id) from market.snapshot as s inner join market.instrument as i using (instrument_id) where i.symbol = 'AAPL'),
            '2024-01-01',
            (
                select array_agg(s.snapshot_id) from market.snapshot as s
                inner join market.instrument as i using (instrument_id)
                where (s.ts = '2018-02-05' and i.symbol in ('AAPL', 'NVDA', '^GSPC'))
                    or (s.ts = '2016-02-08' and i.symbol = 'AAPL')
            ),
            '{5}'
        )).effective_n::numeric, 6)
    ), 1.6::numeric, 'as Kish counts'
);

-- The test against chance: R's binom.test(14, 20)$p.value = 0.1153183,
-- binom.test(20, 20)$p.value = 0.000001907.
select is(round(binomial_p_value(14, 20, 0.5)::numeric, 7), 0.1153183, '14 of 20 may be chance');
select is(round(binomial_p_value(20, 20, 0.5)::numeric, 9), 0.000001907, '20 of 20 is not');
select is(round(binomial_p_value(10, 20, 0.5)::numeric, 9), 1.000000000, 'half of a fair coin is');
select is(
    (
        select round(sum(chance)::numeric, 12) from (
            -- Plain arithmetic: C(10, k) 0.2^k 0.8^(10 - k) for k no likelier than 0 wins.
            select c.c * 0.2 ^ c.k * 0.8 ^ (10 - c.k) as chance
            from (values (0, 1), (1, 10), (2, 45), (3, 120), (4, 210), (5, 252), (6, 210), (7, 120), (8, 45), (9, 10), (10, 1)) as c (k, c)
        ) as t where chance <= 0.8 ^ 10 * (1 + 1e-9)
    ), round(binomial_p_value(0, 10, 0.2)::numeric, 12), 'two sides of an unfair one'
);
select is(binomial_p_value(0, 1000, 0.9) >= 0, true, 'a chance too small for a number is 0 or more');
select is(binomial_p_value(0, 0, 0.5), 1::float8, 'no trials prove nothing');
select ok(
    (select bool_and(p_value between 0 and 1) from answer), 'every horizon has its p'
);

-- Few neighbours.
create temporary table few as
select * from api.pattern_statistics('AAPL', '2018-02-05', k => 19, min_similarity => 0.5);
select is(
    (select array_agg(distinct verdict) from few), '{not enough history}', 'nineteen are not enough'
);
select is(
    (select count(*) from few where num_nonnulls(mean, median, p05, p95, win_rate, win_rate_low, p_value) > 0),
    0::bigint, 'and tell nothing'
);
select is((select min(n) from few), 19, 'but how many they were');
select results_eq(
    $$select horizon, n, verdict from api.pattern_statistics('AAPL', '2013-02-01', horizons => '{20,1}')$$,
    $$values (20, 0, 'not enough history'), (1, 0, 'not enough history')$$,
    'none are not enough either, in the order asked'
);
select throws_ok(
    $$select * from api.pattern_statistics('AAPL', '2018-02-05', horizons => '{1,2}')$$, 'BW312', null,
    'a horizon without outcomes is refused'
);

set local bellwether.tenant = 1;
set local role bellwether_analyst;
select is(
    (select count(*) from api.pattern_statistics('AAPL', '2018-02-05')), 3::bigint, 'analysts may ask'
);
reset role;
select * from finish();
rollback;
