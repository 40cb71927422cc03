-- Real connections: an order that is about to be sent when a halt comes. Either the
-- sending was committed before the halt, or it does not happen. What it commits stays in
-- the scratch database that the tests run in.
select plan(10);
create extension if not exists dblink;

insert into market.instrument (symbol, asset_class, sector)
values ('RACE-A', 'equity', 'Race') on conflict do nothing;
insert into market.bar (instrument_id, ts, close, known_at)
select i.instrument_id, date_trunc('day', now(), 'UTC') - interval '1 day', 100,
    date_trunc('day', now(), 'UTC')
from market.instrument as i where i.symbol = 'RACE-A'
on conflict do nothing;
select coalesce(max(tenant_id), 0) + 10000 as tenant from tenant.tenant \gset
select tenant.create_tenant(:tenant, format('race %s', :tenant)) \g /dev/null
set bellwether.tenant = :tenant;
select account_id as account from api.accounts \gset

create function pg_temp.open(session text, tenant int) returns text language sql as $$
    select dblink_connect(session, format(
        'host=%s port=%s dbname=%s user=%s options=''-c bellwether.tenant=%s''',
        split_part(current_setting('unix_socket_directories'), ',', 1),
        current_setting('port'), current_database(), current_user, tenant
    ))
$$;
create function pg_temp.ask(session text, query text)
    returns text language plpgsql as $$
declare
    answer text;
begin
    select r.answer into answer from dblink(session, query) as r (answer text);
    return answer;
exception
    when others then return sqlstate;
end
$$;
create function pg_temp.fetch(session text) returns text language plpgsql as $$
declare
    answer text;
begin
    select r.answer into answer from dblink_get_result(session) as r (answer text);
    perform from dblink_get_result(session) as r (answer text);
    return answer;
end
$$;
create function pg_temp.waits(pid int) returns boolean language plpgsql as $$
begin
    for i in 1..500 loop
        perform pg_stat_clear_snapshot();
        if exists (
            select from pg_stat_activity as s where s.pid = waits.pid
            and s.wait_event_type = 'Lock'
        ) then
            return true;
        end if;
        perform pg_sleep(0.01);
    end loop;
    return false;
end
$$;
create function pg_temp.order() returns bigint language sql as $$
    select (o).order_id from trade.place_order(
        (select account_id from api.accounts), 'RACE-A', 'buy', 1
    ) as o
$$;
create function pg_temp.send(placed bigint) returns text language sql as $$
    select format('select (o).status from trade.begin_submit(%s) as o', placed)
$$;

select pg_temp.open('halts', :tenant), pg_temp.open('sends', :tenant) \g /dev/null
select pg_temp.ask('halts', 'select pg_backend_pid()::text') as pid \gset
select pg_temp.order() as first \gset
select pg_temp.order() as second \gset
select pg_temp.order() as third \gset

-- A sending that has looked at the state and is not committed yet.
select pg_temp.ask('sends', 'begin') \g /dev/null
select is(pg_temp.ask('sends', pg_temp.send(:first)), 'submitting', 'an order begins to be sent');
select dblink_send_query('halts', 'select state from api.halt(''drill'')') \g /dev/null
select ok(pg_temp.waits(:pid), 'a halt waits for it');
select pg_temp.ask('sends', 'commit') \g /dev/null
select is(pg_temp.fetch('halts'), 'HALTED', 'and comes after its commit');
select is(pg_temp.ask('sends', pg_temp.send(:second)), null, 'from then on nothing begins');
select is(
    (select status from trade.orders where order_id = :second), 'canceled',
    'what waited is canceled'
);

-- A halt that is not committed yet: nobody waits for it.
select pg_temp.ask('halts', 'select state from api.resume()') \g /dev/null
select pg_temp.ask('halts', 'begin') \g /dev/null
select pg_temp.ask('halts', 'select state from api.halt(''drill'')') \g /dev/null
select is(
    pg_temp.ask('sends', pg_temp.send(:third)), '55P03', 'a sending fails rather than wait for a halt'
);
select is(
    (select status from trade.orders where order_id = :third), 'ready', 'and can be tried again'
);
select pg_temp.ask('halts', 'rollback') \g /dev/null
select is(pg_temp.ask('sends', pg_temp.send(:third)), 'submitting', 'when the halt was given up');

-- A sending that never ends does not keep a halt away.
select pg_temp.order() as fourth \gset
select pg_temp.ask('sends', 'begin') \g /dev/null
select is(pg_temp.ask('sends', pg_temp.send(:fourth)), 'submitting', 'somebody sends and hangs');
select pg_temp.ask('halts', 'set client_min_messages = error') \g /dev/null
select is(
    pg_temp.ask('halts', 'select state from api.halt(''drill'')'), 'HALTED', 'the halt is written all the same'
);
select pg_temp.ask('sends', 'rollback') \g /dev/null

select count(dblink_disconnect(c)) from unnest('{halts,sends}'::text[]) as c \g /dev/null
delete from work.job where tenant_id = :tenant;
delete from market.bar
where instrument_id = (select i.instrument_id from market.instrument as i where i.symbol = 'RACE-A');
delete from work.job
where payload ->> 'instrument_id' in (
    select i.instrument_id::text from market.instrument as i where i.symbol = 'RACE-A'
);
reset bellwether.tenant;
select * from finish();
