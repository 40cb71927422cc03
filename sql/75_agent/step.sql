-- What each agent said, written once: a cycle that is resumed goes on after it.

create or replace function agent.record_steps(cycle_id bigint, step text, rows jsonb)
returns integer
language plpgsql
security definer -- callers have no rights on the tables
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan -- see agent.market_view
as $$
#variable_conflict use_column
declare
    cycle agent.cycle;
    written integer;
begin
    select * into cycle from agent.cycle as c
    where c.tenant_id = public.current_tenant() and c.cycle_id = record_steps.cycle_id;
    if not found then
        raise exception using
            errcode = 'BW402',
            message = format('there is no cycle %s', record_steps.cycle_id);
    end if;
    with said as (
        insert into agent.step (
            cycle_id, step, symbol, verdict, reason, output, input_hash, model,
            prompt_version,
            prompt_tokens, completion_tokens, ms, cost
        )
        select
            record_steps.cycle_id, record_steps.step, r.symbol, r.verdict, r.reason,
            r.output,
            r.input_hash, coalesce(r.model, 'none'), r.prompt_version,
            r.prompt_tokens, r.completion_tokens, r.ms, r.cost
        from jsonb_to_recordset(record_steps.rows) as r (
            symbol text, verdict text, reason text, output jsonb, input_hash text,
            model text,
            prompt_version text, prompt_tokens integer, completion_tokens integer,
            ms double precision, cost numeric
        )
        on conflict (tenant_id, cycle_id, step, symbol) do nothing
        returning *
    ),

    told as (
        insert into agent.event (cycle_id, trace_id, type, symbol, payload)
        select
            cycle.cycle_id, cycle.trace_id,
            case said.step
                when 'DataAgent' then 'SignalGenerated'
                when 'RiskManager' then 'RiskAssessed'
                when 'Validator' then 'ValidationComplete'
                else 'MetaAgentDecision'
            end,
            said.symbol,
            jsonb_strip_nulls(jsonb_build_object(
                'verdict', said.verdict, 'reason', said.reason, 'model', said.model,
                'prompt_version', said.prompt_version, 'output', said.output
            ))
        from said
        returning 1
    )

    select count(*) into written from told;
    if record_steps.step = 'MetaAgent' then
        perform agent.remember_actions(record_steps.cycle_id);
    end if;
    return written;
end
$$;
comment on function agent.record_steps(bigint, text, jsonb) is
'Records what an agent said about each symbol, with its events; what was said before '
'stays. Returns how many were new.';

create or replace function agent.steps(cycle_id bigint)
returns setof agent.step
language plpgsql stable -- its plan is kept; a definer's plain SQL is planned anew
security definer -- callers have no rights on the tables
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    return query
    select s.* from agent.step as s
    where s.tenant_id = public.current_tenant() and s.cycle_id = steps.cycle_id
    order by array_position(
        '{DataAgent,RiskManager,Validator,MetaAgent}', s.step
    ), s.at, s.symbol;
end
$$;
comment on function agent.steps(bigint)
    is 'What the agents of a cycle have said so far.';
