-- Events are links of a chain: each holds the digest of the one before it in its cycle
-- (without a cycle: in the tenant's desk), so that a changed or missing one shows, even
-- if the owner of the tables did it. agent.chain keeps the last link, agent.seal a
-- digest of each day; the alert daily_seal takes the seal out of the house.
--
-- Example: select * from agent.verify_events();  -> no rows: nothing was changed

create or replace function agent._digest(event agent.event)
returns bytea
language sql immutable
return pg_catalog.sha256(
    coalesce(event.previous_hash, '')
    || pg_catalog.convert_to(
        pg_catalog.jsonb_build_array(
            event.tenant_id, event.event_id,
            extract(epoch from event.at), event.cycle_id, event.trace_id, event.type,
            event.symbol, event.payload, event.place
        )::text, 'UTF8'
    )
);
comment on function agent._digest(agent.event)
    is 'Digest of all that an event says and of the link before it.';

create or replace function agent.link_event()
returns trigger
language plpgsql
security definer -- keeps the chain whoever writes; its tenant is the session's
set search_path = pg_catalog, pg_temp
-- The table is small when a session makes its plan, and grows.
set enable_seqscan = off
as $$
declare
    chained constant bigint := coalesce(new.cycle_id, 0);
    previous agent.chain;
begin
    loop
        -- The lock of the chain: only writers of the same cycle wait for each other.
        select c.* into previous from agent.chain as c
        where c.tenant_id = new.tenant_id and c.cycle_id = chained
        for update;
        exit when found;
        insert into agent.chain (tenant_id, cycle_id, place, hash)
        values (new.tenant_id, chained, 0, '')
        on conflict (tenant_id, cycle_id) do nothing;
    end loop;
    new.place := previous.place + 1;
    new.previous_hash := case when previous.place > 0 then previous.hash end;
    new.hash := agent._digest(new);
    update agent.chain as c set place = new.place, hash = new.hash
    where c.tenant_id = new.tenant_id and c.cycle_id = chained;
    return new;
end
$$;
comment on function agent.link_event()
    is 'Trigger function: an event becomes the last link of its chain.';
create or replace trigger _200_link before insert on agent.event
for each row execute function agent.link_event();

create or replace function agent.seal_events()
returns integer
language plpgsql
security definer -- callers have no rights on the tables
set search_path = pg_catalog, pg_temp
as $$
declare
    last agent.seal;
    wanted date;
    counted bigint;
    made integer := 0;
    digest bytea;
    -- Of one moment, so that the index finds what is before it.
    until constant timestamptz :=
    date_trunc('day', clock_timestamp() - interval '1 hour', 'UTC');
begin
    -- A day is sealed an hour after its end: what was written then is committed.
    if exists (
        select from agent.seal as s
        where s.tenant_id = public.current_tenant()
        and s.day >= ((clock_timestamp() - interval '25 hours') at time zone 'UTC')::date
    ) then
        return 0;
    end if;
    perform pg_advisory_xact_lock(
        hashtext('agent.seal_events'), public.current_tenant()
    );
    select * into last from agent.seal as s
    where s.tenant_id = public.current_tenant() order by s.day desc limit 1;
    for wanted in
        select distinct (e.at at time zone 'UTC')::date as day from agent.event as e
        where
            e.tenant_id = public.current_tenant()
            and e.at >= coalesce(
                (last.day + 1)::timestamp at time zone 'UTC', '-infinity'
            )
            and e.at < until
        order by day
    loop
        digest := agent._seal_of(wanted, last.hash);
        select count(*) into counted from agent.event as e
        where e.tenant_id = public.current_tenant()
        and e.at >= wanted::timestamp at time zone 'UTC'
        and e.at < (wanted + 1)::timestamp at time zone 'UTC';
        insert into agent.seal (day, events, previous_hash, hash)
        values (wanted, counted, last.hash, digest)
        returning * into last;
        made := made + 1;
        perform ops.raise_alert(
            'daily_seal',
            jsonb_build_object(
                'day', wanted, 'events', counted, 'hash', encode(digest, 'hex')
            ),
            wanted::text
        );
    end loop;
    return made;
end
$$;
comment on function agent.seal_events() is
'Seals the days that are over; returns how many.';

create or replace function agent._seal_of(day date, previous_hash bytea)
returns bytea
language sql stable
set search_path = pg_catalog, pg_temp
as $$
    select sha256(
        coalesce(_seal_of.previous_hash, '')
        || coalesce(string_agg(e.hash, ''::bytea order by e.event_id), '')
    )
    from agent.event as e
    where
        e.tenant_id = public.current_tenant()
        and e.at >= _seal_of.day::timestamp at time zone 'UTC'
        and e.at < (_seal_of.day + 1)::timestamp at time zone 'UTC'
$$;
comment on function agent._seal_of(date, bytea)
    is 'Digest of all events of a day and of the seal before it.';

create or replace function agent.verify_events()
returns table (cycle_id bigint, event_id bigint, day date, problem text)
language sql stable
security definer -- callers have no rights on the tables
set search_path = pg_catalog, pg_temp
as $$
    with sealed as (
        select s.*, lag(s.hash) over (order by s.day) as hash_before
        from agent.seal as s where s.tenant_id = public.current_tenant()
    ),

    link as (
        select
            e.*, agent._digest(e) as digest, lag(e.hash) over chain as hash_before,
            lag(e.place) over chain as place_before
        from agent.event as e where e.tenant_id = public.current_tenant()
        window chain as (
            partition by coalesce(e.cycle_id, 0) order by e.place, e.event_id
        )
    ),

    head as (
        select distinct on (coalesce(link.cycle_id, 0))
            coalesce(link.cycle_id, 0) as cycle_id, link.place, link.hash
        from link order by coalesce(link.cycle_id, 0), link.place desc
    )

    select link.cycle_id, link.event_id, (link.at at time zone 'UTC')::date,
        'what the event says was changed'
    from link
    where link.hash <> link.digest
    union all
    select link.cycle_id, link.event_id, (link.at at time zone 'UTC')::date,
        'an event before it is missing'
    from link
    where link.place <> coalesce(link.place_before, 0) + 1
    or link.previous_hash is distinct from link.hash_before
    union all
    select nullif(c.cycle_id, 0), null, null, 'the last events of the chain are missing'
    from agent.chain as c
    left join head on c.cycle_id = head.cycle_id
    where c.tenant_id = public.current_tenant()
    and (c.place, c.hash) is distinct from (head.place, head.hash)
    union all
    select nullif(head.cycle_id, 0), null, null, 'the chain has lost its last link'
    from head
    where not exists (
        select from agent.chain as c
        where c.tenant_id = public.current_tenant() and c.cycle_id = head.cycle_id
    )
    union all
    select null, null, sealed.day, 'the day is not as it was sealed'
    from sealed
    where sealed.hash <> agent._seal_of(sealed.day, sealed.previous_hash)
    union all
    select null, null, sealed.day, 'a seal before it is missing or was changed'
    from sealed
    where sealed.previous_hash is distinct from sealed.hash_before
$$;
comment on function agent.verify_events() is
'What of the tenant''s events was changed or removed since it was written; no rows: '
'nothing.';
