-- Work to do. A dedup key is unique for tenant and kind while the job lives: enqueuing
-- it again changes the waiting job, or lets a running one run once more with the new
-- payload (it may already have read what has changed since).
--
-- Example: work.enqueue('run_cycle', '{"cycle_id": 7}', 1, dedup_key => 'cycle 7')
--   -> 12, and 12 again while that job lives

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

create or replace function work.enqueue_many(
    kind text,
    payloads jsonb[],
    tenant_ids integer[],
    priority integer default 100,
    run_at timestamptz default null,
    dedup_keys text[] default null
)
returns setof bigint
language plpgsql
security definer -- callers have no rights on the tables of the queue
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    known work.kind;
    largest integer;
    moment timestamptz := clock_timestamp();
begin
    select * into known from work.kind where name = enqueue_many.kind;
    if not found then
        raise exception using
            errcode = 'BW201',
            message = format(
                'unknown job kind %s', coalesce(quote_literal(kind), 'null')
            ),
            hint = 'The kinds are the rows of work.kind.';
    end if;
    if coalesce(cardinality(payloads), 0) = 0 then
        return;
    end if;
    if cardinality(payloads) is distinct from cardinality(tenant_ids)
        or cardinality(payloads) <> coalesce(
            cardinality(dedup_keys), cardinality(payloads)
        ) then
        raise exception using
            errcode = 'BW205',
            message = 'payloads, tenants and dedup keys differ in number';
    end if;
    if (
        select bool_or(
            jsonb_typeof(body) is distinct from 'object'
        ) from unnest(payloads) as body
    ) then
        raise exception using
            errcode = 'BW204',
            message = format('the payload of a %s job must be a JSON object', kind);
    end if;
    select max(octet_length(body::text)) into largest from unnest(payloads) as body;
    if largest > 1048576 then
        raise exception using
            errcode = 'BW202',
            message = format('a payload of %s bytes is larger than 1 MB', largest),
            hint = 'Store the data in a table and put its key into the payload.';
    end if;
    -- Anybody who computes run_at from the database's clock is at or after now().
    if run_at < now() or not isfinite(run_at) then
        raise exception using
            errcode = 'BW203',
            message = format('a job cannot run at %s', run_at),
            hint = 'Leave run_at out to run at once.';
    end if;

    -- In the order of the keys, so that two transactions cannot wait for each other.
    return query
    insert into work.job as live (
        tenant_id, kind, priority, state, run_at, max_attempts, dedup_key, payload,
        enqueued_at
    )
    select
        given.tenant_id, known.name, coalesce(enqueue_many.priority, 100),
        case when enqueue_many.run_at > moment then 'waiting' else 'ready' end,
        coalesce(enqueue_many.run_at, moment), known.max_attempts, given.dedup_key,
        given.payload, moment
    from unnest(
        enqueue_many.payloads, enqueue_many.tenant_ids,
        coalesce(
            enqueue_many.dedup_keys, array_fill(
                null::text, array[cardinality(enqueue_many.payloads)]
            )
        )
    ) as given (payload, tenant_id, dedup_key)
    order by given.tenant_id, given.dedup_key
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
            -- A retry keeps its wait; what has never failed runs at the earlier time.
            run_at = case
                when live.state = 'waiting' and live.errors = '[]'
                    then least(live.run_at, excluded.run_at)
                else live.run_at
            end
    returning job_id;

    -- A constant payload, and only when somebody waits: NOTIFY takes a database-wide
    -- lock until the commit is on disk. The row is the truth, polling the safety net.
    if exists (
        select from work.worker
        where idle and heartbeat_at > moment - interval '12 seconds'
    ) then
        perform pg_notify('work', '');
    end if;
end
$$;
comment on function work.enqueue_many(
    text, jsonb[], integer[], integer, timestamptz, text[]
) is
'Enqueues many jobs of one kind in one statement; a dedup key may occur once in the '
'arrays.';

create or replace function work.enqueue(
    kind text,
    payload jsonb default '{}',
    tenant_id integer default 0,
    priority integer default 100,
    run_at timestamptz default null,
    dedup_key text default null
)
returns bigint
language sql
security definer -- callers have no rights on the tables of the queue
set search_path = pg_catalog, pg_temp
as $$
    select work.enqueue_many(
        kind, array[payload], array[tenant_id], priority, run_at,
        case when dedup_key is not null then array[dedup_key] end
    )
$$;
comment on function work.enqueue(text, jsonb, integer, integer, timestamptz, text) is
'Enqueues a job and returns its id; with a dedup key the id of the job that lives with '
'it.';
