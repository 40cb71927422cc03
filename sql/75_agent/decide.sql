-- The final word of a cycle. What cannot be an order (an unknown symbol, a size of -5
-- or NaN, prose) is recorded as DO_NOT_EXECUTE with the reason; what can becomes an
-- order in the same transaction, if the cycle executes (see
-- 90_triggers/decision_made.sql).

-- A number in an answer, or null.
-- Example: '12.5' -> 12.5, 'about twelve' -> null, 'NaN' -> null
create or replace function agent._number(answer text)
returns numeric
language sql immutable parallel safe
return case
    when answer ~ '^\s*[+-]?[0-9]{1,30}(\.[0-9]{0,30})?([eE][+-]?[0-9]{1,2})?\s*$'
        then answer::numeric
end;
comment on function agent._number(text) is 'A number in an answer, or null.';

create or replace function agent.decide(cycle_id bigint, rows jsonb)
returns setof agent.decision
language plpgsql
security definer -- callers have no rights on the tables
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan -- see agent.market_view
as $$
#variable_conflict use_column
declare
    cycle agent.cycle;
begin
    select * into cycle from agent.cycle as c
    where c.tenant_id = public.current_tenant() and c.cycle_id = decide.cycle_id;
    if not found then
        raise exception using
            errcode = 'BW402',
            message = format('there is no cycle %s', decide.cycle_id);
    end if;

    return query
    with answer as (
        select
            r.symbol, r.action, lower(r.side) as side, r.reason,
            r.quantity as said_quantity, r.exit_plan,
            agent._number(r.quantity) as quantity, r.place,
            row_number() over (partition by r.symbol order by r.place) as copy
        from rows from (
            jsonb_to_recordset(decide.rows) as (
                symbol text, action text, side text, quantity text, reason text,
                exit_plan jsonb
            )
        ) with ordinality
            as r (symbol, action, side, quantity, reason, exit_plan, place)
    ),

    judged as (
        select
            answer.*,
            case
                when answer.symbol is null or answer.symbol <> all(cycle.symbols)
                    then format(
                        'the cycle has no symbol %s', coalesce(
                            quote_literal(answer.symbol), 'null'
                        )
                    )
                when answer.action is null
                    or answer.action not in ('EXECUTE', 'DO_NOT_EXECUTE')
                    then format(
                        '%s is no action', coalesce(
                            quote_literal(left(answer.action, 50)), 'null'
                        )
                    )
                when answer.action = 'DO_NOT_EXECUTE' then null
                when answer.side is null or answer.side not in ('buy', 'sell')
                    then format(
                        '%s is no side', coalesce(
                            quote_literal(left(answer.side, 50)), 'null'
                        )
                    )
                when answer.quantity is null or answer.quantity <= 0
                    then format(
                        '%s is no quantity', coalesce(
                            quote_literal(left(answer.said_quantity, 50)), 'null'
                        )
                    )
            end as flaw
        from answer
    ),

    flawed as (
        insert into agent.event (cycle_id, trace_id, type, symbol, payload)
        select
            cycle.cycle_id, cycle.trace_id, 'DecisionRejected',
            case when j.symbol = any(cycle.symbols) then j.symbol end,
            jsonb_build_object('flaw', j.flaw)
        from judged as j
        where j.flaw is not null and not exists (
            select from agent.decision as d
            where d.tenant_id = public.current_tenant() and d.cycle_id = cycle.cycle_id
            and d.symbol = j.symbol
        )
    ),

    decided as (
        insert into agent.decision (
            cycle_id, symbol, action, side, quantity, reason, exit_plan, as_of
        )
        select
            cycle.cycle_id, j.symbol,
            case when j.flaw is null then j.action else 'DO_NOT_EXECUTE' end,
            case when j.flaw is null and j.side in ('buy', 'sell') then j.side end,
            case when j.flaw is null and j.quantity > 0 then j.quantity end,
            coalesce(j.flaw, j.reason, 'no reason given'),
            case when jsonb_typeof(j.exit_plan) = 'object' then j.exit_plan end,
            cycle.as_of
        from judged as j
        where j.symbol = any(cycle.symbols) and j.copy = 1
        -- One after another in the order of the answer: the limits judge them in this
        -- order, too, and whoever answers puts exits first.
        order by j.place
        on conflict (tenant_id, cycle_id, symbol) do nothing
        returning *
    ),

    told as (
        insert into agent.event (cycle_id, trace_id, type, symbol, payload)
        select
            cycle.cycle_id, cycle.trace_id, 'DecisionRecorded', decided.symbol,
            jsonb_strip_nulls(jsonb_build_object(
                'decision_id', decided.decision_id, 'action', decided.action,
                'side', decided.side,
                'quantity', decided.quantity, 'reason', decided.reason,
                'exit_plan', decided.exit_plan
            ))
        from decided
    )

    select decided.* from decided;
end
$$;
comment on function agent.decide(bigint, jsonb) is
'Records the decisions of a cycle, one a symbol and final; returns those that are new. '
'If the cycle executes their orders are placed in the same transaction.';
