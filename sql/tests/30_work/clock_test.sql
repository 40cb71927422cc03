-- The clock jumps: no lease is taken from a worker that lives.
begin;
select plan(14);
\ir worker.psql
create function pg_temp.looked(ago interval) returns void language sql as $$
    select setval('work.last_look', (
        1000 * extract(epoch from clock_timestamp() - ago)
    )::bigint)
$$;
-- A clock that is set by so much: all that was written shows the old time.
create function pg_temp.set_clock(jump interval) returns void language sql as $$
    update work.worker set heartbeat_at = heartbeat_at - jump;
    update work.job set lease_until = lease_until - jump, started_at = started_at - jump
    where state = 'leased';
    select pg_temp.looked(jump);
$$;
select pg_temp.add(n) from generate_series(1, 2) as n \g /dev/null
select is(pg_temp.take('a', 1) || pg_temp.take('b', 1), '12', 'two workers hold a job');
select work.rescue() \g /dev/null
select pg_temp.set_clock('1 hour') \g /dev/null
select is(work.rescue(), 0, 'an hour forward: nobody loses his job');
select ok(
    (select bool_and(lease_until > clock_timestamp() + interval '10 s') from work.job),
    'the leases go on'
);
select work.heartbeat(pg_temp.worker('a')) \g /dev/null
select pg_temp.looked('5 seconds') \g /dev/null
update work.worker set heartbeat_at = clock_timestamp() - interval '11 seconds'
where worker_id = pg_temp.worker('b');
select is(work.rescue(), 1, 'but who is silent afterwards does');
select is(pg_temp.finish('a', 1), '1', 'and the other finishes');
select is(pg_temp.take('a', 1), '2', 'and goes on');

select pg_temp.set_clock('-1 hour') \g /dev/null
select is(work.rescue(), 0, 'an hour back: nobody loses his job');
select ok(
    (select bool_and(lease_until < clock_timestamp() + interval '10 min') from work.job),
    'the lease is not an hour longer'
);
select ok(
    (select bool_and(heartbeat_at <= clock_timestamp()) from work.worker),
    'nor a sign of life to come'
);
update work.worker set heartbeat_at = clock_timestamp() - interval '11 seconds'
where worker_id = pg_temp.worker('a');
select is(work.rescue(), 1, 'who dies is noticed in time');

-- Nobody looked for long, as all were down.
select is(pg_temp.take('b', 1), '2', 'the job runs again');
update work.worker set heartbeat_at = clock_timestamp() - interval '5 minutes';
select pg_temp.looked('5 minutes') \g /dev/null
select is(work.rescue(), 0, 'the first look gives everybody a chance');
update work.worker set heartbeat_at = heartbeat_at - interval '11 seconds';
select pg_temp.looked('5 seconds') \g /dev/null
select is(work.rescue(), 1, 'the second one decides');

-- After a crash of the server there are no workers and was no look.
select pg_temp.take('a', 1) \g /dev/null
delete from work.worker;
select setval('work.last_look', 1, false) \g /dev/null
select is(work.rescue(), 1, 'after a crash leases are held by nobody');

select * from finish();
rollback;
