-- Jobs that come again and again. However many call work.schedule_tick, each tick is
-- enqueued once: the row of the schedule is locked, and moved on in the transaction
-- that enqueues.
--
-- Example: work.set_schedule('nightly', '30 2 * * *', 'match_orders',
--     '{"account_id": 1}', 1, 'Europe/Berlin') -> when it fires first
-- Example: work.set_schedule('before the close', null, 'match_orders',
--     '{"account_id": 1}', 1, calendar => 'XNYS', session_event => 'close',
--     session_offset => '-10 minutes')

create or replace function work._schedule_next(
    schedule work.schedule, after timestamptz
)
returns timestamptz
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
    tick timestamptz := after;
    today date;
    next_session date;
begin
    if schedule.cron is null then
        select min(fires.at) into tick
        from (
            select case schedule.session_event
                when 'open' then s.open_at else s.close_at
            end + schedule.session_offset as at
            from market.session as s
            where
                s.calendar = schedule.calendar
                -- The key narrows the search: sessions begin on their day.
                and s.session >= (
                    (after - schedule.session_offset) at time zone 'UTC'
                )::date - 2
        ) as fires
        where fires.at > after;
        return tick;
    end if;
    loop
        tick := work.cron_next(schedule.cron, tick, schedule.time_zone);
        exit when schedule.calendar is null;
        -- The session of that day, or the next one there is.
        today := (tick at time zone schedule.time_zone)::date;
        select min(s.session) into next_session from market.session as s
        where s.calendar = schedule.calendar and s.session >= today;
        if next_session is null then
            tick := null;
        elsif next_session > today then
            -- No need to look at the days between.
            tick := next_session::timestamp at time zone schedule.time_zone
                - interval '1 second';
            continue;
        end if;
        exit when tick is null or schedule.session_event is distinct from 'hours'
            or exists (
                select from market.session as s
                where
                    s.calendar = schedule.calendar and s.session = today
                    and tick between s.open_at and s.close_at
            );
    end loop;
    return tick;
end
$$;
comment on function work._schedule_next(work.schedule, timestamptz) is
'When a schedule fires next after a moment; null if no session is known.';

create or replace function work.set_schedule(
    name text,
    cron text,
    kind text,
    payload jsonb default '{}',
    tenant_id integer default 0,
    time_zone text default 'UTC',
    calendar text default null,
    catch_up text default 'last',
    skip_if_running boolean default true,
    session_event text default null,
    session_offset interval default '0',
    priority integer default 100
)
returns timestamptz
language plpgsql
security definer -- the queue's tables are nobody's
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    wanted work.schedule;
    wrong text;
