-- How much there is to do: what a worker shows as "so many left".
-- Example: ops.queue_depth('{embed_snapshots}') -> 16

create or replace function ops.queue_depth(kinds text[] default null)
returns bigint
language sql stable
-- Definer: the queue's tables are nobody's.
security definer
set search_path = pg_catalog, pg_temp
begin atomic
    select count(*)
    from work.job as j
    where (queue_depth.kinds is null or j.kind = any(queue_depth.kinds))
        and (j.state <> 'waiting' or j.errors <> '[]' or j.run_at <= clock_timestamp());
end;
comment on function ops.queue_depth(text[]) is
'How many jobs of these kinds are ready, leased or waiting for a retry; null for all.';

revoke all on function ops.queue_depth(text[]) from public;
grant execute on function ops.queue_depth(text[])
to bellwether_worker, bellwether_gateway;
