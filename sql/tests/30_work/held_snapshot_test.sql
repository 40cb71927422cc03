-- An old snapshot is held open: the queue must not read what is long done again and
-- again. Counted in pages, which do not depend on the machine. What it commits it
-- removes.
select plan(12);
create extension if not exists dblink;

select dblink_connect('holder', format(
    'host=%s port=%s dbname=%s user=bellwether_worker', split_part(
        current_setting('unix_socket_directories'), ',', 1
    ),
    current_setting('port'), current_database()
)) \g /dev/null
create temporary table worker as
select work.register_worker('host', 1, '1', '{match_orders}') as id;
create function pg_temp.enqueue(jobs int) returns int language sql as $$
    select work.enqueue_many(
        'match_orders', array_fill('{}'::jsonb, array[jobs]), array_fill(9001, array[jobs])
    )
$$;
-- What a statement reads and writes, in pages.
create function pg_temp.pages(query text) returns int language plpgsql as $$
declare
    plan json;
begin
    execute 'explain (analyze, buffers, format json) ' || query into plan;
    return (plan -> 0 -> 'Plan' ->> 'Shared Hit Blocks')::int
        + (plan -> 0 -> 'Plan' ->> 'Shared Read Blocks')::int;
end
$$;
-- The least of three times: what is planned and looked up anew is not counted.
create function pg_temp.claim_pages() returns int language sql as $$
    select min(pg_temp.pages(format(
        'select count(*) from work.claim(%s, ''{match_orders}'', 1)', id
    ))) from worker, generate_series(1, 3)
$$;
create function pg_temp.ack_pages() returns int language plpgsql as $$
declare
    used int[] := '{}';
    lease record;
begin
    for i in 1..3 loop
        select c.job_id, c.lease_token, worker.id into lease
        from worker, work.claim(id, '{match_orders}', 1) as c;
        used := used || pg_temp.pages(format(
            'select work.ack(%s, array[%s]::bigint[], array[%s]::bigint[])',
            lease.id, lease.job_id, lease.lease_token
        ));
    end loop;
    return (select min(u) from unnest(used) as u);
end
$$;
create function pg_temp.drain() returns int language plpgsql as $$
declare
    ids bigint[];
    tokens bigint[];
    done int := 0;
begin
    loop
        select array_agg(c.job_id), array_agg(c.lease_token) into ids, tokens
        from work.claim((select id from worker), '{match_orders}', 1000) as c;
        exit when ids is null;
        done := done + cardinality(work.ack((select id from worker), ids, tokens));
    end loop;
    return done;
end
$$;
delete from work.job where kind = 'match_orders';

select pg_temp.enqueue(200) \g /dev/null
create temporary table before as
select pg_temp.claim_pages() as claim, pg_temp.ack_pages() as ack;
select pg_temp.drain() \g /dev/null

select dblink_exec('holder', 'begin isolation level repeatable read') \g /dev/null
select r.n from dblink('holder', 'select count(*) from work.kind') as r (n text)
\g /dev/null
select pg_temp.enqueue(5000) \g /dev/null
select is(pg_temp.drain(), 5000, 'five thousand jobs are done');
select pg_temp.enqueue(5000) \g /dev/null
select is(pg_temp.drain(), 5000, 'and again');
vacuum work.job;
select pg_temp.enqueue(300) \g /dev/null

-- To look for the flows takes long now; a session that found it slow remembers them.
select cmp_ok(
    pg_temp.pages($$select work._flows('{match_orders}', 100, -1)$$), '>',
    3 * before.claim, 'to look for what is to be done reads what was done'
) from before;
select
    set_config('work.flows', work._flows('{match_orders}', 100, -1)::text, false),
    set_config('work.flows_kinds', '{match_orders}', false),
    set_config(
        'work.flows_until', (clock_timestamp() + interval '1 hour')::text, false
    ) \g /dev/null
