-- Work to do. A dedup key is unique for tenant and kind while the job lives: enqueuing
-- it again changes the waiting job, or lets a running one run once more with the new
-- payload (it may already have read what has changed since).
--
-- Example: work.enqueue('run_cycle', '{"cycle_id": 7}', 1, dedup_key => 'cycle 7')
--   -> 12, and 12 again while that job lives
-- Example: work.enqueue('submit_order', '{"order_id": 9}', 1, lane => 'account 1')
--   -> 13, which starts when the earlier jobs of the lane have ended
-- Example: work.enqueue('run_cycle', '{"cycle_id": 8}', 1, after => '{12,13}')
--   -> 14, which starts when both are done

-- The payload that two equal jobs leave: the newer one, with the least value of
-- `least_key`.
create or replace function work._merged(older jsonb, newer jsonb, least_key text)
returns jsonb
language sql immutable parallel safe
return case
    when newer is null then older
    when older -> least_key < newer -> least_key
        then pg_catalog.jsonb_set(newer, array[least_key], older -> least_key)
    else newer
end;
comment on function work._merged(jsonb, jsonb, text) is
'The payload that two equal jobs leave.';

-- Those of the jobs that still live, locked until the end of the transaction, so that
-- none of them ends before the job that waits for it is there.
create or replace function work._alive(job_ids bigint[])
returns bigint[]
language plpgsql
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
#variable_conflict use_column
declare
    living bigint[];
    gone bigint;
    newest bigint;
begin
    select coalesce(array_agg(locked.job_id), '{}') into living
    from (
        select j.job_id from work.job as j
        where j.job_id = any(_alive.job_ids)
        order by j.job_id
        for key share of j
    ) as locked;

    select d.job_id into gone from work.dead as d
    where d.job_id = any(_alive.job_ids) and d.job_id <> all(living)
    order by d.job_id limit 1;
    if found then
        raise exception using
            errcode = 'BW211',
            message = format('job %s, which is to be waited for, is dead', gone),
            hint = 'Revive it with work.requeue_dead, or do not wait for it.';
    end if;

    select s.last_value into newest from work.job_job_id_seq as s;
    select given.job_id into gone
    from unnest(_alive.job_ids) as given (job_id)
    where given.job_id is null or given.job_id not between 1 and newest
    limit 1;
    if found then
        raise exception using
            errcode = 'BW210',
            message = format(
                'there is no job %s to wait for', coalesce(gone::text, 'null')
            ),
            hint = 'Wait for jobs that work.enqueue has returned.';
    end if;
    return living;
end
$$;
comment on function work._alive(bigint[]) is
'Those of the jobs that live; an error if one is dead or was never there.';

create or replace function work._check_payloads(kind text, payloads jsonb[])
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
    largest integer;
    objects boolean;
begin
    select
        coalesce(bool_and(jsonb_typeof(body) = 'object' and body is not null), true),
        max(octet_length(body::text))
    into objects, largest
    from unnest(payloads) as body;
    if not objects then
        raise exception using
            errcode = 'BW204',
            message = format('the payload of a %s job must be a JSON object', kind);
    end if;
    if largest > 1048576 then
        raise exception using
            errcode = 'BW202',
            message = format('a payload of %s bytes is larger than 1 MB', largest),
            hint = 'Store the data in a table and put its key into the payload.';
    end if;
end
$$;
comment on function work._check_payloads(text, jsonb[]) is
'An error if a payload is no object or larger than 1 MB.';

-- Keys and lanes are in an index, which has room for some thousand bytes; no claim
-- looks for tenants below 0.
create or replace function work._check_keys(
    tenant_ids integer[], dedup_keys text[], lanes text[]
)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
    longest integer;
    lowest integer;
begin
    select max(octet_length(key)) into longest
    from unnest(dedup_keys || lanes) as key;
    if longest > 1000 then
        raise exception using
            errcode = 'BW223',
            message = format(
                'a dedup key or lane of %s bytes is longer than 1000', longest
            ),
            hint = 'Give a hash of it, as md5() or sha256() make one.';
    end if;
    select min(tenant) into lowest from unnest(tenant_ids) as tenant;
    if lowest < 0 then
        raise exception using
            errcode = 'BW224',
            message = format('there is no tenant %s', lowest),
            hint = 'Tenants are numbered from 1; 0 is the system.';
    end if;
