-- The life of a job: claimed, extended, finished; lost, rescued, dead, revived.
begin;
select plan(52);
\ir ../roles.psql
delete from work.job;
delete from work.dead;
delete from work.worker;
-- Who is who, for the rest of the test.
create temporary table actor (name text, worker_id int) on commit drop;
insert into actor values
('a', work.register_worker('host', 1, '1', '{run_cycle,submit_order}')),
('b', work.register_worker('host', 2, '1', '{run_cycle,submit_order}'));
grant select on actor to public;
create function pg_temp.worker(name text) returns int language sql
as 'select worker_id from actor where actor.name = $1';
create temporary table held (
    who text, job_id bigint, lease_token bigint, attempt int
) on commit drop;
grant all on held to public;
create function pg_temp.take(who text, max_jobs int) returns int language sql as $$
    with taken as (
        insert into held select who, c.job_id, c.lease_token, c.attempt
        from work.claim(pg_temp.worker(who), '{run_cycle,submit_order}', max_jobs) as c
        returning 1
    )
    select count(*)::int from taken
$$;
set local role bellwether_worker;

select throws_ok(
    $$select work.claim(-1, '{run_cycle}', 1)$$, 'BW206', null,
    'an unknown worker gets nothing'
);
select throws_ok(
    $$select work.claim(pg_temp.worker('a'), '{run_cycle}', 0)$$, 'BW208', null,
    'no batch of none'
);
select throws_ok(
    $$select work.register_worker('host', 3, '1', '{run_cycle,fly}')$$, 'BW201', null,
    'a worker for kinds that the schema does not know is refused'
);
select is(pg_temp.take('a', 10), 0, 'nothing to claim');

-- Order: priority, then age; other kinds stay.
select work.enqueue('run_cycle', jsonb_build_object('n', n), 1, 100)
from generate_series(1, 3) as n \g /dev/null
select work.enqueue('run_cycle', '{"n": 4}', 1, 10) \g /dev/null
select work.enqueue('match_orders', '{"n": 5}', 1, 1) \g /dev/null
select results_eq(
    $$select payload ->> 'n', attempt
    from work.claim(pg_temp.worker('a'), '{run_cycle}', 3)$$,
    $$values ('4', 1), ('1', 1), ('2', 1)$$,
    'urgent ones first, then the oldest; only the kinds asked for'
);
select results_eq(
    $$select payload ->> 'n' from work.claim(pg_temp.worker('b'), '{run_cycle}', 3)$$,
    $$values ('3')$$,
    'what one worker leased is not claimed by another'
);
reset role;
delete from work.job;

-- Jobs with effects outside come one at a time, and their claim is durable.
set local synchronous_commit = on;
set local role bellwether_worker;
select work.enqueue('submit_order', jsonb_build_object('n', n), 1)
from generate_series(1, 2) as n \g /dev/null
select work.enqueue('run_cycle', '{}', 1) from generate_series(1, 2) \g /dev/null
select is(pg_temp.take('a', 10), 3, 'two cycles and only one of two orders');
select is(
    current_setting('synchronous_commit'), 'on',
    'the claim of an order waits for the disk'
);
select is(pg_temp.take('a', 10), 1, 'the other order comes next');
reset role;
delete from work.job;
delete from held;
set local role bellwether_worker;
select work.enqueue('run_cycle', '{}', 1) \g /dev/null
savepoint durability;
select is(pg_temp.take('a', 10), 1, 'a cycle is claimed');
select is(
    current_setting('synchronous_commit'), 'off',
    'a claim without effects outside does not'
);
rollback to durability;

-- Finishing, once.
select is(pg_temp.take('a', 10), 1, 'claimed');
select is(
    work.extend(
        pg_temp.worker('a'), array_agg(job_id), array_agg(lease_token)
    ), array_agg(job_id),
    'the holder may extend the lease'
) from held;
select throws_ok(
    format(
        'select work.extend(%s, array[%s], array[%s])', pg_temp.worker('b'), job_id,
        lease_token
    ), 'BW220', null, 'another may not'
) from held;
select throws_ok(
    format(
        'select work.ack(%s, array[%s], array[%s])', pg_temp.worker('b'), job_id,
        lease_token
    ), 'BW220', null, 'nor finish it'
) from held;
select is(
    work.ack(pg_temp.worker('a'), array_agg(job_id), array_agg(lease_token + 1)), '{}',
    'nor does a wrong token'
) from held;
select is(
    work.ack(
        pg_temp.worker('a'), array_agg(job_id), array_agg(lease_token)
    ), array_agg(job_id),
    'the holder''s does'
) from held;
select is(
    work.ack(pg_temp.worker('a'), array_agg(job_id), array_agg(lease_token)), '{}',
    'but only once'
) from held;
select throws_ok(
    $$select work.ack(1, '{1,2}', '{1}')$$, 'BW205', null,
    'ids without tokens are refused'
);
reset role;
select is((select count(*)::int from work.job), 0, 'a finished job is gone');
select is(
    (select count(*)::int from work.job_done as d inner join held using (job_id)), 1,
    'and recorded once'
);
delete from held;

