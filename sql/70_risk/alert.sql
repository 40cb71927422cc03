-- Alerts: written here, grouped and kept to a rate; sent by the worker.
--
-- Example: select ops.raise_alert('breaker', '{"account_id": 1, "reason": "..."}', '1')

insert into work.kind as known
(
    name, description, max_attempts, backoff_base, backoff_max, lease, side_effects,
    merge_least
)
values
('send_alert', 'Send one alert on one route.',
8, '5 seconds', '10 minutes', '1 minute', true, null)
on conflict (name) do update
    set description = excluded.description, side_effects = excluded.side_effects
    where (known.description, known.side_effects)
    is distinct from (excluded.description, excluded.side_effects);

-- An operator's own words and figures are kept.
insert into ops.alert_template (
    kind, severity, title, body, group_minutes, max_per_hour
) values
(
    'breaker', 'critical', 'Circuit breaker {state} on account {account_id}',
    '{reason}', 0, 60
),
(
    'reconcile', 'critical', 'Account {account_id} differs from its broker',
    '{reason}. Trading of the account is {state}.', 60, 20
),
(
    'position', 'info', 'Large change of {symbol}',
    '{side} {quantity} {symbol} at {price}: {share} of equity.', 15, 20
),
(
    'daily_summary', 'info', 'Account {account_id} on {day}',
    'Equity {equity}, {result} on the day, {trades} trades closed, {fills} fills.',
    0, 50
),
('system', 'warning', '{title}', '{reason}', 60, 10),
(
    'exit_refused', 'critical', 'Exit of {symbol} refused',
    'The exit plan of {symbol} fired ({trigger}), but its order was refused: {reason}.',
    60, 20
),
(
    'market_move', 'info', '{symbol} moved {move} in {minutes} minutes',
    'From {from_price} to {to_price}.', 15, 50
),
(
    'strategy', 'warning', 'Strategy {name} is {state}', '{reason}', 60, 20
),
(
    'daily_seal', 'info', 'Events of {day} are sealed',
    '{events} events, seal {hash}. Keep it: it proves that nothing was changed since.',
    0, 50
)
on conflict (kind) do nothing;

-- Example: ops._filled('{a} and {b}', '{"a": 1}') -> 1 and ?
create or replace function ops._filled(template text, payload jsonb)
returns text
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
declare
    filled text;
begin
    -- Only the template's own places: a value that looks like one stays a value.
    select string_agg(
        case
            when part.place % 2 = 0 then coalesce(payload ->> part.word, '?')
            else part.word
        end, '' order by part.place
    ) into filled
    from regexp_split_to_table(
        regexp_replace(template, '\{([a-z_]+)\}', E'\x01\\1\x01', 'g'), E'\x01'
    ) with ordinality as part (word, place);
    return filled;
end
$$;
comment on function ops._filled(text, jsonb) is
'A template with the members of a payload in their places; ? where there is none.';

create or replace function ops.raise_alert(
    kind text, payload jsonb default '{}', subject text default '',
    severity text default null
)
returns bigint
language plpgsql
security definer -- raised by whatever happens
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    template ops.alert_template;
    ranks constant text[] := array['info', 'warning', 'critical'];
    level text;
    raised bigint;
    route ops.alert_route;
    too_many boolean;
begin
    select * into template from ops.alert_template as t where t.kind = raise_alert.kind;
    if not found then
        raise exception using
            errcode = 'BW430',
            message = format(
                'unknown kind of alert %s',
                coalesce(quote_literal(raise_alert.kind), 'null')
            );
    end if;
    level := coalesce(raise_alert.severity, template.severity);
    -- What belongs to a group counts there, and is not sent again.
    update ops.alert as a
    set occurrences = a.occurrences + 1, last_at = clock_timestamp()
    where a.tenant_id = public.current_tenant() and a.alert_id = (
        select g.alert_id from ops.alert as g
        where
            g.tenant_id = public.current_tenant() and g.kind = raise_alert.kind
            and g.subject = raise_alert.subject
            and g.last_at > clock_timestamp()
            - template.group_minutes * interval '1 minute'
            -- Worse news are news.
            and array_position(ranks, g.severity) >= array_position(ranks, level)
        order by g.last_at desc limit 1
    )
    returning a.alert_id into raised;
    if found then
        return raised;
    end if;

    select count(*) >= template.max_per_hour into too_many from ops.alert as a
    where
        a.tenant_id = public.current_tenant() and a.kind = raise_alert.kind
        and not a.suppressed and a.at > clock_timestamp() - interval '1 hour';
    insert into ops.alert (kind, severity, subject, title, body, payload, suppressed)
    values (
        raise_alert.kind, level, raise_alert.subject,
        ops._filled(template.title, raise_alert.payload),
        ops._filled(template.body, raise_alert.payload), raise_alert.payload, too_many
    )
    returning alert_id into raised;
    if not too_many then
        for route in
            select r.* from ops.alert_route as r
            where
                r.tenant_id = public.current_tenant() and r.enabled
                and coalesce(r.kind = raise_alert.kind, true)
                and array_position(ranks, level)
                >= array_position(ranks, r.least_severity)
            order by r.route_id
        loop
            insert into ops.alert_delivery (alert_id, route_id)
            values (raised, route.route_id);
            perform work.enqueue(
                'send_alert',
                jsonb_build_object('alert_id', raised, 'route_id', route.route_id),
                public.current_tenant(), case level when 'critical' then 5 else 60 end,
                dedup_key => format('alert %s route %s', raised, route.route_id)
            );
        end loop;
    end if;
    return raised;
