-- It takes longer: a worker that still holds its jobs gets another lease.

create or replace function work.extend(
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
    extended bigint[];
begin
    if cardinality(extend.job_ids) is distinct
    from cardinality(extend.lease_tokens) then
        raise exception using
            errcode = 'BW205',
            message = 'job ids and lease tokens differ in number';
    end if;

    with held as materialized (
        select j.job_id, k.lease from work.job as j
        inner join work.kind as k on j.kind = k.name
        where
            j.job_id = any(extend.job_ids) and j.worker_id = extend.worker_id
            and j.lease_token
            = (extend.lease_tokens)[array_position(extend.job_ids, j.job_id)]
        order by j.job_id
        for no key update of j
    ),

    renewed as (
        update work.job as j set lease_until = clock_timestamp() + held.lease
        from held
        where j.job_id = any(extend.job_ids) and j.job_id = held.job_id
        returning j.job_id
    )

    select coalesce(
        array_agg(renewed.job_id order by renewed.job_id), '{}'
    ) into extended
    from renewed;
    if cardinality(extended) < cardinality(extend.job_ids) then
        perform work._check_holder(
            extend.worker_id, extend.job_ids, extend.lease_tokens
        );
    end if;
    perform work._count(
        'work.leases_lost', cardinality(extend.job_ids) - cardinality(extended)
    );
    return extended;
end
$$;
comment on function work.extend(integer, bigint[], bigint[]) is
'Gives jobs another lease; returns the ids that the worker still holds.';
