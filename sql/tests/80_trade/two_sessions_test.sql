-- Real connections: two at once cannot together pass a limit, two workers never claim
-- the same job, and a login is inside its tenant's walls. What it commits stays in the
-- scratch database that the tests run in; its own instruments and tenants keep it
-- apart.
select plan(25);
create extension if not exists dblink;

-- Kept from run to run by name, so that the file can run again.
insert into market.instrument (symbol, asset_class, sector)
values ('TWO-A', 'equity', 'Two'), ('TWO-B', 'equity', 'Two')
on conflict do nothing;
insert into market.bar (instrument_id, ts, close, known_at)
select i.instrument_id, date_trunc('day', now(), 'UTC') - interval '1 day', 100,
    date_trunc('day', now(), 'UTC')
from market.instrument as i where i.symbol like 'TWO-%'
on conflict do nothing;
select coalesce(max(tenant_id), 0) + 10000 as tenant from tenant.tenant \gset
select format('two sessions %s', :tenant) as name,
    format('test_two_%s_%s', :tenant, current_database()) as login \gset
select tenant.create_tenant(:tenant, :'name') \g /dev/null
select tenant.add_member(:tenant, :'login', 'analyst') \g /dev/null
set bellwether.tenant = :tenant;
select account_id as account from api.accounts \gset

create function pg_temp.open(session text, login text) returns text language sql as $$
    select dblink_connect(session, format(
        'host=%s port=%s dbname=%s user=%s', split_part(
            current_setting('unix_socket_directories'), ',', 1
        ),
        current_setting('port'), current_database(), login
    ))
$$;
-- Sends a query without waiting; fetches what became of it: its value, or its SQLSTATE.
create function pg_temp.fetch(session text) returns text language plpgsql as $$
declare
    answer text;
begin
    select r.answer into answer from dblink_get_result(session) as r (answer text);
    perform from dblink_get_result(session) as r (answer text);
    return answer;
exception
    when others then
        perform from dblink_get_result(session, false) as r (answer text);
        return sqlstate;
end
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
-- Waits until the session waits for a lock.
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

select pg_temp.open('a', :'login') \g /dev/null
select pg_temp.open('b', :'login') \g /dev/null
select pg_temp.ask('b', 'select pg_backend_pid()::text') as pid_b \gset

-- The walls of a real login.
select is(
    pg_temp.ask('a', 'select current_tenant()::text'), :'tenant',
    'a login has its tenant from the start'
);
select is(
    pg_temp.ask('a', 'set bellwether.tenant = 1'), '42501', 'it cannot choose another'
);
select is(
    pg_temp.ask(
        'a', 'select set_config(''bellwether.tenant'', ''1'', false)'
    ), '42501', 'in no way'
);
select is(pg_temp.ask('a', 'reset bellwether.tenant'), '42501', 'nor lose it');
select is(
    pg_temp.ask('a', 'set role bellwether_owner'), '42501', 'nor become the owner'
);
select is(pg_temp.ask('a', 'set role bellwether_worker'), '42501', 'nor the worker');
select is(
    pg_temp.ask(
        'a', 'select count(*)::text from api.accounts'
    ), '1', 'it sees its account'
);
select is(
    pg_temp.ask(
        'a', 'select set_config(''search_path'', ''trade,agent,public'', false); '
            'select count(*)::text from orders'
    ),
    '42P01', 'a search path opens no schema'
);

-- 20 % of 100,000 at 100: 200 shares; 150 and 150 are too many together.
create function pg_temp.order_of(symbol text, quantity int, account bigint)
    returns text language sql as $$
    select format(
        'select coalesce(reason_code, status) from api.place_order(%s, %L, ''buy'', '
        '%s)', account, symbol, quantity
    )
$$;
select pg_temp.ask('a', 'begin') \g /dev/null
select is(
    pg_temp.ask('a', pg_temp.order_of('TWO-A', 150, :account)), 'ready',
    'the first order passes, not yet committed'
);
select dblink_send_query('b', pg_temp.order_of('TWO-A', 150, :account)) \g /dev/null
select ok(pg_temp.waits(:pid_b), 'the second waits for the first');
select pg_temp.ask('a', 'commit') \g /dev/null
select is(pg_temp.fetch('b'), 'POSITION_LIMIT', 'and then sees it');

-- The first rolls back: the second passes. 110 of a sector's 300 (150 are there).
select pg_temp.ask('a', 'begin') \g /dev/null
select is(
    pg_temp.ask('a', pg_temp.order_of('TWO-B', 140, :account)), 'ready',
    'another instrument of the sector'
);
select dblink_send_query('b', pg_temp.order_of('TWO-B', 130, :account)) \g /dev/null
select ok(pg_temp.waits(:pid_b), 'the second waits');
select pg_temp.ask('a', 'rollback') \g /dev/null
select is(
    pg_temp.fetch('b'), 'ready', 'and has the place of the one that was rolled back'
);

