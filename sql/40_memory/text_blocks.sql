-- Text embeddings of snapshots in blocks, as the search by text reads them: rounded to
-- eight bits an element (public.pattern_round), which moves a cosine by some ten
-- thousandths and makes it the same in any order and on every machine. A block is made
-- anew from its rows whenever one of them changes, so it holds what they hold.
-- Example: select memory.pack_texts(1, 7, '1d', '{0,1}') -> 2

-- Without a list of blocks all of these instruments; without instruments all.
create or replace function memory.text_entries(
    model_id integer, bar_interval text, instrument_ids integer [],
    blocks integer [] default null
)
returns table (
    instrument_id integer, block integer, first_ts timestamptz, last_ts timestamptz,
    first_known_at timestamptz, entries bytea
)
language plpgsql stable rows 10000
set search_path = pg_catalog, pg_temp
as $$
declare
    model memory.model;
    only_these constant text := concat_ws(
        ' and ', '',
        case when text_entries.instrument_ids is not null then
            's.instrument_id = any($3)'
        end,
        case when text_entries.blocks is not null then
            's.bar_number >= 16 * (select min(b) from unnest($4) as b) '
            'and s.bar_number < 16 * (select max(b) + 1 from unnest($4) as b) '
            'and s.bar_number / 16 = any($4)'
        end
    );
begin
    select m.* into strict model from memory.model as m
    where m.model_id = text_entries.model_id;
    return query execute format(
        $query$
        select
            e.instrument_id, e.bar_number / 16, min(e.ts), max(e.ts), min(e.known_at),
            public.pattern_block(
                e.snapshot_id, e.bar_number, e.ts, e.known_at, e.known_until,
                public.pattern_round(e.embedding)
                order by e.bar_number, e.snapshot_id, e.known_at
            )
        from (
            select
                s.instrument_id, s.snapshot_id, s.bar_number, s.ts, s.known_at,
                'infinity'::timestamptz as known_until, v.embedding
            from market.snapshot as s
            inner join memory.%1$I as v
                on v.tenant_id = 0 and v.source = 'snapshot' and v.source_id = s.snapshot_id
            where s.bar_interval = $2 %2$s
            union all
            -- What a correction has replaced since has the text that it had then.
            select
                s.instrument_id, s.snapshot_id, s.bar_number, s.ts, s.known_at,
                s.known_until, v.embedding
            from market.snapshot_version as s
            inner join memory.embedding_version as v
                on v.snapshot_id = s.snapshot_id and v.known_until = s.known_until
            where v.model_id = $1 and s.bar_interval = $2 %2$s
        ) as e
        group by e.instrument_id, e.bar_number / 16
        $query$,
        model.table_name, only_these
    ) using
        text_entries.model_id, text_entries.bar_interval, text_entries.instrument_ids,
        text_entries.blocks;
end
$$;
comment on function memory.text_entries(integer, text, integer[], integer[]) is
'The blocks of memory.text_block as they should be, made from embeddings and snapshots.';

create or replace function memory._has_tenant()
returns boolean
language sql stable parallel safe
return coalesce(current_setting('bellwether.tenant', true), '') not in ('', '-1');
comment on function memory._has_tenant() is
'Whether the session may read behind the wall of tenants at all.';

create or replace function memory.pack_texts(
    model_id integer, instrument_id integer, bar_interval text, blocks integer []
)
returns integer
language plpgsql
security definer -- whoever writes embeddings or snapshots does not write blocks
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    packed integer;
begin
    -- Two that store embeddings of one block see each other's only one after the other.
    perform pg_advisory_xact_lock(
        hashtextextended(format('memory.text_block %s', pack_texts.instrument_id), 0)
    );
    delete from memory.text_block as b
    where
        b.model_id = pack_texts.model_id and b.instrument_id = pack_texts.instrument_id
        and b.bar_interval = pack_texts.bar_interval and b.block = any(pack_texts.blocks);
    if not memory._has_tenant() then
        insert into memory.text_block (
            model_id, bar_interval, instrument_id, block, first_ts, last_ts,
            first_known_at
        )
        select distinct
            pack_texts.model_id, pack_texts.bar_interval, pack_texts.instrument_id,
            w.block, '-infinity'::timestamptz, 'infinity'::timestamptz,
            '-infinity'::timestamptz
        from unnest(pack_texts.blocks) as w (block);
        return 0;
    end if;
    insert into memory.text_block (
        model_id, bar_interval, instrument_id, block, first_ts, last_ts, first_known_at,
        entries
    )
    select
        pack_texts.model_id, pack_texts.bar_interval, e.instrument_id, e.block,
        e.first_ts, e.last_ts, e.first_known_at, e.entries
    from memory.text_entries(
        pack_texts.model_id, pack_texts.bar_interval, array[pack_texts.instrument_id],
        pack_texts.blocks
    ) as e;
    get diagnostics packed = row_count;
    if
        market.pattern_basis_id(
            format('text %s', pack_texts.model_id), pack_texts.bar_interval
        ) is null
    then
        perform memory.begin_text_sketches(pack_texts.model_id, pack_texts.bar_interval);
    else
        perform memory.sketch_texts(
            pack_texts.model_id, pack_texts.instrument_id, pack_texts.bar_interval,
            array(select distinct u.block / 12 from unnest(pack_texts.blocks) as u (block))
        );
    end if;
    return packed;
end
$$;
comment on function memory.pack_texts(integer, integer, text, integer[]) is
'Makes blocks of an instrument''s text embeddings anew; how many there are. Without a tenant it only notes that they are to be made.';

