-- A window to embed, set or widened -> jobs for the snapshots that it newly covers.

create or replace function memory.on_embedding_window_set()
returns trigger
language plpgsql
security definer -- whoever sets windows has no rights on the queue
set search_path = pg_catalog, pg_temp
as $$
begin
    perform memory.enqueue_embedding(m.name, array_agg(s.snapshot_id))
    from memory.model as m
    inner join market.snapshot as s
        on s.bar_interval = new.bar_interval and s.ts >= new.from_ts
        and s.ts < new.to_ts
    where
        m.model_id = new.model_id
        and (
            tg_op = 'INSERT' or old.model_id <> new.model_id
            or old.bar_interval <> new.bar_interval
            or s.ts < old.from_ts or s.ts >= old.to_ts
        )
    group by m.name;
    return null;
end
$$;
comment on function memory.on_embedding_window_set() is
'Trigger function: enqueues the embedding of snapshots that a window newly covers.';

create or replace trigger _500_embedding_window_set after insert
or update on memory.embedding_window
for each row execute function memory.on_embedding_window_set();
