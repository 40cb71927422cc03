-- Sketches of blocks of feature vectors, four blocks a sketch. They are made once there
-- are so many blocks that reading all takes longer than the rest of a question; a block
-- that comes later is sketched with it. What a question answers does not depend on it.
-- Example: select market.make_sketches('1d') -> 2723

-- The newest basis of a source, or null.
create or replace function market.pattern_basis_id(source text, bar_interval text)
returns integer
language sql stable
return (
    select max(b.basis_id) from market.pattern_basis as b
    where
        b.source = pattern_basis_id.source
        and b.bar_interval = pattern_basis_id.bar_interval
);
comment on function market.pattern_basis_id(text, text) is
'The basis that sketches of a source are made with, or null: none are made yet.';

-- What sketches of any source have in common, first: how they are written, by which
-- bases, and when the first are made. What is a source's own is where its blocks are.

-- Whoever changes sketches of an instrument does it alone: one tells of blocks that
-- others may change at the same time.
create or replace function market.drop_sketches(
    source text, bar_interval text, instrument_id integer, sketches integer []
)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    perform pg_advisory_xact_lock(hashtextextended(
        format('market.pattern_sketch %s %s', drop_sketches.source, drop_sketches.instrument_id),
        0
    ));
    delete from market.pattern_sketch as s
    using market.pattern_basis as b
    where
        s.basis_id = b.basis_id and b.source = drop_sketches.source
        and b.bar_interval = drop_sketches.bar_interval
        and s.instrument_id = drop_sketches.instrument_id
        and s.sketch = any(drop_sketches.sketches);
end
$$;
comment on function market.drop_sketches(text, text, integer, integer[]) is
'Takes away sketches of an instrument, by whatever basis, before the blocks are read that they are made anew from.';

create or replace function market.write_sketches(
    source text, bar_interval text, instrument_id integer, blocks_a_sketch integer,
    blocks integer [], entries bytea []
)
returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    made integer;
begin
    insert into market.pattern_sketch (basis_id, instrument_id, sketch, entries)
    select
        b.basis_id, write_sketches.instrument_id, k.block / blocks_a_sketch,
        public.pattern_sketch(k.block, k.entries, b.basis order by k.block)
    from unnest(blocks, write_sketches.entries) as k (block, entries)
    cross join market.pattern_basis as b
    where
        b.basis_id = market.pattern_basis_id(
            write_sketches.source, write_sketches.bar_interval
        )
    group by b.basis_id, k.block / blocks_a_sketch;
    get diagnostics made = row_count;
    return made;
end
$$;
comment on function market.write_sketches(
    text, text, integer, integer, integer [], bytea []
) is
'Makes sketches of these blocks of an instrument, if there is a basis; how many there are.';

create or replace function market.forget_bases(source text, bar_interval text)
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    delete from market.pattern_basis as b
    where
        b.source = forget_bases.source and b.bar_interval = forget_bases.bar_interval
        and b.basis_id < market.pattern_basis_id(
            forget_bases.source, forget_bases.bar_interval
        )
        and not exists (select from market.pattern_sketch as s where s.basis_id = b.basis_id)
$$;
comment on function market.forget_bases(text, text) is
'Takes away the bases of a source that a newer one has replaced in all sketches.';

-- Whoever comes second does not wait for the first.
create or replace function market.first_sketches_due(
    source text, bar_interval text, blocks bigint
)
returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    return blocks >= market.blocks_worth_sketching()
        and pg_try_advisory_xact_lock(hashtextextended(
            format('market.make_sketches %s %s', source, bar_interval), 0
        ))
        and market.pattern_basis_id(source, bar_interval) is null;
end
$$;
comment on function market.first_sketches_due(text, text, bigint) is
'Whether so many blocks of a source are to be sketched now for the first time, and nobody else is at it.';

create or replace function market.blocks_worth_sketching()
returns integer
language sql immutable parallel safe
return 1500;
comment on function market.blocks_worth_sketching() is
'With fewer blocks all are read sooner than their sketches.';

