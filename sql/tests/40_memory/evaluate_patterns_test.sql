-- Does it predict, and what is a model asked? Numbers are those of SQL by hand; nothing
-- later than the moment asked about is in them.
begin;
select plan(24);
\ir ../roles.psql
\ir ../demo_snapshots.psql
set local bellwether.tenant = 1;
create temporary table told as
select * from api.evaluate_patterns(
    '{AAPL,NVDA}', '2017-01-01', '2018-06-30', every => 10, min_similarity => 0.4
);
select results_eq(
    'select predictor from told', $$values ('patterns'), ('base rate'), ('last value')$$,
    'three ways of predicting are judged'
);
select is((select count(distinct n) from told), 1::bigint, 'on the same snapshots');
select cmp_ok((select min(n) from told), '>', 50, 'more than fifty');
select ok(
    (select bool_and(hit_rate between hit_rate_low and hit_rate_high and ic between ic_low and ic_high) from told),
    'rates are in their intervals'
);
select ok((select bool_and(effective_n <= n) from told), 'two stocks on a day count less than two');
select ok(
    (select bool_and(below_p05 <= below_p25 and below_p25 <= below_p50 and below_p50 <= below_p75 and below_p75 <= below_p95)
    from told where predictor <> 'last value'), 'percentiles are in order'
);

-- By hand, from the public functions, one question at a time.
create temporary table asked as
select
    s.symbol, s.ts, s.return_5, s.known_at, o.forward_return as outcome, p.mean, p.n, p.base_mean, p.p05
from api.snapshots as s
inner join api.outcomes as o on o.snapshot_id = s.snapshot_id and o.horizon = 5
cross join lateral api.pattern_statistics(
    s.symbol, s.known_at, min_similarity => 0.4, horizons => '{5}'
) as p
where
    s.symbol in ('AAPL', 'NVDA') and s.ts between '2017-01-01' and '2018-06-30'
    and s.bar_number % 10 = 0;
select is((select n from told limit 1), (select count(*)::int from asked where n >= 20), 'as many as have enough neighbours');
select is((select abstained from told limit 1), (select count(*)::int from asked where n < 20), 'the others abstain');
select is(
    (select round(hit_rate::numeric, 12) from told where predictor = 'patterns'),
    (select round(avg((sign(mean) = sign(outcome))::int), 12) from asked where n >= 20 and outcome <> 0),
    'the hit rate of patterns'
);
select is(
    (select round(hit_rate::numeric, 12) from told where predictor = 'last value'),
    (select round(avg((sign(return_5) = sign(outcome))::int), 12) from asked where n >= 20 and outcome <> 0),
    'of the last value'
);
select is(
    (select round(mean_absolute_error::numeric, 12) from told where predictor = 'base rate'),
    (select round(avg(abs(base_mean - outcome))::numeric, 12) from asked where n >= 20), 'the error of the base rate'
);
select is(
    (select round(ic::numeric, 9) from told where predictor = 'patterns'),
    (
        select round(corr(a, b)::numeric, 9) from (
            select rank() over (order by mean) as a, rank() over (order by outcome) as b
            from asked where n >= 20
        ) as r
    ), 'the information coefficient is Spearman''s'
);
select is(
    (select round(below_p05::numeric, 12) from told where predictor = 'patterns'),
    (select round(avg((outcome < p05)::int), 12) from asked where n >= 20), 'calibration counts'
);
select throws_ok($$select * from api.evaluate_patterns('{NOPE}')$$, 'BW310', null, 'an unknown symbol');
select throws_ok($$select * from api.evaluate_patterns('{AAPL}', every => 0)$$, 'BW329', null, 'no step');
select throws_ok($$select * from api.evaluate_patterns('{AAPL}', horizon => 3)$$, 'BW312', null, 'an unknown horizon');

-- The bootstrap: far from the base it is sure, at the base it is not; the same again.
select cmp_ok(
    memory.bootstrap_p_value(array_fill(0.05::float8, '{30}') || array_fill(0.03::float8, '{30}'), array_fill(1, '{60}'), 0, 1000),
    '<', 0.01::float8, 'a mean far from the base is no chance'
);
select cmp_ok(
    memory.bootstrap_p_value(array_fill(0.05::float8, '{30}') || array_fill(-0.049::float8, '{30}'), array_fill(1, '{60}'), 0, 1000),
    '>', 0.5::float8, 'one at the base is'
);
select results_eq(
    $$select p_value from api.pattern_statistics('AAPL', '2018-02-05', min_similarity => 0.5, bootstrap => 300)$$,
    $$select p_value from api.pattern_statistics('AAPL', '2018-02-05', min_similarity => 0.5, bootstrap => 300)$$,
    'the same question has the same answer'
);

-- Prompts.
create temporary table prompt as
select k.kind, api.pattern_prompt('AAPL', '2018-02-05', k.kind, min_similarity => 0.5) as body
from (values ('baseline'), ('enriched')) as k (kind);
select is((select count(*) from prompt where body ~ '\{[a-z_]+\}'), 0::bigint, 'every blank is filled');
select matches(
    (select body from prompt where kind = 'enriched'),
    (select format('after 5 bars: n %s \(effective %s\)', n, round(effective_n::numeric, 1))
    from api.pattern_statistics('AAPL', '2018-02-05', min_similarity => 0.5) where horizon = 5),
    'with the numbers of the statistics'
);
select matches(
    api.pattern_prompt('AAPL', '2018-02-05', min_similarity => 0.97), 'not enough history',
    'few neighbours are said to be few'
);
select throws_ok(
    $$select api.pattern_prompt('AAPL', '2018-02-05', 'enriched', 99)$$, 'BW329', null, 'an unknown version'
);
select throws_ok(
    $$update memory.prompt_template set body = 'x'$$, 'BW328', null, 'a version is never changed'
);
select * from finish();
rollback;
