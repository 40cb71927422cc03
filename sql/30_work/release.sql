-- What a finished job lets start: the next one of its lane, and the jobs that came
-- after it.

-- Only of these jobs, and only those that nothing blocks any more.
create or replace function work._unblock(job_ids bigint[])
returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
#variable_conflict use_column
declare
    unblocked integer;
begin
    -- Whoever releases the same job waits here, and then sees what we have done: of two
    -- that end at once the second one starts it.
    perform from work.job as j
    where j.job_id = any(_unblock.job_ids) and j.state = 'blocked'
    order by j.job_id
    for no key update of j;

    update work.job as j
    set state = case
        when j.run_at > clock_timestamp() then 'waiting' else 'ready'
    end
    where
        j.job_id = any(_unblock.job_ids) and j.state = 'blocked'
        and not exists (select from work.dependency as d where d.job_id = j.job_id)
        and not exists (
            select from work.job as earlier
            where
                earlier.tenant_id = j.tenant_id and earlier.lane = j.lane
                and earlier.job_id < j.job_id
        );
    get diagnostics unblocked = row_count;
    return unblocked;
end
$$;
comment on function work._unblock(bigint[]) is
'Makes those of these blocked jobs ready that wait for nothing any more; returns how '
'many.';

-- A job that is enqueued while the one before it in its lane is just ending may be
-- blocked by nothing: neither transaction sees the other. Idle workers look at the
-- newest ones, work.rescue at all.
create or replace function work._unblock_recent()
returns integer
language sql
set search_path = pg_catalog, pg_temp
as $$
    select work._unblock(array_agg(recent.job_id))
    from (
        select j.job_id from work.job as j
        where j.state = 'blocked'
        order by j.job_id desc limit 200
    ) as recent
    having count(*) > 0
$$;
comment on function work._unblock_recent() is
'Makes those of the newest blocked jobs ready that wait for nothing any more.';

create or replace function work._release_dependents(done_ids bigint[])
returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
#variable_conflict use_column
declare
    freed bigint[];
begin
    -- Most often nobody waits for anybody.
    if not exists (select from work.dependency) then
        return 0;
    end if;
    with gone as (
        delete from work.dependency as d
        where d.after_job_id = any(_release_dependents.done_ids)
        returning d.job_id
    )

    select array_agg(distinct gone.job_id) into freed from gone;
    if freed is null then
        return 0;
    end if;
    return work._unblock(freed);
end
$$;
comment on function work._release_dependents(bigint[]) is
'Lets the jobs start that came after these, and after nothing else.';

create or replace function work._release_lanes(tenant_ids integer[], lanes text[])
returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
#variable_conflict use_column
declare
    heads bigint[];
begin
    select array_agg(head.job_id) into heads
    from (
        select distinct given.tenant_id, given.lane
        from unnest(_release_lanes.tenant_ids, _release_lanes.lanes)
            as given (tenant_id, lane)
        where given.lane is not null
    ) as ended
    cross join lateral (
        select j.job_id, j.state from work.job as j
        where j.tenant_id = ended.tenant_id and j.lane = ended.lane
        order by j.job_id limit 1
    ) as head
    where head.state = 'blocked';
    if heads is null then
        return 0;
    end if;
    return work._unblock(heads);
end
$$;
comment on function work._release_lanes(integer[], text[]) is
'Lets the first job of each of these lanes start.';
