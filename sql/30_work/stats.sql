-- What the queue looks like.

create or replace function work.is_idle(kinds text[] default null)
returns boolean
language plpgsql stable
security definer -- the queue's tables are nobody's
set search_path = pg_catalog, pg_temp
as $$
begin
    -- A job that has never failed and waits for its time does not keep anybody busy,
    -- nor do those behind it.
    return not exists (
        select from work.job as j
        where
            (is_idle.kinds is null or j.kind = any(is_idle.kinds))
            and case j.state
                when 'waiting'
                    then j.errors <> '[]' or j.run_at <= clock_timestamp()
                when 'blocked'
                    then not exists (
                        select from work.dependency as d where d.job_id = j.job_id
                    )
                    and not exists (
                        select from work.job as earlier
                        where
                            earlier.tenant_id = j.tenant_id and earlier.lane = j.lane
                            and earlier.job_id < j.job_id
                    )
                else true
            end
    );
end
$$;
comment on function work.is_idle(text[]) is
'Whether nothing of these kinds is ready, leased or waiting for a retry.';

create or replace view work.depth as
select
    kind.queue,
    job.kind,
    job.tenant_id,
    job.state,
    count(*) as jobs,
    min(job.enqueued_at) as oldest_enqueued_at,
    extract(epoch from clock_timestamp() - min(job.run_at)) as oldest_seconds
from work.job
inner join work.kind on job.kind = kind.name
group by kind.queue, job.kind, job.tenant_id, job.state
union all
select
    kind.queue,
    dead.kind,
    dead.tenant_id,
    'dead',
    count(*),
    min(dead.enqueued_at),
    extract(epoch from clock_timestamp() - min(dead.died_at))
from work.dead
inner join work.kind on dead.kind = kind.name
group by kind.queue, dead.kind, dead.tenant_id;
comment on view work.depth is
'How many jobs there are by queue, kind, tenant and state, dead ones too.';
comment on column work.depth.oldest_seconds is
'Since the oldest could have started, or has died; negative: until it may start.';

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
    done.run_ms_p99,
    coalesce(live.blocked, 0) as blocked,
    coalesce(done.retried_last_hour, 0) as retried_last_hour,
    coalesce(done.rescued_last_hour, 0) as rescued_last_hour,
    (select known.queue from work.kind as known where known.name = kind) as queue
from (
    select
        job.kind,
        job.tenant_id,
        count(*) filter (where job.state = 'ready') as ready,
        count(*) filter (where job.state = 'leased') as leased,
        count(*) filter (where job.state = 'waiting') as waiting,
        count(*) filter (where job.state = 'blocked') as blocked,
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
        sum(job_done.attempt - 1 - job_done.rescues) as retried_last_hour,
        sum(job_done.rescues) as rescued_last_hour,
        percentile_cont(0.5) within group (order by job_done.wait_ms) as wait_ms_p50,
        percentile_cont(0.99) within group (order by job_done.wait_ms) as wait_ms_p99,
        percentile_cont(0.5) within group (order by job_done.run_ms) as run_ms_p50,
        percentile_cont(0.99) within group (order by job_done.run_ms) as run_ms_p99
    from work.job_done
    where job_done.finished_at > clock_timestamp() - interval '1 hour'
    group by job_done.kind, job_done.tenant_id
) as done using (kind, tenant_id);
comment on view work.stats is
'Depth of the queue by kind and tenant, dead jobs, and the waits, run times, retries '
'and rescues of the jobs that were finished in the last hour.';

create or replace view work.counters as
select
    'wake_ups_sent' as name,
    case when is_called then last_value else 0 end as value
from work.wake_ups_sent
union all
select
    'wake_ups_suppressed',
    case when is_called then last_value else 0 end
from work.wake_ups_suppressed
union all
select
    'jobs_retried',
    case when is_called then last_value else 0 end
from work.jobs_retried
union all
select
    'jobs_rescued',
    case when is_called then last_value else 0 end
from work.jobs_rescued
union all
select
    'leases_lost',
    case when is_called then last_value else 0 end
from work.leases_lost
union all
select
    'jobs_dead',
    (select count(*) from work.dead);
comment on view work.counters is
'What was counted since the installation or the last crash of the server: wake-ups '
'sent and suppressed (nobody waited), retries, rescues, answers that came too late; '
'and how many jobs are dead now.';
