-- Real connections: what two transactions at once may not do to the queue together. What
-- it commits it removes; its tenants keep it apart.
select plan(24);
create extension if not exists dblink;

create function pg_temp.open(session text) returns text language sql as $$
    select dblink_connect(session, format(
        'host=%s port=%s dbname=%s user=bellwether_worker', split_part(
            current_setting('unix_socket_directories'), ',', 1
        ),
        current_setting('port'), current_database()
    ))
$$;
create function pg_temp.ask(session text, query text)
    returns text language plpgsql as $$
declare
    answer text;
begin
    select r.answer into answer from dblink(session, query) as r (answer text);
    return answer;
end
$$;
-- What came of a query that was sent without waiting.
create function pg_temp.fetch(session text) returns text language plpgsql as $$
declare
    answer text;
begin
    select r.answer into answer from dblink_get_result(session) as r (answer text);
    perform from dblink_get_result(session) as r (answer text);
    return answer;
end
$$;
-- Waits until a session waits for a lock.
create function pg_temp.waits(session text) returns boolean language plpgsql as $$
declare
    server_process int;
begin
    select s.pid into server_process from session_pid as s where s.name = session;
    for i in 1..500 loop
        if exists (
            select from pg_locks as l where l.pid = server_process and not l.granted
        ) then
            return true;
        end if;
        perform pg_sleep(0.01);
    end loop;
    return false;
end
$$;
create temporary table session_pid (name text, pid int);
select pg_temp.open(name) from unnest('{a,b}'::text[]) as name \g /dev/null
insert into session_pid
select name, pg_temp.ask(name, 'select pg_backend_pid()')::int
from unnest('{a,b}'::text[]) as name;
create temporary table worker as
select name, work.register_worker('host', 1, '1', '{submit_order}') as id
from unnest('{a,b}'::text[]) as name;
delete from work.job where kind = 'submit_order';
update work.kind set side_effects = false where name = 'submit_order';
-- Puts a job into tenant 9000 and says which one it is.
create function pg_temp.add(session text, arguments text default '')
    returns bigint language sql as $$
    select pg_temp.ask(session, format(
        'select work.enqueue(''submit_order'', tenant_id => 9000 %s)', arguments
    ))::bigint
$$;
-- 'job:token,job:token'
create function pg_temp.take(session text) returns text language sql as $$
    select coalesce(pg_temp.ask(session, format(
        'select string_agg(job_id || '':'' || lease_token, '','' order by job_id) '
        'from work.claim(%s, ''{submit_order}'', 10)',
        (select id from worker where name = session)
    )), '')
$$;
create function pg_temp.ack_query(session text, lease text) returns text language sql as $$
    select format(
        'select work.ack(%s, ''{%s}'', ''{%s}'')',
        (select id from worker where name = session), split_part(lease, ':', 1),
        split_part(lease, ':', 2)
    )
$$;
create function pg_temp.state(id bigint) returns text language sql
as 'select state from work.job where job_id = id';

-- One lane, two claims: the second one sees what the first has not committed.
select pg_temp.add('a', ', lane => ''x''') as first,
    pg_temp.add('a', ', lane => ''x''') as second \gset
select dblink_exec('a', 'begin') \g /dev/null
select pg_temp.take('a') as lease \gset
select is(:'lease', :first || ':1', 'one claim has the first of a lane');
select is(pg_temp.take('b'), '', 'another one at the same time nothing');
-- Even if the second became ready by mistake.
update work.job set state = 'ready' where job_id = :second;
select is(pg_temp.take('b'), '', 'whatever its state says');
select dblink_exec('a', 'commit') \g /dev/null
select is(pg_temp.take('b'), '', 'nor after the commit');

-- The first ends while a third is enqueued: neither sees the other.
select dblink_exec('b', 'begin') \g /dev/null
select pg_temp.add('b', ', lane => ''x''') as third \gset
select pg_temp.ask('a', pg_temp.ack_query('a', :'lease')) \g /dev/null
select pg_temp.take('a') as lease \gset
select is(:'lease', :second || ':1', 'the second one runs');
select pg_temp.ask('a', pg_temp.ack_query('a', :'lease')) \g /dev/null
select dblink_exec('b', 'commit') \g /dev/null
select is(pg_temp.state(:third), 'blocked', 'what came meanwhile is blocked by nothing');
select is(pg_temp.take('a') || pg_temp.take('b') || pg_temp.take('a'), :third || ':1',
    'and found by the next who have nothing to do'
);
select is(work.cancel(array[:third]), 1, 'the lane is empty');

