-- Every path of the HTTP API: a row here is a path there, with its documentation. The
-- types, defaults and comments of its parameters are those of the function or view.
--
-- Example: POST /api/orders {"account_id":1,"symbol":"AAPL","side":"buy","quantity":5}
--   -> select ... from api.place_order(account_id => 1, symbol => 'AAPL', ...)

insert into gateway.route as known (
    tag, method, path, scope, target, shape, status, sort, alias, fixed, summary
)
select
    w.tag, w.method, w.path, w.scope, w.target, w.shape, coalesce(w.status, 200),
    w.sort, coalesce(w.alias, '{}'), coalesce(w.fixed, '{}'), w.summary
from (
    values
    (
        'cycles', 'POST', '/cycles/run', 'trade', 'api.run_cycle', 'value', 202,
        null::text[], '{"type": "kind", "symbol": "symbols"}'::jsonb, null::jsonb,
        'Ask the agents'
    ),
    (
        'cycles', 'POST', '/api/cycles/run', 'trade', 'api.run_cycle', 'value', 202,
        null, '{"type": "kind", "symbol": "symbols"}', null, 'Ask the agents'
    ),
    (
        'cycles', 'GET', '/cycles/{cycle_id}', 'read',
        'api.cycle_report', 'value', null,
        null, null, null, 'One cycle with every step and decision'
    ),
    (
        'cycles', 'GET', '/api/cycles/{cycle_id}', 'read', 'api.cycle_report', 'value',
        null, null, null, null, 'One cycle with every step and decision'
    ),
    (
        'cycles', 'GET', '/api/cycles', 'read', 'api.cycles', 'rows', null,
        '{cycle_id}', null, null, 'Cycles, newest first'
    ),
    (
        'cycles', 'GET', '/api/decisions', 'read', 'api.decisions', 'rows', null,
        '{decision_id}', null, null, 'Decisions, newest first'
    ),
    (
        'desk', 'GET', '/api/portfolio', 'read', 'api.portfolio', 'value', null, null,
        null, null, 'Equity, drawdown, exposure and positions'
    ),
    (
        'desk', 'GET', '/api/positions', 'read', 'api.positions', 'rows', null,
        '{account_id,symbol}', null, null, 'Positions'
    ),
    (
        'desk', 'GET', '/api/accounts', 'read', 'api.accounts', 'rows', null,
        '{account_id}', null, null, 'Accounts'
    ),
    (
        'desk', 'GET', '/api/equity', 'read', 'api.equity', 'rows', null,
        '{day,account_id}', null, null, 'Equity at the end of each day'
    ),
    (
        'desk', 'GET', '/api/events', 'read', 'api.events', 'rows', null,
        '{event_id}', null, null, 'Events, newest first'
    ),
    (
        'orders', 'GET', '/api/orders', 'read', 'api.orders', 'rows', null,
        '{order_id}', null, null, 'Orders, newest first'
    ),
    (
        'orders', 'POST', '/api/orders', 'trade', 'api.ask_order', 'value', 201, null,
        null, null, 'Place an order, or with dry_run ask what it would do'
    ),
    (
        'orders', 'POST', '/api/trades', 'trade', 'api.place_order', 'row', 201, null,
        null, null, 'Ask for a trade: an order like any other'
    ),
    (
        'orders', 'GET', '/api/orders/what-if', 'read', 'api.what_if', 'value', null,
        null, null, null, 'Limits, exposure, correlation, similar outcomes of an order'
    ),
    (
        'orders', 'GET', '/api/orders/check', 'read', 'api.check_order', 'row', null,
        null, null, null, 'Whether an order would pass the limits'
    ),
    (
        'orders', 'GET', '/api/fills', 'read', 'api.fills', 'rows', null, '{fill_id}',
        null, null, 'Fills, newest first'
    ),
    (
        'orders', 'GET', '/api/trades', 'read', 'api.trades', 'rows', null,
        '{closed_at,fill_id}', null, null, 'Closed trades, newest first'
    ),
    (
        'market', 'GET', '/api/market/instruments', 'read', 'api.instruments', 'rows',
        null, '{symbol}', null, null, 'Instruments'
    ),
    (
        'market', 'GET', '/api/market/quote', 'read', 'api.quote', 'row', null, null,
        null, null, 'The last known price'
    ),
    (
        'market', 'GET', '/api/market/bars', 'read', 'api.bars', 'rows', null,
        '{ts,symbol}', null, null, 'Bars, newest first'
    ),
    (
        'market', 'GET', '/api/market/indicators', 'read',
        'api.snapshots', 'rows', null,
        '{ts,symbol}', null, null, 'Snapshots: the state of an instrument at each bar'
    ),
    (
        'market', 'GET', '/api/market/sessions', 'read', 'api.sessions', 'rows', null,
        '{session,calendar}', null, null, 'Exchange days with their hours'
    ),
    (
        'patterns', 'POST', '/api/patterns/query', 'read', 'api.pattern_query', 'value',
        null, null, '{"interval": "bar_interval"}', null,
        'When was it like this, and what followed'
    ),
    (
        'patterns', 'GET', '/api/patterns/similar', 'read', 'api.similar_patterns',
        'rows', null, null, null, null, 'The most similar earlier snapshots'
    ),
    (
        'patterns', 'GET', '/api/patterns/statistics', 'read', 'api.pattern_statistics',
        'rows', null, null, null, null, 'What followed them'
    ),
    (
        'patterns', 'GET', '/api/patterns/paths', 'read', 'api.pattern_paths', 'value',
        null, null, null, null, 'The stretches around similar snapshots, for a picture'
    ),
    (
        'risk', 'GET', '/api/risk/status', 'read',
        'api.risk_status', 'value', null, null,
        null, null, 'Limits, how much of each is used, and halts'
    ),
    (
        'risk', 'GET', '/api/risk/halts', 'read', 'api.halts', 'rows', null,
        '{scope,target}', null, null, 'Where trading is held up'
    ),
    (
        'risk', 'POST', '/api/system/trading/disable', 'trade', 'api.halt', 'row', null,
        null, null, null, 'Halt trading'
    ),
    (
        'risk', 'POST', '/api/system/trading/enable', 'trade',
        'api.resume', 'row', null,
        null, null, null, 'Resume trading'
    ),
    (
        'orders', 'DELETE', '/api/orders', 'trade', 'api.cancel_order', 'row',
        null, null, null, null,
        'Cancel an order'
    ),
    (
        'orders', 'POST', '/api/orders/replace', 'trade', 'api.replace_order', 'row',
        null, null, null, null,
        'Change quantity or price of an order'
    ),
    (
        'orders', 'POST', '/api/orders/bracket', 'trade', 'api.place_bracket', 'row',
        201, null, null, null,
        'Place an entry with its stop and its target'
    ),
    (
        'orders', 'GET', '/api/clamps', 'read', 'api.clamps', 'rows',
        null, '{at,order_id,place}', null, null,
        'Orders made smaller by a limit'
    ),
    (
        'orders', 'GET', '/api/differences', 'read', 'api.differences', 'rows',
        null, '{difference_id}', null, null,
        'Differences from a brokers books'
    ),
    (
        'approvals', 'GET', '/api/approvals', 'read', 'api.approvals', 'rows',
        null, '{approval_id}', null, null,
        'The inbox, newest first'
    ),
    (
        'approvals', 'POST', '/api/approvals', 'trade', 'api.approve', 'row',
        null, null, null, null,
        'Approve, perhaps another quantity or price'
    ),
    (
        'approvals', 'DELETE', '/api/approvals', 'trade', 'api.reject', 'row',
        null, null, null, null,
        'Reject'
    ),
    (
        'approvals', 'GET', '/api/approvals/modes', 'read',
        'api.approval_modes', 'rows',
        null, '{strategy_id}', null, null,
        'Who is asked before an order'
    ),
    (
        'desk', 'GET', '/api/exit-plans', 'read', 'api.exit_plans', 'rows',
        null, '{plan_id}', null, null,
        'When each position is left'
    ),
    (
        'desk', 'POST', '/api/exit-plans', 'trade', 'api.set_exit_plan', 'row',
        null, null, null, null,
        'Change when a position is left'
    ),
    (
        'desk', 'GET', '/api/events/verify', 'read', 'api.verify_events', 'rows',
        null, null, null, null,
        'What of the record was changed: nothing, if all is well'
    ),
    (
        'desk', 'POST', '/api/alerts/routes', 'trade', 'api.route_alerts', 'value', 201,
        null, null, null, 'Where alerts of a kind and severity go'
    ),
    (
        'desk', 'GET', '/api/alerts', 'read', 'api.alerts', 'rows',
        null, '{alert_id}', null, null,
        'Alerts, newest first'
    ),
    (
        'risk', 'GET', '/api/system/circuit-breaker', 'read', 'api.breakers', 'rows',
        null, '{account_id}', null, null,
        'Circuit breakers of the accounts'
    ),
    (
        'risk', 'POST', '/api/system/circuit-breaker/trip', 'trade',
        'api.trip_breaker', 'row',
        null, null, null, null,
        'Open a circuit breaker'
    ),
    (
        'risk', 'POST', '/api/system/circuit-breaker/reset', 'trade',
        'api.close_breaker', 'row',
        null, null, null, null,
        'Close a circuit breaker'
    ),
    (
        'risk', 'POST', '/api/system/circuit-breaker/evaluate', 'trade',
        'api.evaluate_breaker', 'row',
        null, null, null, null,
        'Look whether a circuit breaker is to open or may close'
    ),
    (
        'risk', 'POST', '/api/system/circuit-breaker/resume', 'trade',
        'api.resume_breaker', 'row',
        null, null, null, null,
        'Ask in the inbox that a circuit breaker closes'
    ),
    (
        'risk', 'GET', '/api/risk/limits', 'read', 'api.limits', 'rows',
        null, '{reason_code}', null, null,
        'Limits with their values'
    ),
    (
        'risk', 'GET', '/api/risk/shadow', 'read', 'api.shadow_decisions', 'rows',
        null, '{decision_id,account_id}', null, null,
        'Decisions that were not sent while a breaker was open'
    ),
    (
        'market', 'GET', '/api/market/conditions', 'read', 'api.conditions', 'rows',
        null, '{ts,bar_interval}', null, null,
        'The market as a whole, day by day'
    ),
    (
        'market', 'GET', '/api/market/regimes', 'read', 'api.regimes', 'rows',
        null, '{found_at,name,bar_interval}', null, null,
        'Recurring states of the market'
    ),
    (
        'market', 'GET', '/api/market/regimes/transitions', 'read',
        'api.regime_transitions', 'rows',
        null, '{found_at,went_from,went_to,bar_interval}', null, null,
        'How often one state follows another'
    ),
    (
        'patterns', 'GET', '/api/patterns/conditions', 'read',
        'api.similar_conditions', 'rows',
        null, null, null, null,
        'When was the market as a whole like this'
    ),
    (
        'strategies', 'GET', '/api/strategies', 'read', 'api.strategies', 'rows',
        null, '{strategy_id}', null, null,
        'Strategies in their newest version'
    ),
    (
        'strategies', 'POST', '/api/strategies', 'trade', 'api.save_strategy', 'value',
        201, null, null, null,
        'Save a strategy as a new version'
    ),
    (
        'strategies', 'GET', '/api/strategies/{name}', 'read', 'api.strategy_config',
        'value', null, null, null, null,
        'The document of a strategy: its newest version, or the one asked for'
    ),
    (
        'strategies', 'PUT', '/api/strategies/{name}', 'trade', 'api.save_strategy',
        'value', null, null, null, null,
        'Save a strategy as a new version'
    ),
    (
        'strategies', 'DELETE', '/api/strategies/{name}', 'trade',
        'api.retire_strategy', 'value', null, null, null, null,
        'Retire a strategy: it trades no more, its record stays'
    ),
    (
        'strategies', 'POST', '/api/strategies/llm', 'trade', 'api.save_llm_strategy',
        'value', 201, null, null, null,
        'Save a strategy that asks a language model'
    ),
    (
        'strategies', 'POST', '/api/strategies/backtest', 'read',
        'api.backtest_strategy', 'rows',
        null, null, null, null,
        'Play a strategy against history'
    ),
    (
        'strategies', 'POST', '/api/strategies/signals', 'read',
        'api.strategy_signals', 'rows',
        null, null, null, null,
        'The signals of a strategy'
    ),
    (
        'strategies', 'POST', '/api/strategies/walk-forward', 'read',
        'api.walk_forward', 'rows',
        null, null, null, null,
        'Choose on one stretch, test on the next'
    ),
    (
        'strategies', 'POST', '/api/strategies/sweep', 'trade',
        'api.sweep_strategy', 'rows',
        null, null, null, null,
        'Try many parameters, with deflated Sharpe ratios'
    ),
    (
        'strategies', 'GET', '/api/backtests', 'read', 'api.backtests', 'rows',
        null, '{backtest_id}', null, null,
        'Backtests that were kept, newest first'
    ),
    (
        'strategies', 'GET', '/api/strategies/books', 'read', 'api.strategy_books',
        'rows', null, '{strategy_id,account_id,symbol}', null, null,
        'What each strategy holds and has earned'
    ),
    (
        'agents', 'GET', '/api/models/calls', 'read', 'api.model_calls', 'rows',
        null, '{call_id}', null, null,
        'Calls of language models, newest first'
    ),
    (
        'agents', 'GET', '/api/models/usage', 'read', 'api.model_usage', 'rows',
        null, '{day,task,provider,model}', null, null,
        'Tokens and cost of language models by day'
    ),
    (
        'agents', 'GET', '/api/models/route', 'read', 'api.route', 'rows',
        null, null, null, null,
        'Which model is asked first for a task, and why'
    ),
    (
        'agents', 'GET', '/api/prompts', 'read', 'api.prompts', 'rows',
        null, '{name,version}', null, null,
        'Prompts with their versions'
    ),
    (
        'graph', 'GET', '/api/graph/nodes', 'read', 'api.graph_nodes', 'rows',
        null, null, null, null,
        'Where a walk through the graph can begin'
    ),
    (
        'graph', 'GET', '/api/graph/neighbourhood', 'read', 'api.neighbourhood',
        'value', null, null, null, null,
        'What is around a node of the graph'
    ),
    (
        'graph', 'GET', '/api/graph/contagion', 'read', 'api.contagion', 'rows',
        null, null, null, null,
        'How far a fall of one instrument goes'
    ),
    (
        'graph', 'POST', '/api/graph/relations', 'trade', 'api.relate_instruments',
        'value', null, null, null, null,
        'Draw the correlations between instruments anew'
    ),
    (
        'agents', 'GET', '/api/swarm/agents/summary', 'read', 'api.leaderboard',
        'rows', null, '{agent}', null, null,
        'How each agent did: actions, impact, weight'
    ),
    (
        'agents', 'GET', '/api/swarm/weights', 'read', 'api.agent_weights',
        'rows', null, '{weight_id}', null, null,
        'Weights of the agents with the evidence they rest on'
    ),
    (
        'desk', 'GET', '/api/capital', 'read',
        'api.capital', 'rows', null,
        '{capital_event_id}', null, null,
        'Deposits, withdrawals and income'
    ),
    (
        'desk', 'POST', '/api/capital/deposit', 'trade', 'api.deposit', 'value', 201,
        null, null, null, 'Put paper money into an account'
    ),
    (
        'desk', 'POST', '/api/capital/withdraw', 'trade', 'api.withdraw', 'value', 201,
        null, null, null, 'Take paper money out of an account'
    ),
    (
        'desk', 'POST', '/api/capital', 'trade', 'api.deposit', 'value', 201,
        null, null, null, 'Put paper money into an account'
    ),
    (
        'desk', 'POST', '/api/events', 'trade', 'api.note', 'value', 201,
        null, null, null, 'Write a remark into the record'
    ),
    (
        'system', 'GET', '/api/system/preflights', 'read', 'api.preflights', 'rows',
        null, '{preflight_id}', null, null,
        'What was checked before real money, newest first'
    ),
    (
        'desk', 'GET', '/api/performance', 'read',
        'api.performance', 'rows', null,
        null, null, null,
        'What an account earned between two days'
    ),
    (
        'desk', 'GET', '/api/returns', 'read',
        'api.returns', 'rows', null,
        '{day,account_id}', null, null,
        'What each account earned each day'
    ),
    (
        'scheduler', 'GET', '/api/scheduler/status', 'read',
        'api.scheduler_status', 'row', null,
        null, null, null,
        'Whether the scheduler runs, and what is next'
    ),
    (
        'scheduler', 'GET', '/api/scheduler/jobs', 'read',
        'api.scheduler_jobs', 'rows', null,
        null, null, null,
        'What the desk does by the clock'
    ),
    (
        'scheduler', 'POST', '/api/scheduler/jobs', 'trade',
        'api.set_scan', 'value', null,
        null, null, null,
        'Let the agents look at symbols by the clock'
    ),
    (
        'scheduler', 'DELETE', '/api/scheduler/jobs', 'trade',
        'api.drop_schedule', 'value', null,
        null, null, null,
        'End a schedule'
    ),
    (
        'scheduler', 'POST', '/api/scheduler/jobs/{name}/trigger', 'trade',
        'api.trigger_schedule', 'value', 202,
        null, null, null,
        'Run a schedule now'
    ),
    (
        'scheduler', 'GET', '/api/scheduler/market-status', 'read',
        'api.market_status', 'row', null,
        null, null, null,
        'Whether the exchange is open, and when it is next'
    ),
    (
        'market', 'GET', '/api/market/freshness', 'read',
        'api.freshness', 'rows', null,
        '{symbol}', null, null,
        'How old the data of each watched instrument are'
    ),
    (
        'market', 'GET', '/api/market/gaps', 'read',
        'api.gaps', 'rows', null,
        null, null, null,
        'Bars that are missing'
    ),
    (
        'market', 'GET', '/api/market/news', 'read',
        'api.news', 'rows', null,
        '{published_at,symbol,title}', null, null,
        'News, newest first'
    ),
    (
        'market', 'GET', '/api/market/rejected', 'read',
        'api.rejected_rows', 'rows', null,
        '{rejected_row_id}', null, null,
        'Rows that were refused, with their reasons'
    ),
    (
        'patterns', 'GET', '/api/patterns/prompt', 'read',
        'api.pattern_prompt', 'value', null,
        null, null, null,
        'The question to a language model, with or without patterns'
    ),
    (
        'strategies', 'POST', '/api/strategies/lookahead-check', 'read',
        'api.lookahead_check', 'rows', null,
        null, null, null,
        'Whether a strategy sees the future'
    ),
    (
        'strategies', 'POST', '/api/strategies/compile', 'read',
        'api.compile_strategy', 'value', null,
        null, null, null,
        'The SELECT of a strategy'
    ),
    (
        'strategies', 'POST', '/api/backtests', 'trade',
        'api.record_backtest', 'value', 201,
        null, null, null,
        'Keep a backtest of a saved strategy'
    ),
    (
        'approvals', 'POST', '/api/approvals/modes', 'trade',
        'api.set_approval_mode', 'value', null,
        null, null, null,
        'Decide who is asked before an order'
    ),
    (
        'agents', 'GET', '/api/models/prices', 'read',
        'api.model_prices', 'rows', null,
        '{provider,model,valid_from}', null, null,
        'Prices of language models'
    ),
    (
        'agents', 'POST', '/api/models/calls/rate', 'trade',
        'api.rate_call', 'value', null,
        null, null, null,
        'Say how good an answer was'
    ),
    (
        'agents', 'POST', '/api/prompts', 'trade',
        'api.add_prompt', 'value', 201,
        null, null, null,
        'Add a version of a prompt'
    ),
    (
        'agents', 'POST', '/api/prompts/use', 'trade',
        'api.use_prompt', 'value', null,
        null, null, null,
        'Use a version of a prompt'
    ),
    (
        'risk', 'GET', '/api/risk/scores', 'read',
        'api.risk_scores', 'rows', null,
        '{at,symbol}', null, null,
        'Scores that the graph of risks gave'
    ),
    (
        'risk', 'GET', '/api/monitor', 'read',
        'api.monitors', 'rows', null,
        '{move_fraction}', null, null,
        'Which moves wake the agents'
    ),
    (
        'risk', 'DELETE', '/api/monitor', 'trade', 'api.stop_monitor', 'value', null,
        null, null, null, 'Let no move wake the agents'
    ),
    (
        'risk', 'POST', '/api/monitor', 'trade',
        'api.set_monitor', 'value', null,
        null, null, null,
        'Let moves wake the agents'
    ),
    (
        'jobs', 'GET', '/api/jobs', 'read', 'api.jobs', 'rows', null, '{job_id}',
        null, null, 'Jobs, newest first'
    ),
    (
        'jobs', 'POST', '/api/jobs/retry', 'trade', 'api.retry_job', 'value', null,
        null, null, null, 'Give a dead job another life'
    ),
    (
        'jobs', 'GET', '/api/jobs/summary', 'read',
        'api.job_summary', 'rows', null, null,
        null, null, 'Depth, age and speed of the queue by kind'
    ),
    (
        'jobs', 'GET', '/api/jobs/board', 'read',
        'api.job_board', 'value', null, null,
        null, null, 'The queue by kind, its dead jobs and its newest ones'
    ),
    (
        'patterns', 'RPC', 'rag.query_patterns', 'read', 'api.pattern_query', 'value',
        null, null, '{"interval": "bar_interval"}', null,
        'When was it like this, and what followed'
    ),
    (
        'patterns', 'RPC', 'rag.snapshot', 'read', 'api.snapshot', 'value', null, null,
        '{"interval": "bar_interval"}', null, 'The state of an instrument'
    ),
    (
        'patterns', 'RPC', 'rag.describe', 'read', 'api.describe', 'value', null, null,
        '{"interval": "bar_interval"}', null, 'The state of an instrument in words'
    ),
    (
        'market', 'GET', '/api/market/snapshot', 'read', 'api.snapshot', 'value', null,
        null, '{"interval": "bar_interval"}', null, 'The state of an instrument'
    ),
    (
        'market', 'GET', '/api/market/describe', 'read', 'api.describe', 'value', null,
        null, '{"interval": "bar_interval"}', null, 'The same in words'
    ),
    (
        'system', 'GET', '/api/whoami', 'read', 'api.whoami', 'value', null, null,
        null, null, 'Whose key this is'
    )
) as w (
    tag, method, path, scope, target, shape, status, sort, alias, fixed, summary
)
on conflict (method, path) do update
    set
        scope = excluded.scope, target = excluded.target, shape = excluded.shape,
        status = excluded.status, sort = excluded.sort, alias = excluded.alias,
        fixed = excluded.fixed, tag = excluded.tag, summary = excluded.summary;

