-- The log of model calls.
--
-- Example: agent.record_call('Validator', 'anthropic', 'claude-haiku-4-5', 'ok',
--              prompt_tokens => 1200, completion_tokens => 80, ms => 900) -> 17

-- What a call costs by the price list of its day; 0 for a model without a price.
-- Example: agent.call_cost('anthropic', 'claude-haiku-4-5', 1000000, 0, 0) -> 1
create or replace function agent.call_cost(
    provider text,
    model text,
    prompt_tokens integer,
    cached_tokens integer,
    completion_tokens integer,
    at timestamptz default null
)
returns numeric
language sql stable
security definer -- prices are read by whoever reckons
set search_path = pg_catalog, pg_temp
as $$
    select coalesce((
        select
            (
                greatest(
                    coalesce(call_cost.prompt_tokens, 0)
                    - coalesce(call_cost.cached_tokens, 0), 0
                ) * p.prompt_price
                + coalesce(call_cost.cached_tokens, 0)
                * coalesce(p.cached_price, p.prompt_price)
                + coalesce(call_cost.completion_tokens, 0) * p.completion_price
            ) / 1000000
        from agent.model_price as p
        where p.provider = call_cost.provider and p.model = call_cost.model
        and p.valid_from <= (
            coalesce(call_cost.at, clock_timestamp()) at time zone 'UTC'
        )::date
        order by p.valid_from desc limit 1
    ), 0)
$$;
comment on function agent.call_cost(
    text, text, integer, integer, integer, timestamptz
) is 'What a call costs in US dollars, by the price list of its day.';

create or replace function agent.record_call(
    task text,
    provider text,
    model text,
    outcome text,
    prompt_tokens integer default null,
    completion_tokens integer default null,
    ms double precision default null,
    cycle_id bigint default null,
    step text default null,
    symbol text default null,
    prompt_version text default null,
    prompt text default null,
    answer text default null,
    error text default null,
    attempt integer default 1,
    cached_tokens integer default 0,
    first_token_ms double precision default null,
    replayed boolean default false
)
returns bigint
language plpgsql
security definer -- the log is written only through here
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    recorded bigint;
    kept constant text := tenant.setting('call_log') #>> '{}';
begin
    insert into agent.call (
        cycle_id, step, symbol, task, provider, model, prompt_version, attempt, outcome,
        error, prompt_tokens, cached_tokens, completion_tokens, cost, ms,
        first_token_ms, replayed, prompt, answer, prompt_hash, answer_hash,
        trace_id
    ) values (
        record_call.cycle_id, record_call.step, record_call.symbol, record_call.task,
        record_call.provider, record_call.model, record_call.prompt_version,
        coalesce(record_call.attempt, 1), record_call.outcome,
        left(record_call.error, 1000),
        record_call.prompt_tokens, coalesce(record_call.cached_tokens, 0),
        record_call.completion_tokens,
        case
            when record_call.replayed then 0
            else agent.call_cost(
                record_call.provider, record_call.model, record_call.prompt_tokens,
                record_call.cached_tokens, record_call.completion_tokens
            )
        end,
        record_call.ms, record_call.first_token_ms,
        coalesce(record_call.replayed, false),
        case when kept = 'full' then record_call.prompt end,
        case when kept = 'full' then record_call.answer end,
        case when kept <> 'none'
            then sha256(convert_to(record_call.prompt, 'UTF8')) end,
        case when kept <> 'none'
            then sha256(convert_to(record_call.answer, 'UTF8')) end,
        coalesce(
            (
                select c.trace_id from agent.cycle as c
                where c.tenant_id = public.current_tenant()
                and c.cycle_id = record_call.cycle_id
            ),
            ops.trace_id()
        )
    )
    returning call_id into recorded;
    return recorded;
end
$$;
comment on function agent.record_call(
    text, text, text, text, integer, integer, double precision, bigint, text, text,
    text, text, text, text, integer, integer, double precision, boolean
) is
'Writes one call of a model into the log, with its cost; prompt and answer are kept as '
'the setting call_log says. Returns its id.';

create or replace function agent.score_call(
    call_id bigint, score double precision, source text default 'rating',
    reason text default null
)
returns void
language plpgsql
security definer -- the log is written only through here
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    if not exists (
        select from agent.call as c
        where c.tenant_id = public.current_tenant() and c.call_id = score_call.call_id
    ) then
        raise exception using
            errcode = 'BW410',
            message = format('there is no call %s', score_call.call_id);
    end if;
    insert into agent.call_score (call_id, source, score, reason)
    values (
        score_call.call_id, score_call.source, score_call.score, score_call.reason
    )
    on conflict (tenant_id, call_id, source) do update
        set score = excluded.score, reason = excluded.reason, at = clock_timestamp();
end
$$;
comment on function agent.score_call(bigint, double precision, text, text) is
'Says how good an answer proved to be, 0 to 1 (by outcome, rating or validation); the '
'routing learns from it.';

-- Every call of the tenant with the score that the routing learns from: the mean of
-- what was said about it; a call that failed is 0; others have no score yet.
create or replace view agent.scored_call as
select
    c.tenant_id,
    c.call_id,
    c.at,
    c.task,
    c.provider,
    c.model,
    c.prompt_tokens,
    c.outcome,
    c.ms,
    c.cost,
    case
        when c.outcome in ('invalid', 'timeout', 'rate_limited', 'error') then 0
        else (
            select avg(s.score) from agent.call_score as s
            where s.tenant_id = c.tenant_id and s.call_id = c.call_id
        )
    end as score
from agent.call as c
where c.tenant_id = current_tenant() and not c.replayed and c.outcome <> 'canceled';
comment on view agent.scored_call is
'Calls of the current tenant and how good they proved; failures count as 0.';
