-- When was the market like this?
-- Example: select * from api.similar_patterns('AAPL', '2018-02-05')

create or replace function api.similar_patterns(
    symbol text,
    as_of timestamptz default now(),
    k integer default 50,
    horizon integer default 5,
    bar_interval text default '1d',
    lookback interval default null,
    min_similarity double precision default 0.7,
    filters jsonb default '{}',
    by text default 'features',
    text_weight double precision default 0.5
)
returns setof memory.similar_pattern
language plpgsql stable rows 50
security definer -- outsiders read market data only through api
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    moment constant timestamptz := market.as_of(similar_patterns.as_of);
    asked_id constant bigint := memory.asked_snapshot(
        similar_patterns.symbol, moment, similar_patterns.k, array[similar_patterns.horizon],
        similar_patterns.bar_interval, similar_patterns.lookback,
        similar_patterns.min_similarity, similar_patterns.by, similar_patterns.text_weight
    );
begin
    return query
    select m.*
    from (
        select
            array_agg(n.neighbour_id order by n.rank) as ids,
            array_agg(n.similarity order by n.rank) as similarities
        from memory.neighbours(
            asked_id, moment, similar_patterns.k, similar_patterns.horizon,
            similar_patterns.lookback, similar_patterns.min_similarity,
            similar_patterns.filters, similar_patterns.by, similar_patterns.text_weight
        ) as n
    ) as f
    cross join lateral memory.pattern_matches(
        asked_id, moment, similar_patterns.horizon, f.ids, f.similarities
    ) as m
    order by m.rank;
end
$$;
comment on function api.similar_patterns(
    text, timestamptz, integer, integer, text, interval, double precision, jsonb, text,
    double precision
) is
'The k earlier snapshots most like the latest of a symbol known at as_of, at least `horizon` bars apart within an instrument, and what followed (null where it was not yet known); filters: symbol, asset_class, sector, regime, session, from, to, and any number of the snapshot with a range, as {"funding_rate": {"min": 0}}; by: features, text, or both with text_weight.';
revoke all on function api.similar_patterns(
    text, timestamptz, integer, integer, text, interval, double precision, jsonb, text,
    double precision
) from public;
grant execute on function api.similar_patterns(
    text, timestamptz, integer, integer, text, interval, double precision, jsonb, text,
    double precision
) to bellwether_analyst, bellwether_gateway;
