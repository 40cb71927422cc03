-- Models: what calls cost, what the log keeps, which model a task is given to and what
-- the routing learns; prompts in versions; answers that are replayed.
begin;
select plan(51);
\ir ../roles.psql
\ir ../desk.psql

-- The table of models as the tests want it, whatever ships.
update agent.model set enabled = false where true;
insert into agent.model (
    provider, model, context_tokens, is_local, place, expected_score, expected_ms
) values
('anthropic', 'claude-test', 100000, false, 1, 0.5, 2000),
('openai', 'gpt-test', 10000, false, 2, 0.5, 2000),
('local', 'tiny-test', 4000, true, 3, 0.5, 2000);
insert into agent.model_price (
    provider, model, valid_from, prompt_price, cached_price, completion_price, source
) values
('anthropic', 'claude-test', '2000-01-01', 3, 0.3, 15, 'test'),
('anthropic', 'claude-test', '2018-01-05', 2, null, 10, 'test');

-- Cost.
select is(
    agent.call_cost('anthropic', 'claude-test', 1000000, 400000, 100000, '2018-01-04'),
    3.42, '600k at 3, 400k cached at 0.3 and 100k answered at 15 dollars a million'
);
select is(
    agent.call_cost('anthropic', 'claude-test', 1000000, 400000, 100000, '2018-01-05'),
    3.0, 'a new price counts from its day'
);
select is(
    agent.call_cost('openai', 'gpt-test', 1000, 0, 10), 0::numeric,
    'a model without a price costs nothing'
);

-- The log.
select agent.record_call(
    'Validator', 'anthropic', 'claude-test', 'ok', 1000000, 0, 1500, prompt => 'p',
    answer => 'a'
) as call \gset
select results_eq(
    format(
        'select cost, prompt, answer, prompt_hash from agent.call where call_id = %s',
        :call
    ),
    $$values (2.0::numeric, null::text, null::text, sha256('p'))$$,
    'a call is kept with its cost and the digest of its prompt'
);
select tenant.set_setting('call_log', '"full"') \g /dev/null
select agent.record_call(
    'Validator', 'openai', 'gpt-test', 'ok', prompt => 'p', answer => 'a',
    replayed => true
) as call \gset
select results_eq(
    format('select cost, prompt, answer, replayed from agent.call where call_id = %s', :call),
    $$values (0::numeric, 'p', 'a', true)$$, 'full keeps the words; a replay is free'
);
select tenant.set_setting('call_log', '"none"') \g /dev/null
select agent.record_call(
    'Validator', 'openai', 'gpt-test', 'error', prompt => 'p', error => repeat('x', 5000)
) as call \gset
select results_eq(
    format(
        'select prompt, prompt_hash, length(error) from agent.call where call_id = %s',
        :call
    ),
    $$values (null::text, null::bytea, 1000)$$, 'none keeps neither'
);
select throws_ok(
    $$select tenant.set_setting('call_log', '"some"')$$, 'BW011', null,
    'there is no fourth way'
);
select throws_ok(
    $$select agent.record_call('x', 'openai', 'gpt-test', 'fine')$$, '23514', null,
    'an outcome that is none is refused'
);
select throws_ok(
    'update agent.call set cost = 0', 'BW141', null, 'the log only grows'
);
select throws_ok(
    'select agent.score_call(-1, 1)', 'BW410', null, 'a call that is not there has no score'
);
select throws_ok(
    format('select agent.score_call(%s, 2)', :call), '23514', null, 'nor is 2 a score'
);
set local bellwether.tenant = 9002;
select is_empty('select * from agent.scored_call', 'another tenant sees no calls');
select throws_ok(
    format('select agent.score_call(%s, 1)', :call), 'BW410', null, 'and rates none'
);

