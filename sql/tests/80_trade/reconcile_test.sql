-- Our books against the broker's: what was missed is booked, what is foreign becomes
-- external, what differs is written down once; what cannot be halts the account.
begin;
select plan(54);
\ir ../desk.psql
insert into trade.account (name, broker) values ('live', 'alpaca')
returning account_id as live \gset
select results_eq(
    format(
        'select kind, cron, payload from work.schedule '
        'where name = ''reconcile account %s''', :live
    ),
    format(
        $$values ('reconcile_account', '*/15 * * * *', '{"account_id": %s}'::jsonb)$$,
        :live
    ), 'the books are compared every quarter of an hour'
);
select is(
    (
        select count(*)::int from work.job
        where kind = 'reconcile_account' and tenant_id = 9001
    ), 1, 'and at once'
);
select is_empty(
    format(
        'select * from work.schedule where name = ''reconcile account %s''',
        pg_temp.account()
    ), 'the paper broker''s only when somebody asks'
);
select is(
    trade.reconcile_paper(pg_temp.account()) ->> 'status', 'ok', 'who does so is told'
);
select trade.deposit(:live, 100000, '2018-01-01') \g /dev/null
insert into market.bar (instrument_id, ts, open, high, low, close, known_at)
select instrument_id, date_trunc('day', now(), 'UTC') - interval '1 day', 100, 103, 98,
    101, date_trunc('day', now(), 'UTC')
from market.instrument where symbol in ('T01', 'TC-USD');
select format('{
    "complete": true, "orders": [], "fills": [], "positions": [], "cash": 100000
}')::jsonb as empty \gset

create temporary table cases (name text primary key, state jsonb) on commit drop;
create function pg_temp.counts() returns text language sql as $$
    select format(
        '%s orders, %s fills, %s entries, %s differences, %s events',
        (select count(*) from trade.orders where tenant_id = current_tenant()),
        (select count(*) from trade.fill where tenant_id = current_tenant()),
        (select count(*) from trade.ledger_entry where tenant_id = current_tenant()),
        (select count(*) from trade.difference where tenant_id = current_tenant()),
        (select count(*) from agent.event where tenant_id = current_tenant())
    )
$$;

select is(
    trade.reconcile(:live, :'empty') ->> 'status', 'ok', 'two empty books agree'
);
select is(
    (
        select count(*)::int from work.schedule
        where name = format('reconcile account %s', :live)
    ), 1, 'the schedule is there once'
);
select throws_ok(
    format('select trade.reconcile(-1, %L)', :'empty'), 'BW123', null,
    'of an account that there is'
);

