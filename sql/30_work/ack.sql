-- Done. The result of a job is written in the same transaction, so that it happens
-- exactly once: an acknowledgement with an old lease token is not acknowledged.

-- Moving the jobs of a batch is the extension's, which does it at half the price of a
-- plan; what follows from their end is decided here.

-- An equal job came while this one ran: it starts anew.
create or replace function work._repeat(
    worker_id integer, job_ids bigint[], lease_tokens bigint[]
)
returns bigint[]
language plpgsql
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
#variable_conflict use_column
declare
    moment timestamptz := clock_timestamp();
    repeated bigint[];
begin
    with held as materialized (
        select j.* from work.job as j
        where
            j.job_id = any(_repeat.job_ids) and j.worker_id = _repeat.worker_id
            and j.lease_token
            = (_repeat.lease_tokens)[array_position(_repeat.job_ids, j.job_id)]
            and j.again is not null
        order by j.job_id
        for update of j
    ),

    once_more as (
        update work.job as j
        set
            state = 'ready', payload = held.again, again = null, attempt = 0,
            errors = '[]', rescues = 0,
            lease_token = j.lease_token + 1, lease_until = null, worker_id = null,
            started_at = null, run_at = moment, enqueued_at = moment
        from held
        where j.job_id = any(_repeat.job_ids) and j.job_id = held.job_id
    ),

    recorded as (
        insert into work.job_done (
            job_id, tenant_id, kind, attempt, rescues, worker_id, dedup_key, lane,
            enqueued_at, started_at, finished_at, wait_ms, run_ms, trace_id
        )
        select
            held.job_id, held.tenant_id, held.kind, held.attempt, held.rescues,
            held.worker_id, held.dedup_key, held.lane,
            held.enqueued_at, held.started_at, moment,
            1000 * extract(
                epoch from held.started_at - greatest(held.enqueued_at, held.run_at)
            ),
            1000 * extract(epoch from moment - held.started_at), held.trace_id
        from held
    )

    select coalesce(array_agg(held.job_id order by held.job_id), '{}') into repeated
    from held;
    return repeated;
end
$$;
comment on function work._repeat(integer, bigint[], bigint[]) is
'Finishes those of the jobs that are to run once more, and makes them ready again.';

create or replace function work.ack(
    worker_id integer, job_ids bigint[], lease_tokens bigint[]
)
returns bigint[]
language plpgsql
security definer -- the queue's tables are nobody's
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
#variable_conflict use_column
declare
    moment timestamptz := clock_timestamp();
    finished bigint[];
    repeated bigint[];
    tenants integer[];
    lanes text[];
    released integer := 0;
begin
    if cardinality(ack.job_ids) is distinct from cardinality(ack.lease_tokens) then
        raise exception using
            errcode = 'BW205',
            message = 'job ids and lease tokens differ in number';
    end if;
    if array_position(ack.job_ids, null) is not null
        or array_position(ack.lease_tokens, null) is not null then
        raise exception using
            errcode = 'BW205', message = 'a job id or lease token is null';
    end if;

    select coalesce(f.finished, '{}'), f.tenants, f.lanes
    into finished, tenants, lanes
    from public.queue_finish(
        'work.job', 'work.job_done', ack.worker_id, ack.job_ids, ack.lease_tokens, moment
    ) as f;

    if cardinality(finished) < cardinality(ack.job_ids) then
        repeated := work._repeat(ack.worker_id, ack.job_ids, ack.lease_tokens);
        perform work._check_holder(ack.worker_id, ack.job_ids, ack.lease_tokens);
        perform work._count(
            'work.leases_lost', (
                select count(distinct given.job_id)::integer
                from unnest(ack.job_ids) as given (job_id)
            ) - cardinality(finished) - cardinality(repeated)
        );
    end if;
    -- Statements of their own: they see what was enqueued before we had our locks.
    released := work._release_dependents(finished);
    if lanes is not null then
        released := released + work._release_lanes(tenants, lanes);
    end if;
    if released > 0 or repeated <> '{}' then
        perform work._wake();
    end if;
    return finished || coalesce(repeated, '{}');
end
$$;
comment on function work.ack(integer, bigint[], bigint[]) is
'Finishes jobs; returns the ids that were truly finished, the others belong to '
'somebody else by now.';
