-- By features and text: the cosine distances of both, weighed, over the rows
-- themselves, since no block holds both.

create or replace function memory._neighbours_by_both(
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
    sessions text [],
    text_weight double precision
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
    text_form record;
    -- Bars that are taken, as instrument * 2^32 + bar number.
    place bigint := asked.instrument_id::bigint * 4294967296 + asked.bar_number;
    taken int8multirange := int8multirange(int8range(place - horizon + 1, place + horizon));
begin
    select * into text_form
    from memory._text_embedding(asked.snapshot_id, _neighbours_by_both.as_of);
    rank := 0;
    for neighbour_id, instrument_id, place, ts, similarity in execute format(
        $query$
        select
            c.snapshot_id, c.instrument_id, c.instrument_id::bigint * 4294967296 + c.bar_number,
            c.ts, c.similarity
        from (
            select
                s.snapshot_id, s.instrument_id, s.bar_number, s.ts,
                1 - (
                    (1 - $11) * (s.features operator(public.<=>) $5)
                    + $11 * (s.embedding operator(public.<=>) $6)
                ) as similarity
            from (
                select s.*, 'infinity'::timestamptz as known_until, e.embedding
                from memory.%1$I as e
                inner join market.snapshot as s on s.snapshot_id = e.source_id
                where e.tenant_id = 0 and e.source = 'snapshot'
                union all
                -- What a correction has replaced since has the text that it had then.
                select v.*, e.embedding
                from memory.embedding_version as e
                inner join market.snapshot_version as v
                    on v.snapshot_id = e.snapshot_id and v.known_until = e.known_until
                where e.model_id = $1
            ) as s
            where
                s.bar_interval = $7 and s.known_at <= $4 and s.known_until > $4
                and s.ts >= $8 and s.ts < $9 and s.features is not null %2$s
            -- Each is compared once, not again to sort.
            offset 0
        ) as c
        where c.similarity >= $10
        order by c.similarity desc, c.snapshot_id
        $query$,
        text_form.table_name,
        concat_ws(
            ' and ', '',
            case when _neighbours_by_both.instrument_ids is not null then
                's.instrument_id = any($12)'
            end,
            _neighbours_by_both.row_filter
        )
    ) using
        text_form.model_id, regimes, sessions, _neighbours_by_both.as_of, asked.features,
        text_form.embedding, asked.bar_interval, _neighbours_by_both.after,
        _neighbours_by_both.before, _neighbours_by_both.min_similarity, text_weight,
        _neighbours_by_both.instrument_ids
    loop
        continue when place <@ taken;
        taken := taken + int8multirange(int8range(place - horizon + 1, place + horizon));
        rank := rank + 1;
        return next;
        exit when rank >= _neighbours_by_both.k;
    end loop;
end
$$;
comment on function memory._neighbours_by_both(
    market.snapshot_known, timestamptz, integer, integer, timestamptz, timestamptz,
    double precision, integer[], text, text[], text[], double precision
) is 'memory.neighbours by the feature vector and the embedding of the text, weighed.';
