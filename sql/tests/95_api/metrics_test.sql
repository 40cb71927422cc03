-- The numbers of a desk as Prometheus text, under the names of the earlier system.
begin;
select plan(6);
\ir ../roles.psql
\ir ../desk.psql

insert into agent.call (task, provider, model, outcome, ms, cost)
values
('signal', 'local', 'a "b\', 'ok', 1500, 0), ('signal', 'local', 'a "b\', 'ok', 500, 0),
('signal', 'local', 'm', 'timeout', 30000, 0);
select matches(
    api.metrics_text(),
    'trading_llm_call_duration_seconds_sum\{provider="local",model="a \\"b\\\\",outcome="ok"\} 2\n',
    'calls of models have their time, and a name cannot break out of its label'
);
select matches(
    api.metrics_text(),
    'trading_llm_call_duration_seconds_count\{provider="local",model="m",outcome="timeout"\} 1',
    'what ran out of time is told apart'
);
select matches(
    api.metrics_text(),
    format('circuit_breaker_triggers{account_id="%s"} 0', pg_temp.account()),
    'a breaker that never opened says 0'
);
select api.trip_breaker(pg_temp.account(), 'a drill') \g /dev/null
select matches(
    api.metrics_text(),
    format('circuit_breaker_triggers{account_id="%s"} 1', pg_temp.account()),
    'opened on purpose it says 1'
);
select matches(
    ops.metrics_text(), 'bellwether_queue_events_total\{event="wake_ups_suppressed"\} \d+',
    'wake-ups are counted'
);
select matches(
    ops.metrics_text(), 'bellwether_embeddings_total\{model="all-MiniLM-L6-v2"\} \d+',
    'and so are embeddings'
);
select * from finish();
rollback;