-- What was noted without a tenant.
create or replace function memory.pack_waiting_texts()
returns integer
language sql
security definer -- as pack_texts
set search_path = pg_catalog, pg_temp
as $$
    select coalesce(sum(memory.pack_texts(
        w.model_id, w.instrument_id, w.bar_interval, w.blocks
    )), 0)::integer
    from (
        select b.model_id, b.instrument_id, b.bar_interval, array_agg(b.block) as blocks
        from memory.text_block as b
        where b.entries is null and memory._has_tenant()
        group by b.model_id, b.instrument_id, b.bar_interval
        order by b.instrument_id
    ) as w
$$;
comment on function memory.pack_waiting_texts() is
'Makes the blocks that somebody without a tenant could not make; how many.';

-- Embeddings came, changed or went: the trigger of each model's table.
create or replace function memory.on_embeddings_packed()
returns trigger
language plpgsql
security definer -- as pack_texts
set search_path = pg_catalog, pg_temp
as $$
begin
    perform memory.pack_texts(m.model_id, c.instrument_id, c.bar_interval, c.blocks)
    from memory.model as m
    cross join (
        select
            s.instrument_id, s.bar_interval, array_agg(distinct s.bar_number / 16) as blocks
        from changed as e
        inner join market.snapshot as s on e.source_id = s.snapshot_id
        where e.tenant_id = 0 and e.source = 'snapshot'
        group by s.instrument_id, s.bar_interval
        order by s.instrument_id
    ) as c
    where m.table_name = tg_table_name;
    return null;
end
$$;
comment on function memory.on_embeddings_packed() is
'Trigger function: packs the blocks of snapshots whose text embedding came, changed or went.';

create or replace function memory.keep_texts_packed(table_name text)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    event text;
begin
    foreach event in array array['insert', 'update', 'delete'] loop
        execute format(
            'create or replace trigger _450_texts_packed_%1$s after %1$s on memory.%2$I '
            'referencing %3$s table as changed for each statement '
            'execute function memory.on_embeddings_packed()',
            event, keep_texts_packed.table_name,
            case event when 'delete' then 'old' else 'new' end
        );
    end loop;
end
$$;
comment on function memory.keep_texts_packed(text) is
'Puts the triggers that keep blocks of texts on a model''s table.';

create or replace function memory.on_embedding_versions_packed()
returns trigger
language plpgsql
security definer -- as pack_texts
set search_path = pg_catalog, pg_temp
as $$
begin
    perform memory.pack_texts(c.model_id, c.instrument_id, c.bar_interval, c.blocks)
    from (
        select
            e.model_id, s.instrument_id, s.bar_interval,
            array_agg(distinct s.bar_number / 16) as blocks
        from changed as e
        inner join market.snapshot_version as s
            on e.snapshot_id = s.snapshot_id and e.known_until = s.known_until
        group by e.model_id, s.instrument_id, s.bar_interval
        order by s.instrument_id
    ) as c;
    return null;
end
$$;
comment on function memory.on_embedding_versions_packed() is
'Trigger function: packs the blocks of what corrected snapshots said before.';
create or replace trigger _450_texts_packed_inserted
after insert on memory.embedding_version
referencing new table as changed
for each statement execute function memory.on_embedding_versions_packed();

-- A snapshot that changed or went, and one that is counted anew, which leaves the block
-- of its old number. One that came has no embedding yet.
create or replace function memory.on_snapshot_texts_packed()
returns trigger
language plpgsql
security definer -- as pack_texts
set search_path = pg_catalog, pg_temp
as $$
begin
    perform memory.pack_texts(c.model_id, c.instrument_id, c.bar_interval, c.blocks)
    from (
        select
            m.model_id, s.instrument_id, s.bar_interval,
            array_agg(distinct s.bar_number / 16) as blocks
        from changed as s
        cross join memory.model as m
        where exists (
            select from memory.text_block as b
            where
                b.model_id = m.model_id and b.bar_interval = s.bar_interval
                and b.instrument_id = s.instrument_id
        )
        group by m.model_id, s.instrument_id, s.bar_interval
        order by s.instrument_id
    ) as c;
    return null;
end
$$;
comment on function memory.on_snapshot_texts_packed() is
'Trigger function: packs the blocks of texts of snapshots that changed or went.';
create or replace trigger _460_texts_packed_updated after update on market.snapshot
referencing new table as changed
for each statement execute function memory.on_snapshot_texts_packed();
create or replace trigger _460_texts_packed_moved after update on market.snapshot
referencing old table as changed
for each statement execute function memory.on_snapshot_texts_packed();
create or replace trigger _460_texts_packed_deleted after delete on market.snapshot
referencing old table as changed
for each statement execute function memory.on_snapshot_texts_packed();
create or replace trigger _460_texts_packed_inserted
after insert on market.snapshot_version
referencing new table as changed
for each statement execute function memory.on_snapshot_texts_packed();
create or replace trigger _460_texts_packed_deleted
after delete on market.snapshot_version
referencing old table as changed
for each statement execute function memory.on_snapshot_texts_packed();

-- Models from before there were blocks: all of theirs are to be made.
do $$
declare
    model memory.model;
begin
    for model in select m.* from memory.model as m loop
        perform memory.keep_texts_packed(model.table_name);
        if not exists (
            select from memory.text_block as b where b.model_id = model.model_id
        ) then
            perform memory.pack_texts(
                model.model_id, s.instrument_id, s.bar_interval,
                array_agg(distinct s.bar_number / 16)
            )
            from memory.embedding_window as w
            inner join market.snapshot as s
                on w.bar_interval = s.bar_interval and s.ts >= w.from_ts and s.ts < w.to_ts
            where w.model_id = model.model_id
            group by s.instrument_id, s.bar_interval;
        end if;
    end loop;
end
$$;
