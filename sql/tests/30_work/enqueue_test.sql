-- Enqueuing: what comes in, what is refused, what happens to an equal job.
begin;
select plan(26);
\ir ../roles.psql
delete from work.job;
delete from work.worker;
set local role bellwether_worker;

select throws_ok(
    $$select work.enqueue('no_such_kind')$$, 'BW201', null, 'an unknown kind is refused'
);
select throws_ok(
    $$select work.enqueue(null)$$, 'BW201', null, 'no kind is refused'
);
select throws_ok(
    $$select work.enqueue('run_cycle', jsonb_build_object('x', repeat('x', 1048577)))$$,
    'BW202', null, 'a payload over 1 MB is refused'
);
select lives_ok(
    $$select work.enqueue('run_cycle', jsonb_build_object('x', repeat('x', 1000000)))$$,
    'a payload under 1 MB is taken'
);
select throws_ok(
    $$select work.enqueue('run_cycle', run_at => now() - interval '1 second')$$,
    'BW203', null, 'a negative delay is refused'
);
select throws_ok(
    $$select work.enqueue('run_cycle', run_at => 'infinity')$$,
    'BW203', null, 'a job that never runs is refused'
);
select throws_ok(
    $$select work.enqueue('run_cycle', '[1]')$$, 'BW204', null,
    'a payload that is no object is refused'
);
select throws_ok(
    $$select work.enqueue('run_cycle', null)$$, 'BW204', null,
    'no payload at all is refused'
);
select throws_ok(
    $$select work.enqueue('run_cycle', '{"x": "\u0000"}')$$, '22P05', null,
    'a NUL is refused'
);
select throws_ok(
    $$select work.enqueue_many('run_cycle', '{"{}","{}"}', '{1}')$$,
    'BW205', null, 'arrays of different length are refused'
);
select is(
    work.enqueue_many('run_cycle', '{}', '{}'), 0,
    'nothing to enqueue is no job'
);
reset role;
select is((select count(*)::int from work.job), 1, 'what was refused left nothing');
delete from work.job;

-- Equal jobs.
set local role bellwether_worker;
create temporary table id on commit drop as
select work.enqueue('run_cycle', '{"cycle_id": 1}', 1, 100, dedup_key => 'a') as first;
select is(
    work.enqueue(
        'run_cycle', '{"cycle_id": 2}', 1, 50, dedup_key => 'a'
    ), (select first from id),
    'an equal job is the same job'
);
select isnt(
    work.enqueue(
        'run_cycle', '{"cycle_id": 1}', 2, dedup_key => 'a'
    ), (select first from id),
    'another tenant''s job with the same key is another'
);
select isnt(
    work.enqueue('match_orders', '{}', 1, dedup_key => 'a'), (select first from id),
    'another kind''s job with the same key is another'
);
select isnt(
    work.enqueue('run_cycle', '{"cycle_id": 1}', 1),
    work.enqueue('run_cycle', '{"cycle_id": 1}', 1),
    'without a key jobs are never equal'
);
reset role;
select results_eq(
    $$select payload, priority from work.job, id where job_id = first$$,
    $$values ('{"cycle_id": 2}'::jsonb, 50)$$,
    'the waiting job has the newer payload and the more urgent priority'
);

-- A kind that keeps the least value of a key.
select work.enqueue(
    'compute_snapshots', '{"from": "2018-01-01"}', dedup_key => 'i1'
) \g /dev/null
select work.enqueue(
    'compute_snapshots', '{"from": "2017-01-01"}', dedup_key => 'i1'
) \g /dev/null
select work.enqueue(
    'compute_snapshots', '{"from": "2019-01-01"}', dedup_key => 'i1'
) \g /dev/null
select results_eq(
    $$select payload ->> 'from' from work.job where kind = 'compute_snapshots'$$,
    $$values ('2017-01-01')$$,
    'of equal computations the earliest start is kept'
);
delete from work.job;

-- Later.
select isnt(
    work.enqueue('run_cycle', run_at => clock_timestamp() + interval '1 hour'), null,
    'a job may be enqueued for later'
);
select is((select state from work.job), 'waiting', 'a delayed job waits');
select ok(work.is_idle(), 'a delayed job keeps nobody busy');
select work.enqueue('run_cycle', '{}') \g /dev/null
select ok(not work.is_idle(), 'a ready job does');
select ok(work.is_idle('{embed_snapshots}'), 'but not the other kinds');

-- Wake-ups: only for a worker that says it waits.
select is(pg_notification_queue_usage(), 0::float8, 'nobody was notified');
select work.set_idle(
    work.register_worker('test', 1, '1', '{run_cycle}'), true
) \g /dev/null
select lives_ok(
    $$select work.enqueue('run_cycle')$$, 'enqueuing with an idle worker notifies'
);
select throws_ok(
    $$select work.set_idle(-1, true)$$, 'BW206', null,
    'a worker that is not there cannot be idle'
);

select * from finish();
rollback;
