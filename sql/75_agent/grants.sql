-- The worker runs cycles; everybody else sees them through api.
-- Everything is taken back first: a grant that is gone from here is gone.

revoke all on schema agent
from public, bellwether_worker, bellwether_gateway, bellwether_reader,
    bellwether_analyst;
revoke all on all tables in schema agent
from public, bellwether_worker, bellwether_gateway, bellwether_reader,
    bellwether_analyst;
revoke all on all functions in schema agent
from public, bellwether_worker, bellwether_gateway, bellwether_reader,
    bellwether_analyst;
grant usage on schema agent to bellwether_worker, bellwether_gateway;
grant execute on function
agent.start_cycle(bigint),
agent.market_view(bigint, text),
agent.check_signals(bigint, jsonb),
agent.record_steps(bigint, text, jsonb),
agent.steps(bigint),
agent.decide(bigint, jsonb),
agent.finish_cycle(bigint, text, text),
agent.record_event(text, text, jsonb, bigint),
agent.call_cost(text, text, integer, integer, integer, timestamptz),
agent.record_call(
    text, text, text, text, integer, integer, double precision, bigint, text, text,
    text, text, text, text, integer, integer, double precision, boolean
),
agent.score_call(bigint, double precision, text, text),
agent.cached_answer(bytea),
agent.store_answer(bytea, text, text, jsonb, integer, integer),
agent.add_prompt(text, text, jsonb, text),
agent.use_prompt(text, integer),
agent.prompt_in_use(text),
agent.route(text, integer, text, timestamptz, text, text),
agent.strategy_prompt(bigint),
agent.scan_market(jsonb),
agent.close_day(jsonb),
agent.review_strategies(),
agent.evaluate_routing(text, timestamptz, integer),
agent.approval_mode(bigint, bigint),
agent.expire_approvals(),
agent.handle_move(jsonb),
agent.settle_actions(timestamptz),
agent.suggest_weights(),
agent.weights(text),
agent.seal_events(),
agent.verify_events()
to bellwether_worker;
grant select on agent.model, agent.model_price to bellwether_worker;