end
$$;
comment on function work._check_keys(integer[], text[], text[]) is
'An error if a dedup key or lane is longer than 1000 bytes, or a tenant below 0.';

create or replace function work._enqueue(
    kind text,
    payloads jsonb[],
    tenant_ids integer[],
    dedup_keys text[],
    lanes text[],
    priority integer,
    run_at timestamptz,
    after bigint[]
)
returns setof bigint
language plpgsql
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
#variable_conflict use_column
declare
    known work.kind;
    moment timestamptz := clock_timestamp();
    open_jobs bigint[] := '{}'::bigint[];
    size integer := coalesce(cardinality(payloads), 0);
begin
    select * into known from work.kind where name = _enqueue.kind;
    if not found then
        raise exception using
            errcode = 'BW201',
            message = format(
                'unknown job kind %s', coalesce(quote_literal(kind), 'null')
            ),
            hint = 'The kinds are the rows of work.kind.';
    end if;
    if size = 0 then
        return;
    end if;
    if coalesce(cardinality(tenant_ids), size) <> size
        or coalesce(cardinality(dedup_keys), size) <> size
        or coalesce(cardinality(lanes), size) <> size then
        raise exception using
            errcode = 'BW205',
            message = 'payloads, tenants, dedup keys and lanes differ in number';
    end if;
    perform work._check_payloads(kind, payloads);
    perform work._check_keys(tenant_ids, dedup_keys, lanes);
    -- Anybody who computes run_at from the database's clock is at or after now().
    if run_at < now() or not isfinite(run_at) then
        raise exception using
            errcode = 'BW203',
            message = format('a job cannot run at %s', run_at),
            hint = 'Leave run_at out to run at once.';
    end if;
    if size > 1 and dedup_keys is not null and exists (
        select from unnest(tenant_ids, dedup_keys) as given (tenant_id, dedup_key)
        where given.dedup_key is not null
        group by coalesce(given.tenant_id, 0), given.dedup_key having count(*) > 1
    ) then
        raise exception using
            errcode = 'BW209',
            message = 'a dedup key occurs twice in one call',
            hint = 'Enqueue each of equal jobs once.';
    end if;
    if after <> '{}' then
        open_jobs := work._alive(after);
    end if;

    -- Equal jobs in the order of their keys, so that two transactions cannot wait for
    -- each other; those of a lane in the order given.
    return query
    with added as (
        insert into work.job as live (
            tenant_id, kind, priority, state, run_at, max_attempts, dedup_key, lane,
            after, payload, enqueued_at
        )
        select
            wanted.tenant_id, known.name, coalesce(_enqueue.priority, 100),
            case
                when open_jobs <> '{}' then 'blocked'
                when wanted.lane is not null and (
                    wanted.place > 1 or exists (
                        select from work.job as earlier
                        where
                            earlier.tenant_id = wanted.tenant_id
                            and earlier.lane = wanted.lane
                    )
                ) then 'blocked'
                when _enqueue.run_at > moment then 'waiting'
                else 'ready'
            end,
            coalesce(_enqueue.run_at, moment), known.max_attempts, wanted.dedup_key,
            wanted.lane, nullif(_enqueue.after, '{}'), wanted.payload, moment
        from (
            select
                given.payload, given.dedup_key, given.lane, given.number,
                coalesce(given.tenant_id, 0) as tenant_id,
                row_number() over (
                    partition by coalesce(given.tenant_id, 0), given.lane
                    order by given.number
                ) as place
            from unnest(
                _enqueue.payloads, _enqueue.tenant_ids, _enqueue.dedup_keys,
                _enqueue.lanes
            ) with ordinality as given (payload, tenant_id, dedup_key, lane, number)
        ) as wanted
        order by
            wanted.tenant_id, wanted.lane,
            case when wanted.lane is null then wanted.dedup_key end, wanted.number
        on conflict (tenant_id, kind, dedup_key) where dedup_key is not null do update
            set
                payload = case
                    when live.state = 'leased' then live.payload
                    else work._merged(live.payload, excluded.payload, known.merge_least)
                end,
                again = case
                    when live.state = 'leased'
                        then work._merged(
                            coalesce(live.again, excluded.payload), excluded.payload,
                            known.merge_least
                        )
                end,
                priority = least(live.priority, excluded.priority),
                -- A retry keeps its wait; what has never failed runs at the earlier
                -- time.
                run_at = case
                    when live.state = 'waiting' and live.errors = '[]'
                        then least(live.run_at, excluded.run_at)
                    else live.run_at
                end
        -- A row that nobody has updated is new.
        returning live.job_id, live.xmax = 0 as is_new
    ),

    -- A job that is already there keeps its lane and what it waits for: it may only
    -- wait for older jobs, so that no two can wait for each other.
    noted as (
        insert into work.dependency (job_id, after_job_id)
        select distinct added.job_id, open_job.job_id
        from added cross join unnest(open_jobs) as open_job (job_id)
        where added.is_new
    )

    select added.job_id from added;

    if array_remove(lanes, null) <> '{}' and array_remove(dedup_keys, null) <> '{}' then
        -- The first of a lane may have turned out to be a job that is already there.
        perform work._release_lanes(
            coalesce(tenant_ids, array_fill(0, array[size])), lanes
        );
    end if;
    if run_at is null or run_at <= moment then
        perform work._wake();
    end if;