begin
    if not exists (select from work.kind as k where k.name = set_schedule.kind) then
        raise exception using
            errcode = 'BW201',
            message = format(
                'unknown job kind %s',
                coalesce(quote_literal(set_schedule.kind), 'null')
            ),
            hint = 'The kinds are the rows of work.kind.';
    end if;
    perform work._check_payloads(set_schedule.kind, array[set_schedule.payload]);
    perform work._check_time_zone(set_schedule.time_zone);
    wrong := case
        when coalesce(set_schedule.name !~ '^[A-Za-z0-9][A-Za-z0-9 _.:-]{0,99}$', true)
            then 'its name must be 1 to 100 letters, digits, spaces, or _ . : -'
        when coalesce(set_schedule.catch_up not in ('all', 'last', 'none'), true)
            then 'catch_up is all, last or none'
        when set_schedule.session_event not in ('open', 'close', 'hours')
            then 'session_event is open, close or hours'
        when coalesce(set_schedule.session_event in ('open', 'close'), false)
            = (set_schedule.cron is not null)
            then 'it needs either a cron line or the session_event open or close'
        when set_schedule.session_event is not null and set_schedule.calendar is null
            then 'a session_event needs a calendar'
        when set_schedule.calendar is not null and not exists (
            select from market.session as s where s.calendar = set_schedule.calendar
        )
            then format('calendar %L has no sessions', set_schedule.calendar)
        when coalesce(
            abs(extract(epoch from set_schedule.session_offset)) > 86400, true
        )
            then 'session_offset is at most a day'
        when set_schedule.tenant_id is null or set_schedule.skip_if_running is null
            then 'tenant_id and skip_if_running are not null'
    end;
    if wrong is not null then
        raise exception using
            errcode = 'BW218',
            message = format(
                'schedule %s cannot be set: %s',
                coalesce(quote_literal(set_schedule.name), 'null'), wrong
            );
    end if;

    wanted.tenant_id := set_schedule.tenant_id;
    wanted.name := set_schedule.name;
    wanted.cron := set_schedule.cron;
    wanted.time_zone := set_schedule.time_zone;
    wanted.calendar := set_schedule.calendar;
    wanted.session_event := set_schedule.session_event;
    wanted.session_offset := set_schedule.session_offset;
    wanted.next_at := work._schedule_next(wanted, clock_timestamp());
    if wanted.next_at is null and exists (
        select from market.session as s
        where s.calendar = wanted.calendar and s.open_at > clock_timestamp()
    ) then
        raise exception using
            errcode = 'BW216',
            message = format('the cron line %L never fires', wanted.cron),
            hint = format('It fires in no session of calendar %s.', wanted.calendar);
    end if;

    insert into work.schedule as live (
        tenant_id, name, kind, payload, priority, cron, time_zone, calendar,
        session_event, session_offset, catch_up, skip_if_running, next_at
    )
    values (
        wanted.tenant_id, wanted.name, set_schedule.kind, set_schedule.payload,
        coalesce(set_schedule.priority, 100), wanted.cron, wanted.time_zone,
        wanted.calendar, wanted.session_event, wanted.session_offset,
        set_schedule.catch_up, set_schedule.skip_if_running, wanted.next_at
    )
    on conflict on constraint schedule_pkey do update
        set
            kind = excluded.kind, payload = excluded.payload,
            priority = excluded.priority, cron = excluded.cron,
            time_zone = excluded.time_zone, calendar = excluded.calendar,
            session_event = excluded.session_event,
            session_offset = excluded.session_offset, catch_up = excluded.catch_up,
            skip_if_running = excluded.skip_if_running,
            -- The same times: ticks that are still to be caught up with stay so.
            next_at = case
                when (
                    live.cron, live.time_zone, live.calendar, live.session_event,
                    live.session_offset
                ) is distinct from (
                    excluded.cron, excluded.time_zone, excluded.calendar,
                    excluded.session_event, excluded.session_offset
                )
                    then excluded.next_at
                else live.next_at
            end;
    return wanted.next_at;
end
$$;
comment on function work.set_schedule(
    text, text, text, jsonb, integer, text, text, text, boolean, text, interval, integer
) is
'Sets a schedule of a tenant by its name: a cron line in a time zone (with a calendar '
'on session days only, with session_event hours between open and close only), or '
'session_offset after each open or close. Returns when it fires first; null if the '
'calendar has no session to come yet.';

create or replace function work.drop_schedule(name text, tenant_id integer default 0)
returns boolean
language plpgsql
security definer -- the queue's tables are nobody's
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    delete from work.schedule as s
    where s.tenant_id = drop_schedule.tenant_id and s.name = drop_schedule.name;
    return found;
end
$$;
comment on function work.drop_schedule(text, integer) is
'Ends a schedule; false if there is none of that name. Its jobs stay.';

