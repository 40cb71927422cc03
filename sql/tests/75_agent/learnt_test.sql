-- What was learnt by one tenant is taken over by another (as from database to database),
-- once.
begin;
select plan(9);
\ir ../desk.psql

select agent.add_prompt('DataAgent', 'First words.') \g /dev/null
select agent.add_prompt('DataAgent', 'Better words.', '{"type": "object"}') \g /dev/null
insert into agent.weight (agent, regime, weight, status, reason, evidence) values
('Validator', '', 1.4, 'applied', 'was right', '{"n": 30}'),
('Validator', 'up calm', 0.8, 'suggested', 'perhaps', '{}');
select agent.new_cycle('{T01,T02}', as_of => '2018-01-10') as cycle \gset
insert into agent.action (
    cycle_id, agent, symbol, model, stance, regime, horizon, as_of, impact, settled_at
) values
(:cycle, 'DataAgent', 'T01', 'rules-v1', 1, 'up calm', 5, '2018-01-10', 0.02, '2018-01-17'),
(:cycle, 'DataAgent', 'T02', 'rules-v1', -1, null, 5, '2018-01-10', null, null);
select agent.learnt() as learnt \gset
select is(
    jsonb_array_length(:'learnt'::jsonb -> 'weights'), 1, 'weights that hold are learnt'
);

set local bellwether.tenant = 9002;
select is(
    agent.take_learnt(:'learnt'), '{"prompts": 2, "weights": 1, "actions": 1}',
    'prompts, weights and actions are taken over'
);
select is(
    agent.take_learnt(:'learnt'), '{"prompts": 0, "weights": 0, "actions": 0}',
    'a second time nothing is new'
);
select results_eq(
    $$select version, body from agent.prompt where tenant_id = 9002 order by version$$,
    $$values (1, 'First words.'), (2, 'Better words.')$$, 'prompts keep their order'
);
select is(
    (select body from agent.prompt_in_use('DataAgent')), 'Better words.',
    'the newest is in use'
);
select results_eq(
    $$select weight, reason from agent.weight where tenant_id = 9002$$,
    $$values (1.4::float8, 'learnt on paper: was right')$$,
    'a weight says where it comes from'
);
select results_eq(
    $$select c.kind, c.status, a.symbol, a.impact from agent.action as a
    inner join agent.cycle as c on a.tenant_id = c.tenant_id and a.cycle_id = c.cycle_id
    where a.tenant_id = 9002$$,
    $$values ('learnt', 'done', 'T01', 0.02::float8)$$,
    'an action has its cycle, which is over'
);
select is(
    (select count(*)::int from work.job where kind = 'run_cycle' and tenant_id = 9002),
    0, 'and is not run again'
);
select throws_ok(
    $$select agent.take_learnt('{"prompts": 1}')$$, 'BW413', null, 'nonsense is refused'
);

select * from finish();
rollback;
