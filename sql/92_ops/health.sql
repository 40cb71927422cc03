-- Is everything there and fresh? What `bellwether doctor` shows of the database;
-- whoever may call it sees no rows of any tenant, only counts and times.
--
-- Example: select * from ops.health() where state <> 'ok';

create or replace function ops._health_server()
returns table (name text, state text, message text, mend text)
language sql stable
set search_path = pg_catalog, pg_temp
begin atomic
    select
        'roles',
        case when missing.roles is null then 'ok' else 'fail' end,
        coalesce('missing: ' || missing.roles, 'all there'),
        'Run as a superuser: bellwether migrate'
    from (
        select string_agg(wanted, ', ') as roles
        from unnest(array[
            'bellwether_owner', 'bellwether_worker', 'bellwether_gateway',
            'bellwether_reader', 'bellwether_analyst', 'bellwether_backup'
        ]) as wanted
        where to_regrole(wanted) is null
    ) as missing
    union all
    select
        'tenant setting',
        case when granted and preloaded then 'ok' else 'fail' end,
        case
            when not granted then 'worker or gateway may not set bellwether.tenant'
            when not preloaded then 'sessions do not preload the extension'
            else 'only worker and gateway may choose it'
        end,
        'Run as a superuser: bellwether migrate; then connect anew'
    from (
        select
            coalesce(bool_and(
                has_parameter_privilege(r.oid, 'bellwether.tenant', 'SET')
            ), false) as granted,
            exists (
                select from pg_db_role_setting as s
                inner join pg_database as d on s.setdatabase = d.oid
                where d.datname = current_database()
                    and 'session_preload_libraries=bellwether' = any(s.setconfig)
            ) as preloaded
        from pg_roles as r
        where r.rolname in ('bellwether_worker', 'bellwether_gateway')
    ) as seen
    union all
    select
        'time zone',
        case when current_setting('TimeZone') = 'UTC' then 'ok' else 'warn' end,
        'this session is in ' || current_setting('TimeZone'),
        'alter database ... set timezone = ''UTC''';
end;
comment on function ops._health_server() is
'Roles, rights and the state of the server.';

create or replace function ops._health_tenants()
returns table (name text, state text, message text, mend text)
language sql stable
set search_path = pg_catalog, pg_temp
begin atomic
    select
        'tenants',
        case when count(*) > 0 then 'ok' else 'warn' end,
        case
            when count(*) > 0 then count(*) || ' beside the system''s own'
            else 'none yet'
        end,
        'select tenant.create_tenant(1, ''desk''); demo/tenant.sql is an example'
    from tenant.tenant as t
    where t.tenant_id > 0
    union all
    select
        'tenant logins',
        case when count(*) filter (where not is_fixed) = 0 then 'ok' else 'fail' end,
        case
            when count(*) filter (where not is_fixed) = 0
                then count(*) || ' fixed to their tenant'
            else 'not fixed to their tenant: '
                || string_agg(role_name, ', ') filter (where not is_fixed)
        end,
        'alter role LOGIN in database DB set bellwether.tenant = N'
    from (
        select
            m.role_name,
            exists (
                select from pg_db_role_setting as s
                inner join pg_database as d on s.setdatabase = d.oid
                where s.setrole = to_regrole(quote_ident(m.role_name))
                    and d.datname = current_database()
                    and 'bellwether.tenant=' || m.tenant_id = any(s.setconfig)
            ) as is_fixed
        from tenant.member as m
    ) as logins;
end;
comment on function ops._health_tenants() is
'Tenants and the logins that belong to them.';

