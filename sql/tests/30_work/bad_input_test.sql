-- Bad input: a clear error with an SQLSTATE of its own, and nothing has changed.
begin;
select plan(90);
\ir ../roles.psql
\ir worker.psql
set local role bellwether_worker;

-- A job of each state, and one that worker b holds.
select pg_temp.add(n) from generate_series(1, 3) as n \g /dev/null
select pg_temp.take('b', 1) \g /dev/null
select pg_temp.add(4, lane => 'x') \g /dev/null
select pg_temp.add(5, lane => 'x') \g /dev/null
select pg_temp.add(6, run_at => clock_timestamp() + interval '1 hour') \g /dev/null
select pg_temp.add(7) \g /dev/null
select work.cancel(array[max(job_id)]) from work.jobs \g /dev/null
select work.set_schedule('hourly', '0 * * * *', 'run_cycle') \g /dev/null
reset role;

create function pg_temp.everything() returns text language sql as $$
    select md5(concat_ws(
        E'\n',
        (select string_agg(j::text, ',' order by j.job_id) from work.job as j),
        (select string_agg(d::text, ',' order by d.job_id) from work.job_done as d),
        (select string_agg(d::text, ',' order by d.job_id) from work.dead as d),
        (select string_agg(s::text, ',' order by s.name) from work.schedule as s),
        (select string_agg(g::text, ',' order by g.name) from work.gate as g),
        (select count(*)::text from work.dependency)
    ))
$$;
create temporary table before on commit drop as select pg_temp.everything() as state;
create temporary table mine on commit drop as
select
    pg_temp.worker('a') as a, j.job_id, j.lease_token
from work.job as j where j.state = 'leased';
grant select on mine to bellwether_worker;

