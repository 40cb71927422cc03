-- What becomes of a decision: an order, a question, a suggestion; the inbox with edit,
-- expiry and reason.
begin;
select plan(34);
\ir ../roles.psql
\ir ../desk.psql
select tenant.add_member(9001, 'test_approver', 'analyst') \g /dev/null

create function pg_temp.decide(
    symbol text, quantity numeric default 10, strategy_id bigint default null,
    at timestamptz default '2018-01-03 23:00Z'
)
returns bigint language plpgsql as $$
declare
    cycle bigint := api.run_cycle(array[symbol], true, 'test', strategy_id, at);
begin
    return (
        select d.decision_id from agent.decide(
            cycle, jsonb_build_array(jsonb_build_object(
                'symbol', symbol, 'action', 'EXECUTE', 'side', 'buy',
                'quantity', quantity, 'reason', 'because'
            ))
        ) as d
    );
end
$$;
create function pg_temp.asked(decision bigint) returns bigint language sql
as 'select approval_id from agent.approval where tenant_id = current_tenant() '
   'and decision_id = decision';

-- Modes.
select is(agent.approval_mode(null), 'auto', 'on paper decisions are orders');
select pg_temp.decide('T01') as d \gset
select is(
    (select status from trade.orders where decision_id = :d), 'ready', 'at once'
);
insert into trade.account (name, broker) values ('live', 'alpaca')
returning account_id as live \gset
select is(
    agent.approval_mode(null, :live), 'approve', 'with a broker somebody is asked'
);
select api.set_approval_mode('suggest', 7) \g /dev/null
select is(agent.approval_mode(7, :live), 'suggest', 'unless the strategy says otherwise');
select throws_ok(
    $$select api.set_approval_mode('maybe')$$, 'BW421', null, 'there are three modes'
);
select pg_temp.decide('T02', 10, 7) as d \gset
select is_empty(
    format('select * from trade.orders where decision_id = %s', :d),
    'a suggestion is no order'
);
select is(
    (select status from api.approvals where decision_id = :d), 'suggested',
    'but is in the inbox'
);
select throws_ok(
    format('select api.approve(%s)', pg_temp.asked(:d)), 'BW422', null,
    'where nobody can approve it'
);

-- Asking.
select api.set_approval_mode('approve') \g /dev/null
select pg_temp.decide('T03') as d \gset
select is_empty(
    format('select * from trade.orders where decision_id = %s', :d), 'a question waits'
);
set local role test_approver;
select results_eq(
    $$select symbol, proposal ->> 'side', (proposal ->> 'quantity')::numeric, reason,
        expires_at - created_at between interval '23:59' and interval '24:01'
    from api.approvals where status = 'open'$$,
    $$values ('T03', 'buy', 10::numeric, 'because', true)$$,
    'it says what, why and until when'
);
select results_eq(
    $$select status, decided_by, decided_reason, edited
    from api.approve(
        (select approval_id from api.approvals where status = 'open'), 'smaller', 4
    )$$,
    format(
        $$values ('approved', %L, 'smaller', '{"quantity": 4}'::jsonb)$$, session_user
    ), 'approved with another size'
);
reset role;
select results_eq(
    format(
        'select o.status, o.quantity, o.placed_at, o.order_id = a.order_id '
        'from trade.orders as o '
        'inner join agent.approval as a using (tenant_id, decision_id) '
        'where o.decision_id = %s', :d
    ),
    $$values ('ready', 4::numeric, timestamptz '2018-01-03 23:00Z', true)$$,
    'becomes the order, in a replay in its own time'
);
select is(
    (select count(*)::int from agent.event where tenant_id = 9001
    and type = 'Approved'), 1, 'with an event'
);
select throws_ok(
    format('select api.approve(%s)', pg_temp.asked(:d)), 'BW422', null, 'once'
);
select throws_ok(
    format('select api.reject(%s)', pg_temp.asked(:d)), 'BW422', null, 'for good'
);
select throws_ok('select api.approve(-1)', 'BW420', null, 'if there is such a question');