-- The static chain.
select results_eq(
    $$select place, provider, model from agent.route('Validator', 1500)$$,
    $$values (1, 'anthropic', 'claude-test'), (2, 'openai', 'gpt-test'),
        (3, 'local', 'tiny-test'), (4, 'rules', 'rules-v1')$$,
    'with an empty log the table decides'
);
select is(
    (select reason from agent.route('Validator', 1500) where place = 1),
    'static: place 1 of the table (0 of 20 scored calls)', 'and says so'
);
select results_eq(
    $$select model from agent.route('Validator', 50000)$$,
    $$values ('claude-test'), ('rules-v1')$$,
    'a prompt that does not fit is not sent'
);
select results_eq(
    $$select model from agent.route('Validator', privacy => 'local')$$,
    $$values ('tiny-test'), ('rules-v1')$$, 'what is private stays here'
);
select throws_ok(
    $$select agent.route('Validator', privacy => 'maybe')$$, 'BW412', null,
    'privacy is one of two words'
);
select tenant.set_setting('routing_only', '["openai", "local"]') \g /dev/null
select results_eq(
    $$select model from agent.route('Validator')$$,
    $$values ('gpt-test'), ('tiny-test'), ('rules-v1')$$, 'only certain providers'
);
select tenant.set_setting('routing_only', '["gemini"]') \g /dev/null
select results_eq(
    $$select model, reason from agent.route('Validator')$$,
    $$values ('rules-v1', 'no model may be asked')$$, 'or none that there is'
);
select tenant.set_setting('routing_only', null) \g /dev/null
select tenant.set_setting('routing_models', '{"Validator": "tiny-test"}') \g /dev/null
select results_eq(
    $$select model from agent.route('Validator')$$,
    $$values ('tiny-test'), ('claude-test'), ('gpt-test'), ('rules-v1')$$,
    'the tenant may choose the first'
);
select is(
    (select model from agent.route('MetaAgent') where place = 1), 'claude-test',
    'of that task'
);
select tenant.set_setting('routing_models', null) \g /dev/null
select tenant.set_setting('rules_fallback', 'false') \g /dev/null
select is(
    (select count(*)::int from agent.route('Validator') where model = 'rules-v1'), 0,
    'rules judge only if the tenant allows'
);
select tenant.set_setting('rules_fallback', null) \g /dev/null
select tenant.set_setting('routing', '"off"') \g /dev/null
select results_eq(
    $$select model, reason from agent.route('Validator')$$,
    $$values ('rules-v1', 'routing is off')$$, 'off is off'
);
select tenant.set_setting('routing', null) \g /dev/null

-- Learning: gpt-test is good at Validator with small prompts, the others are not.
do $$
declare
    called bigint;
begin
    for n in 1..60 loop
        called := agent.record_call(
            'Validator', (array['anthropic', 'openai', 'local'])[1 + n % 3],
            (array['claude-test', 'gpt-test', 'tiny-test'])[1 + n % 3], 'ok', 1000, 100,
            1000
        );
        perform agent.score_call(
            called, case when n % 3 = 1 then 0.9 else 0.2 end, 'outcome'
        );
    end loop;
end
$$;
select is(
    (
        select count(*)::int from generate_series(1, 50) as s
        cross join lateral agent.route('Validator', 1500, seed => 'drill ' || s) as r
        where r.place = 1 and r.model = 'gpt-test'
    ),
    50, 'what proved good is asked first, whatever the lot'
);
select matches(
    (select reason from agent.route('Validator', 1500, seed => 'a') where place = 1),
    '^learned: worth .* drawn from 20 calls with mean 0.9', 'and the reason says why'
);
select is(
    (select array_agg(model) from agent.route('Validator', 1500, seed => 'a')),
    (select array_agg(model) from agent.route('Validator', 1500, seed => 'a')),
    'a seed gives the same chain again'
);
select cmp_ok(
    (
        select count(distinct r.model)::int from generate_series(1, 50) as s
        cross join lateral agent.route('Validator', 3000, seed => 'drill ' || s) as r
        where r.place = 1
    ),
    '>', 1, 'for prompts of another size nothing is known, so all are tried'
);
select matches(
    (select reason from agent.route('MetaAgent', 1500) where place = 1), '^static',
    'and for another task the table decides'
);
select results_eq(
    $$select policy, calls, matched, round(mean_score::numeric, 2)
    from agent.evaluate_routing('Validator') where policy <> 'learned'$$,
    $$values ('logged', 60, 60, 0.43), ('static', 60, 20, 0.20)$$,
    'replayed: the table would have asked the first model only'
);
select cmp_ok(
    (select mean_score from agent.evaluate_routing('Validator') where policy = 'learned'),
    '>', 0.5::double precision, 'the learned routing did better'
);
select is_empty(
    $$select * from agent.evaluate_routing('NoTask')$$, 'no calls, no figures'
);
do $$
begin
    for n in 1..3 loop
        perform agent.record_call(
            'Validator', 'openai', 'gpt-test', 'timeout', 1000, 0, 30000
        );
    end loop;
