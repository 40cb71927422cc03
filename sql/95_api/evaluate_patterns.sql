-- Does it predict?
-- Example: select * from api.evaluate_patterns('{AAPL}', '2017-01-01', '2018-12-31')

create or replace function api.evaluate_patterns(
    symbols text [] default null,
    from_ts timestamptz default null,
    to_ts timestamptz default null,
    horizon integer default 5,
    k integer default 50,
    every integer default 5,
    bar_interval text default '1d',
    min_similarity double precision default 0.7,
    filters jsonb default '{}',
    by text default 'features',
    as_of timestamptz default now()
)
returns setof memory.evaluation
language sql stable rows 3
security definer -- outsiders read market data only through api
set search_path = pg_catalog, pg_temp
as $$
    select e.*
    from memory.evaluate_patterns(
        symbols, from_ts, to_ts, horizon, k, every, bar_interval, min_similarity, filters,
        by, as_of
    ) as e
$$;
comment on function api.evaluate_patterns(
    text[], timestamptz, timestamptz, integer, integer, integer, text, double precision,
    jsonb, text, timestamptz
) is
'Walks over history, asking at every n-th bar with what was known then: hit rate, information coefficient and calibration of the pattern search, beside the base rate and the last value.';
