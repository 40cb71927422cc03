-- Schedules: what fires, how often, and what is caught up with.
begin;
select plan(47);
\ir ../roles.psql
\ir worker.psql
-- Ticks are minutes: none must pass within the test.
select pg_sleep(60 - second) from extract(second from clock_timestamp()) as second
where second > 50 \g /dev/null
-- A calendar around now: sessions on five days, an early close in the middle; its days
-- are UTC's, from 10:00 to 16:00.
create temporary table today on commit drop as
select date_trunc('day', clock_timestamp(), 'UTC')::date as day;
grant select on today to public;
insert into market.session (calendar, session, open_at, close_at, early_close)
select
    'TEST', day + n, (day + n + time '10:00') at time zone 'UTC',
    (day + n + case when n = 3 then time '13:00' else time '16:00' end)
    at time zone 'UTC', n = 3
from today, unnest('{-3,-2,2,3,5}'::int[]) as n;
insert into market.session (calendar, session, open_at, close_at)
values ('PAST', '2001-01-02', '2001-01-02 10:00+00', '2001-01-02 16:00+00');
create function pg_temp.at(days int, clock time) returns timestamptz language sql
as 'select (day + days + clock) at time zone ''UTC'' from today';
-- When a schedule of one tick fires after its next one.
create function pg_temp.following(schedule_name text) returns timestamptz language sql
as 'select work._schedule_next(s, s.next_at) from work.schedule as s where name = $1';
create function pg_temp.owes(schedule_name text, since interval) returns void language sql
as $$
    update work.schedule set next_at = date_trunc('minute', clock_timestamp()) - since
    where name = schedule_name
$$;

set local role bellwether_worker;
select is(
    work.set_schedule('minutely', '* * * * *', 'run_cycle', '{"n": 1}', 1),
    date_trunc('minute', clock_timestamp()) + interval '1 minute',
    'a schedule says when it fires'
);
select is(work.schedule_tick(), 0, 'not before its time');
reset role;
select pg_temp.owes('minutely', '0') \g /dev/null
set local role bellwether_worker;
select is(work.schedule_tick(), 1, 'then it fires');
select is(work.schedule_tick(), 0, 'once');
select is(pg_temp.take('a', 10), '1', 'its job can be claimed');
reset role;
select results_eq(
    $$select tenant_id, payload - 'scheduled_for',
        (payload ->> 'scheduled_for')::timestamptz = date_trunc(
            'minute', (payload ->> 'scheduled_for')::timestamptz
        ) from work.job$$,
    $$values (1, '{"n": 1}'::jsonb, true)$$,
    'and is the tenant''s, with its payload and the time of its tick'
);
select pg_temp.owes('minutely', '0') \g /dev/null
set local role bellwether_worker;
select is(work.schedule_tick(), 0, 'while it runs, ticks are skipped');
select results_eq(
    $$select enqueued, skipped from work.schedules$$, 'values (1::bigint, 1::bigint)',
    'and counted'
);
select is(pg_temp.finish('a', 1), '1', 'when it has ended');
reset role;
select pg_temp.owes('minutely', '0') \g /dev/null
select is(work.schedule_tick(), 1, 'the next tick fires');
delete from work.job;

-- Setting it again changes what it does, not what it owes.
select pg_temp.owes('minutely', '5 minutes') \g /dev/null
select work.set_schedule(
    'minutely', '* * * * *', 'run_cycle', '{"n": 2}', 1
) \g /dev/null
select is(work.schedule_tick(), 1, 'of what nobody saw, the last tick counts');
select results_eq(
    $$select payload ->> 'n', (payload ->> 'scheduled_for')::timestamptz
        > clock_timestamp() - interval '2 minutes' from work.job$$,
    $$values ('2', true)$$, 'with the new payload'
);
delete from work.job;

-- Catching up.
select work.set_schedule(
    'all', '* * * * *', 'run_cycle', '{"n": 1}', 1, catch_up => 'all'
) \g /dev/null
select pg_temp.owes('all', '5 minutes') \g /dev/null
select is(work.schedule_tick(), 6, 'all: one job for each tick');
select is(work.schedule_tick(), 0, 'once');
select is(
    (select count(distinct payload ->> 'scheduled_for')::int from work.job), 6,
    'each knows its own'
);
select is(pg_temp.take('a', 10), '1', 'they run one at a time');
delete from work.job;
delete from held;
select work.set_schedule(
    'all', '* * * * *', 'run_cycle', '{"n": 1}', 1, catch_up => 'all',
    skip_if_running => false
) \g /dev/null
select pg_temp.owes('all', '250 minutes') \g /dev/null
select is(
    work.schedule_tick() + work.schedule_tick() + work.schedule_tick(), 251,
    'a long absence is caught up with in steps'
);
select is(
    (select count(distinct payload ->> 'scheduled_for')::int from work.job), 251,
    'without a gap'
);
select is(pg_temp.take('a', 3), '1,1,1', 'at once, if they may overlap');
delete from work.job;
delete from held;
select work.drop_schedule('all', 1) \g /dev/null
select work.set_schedule(
    'none', '* * * * *', 'run_cycle', '{"n": 1}', 1, catch_up => 'none'
) \g /dev/null
update work.schedule set cron = '0 0 1 1 *', next_at = '2020-01-01 00:00+00'
where name = 'none';
select is(work.schedule_tick(), 0, 'none: a tick that nobody saw is gone');
select ok(
    (select next_at > clock_timestamp() from work.schedule where name = 'none'),
    'the next one is to come'
);
select work.set_schedule(
    'yearly', '* * * * *', 'run_cycle', '{"n": 1}', 1
) \g /dev/null
select pg_temp.owes('yearly', '3 years') \g /dev/null
select is(work.schedule_tick(), 1, 'after three years the last tick is found at once');
delete from work.job;
delete from work.schedule;

