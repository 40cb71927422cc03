-- Lanes: of one tenant and lane one job at a time, in order.
begin;
select plan(28);
\ir ../roles.psql
\ir worker.psql
set local role bellwether_worker;

select pg_temp.add(n, lane => 'account 1') from generate_series(1, 3) as n \g /dev/null
select pg_temp.add(11, lane => 'account 2') \g /dev/null
select pg_temp.add(21, 2, 'account 1') \g /dev/null
select pg_temp.add(31) \g /dev/null
select is(
    pg_temp.take('a', 10), '1,11,21,31',
    'the first of each lane, another tenant''s lane of that name, and what has none'
);
select is(pg_temp.take('b', 10), '', 'the others wait for them');
select is(pg_temp.finish('a', 11, 31), '11,31', 'other lanes end');
select is(pg_temp.take('b', 10), '', 'which is nothing to this one');
select is(pg_temp.finish('a', 1), '1', 'the first one ends');
select is(pg_temp.take('b', 10), '2', 'the next one starts');
select is(pg_temp.take('a', 10), '', 'alone');

-- A retry keeps its place.
select is(pg_temp.fail('b', 2), 'retry', 'it fails');
select is(pg_temp.take('a', 10), '', 'while it waits for another attempt, so do others');
select pg_temp.add(4, lane => 'account 1') \g /dev/null
reset role;
update work.job set run_at = clock_timestamp() where state = 'waiting';
set local role bellwether_worker;
select is(pg_temp.take('a', 10), '2', 'it is tried again, before the others');
select is(pg_temp.fail('a', 2, true), 'dead', 'it is given up');
select is(pg_temp.take('a', 10), '3', 'and the lane goes on');
select is(pg_temp.finish('a', 3), '3', 'in order');
select is(pg_temp.take('a', 10), '4', 'to the last');

-- A dead job that comes back has its old place, behind the one that runs.
select is(work.requeue_dead(kind => 'run_cycle'), 1, 'the dead one is revived');
select is(pg_temp.take('b', 10), '', 'but waits for the one that runs');
select is(pg_temp.finish('a', 4), '4', 'when that has ended');
select is(pg_temp.take('b', 10), '2', 'it starts');
reset role;
delete from work.job;
delete from held;

-- A worker that dies keeps its lane only until it is noticed.
set local role bellwether_worker;
select work.enqueue_many(
    'run_cycle', array(select jsonb_build_object('n', n) from generate_series(1, 5) as n),
    array[1, 1, 1, 1, 1], null, array['x', 'y', 'x', null, 'x']
) \g /dev/null
select is(pg_temp.take('a', 10), '1,2,4', 'many at once keep their order in each lane');
reset role;
update work.worker set heartbeat_at = clock_timestamp() - interval '11 seconds'
where worker_id = pg_temp.worker('a');
select is(work.rescue(), 3, 'its worker dies');
select is(pg_temp.take('b', 10), '1,2,4', 'the same ones start again');
select is(work.cancel(array(select job_id from held where who = 'b' and n = 1)), 1,
    'one is canceled');
select is(pg_temp.take('b', 10), '3', 'its lane goes on');

-- What is ready by mistake does not stand before others of its flow.
reset role;
delete from work.job;
delete from held;
select pg_temp.add(n, lane => 'z') from generate_series(1, 2) as n \g /dev/null
update work.job set state = 'ready';
select pg_temp.add(3) \g /dev/null
select is(pg_temp.take('a', 1), '1', 'of two ready ones of a lane the first starts');
select is(pg_temp.take('b', 1), '3', 'then the next that may');
select is(pg_temp.finish('a', 1), '1', 'when it has ended');
select is(pg_temp.take('a', 1), '2', 'the other starts');
delete from work.job;
delete from held;
select pg_temp.add(n, lane => 'x') from generate_series(4, 5) as n \g /dev/null

-- What two transactions between them left blocked by nothing.
delete from work.job where payload ->> 'n' <> '5';
select is(
    pg_temp.take('b', 1) || pg_temp.take('b', 1), '5',
    'an idle worker sees a lane that stands still'
);

select * from finish();
rollback;
