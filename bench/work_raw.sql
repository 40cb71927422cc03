-- The baseline "raw SKIP LOCKED": the same worker on the simplest queue there is. One
-- NOTIFY a job, durable claims, jobs deleted when done; no history, limits, lanes,
-- low-water mark or page that looks. Applied over a database with sql/install.sql.

drop trigger job_announced on work.job;

create or replace function work.enqueue(
    kind text,
    payload jsonb default '{}',
    tenant_id integer default 0,
    priority integer default 100,
    run_at timestamptz default null,
    dedup_key text default null,
    lane text default null,
    after bigint[] default null
)
returns bigint
language sql
as $$
    with added as (
        insert into work.job (
            tenant_id, kind, priority, run_at, max_attempts, payload, enqueued_at
        )
        values (tenant_id, kind, priority, now(), 5, payload, now())
        returning job_id
    )

    select added.job_id from added, pg_notify('work', '')
$$;

create or replace function work.claim(
    worker_id integer, kinds text[], max_jobs integer
)
returns table (
    job_id bigint,
    lease_token bigint,
    kind text,
    tenant_id integer,
    payload jsonb,
    attempt integer,
    max_attempts integer,
    enqueued_at timestamptz,
    trace_id uuid
)
language sql
as $$
    update work.job as j
    set
        state = 'leased', lease_token = j.lease_token + 1, attempt = j.attempt + 1,
        lease_until = now() + interval '30 seconds', worker_id = claim.worker_id,
        started_at = now()
    where j.job_id in (
        select w.job_id from work.job as w
        where w.state = 'ready' and w.kind = any(claim.kinds)
        order by w.priority, w.job_id limit claim.max_jobs
        for update skip locked
    )
    returning
        j.job_id, j.lease_token, j.kind, j.tenant_id, j.payload, j.attempt,
        j.max_attempts, j.enqueued_at, j.trace_id
$$;

create or replace function work.ack(
    worker_id integer, job_ids bigint[], lease_tokens bigint[]
)
returns bigint[]
language sql
as $$
    with gone as (
        delete from work.job as j
        using unnest(ack.job_ids, ack.lease_tokens) as given (job_id, lease_token)
        where j.job_id = given.job_id and j.lease_token = given.lease_token
        returning j.job_id
    )

    select coalesce(array_agg(gone.job_id), '{}') from gone
$$;

grant select, insert, update, delete on work.job to bellwether_worker;
