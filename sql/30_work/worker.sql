-- Workers: one row each, a heartbeat every 4 s; silent for 10 s means dead.

create or replace function work.register_worker(
    host text, pid integer, version text, kinds text[]
)
returns integer
language plpgsql
security definer -- the queue's tables are nobody's
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    unknown text;
    new_id integer;
begin
    if register_worker.host is null or register_worker.pid is null
        or register_worker.version is null or register_worker.kinds is null
        or exists (
            select from unnest(register_worker.kinds) as given (name)
            where given.name is null
        ) then
        raise exception using
            errcode = 'BW221',
            message = 'a worker has a host, a pid, a version and kinds of jobs',
            hint = 'None of them is null.';
    end if;
    select string_agg(quote_literal(given.name), ', ' order by given.name) into unknown
    from unnest(register_worker.kinds) as given (name)
    where not exists (select from work.kind as k where k.name = given.name);
    if unknown is not null then
        raise exception using
            errcode = 'BW201',
            message = format('unknown job kind %s', unknown),
            hint = 'The kinds are the rows of work.kind; is the schema older than the '
                'program?';
    end if;
    -- Workers that died without a word leave their row; nothing else would remove it.
    delete from work.worker where heartbeat_at < clock_timestamp() - interval '1 hour';
    insert into work.worker (host, pid, version, kinds, started_at, heartbeat_at)
    values (
        register_worker.host, register_worker.pid, register_worker.version,
        register_worker.kinds,
        clock_timestamp(), clock_timestamp()
    )
    returning worker_id into new_id;
    perform work.keep_days();
    return new_id;
end
$$;
comment on function work.register_worker(text, integer, text, text[]) is
'Announces a worker and returns its id.';

-- An answer with the right token for a job of another worker that lives is no late
-- answer but a mistake.
create or replace function work._check_holder(
    worker_id integer, job_ids bigint[], lease_tokens bigint[]
)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
#variable_conflict use_column
declare
    foreign_job record;
begin
    select j.job_id, j.worker_id into foreign_job from work.job as j
    where
        j.job_id = any(_check_holder.job_ids)
        and j.lease_token
        = (_check_holder.lease_tokens)[array_position(_check_holder.job_ids, j.job_id)]
        and j.worker_id <> _check_holder.worker_id
        and exists (select from work.worker as w where w.worker_id = j.worker_id)
    order by j.job_id limit 1;
    if found then
        raise exception using
            errcode = 'BW220',
            message = format(
                'job %s is leased by worker %s, not by worker %s', foreign_job.job_id,
                foreign_job.worker_id, _check_holder.worker_id
            ),
            hint = 'Answer as the worker that claimed it.';
    end if;
end
$$;
comment on function work._check_holder(integer, bigint[], bigint[]) is
'An error if one of these leases is held by another worker that lives.';

create or replace function work.heartbeat(worker_id integer)
returns boolean
language plpgsql
security definer -- the queue's tables are nobody's
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    update work.worker set heartbeat_at = clock_timestamp()
    where worker_id = heartbeat.worker_id;
    return found;
end
$$;
comment on function work.heartbeat(integer) is
'Says that a worker lives; false when its row is gone and it must register again.';

create or replace function work.set_idle(worker_id integer, idle boolean)
returns void
language plpgsql
security definer -- the queue's tables are nobody's
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    if set_idle.idle is null then
        raise exception using
            errcode = 'BW221',
            message = 'a worker is idle or is not: null says nothing';
    end if;
    update work.worker set idle = set_idle.idle, heartbeat_at = clock_timestamp()
    where worker_id = set_idle.worker_id;
    if not found then
        raise exception using
            errcode = 'BW206',
            message = format(
                'worker %s is not registered', coalesce(set_idle.worker_id::text, 'null')
            ),
            hint = 'Call work.register_worker again.';
    end if;
end
$$;
comment on function work.set_idle(integer, boolean) is
'Says whether a worker waits for a wake-up; it polls once more after saying so.';

create or replace function work.unregister_worker(worker_id integer)
returns integer
language plpgsql
security definer -- the queue's tables are nobody's
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    handed_back integer;
begin
    delete from work.worker where worker_id = unregister_worker.worker_id;
    -- A job that was handed back has not failed: the attempt does not count.
    update work.job as j
    set
        state = 'ready', attempt = j.attempt - 1, lease_token = j.lease_token + 1,
        lease_until = null, worker_id = null, started_at = null,
        payload = work._merged(j.payload, j.again, k.merge_least), again = null
    from work.kind as k
    where
        j.state = 'leased' and j.worker_id = unregister_worker.worker_id
        and k.name = j.kind;
    get diagnostics handed_back = row_count;
    if handed_back > 0 then
        perform work._wake();
    end if;
    return handed_back;
end
$$;
comment on function work.unregister_worker(integer) is
'Takes a worker off the list and hands back what it still leased; returns how many '
'jobs.';