-- (d) A submit that timed out but arrived; (a) and it was filled meanwhile.
select order_id as sent, client_order_id as sent_id
from trade.place_order(:live, 'TC-USD', 'buy', 10) \gset
select trade.begin_submit(:sent) \g /dev/null
select trade.record_submit(:sent, 'unknown', null, 'timed out') \g /dev/null
-- (b) One that is partly filled.
select order_id as part, client_order_id as part_id
from trade.place_order(:live, 'TC-USD', 'buy', 8, 'limit', 99, time_in_force => 'gtc')
\gset
select trade.begin_submit(:part), trade.record_submit(:part, 'acked', 'b-part')
\g /dev/null
insert into cases values ('restart', jsonb_build_object(
    'complete', true,
    'orders', jsonb_build_array(
        jsonb_build_object(
            'client_order_id', :'sent_id', 'broker_order_id', 'b-sent',
            'symbol', 'TC-USD', 'side', 'buy', 'quantity', 10, 'type', 'market',
            'status', 'filled'
        ),
        jsonb_build_object(
            'client_order_id', :'part_id', 'broker_order_id', 'b-part',
            'symbol', 'TC-USD', 'side', 'buy', 'quantity', 8, 'type', 'limit',
            'limit_price', 99, 'status', 'accepted'
        ),
        -- (c) Placed and filled outside: half of it was sold.
        jsonb_build_object(
            'client_order_id', 'by-hand', 'broker_order_id', 'b-hand',
            'symbol', 'TC-USD', 'side', 'sell', 'quantity', 5, 'type', 'market',
            'status', 'filled'
        ),
        -- Foreign, over and never filled.
        jsonb_build_object(
            'client_order_id', 'old', 'broker_order_id', 'b-old', 'symbol', 'T01',
            'side', 'sell', 'quantity', 5, 'type', 'market', 'status', 'canceled'
        )
    ),
    'fills', jsonb_build_array(
        jsonb_build_object(
            'broker_fill_id', 'x3', 'broker_order_id', 'b-hand', 'symbol', 'TC-USD',
            'side', 'sell', 'quantity', 5, 'price', 103, 'fee', 1,
            'filled_at', now() - interval '1 minute'
        ),
        jsonb_build_object(
            'broker_fill_id', 'x1', 'client_order_id', :'sent_id', 'symbol', 'TC-USD',
            'side', 'buy', 'quantity', 10, 'price', 101, 'fee', 0.5,
            'filled_at', now() - interval '3 minutes'
        ),
        jsonb_build_object(
            'broker_fill_id', 'x2', 'broker_order_id', 'b-part', 'symbol', 'TC-USD',
            'side', 'buy', 'quantity', 3, 'price', 99, 'fee', 0,
            'filled_at', now() - interval '2 minutes'
        ),
        -- Of an order that is not in the list any more.
        jsonb_build_object(
            'broker_fill_id', 'x4', 'broker_order_id', 'b-gone', 'symbol', 'T01',
            'side', 'buy', 'quantity', 2, 'price', 100, 'fee', 0,
            'filled_at', now() - interval '30 seconds'
        )
    ),
    'positions', jsonb_build_array(
        jsonb_build_object('symbol', 'TC-USD', 'quantity', 8),
        jsonb_build_object('symbol', 'T01', 'quantity', 2)
    ),
    'cash', 100000 - 1010.5 - 297 + 514 - 200
));
select is(
    trade.reconcile(:live, (select state from cases where name = 'restart')),
    '{"status": "ok", "external_orders": 2, "acknowledged": 1, "fills": 4, "closed": 0,
    "activities": 0, "differences": []}'::jsonb, 'after a restart all is found'
);
select results_eq(
    format(
        'select status, broker_order_id from trade.orders where order_id in (%s, %s) '
        'order by order_id', :sent, :part
    ),
    $$values ('filled', 'b-sent'), ('partial', 'b-part')$$,
    'the order that timed out was filled, the other partly'
);
select results_eq(
    $$select client_order_id, side, quantity, status from trade.orders
    where tenant_id = 9001 and origin = 'external' order by order_id$$,
    $$values ('by-hand', 'sell', 5::numeric, 'filled'),
        ('external-b-gone', 'buy', 2, 'filled')$$,
    'what we do not know is external; what was never filled is not kept'
);
select results_eq(
    format(
        'select symbol, quantity from trade.position where account_id = %s order by 1',
        :live
    ), $$values ('T01', 2::numeric), ('TC-USD', 8)$$, 'the positions are the broker''s'
);
select is(
    (select cash from trade.account where account_id = :live), 99006.5, 'so is the cash'
);
select is_empty('select * from trade.audit() where not agrees', 'the books agree');
select isnt(
    (select reconciled_at from trade.account where account_id = :live), null,
    'it is known when'
);
select is(
    (select count(*)::int from agent.event where tenant_id = 9001
    and type = 'ExternalOrder'), 2, 'foreign orders are events'
);
-- (f) A second restart.
select pg_temp.counts() as before \gset
select is(
    trade.reconcile(:live, (select state from cases where name = 'restart'))
    - 'status',
    '{"external_orders": 0, "acknowledged": 0, "fills": 0, "closed": 0,
    "activities": 0, "differences": []}'::jsonb, 'a second time there is nothing'
);
select is(pg_temp.counts(), :'before', 'and nothing is added');

-- A position that no fill explains (closed outside, long ago).
insert into cases
select 'short of five', state || '{"positions": [
    {"symbol": "TC-USD", "quantity": 3}, {"symbol": "T01", "quantity": 2}
]}' from cases where name = 'restart';
update cases set state = state || jsonb_build_object('cash', 99006.5 + 5 * 101)
where name = 'short of five';
select is(
    jsonb_array_length(trade.reconcile(
        :live, (select state from cases where name = 'short of five')
    ) -> 'differences'), 1, 'a difference is written down'
);
select results_eq(
    'select what, symbol, ours, theirs, booked from trade.difference',
    $$values ('position', 'TC-USD', 8::numeric, 3::numeric, true)$$, 'and booked'
);
select is(
    (
        select quantity from trade.position
        where account_id = :live and symbol = 'TC-USD'
    ), 3::numeric, 'the position is the broker''s'
);
select results_eq(
    format(
        'select o.origin, f.broker_fill_id = d.difference_id, f.price '
        'from trade.difference as d '
        'inner join trade.orders as o on d.tenant_id = o.tenant_id '
        'and d.difference_id = o.client_order_id '
        'inner join trade.fill as f on o.tenant_id = f.tenant_id '
        'and o.order_id = f.order_id where d.account_id = %s', :live
    ), $$values ('external', true, 101::numeric)$$,
    'by an external order and fill of its id, at the last price'
);
select is(
    (select severity from api.alerts where kind = 'reconcile'), 'warning',
    'somebody hears of it'
);
select pg_temp.counts() as before \gset
select is(
    trade.reconcile(:live, (select state from cases where name = 'short of five'))
    ->> 'differences', '[]', 'a second time there is nothing'
);
select is(pg_temp.counts(), :'before', 'and nothing is added');
select is(
    (select state from risk.trading_state('TC-USD', null, :live)), null,
    'trading goes on'
);

