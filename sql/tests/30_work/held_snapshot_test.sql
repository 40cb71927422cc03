-- An old snapshot is held open: the queue must not read what is long done again and
-- again. Counted in pages, which do not depend on the machine. What it commits it
-- removes.
select plan(6);
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

-- Warm: what is planned and looked up the first time is not counted.
select pg_temp.enqueue(2000) \g /dev/null
select pg_temp.drain() \g /dev/null
select pg_temp.enqueue(200) \g /dev/null
create temporary table before as
select pg_temp.pages(format(
    'select count(*) from work.claim(%s, ''{match_orders}'', 100)', id
)) as claim from worker;
create temporary table held as
select array_agg(c.job_id) as ids, array_agg(c.lease_token) as tokens
from worker, work.claim(id, '{match_orders}', 100) as c;
alter table before add column ack int;
update before set ack = pg_temp.pages(format(
    'select work.ack(%s, %L, %L)', id, ids, tokens
)) from worker, held;

select dblink_exec('holder', 'begin isolation level repeatable read') \g /dev/null
select r.n from dblink('holder', 'select count(*) from work.kind') as r (n text)
\g /dev/null
select pg_temp.enqueue(5000) \g /dev/null
select is(pg_temp.drain(), 5000, 'five thousand jobs are done');
select pg_temp.enqueue(5000) \g /dev/null
select is(pg_temp.drain(), 5000, 'and again');
vacuum work.job;
select pg_temp.enqueue(300) \g /dev/null

-- The first claim looks for the flows; what it remembers when that is slow:
select count(*)
from worker, work.claim(id, '{match_orders}', 100) as c \g /dev/null
select work._remember(
    '{match_orders}', work._flows('{match_orders}', 100, -1), '{}',
    clock_timestamp() + interval '1 hour'
) \g /dev/null
-- The first one after it still reads what was taken since.
select cmp_ok(
    pg_temp.pages(format(
        'select count(*) from work.claim(%s, ''{match_orders}'', 100)', id
    )), '<', 3 * before.claim,
    'a claim reads no more than it did without ten thousand dead entries'
) from worker, before;
drop table held;
create temporary table held as
select array_agg(c.job_id) as ids, array_agg(c.lease_token) as tokens
from worker, work.claim(id, '{match_orders}', 100) as c;
select is((select cardinality(ids) from held), 100, 'and finds what is there');
select cmp_ok(
    pg_temp.pages(format('select work.ack(%s, %L, %L)', id, ids, tokens)), '<',
    3 * before.ack, 'nor does an acknowledgement'
) from worker, held, before;
-- When what is remembered does not fill a batch, it looks again.
select pg_temp.enqueue(7) \g /dev/null
select work.enqueue('match_orders', tenant_id => 9002) \g /dev/null
select is(
    (
        select count(*)::int from worker, work.claim(id, '{match_orders}', 100)
    ), 8, 'a flow that it does not know is found when a batch is not full'
);

select dblink_exec('holder', 'rollback') \g /dev/null
select dblink_disconnect('holder') \g /dev/null
delete from work.job where tenant_id in (9001, 9002);
delete from work.job_done where tenant_id in (9001, 9002);
select work.unregister_worker(id) from worker \g /dev/null
select * from finish();
