-- The snapshots most like one, among those known as of a moment: the heart of the
-- pattern search. Exact: what is not compared cannot be among them.
--
-- Neighbours are thinned: of one instrument, no two (and none and the snapshot itself)
-- are nearer than `horizon` bars, since what followed them would be the same thing told
-- twice. The best of such a group stays.
-- Example: memory.neighbours(9, now(), 50, 5, null, 0.7, '{"sector": "Technology"}',
--     'features')

create or replace function memory.neighbours(
    snapshot_id bigint,
    as_of timestamptz,
    k integer,
    horizon integer,
    lookback interval,
    min_similarity double precision,
    filters jsonb,
    by text,
    text_weight double precision default 0.5
)
returns table (
    rank integer, neighbour_id bigint, instrument_id integer, ts timestamptz,
    similarity double precision
)
language plpgsql stable rows 50
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    asked market.snapshot_known;
    wanted record;
    after timestamptz;
    before timestamptz;
    row_filter text;
begin
    select s.* into strict asked
    from market.snapshot_known as s
    where
        s.snapshot_id = neighbours.snapshot_id and s.known_at <= neighbours.as_of
        and s.known_until > neighbours.as_of;
    select * into wanted from memory.pattern_filter(neighbours.filters);
    after := greatest(asked.ts - neighbours.lookback, wanted.from_ts, '-infinity');
    -- Times are whole microseconds: to_ts itself still counts.
    before := least(asked.ts, wanted.to_ts + interval '1 microsecond');
    row_filter := memory._row_filter(wanted.regimes, wanted.sessions, wanted.ranges);
    case neighbours.by
        when 'features' then
            return query
            select n.rank, n.neighbour_id, n.instrument_id, n.ts, n.similarity
            from memory._neighbours_by_features(
                asked, neighbours.as_of, neighbours.k, neighbours.horizon, after, before,
                neighbours.min_similarity, wanted.instrument_ids, row_filter,
                wanted.regimes, wanted.sessions
            ) as n;
        when 'text' then
            return query
            select n.rank, n.neighbour_id, n.instrument_id, n.ts, n.similarity
            from memory._neighbours_by_text(
                asked, neighbours.as_of, neighbours.k, neighbours.horizon, after, before,
                neighbours.min_similarity, wanted.instrument_ids, row_filter,
                wanted.regimes, wanted.sessions
            ) as n;
        when 'both' then
            return query
            select n.rank, n.neighbour_id, n.instrument_id, n.ts, n.similarity
            from memory._neighbours_by_both(
                asked, neighbours.as_of, neighbours.k, neighbours.horizon, after, before,
                neighbours.min_similarity, wanted.instrument_ids, row_filter,
                wanted.regimes, wanted.sessions, neighbours.text_weight
            ) as n;
    end case;
end
$$;
comment on function memory.neighbours(
    bigint, timestamptz, integer, integer, interval, double precision, jsonb, text,
    double precision
) is
'The k snapshots most like one among those before it and known at as_of, thinned; the core of api.similar_patterns.';