-- Feature vectors.
create or replace function market.sketch_snapshots(
    instrument_id integer, bar_interval text, sketches integer []
)
returns integer
language plpgsql
security definer -- whoever writes snapshots does not write sketches
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    made integer;
begin
    perform market.drop_sketches(
        'features', sketch_snapshots.bar_interval, sketch_snapshots.instrument_id,
        sketch_snapshots.sketches
    );
    select market.write_sketches(
        'features', sketch_snapshots.bar_interval, sketch_snapshots.instrument_id, 4,
        array_agg(k.block), array_agg(k.entries)
    ) into made
    from market.snapshot_block as k
    where
        k.bar_interval = sketch_snapshots.bar_interval
        and k.instrument_id = sketch_snapshots.instrument_id
        and k.block = any(array(
            select 4 * w.sketch + n
            from unnest(sketch_snapshots.sketches) as w (sketch)
            cross join generate_series(0, 3) as n
        ));
    if made > 0 then
        update market.snapshot_block as k set sketched = true
        where
            k.bar_interval = sketch_snapshots.bar_interval
            and k.instrument_id = sketch_snapshots.instrument_id
            and k.block / 4 = any(sketch_snapshots.sketches)
            and not k.sketched;
    end if;
    return made;
end
$$;
comment on function market.sketch_snapshots(integer, text, integer[]) is
'Makes sketches of an instrument''s blocks anew, if there is a basis; how many there are.';

-- As many vectors as a basis is made from, as evenly from all blocks as may be.
create or replace function market.make_sketches(bar_interval text default '1d')
returns integer
language plpgsql
security definer -- as sketch_snapshots
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    blocks constant integer := (
        select count(*) from market.snapshot_block as b
        where b.bar_interval = make_sketches.bar_interval
    );
    stride constant integer := 1 + blocks / 8192;
    each_block constant integer := greatest(1, 8192 / greatest(1, blocks));
    made integer;
begin
    insert into market.pattern_basis (source, bar_interval, basis)
    select 'features', make_sketches.bar_interval, f.basis
    from (
        select public.pattern_basis(s.features, 16) as basis
        from market.snapshot_block as b
        cross join generate_series(1, each_block) as n
        inner join market.snapshot as s
            on
                b.instrument_id = s.instrument_id and b.bar_interval = s.bar_interval
                and s.bar_number = b.block * 100 + (37 * b.instrument_id + 100 * n / each_block) % 100
        where
            b.bar_interval = make_sketches.bar_interval
            and (b.instrument_id + b.block) % stride = 0
    ) as f
    where f.basis is not null;
    select coalesce(sum(market.sketch_snapshots(
        k.instrument_id, make_sketches.bar_interval, k.sketches
    )), 0) into made
    from (
        select b.instrument_id, array_agg(distinct b.block / 4) as sketches
        from market.snapshot_block as b
        where b.bar_interval = make_sketches.bar_interval
        group by b.instrument_id
        order by b.instrument_id
    ) as k;
    perform market.forget_bases('features', make_sketches.bar_interval);
    return made;
end
$$;
comment on function market.make_sketches(text) is
'Makes a basis from the feature vectors that there are, and all sketches with it; how many. For answers it makes no difference; when instruments of another sort have come since the last time it may make them faster.';

create or replace function market.begin_sketches(bar_interval text)
returns void
language plpgsql
security definer -- as sketch_snapshots
set search_path = pg_catalog, pg_temp
as $$
begin
    if market.first_sketches_due('features', bar_interval, (
        select count(*)
        from (
            select from market.snapshot_block as b
            where b.bar_interval = begin_sketches.bar_interval
            limit market.blocks_worth_sketching()
        ) as b
    )) then
        perform market.make_sketches(bar_interval);
    end if;
end
$$;
comment on function market.begin_sketches(text) is
'Makes the first sketches of an interval if there are enough blocks for them to matter.';
