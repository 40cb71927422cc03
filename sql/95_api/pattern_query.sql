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
returns jsonb
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    began constant timestamptz := clock_timestamp();
    lookback constant interval := make_interval(days => pattern_query.lookback_days);
    matches jsonb;
    statistics jsonb;
begin
    select coalesce(jsonb_agg(to_jsonb(m) order by m.rank), '[]') into matches
    from api.similar_patterns(
        pattern_query.symbol, pattern_query.as_of, pattern_query.k,
        pattern_query.horizon, pattern_query.bar_interval, lookback,
        pattern_query.min_similarity, pattern_query.filters, pattern_query.by
    ) as m;
    select coalesce(jsonb_agg(to_jsonb(s) order by s.horizon), '[]') into statistics
    from api.pattern_statistics(
        pattern_query.symbol, pattern_query.as_of, pattern_query.k,
        pattern_query.horizon, pattern_query.bar_interval, lookback,
        pattern_query.min_similarity, pattern_query.filters, pattern_query.by
    ) as s;
    return jsonb_build_object(
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
