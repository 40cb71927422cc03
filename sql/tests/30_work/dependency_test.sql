-- A job that comes after others.
begin;
select plan(27);
\ir ../roles.psql
\ir worker.psql
set local role bellwether_worker;
create temporary table id (n int, job_id bigint) on commit drop;
create function pg_temp.after(variadic numbers int[]) returns bigint[] language sql
as 'select array_agg(job_id) from id where n = any(numbers)';

-- 3 comes after 1 and 2, and 4 after 3.
insert into id values (1, pg_temp.add(1)), (2, pg_temp.add(2));
insert into id values (3, pg_temp.add(3, after => pg_temp.after(1, 2)));
insert into id values (4, pg_temp.add(4, after => pg_temp.after(3)));
select is(pg_temp.take('a', 10), '1,2', 'what waits for others does not start');
select ok(not work.is_idle(), 'but there is work');
select is(pg_temp.finish('a', 1), '1', 'one of two is done');
select is(pg_temp.take('a', 10), '', 'that is not enough');
select is(pg_temp.fail('a', 2), 'retry', 'the other fails once');
select is(pg_temp.take('a', 10), '', 'a failure is no end');
select is(work.retry(pg_temp.after(2)), 1, 'it need not wait');
select is(pg_temp.take('a', 10), '2', 'it is tried again');
select is(pg_temp.finish('a', 2), '2', 'and done');
select is(pg_temp.take('b', 10), '3', 'when both are done it starts');
select is(pg_temp.finish('b', 3), '3', 'and ends');
select is(pg_temp.take('b', 10), '4', 'and so on');
select is(pg_temp.finish('b', 4), '4', 'to the last');
select is(pg_temp.add(5, after => pg_temp.after(1)) is not null, true,
    'what comes after a job that is done');
select is(pg_temp.take('a', 10), '5', 'starts at once');

-- Later, and after.
insert into id values (6, pg_temp.add(6));
select pg_temp.add(
    7, after => pg_temp.after(6), run_at => clock_timestamp() + interval '1 hour'
) \g /dev/null
select is(pg_temp.take('a', 10), '6', 'the one before starts');
select is(pg_temp.finish('a', 6), '6', 'and ends');
select is(pg_temp.take('a', 10), '', 'then the other still waits for its time');
reset role;
select is((select state from work.job where payload ->> 'n' = '7'), 'waiting', 'only');
delete from work.job;
delete from held;

-- When one dies, those after it die with it.
set local role bellwether_worker;
delete from id;
insert into id values (1, pg_temp.add(1)), (2, pg_temp.add(2));
insert into id values (3, pg_temp.add(3, after => pg_temp.after(1, 2)));
insert into id values (4, pg_temp.add(4, after => pg_temp.after(3, 1)));
select is(pg_temp.take('a', 1), '1', 'the first one');
select is(pg_temp.fail('a', 1, true), 'dead', 'is given up');
select results_eq(
    $$select (payload ->> 'n')::int, reason from work.dead order by 1$$,
    $$values (1, 'permanent'), (3, 'dependency'), (4, 'dependency')$$,
    'and what comes after it is dead too, whatever else it waited for'
);
select is(
    (select error from work.dead where payload ->> 'n' = '4'),
    format(
        'job %s, which it waited for, is dead: job %s, which it waited for, is dead: boom',
        (select job_id from id where n = 3), (select job_id from id where n = 1)
    ),
    'with the reason'
);
select throws_ok(
    format(
        'select work.enqueue(%L, after => %L)', 'run_cycle', pg_temp.after(1)
    ), 'BW211', null,
    'to wait for a dead job is refused'
);
select throws_ok(
    $$select work.enqueue('run_cycle', after => '{9223372036854775807}')$$,
    'BW210', null, 'so is a job that never was'
);

-- They come back together, in order.
select is(work.requeue_dead(array(select job_id from id)), 3, 'three are revived');
select is(
    pg_temp.take('a', 10) || ' ' || pg_temp.finish('a', 1, 2) || ' '
    || pg_temp.take('a', 10) || ' ' || pg_temp.finish('a', 3) || ' '
    || pg_temp.take('a', 10), '1,2 1,2 3 3 4',
    'and run one after the other as before'
);

select * from finish();
rollback;
