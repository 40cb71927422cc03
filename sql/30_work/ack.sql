-- Done. The result of a job is written in the same transaction, so that it happens
-- exactly once: an acknowledgement with an old lease token is not acknowledged.

create or replace function work.ack(
    worker_id integer, job_ids bigint[], lease_tokens bigint[]
)
returns bigint[]
language plpgsql
security definer -- the queue's tables are nobody's
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    moment timestamptz := clock_timestamp();
    acknowledged bigint[];
    repeated boolean;
begin
    if cardinality(ack.job_ids) is distinct from cardinality(ack.lease_tokens) then
        raise exception using
            errcode = 'BW205',
            message = 'job ids and lease tokens differ in number';
    end if;

    with held as materialized (
        select j.* from work.job as j
        inner join unnest(ack.job_ids, ack.lease_tokens) as given (job_id, lease_token)
            on j.job_id = given.job_id and j.lease_token = given.lease_token
        where j.state = 'leased' and j.worker_id = ack.worker_id
        order by j.job_id
        for update of j
    ),

    finished as (
        delete from work.job as j using held
        where j.job_id = held.job_id and held.again is null
    ),

    -- An equal job came while this one ran: it starts anew.
    once_more as (
        update work.job as j
        set
            state = 'ready', payload = held.again, again = null, attempt = 0,
            errors = '[]',
            lease_token = j.lease_token + 1, lease_until = null, worker_id = null,
            started_at = null, run_at = moment, enqueued_at = moment
        from held
        where j.job_id = held.job_id and held.again is not null
        returning j.job_id
    ),

    recorded as (
        insert into work.job_done (
            job_id, tenant_id, kind, attempt, worker_id, dedup_key,
            enqueued_at, started_at, finished_at, wait_ms, run_ms
        )
        select
            held.job_id, held.tenant_id, held.kind, held.attempt, held.worker_id,
            held.dedup_key,
            held.enqueued_at, held.started_at, moment,
            1000 * extract(
                epoch from held.started_at - greatest(held.enqueued_at, held.run_at)
            ),
            1000 * extract(epoch from moment - held.started_at)
        from held
    )

    select coalesce(
        array_agg(held.job_id order by held.job_id), '{}'
    ), exists (select from once_more)
    into acknowledged, repeated
    from held;

    if repeated then
        perform pg_notify('work', '');
    end if;
    return acknowledged;
end
$$;
comment on function work.ack(integer, bigint[], bigint[]) is
'Finishes jobs; returns the ids that were truly finished, the others belong to '
'somebody else by now.';
