-- New snapshots, or ones whose text has changed, inside a window that is to be embedded
-- -> embed_snapshots jobs of at most 256. The dedup key is the digest of the ids: the
-- same snapshots are one job, however often they are announced.

create or replace function memory.enqueue_embedding(model text, snapshot_ids bigint[])
returns integer
language plpgsql
security definer -- whoever writes snapshots has no rights on the queue
set search_path = pg_catalog, pg_temp
as $$
declare
    enqueued integer;
begin
    select sum(done.jobs) into enqueued
    from (
        select
            array_agg(chunk.payload) as payloads, array_agg(0) as tenant_ids,
            array_agg(md5(chunk.payload::text)) as dedup_keys
        from (
            select jsonb_build_object(
                'model', enqueue_embedding.model,
                'snapshot_ids', jsonb_agg(
                    numbered.snapshot_id order by numbered.snapshot_id
                )
            ) as payload
            from (
                select given.snapshot_id, (
                    row_number() over (order by given.snapshot_id) - 1
                ) / 256 as chunk
                from (
                    select distinct s.snapshot_id
                    from unnest(enqueue_embedding.snapshot_ids) as s (snapshot_id)
                ) as given
            ) as numbered
            group by numbered.chunk
        ) as chunk
        having count(*) > 0
    ) as wanted
    cross join lateral work.enqueue_many(
        'embed_snapshots', wanted.payloads, wanted.tenant_ids,
        dedup_keys => wanted.dedup_keys
    ) as done (jobs);
    return coalesce(enqueued, 0);
end
$$;
comment on function memory.enqueue_embedding(text, bigint[]) is
'Enqueues embedding of these snapshots in chunks of 256; returns how many jobs.';
revoke all on function memory.enqueue_embedding(text, bigint[]) from public;

create or replace function market.on_snapshots_inserted()
returns trigger
language plpgsql
security definer -- whoever writes snapshots has no rights on the queue
set search_path = pg_catalog, pg_temp
as $$
begin
    perform memory.enqueue_embedding(m.name, array_agg(s.snapshot_id))
    from changed as s
    inner join memory.embedding_window as w
        on s.bar_interval = w.bar_interval and s.ts >= w.from_ts and s.ts < w.to_ts
    inner join memory.model as m on w.model_id = m.model_id
    group by m.name;
    return null;
end
$$;
comment on function market.on_snapshots_inserted() is
'Trigger function: enqueues the embedding of new snapshots.';

create or replace function market.on_snapshots_updated()
returns trigger
language plpgsql
security definer -- whoever writes snapshots has no rights on the queue
set search_path = pg_catalog, pg_temp
as $$
begin
    perform memory.enqueue_embedding(m.name, array_agg(s.snapshot_id))
    from changed as s
    inner join before as b on s.snapshot_id = b.snapshot_id
    and (
        s.text_form <> b.text_form
        or exists (
            select from market.snapshot_version as v
            where v.snapshot_id = s.snapshot_id and memory.version_waits(v)
        )
    )
    inner join memory.embedding_window as w
        on s.bar_interval = w.bar_interval and s.ts >= w.from_ts and s.ts < w.to_ts
    inner join memory.model as m on w.model_id = m.model_id
    group by m.name;
    return null;
end
$$;
comment on function market.on_snapshots_updated() is
'Trigger function: enqueues the embedding of snapshots whose text has changed, or that said something else before which has none.';

create or replace trigger _500_snapshots_inserted after insert on market.snapshot
referencing new table as changed
for each statement execute function market.on_snapshots_inserted();
create or replace trigger _500_snapshots_updated after update on market.snapshot
referencing old table as before new table as changed
for each statement execute function market.on_snapshots_updated();
