-- Swarm memory: what agents stood for, what came of it, how much their word counts.
begin;
select plan(27);
\ir ../roles.psql
\ir ../desk.psql

-- Snapshots of T01 whose outcome over five bars is known: up 2 % on even days, down 1 %
-- on odd ones.
insert into market.snapshot (
    instrument_id, bar_interval, ts, bar_number, known_at, close, weekday, month,
    split_suspected, text_form, regime
)
select
    b.instrument_id, '1d', b.ts, row_number() over (order by b.ts), b.known_at, b.close,
    extract(isodow from b.ts), 1, false, 'x',
    case when row_number() over (order by b.ts) <= 7 then 'up calm' else 'down stressed' end
from market.bar as b inner join market.instrument as i using (instrument_id)
where i.symbol = 'T01';
insert into market.outcome (
    snapshot_id, horizon, instrument_id, bar_interval, forward_return, max_gain, max_loss,
    known_at
)
select
    s.snapshot_id, 5, s.instrument_id, '1d',
    case when s.bar_number % 2 = 0 then 0.02 else -0.01 end, 0.03, -0.03,
    s.known_at + interval '7 days'
from market.snapshot as s inner join market.instrument as i using (instrument_id)
where i.symbol = 'T01';

-- A cycle a day: DataAgent always wants to buy, the Validator agrees on even days only.
create function pg_temp.day(n int) returns bigint language plpgsql as $$
declare
    moment timestamptz := (
        select s.known_at from market.snapshot as s
        inner join market.instrument as i using (instrument_id)
        where i.symbol = 'T01' and s.bar_number = n
    );
    cycle bigint := api.run_cycle('{T01}', false, 'test', as_of => moment);
begin
    perform agent.record_steps(cycle, 'DataAgent', '[
        {"symbol": "T01", "verdict": "buy", "model": "m"}]');
    perform agent.record_steps(cycle, 'RiskManager', '[
        {"symbol": "T01", "verdict": "approved", "model": "m"}]');
    perform agent.record_steps(cycle, 'Validator', jsonb_build_array(jsonb_build_object(
        'symbol', 'T01', 'model', 'm',
        'verdict', case when n % 2 = 0 then 'validated' else 'refused' end
    )));
    perform agent.record_steps(cycle, 'MetaAgent', jsonb_build_array(jsonb_build_object(
        'symbol', 'T01', 'model', 'm',
        'verdict', case when n % 2 = 0 then 'EXECUTE' else 'skipped' end
    )));
    return cycle;
end
$$;
select pg_temp.day(1) as odd \gset
select pg_temp.day(2) as even \gset
select results_eq(
    format(
        'select agent, stance, regime, impact from agent.action where cycle_id = %s '
        'order by agent', :odd
    ),
    $$values ('DataAgent', 1, 'up calm', null::float8), ('RiskManager', 1, 'up calm', null),
        ('Validator', -1, 'up calm', null)$$,
    'a refusal stands against the signal; what was skipped is no action'
);
select is(agent.settle_actions('2018-01-05'), 0, 'nothing is known yet');
select is(agent.settle_actions('2018-01-10 22:00Z'), 7, 'a week later it is');
select is(agent.settle_actions('2018-01-10 22:00Z'), 0, 'once');
select results_eq(
    format(
        'select agent, impact from agent.action where cycle_id in (%s, %s) '
        'order by cycle_id, agent', :odd, :even
    ),
    $$values ('DataAgent', -0.01::float8), ('RiskManager', -0.01), ('Validator', 0.01),
        ('DataAgent', 0.02), ('MetaAgent', 0.02), ('RiskManager', 0.02),
        ('Validator', 0.02)$$, 'with the sign of the stance'
);

-- Weights: drawn towards even while there is little.
select pg_temp.day(n) from generate_series(3, 14) as n \g /dev/null
select is(agent.settle_actions(), 42, 'the rest is settled');
select cmp_ok(agent.suggest_weights(), '>', 4, 'weights follow');
select results_eq(
    $$select agent, round(weight::numeric, 4) from agent.weights()$$,
    $$values
        ('DataAgent', round(2 * (7 + 10) / (14 + 20.0), 4)),
        ('RiskManager', round(2 * (7 + 10) / (14 + 20.0), 4)),
        ('Validator', round(2 * (14 + 10) / (14 + 20.0), 4)),
        ('MetaAgent', round(2 * (7 + 10) / (7 + 20.0), 4))$$,
    'seven of fourteen right is even, fourteen of fourteen is not two yet'
);
select is(
    (select reason from agent.weights() where agent = 'DataAgent'), 'no record yet',
    'even stays even'
);
select matches(
    (select reason from agent.weights() where agent = 'Validator'),
    '^14 of 14 settled actions were right \(100.0 %\), mean impact 1.50 %',
    'the reason is kept'
);
select is(
    (
        select evidence ->> 'n' from api.agent_weights
        where agent = 'Validator' and regime = '' and status = 'applied'
    ), '14', 'and the evidence'
);
select is(
    (select round(weight::numeric, 4) from agent.weights('up calm')
    where agent = 'Validator'), round(2 * (7 + 10) / (7 + 20.0), 4),
    'a regime has its own'
);
select is(
    (select round(weight::numeric, 4) from agent.weights('sideways normal')
    where agent = 'Validator'), round(2 * (14 + 10) / (14 + 20.0), 4),
    'one without a record has that of all'
);
select is(agent.suggest_weights(), 0, 'nothing new, no new weight');
set local role bellwether_analyst;
select results_eq(
    $$select actions, settled, right_calls, round(mean_impact::numeric, 4),
        why_this_weight like '14 of 14%'
    from api.leaderboard where agent = 'Validator'$$,
    $$values (14::bigint, 14::bigint, 14::bigint, 0.0150, true)$$,
    'the leaderboard says why'
);
reset role;

