-- Which blocks may hold a neighbour, from their sketches, and how alike each can be.
-- Example: memory._likely_blocks('features', '1d', features, as_of, before, after, 0.7,
--   null)
--   -> ({7,3,...}, {18,20,...}, {0.71,0.93,...}): the likeliest last

create or replace function memory._likely_blocks(
    source text,
    bar_interval text,
    wanted vector,
    as_of timestamptz,
    before timestamptz,
    after timestamptz,
    min_similarity double precision,
    instrument_ids integer []
)
returns public.pattern_candidates
language plpgsql stable
set search_path = pg_catalog, pg_temp
-- As memory._neighbours_by_features.
set enable_seqscan = off
set effective_io_concurrency = 0
as $$
#variable_conflict use_column
declare
    likely public.pattern_candidates;
begin
    -- Sketches by an older basis may be there while others make new ones.
    select (c.candidates).* into likely
    from (
        select public.pattern_candidates(
            s.entries, s.instrument_id, s.basis_id, b.basis, _likely_blocks.wanted,
            _likely_blocks.as_of, _likely_blocks.before, _likely_blocks.after,
            _likely_blocks.min_similarity
        ) as candidates
        from market.pattern_basis as b
        inner join market.pattern_sketch as s on b.basis_id = s.basis_id
        where
            b.source = _likely_blocks.source and b.bar_interval = _likely_blocks.bar_interval
            and (
                _likely_blocks.instrument_ids is null
                or s.instrument_id = any(_likely_blocks.instrument_ids)
            )
        offset 0
    ) as c;
    return likely;
end
$$;
comment on function memory._likely_blocks(
    text, text, vector, timestamptz, timestamptz, timestamptz, double precision, integer[]
) is
'Blocks that may hold something as alike as min_similarity, with how alike at most; without sketches null.';

-- So many of the likeliest blocks are compared first: what they hold says which of the
-- others need not be. Then so many, if they are still likely.
create or replace function memory._first_blocks(k integer)
returns integer []
language sql immutable parallel safe
return array[k + 30, 3 * k + 30];
comment on function memory._first_blocks(integer) is
'How many blocks are compared first, and then, when k neighbours are sought.';