select pg_temp.decide('T04') as d \gset
select results_eq(
    format(
        'select status, decided_reason from api.reject(%s, ''no'')', pg_temp.asked(:d)
    ), $$values ('rejected', 'no')$$, 'or rejected'
);
select is_empty(
    format('select * from trade.orders where decision_id = %s', :d), 'nothing is placed'
);

-- Limits hold for what was approved as for everybody.
select pg_temp.decide('T05') as d \gset
select api.approve(pg_temp.asked(:d), quantity => 100000) \g /dev/null
select is(
    (select reason_code from trade.orders where decision_id = :d), 'POSITION_LIMIT',
    'no approval passes a limit'
);
select pg_temp.decide('T06') as d \gset
select api.approve(pg_temp.asked(:d), limit_price => 99) \g /dev/null
select results_eq(
    format('select type, limit_price from trade.orders where decision_id = %s', :d),
    $$values ('limit', 99::numeric)$$, 'a limit price can be given'
);
select pg_temp.decide('T07') as d \gset
select throws_ok(
    format('select api.approve(%s, quantity => -5)', pg_temp.asked(:d)), 'BW120', null,
    'nonsense cannot'
);
select is(
    (select status from agent.approval where decision_id = :d), 'open',
    'and leaves the question open'
);

-- A decision of today is ordered when it is approved.
insert into market.bar (instrument_id, ts, open, high, low, close, known_at)
select instrument_id, date_trunc('day', now(), 'UTC') - interval '1 day', 100, 103, 98,
    101, date_trunc('day', now(), 'UTC')
from market.instrument where symbol = 'TC-USD';
select pg_temp.decide('TC-USD', at => null) as d \gset
select api.approve(pg_temp.asked(:d)) \g /dev/null
select cmp_ok(
    (select placed_at from trade.orders where decision_id = :d), '>=',
    (select decided_at - interval '1 second' from agent.approval where decision_id = :d),
    'not when it was thought of'
);

-- Expiry.
select pg_temp.decide('T08') as d \gset
update agent.approval set expires_at = clock_timestamp() - interval '1 second'
where decision_id = :d;
select is(
    (select status from api.approvals where decision_id = :d), 'expired',
    'a question expires'
);
select throws_ok(
    format('select api.approve(%s)', pg_temp.asked(:d)), 'BW422', null,
    'then it is too late'
);
select is(agent.expire_approvals(), 1, 'it is closed');
select is(agent.expire_approvals(), 0, 'once');
select is(
    (select count(*)::int from agent.event where tenant_id = 9001
    and type = 'ApprovalExpired'), 1, 'with an event'
);

-- Walls.
select pg_temp.decide('T09') as d \gset
select pg_temp.asked(:d) as theirs \gset
set local bellwether.tenant = 9002;
select is_empty('select * from api.approvals', 'another tenant''s inbox is empty');
select throws_ok(
    format('select api.approve(%s)', :theirs), 'BW420', null, 'and its word counts not'
);
set local bellwether.tenant = 9001;
select api.halt('stop') \g /dev/null
select api.approve(:theirs) \g /dev/null
select is(
    (select reason_code from trade.orders where decision_id = :d), 'TRADING_HALTED',
    'a halt stops approved orders'
);
select api.resume() \g /dev/null
-- A cycle that does not execute asks nobody.
select api.run_cycle('{T10}', false, 'test', null, '2018-01-03 23:00Z') as quiet \gset
select agent.decide(
    :quiet, '[{"symbol": "T10", "action": "EXECUTE", "side": "buy", "quantity": 5}]'
) \g /dev/null
select is_empty(
    $$select * from api.approvals where symbol = 'T10'$$,
    'a cycle that does not execute asks nothing'
);
select is_empty('select * from agent.verify_events()', 'the chain of events holds');
select is_empty('select * from trade.audit() where not agrees', 'and the books agree');

select * from finish();
rollback;