-- Money: what the broker lists, and what it does not.
insert into cases
select 'dividend', state || jsonb_build_object(
    'activities', '[{"id": "d1", "kind": "income", "amount": 12.34,
        "at": "2018-01-10", "note": "dividend T01"}]'::jsonb,
    'cash', 99006.5 + 5 * 101 + 12.34
) from cases where name = 'short of five';
select is(
    trade.reconcile(:live, (select state from cases where name = 'dividend'))
    ->> 'activities', '1', 'a dividend is booked'
);
select is(
    trade.reconcile(:live, (select state from cases where name = 'dividend'))
    ->> 'activities', '0', 'once'
);
insert into cases
select 'fee', state || jsonb_build_object('cash', 99006.5 + 5 * 101 + 12.34 - 3)
from cases where name = 'dividend';
select trade.reconcile(:live, (select state from cases where name = 'fee')) \g /dev/null
select results_eq(
    $$select d.what, e.kind, e.amount from trade.difference as d
    inner join trade.capital_event as e
        on d.tenant_id = e.tenant_id and d.difference_id = e.key$$,
    $$values ('cash', 'income', -3::numeric)$$, 'what it does not list is a difference'
);
select pg_temp.counts() as before \gset
select trade.reconcile(:live, (select state from cases where name = 'fee')) \g /dev/null
select is(pg_temp.counts(), :'before', 'once, too');
select is_empty('select * from trade.audit() where not agrees', 'the books agree');
select is(
    (select sum(amount) from trade.ledger_entry where tenant_id = 9001), 0::numeric,
    'and sum to zero'
);

-- Orders that end there.
insert into cases
select 'canceled', jsonb_set(state, '{orders,1,status}', '"canceled"')
from cases where name = 'fee';
select is(
    trade.reconcile(:live, (select state from cases where name = 'canceled'))
    ->> 'closed', '1', 'an order canceled outside'
);
select is(
    (select status from trade.orders where order_id = :part), 'canceled', 'is canceled'
);
select order_id as lost from trade.place_order(
    :live, 'TC-USD', 'buy', 1, 'limit', 90, time_in_force => 'gtc'
) \gset
select trade.begin_submit(:lost), trade.record_submit(:lost, 'acked', 'b-lost')
\g /dev/null
select order_id as flying from trade.place_order(:live, 'TC-USD', 'buy', 1) \gset
select trade.begin_submit(:flying) \g /dev/null
select is(
    trade.reconcile(
        :live,
        (select state || '{"complete": false}' from cases where name = 'canceled')
    ) ->> 'closed', '0', 'a list that is not complete closes nothing'
);
select is(
    trade.reconcile(:live, (select state from cases where name = 'canceled'))
    ->> 'closed', '1', 'a complete one does'
);
select results_eq(
    format(
        'select status from trade.orders where order_id in (%s, %s) order by order_id',
        :lost, :flying
    ), $$values ('canceled'), ('submitting')$$,
    'but not what is on its way: that is asked for by its own job'
);
select trade.record_submit(:flying, 'rejected', null, 'no') \g /dev/null

-- What moves here while the broker is asked is not judged by what it said before.
select order_id as late from trade.place_order(
    :live, 'TC-USD', 'buy', 1, 'limit', 90, time_in_force => 'gtc'
) \gset
select clock_timestamp() as asked \gset
select trade.begin_submit(:late), trade.record_submit(:late, 'acked', 'b-late')
\g /dev/null
select is(
    trade.reconcile(
        :live, (select state || jsonb_build_object('asked_at', :'asked')
        from cases where name = 'canceled')
    ) ->> 'closed', '0', 'an order that was taken since then stands'
);
select trade.record_fill(:late, 'x-late', 1, 90, 0, now()) \g /dev/null
select is(
    trade.reconcile(
        :live, (select state || jsonb_build_object('asked_at', :'asked')
        from cases where name = 'canceled')
    ) ->> 'status', 'moved', 'after a fill since then the broker is to be asked again'
);
select is_empty(
    format(
        'select * from trade.difference where what = ''position'' and ours = 4 '
        'and account_id = %s', :live
    ), 'and no difference is made of it'
);
update cases set state = jsonb_set(
    state, '{orders,4}', jsonb_build_object(
        'client_order_id', (
            select client_order_id from trade.orders where order_id = :late
        ), 'broker_order_id', 'b-late', 'symbol', 'TC-USD', 'side', 'buy',
        'quantity', 1, 'status', 'filled'
    )
) || jsonb_build_object(
    'fills', (state -> 'fills') || jsonb_build_array(jsonb_build_object(
        'broker_fill_id', 'x-late', 'broker_order_id', 'b-late', 'symbol', 'TC-USD',
        'side', 'buy', 'quantity', 1, 'price', 90, 'filled_at', now()
    )),
    'positions', '[{"symbol": "TC-USD", "quantity": 4},
        {"symbol": "T01", "quantity": 2}]'::jsonb,
    'cash', (state ->> 'cash')::numeric - 90
) where name = 'canceled';

