-- What the queue looks like.

create or replace function work.is_idle(kinds text[] default null)
returns boolean
language plpgsql stable
security definer -- the queue's tables are nobody's
set search_path = pg_catalog, pg_temp
as $$
begin
    -- A job that has never failed and waits for its time does not keep anybody busy.
    return not exists (
        select from work.job as j
        where
            (is_idle.kinds is null or j.kind = any(is_idle.kinds))
            and (
                j.state <> 'waiting' or j.errors <> '[]'
                or j.run_at <= clock_timestamp()
            )
    );
end
$$;
comment on function work.is_idle(text[]) is
'Whether nothing of these kinds is ready, leased or waiting for a retry.';

create or replace view work.stats as
select
    kind,
    tenant_id,
    coalesce(live.ready, 0) as ready,
    coalesce(live.leased, 0) as leased,
    coalesce(live.waiting, 0) as waiting,
    coalesce(dead.dead, 0) as dead,
    live.oldest_ready_seconds,
    coalesce(done.done_last_hour, 0) as done_last_hour,
    done.wait_ms_p50,
    done.wait_ms_p99,
    done.run_ms_p50,
    done.run_ms_p99
from (
    select
        job.kind,
        job.tenant_id,
        count(*) filter (where job.state = 'ready') as ready,
        count(*) filter (where job.state = 'leased') as leased,
        count(*) filter (where job.state = 'waiting') as waiting,
        extract(
            epoch from clock_timestamp() - min(job.run_at)
                filter (where job.state = 'ready')
        ) as oldest_ready_seconds
    from work.job
    group by job.kind, job.tenant_id
) as live
full join (
    select
        dead.kind,
        dead.tenant_id,
        count(*) as dead
    from work.dead
    group by dead.kind, dead.tenant_id
) as dead using (kind, tenant_id)
full join (
    select
        job_done.kind,
        job_done.tenant_id,
        count(*) as done_last_hour,
        percentile_cont(0.5) within group (order by job_done.wait_ms) as wait_ms_p50,
        percentile_cont(0.99) within group (order by job_done.wait_ms) as wait_ms_p99,
        percentile_cont(0.5) within group (order by job_done.run_ms) as run_ms_p50,
        percentile_cont(0.99) within group (order by job_done.run_ms) as run_ms_p99
    from work.job_done
    where job_done.finished_at > clock_timestamp() - interval '1 hour'
    group by job_done.kind, job_done.tenant_id
) as done using (kind, tenant_id);
comment on view work.stats is
'Depth of the queue by kind and tenant, dead jobs, and the waits and run times of the '
'last hour.';
