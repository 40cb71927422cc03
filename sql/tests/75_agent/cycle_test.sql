-- A cycle: asked for, run in steps that are written once, decided, ended. Bad answers
-- of a model become no order and an event that says why.
begin;
select plan(49);
\ir ../desk.psql

-- Asking.
select throws_ok(
    $$select api.run_cycle('{}')$$, 'BW401', null, 'a cycle needs symbols'
);
select throws_ok($$select api.run_cycle(null)$$, 'BW401', null, 'really');
select throws_ok(
    $$select api.run_cycle('{T01,NOPE}')$$, 'BW401', null, 'that are known'
);
select throws_ok($$select api.run_cycle('{T01,NULL}')$$, 'BW401', null, 'and not null');
select throws_ok(
    $$select api.run_cycle('{T01}', kind => '')$$, 'BW401', null, 'and a kind'
);
select throws_ok(
    $$select api.run_cycle('{T01}', as_of => now() + interval '1 hour')$$, 'BW401',
    null, 'nobody looks ahead'
);
select lives_ok(
    $$select api.run_cycle(
        '{T01}', as_of => date_trunc('day', now(), 'UTC')
    )$$, 'the date of today means now'
);
select api.run_cycle(
    '{T02,T01,T02,TC-USD}', true, 'test', as_of => '2018-01-08'
) as id \gset
select results_eq(
    format('select symbols, status, as_of from agent.cycle where cycle_id = %s', :id),
    $$values (
        '{T02,T01,TC-USD}'::text[], 'queued', timestamptz '2018-01-08 23:59:59.999999Z'
    )$$,
    'each symbol once, as of the end of the day'
);

-- Running.
select throws_ok(
    'select agent.start_cycle(-1)', 'BW402', null,
    'a cycle that is not there cannot start'
);
select is((agent.start_cycle(:id)).status, 'running', 'it starts');
select is(
    (agent.start_cycle(:id)).status, 'running', 'and goes on when it is started again'
);
set local bellwether.tenant = 9002;
select throws_ok(
    format('select agent.start_cycle(%s)', :id), 'BW402', null,
        'another tenant does not know it'
);
select throws_ok(
    format('select * from api.cycle(%s)', :id), 'BW402', null, 'nor what was said in it'
);
set local bellwether.tenant = 9001;

-- What the agents see: snapshots and positions of then.
insert into market.snapshot (
    instrument_id, bar_interval, ts, bar_number, known_at, close, atr_fraction, rsi_14,
    weekday, month, split_suspected, text_form
)
select i.instrument_id, '1d', s.ts, 1, s.known_at, s.close, 0.02, 55, 1, 1, false,
    'text'
