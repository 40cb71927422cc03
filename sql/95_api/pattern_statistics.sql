-- What followed when the market was like this, and is it more than chance?
-- Example: select * from api.pattern_statistics('AAPL', '2018-02-05')

create or replace function api.pattern_statistics(
    symbol text,
    as_of timestamptz default now(),
    k integer default 50,
    horizon integer default 5,
    bar_interval text default '1d',
    lookback interval default null,
    min_similarity double precision default 0.7,
    filters jsonb default '{}',
    by text default 'features',
    horizons integer [] default '{1,5,20}',
    text_weight double precision default 0.5,
    bootstrap integer default 0
)
returns setof memory.pattern_statistic
language plpgsql stable rows 3
security definer -- outsiders read market data only through api
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    moment constant timestamptz := market.as_of(pattern_statistics.as_of);
    asked_id constant bigint := memory.asked_snapshot(
        pattern_statistics.symbol, moment, pattern_statistics.k,
        pattern_statistics.horizons || pattern_statistics.horizon,
        pattern_statistics.bar_interval, pattern_statistics.lookback,
        pattern_statistics.min_similarity, pattern_statistics.by,
        pattern_statistics.text_weight
    );
begin
    if (pattern_statistics.bootstrap between 0 and 100000) is not true then
        perform ops.fail('BW326', format(
            'bootstrap is %s', coalesce(pattern_statistics.bootstrap::text, 'null')
        ));
    end if;
    return query
    select s.*
    from memory.neighbour_statistics(
        asked_id,
        moment,
        array(
            select n.neighbour_id
            from memory.neighbours(
                asked_id, moment, pattern_statistics.k, pattern_statistics.horizon,
                pattern_statistics.lookback, pattern_statistics.min_similarity,
                pattern_statistics.filters, pattern_statistics.by,
                pattern_statistics.text_weight
            ) as n
            order by n.rank
        ),
        pattern_statistics.horizons,
        pattern_statistics.bootstrap
    ) as s;
end
$$;
comment on function api.pattern_statistics(
    text, timestamptz, integer, integer, text, interval, double precision, jsonb, text,
    integer[], double precision, integer
) is
'What followed the neighbours that api.similar_patterns finds, by horizon, as far as known at as_of: spread, win rate with its 95 % Wilson interval, the base rate of the same instrument, and a two-sided exact binomial test against it on effective_n (with bootstrap, of the mean by so many resamples); "not enough history" below the setting minimum_n.';
revoke all on function api.pattern_statistics(
    text, timestamptz, integer, integer, text, interval, double precision, jsonb, text,
    integer[], double precision, integer
) from public;
grant execute on function api.pattern_statistics(
    text, timestamptz, integer, integer, text, interval, double precision, jsonb, text,
    integer[], double precision, integer
) to bellwether_analyst, bellwether_gateway;