-- What a program needs to answer a path: its parameters with the types, defaults and
-- comments that the catalog knows.
create or replace function gateway._parameters(target text)
returns jsonb
language sql stable
set search_path = pg_catalog, pg_temp
as $$
    select coalesce(
        (
            select jsonb_agg(
                jsonb_build_object(
                    'name', a.name,
                    'type', format_type(a.type, null),
                    'required', a.place <= p.pronargs - p.pronargdefaults
                ) order by a.place
            )
            from pg_proc as p
            cross join lateral unnest(
                p.proargnames[1:p.pronargs], p.proargtypes::oid[]
            ) with ordinality as a (name, type, place)
            where p.oid = found.function_oid
        ),
        (
            select jsonb_agg(
                jsonb_build_object(
                    'name', a.attname, 'type', format_type(a.atttypid, null),
                    'required', false
                ) order by a.attnum
            )
            from pg_attribute as a
            where a.attrelid = found.view_oid and a.attnum > 0 and not a.attisdropped
        ),
        '[]'
    )
    from (
        select
            to_regclass($1)::oid as view_oid,
            (
                select p.oid from pg_proc as p
                where p.pronamespace = 'api'::regnamespace
                and p.proname = split_part($1, '.', 2)
            ) as function_oid
    ) as found
$$;

