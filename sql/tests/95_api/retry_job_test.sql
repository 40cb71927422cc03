-- A desk revives its own dead jobs: not another's, not the system's.
begin;
select plan(6);
\ir ../roles.psql
\ir ../desk.psql
\ir ../30_work/worker.psql
select work.enqueue('run_cycle', '{"n": 1}', 9001) as own \gset
select work.enqueue('run_cycle', '{"n": 2}', 9002) as other \gset
select work.enqueue('probe', '{"n": 3}', 0) as system \gset
select pg_temp.take('a', 10) \g /dev/null
select work.nack(pg_temp.worker('a'), job_id, lease_token, 'no', permanent => true)
from held \g /dev/null
select is((select count(*)::int from work.dead), 3, 'three dead jobs');

set local bellwether.tenant = 9001;
set local role bellwether_analyst;
select is(api.retry_job(:own), :own::bigint, 'its own lives again');
select is(
    (select state from api.jobs where job_id = :own), 'ready', 'and waits to be taken'
);
select throws_ok(
    format('select api.retry_job(%s)', :other), 'BW207', null, 'another desk''s is none'
);
select throws_ok(
    format('select api.retry_job(%s)', :system), 'BW207', null,
    'the system''s is the operator''s'
);
set local role bellwether_reader;
select throws_ok(
    format('select api.retry_job(%s)', :own), '42501', null, 'a reader only looks'
);
select * from finish();
rollback;