-- An equal job that comes while this one runs makes it run once more.
set local role bellwether_worker;
select work.enqueue('run_cycle', '{"n": 1}', 1, dedup_key => 'k') \g /dev/null
select is(pg_temp.take('a', 1), 1, 'claimed with a key');
select is(
    work.enqueue(
        'run_cycle', '{"n": 2}', 1, dedup_key => 'k'
    ), (select job_id from held),
    'an equal job while it runs is the same job'
);
select is(
    work.ack(
        pg_temp.worker('a'), array_agg(job_id), array_agg(lease_token)
    ), array_agg(job_id),
    'it finishes'
) from held;
select results_eq(
    $$select payload ->> 'n', attempt
    from work.claim(pg_temp.worker('b'), '{run_cycle}', 9)$$,
    $$values ('2', 1)$$,
    'and runs once more with the newer payload'
);
reset role;
delete from work.job;
delete from held;

-- Failing: again later, with a history; then dead.
set local role bellwether_worker;
select work.enqueue('run_cycle', '{"n": 1}', 1, dedup_key => 'k') \g /dev/null
select is(pg_temp.take('a', 1), 1, 'first attempt');
select throws_ok(
    format(
        'select work.nack(%s, %s, %s, %L)', pg_temp.worker('b'), job_id, lease_token,
        'no'
    ), 'BW220', null, 'not mine to fail'
) from held;
select is(
    work.nack(
        pg_temp.worker('a'), job_id, lease_token, 'boom'
    ), 'retry', 'it may try again'
) from held;
select is(
    work.nack(
        pg_temp.worker('a'), job_id, lease_token, 'boom'
    ), 'lost', 'a second answer is late'
) from held;
select ok(not work.is_idle(), 'a retry keeps the queue busy');
reset role;
select ok(
    (
        select run_at between clock_timestamp() + interval '0.9 s'
        and clock_timestamp() + interval '2 s' from work.job
    ),
    'the first wait is half to all of the base'
);
update work.job set run_at = clock_timestamp();
delete from held;
set local role bellwether_worker;
select is(pg_temp.take('a', 1), 1, 'second attempt when its time has come');
select is(
    work.nack(
        pg_temp.worker('a'), job_id, lease_token, '429', interval '7 seconds'
    ), 'retry',
    'told to come back later'
) from held;
reset role;
select results_eq(
    $$select attempt, round(
        extract(epoch from run_at - clock_timestamp())
    ) from work.job$$,
    $$values (1, 7::numeric)$$,
    'that spends no attempt and keeps the time asked for'
);
select throws_ok(
    $$select work.nack(1, 1, 1, 'x', interval '-1 second')$$, 'BW203', null,
    'a negative wait is refused'
);
update work.job set run_at = clock_timestamp(), attempt = max_attempts - 1;
delete from held;
set local role bellwether_worker;
select is(pg_temp.take('a', 1), 1, 'the last attempt');
select is(
    work.nack(
        pg_temp.worker('a'), job_id, lease_token, 'still boom'
    ), 'dead', 'then it is dead'
) from held;
reset role;
select results_eq(
    $$select reason, error, jsonb_path_query_array(errors, '$[*].error')
    from work.dead$$,
    $$values ('attempts', 'still boom', '["boom", "429", "still boom"]'::jsonb)$$,
    'with the whole history'
);
select is((select count(*)::int from work.job), 0, 'and no longer among the living');
set local role bellwether_worker;
select throws_ok(
    $$select work.requeue_dead(-1)$$, 'BW207', null, 'only the dead are revived'
);
reset role;
select lives_ok(
    $$select work.requeue_dead(job_id) from work.dead$$, 'a dead job is revived'
);
select results_eq(
    $$select kind, tenant_id, dedup_key, payload, attempt, errors from work.job$$,
    $$values ('run_cycle', 1, 'k', '{"n": 1}'::jsonb, 0, '[]'::jsonb)$$,
    'as it was, with all its attempts'
);
select is((select count(*)::int from work.dead), 0, 'and no longer dead');
delete from held;
select is(pg_temp.take('a', 1), 1, 'claimed again');
select is(
    work.nack(
        pg_temp.worker('a'), job_id, lease_token, 'never', permanent => true
    ), 'dead',
    'a permanent error buries at once'
) from held;
delete from held;

-- Rescue: a silent worker, an ended lease, a worker that is gone.
select work.enqueue('run_cycle', '{}', 1) from generate_series(1, 4) \g /dev/null
select is(
    pg_temp.take('a', 2) + pg_temp.take('b', 2), 4, 'two workers hold two jobs each'
);
select is(work.rescue(), 0, 'nothing to rescue while they live');
update work.worker set heartbeat_at = clock_timestamp() - interval '13 seconds'
where worker_id = pg_temp.worker('a');
select is(work.rescue(), 2, 'a worker silent for 13 s loses its jobs');
select is(
    work.ack(pg_temp.worker('a'), array_agg(job_id), array_agg(lease_token)), '{}',
    'its late answer changes nothing'
) from held where who = 'a';
update work.job set lease_until = clock_timestamp() - interval '1 ms'
where job_id = (select min(job_id) from held where who = 'b');
select is(work.rescue(), 1, 'an ended lease is taken back');
select is(
    work.unregister_worker(pg_temp.worker('b')), 1,
    'a worker that stops hands back the rest'
);
select is(
    (
        select count(*)::int from work.job where state = 'ready' and attempt <= 1
    ), 4, 'all are ready again'
);

select * from finish();
rollback;
