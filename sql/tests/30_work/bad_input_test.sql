-- Bad input: a clear error with an SQLSTATE of its own, and nothing has changed.
begin;
select plan(24);
\ir ../roles.psql
\ir worker.psql
set local role bellwether_worker;

-- A job of each state, and one that worker b holds.
select pg_temp.add(n) from generate_series(1, 3) as n \g /dev/null
select pg_temp.take('b', 1) \g /dev/null
select pg_temp.add(4, lane => 'x') \g /dev/null
select pg_temp.add(5, lane => 'x') \g /dev/null
select pg_temp.add(6, run_at => clock_timestamp() + interval '1 hour') \g /dev/null
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
($$select work.claim(-1, null, 1)$$, 'BW206', 'no worker'),
($$select work.claim(a, null, 0) from mine$$, 'BW208', 'no batch');

set local role bellwether_worker;
select throws_ok(bad.call, bad.code, null, bad.what) from bad;
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
