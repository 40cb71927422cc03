-- The wake-up as a listener hears it: sent if somebody waits, once a transaction, and
-- not otherwise. What it commits it removes.
select plan(9);
create extension if not exists dblink;
select dblink_connect('listener', format(
    'host=%s port=%s dbname=%s user=bellwether_worker', split_part(
        current_setting('unix_socket_directories'), ',', 1
    ),
    current_setting('port'), current_database()
)) \g /dev/null
select dblink_exec('listener', 'listen work') \g /dev/null
-- What was heard since the last question: how often, and what.
create function pg_temp.heard() returns text language plpgsql as $$
begin
    -- The listener's session hands out what there is when it is asked something.
    perform r.n from dblink('listener', 'select 1') as r (n int);
    return (
        select count(*) || coalesce(' ' || string_agg(distinct n.extra, ','), '')
        from dblink_get_notify('listener') as n
        where n.be_pid = pg_backend_pid()
    );
end
$$;
update work.worker set idle = false;
select work.register_worker('host', 1, '1', '{run_cycle}') as worker \gset

select work.enqueue('run_cycle', tenant_id => 9003) \g /dev/null
select is(pg_temp.heard(), '0', 'nobody waits: nothing is sent');
select work.set_idle(:worker, true) \g /dev/null
select work.enqueue('run_cycle', tenant_id => 9003) \g /dev/null
select is(pg_temp.heard(), '1 ', 'somebody waits: one, without a payload');
begin;
select work.enqueue('run_cycle', tenant_id => 9003) from generate_series(1, 100)
\g /dev/null
select is(pg_temp.heard(), '0', 'not before the commit');
commit;
select is(pg_temp.heard(), '1 ', 'a hundred of one transaction are one');
select work.enqueue('run_cycle', tenant_id => 9003, lane => 'x') \g /dev/null
select is(pg_temp.heard(), '1 ', 'a job of a lane is sent, too');
select work.enqueue_many('run_cycle', array['{}', '{}']::jsonb[], '{9003,9003}')
\g /dev/null
select is(pg_temp.heard(), '1 ', 'and many at once');
select work.enqueue(
    'run_cycle', tenant_id => 9003, run_at => clock_timestamp() + interval '1 hour'
) \g /dev/null
select is(pg_temp.heard(), '0', 'what may not start yet wakes nobody');
begin;
select work.enqueue('run_cycle', tenant_id => 9003) \g /dev/null
rollback;
select is(pg_temp.heard(), '0', 'nor what never came to be');
update work.worker set heartbeat_at = heartbeat_at - interval '1 minute'
where worker_id = :worker;
select work.enqueue('run_cycle', tenant_id => 9003) \g /dev/null
select is(pg_temp.heard(), '0', 'who has been silent does not wait any more');

select dblink_disconnect('listener') \g /dev/null
delete from work.worker where worker_id = :worker;
delete from work.job where tenant_id = 9003;
select * from finish();
