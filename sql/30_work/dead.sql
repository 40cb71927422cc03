-- Dead jobs get another life under their old ids, with all their attempts. What they
-- came after, if it lives (again), they wait for again.
--
-- Example: select work.requeue_dead(12) -> 12
--          select work.requeue_dead(kind => 'run_cycle', tenant_id => 1) -> 7

create or replace function work._revive(job_id bigint)
returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    gone work.dead;
    open_jobs bigint[];
    revived bigint;
begin
    delete from work.dead as d where d.job_id = _revive.job_id
    returning d.* into gone;
    if not found then
        return null;
    end if;
    select coalesce(array_agg(locked.job_id), '{}') into open_jobs
    from (
        select j.job_id from work.job as j
        where j.job_id = any(gone.after)
        order by j.job_id
        for key share of j
    ) as locked;

    with added as (
        insert into work.job as live (
            job_id, tenant_id, kind, priority, state, run_at, max_attempts, dedup_key,
            lane, after, payload, enqueued_at, trace_id
        )
        overriding system value
        values (
            gone.job_id, gone.tenant_id, gone.kind, gone.priority,
            case
                when open_jobs <> '{}' or exists (
                    select from work.job as other
                    where
                        other.tenant_id = gone.tenant_id and other.lane = gone.lane
                        and (other.job_id < gone.job_id or other.state = 'leased')
                ) then 'blocked'
                else 'ready'
            end,
            clock_timestamp(), gone.max_attempts, gone.dedup_key, gone.lane, gone.after,
            gone.payload, clock_timestamp(), gone.trace_id
        )
        -- An equal job lives meanwhile: it knows more.
        on conflict (tenant_id, kind, dedup_key) where dedup_key is not null do update
            set priority = least(live.priority, excluded.priority)
        returning live.job_id
    ),

    noted as (
        insert into work.dependency (job_id, after_job_id)
        select added.job_id, open_job.job_id
        from added cross join unnest(open_jobs) as open_job (job_id)
        where added.job_id = gone.job_id
    )

    select added.job_id into strict revived from added;
    return revived;
end
$$;
comment on function work._revive(bigint) is
'Moves a dead job back among the living; returns its id, or that of the equal job that '
'lives meanwhile; null if there is no such dead job.';

create or replace function work.requeue_dead(job_id bigint)
returns bigint
language plpgsql
security definer -- the queue's tables are nobody's
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    revived bigint := work._revive(requeue_dead.job_id);
begin
    if revived is null then
        raise exception using
            errcode = 'BW207',
            message = format(
                'there is no dead job %s', coalesce(requeue_dead.job_id::text, 'null')
            ),
            hint = 'The dead jobs are the rows of work.dead.';
    end if;
    perform work._wake();
    return revived;
end
$$;
comment on function work.requeue_dead(bigint) is
'Revives a dead job and returns its id, or that of an equal job that lives meanwhile.';

create or replace function work.requeue_dead(
    job_ids bigint[] default null,
    kind text default null,
    tenant_id integer default null
)
returns integer
language plpgsql
security definer -- the queue's tables are nobody's
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    revived integer;
begin
    -- In the order of their ids: what others came after lives before them.
    select count(work._revive(given.job_id)) into revived
    from (
        select d.job_id from work.dead as d
        where
            (requeue_dead.job_ids is null or d.job_id = any(requeue_dead.job_ids))
            and (requeue_dead.kind is null or d.kind = requeue_dead.kind)
            and (
                requeue_dead.tenant_id is null or d.tenant_id = requeue_dead.tenant_id
            )
        order by d.job_id
    ) as given;
    if revived > 0 then
        perform work._wake();
    end if;
    return revived;
end
$$;
comment on function work.requeue_dead(bigint[], text, integer) is
'Revives the dead jobs that fit all that is given (nothing given: all of them); '
'returns how many.';