-- An older job of a lane comes back from the dead while a claim of the next one is not
-- committed: neither sees the other, and the lane's lock keeps them apart.
select pg_temp.add('a', ', lane => ''y''') as older,
    pg_temp.add('a', ', lane => ''y''') as newer \gset
select work.cancel(array[:older]) \g /dev/null
select dblink_exec('a', 'begin') \g /dev/null
select pg_temp.take('a') as lease \gset
select is(:'lease', :newer || ':1', 'the newer one is claimed');
select work.requeue_dead(:older) \g /dev/null
select is(pg_temp.take('b'), '', 'the older one does not run beside it');
select dblink_exec('a', 'commit') \g /dev/null
select is(pg_temp.take('b'), '', 'nor after the commit');
select pg_temp.ask('a', pg_temp.ack_query('a', :'lease')) \g /dev/null
select is(pg_temp.take('b'), :older || ':1', 'but after it');
select work.cancel(array[:older]) \g /dev/null

-- A job ends while another is to wait for it: the end waits for the other's commit.
select pg_temp.add('a') as parent \gset
select pg_temp.take('a') as lease \gset
select dblink_exec('b', 'begin') \g /dev/null
select pg_temp.add('b', format(', after => ''{%s}''', :parent)) as child \gset
select dblink_send_query('a', pg_temp.ack_query('a', :'lease')) \g /dev/null
select ok(pg_temp.waits('a'), 'the end of a job waits for who wants to wait for it');
select dblink_exec('b', 'commit') \g /dev/null
select is(pg_temp.fetch('a'), format('{%s}', :parent), 'then it ends');
select is(pg_temp.state(:child), 'ready', 'and lets the other start');
select is(work.cancel(array[:child]), 1, 'which is not needed');

-- Two that a job waits for end at once.
select pg_temp.add('a') as left_one \gset
select pg_temp.take('a') as left_lease \gset
select pg_temp.add('b') as right_one \gset
select pg_temp.take('b') as right_lease \gset
select pg_temp.add('a', format(', after => ''{%s,%s}''', :left_one, :right_one))
    as child \gset
select dblink_exec('a', 'begin') \g /dev/null
select pg_temp.ask('a', pg_temp.ack_query('a', :'left_lease')) \g /dev/null
select dblink_send_query('b', pg_temp.ack_query('b', :'right_lease')) \g /dev/null
select ok(pg_temp.waits('b'), 'of two ends the second waits for the first');
select dblink_exec('a', 'commit') \g /dev/null
select is(pg_temp.fetch('b'), format('{%s}', :right_one), 'then it ends');
select is(pg_temp.state(:child), 'ready', 'and starts what waited for both');
select is(work.cancel(array[:child]), 1, 'which is not needed');

-- A limit, counted by two at once.
select work.set_limit('tenant', '9000', 2) \g /dev/null
select pg_temp.add('a') from generate_series(1, 5) \g /dev/null
select dblink_exec('a', 'begin') \g /dev/null
select pg_temp.take('a') \g /dev/null
select is(pg_temp.take('b'), '', 'while one claim counts, another takes nothing');
select dblink_exec('a', 'commit') \g /dev/null
select is(pg_temp.take('b'), '', 'and afterwards the limit is reached');

-- A tick, seen by two at once.
select work.set_schedule('two', '* * * * *', 'submit_order', '{}', 9000) \g /dev/null
update work.schedule
set cron = '0 0 1 1 *', next_at = date_trunc('year', now()) where tenant_id = 9000;
select dblink_exec('a', 'begin') \g /dev/null
select is(
    pg_temp.ask('a', 'select work.schedule_tick()') || ' '
    || pg_temp.ask('b', 'select work.schedule_tick()'), '1 0', 'one fires it'
);
select dblink_exec('a', 'commit') \g /dev/null
select is(
    pg_temp.ask('b', 'select work.schedule_tick()'), '0', 'the other does not, even later'
);

select dblink_disconnect(name) from unnest('{a,b}'::text[]) as name \g /dev/null
delete from work.schedule where tenant_id = 9000;
delete from work.gate where name = '9000';
delete from work.bucket where name = '9000';
delete from work.job where tenant_id = 9000;
delete from work.dead where tenant_id = 9000;
delete from work.job_done where tenant_id = 9000;
delete from work.worker where worker_id in (select id from worker);
update work.kind set side_effects = true where name = 'submit_order';
select * from finish();