-- Under REPEATABLE READ a session that has looked before fails instead of passing.
select pg_temp.ask('b', 'begin isolation level repeatable read') \g /dev/null
select pg_temp.ask('b', 'select count(*)::text from api.orders') \g /dev/null
select is(
    pg_temp.ask('a', pg_temp.order_of('TWO-A', 15, :account)), 'ready',
    'an order while the other looks at old rows'
);
select is(
    pg_temp.ask('b', pg_temp.order_of('TWO-A', 40, :account)), '40001',
    'whose own order cannot be serialised'
);
select pg_temp.ask('b', 'rollback') \g /dev/null

-- A halt counts for an order that waited for its turn.
select pg_temp.ask('a', 'begin') \g /dev/null
select is(
    pg_temp.ask(
        'a', pg_temp.order_of('TWO-A', 1, :account)
    ), 'ready', 'one order holds the account'
);
select dblink_send_query('b', pg_temp.order_of('TWO-A', 1, :account)) \g /dev/null
select ok(pg_temp.waits(:pid_b), 'the second waits');
select pg_temp.ask('a', 'select state from api.halt(''drill'')') \g /dev/null
select pg_temp.ask('a', 'commit') \g /dev/null
select is(pg_temp.fetch('b'), 'TRADING_HALTED', 'and is halted');

-- Two workers: each job once, nobody waits.
select pg_temp.open('w', 'bellwether_worker') \g /dev/null
select pg_temp.open('v', 'bellwether_worker') \g /dev/null
select pg_temp.ask(
    'w', 'select work.register_worker(''t'', 1, ''1'', ''{match_orders}'')::text'
) as worker_w \gset
select pg_temp.ask(
    'v', 'select work.register_worker(''t'', 2, ''1'', ''{match_orders}'')::text'
) as worker_v \gset
select pg_temp.ask(
    'w', format(
        'select count(work.enqueue(''match_orders'', ''{}'', %s, -1000))::text from '
        'generate_series(1, 30)', :tenant
    )
) \g /dev/null
select pg_temp.ask('w', 'begin') \g /dev/null
select is(
    pg_temp.ask(
        'w', format(
            'select count(*)::text from work.claim(%s, ''{match_orders}'', 20)',
            :worker_w
        )
    ), '20', 'one worker claims twenty'
);
select is(
    pg_temp.ask(
        'v', format(
            'select count(*)::text from work.claim(%s, ''{match_orders}'', 20)',
            :worker_v
        )
    ), '10',
    'another, meanwhile, the other ten without waiting'
);
select pg_temp.ask('w', 'rollback') \g /dev/null
select is(
    pg_temp.ask(
        'v', format(
            'select count(*)::text from work.claim(%s, ''{match_orders}'', 20)',
            :worker_v
        )
    ), '20',
    'and what the first gave up by dying'
);
select is(
    pg_temp.ask(
        'w', format('select work.unregister_worker(%s)::text', :worker_w)
    ), '0', 'the first has nothing to hand back'
);

-- A wake-up comes to whoever listens, if a worker says it is idle.
select pg_temp.ask(
    'w', format('select work.set_idle(%s, true)::text', :worker_v)
) \g /dev/null
select pg_temp.ask('w', 'listen work') \g /dev/null
select pg_temp.ask(
    'v', format('select work.enqueue(''match_orders'', ''{}'', %s)::text', :tenant)
) \g /dev/null
select pg_temp.ask('w', 'select 1::text') \g /dev/null
select is(
    (
        select count(*)::int from dblink_get_notify('w') where notify_name = 'work'
        and extra = ''
    ), 1, 'one wake-up'
);
select pg_temp.ask(
    'w', format('select work.set_idle(%s, false)::text', :worker_v)
) \g /dev/null
select pg_temp.ask(
    'v', format('select work.enqueue(''match_orders'', ''{}'', %s)::text', :tenant)
) \g /dev/null
select pg_temp.ask('w', 'select 1::text') \g /dev/null
select is(
    (select count(*)::int from dblink_get_notify('w')), 0, 'none when nobody waits'
);

-- Leave nothing that runs, logs in or is counted by other tests.
select pg_temp.ask(
    'v', format('select work.unregister_worker(%s)::text', :worker_v)
) \g /dev/null
delete from work.job where tenant_id = :tenant;
delete from market.bar
where instrument_id in (
    select i.instrument_id from market.instrument as i where i.symbol like 'TWO-%'
);
delete from work.job
where payload ->> 'instrument_id' in (
    select i.instrument_id::text from market.instrument as i where i.symbol like 'TWO-%'
);
select count(dblink_disconnect(c)) from unnest('{a,b,v,w}'::text[]) as c \g /dev/null
delete from tenant.member where role_name = :'login';
drop role :login;
reset bellwether.tenant;
select * from finish();
