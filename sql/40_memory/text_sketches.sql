-- Sketches of blocks of text embeddings, twelve blocks a sketch: as those of features.
-- Example: select memory.make_text_sketches(1, '1d') -> 352

create or replace function memory.sketch_texts(
    model_id integer, instrument_id integer, bar_interval text, sketches integer []
)
returns integer
language plpgsql
security definer -- whoever writes embeddings does not write sketches
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    of_texts constant text := format('text %s', sketch_texts.model_id);
    made integer;
begin
    perform market.drop_sketches(
        of_texts, sketch_texts.bar_interval, sketch_texts.instrument_id, sketch_texts.sketches
    );
    select market.write_sketches(
        of_texts, sketch_texts.bar_interval, sketch_texts.instrument_id, 12,
        array_agg(k.block), array_agg(k.entries)
    ) into made
    from memory.text_block as k
    where
        k.model_id = sketch_texts.model_id
        and k.bar_interval = sketch_texts.bar_interval
        and k.instrument_id = sketch_texts.instrument_id
        and k.block = any(array(
            select 12 * w.sketch + n
            from unnest(sketch_texts.sketches) as w (sketch)
            cross join generate_series(0, 11) as n
        ))
        and k.entries is not null;
    if made > 0 then
        update memory.text_block as k set sketched = true
        where
            k.model_id = sketch_texts.model_id
            and k.bar_interval = sketch_texts.bar_interval
            and k.instrument_id = sketch_texts.instrument_id
            and k.block / 12 = any(sketch_texts.sketches)
            and k.entries is not null and not k.sketched;
    end if;
    return made;
end
$$;
comment on function memory.sketch_texts(integer, integer, text, integer[]) is
'Makes sketches of an instrument''s blocks of text embeddings anew, if there is a basis; how many there are.';

create or replace function memory.make_text_sketches(
    model_id integer, bar_interval text default '1d'
)
returns integer
language plpgsql
security definer -- as sketch_texts
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    of_texts constant text := format('text %s', make_text_sketches.model_id);
    blocks constant integer := (
        select count(*) from memory.text_block as b
        where
            b.model_id = make_text_sketches.model_id
            and b.bar_interval = make_text_sketches.bar_interval
    );
    model memory.model;
    made integer;
begin
    select m.* into strict model from memory.model as m
    where m.model_id = make_text_sketches.model_id;
    execute format(
        $query$
        insert into market.pattern_basis (source, bar_interval, basis)
        select $1, $2, f.basis
        from (
            select public.pattern_basis(v.embedding, 32) as basis
            from memory.text_block as b
            cross join generate_series(1, $4) as n
            inner join market.snapshot as s
                on
                    b.instrument_id = s.instrument_id and b.bar_interval = s.bar_interval
                    and s.bar_number
                    = b.block * 16 + (7 * b.instrument_id + 16 * n / $4) %% 16
            inner join memory.%I as v
                on v.tenant_id = 0 and v.source = 'snapshot' and v.source_id = s.snapshot_id
            where
                b.model_id = $3 and b.bar_interval = $2
                and (b.instrument_id + b.block) %% $5 = 0
        ) as f
        where f.basis is not null
        $query$,
        model.table_name
    ) using
        of_texts, make_text_sketches.bar_interval, model.model_id,
        greatest(1, 8192 / greatest(1, blocks)), 1 + blocks / 8192;
    select coalesce(sum(memory.sketch_texts(
        model.model_id, k.instrument_id, make_text_sketches.bar_interval, k.sketches
    )), 0) into made
    from (
        select b.instrument_id, array_agg(distinct b.block / 12) as sketches
        from memory.text_block as b
        where
            b.model_id = model.model_id and b.bar_interval = make_text_sketches.bar_interval
        group by b.instrument_id
        order by b.instrument_id
    ) as k;
    perform market.forget_bases(of_texts, make_text_sketches.bar_interval);
    return made;
end
$$;
comment on function memory.make_text_sketches(integer, text) is
'Makes a basis from the embeddings of a model that there are, and all sketches with it; how many. Without a tenant there are none to be read.';

create or replace function memory.begin_text_sketches(
    model_id integer, bar_interval text
)
returns void
language plpgsql
security definer -- as sketch_texts
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    of_texts constant text := format('text %s', begin_text_sketches.model_id);
begin
    if
        memory._has_tenant()
        and market.first_sketches_due(of_texts, begin_text_sketches.bar_interval, (
            select count(*)
            from (
                select from memory.text_block as b
                where
                    b.model_id = begin_text_sketches.model_id
                    and b.bar_interval = begin_text_sketches.bar_interval
                    and b.entries is not null
                limit market.blocks_worth_sketching()
            ) as b
        ))
    then
        perform memory.make_text_sketches(
            begin_text_sketches.model_id, begin_text_sketches.bar_interval
        );
    end if;
end
$$;
comment on function memory.begin_text_sketches(integer, text) is
'Makes the first sketches of a model''s embeddings if there are enough blocks for them to matter.';