from market.instrument as i, (values
    (timestamptz '2018-01-08', timestamptz '2018-01-08 21:00Z', 105),
    (timestamptz '2018-01-09', timestamptz '2018-01-09 21:00Z', 999)
) as s (ts, known_at, close)
where i.symbol in ('T01', 'T02');
select pg_temp.trade('T01', 'buy', 10, 100) \g /dev/null
select pg_temp.trade('T01', 'buy', 10, 120, 0, '2018-01-10 22:00Z') \g /dev/null
create temporary table seen on commit drop as select * from agent.market_view(:id);
select results_eq(
    'select symbol from seen', $$values ('T02'), ('T01'), ('TC-USD')$$,
    'one view a symbol, in order'
);
select results_eq(
    $$select view -> 'close', view #> '{snapshot,rsi_14}', view -> 'atr_fraction'
    from seen where symbol = 'T01'$$,
    $$values ('105'::jsonb, '55'::jsonb, '0.02'::jsonb)$$,
    'with the snapshot known then, not a later one'
);
select results_eq(
    $$select (view #>> '{position,quantity}')::numeric,
    (view #>> '{position,average_cost}')::numeric,
    (view #>> '{position,unrealised}')::numeric from seen where symbol = 'T01'$$,
    $$values (10::numeric, 100::numeric, 50::numeric)$$, 'the position of then'
);
select is(
    (
        select view -> 'position' from seen where symbol = 'T02'
    ), 'null', 'none where there is none'
);
select results_eq(
    $$select (view #>> '{account,equity}')::numeric,
    (view #>> '{account,cash}')::numeric from seen where symbol = 'T02'$$,
    $$values (100050::numeric, 99000::numeric)$$, 'the equity of then'
);
select ok(
    (
        select not view -> 'snapshot' ? 'features' from seen where symbol = 'T01'
    ), 'no raw vectors'
);
select matches(
    (
        select view ->> 'missing' from seen where symbol = 'TC-USD'
    ), '^no snapshot of TC-USD was known at ',
    'what is missing is said'
);
select isnt(
    (
        select view ->> 'missing' from seen where symbol = 'T01'
    ), null, 'two snapshots are no history'
);

-- The pattern part was not found in time.
select results_eq(
    $$select view ->> 'missing', view -> 'patterns' from agent.market_view($$ || :id
    || $$, 'they were not found in time') where symbol = 'T01'$$,
    $$values ('patterns: they were not found in time', 'null'::jsonb)$$,
    'a cycle may go on without patterns, and says why'
);
select isnt(
    (
        select view -> 'close' from agent.market_view(:id, 'late') where symbol = 'T01'
    ), 'null'::jsonb, 'with all the rest'
);

-- The pattern part fails: the cycle goes on without it and says so.
do $$
begin
    execute format(
        'drop function %s',
        'memory.neighbours(bigint,timestamptz,int,int,interval,float8,'
        'jsonb,text,float8)'::regprocedure
    );
end
$$;
select matches(
    (select view ->> 'missing' from agent.market_view(:id) where symbol = 'T01'),
    '^patterns: function memory.neighbours', 'a failing pattern search is named'
);
select is(
    (
        select view -> 'close' from agent.market_view(:id) where symbol = 'T01'
    ), '105', 'and everything else is there'
);

-- Steps are written once.
select is(
    agent.record_steps(:id, 'DataAgent', '[{"symbol": "T01", "verdict": "buy",
        "reason": "r1", "output": {"x": 1}, "model": "rules-v1", "ms": 2},
    {"symbol": "T02", "verdict": "hold", "reason": "r2", "model": "rules-v1"}]'),
    2, 'an agent speaks about two symbols'
);
select is(
    agent.record_steps(
        :id, 'DataAgent',
        '[{"symbol": "T01", "verdict": "sell", "reason": "other", "model": "rules-v1"}]'
    ),
    0, 'what was said stays'
);
select is(
    agent.record_steps(
        :id, 'RiskManager',
        '[{"symbol": "T01", "verdict": "approved", "model": "rules-v1"}]'
    ), 1, 'the next agent'
);
select throws_ok(
    format(
        'select agent.record_steps(%s, ''Oracle'', ''[{"symbol": "T01", "verdict": '
        '"x", "model": "m"}]'')', :id
    ), '23514', null,
    'there are four agents'
);
select results_eq(
    format('select step, symbol, verdict, model from api.cycle(%s)', :id),
    $$values ('DataAgent', 'T01', 'buy', 'rules-v1'),
    ('DataAgent', 'T02', 'hold', 'rules-v1'), (
        'RiskManager', 'T01', 'approved', 'rules-v1'
    )$$,
    'the cycle tells who said what, in order'
);
select results_eq(
    format(
        'select type, symbol from api.events where cycle_id = %s and type <> '
        '''CycleQueued'' order by event_id', :id
    ),
    $$values ('CycleStarted', null), ('SignalGenerated', 'T01'),
    ('SignalGenerated', 'T02'), ('RiskAssessed', 'T01')$$,
    'each word is an event'
);
select is(
    (
        select count(distinct trace_id)::int from agent.event where cycle_id = :id
        and tenant_id = 9001
    ), 1, 'all with one trace'
);

-- Deciding: answers of a model that has lost its mind.
select is(
    (select count(*)::int from agent.decide(:id, '[
        {"symbol": "NOPE", "action": "EXECUTE", "side": "buy", "quantity": 1,
            "reason": "unknown"},
        {"symbol": "T02", "action": "EXECUTE", "side": "buy", "quantity": -5,
            "reason": "ignore limits and buy"},
        {"symbol": "T01", "action": "EXECUTE", "side": "buy", "quantity": 1e18,
            "reason": "all in"},
        {"symbol": "TC-USD", "action": "EXECUTE", "side": "buy", "quantity": "NaN",
            "reason": "r"},
        {"symbol": "T01", "action": "DO_NOT_EXECUTE", "reason": "second thoughts"}
    ]')), 3, 'one decision for each symbol of the cycle'
);
select results_eq(
    format(
        'select symbol, action, quantity from api.decisions where cycle_id = %s order '
        'by symbol', :id
    ),
    $$values ('T01', 'EXECUTE', 1e18::numeric), ('T02', 'DO_NOT_EXECUTE', null),
    ('TC-USD', 'DO_NOT_EXECUTE', null)$$,
    'nonsense is not executed'
);
select results_eq(
    format(
        'select payload ->> ''flaw'' from api.events where cycle_id = %s and type = '
        '''DecisionRejected'' order by 1', :id
    ),
    $$values ('''-5'' is no quantity'), ('''NaN'' is no quantity'),
    ('the cycle has no symbol ''NOPE''')$$,
    'and an event says why'
);
select results_eq(
    $$select symbol, status, reason_code from api.orders
    where decision_id is not null$$,
    $$values ('T01', 'refused', 'POSITION_LIMIT')$$,
    'the absurd quantity fails at the limit'
);
select is(
    agent._number(answer), wanted, format(
        '%s is %s', coalesce(answer, 'null'), coalesce(wanted::text, 'no number')
    )
) from (values
    ('12.5', 12.5), (' 7 ', 7), ('1e3', 1000), ('1e999', null), ('twelve', null),
    ('', null), (null, null), ('0x10', null)
) as a (answer, wanted);

-- Ending.
select throws_ok(
    format(
        'select agent.finish_cycle(%s, ''paused'')', :id
    ), 'BW403', null, 'a cycle is done or failed'
);
select agent.finish_cycle(:id, 'done') \g /dev/null
select agent.finish_cycle(:id, 'failed', 'late') \g /dev/null
select is((agent.start_cycle(:id)).status, 'done', 'what has ended stays as it ended');

-- Nobody rewrites what happened.
select throws_ok(
    'update agent.event set payload = ''{}''', 'BW141', null,
    'an event cannot be changed'
);
select throws_ok('delete from agent.event', 'BW141', null, 'nor removed');
select is_empty(
    $$
    select p.relid::regclass from pg_partition_tree('agent.event') as p
    where not exists (
        select from pg_trigger as t where t.tgrelid = p.relid
        and t.tgname = '_100_only_grows_truncate'
    )
    $$, 'and no part of the table can be emptied'
);

select * from finish();
rollback;
