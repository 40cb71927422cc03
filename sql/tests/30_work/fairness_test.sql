-- Turns: a tenant with little does not wait for one with much.
begin;
select plan(12);
\ir ../roles.psql
\ir worker.psql
set local role bellwether_worker;

-- 10,000 of tenant 1, then 10 of tenant 2.
select work.enqueue_many(
    'run_cycle', array(
        select jsonb_build_object('n', n) from generate_series(1, 10000) as n
    ), array_fill(1, array[10000])
) \g /dev/null
select work.enqueue_many(
    'run_cycle', array(
        select jsonb_build_object('n', 20000 + n) from generate_series(1, 10) as n
    ), array_fill(2, array[10])
) \g /dev/null
select pg_temp.take('a', 20) \g /dev/null
select results_eq(
    'select tenant_id, count(*)::int from held group by tenant_id order by 1',
    $$values (1, 10), (2, 10)$$,
    'the tenant with ten jobs has them all in the first twenty'
);
select is(
    (select string_agg(n::text, ',' order by n) from held where tenant_id = 1),
    '1,2,3,4,5,6,7,8,9,10', 'each has its oldest first'
);
delete from held;
select is(
    pg_temp.take('b', 3), '11,12,13', 'what a tenant does not need goes to the others'
);
reset role;
delete from work.job;
delete from held;

-- One slot at a time: the turn is remembered from claim to claim.
set local role bellwether_worker;
select work.enqueue_many(
    'run_cycle', array(
        select jsonb_build_object('n', n) from generate_series(1, 12) as n
    ), '{1,1,1,1,2,2,2,2,3,3,3,3}'
) \g /dev/null
select pg_temp.take('a', 1) from generate_series(1, 6) \g /dev/null
select results_eq(
    'select tenant_id, count(*)::int from held group by tenant_id order by 1',
    $$values (1, 2), (2, 2), (3, 2)$$,
    'tenants take turns, one job at a time'
);
select pg_temp.take('a', 2) from generate_series(1, 3) \g /dev/null
select results_eq(
    'select tenant_id, count(*)::int from held group by tenant_id order by 1',
    $$values (1, 4), (2, 4), (3, 4)$$,
    'or two'
);
reset role;
delete from work.job;
delete from held;

-- A tenant has no more turns for having more kinds.
set local role bellwether_worker;
select pg_temp.add(n, 1, kind => 'run_cycle') from generate_series(1, 100) as n \g /dev/null
select pg_temp.add(100 + n, 1, kind => 'match_orders')
from generate_series(1, 100) as n \g /dev/null
select pg_temp.add(200 + n, 2) from generate_series(1, 100) as n \g /dev/null
select pg_temp.take('a', 40) \g /dev/null
select ok(
    (select count(*) filter (where tenant_id = 2) >= 13 from held),
    'a tenant with one kind has its third of forty'
);
select ok(
    (select min(held.n) filter (where held.n > 100) = 101 from held), 'of each kind'
);
reset role;
delete from work.job;
delete from held;

-- Urgent ones come first, whosever they are.
set local role bellwether_worker;
select pg_temp.add(n, 1) from generate_series(1, 5) as n \g /dev/null
select pg_temp.add(10 + n, 2, priority => 10) from generate_series(1, 3) as n \g /dev/null
select is(pg_temp.take('a', 3), '11,12,13', 'urgent ones first');
select is(pg_temp.take('a', 3), '1,2,3', 'then the usual ones');

-- Kinds of others are stepped over.
select work.enqueue_many(
    'match_orders', array(
        select jsonb_build_object('n', 1000 + n) from generate_series(1, 500) as n
    ), array(select n % 50 from generate_series(1, 500) as n), priority => 1
) \g /dev/null
select is(pg_temp.take('b', 1, '{run_cycle}'), '4', 'only the kinds asked for');

-- What is delayed comes when it is due.
select pg_temp.add(
    77, kind => 'submit_order', run_at => clock_timestamp() + interval '1 hour'
) \g /dev/null
select is(pg_temp.take('b', 1, '{submit_order}'), '', 'not before its time');
reset role;
update work.job set run_at = clock_timestamp() where kind = 'submit_order';
set local role bellwether_worker;
select is(pg_temp.take('b', 1, '{submit_order}'), '77', 'but then');

select * from finish();
rollback;
