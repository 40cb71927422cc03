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
    select
        n.rank, s.snapshot_id, i.symbol, s.ts, n.similarity, similar_patterns.horizon,
        o.forward_return, o.max_gain, o.max_loss, o.known_at, coalesce(g.name, s.regime),
        market.feature_differences(asked.features, s.features)
    from memory.neighbours(
        asked_id, moment, similar_patterns.k, similar_patterns.horizon, similar_patterns.lookback,
        similar_patterns.min_similarity, similar_patterns.filters, similar_patterns.by,
        similar_patterns.text_weight
    ) as n
    inner join market.snapshot_known as asked
        on asked.snapshot_id = asked_id and asked.known_at <= moment and asked.known_until > moment
    inner join market.snapshot_known as s
        on n.neighbour_id = s.snapshot_id and s.known_at <= moment and s.known_until > moment
    inner join market.instrument as i on s.instrument_id = i.instrument_id
    left join market.outcome_known as o
        on
            s.snapshot_id = o.snapshot_id
            and o.horizon = similar_patterns.horizon
            and o.known_at <= moment and o.known_until > moment
    left join market.snapshot_regime as r
        on s.snapshot_id = r.snapshot_id and r.known_at <= moment
    left join market.regime as g on r.model_id = g.model_id and r.regime = g.regime
    order by n.rank;
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
