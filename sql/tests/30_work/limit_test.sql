-- Limits on what runs at once and how fast it starts; gates; tokens.
begin;
select plan(42);
\ir ../roles.psql
\ir worker.psql
update work.kind set provider = 'broker' where name = 'match_orders';
set local role bellwether_worker;

-- How many at once.
select work.set_limit('tenant', '1', 2) \g /dev/null
select pg_temp.add(n, 1) from generate_series(1, 4) as n \g /dev/null
select pg_temp.add(10 + n, 2) from generate_series(1, 4) as n \g /dev/null
select is(pg_temp.take('a', 10), '1,2,11,12,13,14', 'a tenant has two jobs at once');
select is(pg_temp.take('b', 10), '', 'on all workers together');
select is(pg_temp.finish('a', 1), '1', 'one ends');
select is(pg_temp.take('b', 10), '3', 'the next one starts');
select work.set_limit('tenant', '1', 0) \g /dev/null
select is(pg_temp.finish('a', 2) || pg_temp.finish('b', 3), '23', 'with a limit of 0');
select is(pg_temp.take('b', 10), '', 'nothing starts');
select pg_temp.add(20 + n, 2 + n) from generate_series(1, 3) as n \g /dev/null
select is(
    pg_temp.take('b', 1) || pg_temp.take('b', 1) || pg_temp.take('b', 1), '212223',
    'which keeps nobody from the others, with one slot either'
);
select work.set_limit('tenant', '1') \g /dev/null
select is(pg_temp.take('b', 10), '4', 'without one, all');
reset role;
delete from work.job;
delete from held;
set local role bellwether_worker;
select work.set_limit('kind', 'run_cycle', 1) \g /dev/null
select work.set_limit('provider', 'broker', 1) \g /dev/null
select pg_temp.add(n, n) from generate_series(1, 3) as n \g /dev/null
select pg_temp.add(10 + n, n, kind => 'match_orders')
from generate_series(1, 3) as n \g /dev/null
select is(
    (select count(*)::int from string_to_table(pg_temp.take('a', 10), ',')), 2,
    'one of a kind, and one of those that call a provider'
);
select is(pg_temp.take('b', 10), '', 'and not one more');
select work.set_limit('kind', 'run_cycle') \g /dev/null
select work.set_limit('provider', 'broker') \g /dev/null
select is(
    (select count(*)::int from string_to_table(pg_temp.take('a', 10), ',')), 4,
    'without limits, all'
);
reset role;
delete from work.job;
delete from held;
delete from work.gate;

-- How fast they start: the bucket holds what may start at once.
set local role bellwether_worker;
select work.set_limit('kind', 'run_cycle', rate => 0.001, burst => 3) \g /dev/null
select pg_temp.add(n, n) from generate_series(1, 5) as n \g /dev/null
select is(
    (select count(*)::int from string_to_table(pg_temp.take('a', 2), ',')), 2,
    'two tokens of three'
);
select is(
    (select count(*)::int from string_to_table(pg_temp.take('b', 10), ',')), 1,
    'the last one, by another worker'
);
select is(pg_temp.take('a', 10), '', 'then the bucket is empty');
reset role;
update work.bucket set refilled_at = refilled_at - interval '2000 seconds';
set local role bellwether_worker;
select is(
    (select count(*)::int from string_to_table(pg_temp.take('a', 10), ',')), 2,
    'it fills with the time'
);
reset role;
select is((select count(*)::int from work.bucket), 1, 'there is one bucket');
delete from work.job;
delete from held;
delete from work.gate;
delete from work.bucket;

-- Tokens of a provider.
set local role bellwether_worker;
select is(work.take('nobody'), null, 'a provider without a limit is free');
select work.set_limit('provider', 'model', rate => 0.5, burst => 3) \g /dev/null
select is(work.take('model', 2), null, 'tokens are there');
select is(work.take('model'), null, 'the last one');
select ok(
    work.take('model') between interval '1.9 s' and interval '2 s',
    'then one comes every two seconds'
);
select ok(
    work.take('model', 2) between interval '3.8 s' and interval '4 s',
    'and two in four: asking took none'
);
reset role;
update work.bucket set refilled_at = refilled_at - interval '1 hour';
set local role bellwether_worker;
select is(work.take('model', 3), null, 'no more than the bucket holds');
select ok(work.take('model') > interval '1.5 s', 'is saved up');
select throws_ok(
    $$select work.take('model', 4)$$, 'BW214', null,
    'more tokens than there can ever be are refused'
);
select throws_ok(
    $$select work.take('model', 0)$$, 'BW214', null, 'so are none'
);
select throws_ok(
    $$select work.take('model', -1)$$, 'BW214', null, 'and less'
);

-- A closed gate.
select ok(
    work.close_gate('broker', '1 hour', '429') > clock_timestamp() + interval '59 min',
    'a gate is closed'
);
select ok(
    work.close_gate('broker', '1 s', '429') > clock_timestamp() + interval '59 min',
    'of two the longer holds'
);
select ok(work.take('broker') > interval '59 min', 'who asks is told to wait');
select pg_temp.add(1, kind => 'match_orders') \g /dev/null
select pg_temp.add(2) \g /dev/null
select is(pg_temp.take('a', 10), '2', 'no job of its kinds starts');
select is(
    work.close_gate('broker', '0 s', 'fine again'), null, 'until it is opened'
);
select is(pg_temp.take('a', 10), '1', 'then they do');
select work.close_gate('broker', '10 min', '503') \g /dev/null
select is(pg_temp.fail('a', 1), 'retry', 'what fails before a closed gate');
reset role;
select results_eq(
    $$select attempt, run_at > clock_timestamp() + interval '9 minutes'
    from work.job where payload ->> 'n' = '1'$$,
    'values (0, true)',
    'spends no attempt and waits for it to open'
);
select is(
    (select reason from work.gate where name = 'broker'), '503', 'the reason is kept'
);
set local role bellwether_worker;

-- What makes no sense.
select throws_ok(
    $$select work.set_limit('galaxy', 'x', 1)$$, 'BW213', null, 'no such scope'
);
select throws_ok(
    $$select work.set_limit('tenant', 'x', 1)$$, 'BW213', null, 'a tenant is a number'
);
select throws_ok(
    $$select work.set_limit('tenant', '1', -1)$$, 'BW213', null, 'not less than none'
);
select throws_ok(
    $$select work.set_limit('tenant', '1', rate => 0)$$, 'BW213', null, 'no rate of 0'
);
select throws_ok(
    $$select work.set_limit('kind', 'fly', 1)$$, 'BW201', null, 'no unknown kind'
);
select throws_ok(
    $$select work.close_gate('broker', '1 year', 'x')$$, 'BW215', null,
    'a gate is not closed for a year'
);
select throws_ok(
    $$select work.close_gate(null, '1 s', 'x')$$, 'BW215', null, 'no nameless gate'
);

select * from finish();
rollback;
