-- The scheduler: what the desk does by the clock, and whether the market is open.
--
-- Example: select name, next_at from api.scheduler_jobs();
--          select api.trigger_schedule('morning scan');
--          select is_open, next_open_at from api.market_status();

create or replace function api.market_status(
    calendar text default 'XNYS', at timestamptz default now()
)
returns table (
    is_open boolean, session date, opened_at timestamptz, closes_at timestamptz,
    early_close boolean, next_open_at timestamptz, reason text
)
language sql stable rows 1
security definer -- analysts have no rights on market
set search_path = pg_catalog, pg_temp
as $$
    with today as (
        select s.* from market.session as s
        where s.calendar = market_status.calendar
        and s.session = (market_status.at at time zone 'America/New_York')::date
    )

    select
        coalesce(market_status.at >= t.open_at and market_status.at < t.close_at, false),
        t.session, t.open_at, t.close_at, t.early_close,
        (
            select min(s.open_at) from market.session as s
            where s.calendar = market_status.calendar
            and s.open_at > market_status.at
            and s.session >= (market_status.at at time zone 'UTC')::date - 1
        ),
        case
            when not exists (
                select from market.session as s
                where s.calendar = market_status.calendar
                and s.session >= (market_status.at at time zone 'UTC')::date
            ) then 'the calendar ends before this time: load sessions'
            when t.session is null and extract(
                isodow from market_status.at at time zone 'America/New_York'
            ) > 5 then 'weekend'
            when t.session is null then 'holiday'
            when market_status.at < t.open_at then 'before the open'
            when market_status.at >= t.close_at then 'after the close'
            when t.early_close then 'open, closes early'
            else 'open'
        end
    from (values (1)) as one (row)
    left join today as t on true
$$;
comment on function api.market_status(text, timestamptz) is
'Whether an exchange is open, when it closes and opens next, and why it is not.';

create or replace function api.scheduler_jobs()
returns table (
    name text, kind text, cron text, time_zone text, calendar text, session_event text,
    session_offset interval, payload jsonb, next_at timestamptz, last_at timestamptz,
    last_job_id bigint, last_job_state text, enqueued bigint, skipped bigint,
    last_error text
)
language sql stable rows 10
security definer -- analysts have no rights on work
set search_path = pg_catalog, pg_temp
as $$
    select
        s.name, s.kind, s.cron, s.time_zone, s.calendar, s.session_event,
        s.session_offset, s.payload, s.next_at, s.last_at, s.last_job_id,
        coalesce(
            (select j.state from work.job as j where j.job_id = s.last_job_id),
            case
                when exists (
                    select from work.dead as d where d.job_id = s.last_job_id
                ) then 'dead'
                when s.last_job_id is not null then 'done'
            end
        ),
        s.enqueued, s.skipped, s.last_error
    from work.schedule as s
    where s.tenant_id = public.current_tenant()
    order by s.next_at nulls last, s.name
$$;
comment on function api.scheduler_jobs() is
'The tenant''s schedules: when each comes next, what became of the last.';

create or replace function api.scheduler_status()
returns table (
    running boolean, workers integer, last_seen_at timestamptz, schedules integer,
    failing integer, next_name text, next_at timestamptz, market_open boolean
)
language sql stable rows 1
security definer -- analysts have no rights on work
set search_path = pg_catalog, pg_temp
as $$
    select
        w.alive > 0, w.alive, w.last_seen_at,
        (select count(*)::integer from api.scheduler_jobs()),
        (
            select count(*)::integer from api.scheduler_jobs() as j
            where j.last_error is not null
        ),
        n.name, n.next_at, (select m.is_open from api.market_status() as m)
    from (
        select
            count(*) filter (
                where k.heartbeat_at > clock_timestamp() - interval '10 seconds'
            )::integer as alive,
            max(k.heartbeat_at) as last_seen_at
        from work.worker as k
    ) as w
    left join lateral (
        select j.name, j.next_at from api.scheduler_jobs() as j
        where j.next_at is not null order by j.next_at limit 1
    ) as n on true
$$;
comment on function api.scheduler_status() is
'Whether anybody minds the schedules (a worker with a fresh heartbeat), and what comes '
'next.';

create or replace function api.trigger_schedule(name text)
returns bigint
language plpgsql
security definer -- analysts have no rights on work
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    known work.schedule;
begin
    select * into known from work.schedule as s
    where s.tenant_id = public.current_tenant() and s.name = trigger_schedule.name;
    if not found then
        raise exception using
            errcode = 'BW405',
            message = format(
                'there is no schedule %s',
                coalesce(quote_literal(left(trigger_schedule.name, 100)), 'null')
            ),
            hint = 'See api.scheduler_jobs().';
    end if;
    return work.enqueue(
        known.kind, known.payload || jsonb_build_object('triggered_by', session_user),
        known.tenant_id, known.priority
    );
end
$$;
comment on function api.trigger_schedule(text) is
'Does a schedule''s job now, besides its times; returns the job''s id.';

create or replace function api.set_scan(
    name text, cron text, time_zone text default 'America/New_York',
    calendar text default 'XNYS', symbols text[] default null,
    execute boolean default null, strategy_id bigint default null
)
returns timestamptz
language sql
security definer -- analysts have no rights on work
set search_path = pg_catalog, pg_temp
as $$
    select work.set_schedule(
        set_scan.name, set_scan.cron, 'scan_market',
        jsonb_strip_nulls(jsonb_build_object(
            'symbols', set_scan.symbols, 'execute', set_scan.execute,
            'strategy_id', set_scan.strategy_id
        )),
        public.current_tenant(), set_scan.time_zone, set_scan.calendar
    )
$$;
comment on function api.set_scan(
    text, text, text, text, text[], boolean, bigint
) is
'Sets a scan by its name: a cron line in a time zone, on the calendar''s days only '
'(null: every day). Returns when it comes first.';

create or replace function api.drop_schedule(name text)
returns boolean
language sql
security definer -- analysts have no rights on work
set search_path = pg_catalog, pg_temp
as $$ select work.drop_schedule(drop_schedule.name, public.current_tenant()) $$;
comment on function api.drop_schedule(text) is
'Ends a schedule of the tenant; false if there is none of that name.';