create temporary table bad (call text, code text, what text) on commit drop;
grant select on bad to bellwether_worker;
insert into bad values
($$select work.enqueue('fly')$$, 'BW201', 'an unknown kind'),
($$select work.enqueue_many('fly', '{"{}"}')$$, 'BW201', 'many of an unknown kind'),
(
    $$select work.enqueue('run_cycle', jsonb_build_object('x', repeat('x', 10000000)))$$,
    'BW202', 'a payload of 10 MB'
),
(
    $$select work.enqueue_many('run_cycle', array[
        '{}', jsonb_build_object('x', repeat('x', 10000000)), '{}'
    ]::jsonb[])$$,
    'BW202', 'a payload of 10 MB among others'
),
(
    $$select work.enqueue(
        'run_cycle', jsonb_build_object('x', repeat('x', 10000000)), dedup_key => 'k'
    )$$,
    'BW202', 'a payload of 10 MB with a key'
),
(
    $$select work.set_schedule(
        'big', '* * * * *', 'run_cycle', jsonb_build_object('x', repeat('x', 10000000))
    )$$,
    'BW202', 'a schedule whose payload has 10 MB'
),
-- No json may hold one: PostgreSQL itself refuses it.
(
    $$select work.enqueue('run_cycle', '{"x": "\u0000"}')$$, '22P05', 'a NUL'
),
(
    $$select work.enqueue_many('run_cycle', array['{"x": "\u0000"}']::jsonb[])$$,
    '22P05', 'a NUL among many'
),
(
    $$select work.enqueue('run_cycle', run_at => now() - interval '1 second')$$,
    'BW203', 'a negative delay'
),
(
    $$select work.enqueue_many(
        'run_cycle', '{"{}"}', run_at => now() - interval '1 second'
    )$$,
    'BW203', 'a negative delay of many'
),
(
    $$select work.nack(a, job_id, lease_token, 'x', interval '-1 second') from mine$$,
    'BW203', 'a negative wait'
),
($$select work.enqueue('run_cycle', '[1]')$$, 'BW204', 'a payload that is no object'),
($$select work.enqueue('run_cycle', null)$$, 'BW204', 'no payload'),
($$select work.set_schedule('x', '0 0 30 2 *', 'run_cycle')$$, 'BW216', 'never fires'),
($$select work.set_schedule('x', '60 * * * *', 'run_cycle')$$, 'BW216', 'no minute'),
(
    $$select work.set_schedule('hourly', '0 0 31 4 *', 'run_cycle')$$,
    'BW216', 'a line that never fires in place of one that does'
),
(
    $$select work.ack(a, array[job_id], array[lease_token]) from mine$$,
    'BW220', 'the end of a foreign job'
),
(
    $$select work.nack(a, job_id, lease_token, 'x') from mine$$,
    'BW220', 'the failure of a foreign job'
),
(
    $$select work.extend(a, array[job_id], array[lease_token]) from mine$$,
    'BW220', 'the lease of a foreign job'
),
($$select work.enqueue('run_cycle', after => '{9000000}')$$, 'BW210', 'after no job'),
(
    $$select work.nack(a, job_id, lease_token, 'x', '178000000 years') from mine$$,
    'BW203', 'a wait that no clock will see the end of'
),
(
    $$select work.enqueue('run_cycle', run_at => 'infinity')$$, 'BW203', 'never'
),
(
    $$select work.enqueue('run_cycle', run_at => '-infinity')$$, 'BW203', 'before all time'
),
(
    $$select work.enqueue_many('run_cycle', array[null]::jsonb[])$$, 'BW204',
    'no payload among many'
),
(
    $$select work.enqueue_many('run_cycle', '{"{}"}', '{}')$$, 'BW205',
    'a payload without its tenant'
),
(
    $$select work.enqueue_many('run_cycle', '{"{}","{}"}', dedup_keys => '{k,k}')$$,
    'BW209', 'a key twice'
),
($$select work.ack(a, '{1}', '{}') from mine$$, 'BW205', 'a job without its token'),
($$select work.ack(a, null, '{1}') from mine$$, 'BW205', 'a token without its job'),
($$select work.ack(a, '{null}', '{1}') from mine$$, 'BW205', 'no job'),
($$select work.ack(a, '{1}', '{null}') from mine$$, 'BW205', 'no token'),
($$select work.extend(a, '{1,2}', '{1}') from mine$$, 'BW205', 'fewer tokens than jobs'),
($$select work.hand_back(a, '{1}', null) from mine$$, 'BW205', 'known without tokens'),
($$select work.enqueue('run_cycle', after => '{null}')$$, 'BW210', 'after nothing'),
($$select work.enqueue('run_cycle', after => '{0}')$$, 'BW210', 'after no number of a job'),
(
    -- Its own number, as far as anybody can know it.
    $$select work.enqueue('run_cycle', after => array[1 + max(job_id)]) from work.jobs$$,
    'BW210', 'after itself'
),
(
    $$select work.enqueue('run_cycle', after => array[job_id]) from work.dead$$, 'BW211',
    'after a dead job'
),
($$select work.claim(null, null, 1)$$, 'BW206', 'nobody'),
($$select work.claim(a, null, 1001) from mine$$, 'BW208', 'too large a batch'),
($$select work.claim(a, null, null) from mine$$, 'BW208', 'a batch of null'),
($$select work.requeue_dead(-1)$$, 'BW207', 'no dead job'),
($$select work.requeue_dead(null::bigint)$$, 'BW207', 'null among the dead'),
($$select work.register_worker(null, 1, '1', '{run_cycle}')$$, 'BW221', 'no host'),
($$select work.register_worker('h', 1, '1', null)$$, 'BW221', 'no kinds'),
($$select work.register_worker('h', 1, '1', '{run_cycle,null}')$$, 'BW221', 'a null kind'),
($$select work.register_worker('h', 1, '1', '{fly}')$$, 'BW201', 'a kind that is not'),
($$select work.set_idle(a, null) from mine$$, 'BW221', 'perhaps idle'),
($$select work.set_idle(-1, true)$$, 'BW206', 'nobody idle'),
($$select work.pause(kind => 'fly')$$, 'BW201', 'a pause of no kind'),
($$select work.pause(queue => 'fly')$$, 'BW212', 'a pause of no queue'),
($$select work.set_limit('provider', 'x', rate => 'NaN')$$, 'BW213', 'a rate of NaN'),
(
    $$select work.set_limit('provider', 'x', rate => 'Infinity')$$, 'BW213',
    'a rate without end'
),
($$select work.set_limit('provider', 'x', rate => 1e300)$$, 'BW213', 'too high a rate'),
($$select work.set_limit('provider', 'x', rate => 1e-300)$$, 'BW213', 'too low a rate'),
(
    $$select work.set_limit('provider', repeat('x', 1000000), 1)$$, 'BW213',
    'a name of 1 MB'
),
($$select work.set_limit('planet', 'x', 1)$$, 'BW213', 'no scope'),
($$select work.take('x', 'NaN')$$, 'BW214', 'NaN tokens'),
($$select work.take('x', 'Infinity')$$, 'BW214', 'tokens without end'),
($$select work.take(null)$$, 'BW214', 'a token of no gate'),
($$select work.close_gate('x', '-1 second', 'r')$$, 'BW215', 'a gate closed until before'),
($$select work.close_gate('x', '178000000 years', 'r')$$, 'BW215', 'closed for ever'),
($$select work.close_gate(repeat('x', 1000000), '1 s', 'r')$$, 'BW215', 'a gate of 1 MB'),
($$select work.cron_next('* * * * *', 'infinity')$$, 'BW216', 'after all time'),
($$select work.cron_next('* * * * *', '294276-12-31')$$, 'BW216', 'in the last year'),
($$select work.cron_next('* * * * *', '4713-01-01 BC')$$, 'BW216', 'in the first year'),
($$select work.cron_next(null, now())$$, 'BW216', 'no line'),
(
    $$select work.cron_next(repeat('0,', 500000) || '0 * * * *', now())$$, 'BW216',
    'a line of 1 MB'
),
($$select work.cron_next('* * * * *', now(), 'Mars/Phobos')$$, 'BW217', 'no such zone'),
($$select work.cron_next('* * * * *', now(), null)$$, 'BW217', 'a zone of null'),
(
    $$select work.set_schedule('x', '* * * * *', 'run_cycle', time_zone => 'Mars')$$,
    'BW217', 'a schedule on Mars'
),
(
    $$select work.set_schedule(
        'x', '* * * * *', 'run_cycle', session_offset => '178000000 years'
    )$$,
    'BW218', 'an offset without end'
),
($$select work.drop_old('-1 day')$$, 'BW219', 'days to come'),
($$select work.drop_old('178000000 years')$$, 'BW219', 'days before all time'),
($$select work.drop_old(null)$$, 'BW219', 'no age'),
($$select work.top('0')$$, 'BW222', 'a rate in no time'),
($$select work.top('-1 day')$$, 'BW222', 'a rate in less'),
($$select work.top(null)$$, 'BW222', 'a rate in null'),
(
    $$select work.enqueue('run_cycle', dedup_key => repeat('x', 1000000))$$, 'BW223',
    'a key of 1 MB'
),
(
    $$select work.enqueue('run_cycle', lane => repeat('x', 1000000))$$, 'BW223',
    'a lane of 1 MB'
),
(
    $$select work.enqueue_many('run_cycle', '{"{}","{}"}', lanes => array['a', repeat('x', 1001)])$$,
    'BW223', 'a long lane among others'
),
($$select work.enqueue('run_cycle', tenant_id => -1)$$, 'BW224', 'a negative tenant'),
(
    $$select work.enqueue('run_cycle', tenant_id => -2147483648, lane => 'a')$$, 'BW224',
    'the least tenant'
),
(
    $$select work.enqueue_many('run_cycle', '{"{}","{}"}', '{1,-1}')$$, 'BW224',
    'a negative tenant among others'
),
($$select work.claim(-1, null, 1)$$, 'BW206', 'no worker'),
($$select work.claim(a, null, 0) from mine$$, 'BW208', 'no batch');

