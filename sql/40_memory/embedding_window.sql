-- Which snapshots get a text embedding, and which of them still wait for it.
-- Example: select memory.set_embedding_window(
--     'all-MiniLM-L6-v2', '1d', '2017-11-01', '2019-01-01'
-- )

create or replace function memory.set_embedding_window(
    model text, bar_interval text, from_ts timestamptz, to_ts timestamptz
)
returns void
language plpgsql
security definer -- callers do not write the table
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    if not exists (
        select from market.bar_interval as b
        where b.bar_interval = set_embedding_window.bar_interval
    ) then
        perform ops.fail('BW318', format(
            'there is no bar interval %s',
            coalesce(quote_literal(set_embedding_window.bar_interval), 'null')
        ));
    end if;
    if (set_embedding_window.from_ts < set_embedding_window.to_ts) is not true then
        perform ops.fail('BW324', 'an embedding window must end after it starts');
    end if;
    insert into memory.embedding_window as w (model_id, bar_interval, from_ts, to_ts)
    select
        (memory.model_named(set_embedding_window.model)).model_id,
        set_embedding_window.bar_interval, set_embedding_window.from_ts,
        set_embedding_window.to_ts
    on conflict (model_id, bar_interval) do update
        set from_ts = excluded.from_ts, to_ts = excluded.to_ts
        where (w.from_ts, w.to_ts) is distinct from (excluded.from_ts, excluded.to_ts);
end
$$;
comment on function memory.set_embedding_window(text, text, timestamptz, timestamptz) is
'Snapshots with from_ts <= ts < to_ts get text embeddings by the model.';

create or replace function memory.pending_snapshots(
    model text, snapshot_ids bigint [] default null
)
returns setof bigint
language plpgsql stable rows 1000
security definer -- reads the model's table, of tenant 0 only
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    wanted constant memory.model := memory.model_named(pending_snapshots.model);
begin
    return query execute format(
        $query$
        select s.snapshot_id
        from memory.embedding_window as w
        inner join market.snapshot as s
            on s.bar_interval = w.bar_interval and s.ts >= w.from_ts and s.ts < w.to_ts
        left join memory.%I as e
            on e.tenant_id = 0 and e.source = 'snapshot' and e.source_id = s.snapshot_id
        where
            w.model_id = $1
            and ($2 is null or s.snapshot_id = any($2))
            and (
                e.content_hash is distinct from sha256(convert_to(s.text_form, 'UTF8'))
                or exists (
                    select from market.snapshot_version as v
                    where v.snapshot_id = s.snapshot_id and memory.version_waits(v)
                )
            )
        order by s.snapshot_id
        $query$,
        wanted.table_name
    ) using wanted.model_id, pending_snapshots.snapshot_ids;
end
$$;
comment on function memory.pending_snapshots(text, bigint[]) is
'Snapshots of the model''s windows (of those given, if any) whose text has no embedding or an older one, or what they said before a correction has none.';