select cmp_ok(
    pg_temp.claim_pages(), '<', 3 * before.claim, 'a claim that remembers does not'
) from before;
select cmp_ok(
    pg_temp.ack_pages(), '<', 3 * before.ack, 'nor does an acknowledgement'
) from before;
-- When what is remembered does not fill a batch, it looks behind the mark.
select work._flows_behind(0, '{match_orders}') \g /dev/null
select cmp_ok(
    10 * pg_temp.pages(format(
        'select work._flows_behind(work._mark(%s, 0), ''{match_orders}'')',
        min(j.job_id) - 10
    )), '<', pg_temp.pages($$select work._flows('{match_orders}', 100, -1)$$),
    'to look behind the mark reads what lives, not a tenth of a whole search'
) from work.job as j where j.tenant_id = 9001 and j.state = 'ready';
select is(
    work._flows_behind(min(j.job_id) - 10, '{match_orders}'),
    work._flows('{match_orders}', 100, -1), 'and finds the same'
) from work.job as j where j.tenant_id = 9001 and j.state = 'ready';
select work.enqueue('match_orders', tenant_id => 9002) \g /dev/null
select is(
    (
        select count(*)::int from worker, work.claim(id, '{match_orders}', 1000)
    ), 294 + 1 - 0, 'a flow that it does not know is found when a batch is not full'
);

-- A job of a long transaction comes late: by now the mark lies beyond it.
delete from work.job where tenant_id in (9001, 9002);
select dblink_connect('late', format(
    'host=%s port=%s dbname=%s user=bellwether_worker', split_part(
        current_setting('unix_socket_directories'), ',', 1
    ),
    current_setting('port'), current_database()
)) \g /dev/null
select dblink_exec('late', 'begin') \g /dev/null
select r.job_id as late_job from dblink(
    'late', 'select work.enqueue(''match_orders'', tenant_id => 9001)'
) as r (job_id bigint) \gset
select set_config('work.flows_until', '', false), pg_temp.enqueue(2500) \g /dev/null
select max(j.job_id) as last_job from work.job as j \gset
select pg_temp.drain() \g /dev/null
-- As a session remembers it whose search was slow.
select
    set_config('work.flows', '{}', false),
    set_config('work.flows_kinds', '{match_orders}', false),
    set_config('work.taken_to', :'last_job', false),
    set_config('work.mark', work._mark(:late_job + 1, :last_job)::text, false),
    set_config(
        'work.flows_until', (clock_timestamp() + interval '1 hour')::text, false
    ) \g /dev/null
select cmp_ok(
    work._mark(:late_job + 1, :last_job), '>', :late_job::bigint,
    'the mark moves over what is done'
);
select dblink_exec('late', 'commit') \g /dev/null
select is(
    (select count(*)::int from worker, work.claim(id, '{match_orders}', 10)), 0,
    'who remembers does not find what comes late, while it remembers'
);
-- Which it does for five seconds at most, however slow the search is: here each is.
select set_config('work.slow_search', '-1 hour', false) \g /dev/null
select set_config('work.flows_until', clock_timestamp()::text, false) \g /dev/null
select is(
    (select array_agg(c.job_id) from worker, work.claim(id, '{match_orders}', 10) as c),
    array[:late_job]::bigint[], 'then a whole search finds it: nothing is lost'
);
select count(*) from worker, work.claim(id, '{match_orders}', 10) \g /dev/null
select cmp_ok(
    current_setting('work.flows_until')::timestamptz, '<=',
    clock_timestamp() + interval '5 seconds', 'it remembers for five seconds at most'
);
select set_config('work.slow_search', '', false) \g /dev/null
select dblink_disconnect('late') \g /dev/null

select dblink_exec('holder', 'rollback') \g /dev/null
select dblink_disconnect('holder') \g /dev/null
delete from work.job where tenant_id in (9001, 9002);
delete from work.job_done where tenant_id in (9001, 9002);
select work.unregister_worker(id) from worker \g /dev/null
select * from finish();