set local role bellwether_worker;
select throws_ok(bad.call, bad.code, null, bad.what) from bad;
reset role;
select is(pg_temp.everything(), before.state, 'nothing has changed') from before;

-- Odd, and nothing wrong with it: it is answered, and nothing has changed.
set local role bellwether_worker;
select is(
    work.ack(a, ids, ids), '{}'::bigint[], 'a million jobs that are not ours end nothing'
)
from mine, (select array_agg(-i::bigint) as ids from generate_series(1, 1000000) as i) as many;
select is(
    work.ack(a, '{}', '{}') || work.ack(a, null, null)
    || work.extend(a, null, null), '{}'::bigint[], 'nor does nothing'
) from mine;
select is(
    work.cancel(null) + work.cancel('{null,-1}') + work.retry(null) + work.retry('{-1}')
    + work.requeue_dead('{null,-1}'::bigint[]), 0, 'an operator''s hand finds nothing'
);
reset role;
select is(pg_temp.everything(), before.state, 'nothing has changed') from before;

-- Each has a name and a meaning in the reference.
select is_empty(
    $$select bad.code from bad
    where bad.code like 'BW%' and not exists (
        select from ops.sqlstate as s where s.code = bad.code and s.meaning <> ''
    )$$, 'and each is in ops.sqlstate'
);

select * from finish();
rollback;