-- With an exchange's sessions.
select work.set_schedule(
    'daily', '30 18 * * *', 'run_cycle', calendar => 'TEST'
) \g /dev/null
select is(
    (select next_at from work.schedule where name = 'daily'), pg_temp.at(2, '18:30'),
    'a cron line with a calendar counts on session days only'
);
select is(pg_temp.following('daily'), pg_temp.at(3, '18:30'), 'on each of them');
update work.schedule set next_at = pg_temp.following(name);
select is(pg_temp.following('daily'), pg_temp.at(5, '18:30'), 'holidays are left out');
update work.schedule set next_at = pg_temp.following(name);
select is(pg_temp.following('daily'), null, 'to the end of the calendar');
select work.set_schedule(
    'hours', '0 9-17 * * *', 'run_cycle', calendar => 'TEST', session_event => 'hours'
) \g /dev/null
select is(
    (select next_at from work.schedule where name = 'hours'), pg_temp.at(2, '10:00'),
    'with hours it counts from the open'
);
update work.schedule set next_at = pg_temp.at(2, '16:00') where name = 'hours';
select is(
    pg_temp.following('hours'), pg_temp.at(3, '10:00'), 'to the close'
);
update work.schedule set next_at = pg_temp.at(3, '13:00') where name = 'hours';
select is(
    pg_temp.following('hours'), pg_temp.at(5, '10:00'), 'also to an early one'
);
select is(
    work.set_schedule(
        'open', null, 'run_cycle', calendar => 'TEST', session_event => 'open',
        session_offset => '5 minutes'
    ), pg_temp.at(2, '10:05'), 'five minutes after the open'
);
select is(
    work.set_schedule(
        'close', null, 'run_cycle', calendar => 'TEST', session_event => 'close',
        session_offset => '-10 minutes'
    ), pg_temp.at(2, '15:50'), 'ten minutes before the close'
);
select is(pg_temp.following('close'), pg_temp.at(3, '12:50'), 'also of an early one');
select is(
    work.set_schedule(
        'later', null, 'run_cycle', calendar => 'PAST', session_event => 'open'
    ), null, 'a calendar that has ended waits for new sessions'
);
select is(work.schedule_tick(), 0, 'as long as there are none');
insert into market.session (calendar, session, open_at, close_at)
select 'PAST', day + 1, pg_temp.at(1, '10:00'), pg_temp.at(1, '16:00') from today;
select work.schedule_tick() \g /dev/null
select is(
    (select next_at from work.schedule where name = 'later'), pg_temp.at(1, '10:00'),
    'and knows them when they come'
);

-- One that fails does not keep the others from their ticks.
delete from work.schedule;
select work.set_schedule('bad', '* * * * *', 'run_cycle') \g /dev/null
select work.set_schedule('good', '* * * * *', 'run_cycle') \g /dev/null
update work.schedule set kind = 'no_such_kind' where name = 'bad';
select pg_temp.owes(name, '0') from work.schedule \g /dev/null
set local client_min_messages = error;
select is(work.schedule_tick(), 1, 'the good one fires');
reset client_min_messages;
select results_eq(
    $$select last_error, next_at > clock_timestamp() from work.schedule
    where name = 'bad'$$, $$values ('unknown job kind ''no_such_kind''', true)$$,
    'the bad one says why it did not and comes again'
);

-- What makes no sense.
set local role bellwether_worker;
select throws_ok(
    format('select work.set_schedule(%s)', arguments), code, null,
    format('refused: set_schedule(%s)', arguments)
) from (values
    ($$'x', '* * * * *', 'fly'$$, 'BW201'),
    ($$'x', '61 * * * *', 'run_cycle'$$, 'BW216'),
    ($$'x', '0 0 30 2 *', 'run_cycle'$$, 'BW216'),
    ($$'x', '0 3 * * *', 'run_cycle', calendar => 'TEST', session_event => 'hours'$$,
    'BW216'),
    ($$'x', '* * * * *', 'run_cycle', time_zone => 'Mars/Olympus'$$, 'BW217'),
    ($$'x', null, 'run_cycle'$$, 'BW218'),
    ($$'x', '* * * * *', 'run_cycle', calendar => 'NONE'$$, 'BW218'),
    ($$'x', '* * * * *', 'run_cycle', catch_up => 'some'$$, 'BW218'),
    ($$'', '* * * * *', 'run_cycle'$$, 'BW218'),
    ($$'x', '* * * * *', 'run_cycle', '[]'$$, 'BW204')
) as bad (arguments, code);

select * from finish();
rollback;
