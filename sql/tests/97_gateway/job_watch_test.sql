-- The queue is announced while a page shows it, once a second, and else not at all.
begin;
select plan(6);

select work.enqueue('run_cycle', '{}', 0);
select is(
    pg_sequence_last_value('gateway.jobs_announced_at'), null,
    'nobody looks: nothing is announced'
);
select gateway.watch_jobs();
select work.enqueue('run_cycle', '{}', 0);
select isnt(
    pg_sequence_last_value('gateway.jobs_announced_at'), null,
    'somebody looks: a new job is'
);
select setval('gateway.jobs_announced_at', 1);
delete from work.job where kind = 'run_cycle' and tenant_id = 0;
select cmp_ok(
    pg_sequence_last_value('gateway.jobs_announced_at'), '>', 1::bigint,
    'and one that is gone, whoever ended it'
);
select setval('gateway.jobs_watched_until', 1);
select setval('gateway.jobs_announced_at', 1);
select work.enqueue('run_cycle', '{}', 0);
select is(
    pg_sequence_last_value('gateway.jobs_announced_at'), 1::bigint,
    'who has not looked for long does not look'
);
select function_privs_are(
    'gateway', 'watch_jobs', '{}', 'bellwether_gateway', '{EXECUTE}',
    'the gateway says that somebody looks'
);
select function_privs_are(
    'gateway', 'watch_jobs', '{}', 'bellwether_analyst', '{}', 'and nobody else'
);

select * from finish();
rollback;
