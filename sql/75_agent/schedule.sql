-- What a tenant's desk does by the clock, as rows of work.schedule: scans of the market
-- on exchange days, and the close of the day.
--
-- Example: select * from api.scheduler_jobs();
--          select api.set_scan('morning scan', '30 10 * * *');

insert into work.kind as known
(
    name, description, max_attempts, backoff_base, backoff_max, lease, side_effects,
    merge_least
)
values
('scan_market', 'Start the cycle of one scheduled scan.',
8, '2 seconds', '5 minutes', '1 minute', false, null),
('daily_summary', 'Tell what the day brought, and settle what follows from it.',
8, '5 seconds', '10 minutes', '5 minutes', false, null)
on conflict (name) do update
    set description = excluded.description, side_effects = excluded.side_effects
    where (known.description, known.side_effects)
    is distinct from (excluded.description, excluded.side_effects);

-- The next time of a row is found when the exchange's sessions are known: a tenant may
-- be there before them.
create or replace function agent.default_schedules()
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    insert into work.schedule (
        tenant_id, name, kind, payload, cron, time_zone, calendar, session_event,
        session_offset, catch_up, skip_if_running
    )
    select
        public.current_tenant(), d.name, d.kind, '{}', d.cron, d.time_zone, 'XNYS',
        d.session_event, d.session_offset, 'last', true
    from (values
        (
            'morning scan', 'scan_market', '0 11 * * *', 'America/New_York', null,
            interval '0'
        ),
        (
            'afternoon scan', 'scan_market', '30 14 * * *', 'America/New_York', null,
            interval '0'
        ),
        (
            'daily summary', 'daily_summary', null, 'UTC', 'close',
            interval '30 minutes'
        )
    ) as d (name, kind, cron, time_zone, session_event, session_offset)
    on conflict do nothing
$$;
comment on function agent.default_schedules() is
'Gives the tenant its usual schedules: scans at 11:00 and 14:30 in New York on '
'exchange days, a summary half an hour after the close.';

create or replace function agent.scan_symbols()
returns text[]
language sql stable
security definer -- callers have no rights on the tables
set search_path = pg_catalog, pg_temp
as $$
    with wanted as (
        -- What is held is looked at, whatever else.
        select p.symbol, 0 as place, 0::double precision as far
        from trade.position as p
        where p.tenant_id = public.current_tenant() and p.quantity <> 0
        union all
        select i.symbol, 1, 0 from market.instrument as i
        where tenant.setting('scan_symbols') ? i.symbol
        union all
        -- Nothing is named: what moved most, as far as it is known and fresh.
        select i.symbol, 2, -abs(s.return_5)
        from market.instrument as i
        cross join lateral (
            select k.return_5, k.known_at from market.snapshot as k
            where k.instrument_id = i.instrument_id and k.bar_interval = '1d'
            order by k.ts desc limit 1
        ) as s
        where
            tenant.setting('scan_symbols') = '[]' and i.asset_class <> 'index'
            and s.known_at > clock_timestamp() - interval '7 days'
            and s.return_5 is not null
    )

    select coalesce(array_agg(chosen.symbol order by chosen.place, chosen.far,
        chosen.symbol), '{}')
    from (
        select w.symbol, min(w.place) as place, min(w.far) as far from wanted as w
        group by w.symbol
        order by min(w.place), min(w.far), w.symbol
        limit tenant.number_setting('scan_most')::bigint
    ) as chosen
$$;
comment on function agent.scan_symbols() is
'What a scheduled scan looks at: what is held, the setting scan_symbols, or else what '
'moved most in five days; at most scan_most.';

create or replace function agent.scan_market(scan jsonb default '{}')
returns bigint
language plpgsql
security definer -- callers have no rights on the tables
set search_path = pg_catalog, pg_temp
as $$
declare
    symbols constant text[] := coalesce(
        (
            select array_agg(s.symbol order by s.place)
            from jsonb_array_elements_text(
                case when jsonb_typeof(scan -> 'symbols') = 'array'
                then scan -> 'symbols' end
            ) with ordinality as s (symbol, place)
        ), agent.scan_symbols()
    );
begin
    if symbols = '{}' then
        perform agent.record_event(
            'ScanSkipped', null, jsonb_build_object('reason', 'there is nothing to look at')
        );
        return null;
    end if;
    return agent.new_cycle(
        symbols,
        coalesce(
            (scan ->> 'execute')::boolean, tenant.setting('scan_execute')::boolean
        ) and exists (
            select from trade.account as a where a.tenant_id = public.current_tenant()
        ),
        'scheduled', (scan ->> 'strategy_id')::bigint
    );
end
$$;
comment on function agent.scan_market(jsonb) is
'Starts the cycle of a scheduled scan; null, and an event, if there is nothing to look '
'at. {"symbols", "execute", "strategy_id"} go before the settings.';

-- What died is told of by the tenant's next cycle, or at the end of the day: the queue
-- itself knows no tenants.
create or replace function agent.tell_dead_jobs()
returns integer
language plpgsql
security definer -- callers have no rights on the tables
set search_path = pg_catalog, pg_temp
as $$
declare
    gone record;
    told integer := 0;
begin
    for gone in
        select
            d.kind, count(*) as jobs, max(d.job_id) as job_id,
            (array_agg(d.error order by d.died_at desc))[1] as error
        from work.dead as d
        where
            d.tenant_id = public.current_tenant() and d.reason <> 'canceled'
            -- That of an alert's own sending says so in its delivery.
            and d.kind <> 'send_alert' and not exists (
                select from ops.alert as a
                where a.tenant_id = d.tenant_id and a.kind = 'system'
                and a.subject = d.kind and a.last_at >= d.died_at
            )
        group by d.kind order by d.kind
    loop
        perform ops.raise_alert(
            'system',
            jsonb_build_object(
                'title', format('%s jobs %s failed for good', gone.jobs, gone.kind),
                'reason', format('The last, job %s: %s', gone.job_id,
                    left(gone.error, 500)),
                'job_id', gone.job_id
            ), gone.kind
        );
        told := told + 1;
    end loop;
    return told;
end
$$;
comment on function agent.tell_dead_jobs() is
'Raises the alert system for kinds of the tenant''s jobs that died and were not told '
'of; returns how many.';

create or replace function agent.close_day(payload jsonb default '{}')
returns integer
language plpgsql
security definer -- callers have no rights on the tables
set search_path = pg_catalog, pg_temp
as $$
declare
    moment constant timestamptz := coalesce(
        (payload ->> 'scheduled_for')::timestamptz, clock_timestamp()
    );
    summed record;
    told integer := 0;
begin
    for summed in
        select e.account_id, max(e.day) as day from trade.equity as e
        where e.tenant_id = public.current_tenant()
        and e.day <= (moment at time zone 'UTC')::date
        group by e.account_id order by e.account_id
    loop
        -- A day without new bars has been told.
        continue when exists (
            select from ops.alert as a
            where a.tenant_id = public.current_tenant() and a.kind = 'daily_summary'
            and a.subject = format('account %s %s', summed.account_id, summed.day)
        );
        perform trade.daily_summary(summed.account_id, summed.day);
        told := told + 1;
    end loop;
    perform agent.tell_dead_jobs();
    perform agent.seal_events();
    perform agent.settle_actions();
    perform agent.suggest_weights();
    perform agent.review_strategies();
    return told;
end
$$;
comment on function agent.close_day(jsonb) is
'Raises the daily summary of each account, seals events, settles actions, and lets '
'weights and strategies follow; returns how many summaries.';