-- One tick: a job, unless the last one from before still lives. Jobs of a schedule that
-- does not overlap share a lane, should several be caught up with at once.
create or replace function work._fire(
    schedule work.schedule, tick timestamptz, is_late boolean
)
returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    if schedule.skip_if_running and not (is_late and schedule.catch_up = 'all')
        and exists (
            select from work.job as j where j.job_id = schedule.last_job_id
        ) then
        return null;
    end if;
    return work._enqueue(
        schedule.kind, array[
            schedule.payload || jsonb_build_object(
                'scheduled_for',
                to_char(tick at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
            )
        ],
        array[schedule.tenant_id], null, array[
            case when schedule.skip_if_running then 'schedule ' || schedule.name end
        ],
        schedule.priority, null, null
    );
end
$$;
comment on function work._fire(work.schedule, timestamptz, boolean) is
'Enqueues the job of a tick and returns its id; null if the last one still lives.';

-- A schedule that owes a long absence needs only its last tick: no need to go through
-- all of them.
create or replace function work._skip_absence(
    schedule work.schedule, moment timestamptz
)
returns timestamptz
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
    reach interval;
    tick timestamptz;
begin
    foreach reach in array array['1 hour', '1 day', '8 days', '1 year']::interval[] loop
        exit when schedule.catch_up = 'all' or schedule.next_at > moment - reach;
        tick := work._schedule_next(schedule, moment - reach);
        if tick <= moment then
            return tick;
        end if;
    end loop;
    return schedule.next_at;
end
$$;
comment on function work._skip_absence(work.schedule, timestamptz) is
'The tick of a schedule from which on it is to be caught up with.';

create or replace function work._catch_up(schedule work.schedule, moment timestamptz)
returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    tick timestamptz := work._skip_absence(schedule, moment);
    following timestamptz;
    is_late boolean;
    job bigint;
    newest bigint := schedule.last_job_id;
    fired integer := 0;
    -- The rest of a long absence comes with the next calls.
    left_over integer := 100;
begin
    if tick > schedule.next_at then
        schedule.skipped := schedule.skipped + 1;
    end if;
    while tick <= moment and left_over > 0 loop
        following := work._schedule_next(schedule, tick);
        is_late := tick <= moment - interval '1 minute';
        job := null;
        if schedule.catch_up = 'all' or (
            (schedule.catch_up = 'last' or not is_late)
            and coalesce(following > moment, true)
        ) then
            job := work._fire(schedule, tick, is_late);
        end if;
        if job is null then
            schedule.skipped := schedule.skipped + 1;
        else
            schedule.enqueued := schedule.enqueued + 1;
            newest := job;
            fired := fired + 1;
        end if;
        schedule.last_at := tick;
        tick := following;
        left_over := left_over - 1;
    end loop;
    update work.schedule as s
    set
        next_at = tick, last_at = schedule.last_at,
        last_job_id = newest, enqueued = schedule.enqueued,
        skipped = schedule.skipped, last_error = null
    where s.tenant_id = schedule.tenant_id and s.name = schedule.name;
    return fired;
end
$$;
comment on function work._catch_up(work.schedule, timestamptz) is
'Enqueues what a schedule owes up to a moment and moves it on; returns how many jobs.';

create or replace function work.schedule_tick()
returns integer
language plpgsql
security definer -- the queue's tables are nobody's
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    moment timestamptz := clock_timestamp();
    schedule work.schedule;
    fired integer := 0;
begin
    for schedule in
        select s.* from work.schedule as s
        where
            s.next_at <= moment
            -- Sessions may have been loaded meanwhile.
            or (s.next_at is null and exists (
                select from market.session as m
                where m.calendar = s.calendar and m.close_at > moment
            ))
        order by s.next_at
        for update skip locked
    loop
        -- One that fails must not keep the others from their ticks.
        begin
            if schedule.next_at is null then
                update work.schedule as s
                set next_at = work._schedule_next(schedule, moment)
                where s.tenant_id = schedule.tenant_id and s.name = schedule.name;
            else
                fired := fired + work._catch_up(schedule, moment);
            end if;
        exception when others then
            raise warning 'schedule % of tenant % failed: %', schedule.name,
                schedule.tenant_id, sqlerrm;
            update work.schedule as s
            set last_error = sqlerrm, next_at = moment + interval '1 minute'
            where s.tenant_id = schedule.tenant_id and s.name = schedule.name;
        end;
    end loop;
    return fired;
end
$$;
comment on function work.schedule_tick() is
'Enqueues the jobs of all schedules whose time has come and returns how many; every '
'worker calls it about once a second.';

create or replace view work.schedules as
select
    schedule.tenant_id,
    schedule.name,
    schedule.kind,
    schedule.cron,
    schedule.time_zone,
    schedule.calendar,
    schedule.session_event,
    schedule.session_offset,
    schedule.catch_up,
    schedule.skip_if_running,
    schedule.next_at,
    schedule.last_at,
    schedule.last_job_id,
    schedule.enqueued,
    schedule.skipped,
    schedule.last_error
from work.schedule;
comment on view work.schedules
    is 'The schedules: when each fires next, what it enqueued and skipped.';
