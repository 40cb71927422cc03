-- Language models: what was asked, what it cost, what the words were.
--
-- Example: select provider, model, calls, cost from api.model_usage;
--          select api.add_prompt('Validator', 'You are ...');

create or replace view api.model_calls with (security_barrier) as
select
    c.call_id,
    c.at,
    c.cycle_id,
    c.step,
    c.symbol,
    c.task,
    c.provider,
    c.model,
    c.prompt_version,
    c.attempt,
    c.outcome,
    c.error,
    c.prompt_tokens,
    c.cached_tokens,
    c.completion_tokens,
    c.cost,
    c.ms,
    c.first_token_ms,
    c.replayed,
    c.prompt,
    c.answer,
    c.trace_id
from agent.call as c
where c.tenant_id = current_tenant();
comment on view api.model_calls is
'Calls of language models: cost in US dollars, duration, outcome; prompt and answer '
'only if the setting call_log is full.';

create or replace view api.model_usage with (security_barrier) as
select
    (c.at at time zone 'UTC')::date as day,
    c.task,
    c.provider,
    c.model,
    count(*) as calls,
    count(*) filter (where c.outcome = 'ok') as answered,
    count(*) filter (where c.replayed) as replayed,
    sum(c.prompt_tokens) as prompt_tokens,
    sum(c.completion_tokens) as completion_tokens,
    sum(c.cost) as cost,
    avg(c.ms) filter (where not c.replayed) as mean_ms
from agent.call as c
where c.tenant_id = current_tenant()
group by (c.at at time zone 'UTC')::date, c.task, c.provider, c.model;
comment on view api.model_usage is
'What language models did and cost (US dollars), by day (UTC), task and model.';

create or replace view api.prompts with (security_barrier) as
select
    p.name,
    p.version,
    p.tenant_id = 0 as is_system,
    p.active and not exists (
        select from agent.prompt as o
        where
            o.tenant_id in (current_tenant(), 0)
            and o.name = p.name
            and o.active
            and (o.tenant_id <> 0, o.version) > (p.tenant_id <> 0, p.version)
    ) as in_use,
    p.body,
    p.answer_schema,
    p.note,
    p.created_at,
    p.created_by
from agent.prompt as p
where p.tenant_id in (current_tenant(), 0);
comment on view api.prompts is
'Every version of the tenant''s prompts and of the system''s, and which is in use.';

create or replace function api.add_prompt(
    name text, body text, answer_schema jsonb default null, note text default null
)
returns integer
language sql
security definer -- analysts have no rights on agent
set search_path = pg_catalog, pg_temp
as $$ select agent.add_prompt(name, body, answer_schema, note) $$;
comment on function api.add_prompt(text, text, jsonb, text) is
'Adds a version of a prompt, which is in use from now on; returns its number.';

create or replace function api.use_prompt(name text, version integer)
returns void
language sql
security definer -- analysts have no rights on agent
set search_path = pg_catalog, pg_temp
as $$ select agent.use_prompt(name, version) $$;
comment on function api.use_prompt(text, integer) is
'Goes back (or on) to a version of a prompt; 0: to that of the system.';

create or replace function api.rate_call(
    call_id bigint, score double precision, reason text default null
)
returns void
language sql
security definer -- analysts have no rights on agent
set search_path = pg_catalog, pg_temp
as $$ select agent.score_call(call_id, score, 'rating', reason) $$;
comment on function api.rate_call(bigint, double precision, text) is
'Says how good a model''s answer was, 0 to 1; the routing learns from it.';

create or replace function api.route(
    task text, prompt_tokens integer default 0, privacy text default 'any'
)
returns table (place integer, provider text, model text, reason text)
language sql stable
security definer -- analysts have no rights on agent
set search_path = pg_catalog, pg_temp
as $$ select * from agent.route(task, prompt_tokens, privacy, null, 'asked') $$;
comment on function api.route(text, integer, text) is
'Which models a task would be given to now, and why.';

create or replace function api.evaluate_routing(task text default null)
returns table (
    policy text, calls integer, matched integer, mean_score double precision,
    mean_cost numeric, mean_ms double precision
)
language sql stable
security definer -- analysts have no rights on agent
set search_path = pg_catalog, pg_temp
as $$ select * from agent.evaluate_routing(task) $$;
comment on function api.evaluate_routing(text) is
'How logged, static and learned routing compare, by replay of the call log.';