end
$$;
comment on function work._enqueue(
    text, jsonb[], integer[], text[], text[], integer, timestamptz, bigint[]
) is
'Enqueues jobs of one kind in one statement; returns their ids.';

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
language plpgsql
security definer -- callers have no rights on the tables of the queue
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
#variable_conflict use_column
declare
    moment timestamptz := clock_timestamp();
    is_due boolean := run_at is null or run_at <= moment;
    is_awaited boolean;
    new_id bigint;
begin
    -- The plain case needs no more than a row: it is what a storm is made of. One
    -- statement does all of it, as each further one costs a third of it again.
    if dedup_key is null and lane is null and after is null
        and (tenant_id is null or tenant_id >= 0)
        and jsonb_typeof(payload) = 'object' and octet_length(payload::text) <= 1048576
        and (run_at is null or (run_at >= now() and isfinite(run_at))) then
        insert into work.job (
            tenant_id, kind, priority, state, run_at, max_attempts, payload, enqueued_at
        )
        select
            coalesce(enqueue.tenant_id, 0), k.name, coalesce(enqueue.priority, 100),
            case when is_due then 'ready' else 'waiting' end,
            coalesce(enqueue.run_at, moment), k.max_attempts, enqueue.payload, moment
        from work.kind as k
        where k.name = enqueue.kind
        returning job_id, exists (
            select from work.worker as w
            where w.idle and w.heartbeat_at > moment - interval '12 seconds'
        ) into new_id, is_awaited;
        if found then
            -- What work._wake does.
            if is_due and is_awaited then
                perform pg_notify('work', '');
                perform nextval('work.wake_ups_sent');
            elsif is_due then
                -- An expression by itself is no statement: it costs next to nothing.
                is_awaited := nextval('work.wake_ups_suppressed') is null;
            end if;
            return new_id;
        end if;
    end if;
    -- All others, and what is refused.
    return work._enqueue(
        kind, array[payload], array[tenant_id], array[dedup_key], array[lane], priority,
        run_at, after
    );
end
$$;
comment on function work.enqueue(
    text, jsonb, integer, integer, timestamptz, text, text, bigint[]
) is
'Enqueues a job and returns its id; with a dedup key the id of the job that lives with '
'it. Jobs of one lane run one at a time, in order; after names jobs that must be done '
'first.';

create or replace function work.enqueue_many(
    kind text,
    payloads jsonb[],
    tenant_ids integer[] default null,
    dedup_keys text[] default null,
    lanes text[] default null,
    priority integer default 100,
    run_at timestamptz default null
)
returns integer
language sql
security definer -- callers have no rights on the tables of the queue
set search_path = pg_catalog, pg_temp
as $$
    select count(*)::integer from work._enqueue(
        kind, payloads, tenant_ids, dedup_keys, lanes, priority, run_at, null
    )
$$;
comment on function work.enqueue_many(
    text, jsonb[], integer[], text[], text[], integer, timestamptz
) is
'Enqueues many jobs of one kind in one statement, of tenant 0 if no tenants are given; '
'returns how many. A dedup key may occur once in the arrays.';
