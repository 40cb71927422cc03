-- The desk as its people see it: analysts and readers of two tenants, as the roles that
-- they are. What belongs to the other is invisible, what is not api is refused.
begin;
select plan(56);
\ir ../roles.psql
\ir ../desk.psql
select tenant.add_member(9001, 'test_analyst_1', 'analyst') \g /dev/null
select tenant.add_member(9001, 'test_reader_1', 'reader') \g /dev/null
select tenant.add_member(9002, 'test_analyst_2', 'analyst') \g /dev/null
select pg_temp.account() as account_1 \gset
set local bellwether.tenant = 9002;
select pg_temp.account() as account_2 \gset
set local bellwether.tenant = 9001;
select pg_temp.trade('T01', 'buy', 10, 100) as order_1 \gset
select work.enqueue('run_cycle', '{"secret": "of tenant one"}', 9001) \g /dev/null
select api.run_cycle('{T01}', as_of => '2018-01-08') as cycle_1 \gset

-- The analyst of the first tenant.
set local role test_analyst_1;
select is((select count(*)::int from api.accounts), 1, 'one account');
select results_eq(
    'select symbol, quantity, average_cost, last_price, unrealised from api.positions',
    $$values (
        'T01', 10::numeric, 100::numeric, 114::numeric, 140::numeric
    )$$, 'the position, at the last close'
);
select is((select count(*)::int from api.orders), 1, 'the order');
select is((select count(*)::int from api.fills), 1, 'its fill');
select results_eq(
    $$select day, cash, positions_value, equity from api.equity
    where day in (
        '2018-01-03', '2018-01-04', '2018-01-06', '2018-01-19'
    ) order by day$$,
    $$values (date '2018-01-03', 99000::numeric, 1020::numeric, 100020::numeric),
    ('2018-01-04', 99000, 1030, 100030), ('2018-01-19', 99000, 1140, 100140)$$,
    'equity by the closes of the days; none where there is no bar'
);
select cmp_ok((select count(*)::int from api.events), '>', 3, 'events');
select is((select count(*)::int from api.cycles), 1, 'the cycle');
select cmp_ok(
    (select count(*)::int from api.jobs where not is_system), '>=', 2, 'its jobs'
);
select is((select count(*)::int from api.trades), 0, 'nothing was closed yet');
select isnt(api.run_cycle('{T01,T02}'), null, 'may ask the agents');
select is(
    (
        select reason_code from api.place_order(
            :account_1, 'T01', 'buy', 1e6, as_of => '2018-01-08'
        )
    ), 'POSITION_LIMIT',
    'may order, within the limits'
);
select results_eq(
    format(
        'select allowed, max_quantity > 100 from api.check_order(%s, ''T02'', ''buy'', '
        '10, as_of => ''2018-01-08'')', :account_1
    ),
    'values (true, true)', 'may ask first'
);
select is((select state from api.halt('drill', 'symbol', 'T05')), 'HALTED', 'may halt');
select is((select count(*)::int from api.halts), 1, 'sees it');
select is((select changed_by from api.halts), session_user::text, 'and who did it');
select is((select state from api.resume('symbol', 'T05')), 'ACTIVE', 'may resume');
select is((select count(*)::int from api.halts), 0, 'and it is over');
select throws_ok(
    'set bellwether.tenant = 9002', '42501', null, 'may not choose another tenant'
);
select throws_ok(
    $$select set_config('bellwether.tenant', '9002', true)$$, '42501', null, 'in no way'
);
select throws_ok('reset bellwether.tenant', '42501', null, 'nor none');
select throws_ok(statement, '42501', null, 'may not ' || statement) from unnest(array[
    'select * from trade.orders', 'select * from agent.event',
    'select * from risk.state', 'select * from tenant.setting',
    'select * from work.job', 'select * from market.bar', 'select * from ops.migration',
    'select * from tenant.tenant',
    'select trade.record_fill(1, ''x'', 1, 1, 0, now())',
    'select work.enqueue(''run_cycle'')',
    'select tenant.set_setting(''max_positions'', ''1000'')',
    'select agent.decide(1, ''[]'')',
    'select risk.set_state(''tenant'', null, ''ACTIVE'', ''x'')',
    'update api.orders set quantity = 1',
    'delete from api.events', 'insert into api.accounts (name) values (''mine'')',
    'create table api.mine (x int)',
    'select * from work.stats', 'select trade.equity_at(1, now())'
]) as statement;

-- The reader sees the same and does nothing.
reset role;
set local role test_reader_1;
select is((select count(*)::int from api.orders), 2, 'a reader reads');
select throws_ok(
    $$select api.run_cycle('{T01}')$$, '42501', null, 'but asks no agents'
);
select throws_ok(
    format(
        'select api.place_order(%s, ''T01'', ''buy'', 1)', :account_1
    ), '42501', null, 'orders nothing'
);
select throws_ok($$select api.halt('x')$$, '42501', null, 'and halts nothing');
select throws_ok('select * from trade.orders', '42501', null, 'nor looks behind');

-- The analyst of the second tenant.
reset role;
set local bellwether.tenant = 9002;
set local role test_analyst_2;
select is(
    (
        select count(*)::int from api.accounts where account_id <> :account_2
    ), 0, 'sees no account of the first'
);
select is(
    (
        select (select count(*) from api.positions) + (select count(*)
        from api.orders) + (select count(*) from api.fills)
        + (select count(*) from api.equity) + (select count(*)
        from api.cycles) + (select count(*) from api.trades)
        + (select count(*) from api.decisions) + (
            select count(*) from api.jobs where not is_system
        )
        + (select count(*) from api.halts)
    )::int, 0, 'nothing else of it either'
);
select is_empty(
    format(
        'select * from api.events where payload::text like ''%%"account_id": %s,%%''',
        :account_1
    ), 'no event'
);
select throws_ok(
    format(
        'select api.place_order(%s, ''T01'', ''buy'', 1)', :account_1
    ), 'BW123', null, 'cannot trade with its account'
);
select throws_ok(
    format(
        'select api.check_order(%s, ''T01'', ''buy'', 1)', :account_1
    ), 'BW123', null, 'nor ask about it'
);
select throws_ok(
    format(
        'select * from api.cycle(%s)', :cycle_1
    ), 'BW402', null, 'cannot read its cycle'
);
select is(
    (
        select status from api.place_order(
            :account_2, 'T05', 'buy', 1, as_of => '2018-01-08'
        )
    ), 'ready', 'trades on its own'
);

-- The owner is inside the same walls; the worker is in those that it chooses.
reset role;
set local role bellwether_owner;
select is(
    (
        select count(*)::int from trade.orders where tenant_id <> 9002
    ), 0, 'the owner sees the session''s tenant only'
);
select throws_ok(
    $$insert into risk.state (tenant_id, scope, state, reason)
        values (9001, 'tenant', 'ACTIVE', 'x')$$, '42501', null,
    'and writes no other'
);
reset role;
set local role bellwether_worker;
select lives_ok(
    $$select set_config('bellwether.tenant', '9001', true)$$,
    'the worker may choose the tenant'
);
select is(
    (select count(*)::int from trade.open_orders(:account_1)), 0, 'and sees what is its'
);
select throws_ok(
    format(
        'select trade.begin_submit(order_id) from trade.orders'
    ), '42501', null, 'through functions only'
);
reset role;

select * from finish();
rollback;
