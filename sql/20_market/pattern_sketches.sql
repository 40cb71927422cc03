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
'Takes away sketches of an instrument, by whatever basis, before they are made anew.';

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
    insert into market.pattern_sketch (basis_id, instrument_id, sketch, entries)
    select
        b.basis_id, k.instrument_id, w.sketch,
        public.pattern_sketch(k.block, k.entries, b.basis order by k.block)
    from unnest(sketch_snapshots.sketches) as w (sketch)
    cross join market.pattern_basis as b
    inner join market.snapshot_block as k
        on
            k.bar_interval = sketch_snapshots.bar_interval
            and k.instrument_id = sketch_snapshots.instrument_id
            and k.block between 4 * w.sketch and 4 * w.sketch + 3
    where
        b.basis_id = market.pattern_basis_id('features', sketch_snapshots.bar_interval)
    group by b.basis_id, k.instrument_id, w.sketch;
    get diagnostics made = row_count;
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
    delete from market.pattern_basis as b
    where
        b.source = 'features' and b.bar_interval = make_sketches.bar_interval
        and b.basis_id < market.pattern_basis_id('features', make_sketches.bar_interval)
        and not exists (select from market.pattern_sketch as s where s.basis_id = b.basis_id);
    return made;
end
$$;
comment on function market.make_sketches(text) is
'Makes a basis from the feature vectors that there are, and all sketches with it; how many. For answers it makes no difference; when instruments of another sort have come since the last time it may make them faster.';

-- Once there are 1500 blocks; whoever comes second does not wait for the first.
create or replace function market.begin_sketches(bar_interval text)
returns void
language plpgsql
security definer -- as sketch_snapshots
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    if 1500 > (
        select count(*)
        from (
            select from market.snapshot_block as b
            where b.bar_interval = begin_sketches.bar_interval
            limit 1500
        ) as b
    ) or not pg_try_advisory_xact_lock(hashtextextended(
        format('market.make_sketches %s', begin_sketches.bar_interval), 0
    )) then
        return;
    end if;
    if market.pattern_basis_id('features', begin_sketches.bar_interval) is null then
        perform market.make_sketches(begin_sketches.bar_interval);
    end if;
end
$$;
comment on function market.begin_sketches(text) is
'Makes the first sketches of an interval if there are enough blocks for them to matter.';
