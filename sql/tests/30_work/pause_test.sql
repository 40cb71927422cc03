-- Pausing: what is paused does not start; what runs, ends.
begin;
select plan(21);
\ir ../roles.psql
\ir worker.psql
update work.kind set queue = 'market' where name = 'match_orders';
set local role bellwether_worker;
select pg_temp.add(1, 1) \g /dev/null
select pg_temp.add(2, 2) \g /dev/null
select pg_temp.add(3, 1, kind => 'match_orders') \g /dev/null
select pg_temp.add(4, 2, kind => 'match_orders') \g /dev/null

select ok(work.pause(kind => 'run_cycle', reason => 'look'), 'a kind is paused');
select ok(not work.pause(kind => 'run_cycle'), 'once');
select results_eq(
    'select queue, kind, tenant_id, reason from work.paused',
    $$values (null, 'run_cycle', null::int, 'look')$$,
    'which shows, with its reason'
);
select is(pg_temp.take('a', 10), '3,4', 'the other kinds start');
select is(pg_temp.finish('a', 3), '3', 'and end');
select ok(work.pause('market'), 'a queue is paused');
select is(pg_temp.finish('a', 4), '4', 'what runs, ends');
select pg_temp.add(5, 1, kind => 'match_orders') \g /dev/null
select is(pg_temp.take('a', 10), '', 'nothing new starts');
select ok(work.resume(kind => 'run_cycle'), 'the kind is resumed');
select ok(not work.resume(kind => 'run_cycle'), 'once');
select ok(work.pause(tenant_id => 1), 'a tenant is paused');
select is(pg_temp.take('a', 10), '2', 'the others'' jobs start');
select ok(work.pause('market', tenant_id => 2), 'a queue of a tenant is paused');
select ok(work.resume('market'), 'that is another pause than that of the whole queue');
select pg_temp.add(6, 2, kind => 'match_orders') \g /dev/null
select pg_temp.add(7, 3, kind => 'match_orders') \g /dev/null
select is(pg_temp.take('a', 10), '7', 'only what both say is held');
select ok(work.pause(), 'all is paused');
select pg_temp.add(8, 3) \g /dev/null
select is(pg_temp.take('a', 10), '', 'then nothing starts');
select ok(
    work.resume() and work.resume(tenant_id => 1)
    and work.resume('market', tenant_id => 2), 'all is resumed'
);
select is(pg_temp.take('a', 10), '1,5,6,8', 'everything starts');
select throws_ok(
    $$select work.pause(kind => 'fly')$$, 'BW201', null, 'an unknown kind is refused'
);
select throws_ok(
    $$select work.pause('fly')$$, 'BW212', null, 'so is an unknown queue'
);

select * from finish();
rollback;
