-- Alerts: words from templates, groups, rates, routes; jobs to send them.
begin;
select plan(22);
\ir ../roles.psql
\ir ../desk.psql
insert into ops.alert_template (
    kind, severity, title, body, group_minutes, max_per_hour
) values
('drill', 'warning', 'Drill {n}', '{who} did {n}, {what}', 15, 3);
delete from work.job;

select is(
    ops._filled('{a} and {b}, {{a}}', '{"a": "{b}", "b": 2}'), '{b} and 2, {{b}}',
    'a value that looks like a place is a value'
);
select ops.raise_alert('drill', '{"n": 1, "who": "T"}', 'one') as one \gset
select results_eq(
    'select severity, title, body, delivery from api.alerts',
    $$values ('warning', 'Drill 1', 'T did 1, ?', 'no route')$$, 'an alert in words'
);
select is_empty('select * from work.job', 'without a route nothing is sent');
select throws_ok(
    $$select ops.raise_alert('nothing')$$, 'BW430', null, 'kinds are known'
);

-- Routes.
select api.route_alerts('discord', 'desk') as everything \gset
select api.route_alerts('email', 'a@example.com', 'drill', 'critical') as worst \gset
select api.route_alerts('email', 'b@example.com', 'breaker') as other \gset
select is(
    api.route_alerts('discord', 'desk', least_severity => 'warning'), :everything::bigint,
    'the same route is changed'
);
select throws_ok(
    $$select api.route_alerts('pigeon', 'desk')$$, '23514', null, 'channels are known'
);
select ops.raise_alert('drill', '{"n": 2}', 'two') as two \gset
select results_eq(
    'select kind, tenant_id, payload from work.job',
    format(
        $$values ('send_alert', 9001, '{"alert_id": %s, "route_id": %s}'::jsonb)$$,
        :two, :everything
    ), 'a warning goes to one of the three routes'
);
select is(
    (select delivery from api.alerts where alert_id = :two), 'queued', 'and waits there'
);
select results_eq(
    format(
        'select channel, target, title, status from ops.alert_message(%s, %s)', :two,
        :everything
    ), $$values ('discord', 'desk', 'Drill 2', 'queued')$$, 'what the worker sends'
);
select ops.record_delivery(:two, :everything, 'no answer') \g /dev/null
select is(
    (select delivery from api.alerts where alert_id = :two), 'failed', 'it failed'
);
select ops.record_delivery(:two, :everything) \g /dev/null
select ops.record_delivery(:two, :everything, 'late news') \g /dev/null
select results_eq(
    'select status, attempts, error from ops.alert_delivery',
    $$values ('sent', 2, null::text)$$, 'then it was sent, and stays so'
);

-- Groups.
delete from work.job;
select is(ops.raise_alert('drill', '{"n": 3}', 'two'), :two::bigint, 'the same again counts');
select is(
    (select occurrences from api.alerts where alert_id = :two), 2, 'and is not sent twice'
);
select is_empty('select * from work.job', 'no job');
select ops.raise_alert('drill', '{"n": 4}', 'two', 'critical') as worse \gset
select isnt(:worse::bigint, :two::bigint, 'worse news are news');
select is(
    (select count(*)::int from work.job), 2, 'for those who hear only the worst, too'
);
select is(
    (select min(priority) from work.job), 5, 'and at once'
);

-- The rate: three an hour.
select ops.raise_alert('drill', '{"n": 5}', 'five') as five \gset
select is(
    (select delivery from api.alerts where alert_id = :five), 'suppressed',
    'the fourth within an hour is written, not sent'
);
update ops.alert set at = at - interval '2 hours', last_at = last_at - interval '2 hours'
where tenant_id = 9001;
select isnt(
    ops.raise_alert('drill', '{"n": 6}', 'two'), :worse::bigint,
    'after its time a group is over'
);
select is(
    (select count(*)::int from api.alerts where delivery = 'queued'), 2,
    'and the rate has room again'
);

-- Walls.
set local bellwether.tenant = 9002;
select is_empty('select * from api.alerts', 'another tenant hears nothing');
select is_empty(
    format('select * from ops.alert_message(%s, %s)', :two, :everything),
    'and sends nothing of it'
);

select * from finish();
rollback;
