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
agent.market_view(bigint),
agent.record_steps(bigint, text, jsonb),
agent.steps(bigint),
agent.decide(bigint, jsonb),
agent.finish_cycle(bigint, text, text),
agent.record_event(text, text, jsonb, bigint)
to bellwether_worker;
