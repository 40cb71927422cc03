-- Limits that all workers share. How many jobs of a tenant, a provider or a kind run at
-- once and how fast they start is kept by work.claim; what a handler does inside a job
-- asks work.take.
--
-- Example: select work.set_limit('provider', 'anthropic', 4, 2, 10) -> two calls a
--   second, ten at once after a pause, in at most four jobs
-- Example: select work.take('anthropic') -> null: go; 00:00:00.4: ask again after that
-- Example: select work.close_gate('anthropic', '30 seconds', '429') -> when it opens

create or replace function work.set_limit(
    scope text,
    name text,
    max_running integer default null,
    rate numeric default null,
    burst integer default null
)
returns void
language plpgsql
security definer -- the queue's tables are nobody's
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    if set_limit.scope is null or set_limit.scope not in ('tenant', 'provider', 'kind')
        or coalesce(set_limit.name, '') = ''
        or (set_limit.scope = 'tenant' and set_limit.name !~ '^[0-9]{1,9}$')
        or length(set_limit.name) > 200
        or set_limit.max_running < 0 or set_limit.burst <= 0
        or (set_limit.burst is not null and set_limit.rate is null)
        -- A token in a thousand days, or a million in a second; NaN is beyond all.
        or set_limit.rate not between 1e-8 and 1e6 then
        raise exception using
            errcode = 'BW213',
            message = format(
                'no such limit: %s %s, max_running %s, rate %s, burst %s',
                coalesce(set_limit.scope, 'null'),
                coalesce(left(set_limit.name, 50), 'null'),
                coalesce(set_limit.max_running::text, 'null'),
                coalesce(left(set_limit.rate::text, 50), 'null'),
                coalesce(set_limit.burst::text, 'null')
            ),
            hint = 'Scopes are tenant (by id), provider and kind; max_running is at '
                'least 0, rate 0.00000001 to 1000000 a second, burst positive.';
    end if;
    if set_limit.scope = 'kind' and not exists (
        select from work.kind as k where k.name = set_limit.name
    ) then
        raise exception using
            errcode = 'BW201',
            message = format('unknown job kind %L', set_limit.name),
            hint = 'The kinds are the rows of work.kind.';
    end if;
    insert into work.gate as g (scope, name, max_running, rate, burst)
    values (
        set_limit.scope, set_limit.name, set_limit.max_running, set_limit.rate,
        case
            when set_limit.rate is not null
                then coalesce(set_limit.burst, ceil(set_limit.rate)::integer)
        end
    )
    on conflict on constraint gate_pkey do update
        set
            max_running = excluded.max_running, rate = excluded.rate,
            burst = excluded.burst;
    -- A new limit begins with a full bucket.
    delete from work.bucket as b
    where b.scope = set_limit.scope and b.name = set_limit.name;
    perform work._wake();
end
$$;
comment on function work.set_limit(text, text, integer, numeric, integer) is
'Limits a tenant, provider or kind to max_running jobs at once and rate starts a '
'second, of which burst can be saved up; null: no limit.';

-- The bucket of a gate with a rate, locked and filled up to now.
create or replace function work._refilled(scope text, name text)
returns numeric
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    gate work.gate;
    tokens numeric;
    moment timestamptz;
begin
    select * into strict gate from work.gate as g
    where g.scope = _refilled.scope and g.name = _refilled.name;
    insert into work.bucket (scope, name, tokens, refilled_at)
    values (_refilled.scope, _refilled.name, coalesce(gate.burst, 0), clock_timestamp())
    on conflict on constraint bucket_pkey do nothing;
    perform from work.bucket as b
    where b.scope = _refilled.scope and b.name = _refilled.name
    for update;
    if gate.rate is null then
        return null;
    end if;
    -- The time is read after the lock was waited for. A clock that goes back takes no
    -- tokens away.
    moment := clock_timestamp();
    update work.bucket as b
    set
        tokens = least(
            gate.burst,
            b.tokens + gate.rate * greatest(
                0, extract(epoch from moment - b.refilled_at)
            )
        ),
        refilled_at = moment
    where b.scope = _refilled.scope and b.name = _refilled.name
    returning b.tokens into strict tokens;
    return tokens;
end
$$;
comment on function work._refilled(text, text) is
'Locks the bucket of a gate, fills it up to now and returns its tokens; null without '
'a rate.';

create or replace function work.take(gate text, tokens numeric default 1)
returns interval
language plpgsql
security definer -- the queue's tables are nobody's
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    known work.gate;
    there numeric;
begin
    select * into known from work.gate as g
    where g.scope = 'provider' and g.name = take.gate;
    if take.gate is null or take.tokens is null or take.tokens <= 0
        or take.tokens > coalesce(known.burst, 1e9) then
        raise exception using
            errcode = 'BW214',
            message = format(
                'cannot take %s tokens of gate %s',
                coalesce(left(take.tokens::text, 50), 'null'),
                coalesce(left(take.gate, 50), 'null')
            ),
            hint = 'Take more than 0 and at most what the gate''s burst allows.';
    end if;
    if known.name is null then
        return null;
    end if;
    if known.closed_until > clock_timestamp() then
        return known.closed_until - clock_timestamp();
    end if;
    if known.rate is null then
        return null;
    end if;
    there := work._refilled('provider', take.gate);
    if there < take.tokens then
        return make_interval(secs => ceil(
            1000000 * (take.tokens - there) / known.rate
        )::double precision / 1000000);
    end if;
    update work.bucket as b set tokens = b.tokens - take.tokens
    where b.scope = 'provider' and b.name = take.gate;
    return null;
end
$$;
comment on function work.take(text, numeric) is
'Takes tokens of a provider''s gate: null means go, an interval that nothing was taken '
'and how long to wait. Call it in a transaction of its own: the bucket is locked '
'until the commit.';

create or replace function work.close_gate(gate text, until interval, reason text)
returns timestamptz
language plpgsql
security definer -- the queue's tables are nobody's
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    opens_at timestamptz;
begin
    if coalesce(close_gate.gate, '') = '' or length(close_gate.gate) > 200
        or close_gate.until is null
        or close_gate.until not between interval '0' and interval '30 days' then
        raise exception using
            errcode = 'BW215',
            message = format(
                'cannot close gate %s for %s',
                coalesce(left(close_gate.gate, 50), 'null'),
                coalesce(close_gate.until::text, 'null')
            ),
            hint = 'Name the provider and a time of at most 30 days; 0 opens it.';
    end if;
    insert into work.gate as g (scope, name, closed_until, reason)
    values (
        'provider', close_gate.gate, clock_timestamp() + close_gate.until,
        close_gate.reason
    )
    on conflict on constraint gate_pkey do update
        set
            -- Of two that close it the longer one holds; 0 opens it.
            closed_until = case
                when close_gate.until = interval '0' then null
                else greatest(g.closed_until, excluded.closed_until)
            end,
            reason = excluded.reason
    returning g.closed_until into opens_at;
    if close_gate.until = interval '0' then
        perform work._wake();
    end if;
    return opens_at;
end
$$;
comment on function work.close_gate(text, interval, text) is
'Closes a provider''s gate for a time (429, Retry-After, an outage): no job of its '
'kinds starts, and who asks work.take is told to wait; returns when it opens. An '
'interval of 0 opens it.';