create or replace function ops._health_market()
returns table (name text, state text, message text, mend text)
language sql stable
set search_path = pg_catalog, pg_temp
begin atomic
    select
        'instruments',
        case when count(*) > 0 then 'ok' else 'warn' end,
        count(*) || ' known',
        'bellwether ingest demo/data/symbols.csv'
    from market.instrument
    union all
    select
        'calendar',
        case
            when max(s.session) is null then 'warn'
            when max(s.session) < current_date + 30 then 'warn'
            else 'ok'
        end,
        coalesce('XNYS is known until ' || max(s.session), 'XNYS has no sessions'),
        'bellwether ingest demo/data/xnys_sessions.csv, or a newer list'
    from market.session as s
    where s.calendar = 'XNYS'
    union all
    select
        'bars',
        case
            when newest.known_at is null then 'warn'
            when newest.known_at < clock_timestamp() - interval '4 days' then 'warn'
            else 'ok'
        end,
        case
            when newest.known_at is null then 'none yet'
            else format(
                'the newest was known at %s',
                to_char(newest.known_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI "UTC"')
            )
        end,
        'bellwether ingest FILE (the demo''s data ends in 2023)'
    from (
        select max(last.known_at) as known_at
        from market.instrument as i
        cross join lateral (
            select b.known_at
            from market.bar as b
            where b.instrument_id = i.instrument_id and b.bar_interval = '1d'
            order by b.ts desc
            limit 1
        ) as last
    ) as newest
    union all
    select
        'rejected rows',
        case when count(*) = 0 then 'ok' else 'warn' end,
        count(*) || ' in the last 7 days',
        'select * from market.rejected_row order by at desc'
    from market.rejected_row as r
    where r.at > clock_timestamp() - interval '7 days';
end;
comment on function ops._health_market() is
'Instruments, calendar and how fresh the bars are.';

create or replace function ops._health_work()
returns table (name text, state text, message text, mend text)
language sql stable
set search_path = pg_catalog, pg_temp
begin atomic
    select
        'workers',
        case when count(*) > 0 then 'ok' else 'warn' end,
        case when count(*) > 0 then count(*) || ' alive' else 'none alive' end,
        'make up, or: bellwether worker'
    from work.worker as w
    where w.heartbeat_at > clock_timestamp() - interval '15 seconds'
    union all
    select
        'queue',
        case
            when clock_timestamp() - min(j.run_at) > interval '5 minutes' then 'warn'
            else 'ok'
        end,
        case
            when count(*) = 0 then 'nothing waits'
            else format(
                '%s jobs wait, the oldest for %s', count(*),
                date_trunc('second', clock_timestamp() - min(j.run_at))
            )
        end,
        'Start a worker: bellwether worker'
    from work.job as j
    where j.state = 'ready'
    union all
    select
        'dead jobs',
        case when count(*) = 0 then 'ok' else 'warn' end,
        case
            when count(*) = 0 then 'none'
            else count(*) || ' of kinds ' || string_agg(distinct d.kind, ', ')
        end,
        'bellwether jobs dead; then select work.requeue_dead(job_id)'
    from work.dead as d;
end;
comment on function ops._health_work() is 'Workers, waiting and dead jobs.';

create or replace function ops.health()
returns table (name text, state text, message text, mend text)
language sql stable
-- Definer: queue, tenants and catalogs are not readable by all who may ask.
security definer
set search_path = pg_catalog, pg_temp
begin atomic
    select * from ops._health_server()
    union all
    select * from ops._health_tenants()
    union all
    select * from ops._health_market()
    union all
    select * from ops._health_work();
end;
comment on function ops.health() is
'One row a check: state is ok, warn or fail; mend says what to do about it.';

-- Example: select name, state, latency_ms from ops.health_timed();
create or replace function ops.health_timed()
returns table (
    name text, state text, message text, mend text, latency_ms double precision
)
language plpgsql stable
-- Definer: queue, tenants and catalogs are not readable by all who may ask.
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    part text;
    began timestamptz;
    found_rows jsonb;
begin
    foreach part in array array['server', 'tenants', 'market', 'work'] loop
        began := clock_timestamp();
        execute format('select jsonb_agg(h) from ops.%I() as h', '_health_' || part)
        into found_rows;
        return query
        select
            r.name, r.state, r.message, r.mend,
            1000 * extract(epoch from clock_timestamp() - began)::double precision
        from jsonb_to_recordset(found_rows) as r (
            name text, state text, message text, mend text
        );
    end loop;
end
$$;
comment on function ops.health_timed() is
'As ops.health, with the time that the look at each took, together with its kin.';

revoke all on function
ops.health(), ops.health_timed(),
ops._health_server(), ops._health_tenants(), ops._health_market(),
ops._health_work()
from public;
grant execute on function ops.health(), ops.health_timed()
to bellwether_worker, bellwether_gateway;