-- Nobody is muted: always wrong is a quarter at least.
update agent.action set impact = -abs(impact) where tenant_id = 9001
and agent = 'RiskManager';
select tenant.set_setting('shrinkage', '1') \g /dev/null
select agent.suggest_weights() \g /dev/null
select is(
    (select weight from agent.weights() where agent = 'RiskManager'), 0.25::float8,
    'a quarter is the least'
);
select is(
    (select count(*)::int from api.agent_weights
    where agent = 'Validator' and regime = '' and status = 'applied'), 1,
    'one weight counts at a time'
);

-- By approval, or not at all.
select tenant.set_setting('agent_weights', '"approve"') \g /dev/null
select tenant.set_setting('shrinkage', '50') \g /dev/null
select cmp_ok(agent.suggest_weights(), '>', 0, 'suggestions');
select is(
    (select weight from agent.weights() where agent = 'RiskManager'), 0.25::float8,
    'do not count before somebody says so'
);
select api.approve(approval_id, 'right') from api.approvals
where kind = 'weight' and proposal ->> 'agent' = 'RiskManager'
and proposal ->> 'regime' = '' \g /dev/null
select is(
    (select round(weight::numeric, 4) from agent.weights()
    where agent = 'RiskManager'), round(2 * 25 / 64.0, 4), 'then they do'
);
select api.reject(approval_id, 'wrong') from api.approvals
where kind = 'weight' and proposal ->> 'agent' = 'Validator'
and proposal ->> 'regime' = '' \g /dev/null
select is(
    (
        select status from api.agent_weights where agent = 'Validator' and regime = ''
        order by weight_id desc limit 1
    ), 'rejected', 'or never'
);
select tenant.set_setting('agent_weights', '"off"') \g /dev/null
select is(agent.suggest_weights(), 0, 'off is off');

-- What a model said is scored by what came of it; what was earned counts, too.
select agent.record_call(
    'Validator', 'openai', 'x', 'ok', 10, 10, cycle_id => :even, step => 'Validator',
    symbol => 'T01'
) as call \gset
select agent.settle_actions() \g /dev/null
select is(
    (select score from agent.call_score where call_id = :call and source = 'outcome'),
    1::float8, 'the routing learns from it'
);
select api.run_cycle('{T01}', true, 'test', as_of => '2018-01-03 23:00Z') as paid \gset
select agent.record_steps(:paid, 'DataAgent', '[
    {"symbol": "T01", "verdict": "buy", "model": "m"}]') \g /dev/null
select agent.record_steps(:paid, 'MetaAgent', '[
    {"symbol": "T01", "verdict": "EXECUTE", "model": "m"}]') \g /dev/null
select agent.decide(
    :paid, '[{"symbol": "T01", "action": "EXECUTE", "side": "buy", "quantity": 5}]'
) \g /dev/null
select order_id as o from trade.orders where tenant_id = 9001 \gset
select trade.begin_submit(:o) \g /dev/null
select trade.record_fill(:o, 'in', 5, 102, 0, '2018-01-04 14:30Z') \g /dev/null
select pg_temp.trade('T01', 'sell', 5, 105, 0, '2018-01-05 14:30Z') \g /dev/null
select agent.settle_actions() \g /dev/null
select is(
    (select array_agg(pnl) from agent.action where cycle_id = :paid), '{15,15}',
    'with the profit of what was opened'
);
-- A cycle that fails has its agents remembered, too.
select api.run_cycle('{T01}', true, 'test', as_of => '2018-01-03 23:00Z') as lost \gset
select agent.record_steps(:lost, 'DataAgent', '[
    {"symbol": "T01", "verdict": "buy", "model": "m"}]') \g /dev/null
select agent.finish_cycle(:lost, 'failed', 'test') \g /dev/null
select is(
    (select array_agg(agent) from agent.action where cycle_id = :lost), '{DataAgent}',
    'what was said in a cycle that failed counts'
);
set local bellwether.tenant = 9002;
select is_empty('select * from api.leaderboard', 'another tenant has its own swarm');
select is(
    (select min(weight) from agent.weights()), 1::float8, 'in which all are even'
);

select * from finish();
rollback;
