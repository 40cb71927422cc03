-- Which table and vector to compare the text of a snapshot with.
create or replace function memory._text_embedding(
    snapshot_id bigint, as_of timestamptz, out model_id integer, out table_name text,
    out embedding vector
)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
    model memory.model;
begin
    for model in select m.* from memory.model as m order by m.model_id loop
        -- What a correction has replaced since has the embedding that it had then.
        select e.embedding into embedding
        from market.snapshot_version as v
        inner join memory.embedding_version as e
            on v.snapshot_id = e.snapshot_id and v.known_until = e.known_until
        where
            e.model_id = model.model_id and v.snapshot_id = _text_embedding.snapshot_id
            and v.known_at <= _text_embedding.as_of
            and v.known_until > _text_embedding.as_of;
        if not found then
            execute format(
                'select e.embedding from memory.%I as e '
                'inner join market.snapshot as s on s.snapshot_id = e.source_id '
                'where e.tenant_id = 0 and e.source = ''snapshot'' and e.source_id = $1 '
                'and s.known_at <= $2',
                model.table_name
            ) into embedding using _text_embedding.snapshot_id, _text_embedding.as_of;
        end if;
        if embedding is not null then
            model_id := model.model_id;
            table_name := model.table_name;
            return;
        end if;
    end loop;
    perform ops.fail('BW320', format('snapshot %s has no text embedding', snapshot_id));
end
$$;
comment on function memory._text_embedding(bigint, timestamptz) is
'The text embedding of a snapshot as it was known at a moment by the first model that has one, or BW320.';
