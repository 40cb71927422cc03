-- Strategies in cycles: who may trade, what a model is asked, what becomes of weak ones.
begin;
select plan(19);
\ir ../roles.psql
\ir ../desk.psql

select agent.add_prompt('reader', 'Answer LONG, SHORT or HOLD.') \g /dev/null
select agent.save_llm_strategy('reader', 'reader') as llm \gset
select is(
    (select status from strategy.strategy where strategy_id = :llm), 'draft',
    'a new strategy is a draft'
);
select throws_ok(
    format('select api.run_cycle(''{T01}'', true, ''test'', %s)', :llm), 'BW404',
    'the strategy ''reader'' is draft: it may not trade', 'a draft may not trade'
);
select lives_ok(
    format('select api.run_cycle(''{T01}'', false, ''test'', %s)', :llm),
    'but may be looked at'
);
select is(
    agent.save_llm_strategy('reader', 'reader', 'active'), :llm::bigint,
    'it is made active under its name'
);
select throws_ok(
    $$select agent.save_llm_strategy('x', 'no such prompt')$$, 'BW411', null,
    'a prompt must be there'
);
select throws_ok(
    $$select agent.save_llm_strategy('x', 'reader', 'famous')$$, 'BW404', null,
    'a status, too'
);
select api.run_cycle('{T01}', true, 'test', :llm, '2018-01-10') as cycle \gset
select is(
    (select view -> 'strategy' ->> 'kind' from agent.market_view(:cycle)), 'llm',
    'agents see whose cycle it is'
);
select is(
    (select body from agent.strategy_prompt(:llm)), 'Answer LONG, SHORT or HOLD.',
    'its model is asked in the words of its prompt'
);
select is_empty('select * from agent.strategy_prompt(0)', 'no strategy, no prompt');

-- Rules: the document's own signal at the close.
select api.save_strategy(
    'rises', '{"entry": [">", "close", "open"], "universe": {"symbols": ["T01"]}}',
    status => 'active'
) \g /dev/null
select strategy_id as rules from strategy.strategy where name = 'rises' \gset
select api.run_cycle('{T01,T02}', false, 'test', :rules, '2018-01-10') as cycle \gset
select results_eq(
    format(
        'select symbol, view -> ''strategy'' ->> ''enters'' from agent.market_view(%s)',
        :cycle
    ),
    $$values ('T01', 'true'), ('T02', 'true')$$,
    'a strategy of rules says whether it enters; the cycle says where'
);
select throws_ok(
    $$select agent.save_llm_strategy('rises', 'reader')$$, 'BW404', null,
    'rules do not become a prompt'
);

-- Five losing trades of it.
create function pg_temp.lose(symbol text, n int) returns void language plpgsql as $$
declare
    moment timestamptz := timestamptz '2018-01-03 23:00Z' + n * interval '1 hour';
    ordered bigint;
begin
    ordered := pg_temp.trade(symbol, 'buy', 10, 100, at => moment);
    ordered := pg_temp.trade(symbol, 'sell', 10, 99, at => moment + interval '1 minute');
    alter table trade.orders disable trigger user;
    update trade.orders set strategy_id = (
        select strategy_id from strategy.strategy where name = 'rises'
    ) where order_id = ordered;
    alter table trade.orders enable trigger user;
end
$$;
select pg_temp.lose('T05', n) from generate_series(1, 5) as n \g /dev/null
select is(agent.review_strategies(), 0, 'five trades are too few by default');
select tenant.set_setting('weak_strategy_trades', '5') \g /dev/null
select is(agent.review_strategies(), 1, 'a weak strategy is asked about');
select results_eq(
    $$select a.status, a.reason from agent.approval as a where a.kind = 'strategy'$$,
    $$values (
        'open', '0 of 5 closed trades of rises won; together they brought -50.00'
    )$$, 'with the evidence'
);
select is(agent.review_strategies(), 0, 'once');
select is(
    (select count(*)::int from ops.alert where kind = 'strategy'), 1, 'with an alert'
);
select approval_id as asked from agent.approval where kind = 'strategy' \gset
select agent.approve(:asked, 'yes') \g /dev/null
select is(
    (
        select s.status || ': ' || s.status_reason from strategy.strategy as s
        where s.name = 'rises'
    ), 'retired: 0 of 5 closed trades of rises won; together they brought -50.00',
    'said yes to, it no longer trades'
);

update strategy.strategy set status = 'active' where name = 'rises';
select tenant.set_setting('weak_strategies', '"auto"') \g /dev/null
select agent.review_strategies() \g /dev/null
select is(
    (select status from strategy.strategy where name = 'rises'), 'retired',
    'or by itself, by setting'
);
select is(
    (select count(*)::int from agent.event where type = 'StrategyDisabled'), 2,
    'never silently'
);
select * from finish();
rollback;
