-- What a request causes carries its trace.
begin;
select plan(8);
\ir ../roles.psql
\ir ../desk.psql
select set_config('gateway.request_id', '4BF92F35-77b3-4da6-a3ce-929d0e0e4736', true)
\g /dev/null
set local role bellwether_analyst;
select api.run_cycle('{T01}', as_of => '2018-01-08') as cycle \gset
select is(
    (select trace_id from api.cycles where cycle_id = :cycle),
    '4bf92f35-77b3-4da6-a3ce-929d0e0e4736'::uuid, 'a cycle'
);
select api.halt('test', 'symbol', 'T01') \g /dev/null
select is(
    (select trace_id from api.events order by event_id desc limit 1),
    '4bf92f35-77b3-4da6-a3ce-929d0e0e4736'::uuid, 'an event without a cycle'
);
select is(
    (
        select trace_id from api.jobs where kind = 'run_cycle'
        order by job_id desc limit 1
    ),
    '4bf92f35-77b3-4da6-a3ce-929d0e0e4736'::uuid, 'the job of the cycle'
);
reset role;
select agent.record_call(
    'judge', 'test', 'test', 'ok', cycle_id => :cycle
) as call \gset
select is(
    (select trace_id from api.model_calls where call_id = :call),
    '4bf92f35-77b3-4da6-a3ce-929d0e0e4736'::uuid, 'a call of a model'
);
select job_id, lease_token as token, w.id as worker, trace_id as trace
from (select work.register_worker('here', 1, 'test', '{run_cycle}') as id) as w
cross join lateral work.claim(w.id, '{run_cycle}', 1) \gset
select is(
    :'trace'::uuid, '4bf92f35-77b3-4da6-a3ce-929d0e0e4736'::uuid,
    'the worker is told it with the job'
);
select work.ack(:worker, array[:job_id]::bigint[], array[:token]::bigint[]) \g /dev/null
select is(
    (select trace_id from work.job_done where job_id = :job_id),
    '4bf92f35-77b3-4da6-a3ce-929d0e0e4736'::uuid, 'and it stays with what is done'
);
select set_config('gateway.request_id', 'client 7', true) \g /dev/null
select is(ops.trace_id(), md5('client 7')::uuid, 'an id that is no UUID has one');
select set_config('gateway.request_id', '', true) \g /dev/null
select is(ops.trace_id(), null, 'outside a request there is none');
select * from finish();
rollback;
