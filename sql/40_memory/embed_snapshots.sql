-- The job kind embed_snapshots: texts go out, vectors come back.

create or replace function memory.version_waits(version market.snapshot_version)
returns boolean
language sql stable
set search_path = pg_catalog, pg_temp
as $$
    select exists (
        select from memory.embedding_window as w
        where
            w.bar_interval = version.bar_interval
            and version.ts >= w.from_ts and version.ts < w.to_ts
            and not exists (
                select from memory.embedding_version as e
                where
                    e.model_id = w.model_id and e.snapshot_id = version.snapshot_id
                    and e.known_until = version.known_until
            )
    )
$$;
comment on function memory.version_waits(market.snapshot_version) is
'Whether what a snapshot said before a correction lies in a window and has no embedding.';

create or replace function memory.snapshot_texts(ids bigint [])
returns table (snapshot_id bigint, text_form text, content_hash bytea)
language sql stable rows 256
security definer -- callers need no rights on the table
set search_path = pg_catalog, pg_temp
as $$
    select s.snapshot_id, s.text_form, sha256(convert_to(s.text_form, 'UTF8'))
    from market.snapshot as s
    where s.snapshot_id = any(snapshot_texts.ids)
    union
    -- What was corrected before its text was embedded.
    select v.snapshot_id, v.text_form, sha256(convert_to(v.text_form, 'UTF8'))
    from market.snapshot_version as v
    where v.snapshot_id = any(snapshot_texts.ids) and memory.version_waits(v)
    order by 1, 2
$$;
comment on function memory.snapshot_texts(bigint[]) is
'The texts of snapshots and their SHA-256, and what corrected ones said before if it was never embedded; those that are gone are left out.';

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
    stored_versions integer := 0;
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
    if source = 'snapshot' and store_embeddings.tenant_id = 0 then
        insert into memory.embedding_version (
            model_id, snapshot_id, known_until, content_hash, embedding
        )
        select wanted.model_id, v.snapshot_id, v.known_until, given.hash, given.embedding
        from unnest(ids, hashes, embeddings) as given (id, hash, embedding)
        inner join market.snapshot_version as v on given.id = v.snapshot_id
        where sha256(convert_to(v.text_form, 'UTF8')) = given.hash
        on conflict do nothing;
        get diagnostics stored_versions = row_count;
        perform memory.pack_waiting_texts();
    end if;
    return stored + stored_versions;
end
$$;
comment on function memory.store_embeddings(text, text, integer, bigint[], bytea[], vector[]) is
'Stores one vector a text, in place of one of another text; the number that changed.';

-- A correction: what the snapshot said until now keeps the embedding that it had.
create or replace function memory.keep_embedding_versions()
returns trigger
language plpgsql
security definer -- whoever corrects bars has no rights on embeddings
set search_path = pg_catalog, pg_temp
as $$
declare
    model memory.model;
begin
    -- Embeddings are behind the wall of tenants; without a tenant they are made again
    -- from the text (memory.version_waits).
    if
        not exists (select from changed)
        or coalesce(current_setting('bellwether.tenant', true), '-1') in ('', '-1')
    then
        return null;
    end if;
    for model in select m.* from memory.model as m loop
        execute format(
            $query$
            insert into memory.embedding_version (
                model_id, snapshot_id, known_until, content_hash, embedding
            )
            select $1, c.snapshot_id, c.known_until, e.content_hash, e.embedding
            from changed as c
            inner join memory.%I as e
                on e.tenant_id = 0 and e.source = 'snapshot' and e.source_id = c.snapshot_id
            where e.content_hash = sha256(convert_to(c.text_form, 'UTF8'))
            on conflict do nothing
            $query$,
            model.table_name
        ) using model.model_id;
    end loop;
    return null;
end
$$;
comment on function memory.keep_embedding_versions() is
'Trigger function: keeps the embeddings of what corrected snapshots said before.';
create or replace trigger _400_embeddings_kept after insert on market.snapshot_version
referencing new table as changed
for each statement execute function memory.keep_embedding_versions();
