-- Candidates, the nearest first, that pass a condition on their rows, thinned: in
-- portions, until enough pass.
create or replace function memory._passing(
    candidates public.pattern_match [],
    asked market.snapshot_known,
    as_of timestamptz,
    k integer,
    horizon integer,
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
as $$
#variable_conflict use_column
declare
    portion constant integer := 500;
    -- Bars that are taken, as instrument * 2^32 + bar number.
    place bigint := asked.instrument_id::bigint * 4294967296 + asked.bar_number;
    taken int8multirange := int8multirange(int8range(place - horizon + 1, place + horizon));
    first integer := 1;
begin
    -- Without a condition the extension has thinned them.
    if _passing.row_filter is null then
        return query
        select m.place::integer, m.id, m.group_id, m.ts, m.similarity
        from unnest(candidates) with ordinality as m (
            id, group_id, number, ts, similarity, place
        )
        order by m.place;
        return;
    end if;
    rank := 0;
    while first <= coalesce(cardinality(candidates), 0) loop
        for neighbour_id, instrument_id, place, ts, similarity in execute format(
            $query$
            select
                m.id, m.group_id, m.group_id::bigint * 4294967296 + m.number, m.ts,
                m.similarity
            from unnest($1) with ordinality as m (
                id, group_id, number, ts, similarity, place
            )
            inner join market.snapshot_known as s on s.snapshot_id = m.id
            where s.known_at <= $4 and s.known_until > $4 and %s
            order by m.place
            $query$,
            row_filter
        ) using candidates[first:first + portion - 1], regimes, sessions, _passing.as_of
        loop
            continue when place <@ taken;
            taken := taken + int8multirange(int8range(place - horizon + 1, place + horizon));
            rank := rank + 1;
            return next;
            if rank >= k then
                return;
            end if;
        end loop;
        first := first + portion;
    end loop;
end
$$;
comment on function memory._passing(
    public.pattern_match[], market.snapshot_known, timestamptz, integer, integer, text,
    text[], text[]
) is 'Those of the nearest that pass a condition on their rows, if any; thinned.';
