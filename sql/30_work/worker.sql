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
    update work.worker set idle = set_idle.idle, heartbeat_at = clock_timestamp()
    where worker_id = set_idle.worker_id;
    if not found then
        raise exception using
            errcode = 'BW206',
            message = format('worker %s is not registered', set_idle.worker_id),
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
