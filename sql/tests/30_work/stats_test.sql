-- What is seen: depth, ages, times, and what is counted.
begin;
select plan(17);
\ir ../roles.psql
\ir worker.psql
update work.kind set queue = 'market' where name = 'match_orders';
create temporary table counted on commit drop as select * from work.counters;
grant select on counted to public;
create function pg_temp.since(counter text) returns bigint language sql as $$
    select c.value - b.value from work.counters as c inner join counted as b using (name)
    where name = counter
$$;
set local role bellwether_worker;

select pg_temp.add(n, 1) from generate_series(1, 3) as n \g /dev/null
select pg_temp.add(4, 1, run_at => clock_timestamp() + interval '1 hour') \g /dev/null
select pg_temp.add(5, 1, after => array[pg_temp.add(6, 2)]) \g /dev/null
select pg_temp.add(7, 2, kind => 'match_orders') \g /dev/null
select is(pg_temp.since('wake_ups_suppressed'), 6::bigint,
    'six wake-ups that nobody waits for are not sent: a delayed job needs none'
);
select is(pg_temp.since('wake_ups_sent'), 0::bigint, 'none is');
select work.set_idle(pg_temp.worker('b'), true) \g /dev/null
select pg_temp.add(8, 3) \g /dev/null
select is(pg_temp.since('wake_ups_sent'), 1::bigint, 'if somebody waits, one is sent');
select is(pg_temp.since('wake_ups_suppressed'), 6::bigint, 'and none suppressed');

select is(pg_temp.take('a', 1, '{run_cycle}'), '1', 'one runs');
select is(pg_temp.take('a', 1, '{match_orders}'), '7', 'and another');
select is(pg_temp.fail('a', 1, true), 'dead', 'the first one dies');
select set_eq(
    'select queue, kind, tenant_id, state, jobs from work.depth',
    $$values
    ('default', 'run_cycle', 1, 'ready', 2::bigint),
    ('default', 'run_cycle', 1, 'waiting', 1), ('default', 'run_cycle', 1, 'blocked', 1),
    ('default', 'run_cycle', 1, 'dead', 1), ('default', 'run_cycle', 2, 'ready', 1),
    ('default', 'run_cycle', 3, 'ready', 1), ('market', 'match_orders', 2, 'leased', 1)$$,
    'depth by queue, kind, tenant and state'
);
select ok(
    (
        select oldest_seconds < -3590 from work.depth
        where kind = 'run_cycle' and state = 'waiting'
    ), 'what is to come counts down'
);
select is(pg_temp.finish('a', 7), '7', 'one is done');
reset role;
update work.job_done set wait_ms = 10, run_ms = 20, attempt = 4, rescues = 1
where kind = 'match_orders' and tenant_id = 2;
set local role bellwether_worker;
select results_eq(
    $$select queue, ready, leased, done_last_hour, wait_ms_p50, wait_ms_p99, run_ms_p50,
        retried_last_hour, rescued_last_hour
    from work.stats where kind = 'match_orders' and tenant_id = 2$$,
    $$values (
        'market', 0::bigint, 0::bigint, 1::bigint, 10::float8, 10::float8, 20::float8,
        2::bigint, 1::bigint
    )$$,
    'times, retries and rescues of what was done'
);
select results_eq(
    $$select ready, waiting, blocked, dead, oldest_ready_seconds >= 0
    from work.stats where kind = 'run_cycle' and tenant_id = 1$$,
    $$values (2::bigint, 1::bigint, 1::bigint, 1::bigint, true)$$,
    'and what there is'
);

-- Counted.
select is(pg_temp.take('a', 1, '{run_cycle}') <> '', true, 'one more runs');
select pg_temp.fail('a', n) from held where who = 'a' \g /dev/null
select is(pg_temp.since('jobs_retried'), 1::bigint, 'a retry is counted');
select work.ack(pg_temp.worker('a'), '{-1,-2,-2}', '{1,1,1}') \g /dev/null
select work.nack(pg_temp.worker('a'), -1, 1, 'late') \g /dev/null
select work.extend(pg_temp.worker('a'), '{-1}', '{1}') \g /dev/null
select is(pg_temp.since('leases_lost'), 4::bigint, 'late answers are counted');
reset role;
select work.enqueue('run_cycle', tenant_id => 9, priority => 1) \g /dev/null
select pg_temp.take('a', 1, '{run_cycle}') \g /dev/null
update work.worker set heartbeat_at = clock_timestamp() - interval '11 seconds'
where worker_id = pg_temp.worker('a');
select is(work.rescue(), 1, 'a job is rescued');
select is(pg_temp.since('jobs_rescued'), 1::bigint, 'and counted');

select * from finish();
rollback;
