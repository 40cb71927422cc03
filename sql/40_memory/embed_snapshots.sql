-- The job kind embed_snapshots: texts go out, vectors come back.

create or replace function memory.snapshot_texts(ids bigint [])
returns table (snapshot_id bigint, text_form text, content_hash bytea)
language sql stable rows 256
security definer -- callers need no rights on the table
set search_path = pg_catalog, pg_temp
as $$
    select s.snapshot_id, s.text_form, sha256(convert_to(s.text_form, 'UTF8'))
    from market.snapshot as s
    where s.snapshot_id = any(snapshot_texts.ids)
    order by s.snapshot_id
$$;
comment on function memory.snapshot_texts(bigint[]) is
'The texts of snapshots and their SHA-256; those that are gone are left out.';

create or replace function memory.store_embeddings(
    model text,
    source text,
    tenant_id integer,
    ids bigint [],
    hashes bytea [],
    embeddings vector []
)
returns integer
language plpgsql
security definer -- callers do not write the tables; the wall (with check) still holds
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    wanted constant memory.model := memory.model_named(store_embeddings.model);
    stored integer;
begin
    if cardinality(ids) <> cardinality(hashes) or cardinality(ids) <> cardinality(embeddings) then
        perform ops.fail('BW323', format(
            '%s ids, %s hashes and %s embeddings', cardinality(ids), cardinality(hashes),
            cardinality(embeddings)
        ));
    end if;
    execute format(
        $query$
        insert into memory.%I as known (tenant_id, source, source_id, content_hash, embedding)
        select $1, $2, given.id, given.hash, given.embedding
        from unnest($3, $4, $5) as given (id, hash, embedding)
        -- A text that has changed meanwhile gets its vector from a later job.
        where
            $2 <> 'snapshot'
            or exists (
                select from market.snapshot as s
                where
                    s.snapshot_id = given.id
                    and sha256(convert_to(s.text_form, 'UTF8')) = given.hash
            )
        on conflict (tenant_id, source, source_id) do update
            set
                content_hash = excluded.content_hash,
                embedding = excluded.embedding,
                created_at = excluded.created_at
            where known.content_hash <> excluded.content_hash
        $query$,
        wanted.table_name
    ) using
        store_embeddings.tenant_id, store_embeddings.source, store_embeddings.ids,
        store_embeddings.hashes, store_embeddings.embeddings;
    get diagnostics stored = row_count;
    return stored;
end
$$;
comment on function memory.store_embeddings(text, text, integer, bigint[], bytea[], vector[]) is
'Stores one vector a text, in place of one of another text; the number that changed.';
