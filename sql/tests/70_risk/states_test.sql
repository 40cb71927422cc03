-- Trading states: of the tenant, an account, a strategy, a symbol; with reason, time,
-- who and end; they bind the next order row and orders that are about to be sent.
begin;
select plan(29);
\ir ../desk.psql

create function pg_temp.place(symbol text, side text default 'buy')
returns trade.orders language sql
as $$
    select o from trade.place_order(
        pg_temp.account(), symbol, side, 5, as_of => '2018-01-03 23:00Z'
    ) as o
$$;
create function pg_temp.code(symbol text, side text default 'buy')
returns text language sql
as $$ select coalesce(o.reason_code, o.status) from pg_temp.place(symbol, side) as o $$;

select pg_temp.trade('T01', 'buy', 10, 102) \g /dev/null
select order_id as waiting from pg_temp.place('T02') \gset
select order_id as leaving from pg_temp.place('T01', 'sell') \gset
select order_id as sent from pg_temp.place('T04') \gset
select (trade.begin_submit(:sent)).status as sending \gset

-- An account.
select throws_ok(
    $$select api.halt('x', 'account', '-1')$$, 'BW123', null, 'the account must exist'
);
select results_eq(
    $$select scope, target, source, state, reason, until, changed_by
    from api.halt('drill', 'account', pg_temp.account()::text, '2100-01-01')$$,
    $$select 'account', pg_temp.account()::text, 'manual', 'HALTED', 'drill',
        timestamptz '2100-01-01', 'postgres'$$,
    'a halt says what, why, until when and who'
);
select is(pg_temp.code('T02'), 'TRADING_HALTED', 'the next order row is refused');
select is(pg_temp.code('T01', 'sell'), 'TRADING_HALTED', 'an exit, too');
select is(
    (trade.begin_submit(:waiting)).order_id, null, 'an order that waited is not sent'
);
select results_eq(
    format('select status, reason_code from trade.orders where order_id = %s', :waiting),
    $$values ('canceled', 'TRADING_HALTED')$$, 'but canceled, with the reason'
);
select results_eq(
    format('select status, reason_code from trade.begin_submit(%s)', :sent),
    $$values ('unknown', 'TRADING_HALTED')$$,
    'one that may have left is only asked for'
);
select is(
    (
        select payload ->> 'reason_code' from agent.event
        where tenant_id = 9001 and type = 'OrderCanceled'
    ), 'TRADING_HALTED', 'there is an event'
);
select is(
    (select count(*)::int from agent.event where tenant_id = 9001
    and type = 'TradingHalted'), 1, 'and one of the halt'
);
set local bellwether.tenant = 9002;
select is(pg_temp.code('T02'), 'ready', 'another tenant trades on');
set local bellwether.tenant = 9001;
select api.resume('account', pg_temp.account()::text) \g /dev/null
select is(pg_temp.code('T02'), 'ready', 'after api.resume so does this one');

-- Reducing.
select risk.set_state('tenant', null, 'REDUCING', 'drill') \g /dev/null
select is(pg_temp.code('T02'), 'TRADING_STATE_REDUCING', 'nothing is entered');
select order_id as entry from trade.orders
where tenant_id = 9001 and symbol = 'T02' and status = 'ready' \gset
select is(
    (trade.begin_submit(:entry)).order_id, null, 'nor is an entry sent that waited'
);
select is(
    (select reason_code from trade.orders where order_id = :entry),
    'TRADING_STATE_REDUCING', 'it is canceled'
);
select is(
    (trade.begin_submit(:leaving)).status, 'submitting', 'an exit is sent'
);
select throws_ok(
    format('update trade.orders set quantity = 1 where order_id = %s', :leaving),
    'BW131', null, 'what was ordered does not change'
);
select api.halt('worse', 'symbol', 'T01') \g /dev/null
select is(pg_temp.code('T01', 'sell'), 'TRADING_HALTED', 'the strictest state counts');
select api.resume('symbol', 'T01') \g /dev/null
select api.resume() \g /dev/null

-- Who holds trading up lifts only its own.
select risk.set_state(
    'account', pg_temp.account()::text, 'HALTED', 'books differ', null, 'reconcile'
) \g /dev/null
select risk.set_state(
    'account', pg_temp.account()::text, 'REDUCING', 'drawdown', null, 'breaker'
) \g /dev/null
select is(pg_temp.code('T02'), 'TRADING_HALTED', 'two hold up trading');
select results_eq(
    'select source, state from api.halts order by source',
    $$values ('breaker', 'REDUCING'), ('reconcile', 'HALTED')$$, 'both are seen'
);
select api.resume('account', pg_temp.account()::text, 'looked into it') \g /dev/null
select is(
    pg_temp.code('T02'), 'TRADING_STATE_REDUCING', 'a person lifts the halt, not the breaker'
);
select risk.set_state(
    'account', pg_temp.account()::text, 'ACTIVE', 'closed', null, 'breaker'
) \g /dev/null

-- A strategy, of which orders know through their cycle.
select api.run_cycle('{T05}', true, 'test', 7, '2018-01-03') as cycle_id \gset
select api.halt('underperforms', 'strategy', '7') \g /dev/null
select agent.decide(
    :cycle_id,
    '[{"symbol": "T05", "action": "EXECUTE", "side": "buy", "quantity": 5}]'
) \g /dev/null
select is(
    (select reason_code from trade.orders where tenant_id = 9001 and symbol = 'T05'),
    'TRADING_HALTED', 'a strategy that is halted places nothing'
);
select is(pg_temp.code('T05'), 'ready', 'others do');

-- The decisions of a cycle become orders in the order of the answer.
select api.run_cycle('{T05,T06,T01}', true, 'test', null, '2018-01-03') as cycle_id \gset
select agent.decide(:cycle_id, '[
    {"symbol": "T01", "action": "EXECUTE", "side": "sell", "quantity": 1},
    {"symbol": "T06", "action": "EXECUTE", "side": "buy", "quantity": 1},
    {"symbol": "T05", "action": "EXECUTE", "side": "buy", "quantity": 1}
]') \g /dev/null
select results_eq(
    format(
        'select o.symbol from trade.orders as o inner join agent.decision as d '
        'using (tenant_id, decision_id) where d.cycle_id = %s order by o.order_id',
        :cycle_id
    ),
    $$values ('T01'), ('T06'), ('T05')$$, 'exits go first if the answer says so'
);

-- Ends.
update risk.state set until = clock_timestamp() - interval '1 second'
where tenant_id = 9001 and scope = 'strategy';
select is_empty(
    $$select * from api.halts where scope = 'strategy'$$, 'a halt ends when its time comes'
);
select throws_ok($$select api.halt('')$$, 'BW120', null, 'a halt needs a reason');
select throws_ok($$select api.halt('x', 'world')$$, '23514', null, 'and a scope there is');
select api.halt('all') \g /dev/null
select is(pg_temp.code('T06'), 'TRADING_HALTED', 'the whole tenant');
select is(
    (select status from pg_temp.place('T06') as o), 'refused', 'each order row, refused'
);
select api.resume('tenant', null, 'over') \g /dev/null
select is(pg_temp.code('T06'), 'ready', 'and on');

select * from finish();
rollback;
