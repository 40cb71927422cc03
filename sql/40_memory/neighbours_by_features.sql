-- By features: every block that may hold a candidate is scanned by the extension, which
-- also thins.
create or replace function memory._neighbours_by_features(
    asked market.snapshot_known,
    as_of timestamptz,
    k integer,
    horizon integer,
    after timestamptz,
    before timestamptz,
    min_similarity double precision,
    instrument_ids integer [],
    row_filter text,
    regimes text [],
    sessions text []
)
returns table (
    rank integer, neighbour_id bigint, instrument_id integer, ts timestamptz,
    similarity double precision
)
language plpgsql stable rows 50
set search_path = pg_catalog, pg_temp
-- A sequential scan of a table larger than a quarter of shared_buffers goes through a
-- ring of 32 pages: each question would copy a million snapshots from the kernel anew.
set enable_seqscan = off
-- The blocks are in memory: to announce each page costs as much as to find it.
set effective_io_concurrency = 0
as $$
#variable_conflict use_column
declare
    found_all public.pattern_match[];
    likely public.pattern_candidates;
    least double precision;
    first_count integer;
    first_block integer;
begin
    if asked.features is null then
        return;
    end if;
    -- What the likeliest blocks hold says how alike a neighbour is at least: blocks that
    -- cannot hold such a one are left alone.
    if row_filter is null then
        likely := memory._likely_blocks(
            'features', asked.bar_interval, asked.features, _neighbours_by_features.as_of, _neighbours_by_features.before,
            _neighbours_by_features.after, _neighbours_by_features.min_similarity, _neighbours_by_features.instrument_ids
        );
    end if;
    if likely.blocks is not null then
        least := _neighbours_by_features.min_similarity;
        foreach first_count in array memory._first_blocks(k) loop
            first_block := cardinality(likely.blocks) - first_count + 1;
            exit when first_block < first_count or likely.bounds[first_block] < least;
            select public.pattern_floor(
                b.entries, b.instrument_id, asked.features, _neighbours_by_features.as_of,
                _neighbours_by_features.before, _neighbours_by_features.after, least, k, horizon,
                asked.instrument_id, asked.bar_number
            ) into least
            from unnest(likely.group_ids[first_block:], likely.blocks[first_block:]) as w (
                instrument_id, block
            )
            inner join market.snapshot_block as b
                on
                    b.bar_interval = asked.bar_interval and w.instrument_id = b.instrument_id
                    and w.block = b.block;
        end loop;
        first_block := width_bucket(least, likely.bounds) + 1;
        select public.pattern_nearest(
            b.entries, b.instrument_id, asked.features, _neighbours_by_features.as_of, _neighbours_by_features.before,
            _neighbours_by_features.after, least, k, horizon, asked.instrument_id, asked.bar_number
        ) into found_all
        from (
            select b.instrument_id, b.entries
            from unnest(likely.group_ids[first_block:], likely.blocks[first_block:]) as w (
                instrument_id, block
            )
            inner join market.snapshot_block as b
                on
                    b.bar_interval = asked.bar_interval and w.instrument_id = b.instrument_id
                    and w.block = b.block
            union all
            select b.instrument_id, b.entries
            from market.snapshot_block as b
            where
                b.bar_interval = asked.bar_interval and not b.sketched
                and (
                    _neighbours_by_features.instrument_ids is null
                    or b.instrument_id = any(_neighbours_by_features.instrument_ids)
                )
        ) as b;
    -- Two statements, because one would have one plan for both.
    elsif _neighbours_by_features.instrument_ids is null then
        select public.pattern_nearest(
            b.entries, b.instrument_id, asked.features, _neighbours_by_features.as_of,
            _neighbours_by_features.before, _neighbours_by_features.after,
            _neighbours_by_features.min_similarity,
            case when row_filter is null then k else 2147483647 end,
            case when row_filter is null then horizon else 0 end,
            asked.instrument_id, asked.bar_number
        ) into found_all
        from market.snapshot_block as b
        where
            b.bar_interval = asked.bar_interval
            and b.first_ts < _neighbours_by_features.before
            and b.last_ts >= _neighbours_by_features.after
            and b.first_known_at <= _neighbours_by_features.as_of;
    else
        select public.pattern_nearest(
            b.entries, b.instrument_id, asked.features, _neighbours_by_features.as_of,
            _neighbours_by_features.before, _neighbours_by_features.after,
            _neighbours_by_features.min_similarity,
            case when row_filter is null then k else 2147483647 end,
            case when row_filter is null then horizon else 0 end,
            asked.instrument_id, asked.bar_number
        ) into found_all
        from market.snapshot_block as b
        where
            b.bar_interval = asked.bar_interval
            and b.instrument_id = any(_neighbours_by_features.instrument_ids)
            and b.first_ts < _neighbours_by_features.before
            and b.last_ts >= _neighbours_by_features.after
            and b.first_known_at <= _neighbours_by_features.as_of;
    end if;
    return query
    select p.* from memory._passing(
        found_all, asked, _neighbours_by_features.as_of, _neighbours_by_features.k,
        _neighbours_by_features.horizon, _neighbours_by_features.row_filter,
        _neighbours_by_features.regimes, _neighbours_by_features.sessions
    ) as p;
end
$$;
comment on function memory._neighbours_by_features(
    market.snapshot_known, timestamptz, integer, integer, timestamptz, timestamptz,
    double precision, integer[], text, text[], text[]
) is 'memory.neighbours by the feature vector alone.';
