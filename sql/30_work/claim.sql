-- A worker takes what it can do next.
--
-- Example: select * from work.claim(3, '{run_cycle,submit_order}', 8);

create or replace function work.claim(worker_id integer, kinds text[], max_jobs integer)
returns table (
    job_id bigint,
    lease_token bigint,
    kind text,
    tenant_id integer,
    payload jsonb,
    attempt integer,
    max_attempts integer,
    enqueued_at timestamptz
)
language plpgsql
security definer -- the queue's tables are nobody's
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    moment timestamptz := clock_timestamp();
begin
    if claim.max_jobs is null or claim.max_jobs not between 1 and 1000 then
        raise exception using
            errcode = 'BW208',
            message = format(
                'cannot claim %s jobs at once', coalesce(claim.max_jobs::text, 'null')
            ),
            hint = 'Ask for 1 to 1000.';
    end if;
    if not exists (
        select from work.worker as w where w.worker_id = claim.worker_id
    ) then
        raise exception using
            errcode = 'BW206',
            message = format('worker %s is not registered', claim.worker_id),
            hint = 'Call work.register_worker again.';
    end if;

    -- Jobs whose time has come.
    update work.job as j set state = 'ready'
    from (
        select w.job_id from work.job as w
        where w.state = 'waiting' and w.run_at <= moment
        order by w.run_at limit 1000
        for update skip locked
    ) as due
    where j.job_id = due.job_id;

    return query
    with head as materialized (
        select j.job_id, j.kind, j.priority from work.job as j
        where j.state = 'ready' and (claim.kinds is null or j.kind = any(claim.kinds))
        order by j.priority, j.job_id limit claim.max_jobs
        for update skip locked
    ),

    numbered as (
        select
            head.job_id, k.lease, k.side_effects,
            row_number() over (
                partition by k.side_effects order by head.priority, head.job_id
            ) as place
        from head inner join work.kind as k on head.kind = k.name
    ),

    -- Jobs that act on the outside come one at a time.
    taken as (
        update work.job as j
        set
            state = 'leased', attempt = j.attempt + 1, lease_token = j.lease_token + 1,
            lease_until = moment + numbered.lease, worker_id = claim.worker_id,
            started_at = moment
        from numbered
        where j.job_id = numbered.job_id and (
            not numbered.side_effects or numbered.place = 1
        )
        returning j.*, numbered.side_effects
    ),

    -- Losing a claim in a crash only runs the job again, so it need not wait for the
    -- disk, unless a job acts on the outside. Reset with the end of the transaction.
    durability as materialized (
        select set_config('synchronous_commit', 'off', true)
        having not exists (select from taken where taken.side_effects)
    )

    select
        taken.job_id, taken.lease_token, taken.kind, taken.tenant_id, taken.payload,
        taken.attempt, taken.max_attempts, taken.enqueued_at
    from taken left join durability on true
    order by taken.priority, taken.job_id;
end
$$;
comment on function work.claim(integer, text[], integer) is
'Leases up to max_jobs ready jobs of these kinds to a worker (null: of every kind), '
'never waiting for a lock.';