end
$$;
comment on function ops.raise_alert(text, jsonb, text, text) is
'Writes an alert, or counts it in its group, and enqueues its sending on each route '
'that wants it; returns its id.';

create or replace function ops.alert_message(alert_id bigint, route_id bigint)
returns table (
    channel text, target text, severity text, title text, body text,
    occurrences integer, at timestamptz, status text
)
language sql stable
security definer -- callers have no rights on the tables
set search_path = pg_catalog, pg_temp
as $$
    select
        r.channel, r.target, a.severity, a.title, a.body, a.occurrences, a.at, d.status
    from ops.alert_delivery as d
    inner join ops.alert as a on d.tenant_id = a.tenant_id and d.alert_id = a.alert_id
    inner join ops.alert_route as r
        on d.tenant_id = r.tenant_id and d.route_id = r.route_id
    where
        d.tenant_id = public.current_tenant() and d.alert_id = alert_message.alert_id
        and d.route_id = alert_message.route_id
$$;
comment on function ops.alert_message(bigint, bigint) is
'What is to be sent where; status sent: it was sent already.';

create or replace function ops.record_delivery(
    alert_id bigint, route_id bigint, error text default null
)
returns void
language sql
security definer -- callers have no rights on the tables
set search_path = pg_catalog, pg_temp
as $$
    update ops.alert_delivery as d
    set
        status = case when record_delivery.error is null then 'sent' else 'failed' end,
        attempts = d.attempts + 1, error = left(record_delivery.error, 1000),
        sent_at = case when record_delivery.error is null then clock_timestamp() end
    where
        d.tenant_id = public.current_tenant() and d.alert_id = record_delivery.alert_id
        and d.route_id = record_delivery.route_id and d.status <> 'sent'
$$;
comment on function ops.record_delivery(bigint, bigint, text) is
'What became of sending an alert: sent, or failed with its error.';

create or replace function ops.route_alerts(
    channel text, target text, kind text, least_severity text, enabled boolean
)
returns bigint
language plpgsql
security definer -- callers have no rights on the tables
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    known bigint;
begin
    update ops.alert_route as r
    set least_severity = route_alerts.least_severity, enabled = route_alerts.enabled
    where
        r.tenant_id = public.current_tenant() and r.channel = route_alerts.channel
        and r.target = route_alerts.target
        and r.kind is not distinct from route_alerts.kind
    returning r.route_id into known;
    if not found then
        insert into ops.alert_route (channel, target, kind, least_severity, enabled)
        values (
            route_alerts.channel, route_alerts.target, route_alerts.kind,
            route_alerts.least_severity, route_alerts.enabled
        )
        returning route_id into known;
    end if;
    return known;
end
$$;
comment on function ops.route_alerts(text, text, text, text, boolean) is
'Makes or changes a route of alerts; returns its id.';

-- The schema belongs to the operator; these are for those who act for tenants.
revoke all on ops.alert_template, ops.alert_route, ops.alert, ops.alert_delivery
from public, bellwether_worker, bellwether_gateway, bellwether_reader,
    bellwether_analyst;
revoke all on function ops._filled(text, jsonb),
ops.raise_alert(text, jsonb, text, text), ops.alert_message(bigint, bigint),
ops.record_delivery(bigint, bigint, text),
ops.route_alerts(text, text, text, text, boolean)
from public, bellwether_worker, bellwether_gateway, bellwether_reader,
    bellwether_analyst;
grant execute on function ops.raise_alert(text, jsonb, text, text),
ops.alert_message(bigint, bigint), ops.record_delivery(bigint, bigint, text)
to bellwether_worker;
grant execute on function ops.raise_alert(text, jsonb, text, text)
to bellwether_gateway;
