-- The transition matrix of regimes: a view over what each model counted.
begin;
select plan(13);
\ir ../roles.psql
\ir ../demo_snapshots.psql
set local bellwether.tenant = 1;
select cmp_ok(market.compute_regimes(), '>', 1000, 'regimes are found');

select is(
    (
        select count(*) from market.regime_model as m
        where 25 <> (select count(*) from market.regime_transition as t where t.model_id = m.model_id)
    ), 0::bigint, 'each model has all pairs of its five regimes'
);
select is_empty(
    $$select t.model_id, t.went_from from market.regime_transition as t
    group by t.model_id, t.went_from having abs(sum(t.probability) - 1) > 1e-12$$,
    'what follows a regime has the probability 1'
);
select ok(
    (select bool_and(probability > 0 and probability < 1) from market.regime_transition),
    'nothing is impossible, nothing is certain'
);

-- The same by counting: which regime's middle is the nearest to each snapshot of the three
-- years before, how often each followed each from one bar to the next, once added to all.
create temporary table counted as
with nearest as (
    select
        m.model_id, s.instrument_id, s.bar_number,
        (
            select r.name from market.regime as r
            where r.model_id = m.model_id
            order by r.centre <-> market.regime_coordinates(s.features), r.regime
            limit 1
        ) as name
    from market.regime_model as m
    inner join market.snapshot as s
        on
            s.bar_interval = m.bar_interval and s.features is not null
            and s.known_at < m.as_of and s.known_at >= m.as_of - interval '3 years'
),

steps as (
    select a.model_id, a.name as went_from, b.name as went_to, count(*) as times
    from nearest as a
    inner join nearest as b
        on
            a.model_id = b.model_id and a.instrument_id = b.instrument_id
            and b.bar_number = a.bar_number + 1
    group by a.model_id, a.name, b.name
)

select
    f.model_id, f.name as went_from, t.name as went_to, coalesce(s.times, 0) as times,
    sum(coalesce(s.times, 0)) over (partition by f.model_id, f.name) as of
from market.regime as f
inner join market.regime as t using (model_id)
left join steps as s
    on s.model_id = f.model_id and s.went_from = f.name and s.went_to = t.name;
select cmp_ok((select sum(times) from counted), '>', 10000::numeric, 'many steps are counted');
select is_empty(
    $$select * from counted as c
    full join market.regime_transition as t using (model_id, went_from, went_to)
    where (abs(t.probability - (1 + c.times) / (5 + c.of)) < 1e-12) is not true$$,
    'each probability is the one counted by plain SQL'
);
select is_empty(
    $$select t.* from market.regime_transition as t
    inner join market.regime_transition as s
        on s.model_id = t.model_id and s.went_from = t.went_from and s.went_to = t.went_from
    where t.stays <> s.probability or abs(t.mean_bars * (1 - s.probability) - 1) > 1e-12$$,
    'how long it stays is the diagonal'
);

-- What an analyst sees, and as of when.
set local role bellwether_analyst;
select results_eq(
    $$select found_at, count(*) from api.regime_transitions
    where
        (found_at, went_from) in (select found_at, name from api.regimes)
        and (found_at, went_to) in (select found_at, name from api.regimes)
    group by found_at order by found_at$$,
    $$select make_date(y, 1, 1)::timestamptz, 25::bigint from generate_series(2014, 2023) as y$$,
    'analysts see the matrix of each year, between its named regimes'
);
select is_empty(
    $$select r.* from api.regimes as r
    inner join api.regime_transitions as t
        on t.found_at = r.found_at and t.went_from = r.name and t.went_to = r.name
    where r.stays <> t.probability$$,
    'a regime tells its own part of it'
);
select results_eq(
    $$select stays from api.regime('AAPL', '2018-02-05')$$,
    $$select t.probability from api.regime('AAPL', '2018-02-05') as r
    inner join api.regime_transitions as t
        on t.found_at = '2018-01-01' and t.went_from = r.regime and t.went_to = r.regime$$,
    'asked as of a day, the matrix is the one that was known then'
);
reset role;
select is(
    (
        select m.as_of from market.regime_model as m
        where m.model_id = market.regime_model_at('1d', '2018-02-05')
    ), '2018-01-01'::timestamptz, 'the model of a moment is the latest before'
);

-- Nobody looks ahead: a model's matrix is the same whatever came after it was found.
create temporary table told as
select * from market.regime_transition where as_of <= '2018-06-15';
update market.bar set close = close * 0.7, low = low * 0.6, known_at = known_at + interval '1 second'
where ts > '2018-06-15' and bar_interval = '1d';
\o /dev/null
select market.compute_snapshots(i.instrument_id)
from market.instrument as i where i.symbol in ('AAPL', 'NVDA', '^GSPC', '^VIX', 'BTC-USD');
\o
delete from market.snapshot_version;
select cmp_ok(market.compute_regimes(), '>', 100, 'another future is judged anew');
select set_eq(
    $$select as_of, went_from, went_to, probability from market.regime_transition
    where as_of <= '2018-06-15'$$,
    $$select as_of, went_from, went_to, probability from told$$,
    'and the past keeps its matrix'
);
select * from finish();
rollback;