-- Failure: nothing of it stays, the account is halted, somebody hears of it.
insert into cases
select 'unknown symbol', jsonb_set(
    state, '{positions,2}', '{"symbol": "WHAT", "quantity": 1, "average_cost": 2}'
) from cases where name = 'canceled';
insert into cases
select 'another side', jsonb_set(state, '{orders,0,side}', '"sell"')
from cases where name = 'canceled';
insert into cases
select 'overfilled', jsonb_insert(
    state, '{fills,0}', jsonb_build_object(
        'broker_fill_id', 'x9', 'client_order_id', :'sent_id', 'symbol', 'TC-USD',
        'side', 'buy', 'quantity', 1, 'price', 1, 'filled_at', now()
    )
) from cases where name = 'canceled';
insert into cases
select 'contradicted', jsonb_set(state, '{fills,1,price}', '77')
from cases where name = 'canceled';
insert into cases values ('nonsense', '{"orders": 7}');
select results_eq(
    format(
        $$select name, trade.reconcile(%s, state) ->> 'status' from cases
        where name in ('unknown symbol', 'another side', 'overfilled', 'contradicted',
            'nonsense') order by name$$, :live
    ),
    $$values ('another side', 'failed'), ('contradicted', 'failed'),
        ('nonsense', 'failed'), ('overfilled', 'failed'), ('unknown symbol', 'failed')$$,
    'what cannot be is not booked'
);
select results_eq(
    'select scope, target, source, state from api.halts',
    format($$values ('account', '%s', 'reconcile', 'HALTED')$$, :live),
    'the account is halted'
);
select is(
    (select severity from api.alerts where kind = 'reconcile'
    order by alert_id desc limit 1), 'critical', 'somebody hears of it'
);
select is(
    (trade.place_order(:live, 'TC-USD', 'sell', 1)).reason_code, 'TRADING_HALTED',
    'nothing goes out'
);
select is(
    (
        trade.place_order(
            pg_temp.account(), 'T01', 'buy', 1, as_of => '2018-01-03 23:00Z'
        )
    ).status, 'ready', 'other accounts trade on'
);
select is_empty('select * from trade.audit() where not agrees', 'the books agree');
select is(
    trade.reconcile(:live, (select state from cases where name = 'canceled'))
    ->> 'status', 'ok', 'when the books agree again'
);
select is_empty('select * from api.halts', 'it goes on by itself');
select api.halt('by hand', 'account', :'live') \g /dev/null
select trade.reconcile(:live, (select state from cases where name = 'canceled'))
\g /dev/null
select is(
    (select state from risk.trading_state('TC-USD', null, :live)), 'HALTED',
    'but it does not end what a person began'
);

-- The paper broker's own state.
select pg_temp.trade('T02', 'buy', 10, 102) \g /dev/null
select trade.paper_submit(
    pg_temp.account(), 'past the desk', 'T03', 'buy', 7, 'market', null, null, 'day',
    '2018-01-03 23:00Z'
) \g /dev/null
select count(*) from trade.paper_fills(pg_temp.account(), 'past the desk') \g /dev/null
select results_eq(
    format(
        $$select r ->> 'status', r ->> 'external_orders', r ->> 'fills',
            jsonb_array_length(r -> 'differences')
        from trade.reconcile(%1$s, trade.paper_state(%1$s)) as r$$, pg_temp.account()
    ),
    $$values ('ok', '1', '1', 1)$$,
    'an order past the desk is found; what the paper broker never had is a difference'
);
select results_eq(
    format(
        'select symbol, quantity from trade.position where account_id = %s '
        'order by symbol', pg_temp.account()
    ), $$values ('T02', 0::numeric), ('T03', 7)$$, 'the books are the broker''s'
);
select is(
    trade.reconcile(pg_temp.account(), trade.paper_state(pg_temp.account()))
    ->> 'differences', '[]', 'a second time there is nothing'
);
select is_empty(
    $$select * from trade.exit_plan where symbol = 'T03'$$,
    'what was opened past the desk has no exit plan'
);
select is_empty('select * from trade.audit() where not agrees', 'the books agree');
select is_empty('select * from agent.verify_events()', 'the chain of events holds');

select * from finish();
rollback;
