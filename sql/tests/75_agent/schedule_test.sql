-- What a desk does by the clock.
begin;
select plan(23);
\ir ../roles.psql
\ir ../desk.psql

select results_eq(
    $$select name, kind, cron, time_zone, session_event from api.scheduler_jobs()
    order by name$$,
    $$values
    ('afternoon scan', 'scan_market', '30 14 * * *', 'America/New_York', null),
    ('daily summary', 'daily_summary', null, 'UTC', 'close'),
    ('morning scan', 'scan_market', '0 11 * * *', 'America/New_York', null)$$,
    'a new tenant has its scans and its summary'
);
-- Thursday, a holiday's Friday with an early close (as after Thanksgiving), a Monday.
insert into market.session (calendar, session, open_at, close_at, early_close)
select 'XNYS', s.day::date, s.open_at, s.close_at, s.early
from (values
    ('2034-11-22', '2034-11-22 14:30Z'::timestamptz, '2034-11-22 21:00Z'::timestamptz, false),
    ('2034-11-24', '2034-11-24 14:30Z', '2034-11-24 18:00Z', true),
    ('2034-11-27', '2034-11-27 14:30Z', '2034-11-27 21:00Z', false)
) as s (day, open_at, close_at, early);
select is(
    (
        select work._schedule_next(s, '2034-11-22 20:00Z') from work.schedule as s
        where s.tenant_id = 9001 and s.name = 'morning scan'
    ), '2034-11-24 16:00Z', 'the morning''s scan is at 11:00 in New York, not on a holiday'
);
select is(
    (
        select work._schedule_next(s, '2034-11-24 17:00Z') from work.schedule as s
        where s.tenant_id = 9001 and s.name = 'daily summary'
    ), '2034-11-24 18:30Z', 'the summary half an hour after an early close'
);

select results_eq(
    $$select m.is_open, m.reason from unnest(array[
        '2034-11-22 15:00Z', '2034-11-22 22:00Z', '2034-11-23 16:00Z',
        '2034-11-24 15:00Z', '2034-11-25 16:00Z', '2034-11-27 10:00Z'
    ]::timestamptz[]) with ordinality as t (at, place)
    cross join lateral api.market_status('XNYS', t.at) as m order by t.place$$,
    $$values (true, 'open'), (false, 'after the close'), (false, 'holiday'),
    (true, 'open, closes early'), (false, 'weekend'), (false, 'before the open')$$,
    'whether the market is open, and why not'
);
select is(
    (select next_open_at from api.market_status('XNYS', '2034-11-22 22:00Z')),
    '2034-11-24 14:30Z', 'and when it opens next'
);
select is(
    (select reason from api.market_status('XNYS', '2040-01-01')),
    'the calendar ends before this time: load sessions', 'or that nobody knows'
);

select is(agent.scan_symbols(), '{}', 'nothing is fresh, nothing is held: no symbols');
select is(agent.scan_market(), null, 'then a scan starts no cycle');
select is(
    (select count(*)::int from agent.event where type = 'ScanSkipped'), 1, 'and says so'
);
select tenant.set_setting('scan_symbols', '["T02", "T03"]') \g /dev/null
select pg_temp.trade('T07', 'buy', 1, 100) \g /dev/null
select is(
    agent.scan_symbols(), '{T07,T02,T03}', 'what is held first, then what is named'
);
select tenant.set_setting('scan_most', '2') \g /dev/null
select is(cardinality(agent.scan_symbols()), 2, 'at most so many');
select agent.scan_market() as cycle \gset
select results_eq(
    format('select kind, execute, symbols from agent.cycle where cycle_id = %s', :cycle),
    $$values ('scheduled', true, '{T07,T02}'::text[])$$, 'a scan starts a cycle'
);
select agent.scan_market('{"symbols": ["T05"], "execute": false}') as cycle \gset
select results_eq(
    format('select execute, symbols from agent.cycle where cycle_id = %s', :cycle),
    $$values (false, '{T05}'::text[])$$, 'of what its schedule says'
);

select ok(api.trigger_schedule('morning scan') > 0, 'a schedule may be triggered by hand');
select is(
    (
        select j.kind || ' ' || j.tenant_id from work.job as j
        where j.payload ? 'triggered_by'
    ), 'scan_market 9001', 'which is a job like any other'
);
select throws_ok(
    $$select api.trigger_schedule('no such')$$, 'BW405', null, 'if there is one'
);
select is(
    api.set_scan('noon', '0 12 * * 1-5', symbols => '{T01}'), '2034-11-22 17:00Z',
    'a scan of one''s own'
);
select ok(api.drop_schedule('noon'), 'and its end');
select results_eq(
    'select schedules, failing, next_name from api.scheduler_status()',
    $$values (3, 0, null::text)$$, 'the scheduler says how it is'
);

select agent.close_day('{"scheduled_for": "2018-01-19T21:30:00Z"}') \g /dev/null
select agent.close_day('{"scheduled_for": "2018-01-19T21:30:00Z"}') \g /dev/null
select is(
    (select count(*)::int from ops.alert where kind = 'daily_summary'), 1,
    'a day is told once'
);
-- Jobs that died are told of, once, by kind; a failed cycle tells at once.
insert into work.dead (
    job_id, tenant_id, kind, priority, attempt, max_attempts, payload, reason, error,
    errors, enqueued_at, first_failed_at, died_at
)
select -k.n, k.tenant, k.kind, 1, 1, 1, '{}', k.reason, 'no answer', '[]', now(), now(),
    now()
from (values
    (1, 9001, 'match_orders', 'attempts'), (2, 9001, 'match_orders', 'attempts'),
    (3, 9002, 'match_orders', 'permanent'), (4, 9001, 'send_alert', 'attempts'),
    (5, 9001, 'submit_order', 'canceled')
) as k (n, tenant, kind, reason);
select is(agent.tell_dead_jobs() || ' ' || agent.tell_dead_jobs(), '1 0', 'told once');
select results_eq(
    $$select title, body from ops.alert where kind = 'system'$$,
    $$values ('2 jobs match_orders failed for good', 'The last, job -1: no answer')$$,
    'of those of the tenant that nobody canceled'
);
select agent.finish_cycle(:cycle, 'failed', 'no model answered') \g /dev/null
select results_eq(
    $$select body from ops.alert where kind = 'system' and subject = 'run_cycle'$$,
    $$values ('no model answered')$$, 'a cycle that failed tells at once'
);
select * from finish();
rollback;
