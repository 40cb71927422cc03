-- Patterns as one document, in the form that JSON-RPC and HTTP clients share.
--
-- Example: select api.pattern_query('AAPL', '2018-02-05', k => 10)
--   -> {"as_of": ..., "matches": [...], "statistics": [...], "took_ms": 12.1}

create or replace function api.pattern_query(
    symbol text,
    as_of timestamptz default now(),
    k integer default 50,
    horizon integer default 5,
    bar_interval text default '1d',
    lookback_days integer default null,
    min_similarity double precision default 0.7,
    filters jsonb default '{}',
    by text default 'features'
)
returns json
language plpgsql stable
security definer -- outsiders read market data only through api
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    began constant timestamptz := clock_timestamp();
    moment constant timestamptz := market.as_of(pattern_query.as_of);
    lookback constant interval := make_interval(days => pattern_query.lookback_days);
    horizons constant integer[] := '{1,5,20}';
    asked_id constant bigint := memory.asked_snapshot(
        pattern_query.symbol, moment, pattern_query.k, horizons || pattern_query.horizon,
        pattern_query.bar_interval, lookback, pattern_query.min_similarity, pattern_query.by
    );
    ids bigint[];
    similarities double precision[];
    matches json;
    statistics json;
begin
    -- One search for both.
    select array_agg(n.neighbour_id order by n.rank), array_agg(n.similarity order by n.rank)
    into ids, similarities
    from memory.neighbours(
        asked_id, moment, pattern_query.k, pattern_query.horizon, lookback,
        pattern_query.min_similarity, pattern_query.filters, pattern_query.by
    ) as n;
    -- Without the line breaks of json_agg: a client may wait for the end of the line.
    select
        cast(
            '[' || coalesce(
                string_agg(row_to_json(m)::text, ',' order by m.rank), ''
            ) || ']' as json
        )
    into matches
    from memory.pattern_matches(
        asked_id, moment, pattern_query.horizon, ids, similarities
    ) as m;
    select
        cast(
            '[' || coalesce(
                string_agg(row_to_json(s)::text, ',' order by s.horizon), ''
            ) || ']' as json
        )
    into statistics
    from memory.neighbour_statistics(
        asked_id, moment, coalesce(ids, '{}'), horizons
    ) as s;
    return json_build_object(
        'symbol', pattern_query.symbol, 'as_of', pattern_query.as_of,
        'matches', matches, 'statistics', statistics,
        'took_ms', round(
            1000 * extract(epoch from clock_timestamp() - began), 1
        )
    );
end
$$;
comment on function api.pattern_query(
    text, timestamptz, integer, integer, text, integer, double precision, jsonb, text
) is
'Similar earlier snapshots and the statistics of what followed them, as one document.';
revoke all on function api.pattern_query(
    text, timestamptz, integer, integer, text, integer, double precision, jsonb, text
) from public;
grant execute on function api.pattern_query(
    text, timestamptz, integer, integer, text, integer, double precision, jsonb, text
) to bellwether_analyst, bellwether_gateway;