-- The columns of what comes back; null when it is one JSON value.
create or replace function gateway._columns(target text)
returns jsonb
language sql stable
set search_path = pg_catalog, pg_temp
as $$
    select jsonb_agg(
        jsonb_build_object('name', c.name, 'type', format_type(c.type, null))
        order by c.place
    )
    from (
        select a.attname::text as name, a.atttypid as type, a.attnum::bigint as place
        from pg_attribute as a
        where
            a.attrelid = coalesce(
                to_regclass($1)::oid,
                (
                    select t.typrelid from pg_proc as p
                    inner join pg_type as t on p.prorettype = t.oid
                    where p.pronamespace = 'api'::regnamespace
                    and p.proname = split_part($1, '.', 2) and t.typtype = 'c'
                )
            )
            and a.attnum > 0 and not a.attisdropped
        union all
        select o.name, o.type, o.place
        from pg_proc as p
        cross join lateral unnest(p.proargnames, p.proallargtypes, p.proargmodes)
        with ordinality as o (name, type, mode, place)
        where
            p.pronamespace = 'api'::regnamespace
            and p.proname = split_part($1, '.', 2) and o.mode = 't'
    ) as c
$$;

create or replace function gateway.routes()
returns table (
    method text,
    path text,
    scope text,
    target text,
    is_view boolean,
    shape text,
    status integer,
    sort text[],
    alias jsonb,
    fixed jsonb,
    tag text,
    summary text,
    description text,
    parameters jsonb,
    columns jsonb
)
language sql stable
security definer -- the catalog's answer is the same for everybody
set search_path = pg_catalog, pg_temp
as $$
    select
        r.method, r.path, r.scope, r.target, to_regclass(r.target) is not null,
        r.shape, r.status, r.sort, r.alias, r.fixed, r.tag, r.summary,
        coalesce(
            obj_description(to_regclass(r.target), 'pg_class'),
            (
                select obj_description(p.oid, 'pg_proc') from pg_proc as p
                where p.pronamespace = 'api'::regnamespace
                and p.proname = split_part(r.target, '.', 2)
            ),
            ''
        ),
        gateway._parameters(r.target), gateway._columns(r.target)
    from gateway.route as r
    order by r.tag, r.path, r.method
$$;
comment on function gateway.routes() is
'Every path of the HTTP API with what answers it: parameters and columns as the '
'catalog knows them.';