end
$$;
select is(
    (select place from agent.route('Validator', 1500) where model = 'gpt-test'), 3,
    'what fails just now is asked last'
);

-- The lots are what they are said to be.
select cmp_ok(
    (
        select abs(avg(agent._beta(3, 1, 'seed ' || n)) - 0.75)
        from generate_series(1, 2000) as n
    ),
    '<', 0.02::double precision, 'the mean of a beta variable'
);
select cmp_ok(
    (
        select abs(var_samp(agent._beta(3, 1, 'seed ' || n)) - 0.0375)
        from generate_series(1, 2000) as n
    ),
    '<', 0.005::double precision, 'and its variance'
);
select cmp_ok(
    (
        select abs(avg(agent._gamma(0.3, 'seed ' || n)) - 0.3)
        from generate_series(1, 2000) as n
    ),
    '<', 0.05::double precision, 'and a gamma variable of a small shape'
);

-- Prompts.
select is(agent.add_prompt('Validator', 'one'), 1, 'a first version');
select is(agent.add_prompt('Validator', 'one'), 1, 'the same words are the same version');
select is(agent.add_prompt('Validator', 'two', '{"type": "object"}'), 2, 'a second');
select results_eq(
    $$select version, prompt_version, body from agent.prompt_in_use('Validator')$$,
    $$values (2, 'Validator@2', 'two')$$, 'the newest is in use'
);
select agent.use_prompt('Validator', 1) \g /dev/null
select is(
    (select body from agent.prompt_in_use('Validator')), 'one', 'one can go back'
);
select throws_ok(
    $$select agent.use_prompt('Validator', 7)$$, 'BW411', null, 'to what there is'
);
select throws_ok(
    $$update agent.prompt set body = 'three' where tenant_id = 9002$$, 'BW141', null,
    'words never change'
);
set local bellwether.tenant = 0;
select agent.add_prompt('Drill', 'the system''s') \g /dev/null
set local bellwether.tenant = 9001;
select is(
    (select prompt_version from agent.prompt_in_use('Drill')), 'system:Drill@1',
    'the system''s prompts are there for everybody'
);
select is_empty(
    $$select * from agent.prompt_in_use('Validator')
    where prompt_version not like 'system:%'$$, 'another tenant''s are not'
);

-- Answers.
select ok(
    agent.store_answer(sha256('q'), 'openai', 'gpt-test', '{"action": "hold"}', 10, 2),
    'an answer is kept'
);
select ok(
    not agent.store_answer(sha256('q'), 'openai', 'gpt-test', '{"action": "buy"}'),
    'the first one stays'
);
select is(
    (select answer ->> 'action' from agent.cached_answer(sha256('q'))), 'hold',
    'and comes back'
);
set local bellwether.tenant = 9002;
select is_empty(
    $$select * from agent.cached_answer(sha256('q'))$$, 'to its tenant only'
);

-- As an analyst sees it.
set local role bellwether_analyst;
select results_eq(
    $$select name, version, in_use, is_system from api.prompts
    where name = 'Drill' or (name = 'Validator' and not is_system)
    order by name, version$$,
    $$values ('Drill', 1, true, true), ('Validator', 1, true, false),
        ('Validator', 2, false, false)$$,
    'the prompts, and which are in use'
);
select results_eq(
    $$select sum(calls)::int from api.model_usage where task = 'Validator'$$,
    $$values (63)$$, 'what was asked'
);
reset role;

select * from finish();
rollback;
