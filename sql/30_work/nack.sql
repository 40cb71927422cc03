-- It went wrong: again later, or dead.
--
-- Example: select work.nack(3, 12, 1, 'connection refused') -> retry
--          select work.nack(3, 12, 2, 'no such model', permanent => true) -> dead

-- One more line in a job's history; the last 20 stay.
create or replace function work._with_error(
    errors jsonb, attempt integer, worker_id integer, error text
)
returns jsonb
language sql volatile
begin atomic
    select
        case when pg_catalog.jsonb_array_length(errors) >= 20 then errors - 0
            else errors end
        || pg_catalog.jsonb_build_array(pg_catalog.jsonb_build_object(
            'at', pg_catalog.clock_timestamp(), 'attempt', attempt, 'worker_id',
            worker_id,
            'error', pg_catalog.left(error, 10000)
        ));
end;
comment on function work._with_error(jsonb, integer, integer, text) is
'A job''s error history with one line more.';

-- To the dead, and with it what waits for it; its lane goes on.
create or replace function work._bury(job_id bigint, reason text)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
#variable_conflict use_column
declare
    gone work.job;
    dependent bigint;
begin
    delete from work.job as j where j.job_id = _bury.job_id
    returning j.* into strict gone;
    insert into work.dead (
        job_id, tenant_id, kind, priority, attempt, max_attempts, rescues, dedup_key,
        lane, after, payload, reason, error, errors,
        enqueued_at, first_failed_at, died_at, trace_id
    )
    values (
        gone.job_id, gone.tenant_id, gone.kind, gone.priority, gone.attempt,
        gone.max_attempts, gone.rescues, gone.dedup_key, gone.lane, gone.after,
        coalesce(gone.again, gone.payload), _bury.reason,
        gone.errors -> -1 ->> 'error', gone.errors,
        gone.enqueued_at, (gone.errors -> 0 ->> 'at')::timestamptz, clock_timestamp(),
        gone.trace_id
    );
    delete from work.dependency as d where d.job_id = gone.job_id;
    for dependent in
        with freed as (
            delete from work.dependency as d where d.after_job_id = gone.job_id
            returning d.job_id
        )

        select freed.job_id from freed order by freed.job_id
    loop
        update work.job as j
        set errors = work._with_error(
            j.errors, j.attempt, null, format(
                'job %s, which it waited for, is dead: %s', gone.job_id,
                gone.errors -> -1 ->> 'error'
            )
        )
        where j.job_id = dependent;
        -- Another one that it waited for may have taken it along already.
        if found then
            perform work._bury(dependent, 'dependency');
        end if;
    end loop;
    if gone.lane is not null and work._release_lanes(
        array[gone.tenant_id], array[gone.lane]
    ) > 0 then
        perform work._wake();
    end if;
end
$$;
comment on function work._bury(bigint, text) is
'Moves a job whose last error is recorded to work.dead, and the jobs that wait for it.';

create or replace function work.nack(
    worker_id integer,
    job_id bigint,
    lease_token bigint,
    error text,
    retry_after interval default null,
    permanent boolean default false
)
returns text
language plpgsql
security definer -- the queue's tables are nobody's
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
#variable_conflict use_column
declare
    held work.job;
    known work.kind;
    pause interval;
    delay interval;
begin
    if nack.retry_after not between interval '0' and interval '1000 years' then
        raise exception using
            errcode = 'BW203',
            message = format('a job cannot be retried after %s', nack.retry_after),
            hint = 'Give a wait of 0 to 1000 years, or none for the wait of its kind.';
    end if;

    select * into held from work.job
    where
        job_id = nack.job_id and lease_token = nack.lease_token
        and worker_id = nack.worker_id
    for update;
    if not found then
        perform work._check_holder(
            nack.worker_id, array[nack.job_id], array[nack.lease_token]
        );
        perform nextval('work.leases_lost');
        return 'lost';
    end if;
    select * into strict known from work.kind where name = held.kind;

    -- Whoever was asked to come back later (429), or stood before a closed gate, has
    -- not failed.
    pause := nack.retry_after;
    if pause is null and not coalesce(nack.permanent, false) then
        select g.closed_until - clock_timestamp() into pause from work.gate as g
        where
            g.scope = 'provider' and g.name = known.provider
            and g.closed_until > clock_timestamp();
    end if;
    delay := coalesce(
        pause,
        -- In seconds: an interval of days has no room for thirty doublings.
        make_interval(secs => (0.5 + random() / 2) * least(
            date_part('epoch', known.backoff_max),
            date_part('epoch', known.backoff_base)
            * power(2, least(held.attempt - 1, 30))
        ))
    );
    update work.job
    set
        state = 'waiting', run_at = clock_timestamp() + delay,
        attempt = case when pause is null then attempt else attempt - 1 end,
        lease_token = lease_token + 1, lease_until = null, worker_id = null,
        started_at = null,
        payload = work._merged(payload, again, known.merge_least), again = null,
        errors = work._with_error(
            errors, attempt, worker_id, coalesce(nack.error, 'no reason given')
        )
    where job_id = held.job_id;

    if nack.permanent then
        perform work._bury(held.job_id, 'permanent');
        return 'dead';
    elsif pause is null and held.attempt >= held.max_attempts then
        perform work._bury(held.job_id, 'attempts');
        return 'dead';
    end if;
    perform nextval('work.jobs_retried');
    return 'retry';
end
$$;
comment on function work.nack(integer, bigint, bigint, text, interval, boolean) is
'Records a failure: retry (after retry_after, or when the kind''s gate opens, which '
'spends no attempt, or after a growing wait), dead, or lost when the lease had ended.';
