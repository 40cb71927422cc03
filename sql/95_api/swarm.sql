-- What the desk learned from its own record: by agent, symbol and regime; its closed
-- trades; strategies that a model speaks for.
--
-- Example: select * from api.agent_record where symbol = 'AAPL';
--          select api.save_llm_strategy('reader', 'pattern-reader', 'active');

create or replace view api.agent_record with (security_barrier) as
select
    a.agent,
    a.symbol,
    coalesce(a.regime, '') as regime,
    count(*) as actions,
    count(a.impact) filter (where a.stance <> 0) as settled,
    count(*) filter (where a.impact > 0) as right_calls,
    avg(a.impact) filter (where a.stance <> 0) as mean_impact,
    sum(a.pnl) as pnl
from agent.action as a
where a.tenant_id = current_tenant()
group by a.agent, a.symbol, coalesce(a.regime, '');
comment on view api.agent_record is
'What each agent stood for, by symbol and regime: how often it was right, the mean '
'return in its direction, and the realised profit of what was decided.';

create or replace view api.setups with (security_barrier) as
select
    s.account_id,
    s.symbol,
    s.direction,
    s.snapshot_id,
    s.opened_at,
    s.closed_at,
    s.realised,
    s.return_fraction
from agent.setup as s
where s.tenant_id = current_tenant();
comment on view api.setups is
'Closed trades with the snapshot in which they were opened; entries like failed ones '
'are warned of.';

create or replace view api.model_prices with (security_barrier) as
select
    p.provider,
    p.model,
    p.valid_from,
    p.prompt_price,
    p.cached_price,
    p.completion_price,
    p.source,
    p.checked_on
from agent.model_price as p;
comment on view api.model_prices is
'What language models cost, US dollars per million tokens, from which day on, where '
'that is from and when it was last checked.';

create or replace function api.save_llm_strategy(
    name text, prompt text, status text default null
)
returns bigint
language sql
security definer -- analysts have no rights on agent
set search_path = pg_catalog, pg_temp
as $$ select agent.save_llm_strategy(name, prompt, status) $$;
comment on function api.save_llm_strategy(text, text, text) is
'Keeps a strategy whose prompt a language model answers by LONG, SHORT or HOLD; '
'returns its id for api.run_cycle.';
