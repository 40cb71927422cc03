-- Vectors of snapshots in blocks, as pattern search reads them. A block is made anew
-- from its snapshots whenever one of them changes, so it holds what they hold.
-- Example: select market.pack_snapshots(1, '1d', '{0,1}') -> 2

create or replace function market.pack_snapshots(
    instrument_id integer, bar_interval text, blocks integer []
)
returns integer
language plpgsql
security definer -- whoever writes snapshots does not write blocks
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    packed integer;
begin
    delete from market.snapshot_block as b
    where
        b.instrument_id = pack_snapshots.instrument_id
        and b.bar_interval = pack_snapshots.bar_interval
        and b.block = any(pack_snapshots.blocks);
    insert into market.snapshot_block (
        bar_interval, instrument_id, block, first_ts, last_ts, first_known_at, entries
    )
    select
        pack_snapshots.bar_interval, pack_snapshots.instrument_id, w.block, min(e.ts),
        max(e.ts), min(e.known_at),
        public.pattern_block(
            e.snapshot_id, e.bar_number, e.ts, e.known_at, e.known_until, e.features
            order by e.bar_number, e.snapshot_id, e.known_at
        )
    from unnest(pack_snapshots.blocks) as w (block)
    cross join lateral (
        select s.snapshot_id, s.bar_number, s.ts, s.known_at, s.known_until, s.features
        from market.snapshot_known as s
        where
            s.instrument_id = pack_snapshots.instrument_id
            and s.bar_interval = pack_snapshots.bar_interval
            and s.bar_number >= w.block * 100 and s.bar_number < (w.block + 1) * 100
            and s.features is not null
    ) as e
    group by w.block;
    get diagnostics packed = row_count;
    if market.pattern_basis_id('features', pack_snapshots.bar_interval) is null then
        perform market.begin_sketches(pack_snapshots.bar_interval);
    else
        perform market.sketch_snapshots(
            pack_snapshots.instrument_id, pack_snapshots.bar_interval,
            array(select distinct u.block / 4 from unnest(pack_snapshots.blocks) as u (block))
        );
    end if;
    return packed;
end
$$;
comment on function market.pack_snapshots(integer, text, integer[]) is
'Makes blocks of an instrument''s vectors anew from its snapshots; how many there are.';

create or replace function market.on_snapshots_packed()
returns trigger
language plpgsql
security definer -- as pack_snapshots
set search_path = pg_catalog, pg_temp
as $$
begin
    perform market.pack_snapshots(c.instrument_id, c.bar_interval, c.blocks)
    from (
        select
            s.instrument_id, s.bar_interval, array_agg(distinct s.bar_number / 100) as blocks
        from changed as s
        group by s.instrument_id, s.bar_interval
    ) as c;
    return null;
end
$$;
comment on function market.on_snapshots_packed() is
'Trigger function: packs the blocks of snapshots that came, changed or went.';

create or replace trigger _450_packed_inserted after insert on market.snapshot
referencing new table as changed
for each statement execute function market.on_snapshots_packed();
create or replace trigger _450_packed_updated after update on market.snapshot
referencing new table as changed
for each statement execute function market.on_snapshots_packed();
-- A snapshot that is counted anew leaves the block of its old number.
create or replace trigger _440_packed_moved after update on market.snapshot
referencing old table as changed
for each statement execute function market.on_snapshots_packed();
create or replace trigger _450_packed_deleted after delete on market.snapshot
referencing old table as changed
for each statement execute function market.on_snapshots_packed();
create or replace trigger _450_packed_inserted after insert on market.snapshot_version
referencing new table as changed
for each statement execute function market.on_snapshots_packed();
create or replace trigger _450_packed_deleted after delete on market.snapshot_version
referencing old table as changed
for each statement execute function market.on_snapshots_packed();

-- Databases from before there were blocks.
do $$
begin
    if not exists (select from market.snapshot_block) then
        perform market.pack_snapshots(s.instrument_id, s.bar_interval, array_agg(distinct s.bar_number / 100))
        from market.snapshot as s
        group by s.instrument_id, s.bar_interval;
    end if;
end
$$;

-- Databases from before there were sketches.
do $$
begin
    perform market.begin_sketches(b.bar_interval)
    from market.bar_interval as b
    where market.pattern_basis_id('features', b.bar_interval) is null;
end
$$;
