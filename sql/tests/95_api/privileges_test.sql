-- Who may execute what, against the list: a function that somebody new may call, or one
-- that lost its grant, shows here.
begin;
select plan(6);

create temporary table may on commit drop as
select r.rolname::text as role, format('%I.%I', n.nspname, p.proname) as routine
from pg_proc as p
inner join pg_namespace as n on p.pronamespace = n.oid
cross join pg_roles as r
where
    n.nspname in (
        'tenant', 'market', 'work', 'memory', 'graph', 'strategy', 'risk', 'agent',
        'trade', 'ops', 'api'
    )
    and r.rolname in (
        'bellwether_reader', 'bellwether_analyst', 'bellwether_gateway',
        'bellwether_worker'
    )
    and has_schema_privilege(r.oid, n.oid, 'usage')
    and has_function_privilege(r.oid, p.oid, 'execute');

select set_eq(
    $$select routine from may where role = 'bellwether_reader'$$,
    $$select 'api.' || name from unnest(
        '{similar_patterns,pattern_statistics,similar_conditions,regime,
        evaluate_patterns,pattern_prompt,        all_embeddings,cycle,check_order,what_if,
        portfolio,cycle_report,quote,gaps,pattern_query,pattern_paths,risk_status,job_summary,job_board,
        whoami,metrics_text,snapshot,describe,route,evaluate_routing,bounds,
        verify_events,strategy_config,compile_strategy,strategy_signals,latest_signal,
        backtest_strategy,walk_forward,lookahead_check,
        performance,lots,neighbourhood,contagion,graph_nodes,search_documents,sentiment,market_status,
        scheduler_jobs,scheduler_status}'::text[]
    ) as name$$,
    'a reader may ask'
);
select set_eq(
    $$select routine from may where role = 'bellwether_analyst'$$,
    $$select 'api.' || name from unnest('{
        similar_patterns,pattern_statistics,similar_conditions,regime,
        evaluate_patterns,pattern_prompt,        all_embeddings,cycle,check_order,what_if,
        portfolio,cycle_report,quote,gaps,pattern_query,pattern_paths,risk_status,job_summary,job_board,
        whoami,metrics_text,snapshot,describe,run_cycle,run_cycle_now,place_order,ask_order,
        halt,resume,route,evaluate_routing,add_prompt,use_prompt,rate_call,bounds,
        verify_events,approve,reject,set_approval_mode,set_exit_plan,close_breaker,
        resume_breaker,trip_breaker,route_alerts,cancel_order,replace_order,place_bracket,
        deposit,withdraw,note,
        strategy_config,compile_strategy,strategy_signals,latest_signal,
        backtest_strategy,walk_forward,lookahead_check,sweep_strategy,save_strategy,
        record_backtest,
        performance,lots,
        set_monitor,stop_monitor,
        neighbourhood,contagion,relate_instruments,graph_nodes,retry_job,
        search_documents,sentiment,save_document,drop_document,
        evaluate_breaker,
        market_status,scheduler_jobs,scheduler_status,trigger_schedule,set_scan,
        drop_schedule,save_llm_strategy,retire_strategy
    }'::text[]) as name$$,
    'an analyst may also act'
);
select set_eq(
    $$select routine from may where role = 'bellwether_gateway'$$,
    $$select unnest('{
        api.similar_patterns,api.pattern_statistics,api.similar_conditions,
        api.regime,api.evaluate_patterns,api.pattern_prompt,api.all_embeddings,api.cycle,
        api.check_order,api.what_if,api.ask_order,api.portfolio,api.cycle_report,api.quote,api.gaps,api.pattern_query,
        api.pattern_paths,api.risk_status,api.job_summary,api.job_board,api.whoami,api.metrics_text,api.snapshot,api.describe,
        tenant.authenticate,tenant.take_requests,
        api.strategy_config,api.compile_strategy,api.strategy_signals,
        api.latest_signal,api.backtest_strategy,api.walk_forward,api.lookahead_check,
        api.sweep_strategy,api.save_strategy,api.record_backtest,
        api.run_cycle,api.run_cycle_now,api.place_order,api.halt,api.resume,
        tenant.setting,tenant.number_setting,tenant.set_setting,
        work.is_idle,work.requeue_dead,work.show,work.top,
        risk.check_order,trade.audit,
        api.route,api.evaluate_routing,api.add_prompt,api.use_prompt,api.rate_call,
        api.bounds,api.set_member_limit,
        api.verify_events,api.approve,api.reject,api.set_approval_mode,
        api.set_exit_plan,api.close_breaker,api.resume_breaker,api.trip_breaker,
        api.route_alerts,
        api.cancel_order,api.replace_order,api.place_bracket,
        api.deposit,api.withdraw,api.note,
        api.performance,api.lots,
        api.set_monitor,api.stop_monitor,
        api.neighbourhood,api.contagion,api.relate_instruments,api.graph_nodes,
        api.search_documents,api.sentiment,api.save_document,api.drop_document,
        api.retry_job,api.evaluate_breaker,
        trade.book_of,api.market_status,api.scheduler_jobs,
        api.scheduler_status,api.trigger_schedule,api.set_scan,api.drop_schedule,
        api.save_llm_strategy,api.retire_strategy,
        market.as_of,market.benchmark_id,market.dependents,market.freshness_now,
        market.known_at,market.last_bar,market.periods_per_year,
        market.yardstick_id,ops.health,ops.health_timed,ops.metrics_text,
        ops.queue_depth,ops.raise_alert,ops.schema_version
    }'::text[])$$,
    'the gateway acts for both, keeps settings, revives jobs'
);
select set_eq(
    $$select routine from may where role = 'bellwether_worker'$$,
    $$select unnest('{
        tenant.setting,tenant.number_setting,
        work.enqueue,work.enqueue_many,work.register_worker,work.heartbeat,
        work.set_idle,work.unregister_worker,
        work.claim,work.ack,work.nack,work.extend,work.rescue,work.is_idle,
        work.requeue_dead,work.show,work.top,work.hand_back,
        work.pause,work.resume,work.cancel,work.retry,
        work.set_limit,work.take,work.close_gate,
        work.cron_next,work.set_schedule,work.drop_schedule,work.schedule_tick,
        work.drop_old,
        risk.check_order,
        agent.start_cycle,agent.market_view,agent.check_signals,agent.record_steps,
        agent.steps,agent.decide,
        agent.finish_cycle,agent.record_event,
        trade.place_order,trade.begin_submit,trade.record_submit,trade.record_close,
        trade.record_fill,trade.open_orders,
        trade.match_orders,trade.broker_told,
        trade.paper_submit,trade.paper_order,trade.paper_fills,
        trade.audit,
        agent.call_cost,agent.record_call,agent.score_call,agent.cached_answer,
        agent.store_answer,agent.add_prompt,agent.use_prompt,agent.prompt_in_use,
        agent.route,agent.evaluate_routing,
        agent.approval_mode,agent.expire_approvals,agent.seal_events,
        agent.verify_events,trade.watch_exits,risk.evaluate_breaker,
        trade.request_cancel,trade.begin_cancel,trade.record_cancel,
        trade.replace_order,trade.place_bracket,trade.reconcile,trade.paper_cancel,
        trade.paper_state,trade.account_broker,
        trade.reconcile_paper,trade.preflight_passed,risk.halt_by_file,
        trade.polled_until,trade.submit_terms,trade.record_legs,
        agent.settle_actions,agent.suggest_weights,agent.weights,trade.performance,
        trade.daily_summary,
        agent.handle_move,agent.scan_market,agent.close_day,agent.review_strategies,
        agent.strategy_prompt,
        market.as_of,market.begin_fetch,market.benchmark_id,
        market.check_staged_bars,market.check_staged_instruments,
        market.check_staged_news,market.check_staged_sessions,
        market.compute_conditions,market.compute_outcomes,market.compute_snapshots,
        market.count_feed,market.dependents,market.drop_closed_bars,
        market.end_fetch,market.expected_bars,market.forget_quotes,
        market.freshness_now,market.gaps,market.is_open,market.known_at,
        market.last_bar,market.last_complete,market.last_quote,
        market.load_staged_bars,market.load_staged_instruments,
        market.load_staged_news,market.load_staged_sessions,market.note_page,
        market.note_watch_problem,market.periods_per_year,market.providers_for,
        market.reject_staged,market.stage,market.store_derivatives,
        market.store_quotes,market.unwatch,market.vendor_symbol,market.watch,
        market.yardstick_id,memory.pending_snapshots,memory.register_model,
        memory.snapshot_texts,memory.store_embeddings,ops.alert_message,ops.health,
        ops.health_timed,ops.queue_depth,ops.raise_alert,ops.record_delivery,
        ops.schema_version
    }'::text[])$$,
    'the worker works'
);
select is_empty(
    $$
    select 'function', p.oid::regprocedure::text from pg_proc as p
    inner join pg_namespace as n on p.pronamespace = n.oid
    where
        n.nspname in (
        'tenant', 'work', 'graph', 'strategy', 'risk', 'agent', 'trade', 'api'
    )
        and obj_description(p.oid, 'pg_proc') is null
    union all
    select 'table', c.oid::regclass::text from pg_class as c
    inner join pg_namespace as n on c.relnamespace = n.oid
    where
        n.nspname in (
            'tenant', 'work', 'graph', 'desk', 'strategy', 'risk', 'agent', 'trade', 'api'
        ) and c.relkind in ('r', 'p', 'v')
        and not c.relispartition and obj_description(c.oid, 'pg_class') is null
    $$, 'everything has a comment'
);
select is_empty(
    $$
    select p.oid::regprocedure, r.rolname from pg_proc as p
    cross join unnest('{bellwether_reader,bellwether_analyst,bellwether_backup}'::name[])
        as r (rolname)
    where
        p.proname ~ '^pg_(try_)?advisory_(xact_)?lock'
        and has_function_privilege(r.rolname, p.oid, 'execute')
    $$, 'no member of a tenant may take the locks that the work of others waits for'
);

select * from finish();
rollback;
