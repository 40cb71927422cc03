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

create or replace function work._bury(job_id bigint, reason text)
returns void
language sql
begin atomic
    with gone as (
        delete from work.job as j where j.job_id = _bury.job_id
        returning j.*
    )

    insert into work.dead (
        job_id, tenant_id, kind, priority, attempt, max_attempts, dedup_key, payload,
        reason,
        error, errors, enqueued_at, first_failed_at, died_at
    )
    select
        gone.job_id, gone.tenant_id, gone.kind, gone.priority, gone.attempt,
        gone.max_attempts,
        gone.dedup_key, coalesce(gone.again, gone.payload), _bury.reason,
        gone.errors -> -1 ->> 'error',
        gone.errors, gone.enqueued_at, (gone.errors -> 0 ->> 'at')::timestamptz,
        pg_catalog.clock_timestamp()
    from gone;
end;
comment on function work._bury(bigint, text) is
'Moves a job whose last error is recorded to work.dead.';

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
as $$
#variable_conflict use_column
declare
    held work.job;
    known work.kind;
    delay interval;
begin
    if nack.retry_after < interval '0' then
        raise exception using
            errcode = 'BW203',
            message = format('a job cannot be retried after %s', nack.retry_after);
    end if;

    select * into held from work.job
    where
        job_id = nack.job_id and lease_token = nack.lease_token
        and state = 'leased' and worker_id = nack.worker_id
    for update;
    if not found then
        return 'lost';
    end if;
    select * into strict known from work.kind where name = held.kind;

    -- Whoever was asked to come back later (429, a closed gate) has not failed.
    delay := coalesce(
        nack.retry_after,
        least(
            known.backoff_max,
            known.backoff_base * power(2, least(held.attempt - 1, 30))
        )
        * (0.5 + random() / 2)
    );
    update work.job
    set
        state = 'waiting', run_at = clock_timestamp() + delay,
        attempt = case when nack.retry_after is null then attempt else attempt - 1 end,
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
    elsif nack.retry_after is null and held.attempt >= held.max_attempts then
        perform work._bury(held.job_id, 'attempts');
        return 'dead';
    end if;
    return 'retry';
end
$$;
comment on function work.nack(integer, bigint, bigint, text, interval, boolean) is
'Records a failure: retry (after retry_after, which spends no attempt, or a growing '
'wait), dead, or lost when the lease had ended.';
