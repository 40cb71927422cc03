-- Health: what is wrong is said, to those who may ask.
begin;
select plan(10);
select set_eq(
    'select name from ops.health_timed()', 'select name from ops.health()',
    'each look is timed'
);
select is(
    (select count(*) from ops.health_timed() where (latency_ms >= 0) is not true),
    0::bigint, 'in milliseconds'
);
\ir ../roles.psql

select is(
    (select count(*) from ops.health() where state not in ('ok', 'warn', 'fail')),
    0::bigint, 'every check has a state'
);
select is(
    (
        select count(*) from ops.health()
        where name is null or message is null or mend is null
    ),
    0::bigint, 'a message, and a way to mend'
);
select is(
    (select state from ops.health() where name = 'roles'), 'ok', 'the roles are there'
);
select is(
    (select state from ops.health() where name = 'workers'), 'warn',
    'a missing worker is seen'
);
select work.register_worker('host', 1, '1', '{run_cycle}') \g /dev/null
select is(
    (select state from ops.health() where name = 'workers'), 'ok', 'a living one too'
);
delete from work.job;
select work.enqueue('run_cycle', '{"cycle_id": 1}', 1) \g /dev/null
select is(ops.queue_depth('{run_cycle}'), 1::bigint, 'a job that waits is counted');
select is(ops.queue_depth('{submit_order}'), 0::bigint, 'in its kind alone');

set local role bellwether_analyst;
select throws_ok('select * from ops.health()', '42501', null, 'analysts do not see it');

select * from finish();
rollback;
