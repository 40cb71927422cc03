-- By text: as by features, with the blocks of text embeddings. Where some could not be
-- made yet, all are made from their rows for this question: the answer is the same.
create or replace function memory._neighbours_by_text(
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
-- As memory._neighbours_by_features.
set enable_seqscan = off
set effective_io_concurrency = 0
as $$
#variable_conflict use_column
declare
    found_all public.pattern_match[];
    wanted public.vector;
    model integer;
    likely public.pattern_candidates;
    least double precision;
    first_count integer;
    first_block integer;
begin
    select t.model_id, public.pattern_round(t.embedding) into model, wanted
    from memory._text_embedding(asked.snapshot_id, _neighbours_by_text.as_of) as t;
    -- What the likeliest blocks hold says how alike a neighbour is at least: blocks that
    -- cannot hold such a one are left alone.
    if row_filter is null then
        likely := memory._likely_blocks(
            format('text %s', model), asked.bar_interval, wanted, _neighbours_by_text.as_of, _neighbours_by_text.before,
            _neighbours_by_text.after, _neighbours_by_text.min_similarity, _neighbours_by_text.instrument_ids
        );
    end if;
    if exists (
        select from memory.text_block as b
        where
            b.model_id = model and b.bar_interval = asked.bar_interval
            and b.entries is null
    ) then
        select public.pattern_nearest(
            b.entries, b.instrument_id, wanted, _neighbours_by_text.as_of,
            _neighbours_by_text.before, _neighbours_by_text.after,
            _neighbours_by_text.min_similarity,
            case when row_filter is null then k else 2147483647 end,
            case when row_filter is null then horizon else 0 end,
            asked.instrument_id, asked.bar_number
        ) into found_all
        from memory.text_entries(
            model, asked.bar_interval, _neighbours_by_text.instrument_ids
        ) as b;
    elsif likely.blocks is not null then
        least := _neighbours_by_text.min_similarity;
        foreach first_count in array memory._first_blocks(k) loop
            first_block := cardinality(likely.blocks) - first_count + 1;
            exit when first_block < first_count or likely.bounds[first_block] < least;
            select public.pattern_floor(
                b.entries, b.instrument_id, wanted, _neighbours_by_text.as_of,
                _neighbours_by_text.before, _neighbours_by_text.after, least, k, horizon,
                asked.instrument_id, asked.bar_number
            ) into least
            from unnest(likely.group_ids[first_block:], likely.blocks[first_block:]) as w (
                instrument_id, block
            )
            inner join memory.text_block as b
                on
                    b.model_id = model and b.bar_interval = asked.bar_interval
                    and w.instrument_id = b.instrument_id and w.block = b.block;
        end loop;
        first_block := width_bucket(least, likely.bounds) + 1;
        select public.pattern_nearest(
            b.entries, b.instrument_id, wanted, _neighbours_by_text.as_of, _neighbours_by_text.before,
            _neighbours_by_text.after, least, k, horizon, asked.instrument_id, asked.bar_number
        ) into found_all
        from (
            select b.instrument_id, b.entries
            from unnest(likely.group_ids[first_block:], likely.blocks[first_block:]) as w (
                instrument_id, block
            )
            inner join memory.text_block as b
                on
                    b.model_id = model and b.bar_interval = asked.bar_interval
                    and w.instrument_id = b.instrument_id and w.block = b.block
            union all
            select b.instrument_id, b.entries
            from memory.text_block as b
            where
                b.model_id = model and b.bar_interval = asked.bar_interval and not b.sketched
                and (
                    _neighbours_by_text.instrument_ids is null
                    or b.instrument_id = any(_neighbours_by_text.instrument_ids)
                )
        ) as b;
    else
        select public.pattern_nearest(
            b.entries, b.instrument_id, wanted, _neighbours_by_text.as_of,
            _neighbours_by_text.before, _neighbours_by_text.after,
            _neighbours_by_text.min_similarity,
            case when row_filter is null then k else 2147483647 end,
            case when row_filter is null then horizon else 0 end,
            asked.instrument_id, asked.bar_number
        ) into found_all
        from memory.text_block as b
        where
            b.model_id = model and b.bar_interval = asked.bar_interval
            and (
                _neighbours_by_text.instrument_ids is null
                or b.instrument_id = any(_neighbours_by_text.instrument_ids)
            )
            and b.first_ts < _neighbours_by_text.before
            and b.last_ts >= _neighbours_by_text.after
            and b.first_known_at <= _neighbours_by_text.as_of;
    end if;
    return query
    select p.* from memory._passing(
        found_all, asked, _neighbours_by_text.as_of, _neighbours_by_text.k,
        _neighbours_by_text.horizon, _neighbours_by_text.row_filter,
        _neighbours_by_text.regimes, _neighbours_by_text.sessions
    ) as p;
end
$$;
comment on function memory._neighbours_by_text(
    market.snapshot_known, timestamptz, integer, integer, timestamptz, timestamptz,
    double precision, integer[], text, text[], text[]
) is 'memory.neighbours by the embedding of the text alone, rounded to eight bits an element.';
