-- The event monitor.
--
-- Example: select api.set_monitor();    -- 5 % within 15 minutes, equities
--          select * from api.monitors;

create or replace view api.monitors with (security_barrier) as
select
    m.move_fraction,
    m.within,
    m.cooldown,
    m.asset_classes,
    m.symbols,
    m.execute
from work.monitor as m
where m.tenant_id = current_tenant();
comment on view api.monitors is 'Which sudden moves start an event cycle of the tenant.';

create or replace function api.set_monitor(
    move_fraction double precision default 0.05,
    within interval default '15 minutes',
    cooldown interval default '15 minutes',
    asset_classes text[] default '{equity}',
    symbols text[] default null,
    execute boolean default false
)
returns void
language sql
security definer -- analysts have no rights on agent
set search_path = pg_catalog, pg_temp
as $$ select agent.set_monitor(
    move_fraction, within, cooldown, asset_classes, symbols, execute
) $$;
comment on function api.set_monitor(
    double precision, interval, interval, text[], text[], boolean
) is
'Starts an event cycle when a bar moves this far within this time, once a symbol and '
'cooldown; symbols null: all of the asset classes.';

create or replace function api.stop_monitor()
returns void
language sql
security definer -- analysts have no rights on agent
set search_path = pg_catalog, pg_temp
as $$ select agent.stop_monitor() $$;
comment on function api.stop_monitor() is 'Ends the tenant''s event monitor.';
