-- Alerts: what there is to hear, and where it goes.
--
-- Example: select at, severity, title from api.alerts order by at desc;
--          select api.route_alerts('discord', 'desk', least_severity => 'warning');

create or replace view api.alerts with (security_barrier) as
select
    a.alert_id,
    a.at,
    a.kind,
    a.severity,
    a.subject,
    a.title,
    a.body,
    a.payload,
    a.occurrences,
    a.last_at,
    case
        when a.suppressed then 'suppressed'
        else coalesce((
            select string_agg(distinct d.status, ', ' order by d.status)
            from ops.alert_delivery as d
            where d.tenant_id = a.tenant_id and d.alert_id = a.alert_id
        ), 'no route')
    end as delivery
from ops.alert as a
where a.tenant_id = current_tenant();
comment on view api.alerts is
'What somebody must hear of; equal ones within a time are one that counts. delivery: '
'queued, sent, failed, suppressed (beyond the rate) or no route.';

create or replace view api.alert_routes with (security_barrier) as
select
    r.route_id,
    r.kind,
    r.least_severity,
    r.channel,
    r.target,
    r.enabled
from ops.alert_route as r
where r.tenant_id = current_tenant();
comment on view api.alert_routes is 'Which alerts go where.';

create or replace function api.route_alerts(
    channel text, target text, kind text default null,
    least_severity text default 'info', enabled boolean default true
)
returns bigint
language sql
security definer -- analysts have no rights on ops
set search_path = pg_catalog, pg_temp
as $$ select ops.route_alerts(channel, target, kind, least_severity, enabled) $$;
comment on function api.route_alerts(text, text, text, text, boolean) is
'Sends alerts of a kind (null: all) and severity to a channel (discord, email, ses or '
'log); the same channel, target and kind again changes that route.';
