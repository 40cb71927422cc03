-- Jobs of workers that died, or that took too long, go back to the others.

create or replace function work.rescue()
returns integer
language plpgsql
security definer -- the queue's tables are nobody's
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    moment timestamptz := clock_timestamp();
    lost record;
    rescued integer := 0;
begin
    perform work.keep_days();

    for lost in
        select
            j.job_id, j.attempt >= j.max_attempts as spent,
            case
                when j.lease_until < moment then format(
                    'the lease of worker %s ended', j.worker_id
                )
                else format('worker %s died', j.worker_id)
            end as error
        from work.job as j
        where
            j.state = 'leased'
            and (
                j.lease_until < moment
                or not exists (
                    select from work.worker as w
                    where
                        w.worker_id = j.worker_id
                        and w.heartbeat_at > moment - interval '12 seconds'
                )
            )
        order by j.job_id
        for update of j skip locked
    loop
        update work.job as j
        set
            state = 'ready', lease_token = j.lease_token + 1,
            lease_until = null, worker_id = null, started_at = null,
            payload = work._merged(j.payload, j.again, k.merge_least), again = null,
            errors = work._with_error(j.errors, j.attempt, j.worker_id, lost.error)
        from work.kind as k
        where j.job_id = lost.job_id and k.name = j.kind;
        if lost.spent then
            perform work._bury(lost.job_id, 'worker lost');
        end if;
        rescued := rescued + 1;
    end loop;

    if rescued > 0 then
        perform pg_notify('work', '');
    end if;
    return rescued;
end
$$;
comment on function work.rescue() is
'Takes back jobs whose worker is silent for 12 s or whose lease has ended; returns how '
'many. Workers call it every few seconds.';
