-- One job, all jobs, and how it goes: what `bellwether jobs` shows.

create or replace view work.jobs as
select
    job.job_id,
    job.tenant_id,
    job.kind,
    job.state,
    job.priority,
    job.attempt,
    job.max_attempts,
    job.run_at,
    job.lease_until,
    job.worker_id,
    job.dedup_key,
    job.lane,
    job.enqueued_at,
    job.errors -> -1 ->> 'error' as error,
    job.trace_id
from work.job
union all
select
    dead.job_id,
    dead.tenant_id,
    dead.kind,
    'dead',
    dead.priority,
    dead.attempt,
    dead.max_attempts,
    dead.died_at,
    null,
    null,
    dead.dedup_key,
    dead.lane,
    dead.enqueued_at,
    dead.error,
    dead.trace_id
from work.dead;
comment on view work.jobs is
'Jobs that live and jobs that are dead, with their last error; run_at of a dead one is '
'when it died.';

-- Example: select work.show(12) ->> 'state' -> done
create or replace function work.show(job_id bigint)
returns jsonb
language plpgsql stable
security definer -- the queue's tables are nobody's
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    found_job jsonb;
begin
    select to_jsonb(j) || jsonb_build_object(
        'waits_for', (
            select jsonb_agg(d.after_job_id order by d.after_job_id)
            from work.dependency as d where d.job_id = j.job_id
        )
    ) into found_job
    from work.job as j where j.job_id = show.job_id;
    if found_job is null then
        select to_jsonb(d) || '{"state": "dead"}' into found_job
        from work.dead as d where d.job_id = show.job_id;
    end if;
    if found_job is null then
        -- The newest, as an equal job may have run once more under the same id.
        select to_jsonb(f) || '{"state": "done"}' into found_job
        from work.job_done as f where f.job_id = show.job_id
        order by f.finished_at desc limit 1;
    end if;
    return jsonb_strip_nulls(found_job);
end
$$;
comment on function work.show(bigint) is
'All that is known of a job, living, dead or done; null if there is none.';

-- Example: select kind, ready, per_second from work.top('10 seconds');
create or replace function work.top(period interval default '1 minute')
returns table (
    kind text,
    queue text,
    ready bigint,
    leased bigint,
    waiting bigint,
    blocked bigint,
    dead bigint,
    done bigint,
    per_second double precision,
    oldest_ready_seconds double precision,
    wait_ms_p50 double precision,
    wait_ms_p99 double precision,
    run_ms_p50 double precision,
    run_ms_p99 double precision
)
language plpgsql stable
security definer -- the queue's tables are nobody's
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    if top.period is null or top.period <= interval '0'
        or top.period > interval '1000 years' then
        raise exception using
            errcode = 'BW222',
            message = format(
                'no rate can be told for %s', coalesce(top.period::text, 'null')
            ),
            hint = 'Give an interval of more than 0 and at most 1000 years.';
    end if;
    return query
    select
        k.name, k.queue, coalesce(live.ready, 0), coalesce(live.leased, 0),
        coalesce(live.waiting, 0), coalesce(live.blocked, 0), coalesce(gone.dead, 0),
        coalesce(finished.done, 0),
        coalesce(finished.done, 0) / extract(epoch from top.period)::double precision,
        live.oldest_ready_seconds, finished.wait_ms[1], finished.wait_ms[2],
        finished.run_ms[1], finished.run_ms[2]
    from work.kind as k
    left join (
        select
            j.kind,
            count(*) filter (where j.state = 'ready') as ready,
            count(*) filter (where j.state = 'leased') as leased,
            count(*) filter (where j.state = 'waiting') as waiting,
            count(*) filter (where j.state = 'blocked') as blocked,
            extract(
                epoch from clock_timestamp()
                - min(j.run_at) filter (where j.state = 'ready')
            )::double precision as oldest_ready_seconds
        from work.job as j
        group by j.kind
    ) as live on k.name = live.kind
    left join (
        select d.kind, count(*) as dead from work.dead as d group by d.kind
    ) as gone on k.name = gone.kind
    left join (
        select
            f.kind, count(*) as done,
            percentile_cont(array[0.5, 0.99]) within group (order by f.wait_ms)
                as wait_ms,
            percentile_cont(array[0.5, 0.99]) within group (order by f.run_ms)
                as run_ms
        from work.job_done as f
        where f.finished_at > clock_timestamp() - top.period
        group by f.kind
    ) as finished on k.name = finished.kind
    where
        coalesce(live.kind, gone.kind, finished.kind) is not null
    order by k.name;
end
$$;
comment on function work.top(interval) is
'Depth by kind now, and rate, waits and run times of what was done in the last period.';
