-- A decision to execute, in a cycle that executes -> by the account's circuit breaker
-- and the approval mode: a shadow, a suggestion, a question, or its order in the same
-- transaction. A halt or a limit leaves a refused order; nothing is retried.

create or replace function agent.on_decision_made()
returns trigger
language plpgsql
security definer -- whoever decides has no rights on orders
set search_path = pg_catalog, pg_temp
as $$
declare
    cycle agent.cycle;
    mode text;
    asked bigint;
begin
    select * into strict cycle from agent.cycle as c
    where c.tenant_id = new.tenant_id and c.cycle_id = new.cycle_id;
    if not cycle."execute" then
        return null;
    end if;

    if exists (
        select from risk.breaker as b
        where b.tenant_id = new.tenant_id and b.account_id = cycle.account_id
        and b.state <> 'closed'
    ) then
        insert into agent.shadow (
            decision_id, account_id, instrument_id, symbol, side, quantity, as_of
        )
        select new.decision_id, cycle.account_id, i.instrument_id, new.symbol, new.side,
            new.quantity, new.as_of
        from market.instrument as i where i.symbol = new.symbol;
        perform agent.record_event(
            'ShadowDecision', new.symbol,
            jsonb_build_object(
                'decision_id', new.decision_id, 'account_id', cycle.account_id,
                'reason', 'the circuit breaker is open'
            ), new.cycle_id
        );
        return null;
    end if;

    mode := agent.approval_mode(cycle.strategy_id, cycle.account_id);
    if mode = 'auto' then
        perform trade.place_decided(
            new, cycle.account_id, new.quantity,
            -- Another's broker trades now; it takes no replay of the past.
            as_of => case
                when new.as_of < cycle.created_at - interval '1 hour' or exists (
                    select from trade.account as a
                    where a.tenant_id = new.tenant_id
                    and a.account_id = cycle.account_id and a.broker = 'paper'
                ) then new.as_of
            end
        );
        return null;
    end if;
    asked := agent.ask_approval(
        'decision',
        jsonb_build_object(
            'side', new.side, 'quantity', new.quantity, 'as_of', new.as_of,
            'exit_plan', new.exit_plan
        ),
        new.reason, case mode when 'approve' then 'open' else 'suggested' end,
        new.decision_id, cycle.account_id, new.symbol
    );
    perform agent.record_event(
        case mode when 'approve' then 'ApprovalAsked' else 'Suggested' end, new.symbol,
        jsonb_build_object('approval_id', asked, 'decision_id', new.decision_id),
        new.cycle_id
    );
    return null;
end
$$;
comment on function agent.on_decision_made() is
'Trigger function: a decision becomes an order, a question, a suggestion or a shadow.';

create or replace trigger _500_decision_made after insert on agent.decision
for each row when (new.action = 'EXECUTE') execute function agent.on_decision_made();
