-- The queue by kind, for the page and for programs.

create or replace function api.job_summary()
returns table (
    kind text,
    ready bigint,
    running bigint,
    waiting bigint,
    dead bigint,
    done_last_hour bigint,
    oldest_ready_seconds double precision,
    start_p50_ms double precision,
    run_p50_ms double precision
)
language sql stable
set search_path = pg_catalog, pg_temp
as $$
    select
        j.kind,
        count(*) filter (where j.state = 'ready'),
        count(*) filter (where j.state = 'leased'),
        count(*) filter (where j.state = 'waiting'),
        count(*) filter (where j.state = 'dead'),
        count(*) filter (
            where j.state = 'done'
            and j.finished_at > clock_timestamp() - interval '1 hour'
        ),
        extract(epoch from clock_timestamp() - min(j.run_at) filter (
            where j.state = 'ready' and j.run_at <= clock_timestamp()
        )),
        1000 * extract(epoch from percentile_cont(0.5) within group (
            order by j.started_at - j.enqueued_at
        ) filter (where j.state = 'done')),
        1000 * extract(epoch from percentile_cont(0.5) within group (
            order by j.finished_at - j.started_at
        ) filter (where j.state = 'done'))
    from api.jobs as j
    group by j.kind
    order by j.kind
$$;
comment on function api.job_summary() is
'Jobs by kind: how many wait, run, died or were done, the age of the oldest that is '
'ready in seconds, and typical times in milliseconds.';
